from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page


class ReportsConfig(AppConfig):
    name = "candor.apps.reports"
    label = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        from . import tasks  # noqa: F401  registers itself

        register_page(Page("Share", "Digest", "reports:digest", "mail", permission="read_reports", order=10))
        register_page(
            Page("Share", "Export", "reports:export", "download", permission="export_data", order=20)
        )
