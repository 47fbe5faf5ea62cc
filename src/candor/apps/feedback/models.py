"""Feedback and its answers."""

from typing import Self

from django.db import models

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .choices import AnswerKind, Kind

_LONGEST_SHOWN = 24  # characters of a key; longer ones are drawn at random and say nothing to people


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, viewer: Viewer, permission: Permission = Permission.READ_FEEDBACK) -> Self:
        """What the viewer may read; feedback without a unit only for those who see the whole organization."""
        unit_ids = viewer.unit_ids(permission)
        return self if unit_ids is None else self.filter(unit_id__in=unit_ids)


class Feedback(models.Model):
    """One thing somebody told us, at one moment."""

    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(max_length=80, help_text="The system or survey it came from")
    key = models.CharField(max_length=120, help_text="Its id there; source and key together are unique")
    channel = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(help_text="When the customer said it")
    knows_time = models.BooleanField(
        default=True, help_text="False when the source knows the day only; noon stands for it"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    customer = models.ForeignKey("customers.Customer", on_delete=models.SET_NULL, null=True, related_name="+")
    segment = models.CharField(max_length=80, blank=True, help_text="The customer's segment then")
    touchpoint = models.ForeignKey(
        "journeys.Touchpoint", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    journey = models.ForeignKey("journeys.Journey", on_delete=models.SET_NULL, null=True, related_name="+")
    episode = models.CharField(max_length=120, blank=True, help_text="The case in the event log")

    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    done_by = models.ForeignKey(
        "organization.Person",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Who did the work at the time; frozen then, never looked up later",
    )
    done_by_given = models.CharField(
        max_length=120, blank=True, help_text="The same as the source names them, known here or not"
    )
    product = models.CharField(max_length=120, blank=True)
    company = models.CharField(
        max_length=160, blank=True, help_text="The firm it is about, in files of many firms"
    )
    issue = models.CharField(max_length=160, blank=True)

    title = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True, help_text="As written; only for those who may read personal data")
    comment_masked = models.TextField(blank=True, help_text="With the personal data that was found masked")
    language = models.CharField(max_length=12, blank=True)
    weight = models.FloatField(default=1.0)
    is_partial = models.BooleanField(default=False, help_text="Given up before the last question")
    handled_at = models.DateTimeField(null=True, help_text="Taken out of the inbox")
    handled_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    import_batch = models.ForeignKey(
        "imports.ImportBatch", on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="feedback_once")]
        indexes = [
            models.Index(fields=["received_at", "id"], name="feedback_received"),
            models.Index(fields=["unit", "received_at", "handled_at"], name="feedback_unit_waiting"),
            models.Index(fields=["customer", "received_at"], name="feedback_customer_received"),
            models.Index(fields=["kind", "received_at", "handled_at"], name="feedback_kind_waiting"),
            models.Index(
                fields=["received_at", "id"], condition=models.Q(handled_at=None), name="feedback_waiting"
            ),
            *(  # with handled_at, so that what waits is counted in the index alone
                models.Index(fields=[name, "received_at", "handled_at"], name=f"feedback_{name}_waiting")
                for name in ("channel", "product", "company", "issue")
            ),
        ]

    def __str__(self) -> str:
        key = self.key if len(self.key) <= _LONGEST_SHOWN else f"{self.key[:8]}…"
        return self.title or f"{self.get_kind_display()} {key}"


class Answer(models.Model):
    """An answer to one question: a number, a text or both."""

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=AnswerKind.choices)
    number = models.FloatField(null=True)
    text = models.TextField(blank=True, help_text="As written; only for those who may read personal data")
    text_masked = models.TextField(blank=True, help_text="With the personal data that was found masked")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feedback", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.question}: {self.number if self.number is not None else self.text_masked}"


class Erased(models.Model):
    """Something an erased customer said: the digest of its source and id, so that nothing brings it back."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "erased"

    def __str__(self) -> str:
        return self.digest[:12]
