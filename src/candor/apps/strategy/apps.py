from django.apps import AppConfig

from candor.foundation.navigation import Page, register_page


class StrategyConfig(AppConfig):
    name = "candor.apps.strategy"
    label = "strategy"
    verbose_name = "Strategy"

    def ready(self) -> None:
        register_page(
            Page("Plan", "Outcomes", "strategy:outcomes", "target", permission="read_strategy", order=10)
        )
