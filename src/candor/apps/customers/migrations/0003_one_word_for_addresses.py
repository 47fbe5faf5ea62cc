from typing import Any

from django.db import migrations, models
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Lower


def call_addresses_by_one_word(apps: Any, _schema_editor: object) -> None:
    """Complaints called the system of addresses “e-mail”, all others “email”. Where another record bears the address already, the one
    of complaints keeps it as its own address: whether both are one person, people say."""
    Identifier = apps.get_model("customers", "Identifier")
    Customer = apps.get_model("customers", "Customer")
    theirs, known = Identifier.objects.filter(system="e-mail"), Identifier.objects.filter(system="email")
    twin = known.filter(value=OuterRef("value"))
    theirs.filter(~Exists(twin), value=Lower(F("value"))).update(system="email")
    for row in theirs.order_by("pk"):
        value = row.value.lower()
        if known.filter(value=value).exists():
            Customer.objects.filter(pk=row.customer_id, email="").update(email=value)
            row.delete()
        else:
            row.system, row.value = "email", value
            row.save(update_fields=["system", "value"])


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_wishes_about_being_asked")]

    operations = [
        migrations.AlterField("identifier", "value", models.CharField(max_length=254)),
        migrations.RunPython(call_addresses_by_one_word, migrations.RunPython.noop, elidable=True),
    ]
