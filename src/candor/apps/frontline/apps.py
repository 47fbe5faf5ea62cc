from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page


class FrontlineConfig(AppConfig):
    name = "candor.apps.frontline"
    label = "frontline"
    verbose_name = "Frontline"

    def ready(self) -> None:
        from candor.apps.organization.audit import register_actions
        from candor.apps.webhooks.events import register_event

        from .news import EVENTS

        for event in EVENTS:
            register_event(event)

        register_page(
            Page(
                "Listen",
                "Ideas",
                "frontline:board",
                "bulb",
                permission="speak_up",
                order=60,
                group="Staff speak",
            )
        )
        register_page(
            Page(
                "Listen",
                "Note",
                "frontline:note",
                "edit",
                permission="speak_up",
                order=61,
                group="Staff speak",
            )
        )
        register_page(
            Page(
                "Listen",
                "Pulse",
                "frontline:pulses",
                "heartbeat",
                permission="speak_up",
                order=62,
                group="Staff speak",
            )
        )
        register_actions(
            "idea",
            _("Ideas"),
            {
                "posted": _("Posted an idea"),
                "voted_by_key": _("Voted on an idea, by another system"),
                "commented_by_key": _("Commented on an idea, by another system"),
                "let_in": _("Put an anonymous idea on the board"),
                "turned_away": _("Kept an anonymous idea off the board"),
                "comment_removed": _("Took a comment on an idea off"),
                "comment_restored": _("Put a comment on an idea back"),
                "owner_named": _("Named who answers an idea"),
                "answered": _("Said what becomes of an idea"),
                "merged": _("Merged two ideas"),
                "parted": _("Parted two ideas"),
            },
            pages={"idea": "frontline:idea"},
        )
        register_actions(
            "pulse",
            _("Pulses"),
            {
                "drafted": _("Wrote a pulse"),
                "opened": _("Opened a pulse"),
                "closed": _("Closed a pulse"),
                "dropped": _("Removed the draft of a pulse"),
                "exported": _("Exported the results of a pulse"),
            },
            pages={"pulse": "frontline:pulse"},
        )
