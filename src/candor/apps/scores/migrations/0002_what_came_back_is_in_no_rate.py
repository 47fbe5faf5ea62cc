"""Invitations that came back are in no response rate any more: those in the warehouse are projected anew, and leave it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

AT_ONCE = 1_000


def announce_what_came_back(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    entries = apps.get_model("foundation", "OutboxEntry").objects
    came_back = apps.get_model("surveys", "Invitation").objects.exclude(bounced_at=None)
    ids = list(came_back.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        entries.create(topic="invitation", payload={"ids": ids[start : start + AT_ONCE]})


class Migration(migrations.Migration):
    dependencies = [
        ("scores", "0001_shared_results"),
        ("surveys", "0006_exports"),
        ("foundation", "0002_data_folder"),
    ]

    operations = [
        migrations.RunPython(announce_what_came_back, migrations.RunPython.noop, elidable=True),
    ]
