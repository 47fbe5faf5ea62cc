from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class ComplaintsConfig(AppConfig):
    name = "candor.apps.complaints"
    label = "complaints"
    verbose_name = "Complaints"

    def ready(self) -> None:
        from candor.apps.events.own import register_teller

        from .telling import TELLER

        register_teller(TELLER)
        from candor.apps.customers.personal import register_holder
        from candor.apps.customers.timeline import register_source
        from candor.apps.feedback.unconfirmed import register_unconfirmed
        from candor.apps.imports.kinds import register_kind
        from candor.apps.webhooks.events import register_event

        from . import receivers  # noqa: F401  connects them
        from .audit_words import register_words
        from .imports import KIND
        from .news import DECIDED, OPENED, WORKED_ON
        from .personal import HOLDER
        from .queries import typed_by_strangers
        from .timeline import SOURCES

        register_kind(KIND)
        register_unconfirmed(typed_by_strangers)
        register_holder(HOLDER)
        register_page(
            Page(
                "Listen",
                "Complaints",
                "complaints:overview",
                "message-report",
                permission="read_feedback",
                order=20,
                group="Complaints",
            )
        )
        register_page(
            Page(
                "Listen",
                "Complaints due",
                "complaints:due",
                "clock",
                permission="read_feedback",
                order=21,
                group="Complaints",
            )
        )
        register_page(
            Page(
                "Listen",
                "Rules of complaints",
                "complaints:rules",
                "scale",
                permission="manage_rules",
                order=22,
                group="Complaints",
            )
        )
        register_panel(Panel("feedback", "The complaint", "complaints:panel", order=10))
        register_panel(Panel("customer", "Open complaints", "complaints:customer_panel", order=20))
        for source in SOURCES:
            register_source(source)
        register_event(OPENED)
        register_event(WORKED_ON)
        register_event(DECIDED)
        register_words()
