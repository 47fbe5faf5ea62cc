from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page


class SurveysConfig(AppConfig):
    name = "candor.apps.surveys"
    label = "surveys"
    verbose_name = "Surveys"

    def ready(self) -> None:
        from candor.apps.imports.kinds import register_kind

        from . import receivers  # noqa: F401  connects them
        from .imports import KIND

        register_kind(KIND)
        register_page(
            Page("Listen", "Surveys", "surveys:list", "clipboard-list", permission="read_feedback", order=25)
        )
