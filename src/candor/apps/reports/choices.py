"""Words of Share."""

from django.db import models


class Rhythm(models.TextChoices):
    """How often a digest comes, and how far it looks back."""

    WEEKLY = "weekly", "Every Monday"
    MONTHLY = "monthly", "On the first of the month"

    @property
    def period_key(self) -> str:
        return {"weekly": "28d", "monthly": "90d"}[self.value]
