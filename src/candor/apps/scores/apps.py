from django.apps import AppConfig


class ScoresConfig(AppConfig):
    name = "candor.apps.scores"
    label = "scores"
    verbose_name = "Scores"
