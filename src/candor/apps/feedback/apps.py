from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class FeedbackConfig(AppConfig):
    name = "candor.apps.feedback"
    label = "feedback"
    verbose_name = "Feedback"

    def ready(self) -> None:
        register_page(
            Page("Listen", "Inbox", "feedback:inbox", "inbox", permission="read_feedback", order=10)
        )
        register_panel(Panel("customer", "What they told us", "feedback:customer_panel", order=10))
