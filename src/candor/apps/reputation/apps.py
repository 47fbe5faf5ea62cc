from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class ReputationConfig(AppConfig):
    name = "candor.apps.reputation"
    label = "reputation"
    verbose_name = "Reputation"

    def ready(self) -> None:
        from candor.apps.customers.personal import register_holder
        from candor.apps.customers.timeline import register_source
        from candor.apps.imports.kinds import register_kind

        from . import receivers  # noqa: F401  registers itself
        from .imports import KIND
        from .personal import HOLDER
        from .timeline import SOURCE

        register_kind(KIND)
        register_holder(HOLDER)
        register_source(SOURCE)
        register_page(
            Page("Listen", "Reputation", "reputation:overview", "star", permission="read_feedback", order=30)
        )
        register_panel(Panel("feedback", "The review", "reputation:panel", order=20))
        self._register_words()

    def _register_words(self) -> None:
        from candor.apps.organization.audit import register_actions

        register_actions(
            "review",
            _("Reviews"),
            {
                "edited": _("Followed an edit of a review by its author"),
                "removed": _("Followed the deletion of a review at its site"),
                "came_back": _("Followed the return of a review at its site"),
                "excluded": _("Left a review out for a published reason"),
                "counted_again": _("Let a review that was left out count again"),
            },
        )
