from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "candor.apps.journeys"
    label = "journeys"
    verbose_name = "Journeys"
