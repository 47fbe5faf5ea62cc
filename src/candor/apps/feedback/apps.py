from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class FeedbackConfig(AppConfig):
    name = "candor.apps.feedback"
    label = "feedback"
    verbose_name = "Feedback"

    def ready(self) -> None:
        from candor.apps.events.own import register_teller

        from .telling import TELLER

        register_teller(TELLER)
        from candor.apps.customers.personal import register_holder
        from candor.apps.customers.timeline import register_source
        from candor.apps.organization.audit import register_actions

        from .personal import HOLDER
        from .timeline import SOURCE
        from .words import make_index

        register_holder(HOLDER)
        post_migrate.connect(make_index, sender=self, dispatch_uid="feedback.words")
        register_page(
            Page("Listen", "Inbox", "feedback:inbox", "inbox", permission="read_feedback", order=10)
        )
        register_source(SOURCE)
        register_panel(Panel("touchpoint", "What they said about it", "feedback:touchpoint_panel", order=10))
        register_actions(
            "feedback",
            _("Feedback"),
            {
                "tied": _("Said whose feedback is"),
                "handled": _("Took feedback out of the inbox"),
                "reopened": _("Put feedback back into the inbox"),
                "exported": _("Exported feedback"),
                "unmasked": _("Looked at what a customer said as it was written"),
            },
            pages={"feedback": "feedback:item"},
        )
