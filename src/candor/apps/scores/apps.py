from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class ScoresConfig(AppConfig):
    name = "candor.apps.scores"
    label = "scores"
    verbose_name = "Scores"

    def ready(self) -> None:
        from . import receivers, tasks  # noqa: F401  both register themselves

        register_page(Page("Measure", "Scores", "scores:scores", "chart-dots", "read_scores", order=10))
        register_panel(Panel("journey", "Scores along the journey", "scores:journey_panel", order=10))
        register_panel(Panel("complaints", "Answered in time", "scores:complaints_panel", order=10))
