"""Themes, the comments that were read for them, the runs that found them; and critical moments that were looked for."""

from typing import Any

from django.db import models

from .choices import Outcome, Standing


class ThemeRun(models.Model):
    """One discovery in the comments of one language; the latest of a language places new comments."""

    language = models.CharField(max_length=12)
    as_of = models.DateField(help_text="The last day of the comments read")
    since = models.DateField(help_text="Their first day")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    n_comments = models.PositiveIntegerField(help_text="Comments looked at")
    n_read = models.PositiveIntegerField(help_text="Of them, those with words that count")
    n_distinct = models.PositiveIntegerField(help_text="Different contents among them")
    last_feedback_id = models.BigIntegerField(default=0, help_text="The newest feedback there was")
    parameters = models.JSONField(default=dict)
    codes = models.JSONField(default=list, help_text="Frequent words with quotes, where there are no themes")
    model = models.BinaryField(default=b"", help_text="What places new comments; kept for the latest run")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["language", "-id"], name="theme_run_latest")]

    def __str__(self) -> str:
        return f"Themes in {self.language}, {self.since} to {self.as_of}"


class Theme(models.Model):
    """Comments that belong together. Its key stays from run to run, and with it what people made of it."""

    key = models.CharField(max_length=16)
    language = models.CharField(max_length=12)
    standing = models.CharField(max_length=10, choices=Standing.choices)
    proposed_name = models.CharField(max_length=200)
    terms = models.JSONField(default=list, help_text="Words as people wrote them, the most telling first")
    words = models.JSONField(default=dict, help_text="Stems and weights by which the next run recognises it")
    stability = models.FloatField(help_text="Mean bootstrap Jaccard, 0 to 1")
    n = models.PositiveIntegerField(help_text="Comments in the run that last found it")
    found_at = models.DateTimeField(auto_now_add=True)

    given_name = models.CharField(max_length=120, blank=True)
    named_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    is_hidden = models.BooleanField(default=False)
    hidden_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="parts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "key"], name="theme_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What people called it, or the words that set it apart."""
        return self.given_name or self.proposed_name

    @property
    def is_touched(self) -> bool:
        """Whether a person named, hid or merged it."""
        return bool(self.given_name or self.is_hidden or self.merged_into_id)

    @property
    def is_published(self) -> bool:
        """Whether its group is reliable enough to be counted."""
        return self.standing in {Standing.STABLE, Standing.TENTATIVE}


class ReadComment(models.Model):
    """A comment that was read, and its theme if it has one: one row a comment, so that every share knows its whole.

    Unit and day are those of the feedback, which never change; they stand here so that counting needs no join.
    """

    feedback = models.OneToOneField(
        "feedback.Feedback", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    run = models.ForeignKey(ThemeRun, on_delete=models.CASCADE, related_name="+")
    theme = models.ForeignKey(Theme, on_delete=models.SET_NULL, null=True, related_name="+")
    similarity = models.FloatField(default=0.0, help_text="Cosine with the theme's centre, 0 to 1")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    received_on = models.DateField()
    is_by_hand = models.BooleanField(
        default=False, help_text="A person said which theme it is of; no run says otherwise"
    )

    class Meta:
        indexes = [
            models.Index(fields=["received_on", "unit", "theme"], name="read_comment_when"),
            models.Index(fields=["theme", "received_on"], name="read_comment_theme"),
        ]

    def __str__(self) -> str:
        return f"Comment of {self.feedback_id}"


class MomentSearch(models.Model):
    """A question after critical moments and what was found; shares and changes only, and always to be had again."""

    key = models.CharField(max_length=64, unique=True, help_text="Digest of the question")
    question: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    state = models.CharField(
        max_length=60, blank=True, help_text="Of feedback and event log, when it was found"
    )
    found = models.TextField(blank=True, help_text="JSON of critical_moments.Found")
    found_at = models.DateTimeField(null=True)
    share_done = models.FloatField(default=0, help_text="Of the search under way")
    job = models.BigIntegerField(null=True, help_text="The job that looks, while one does")
    asked_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "moment searches"

    def __str__(self) -> str:
        return f"Critical moments of {self.question.get('journey')}"
