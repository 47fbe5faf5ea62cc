from django.apps import AppConfig


class AskingConfig(AppConfig):
    name = "candor.apps.asking"
    label = "asking"
    verbose_name = "Asking"
