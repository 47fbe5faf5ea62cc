from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "candor.foundation"
    label = "foundation"
    verbose_name = "Foundation"
