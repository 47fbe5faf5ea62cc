from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils.text import slugify


def take_the_source_as_key(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Surveys whose key was made plain get back the name under which their feedback stands."""
    surveys = apps.get_model("surveys", "Survey").objects.all()
    sources = set(apps.get_model("feedback", "Feedback").objects.values_list("source", flat=True).distinct())
    taken = set(surveys.values_list("key", flat=True))
    for source in sorted(sources - taken):
        surveys.filter(key=slugify(source)[:60]).exclude(key__in=sources).update(key=source)


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_initial"), ("feedback", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="survey",
            name="key",
            field=models.CharField(
                help_text="The source of its feedback, letter by letter", max_length=80, unique=True
            ),
        ),
        migrations.RunPython(take_the_source_as_key, migrations.RunPython.noop, elidable=True),
    ]
