from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "candor.foundation"
    label = "foundation"
    verbose_name = "Foundation"

    def ready(self) -> None:
        from . import (
            addresses,  # noqa: F401  has `<id:…>` known before any urls.py
            tasks,  # noqa: F401  puts them on the schedule
        )
