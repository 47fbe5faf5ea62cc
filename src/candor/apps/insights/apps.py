from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class InsightsConfig(AppConfig):
    name = "candor.apps.insights"
    label = "insights"
    verbose_name = "Insights"

    def ready(self) -> None:
        from candor.apps.organization.audit import register_actions

        from . import receivers, tasks  # noqa: F401  both register themselves
        from .survey_themes import printed_themes

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
        register_page(
            Page(
                "Measure",
                "Critical moments",
                "insights:moments",
                "flag",
                permission="read_insights",
                order=25,
            )
        )
        register_panel(Panel("journey", "Critical moments", "insights:moments_panel", order=5))
        register_panel(
            Panel("survey", "What they speak of", "insights:survey_panel", order=10, printed=printed_themes)
        )
        register_panel(Panel("feedback", "Themes", "insights:feedback_panel", order=30))
        register_actions(
            "theme",
            _("Themes"),
            {
                "renamed": _("Named a theme"),
                "hidden": _("Hid a theme"),
                "shown": _("Showed a hidden theme"),
                "merged": _("Joined two themes"),
                "split_off": _("Parted two themes"),
            },
            pages={"theme": "insights:theme"},
        )
        register_actions(
            "themes",
            _("All themes"),
            {
                "asked_for": _("Asked for themes to be looked for"),
                "exported": _("Exported themes"),
            },
        )
