"""Words of Understand."""

from django.db import models


class Standing(models.TextChoices):
    """How reliably a theme came back when comments were drawn again."""

    STABLE = "stable", "Stable"
    TENTATIVE = "tentative", "Tentative"
    WITHHELD = "withheld", "Not reliable enough to show"
    GONE = "gone", "Not found in the latest run"


class Outcome(models.TextChoices):
    """How a run ended."""

    OK = "ok", "Themes found"
    TOO_FEW = "too_few", "Too few different comments"
    NONE_STABLE = "none_stable", "No group of comments came back reliably"
