from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "candor.apps.journeys"
    label = "journeys"
    verbose_name = "Journeys"

    def ready(self) -> None:
        from candor.apps.imports.kinds import register_kind

        from .imports import KIND

        register_kind(KIND)
