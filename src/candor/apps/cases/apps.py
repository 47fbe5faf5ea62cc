from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "candor.apps.cases"
    label = "cases"
    verbose_name = "Cases"
