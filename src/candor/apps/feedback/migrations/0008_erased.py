from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0007_partial_answers")]

    operations = [
        migrations.CreateModel(
            name="Erased",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"verbose_name_plural": "erased"},
        ),
    ]
