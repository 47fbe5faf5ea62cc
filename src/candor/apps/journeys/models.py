"""Journeys, stages and touchpoints."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class Journey(models.Model):
    """A path that customers take with us, as it is meant to be."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    owner = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """A part of a journey."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["journey", "position"]
        constraints = [models.UniqueConstraint(fields=["journey", "position"], name="stage_position_once")]

    def __str__(self) -> str:
        return self.name


class Touchpoint(models.Model):
    """A contact between customer and company, direct or through others, with the promise made there."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="touchpoints")
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    activity = models.CharField(max_length=160, blank=True, help_text="What the event log calls it")
    position = models.PositiveSmallIntegerField()
    is_direct = models.BooleanField(default=True, help_text="False when a third party stands between")
    is_critical = models.BooleanField(default=False)
    owner = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    promise = models.CharField(max_length=200, blank=True)
    promised_hours = models.PositiveIntegerField(
        null=True, blank=True, help_text="Longest wait promised until here"
    )

    class Meta:
        ordering = ["stage", "position"]

    def __str__(self) -> str:
        return self.name

    @property
    def promised_wait(self) -> str:
        """The longest wait promised until here, in words."""
        if not self.promised_hours:
            return ""
        if self.promised_hours < 48:
            return ngettext("within %(n)s hour", "within %(n)s hours", self.promised_hours) % {
                "n": self.promised_hours
            }
        return _("within %(n)s days") % {"n": f"{self.promised_hours / 24:.0f}"}
