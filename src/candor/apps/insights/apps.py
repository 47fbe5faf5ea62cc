from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "candor.apps.insights"
    label = "insights"
    verbose_name = "Insights"
