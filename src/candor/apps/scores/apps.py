from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_beneath, register_page
from candor.foundation.panels import Panel, register_panel


class ScoresConfig(AppConfig):
    name = "candor.apps.scores"
    label = "scores"
    verbose_name = "Scores"

    def ready(self) -> None:
        from candor.apps.organization.audit import register_actions
        from candor.apps.reputation.numbers import register_numbers

        from . import lanes, receivers, tasks  # noqa: F401  receivers and tasks register themselves
        from .reviews import NUMBERS

        lanes.register()
        register_numbers(NUMBERS)
        register_page(Page("Measure", "Scores", "scores:scores", "chart-dots", "read_scores", order=10))
        register_beneath("surveys:list", "scores:survey", "scores:share")
        register_panel(Panel("complaints", "Answered in time", "scores:complaints_panel", order=10))
        register_actions(
            "score",
            _("Scores about a person"),
            {
                "looked_at": _("Looked at a score about a person"),
                "refused": _("Was refused a score about a person"),
            },
        )
        register_actions(
            "survey_results",
            _("Results of surveys"),
            {
                "exported": _("Took the results of a survey as a PDF"),
                "shared": _("Made a link to the results of a survey"),
                "revoked": _("Revoked a link to the results of a survey"),
            },
        )
        register_actions(
            "scores",
            _("Scores"),
            {
                "exported": _("Exported scores"),
            },
        )
