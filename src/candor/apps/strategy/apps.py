from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page


class StrategyConfig(AppConfig):
    name = "candor.apps.strategy"
    label = "strategy"
    verbose_name = "Strategy"

    def ready(self) -> None:
        from candor.apps.organization.audit import register_actions

        register_page(
            Page("Plan", "Outcomes", "strategy:outcomes", "target", permission="read_strategy", order=10)
        )
        register_actions(
            "outcome",
            _("Outcomes"),
            {
                "defined": _("Set an outcome"),
                "changed": _("Changed an outcome"),
                "change_undone": _("Took back a change of an outcome"),
                "reached": _("Called an outcome reached"),
                "dropped": _("Dropped an outcome"),
                "reopened": _("Opened an outcome again"),
            },
            pages={"outcome": "strategy:outcome"},
        )
