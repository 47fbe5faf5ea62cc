from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page


class CustomersConfig(AppConfig):
    name = "candor.apps.customers"
    label = "customers"
    verbose_name = "Customers"

    def ready(self) -> None:
        from candor.apps.imports.kinds import register_kind
        from candor.apps.organization.audit import register_actions
        from candor.apps.webhooks.queries import messages_about
        from candor.apps.webhooks.services import forget_messages

        from .imports import KIND
        from .personal import Holder, register_holder

        register_kind(KIND)
        register_holder(Holder("told_to_other_systems", messages_about, forget_messages))
        register_page(
            Page("Listen", "Customers", "customers:list", "users", permission="read_feedback", order=11)
        )
        register_actions(
            "customer",
            _("Customers"),
            {
                "put": _("Another system added or changed a customer"),
                "merged": _("Joined two records of one customer"),
                "parted": _("Parted two records of customers"),
                "exported": _("Exported everything held about a customer"),
                "erased": _("Erased a customer"),
                "let_back": _("Let a customer who was erased be known again"),
                "opted_out": _("A customer asked not to be asked"),
                "opt_out_taken_back": _("A customer may be asked again"),
                "consent_noted": _("Noted whether a customer agrees to be asked"),
            },
            pages={"customer": "customers:customer"},
        )
