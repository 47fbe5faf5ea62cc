from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class CasesConfig(AppConfig):
    name = "candor.apps.cases"
    label = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        from . import receivers  # noqa: F401  connects them

        register_page(Page("Act", "Cases", "cases:list", "checklist", permission="read_cases", order=10))
        register_page(
            Page("Act", "Rules", "cases:rules", "adjustments-horizontal", permission="manage_rules", order=20)
        )
        register_panel(Panel("feedback", "Cases", "cases:feedback_panel", order=20))
        register_panel(Panel("customer", "Cases", "cases:customer_panel", order=20))
