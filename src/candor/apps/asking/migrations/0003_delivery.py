from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("asking", "0002_words_of_triggers")]

    operations = [
        migrations.RemoveIndex("message", "message_ready"),
        migrations.RemoveIndex("message", "message_claimed"),
        migrations.RenameField("message", "handover", "delivery"),
        migrations.AddIndex(
            "message", models.Index(fields=["ready_at"], condition=Q(delivery="ready"), name="message_ready")
        ),
        migrations.AddIndex(
            "message",
            models.Index(fields=["claimed_at"], condition=Q(delivery="claimed"), name="message_claimed"),
        ),
    ]
