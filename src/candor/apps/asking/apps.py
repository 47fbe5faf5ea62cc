from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class AskingConfig(AppConfig):
    name = "candor.apps.asking"
    label = "asking"
    verbose_name = "Asking"

    def ready(self) -> None:
        from candor.apps.customers.personal import register_holder
        from candor.apps.organization.audit import register_actions
        from candor.apps.webhooks.events import register_event

        from . import receivers, tasks  # noqa: F401  both register themselves
        from .news import BOUNCED, SENT
        from .personal import HOLDER

        register_holder(HOLDER)
        for event in (SENT, BOUNCED):
            register_event(event)
        register_page(
            Page(
                "Listen",
                "Asking",
                "asking:plans",
                "send",
                permission="manage_surveys",
                order=27,
                group="We ask",
            )
        )
        register_panel(Panel("customer", "Asked, and why not", "asking:customer_panel", order=40))
        register_actions(
            "asking_rule",
            _("The rule of asking"),
            {"changed": _("Changed the rule of how often anybody is asked")},
        )
        register_actions(
            "asking_plan",
            _("Plans of asking"),
            {
                "made": _("Wrote down a plan of asking"),
                "changed": _("Changed a plan of asking"),
                "started": _("Started a plan of asking"),
                "paused": _("Let a plan of asking rest"),
                "ended": _("Ended a plan of asking"),
                "asked_group": _("Asked a group of customers by hand"),
                "asked_outside": _("Another system asked whether it may invite customers"),
            },
            pages={"plan": "asking:plan"},
        )
