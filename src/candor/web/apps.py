from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "candor.web"
    label = "web"
    verbose_name = "Web"
