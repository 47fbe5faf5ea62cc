from typing import Any

from django.db import migrations, models

from candor.text.masking import mask


def mask_answers(apps: Any, schema_editor: Any) -> None:
    Answer = apps.get_model("feedback", "Answer")
    chunk = []
    for answer in Answer.objects.exclude(text="").only("pk", "text").iterator(chunk_size=2_000):
        answer.text_masked = mask(answer.text).text
        chunk.append(answer)
        if len(chunk) == 500:
            Answer.objects.bulk_update(chunk, ["text_masked"])
            chunk = []
    Answer.objects.bulk_update(chunk, ["text_masked"])


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="text_masked",
            field=models.TextField(
                blank=True, default="", help_text="With the personal data that was found masked"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="answer",
            name="text",
            field=models.TextField(
                blank=True, help_text="As written; only for those who may read personal data"
            ),
        ),
        migrations.RunPython(mask_answers, migrations.RunPython.noop),
    ]
