from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page


class ImportsConfig(AppConfig):
    name = "candor.apps.imports"
    label = "imports"
    verbose_name = "Imports"

    def ready(self) -> None:
        register_page(Page("Listen", "Imports", "imports:list", "upload", permission="import_data", order=90))
