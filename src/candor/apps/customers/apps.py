from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page


class CustomersConfig(AppConfig):
    name = "candor.apps.customers"
    label = "customers"
    verbose_name = "Customers"

    def ready(self) -> None:
        from candor.apps.organization.audit import register_actions

        register_page(
            Page("Listen", "Customers", "customers:list", "users", permission="read_feedback", order=30)
        )
        register_actions(
            "customer",
            _("Customers"),
            {
                "merged": _("Joined two records of one customer"),
                "parted": _("Parted two records of customers"),
                "exported": _("Exported everything held about a customer"),
                "erased": _("Erased a customer"),
            },
            pages={"customer": "customers:customer"},
        )
