from django.apps import AppConfig


class ScoresConfig(AppConfig):
    name = "candor.apps.scores"
    label = "scores"
    verbose_name = "Scores"

    def ready(self) -> None:
        from . import receivers, tasks  # noqa: F401  both register themselves
