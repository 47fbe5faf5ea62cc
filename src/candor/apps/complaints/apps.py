from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class ComplaintsConfig(AppConfig):
    name = "candor.apps.complaints"
    label = "complaints"
    verbose_name = "Complaints"

    def ready(self) -> None:
        from candor.apps.imports.kinds import register_kind

        from .imports import KIND

        register_kind(KIND)
        register_page(
            Page(
                "Listen",
                "Complaints",
                "complaints:overview",
                "message-report",
                permission="read_feedback",
                order=20,
            )
        )
        register_panel(Panel("feedback", "The complaint", "complaints:panel", order=10))
