"""Surveys, their versions and questions, whom they were sent to, and what came back."""

import secrets
from typing import Any

from django.db import models

from candor.apps.feedback.choices import AnswerKind


def _any_number() -> int:
    return secrets.randbelow(10**17) + 1


class Survey(models.Model):
    """A questionnaire, known by its key as the source of the feedback it brings."""

    class State(models.TextChoices):
        IMPORTED = "imported", "Its answers come from files"
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    class Type(models.TextChoices):
        """What is asked about; the rest days between two requests are set for each."""

        RELATIONSHIP = "relationship", "The relationship as a whole"
        TOUCHPOINT = "touchpoint", "One touchpoint"
        EXPECTATION = "expectation", "What is expected beforehand"
        PULSE = "pulse", "How staff are doing"
        OTHER = "other", "Something else"

    key = models.CharField(
        max_length=80, unique=True, help_text="The source of its feedback, letter by letter"
    )
    name = models.CharField(max_length=120)
    touchpoint = models.ForeignKey(
        "journeys.Touchpoint", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    moment = models.CharField(
        max_length=8,
        choices=[
            ("before", "Before the experience"),
            ("after", "After the experience"),
            ("none", "Not tied"),
        ],
        default="none",
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.IMPORTED)
    type = models.CharField(max_length=12, choices=Type.choices, default=Type.OTHER)
    is_anonymous = models.BooleanField(
        default=False, help_text="Nothing leads from an answer back to who gave it; fixed once it was open"
    )
    draft: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        null=True, help_text="The definition as it is being edited, in SurveyJS form"
    )
    draft_revision = models.PositiveIntegerField(
        default=0, help_text="Goes up with every change of the draft, so that two who edit don't overwrite"
    )
    brand_color = models.CharField(max_length=7, blank=True, help_text="As #rrggbb")
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SurveyVersion(models.Model):
    """A definition as it was published; it never changes, and answers stay with the one they were given to."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        help_text="In SurveyJS form"
    )
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["survey", "-number"]
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="survey_version_once")]

    def __str__(self) -> str:
        return f"{self.survey}, version {self.number}"


class DraftChange(models.Model):
    """One change of a survey's draft, with the draft before it, so that it can be undone."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="changes")
    revision = models.PositiveIntegerField(help_text="The survey's revision that it led to")
    about = models.CharField(
        max_length=120, blank=True, help_text="What was typed into; typing on there is the same change"
    )
    words = models.CharField(max_length=240)
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["survey", "-revision"]
        constraints = [models.UniqueConstraint(fields=["survey", "revision"], name="draft_change_once")]

    def __str__(self) -> str:
        return self.words


class Link(models.Model):
    """A standing address that anybody may answer at: on a page, behind a QR code, on a kiosk, inside another site."""

    class Kind(models.TextChoices):
        OPEN = "open", "Open link or QR code"
        EMBED = "embed", "Inside another site"
        KIOSK = "kiosk", "Kiosk"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120, help_text="Where it hangs or stands")
    token = models.CharField(max_length=43, unique=True)
    channel = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(
        "organization.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    touchpoint = models.ForeignKey(
        "journeys.Touchpoint", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sites: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list,
        help_text="Origins of the pages that may show it inside themselves, as https://example.com",
    )
    reset_seconds = models.PositiveSmallIntegerField(
        default=10, help_text="On a kiosk: how long the thanks stand before the next person's turn"
    )
    made_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["survey", "pk"]

    def __str__(self) -> str:
        return f"{self.survey}: {self.name}"


class Question(models.Model):
    """A question with its scale; polarity is stored here, not guessed from answers."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    key = models.CharField(max_length=80)
    text = models.CharField(max_length=300)
    kind = models.CharField(max_length=12, choices=AnswerKind.choices)
    lowest = models.FloatField(null=True)
    highest = models.FloatField(null=True)
    is_high_good = models.BooleanField(default=True)
    blank_codes = models.JSONField(default=list, help_text="Codes that mean no answer")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["survey", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "key"], name="question_once")]

    def __str__(self) -> str:
        return self.text


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, and which of them count."""

    def gone(self) -> "InvitationQuerySet":
        """Those that were sent, not those that wait for a server to take them."""
        return self.filter(put_off_at=None)

    def arrived(self) -> "InvitationQuerySet":
        """Those that were sent and did not come back: the denominator of whoever counts answers."""
        return self.gone().filter(bounced_at=None)


class Invitation(models.Model):
    """One customer asked once; the true denominator of a response rate."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    key = models.CharField(max_length=120)
    customer = models.ForeignKey("customers.Customer", on_delete=models.SET_NULL, null=True, related_name="+")
    unit = models.ForeignKey("organization.Unit", on_delete=models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=40, blank=True)
    product = models.CharField(max_length=120, blank=True)
    segment = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=12, blank=True)
    touchpoint = models.ForeignKey(
        "journeys.Touchpoint", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    journey = models.ForeignKey("journeys.Journey", on_delete=models.SET_NULL, null=True, related_name="+")
    episode = models.CharField(max_length=120, blank=True, help_text="The case in the event log")
    done_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+",
        help_text="Who did the work that is asked about; frozen at the event, never looked up later",
    )  # fmt: skip
    done_by_given = models.CharField(max_length=120, blank=True)
    version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(
        max_length=64,
        blank=True,
        help_text="Of the secret in its link; the secret is in the message alone",
    )
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    put_off_at = models.DateTimeField(
        null=True,
        help_text="Whatever is to carry it puts it off; until it goes, it was not sent and counts in no denominator",
    )
    bounced_at = models.DateTimeField(
        null=True, help_text="It did not arrive, so it counts in no denominator"
    )
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    is_answered = models.BooleanField(
        default=False, help_text="Also where the survey is anonymous and nothing leads to the answer"
    )
    feedback = models.OneToOneField(
        "feedback.Feedback",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The answer, once it came",
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "key"], name="invitation_once"),
            models.UniqueConstraint(
                fields=["digest"], condition=~models.Q(digest=""), name="invitation_digest_once"
            ),
        ]
        indexes = [models.Index(fields=["sent_at"], name="invitation_sent")]

    def __str__(self) -> str:
        return f"{self.survey} to {self.customer}"


class Response(models.Model):
    """What one person answered to a survey, whole or in part; it becomes feedback when it is finished or given up."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="responses")
    version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=32, unique=True, help_text="Its public id, and the key of its feedback")
    digest = models.CharField(
        max_length=64, blank=True, help_text="Of the secret by which a browser goes on with it"
    )
    invitation = models.OneToOneField(
        Invitation, on_delete=models.SET_NULL, null=True, related_name="response",
        help_text="None for open links, and always none where the survey is anonymous",
    )  # fmt: skip
    link = models.ForeignKey(Link, on_delete=models.SET_NULL, null=True, related_name="+")
    language = models.CharField(max_length=12, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, help_text="Answers by the name of their question, as SurveyJS writes them"
    )
    is_test = models.BooleanField(default=False, help_text="Tried by its author; never becomes feedback")
    is_unconfirmed = models.BooleanField(
        default=False,
        help_text="The page sent the score that a link in a mail named; nobody has pressed anything yet",
    )
    is_taken_in = models.BooleanField(
        default=False, help_text="It became feedback, which may be gone again since; never a second time"
    )
    started_at = models.DateTimeField(help_text="Where the survey is anonymous: the day alone")
    changed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, help_text="None while it is partial")
    feedback = models.OneToOneField(
        "feedback.Feedback", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=~models.Q(digest=""), name="response_digest_once"
            )
        ]
        indexes = [
            models.Index(fields=["survey", "started_at"], name="response_survey"),
            models.Index(
                fields=["changed_at"],
                condition=models.Q(is_taken_in=False, is_test=False),
                name="response_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey} {self.key}"


class AnswerFile(models.Model):
    """A file that came with an answer; kept in the record, so that it is erased, moved and backed up with it.

    Its number is drawn at random: that of anonymous answers must not tell in which order they came.
    """

    id = models.BigIntegerField(primary_key=True, default=_any_number)
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="files")
    question = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="By which the answer names it")
    content = models.BinaryField()

    class Meta:
        ordering = ["question", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["response", "question", "sha256"], name="answer_file_once")
        ]

    def __str__(self) -> str:
        return self.name


class Export(models.Model):
    """Answers being made into a file for the person who asked for it; kept for a day."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for its turn"
        RUNNING = "running", "Being made"
        DONE = "done", "Made"
        FAILED = "failed", "Stopped"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="+")
    format = models.CharField(max_length=20)
    unit = models.ForeignKey("organization.Unit", on_delete=models.CASCADE, null=True, related_name="+")
    since = models.DateField()
    until = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    share_done = models.FloatField(default=0.0, help_text="0 to 1")
    rows = models.PositiveBigIntegerField(default=0)
    is_named = models.BooleanField(default=False, help_text="It holds personal data as written")
    message = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey("organization.Person", on_delete=models.CASCADE, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.survey} as {self.format}"

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has it or will have it."""
        return self.state in {self.State.WAITING, self.State.RUNNING}
