from django.apps import AppConfig

from candor.foundation.navigation import SETTINGS, Page, register_page


class OrganizationConfig(AppConfig):
    name = "candor.apps.organization"
    label = "organization"
    verbose_name = "Organization"

    def ready(self) -> None:
        from . import receivers, tasks  # noqa: F401  both register themselves
        from .audit import register_own

        register_own()
        register_page(
            Page(SETTINGS, "People and policy", "organization:people", "users", "administer", order=10)
        )
