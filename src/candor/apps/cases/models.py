"""Cases, the rules that open them, and what was noted on the way."""

from datetime import datetime
from typing import Self

from django.db import models

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission, Role

from .choices import RootCause, State, Trigger


class Rule(models.Model):
    """When feedback opens a case, who owns it and by when it must be closed."""

    name = models.CharField(max_length=120)
    trigger = models.CharField(max_length=20, choices=Trigger.choices)
    threshold = models.FloatField(null=True, blank=True)
    unit = models.ForeignKey(
        "organization.Unit",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: everywhere",
    )
    owner_role = models.CharField(max_length=20, choices=Role.choices, default=Role.MANAGER)
    due_hours = models.PositiveIntegerField(default=48)
    is_active = models.BooleanField(default=True)
    active_since = models.DateTimeField(
        help_text="Feedback from before opens no case: history is not a to-do list"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Cases of units the viewer may read cases of; those without a unit only for who sees the whole organization."""
        unit_ids = viewer.unit_ids(Permission.READ_CASES)
        return self if unit_ids is None else self.filter(unit_id__in=unit_ids)

    def unfinished(self) -> Self:
        """Cases that still wait for something."""
        return self.exclude(state=State.CLOSED)


class Case(models.Model):
    """One customer's matter."""

    title = models.CharField(max_length=200)
    feedback = models.ForeignKey("feedback.Feedback", on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.SET_NULL, null=True, related_name="+")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True, related_name="cases")
    owner = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    root_cause = models.CharField(max_length=20, choices=RootCause.choices, blank=True)
    resolution = models.TextField(blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feedback", "rule"], name="case_once_a_rule")]
        indexes = [
            models.Index(fields=["state", "due_at"], name="case_due"),
            models.Index(fields=["owner", "state"], name="case_owner"),
            models.Index(fields=["closed_at"], name="case_closed"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_late(self, now: datetime) -> bool:
        """Whether it is past its clock, or was closed past it."""
        return self.due_at < (self.closed_at or now)


class CaseNote(models.Model):
    """Something done or learnt on the way."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    written_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]
