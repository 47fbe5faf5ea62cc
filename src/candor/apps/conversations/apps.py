from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import SETTINGS, Page, register_page
from candor.foundation.panels import Panel, register_panel


class ConversationsConfig(AppConfig):
    name = "candor.apps.conversations"
    label = "conversations"
    verbose_name = "Conversations"

    def ready(self) -> None:
        from candor.apps.customers.personal import register_holder
        from candor.apps.customers.timeline import register_source
        from candor.apps.feedback.unconfirmed import register_unconfirmed
        from candor.apps.imports.kinds import register_kind
        from candor.apps.organization.audit import register_actions
        from candor.apps.webhooks.events import register_event

        from . import tasks  # noqa: F401  registers its schedule
        from .imports import KIND
        from .news import EVENTS
        from .personal import HOLDER
        from .queries import typed_by_strangers
        from .timeline import SOURCE

        register_unconfirmed(typed_by_strangers)
        register_page(
            Page(
                "Listen",
                "Conversations",
                "conversations:list",
                "messages",
                permission="read_feedback",
                order=15,
                group="Customers speak",
            )
        )
        register_page(
            Page(
                "Listen",
                "Note a call",
                "conversations:call",
                "phone",
                permission="speak_up",
                order=16,
                group="Customers speak",
            )
        )
        register_page(
            Page(
                SETTINGS, "Form “Tell us”", "conversations:form", "world", permission="manage_rules", order=31
            )
        )
        register_panel(Panel("feedback", "The conversation", "conversations:panel", order=5))
        register_kind(KIND)
        register_holder(HOLDER)
        register_source(SOURCE)
        for event in EVENTS:
            register_event(event)
        register_actions(
            "conversation",
            _("Conversations"),
            {
                "opened": _("A conversation began"),
                "replied": _("Replied in a conversation"),
                "reply_failed": _("A reply could not be mailed"),
                "reply_sent_again": _("Had a reply mailed once more"),
                "handed_over": _("The assistant handed a conversation over"),
                "address_left": _("Left an address in a conversation"),
                "tied": _("Said whose a conversation is"),
                "assigned": _("Gave a conversation to somebody"),
                "closed": _("Closed a conversation"),
                "reopened": _("Opened a conversation again"),
                "unmasked": _("Looked at a conversation as it was written"),
                "file_taken": _("Took a file out of a conversation"),
                "exported": _("Exported conversations"),
            },
            pages={"conversation": "conversations:conversation"},
        )
        register_actions(
            "conversation_form", _("The form “Tell us”"), {"changed": _("Changed the form “Tell us”")}
        )
