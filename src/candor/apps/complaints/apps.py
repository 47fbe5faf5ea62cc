from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "candor.apps.complaints"
    label = "complaints"
    verbose_name = "Complaints"
