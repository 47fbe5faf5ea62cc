from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page


class ReportsConfig(AppConfig):
    name = "candor.apps.reports"
    label = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        from candor.apps.organization.audit import register_actions

        from . import tasks  # noqa: F401  registers itself

        register_page(Page("Share", "Digest", "reports:digest", "mail", permission="read_reports", order=10))
        register_page(
            Page("Share", "Export", "reports:export", "download", permission="export_data", order=20)
        )
        register_actions(
            "digest",
            _("The digest"),
            {
                "sent": _("Sent the digest"),
                "subscribed": _("Subscribed to the digest"),
                "unsubscribed": _("Unsubscribed from the digest"),
            },
        )
