from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "candor.apps.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"
