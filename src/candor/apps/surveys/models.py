"""Surveys, questions and invitations."""

from django.db import models

from candor.apps.feedback.choices import AnswerKind


class Survey(models.Model):
    """A questionnaire, known by its key as the source of the feedback it brings."""

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
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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


class Invitation(models.Model):
    """One customer asked once; the true denominator of a response rate."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    key = models.CharField(max_length=120)
    customer = models.ForeignKey("customers.Customer", on_delete=models.SET_NULL, null=True, related_name="+")
    unit = models.ForeignKey("organization.Unit", on_delete=models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=40, blank=True)
    product = models.CharField(max_length=120, blank=True)
    segment = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField()
    feedback = models.OneToOneField(
        "feedback.Feedback",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The answer, once it came",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "key"], name="invitation_once")]
        indexes = [models.Index(fields=["sent_at"], name="invitation_sent")]

    def __str__(self) -> str:
        return f"{self.survey} to {self.customer}"
