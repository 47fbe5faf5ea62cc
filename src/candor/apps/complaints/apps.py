from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "candor.apps.complaints"
    label = "complaints"
    verbose_name = "Complaints"

    def ready(self) -> None:
        from candor.apps.imports.kinds import register_kind

        from .imports import KIND

        register_kind(KIND)
