from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class InsightsConfig(AppConfig):
    name = "candor.apps.insights"
    label = "insights"
    verbose_name = "Insights"

    def ready(self) -> None:
        from . import receivers, tasks  # noqa: F401  both register themselves

        register_page(
            Page("Understand", "Themes", "insights:themes", "tags", permission="read_insights", order=10)
        )
        register_page(
            Page(
                "Understand", "Rising", "insights:rising", "trending-up", permission="read_insights", order=20
            )
        )
        register_page(
            Page(
                "Understand",
                "Priorities",
                "insights:priorities",
                "flag",
                permission="read_insights",
                order=30,
            )
        )
        register_panel(Panel("feedback", "Themes", "insights:feedback_panel", order=30))
