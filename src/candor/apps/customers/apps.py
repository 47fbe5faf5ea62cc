from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "candor.apps.customers"
    label = "customers"
    verbose_name = "Customers"
