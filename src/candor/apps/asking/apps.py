from django.apps import AppConfig


class AskingConfig(AppConfig):
    name = "candor.apps.asking"
    label = "asking"
    verbose_name = "Asking"

    def ready(self) -> None:
        from candor.apps.customers.personal import register_holder

        from . import receivers, tasks  # noqa: F401  both register themselves
        from .personal import HOLDER

        register_holder(HOLDER)
