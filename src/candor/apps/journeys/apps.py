from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class JourneysConfig(AppConfig):
    name = "candor.apps.journeys"
    label = "journeys"
    verbose_name = "Journeys"

    def ready(self) -> None:
        from candor.apps.customers.personal import register_holder
        from candor.apps.customers.timeline import register_source
        from candor.apps.imports.kinds import register_kind
        from candor.apps.organization.audit import register_actions

        from . import passing, tasks  # noqa: F401  tasks register themselves
        from .imports import KIND
        from .personal import HOLDER
        from .timeline import SOURCE

        register_kind(KIND)
        register_source(SOURCE)
        register_holder(HOLDER)
        passing.register()
        register_page(Page("Measure", "Journeys", "journeys:journeys", "route", "read_scores", order=20))
        register_panel(Panel("customer_top", "Journeys", "journeys:customer_panel", order=10))
        register_actions(
            "journey",
            _("Journeys"),
            {
                "defined": _("Defined a journey"),
                "designed": _("Changed the design of a journey"),
                "design_undone": _("Took back a change of a journey’s design"),
                "exported": _("Exported a journey"),
                "events_dropped": _("Dropped events older than they are kept"),
            },
            pages={"journey": "journeys:journey"},
        )
