from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import SETTINGS, Page, register_page


class WebhooksConfig(AppConfig):
    name = "candor.apps.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"

    def ready(self) -> None:
        from candor.apps.organization.audit import register_actions

        from . import tasks  # noqa: F401  puts them on the schedule
        from .events import TEST, register_event

        register_event(TEST)
        register_page(Page(SETTINGS, "Webhooks", "webhooks:list", "webhook", "administer", order=20))
        register_actions(
            "endpoint",
            _("Webhooks"),
            {
                "made": _("Added a webhook"),
                "changed": _("Changed a webhook"),
                "secret_rotated": _("Gave a webhook a new secret"),
                "paused": _("Paused a webhook"),
                "resumed": _("Resumed a webhook"),
                "stopped": _("A webhook was stopped after days of failure"),
                "tested": _("Sent a test to a webhook"),
                "replayed": _("Sent deliveries of a webhook again"),
                "removed": _("Removed a webhook"),
            },
            pages={"endpoint": "webhooks:endpoint"},
        )
