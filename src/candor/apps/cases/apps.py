from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class CasesConfig(AppConfig):
    name = "candor.apps.cases"
    label = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        from candor.apps.events.own import register_teller

        from .telling import TELLER

        register_teller(TELLER)
        from candor.apps.customers.personal import register_holder
        from candor.apps.customers.timeline import register_source
        from candor.apps.organization.audit import register_actions
        from candor.apps.scores.counting import register_counter

        from . import receivers  # noqa: F401  connects them
        from .counting import METRIC, closed_in_time
        from .personal import HOLDER
        from .timeline import SOURCES

        register_holder(HOLDER)
        register_page(Page("Act", "Cases", "cases:list", "checklist", permission="read_cases", order=10))
        register_page(
            Page("Act", "Rules", "cases:rules", "adjustments-horizontal", permission="manage_rules", order=20)
        )
        register_panel(Panel("feedback", "Cases", "cases:feedback_panel", order=20))
        register_panel(Panel("customer", "Open cases", "cases:customer_panel", order=10))
        for source in SOURCES:
            register_source(source)
        register_counter(METRIC, closed_in_time)
        register_actions(
            "case",
            _("Cases"),
            {
                "opened": _("Opened a case"),
                "assigned": _("Gave a case to an owner"),
                "noted": _("Wrote a note on a case"),
                "waiting": _("Set a case to wait for the customer"),
                "resumed": _("Went on with a case"),
                "closed": _("Closed a case"),
                "reopened": _("Opened a case again"),
                "removed": _("Removed a case with its feedback"),
            },
            pages={"case": "cases:case"},
        )
        register_actions(
            "rule",
            _("Rules"),
            {
                "defined": _("Wrote a rule that opens cases"),
                "started": _("Started a rule"),
                "stopped": _("Stopped a rule"),
            },
        )
