from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class InsightsConfig(AppConfig):
    name = "candor.apps.insights"
    label = "insights"
    verbose_name = "Insights"

    def ready(self) -> None:
        from . import receivers, tasks  # noqa: F401  both register themselves

