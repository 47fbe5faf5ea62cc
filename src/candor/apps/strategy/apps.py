from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "candor.apps.strategy"
    label = "strategy"
    verbose_name = "Strategy"
