from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "candor.apps.surveys"
    label = "surveys"
    verbose_name = "Surveys"

    def ready(self) -> None:
        from candor.apps.imports.kinds import register_kind

        from .imports import KIND

        register_kind(KIND)
