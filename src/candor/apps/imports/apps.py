from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "candor.apps.imports"
    label = "imports"
    verbose_name = "Imports"
