from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "candor.apps.surveys"
    label = "surveys"
    verbose_name = "Surveys"
