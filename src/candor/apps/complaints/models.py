"""Complaints."""

from typing import Self

from django.db import models

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Complaints whose feedback the viewer may read."""
        unit_ids = viewer.unit_ids(Permission.READ_FEEDBACK)
        return self if unit_ids is None else self.filter(feedback__unit_id__in=unit_ids)


class Complaint(models.Model):
    """The complaint side of a feedback record, with its clocks."""

    class Severity(models.IntegerChoices):
        LOW = 1, "Low"
        MEDIUM = 2, "Medium"
        HIGH = 3, "High"

    feedback = models.OneToOneField(
        "feedback.Feedback", on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    product = models.CharField(max_length=120, blank=True)
    sub_product = models.CharField(max_length=120, blank=True)
    issue = models.CharField(max_length=160, blank=True)
    sub_issue = models.CharField(max_length=200, blank=True)
    company = models.CharField(max_length=160, blank=True)
    state_code = models.CharField(max_length=40, blank=True, help_text="State or province")
    postcode = models.CharField(max_length=20, blank=True)
    tags = models.CharField(max_length=200, blank=True)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, null=True)

    received_on = models.DateField()
    sent_on = models.DateField(null=True, help_text="Sent to the company that must answer")
    acknowledge_by = models.DateField(null=True)
    acknowledged_on = models.DateField(null=True)
    decide_by = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    is_open = models.BooleanField(default=True)
    is_timely = models.BooleanField(null=True, help_text="As stated by the source, or by our clock")
    is_disputed = models.BooleanField(null=True)
    response = models.CharField(
        max_length=120, blank=True, help_text="How it was closed, in the source's words"
    )
    public_response = models.TextField(blank=True)
    root_cause = models.CharField(max_length=160, blank=True)
    redress = models.CharField(max_length=160, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["decide_by", "feedback"],
                condition=models.Q(is_open=True),
                name="complaint_open_clock",
            ),
            models.Index(fields=["company", "product", "issue"], name="complaint_repeat"),
            models.Index(fields=["received_on", "feedback"], name="complaint_newest"),
            models.Index(fields=["product", "issue", "received_on"], name="complaint_product_issue"),
            models.Index(fields=["company", "received_on"], name="complaint_company"),
            models.Index(fields=["issue", "received_on"], name="complaint_issue"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.issue}"
