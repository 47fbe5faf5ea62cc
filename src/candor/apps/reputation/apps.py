from django.apps import AppConfig


class ReputationConfig(AppConfig):
    name = "candor.apps.reputation"
    label = "reputation"
    verbose_name = "Reputation"
