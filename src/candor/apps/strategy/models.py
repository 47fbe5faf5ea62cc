"""Outcomes: what should be true by a date, measured how, from where."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from candor.analytics import Estimate
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.scores.registry import MEASURES, Measure

from .choices import Horizon, Status, Strand


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Outcomes of the viewer's units; those of the whole company only for those who see all of it."""
        unit_ids = viewer.unit_ids(Permission.READ_STRATEGY)
        return self if unit_ids is None else self.filter(unit_id__in=unit_ids)


class Outcome(models.Model):
    """A target for a measure, with the score it started from.

    `unit` None is the whole company. The baseline is frozen when the outcome is defined, so measure and unit never
    change: another measure is another outcome. Target and baseline are in natural units (shares 0–1, NPS −1–1).
    """

    title = models.CharField(max_length=160)
    strand = models.CharField(max_length=4, choices=Strand.choices)
    horizon = models.PositiveSmallIntegerField(
        choices=Horizon.choices, validators=[MinValueValidator(1), MaxValueValidator(3)], help_text="Years"
    )
    measure_key = models.CharField(max_length=40)
    measure_version = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey("organization.Person", on_delete=models.PROTECT, related_name="+")
    target = models.FloatField()
    by_on = models.DateField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)

    baseline_since = models.DateField()
    baseline_until = models.DateField()
    baseline_value = models.FloatField(null=True)
    baseline_low = models.FloatField(null=True)
    baseline_high = models.FloatField(null=True)
    baseline_n = models.PositiveIntegerField()
    baseline_method = models.CharField(max_length=120)
    baseline_status = models.CharField(max_length=16)
    baseline_least_n = models.PositiveIntegerField(default=0)

    defined_at = models.DateTimeField(auto_now_add=True)
    defined_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, help_text="When it was reached or dropped")

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["horizon", "-strand", "by_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(horizon__range=(1, 3)), name="outcome_horizon")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def measure(self) -> Measure | None:
        """Its measure as it was defined then; None when the registry has moved on and the numbers can't be compared."""
        measure = MEASURES.get(self.measure_key)
        return measure if measure and measure.version == self.measure_version else None

    @property
    def baseline(self) -> Estimate:
        """The score it started from, as it was then."""
        return Estimate(
            value=self.baseline_value, low=self.baseline_low, high=self.baseline_high, n=self.baseline_n,
            method=self.baseline_method, status=self.baseline_status, least_n=self.baseline_least_n,  # type: ignore[arg-type]
        )  # fmt: skip

    def is_past(self, day: date) -> bool:
        """Whether its date is over."""
        return self.by_on < day
