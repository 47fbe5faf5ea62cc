"""Complaints with their clocks, who made them, what happened to them, and the rules and letters they are worked with."""

from typing import Self

from django.db import models
from django.db.models import Q

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .choices import (
    Entry,
    EscalationKind,
    EscalationOutcome,
    LetterKind,
    Outcome,
    PauseReason,
    Preference,
    RedressKind,
    StepKind,
    Vulnerability,
)
from .clocks import Terms


class RuleSet(models.Model):
    """By when complaints of a product, a jurisdiction or a severity are acknowledged and decided; what it says lies in its versions."""

    name = models.CharField(max_length=120, unique=True)
    product = models.CharField(max_length=120, blank=True, help_text="Empty: every product")
    jurisdiction = models.CharField(max_length=40, blank=True, help_text="Empty: everywhere")
    severity = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: of any severity")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def narrowness(self) -> int:
        """How much it asks for; of those that fit, the narrowest is taken."""
        return bool(self.product) + bool(self.jurisdiction) + (self.severity is not None)

    def fits(self, *, product: str, jurisdiction: str, severity: int | None) -> bool:
        """Whether it is for such a complaint."""
        return (
            (not self.product or self.product.casefold() == product.casefold())
            and (not self.jurisdiction or self.jurisdiction.casefold() == jurisdiction.casefold())
            and (self.severity is None or self.severity == severity)
        )


class RuleSetVersion(models.Model):
    """What a rule set says from a moment on. Never changed: a complaint keeps the version it started with."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    stored = models.JSONField(help_text="The terms, as `Terms.to_stored` writes them")
    why = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["rule_set", "-number"]
        constraints = [models.UniqueConstraint(fields=["rule_set", "number"], name="rule_set_version_once")]

    def __str__(self) -> str:
        return f"{self.rule_set}, version {self.number}"

    @property
    def terms(self) -> Terms:
        return Terms.from_stored(self.stored)


class Topic(models.Model):
    """A product, or an issue of one (of every product where `product` is empty), of the editable list that forms offer.

    One that was merged keeps its words: whatever comes in under them is filed under the one it went into.
    """

    product = models.CharField(max_length=120, blank=True)
    issue = models.CharField(max_length=160, blank=True)
    is_archived = models.BooleanField(default=False, help_text="No longer offered; complaints keep it")
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="other_words")

    class Meta:
        ordering = ["product", "issue"]
        constraints = [
            models.UniqueConstraint(fields=["product", "issue"], name="topic_once"),
            models.CheckConstraint(condition=~Q(product="", issue=""), name="topic_says_something"),
        ]

    def __str__(self) -> str:
        return " \N{EM DASH} ".join(filter(None, (self.product, self.issue)))


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

    entry = models.CharField(max_length=8, choices=Entry.choices, default=Entry.IMPORT)
    jurisdiction = models.CharField(max_length=40, blank=True)
    rules = models.ForeignKey(
        RuleSetVersion,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The version it started with; none where days of the file or the simple clock stand",
    )
    acknowledge_due_at = models.DateTimeField(null=True)
    decide_due_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(
        null=True, help_text="The decision clock stands still, and runs again then at the latest"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    owner = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    vulnerability = models.CharField(max_length=12, choices=Vulnerability.choices, blank=True)
    vulnerability_note = models.TextField(
        blank=True, help_text="Only for those who may read of vulnerability"
    )
    repeat_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    repeat_why = models.CharField(max_length=120, blank=True)
    strangers: models.JSONField[list[int], list[int]] = models.JSONField(
        default=list,
        help_text="Complaints that look like the same household’s, and somebody said they are not",
    )

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
            models.Index(fields=["outcome", "received_on"], name="complaint_outcome"),
            models.Index(fields=["severity", "received_on"], name="complaint_severity"),
            models.Index(
                fields=["acknowledge_due_at", "feedback"],
                condition=Q(is_open=True, acknowledged_on=None, rules__isnull=False),
                name="complaint_unacknowledged",
            ),
            models.Index(
                fields=["owner", "decide_by"], condition=Q(is_open=True), name="complaint_owner_open"
            ),
            models.Index(
                fields=["received_on", "feedback"],
                condition=Q(repeat_of__isnull=False),
                name="complaint_repeats",
            ),
            models.Index(
                fields=["received_on", "feedback"],
                condition=Q(is_timely=False),
                name="complaint_answered_late",
            ),
            models.Index(
                fields=["paused_until"], condition=Q(paused_until__isnull=False), name="complaint_paused"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.issue}"

    @property
    def reference(self) -> str:
        """The number it goes by."""
        return self.feedback.key

    @property
    def going_further(self) -> "list[Escalation]":
        """Appeals and the ombudsman's questions that wait for our answer."""
        return [one for one in self.escalations.all() if one.ended_on is None]


class Complainant(models.Model):
    """Who complained, as they said; and the keys by which the same household is found."""

    complaint = models.OneToOneField(
        Complaint, on_delete=models.CASCADE, related_name="complainant", primary_key=True
    )
    name = models.CharField(max_length=160, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=12, blank=True)
    preference = models.CharField(max_length=8, choices=Preference.choices, default=Preference.EMAIL)
    phone_key = models.CharField(max_length=40, blank=True)
    address_key = models.CharField(max_length=64, blank=True)
    name_key = models.CharField(max_length=64, blank=True, help_text="Surname and postcode")

    class Meta:
        indexes = [
            models.Index(fields=[name], condition=~Q(**{name: ""}), name=f"complainant_{name}")
            for name in ("phone_key", "address_key", "name_key")
        ]

    def __str__(self) -> str:
        return f"Complainant {self.pk}"


class Attachment(models.Model):
    """A file that came with a complaint; kept in the record, so that it is erased, moved and backed up with it."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Pause(models.Model):
    """A stretch in which the decision clock stands still; it ends by itself at `ends_at`."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=12, choices=PauseReason.choices)
    words = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="When it was ended, or ends at the latest")
    is_ended = models.BooleanField(default=False)

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(is_ended=False), name="one_pause_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gte=models.F("started_at")), name="pause_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {self.started_at:%Y-%m-%d}"


class Redress(models.Model):
    """Something a customer gets to put it right."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="redresses")
    kind = models.CharField(max_length=12, choices=RedressKind.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    words = models.CharField(max_length=200, blank=True)
    given_on = models.DateField()

    class Meta:
        ordering = ["given_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None, currency="") | (Q(amount__gt=0) & ~Q(currency="")),
                name="redress_money_has_a_currency",
            )
        ]

    def __str__(self) -> str:
        if self.amount is None:
            return self.words or str(self.get_kind_display())
        money = f"{self.get_kind_display()}: {self.amount:,.2f} {self.currency}"
        return f"{money}, {self.words}" if self.words else money


class Escalation(models.Model):
    """An appeal to us, or the ombudsman, each with its own clock."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="escalations")
    kind = models.CharField(max_length=10, choices=EscalationKind.choices)
    body = models.CharField(max_length=120, blank=True, help_text="Which ombudsman")
    reference = models.CharField(max_length=60, blank=True, help_text="The number there")
    words = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    due_on = models.DateField()
    ended_on = models.DateField(null=True)
    outcome = models.CharField(max_length=10, choices=EscalationOutcome.choices, blank=True)

    class Meta:
        ordering = ["opened_at", "pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(ended_on=None), name="escalation_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "kind"], condition=Q(ended_on=None), name="one_escalation_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.get_kind_display()), self.body)))


class Step(models.Model):
    """Something that happened to a complaint, in words; with its complaint it goes."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=18, choices=StepKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.words[:60]}"


class LetterTemplate(models.Model):
    """A letter of a kind in a language; its words lie in its versions."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=LetterKind.choices)
    language = models.CharField(max_length=12, default="en")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "language", "name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="letter_template_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class LetterTemplateVersion(models.Model):
    """The words of a letter from a moment on, with merge fields in braces. Never changed."""

    template = models.ForeignKey(LetterTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="letter_template_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.template}, version {self.number}"


class Letter(models.Model):
    """A letter to a customer, exactly as it was sent."""

    class State(models.TextChoices):
        WAITING = "waiting", "On its way"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not sent"
        PRINTED = "printed", "To be posted"

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="letters")
    version = models.ForeignKey(LetterTemplateVersion, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=16, choices=LetterKind.choices)
    language = models.CharField(max_length=12)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    to = models.CharField(max_length=254, blank=True, help_text="The address it was mailed to; empty: posted")
    state = models.CharField(max_length=8, choices=State.choices)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    message = models.BinaryField(null=True, help_text="The mail as it left, or the PDF that was printed")

    class Meta:
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return self.subject


class PublicForm(models.Model):
    """The public form, a single row: whether it is open and what it says."""

    is_open = models.BooleanField(default=False)
    welcome = models.TextField(blank=True)
    thanks = models.TextField(blank=True)
    unit = models.ForeignKey(
        "organization.Unit",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where complaints of the form belong",
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_public_form")]

    def __str__(self) -> str:
        return "The public form"
