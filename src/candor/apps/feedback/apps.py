from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "candor.apps.feedback"
    label = "feedback"
    verbose_name = "Feedback"
