from django.apps import AppConfig

from candor.foundation.navigation import SETTINGS, Page, register_page


class OrganizationConfig(AppConfig):
    name = "candor.apps.organization"
    label = "organization"
    verbose_name = "Organization"

    def ready(self) -> None:
        from . import receivers  # noqa: F401  connects them
        from .audit import register_own

        register_own()
        register_page(
            Page(SETTINGS, "People and policy", "organization:people", "users", "administer", order=10)
        )
