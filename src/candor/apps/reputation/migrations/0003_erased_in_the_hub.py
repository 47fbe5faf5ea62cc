from typing import Any

from django.db import migrations


def hand_over_to_the_hub(apps: Any, _schema_editor: object) -> None:
    """What was erased is remembered for messages too now, in the room below."""
    here, there = apps.get_model("reputation", "Erased"), apps.get_model("feedback", "Erased")
    rows = here.objects.values_list("digest", flat=True)
    there.objects.bulk_create(
        (there(digest=digest) for digest in rows.iterator()), batch_size=500, ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("feedback", "0008_erased"), ("reputation", "0002_places_and_passes")]

    operations = [
        migrations.RunPython(hand_over_to_the_hub, migrations.RunPython.noop, elidable=True),
        migrations.DeleteModel("Erased"),
    ]
