from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_cited_titles")]

    operations = [
        migrations.RemoveIndex("message", "conversation_message_sending"),
        migrations.RenameField("message", "handover", "delivery"),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["delivery", "ready_at"], condition=~Q(delivery=""), name="conversation_message_sending"
            ),
        ),
    ]
