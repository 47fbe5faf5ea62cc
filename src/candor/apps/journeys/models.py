"""Journeys, stages and touchpoints; what was changed in them; and counts of the event log that were made for pages."""

from typing import Any

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
    version = models.PositiveIntegerField(default=0, help_text="Goes up with every change of its design")

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

    stage = models.ForeignKey(
        Stage, on_delete=models.SET_NULL, null=True, related_name="touchpoints",
        help_text="None once it was taken out of the journey; what was said there stays",
    )  # fmt: skip
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

    promised_from = models.CharField(
        max_length=160,
        blank=True,
        help_text="Activity that starts the clock of the promise; else the touchpoint before",
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


class DesignChange(models.Model):
    """One change of a journey's design, with the design before it, so that it can be undone."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField(help_text="The journey's version that it led to")
    words = models.CharField(max_length=240)
    before = models.JSONField()
    by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["journey", "-version"]
        constraints = [models.UniqueConstraint(fields=["journey", "version"], name="design_change_once")]

    def __str__(self) -> str:
        return self.words


class JourneyCount(models.Model):
    """What a page once asked of the event log, and the answer; without personal data, and always to be had again."""

    key = models.CharField(max_length=64, unique=True, help_text="Digest of the question")
    question: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    version = models.BigIntegerField(null=True, help_text="The event log's version that was counted")
    counts = models.TextField(blank=True, help_text="JSON of counting.Counts")
    counted_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    share_done = models.FloatField(default=0, help_text="Of the counting under way")
    job = models.BigIntegerField(null=True, help_text="The job that counts, while one does")
    asked_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.question.get('journey')} at version {self.version}"
