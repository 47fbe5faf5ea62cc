from django.apps import AppConfig


class FrontlineConfig(AppConfig):
    name = "candor.apps.frontline"
    label = "frontline"
    verbose_name = "Frontline"
