from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "candor.apps.reports"
    label = "reports"
    verbose_name = "Reports"
