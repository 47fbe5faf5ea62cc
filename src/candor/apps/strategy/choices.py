"""Words of Plan."""

from django.db import models


class Strand(models.TextChoices):
    """What customers get, and how people here make it so."""

    WHAT = "what", "What customers get"
    HOW = "how", "How our people do it"


class Horizon(models.IntegerChoices):
    ONE = 1, "Within one year"
    TWO = 2, "Within two years"
    THREE = 3, "Within three years"


class Status(models.TextChoices):
    OPEN = "open", "Open"
    REACHED = "reached", "Reached"
    DROPPED = "dropped", "Dropped"
