from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "candor.apps.organization"
    label = "organization"
    verbose_name = "Organization"
