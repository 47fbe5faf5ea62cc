from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "candor.apps.conversations"
    label = "conversations"
    verbose_name = "Conversations"
