from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page


class CustomersConfig(AppConfig):
    name = "candor.apps.customers"
    label = "customers"
    verbose_name = "Customers"

    def ready(self) -> None:
        register_page(
            Page("Listen", "Customers", "customers:list", "users", permission="read_feedback", order=30)
        )
