from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page


class ChatConfig(AppConfig):
    name = "candor.apps.chat"
    label = "chat"
    verbose_name = "Chat"

    def ready(self) -> None:
        from candor.apps.customers.personal import register_holder
        from candor.apps.organization.audit import register_actions

        from . import tasks  # noqa: F401  registers itself
        from .personal import HOLDER

        register_holder(HOLDER)
        register_page(
            Page(
                "Listen",
                "Chat",
                "chat:channel",
                "robot",
                permission="read_scores",
                order=17,
                group="Customers speak",
            )
        )
        register_actions(
            "article",
            _("Articles"),
            {
                "written": _("Wrote an article"),
                "changed": _("Changed an article"),
                "published": _("Published an article"),
                "withdrawn": _("Took an article back"),
                "removed": _("Deleted an article"),
            },
            pages={"article": "chat:article"},
        )
        register_actions("chat", _("Chat"), {"set_up": _("Changed how the chat is set up")})
