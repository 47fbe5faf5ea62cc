from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page


class JourneysConfig(AppConfig):
    name = "candor.apps.journeys"
    label = "journeys"
    verbose_name = "Journeys"

    def ready(self) -> None:
        register_page(Page("Measure", "Journeys", "journeys:journeys", "route", "read_scores", order=20))
        from candor.apps.imports.kinds import register_kind

        from .imports import KIND

        register_kind(KIND)
