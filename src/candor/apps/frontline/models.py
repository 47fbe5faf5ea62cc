"""Ideas with their votes and steps; pulses with who was asked and, apart from that, what was answered."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from .choices import ON_THE_BOARD, IdeaState, PulseState


class IdeaQuerySet(models.QuerySet["Idea"]):
    def seen(self) -> Self:
        """Ideas that everybody sees: those that wait to be looked at are for moderators."""
        return self.exclude(state=IdeaState.WAITING)

    def with_votes(self) -> Self:
        """The same, each with `in_favour` and `votes`."""
        return self.annotate(
            votes=Count("vote_set", distinct=True),
            in_favour=Count("vote_set", filter=Q(vote_set__is_for=True), distinct=True),
            comments=Count("comment_set", filter=Q(comment_set__removed_at=None), distinct=True),
        )


class Idea(models.Model):
    """Something that a member of staff proposes. No idea is too daft."""

    title = models.CharField(max_length=160)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=IdeaState.choices, default=IdeaState.OPEN)
    author = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+",
        help_text="None where it was posted anonymously: then nothing leads back to the author",
    )  # fmt: skip
    digest = models.CharField(
        max_length=64, blank=True, help_text="Of the code by which an anonymous author follows it"
    )
    unit = models.ForeignKey(
        "organization.Unit", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    touchpoint = models.ForeignKey(
        "journeys.Touchpoint", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    owner = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    answer_by = models.DateField(null=True, help_text="The owner answers by then")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="merged")
    posted_at = models.DateTimeField(help_text="Where it is anonymous: the day alone")

    objects = IdeaQuerySet.as_manager()

    class Meta:
        ordering = ["-posted_at", "-pk"]
        indexes = [models.Index(fields=["state", "posted_at"], name="idea_state")]
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="idea_digest_once")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_anonymous(self) -> bool:
        """Whether it was posted without a name."""
        return bool(self.digest)

    @property
    def is_on_the_board(self) -> bool:
        """Whether it can be voted on."""
        return self.state in ON_THE_BOARD

    @property
    def author_words(self) -> str:
        """Who posted it, as the board says it."""
        return str(self.author) if self.author else _("Anonymous")


class Vote(models.Model):
    """One person's vote on one idea; it can be changed and taken back."""

    idea = models.ForeignKey(
        Idea, on_delete=models.CASCADE, related_name="vote_set", related_query_name="vote_set"
    )
    person = models.ForeignKey("organization.Person", on_delete=models.CASCADE, related_name="+")
    is_for = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "person"], name="idea_vote_once")]

    def __str__(self) -> str:
        return f"{self.person} on {self.idea}"


class Comment(models.Model):
    """What somebody says to an idea."""

    idea = models.ForeignKey(
        Idea, on_delete=models.CASCADE, related_name="comment_set", related_query_name="comment_set"
    )
    by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    said_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["said_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class IdeaStep(models.Model):
    """What became of an idea, step by step; its author is told of each."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="steps")
    words = models.CharField(max_length=300)
    by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.words


class Pulse(models.Model):
    """A short survey of staff: eNPS, some statements, one open question."""

    name = models.CharField(max_length=120)
    statements: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list, help_text="Agreed to on 1 to 5; together they are engagement"
    )
    open_question = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=PulseState.choices, default=PulseState.DRAFT)
    least_scores = models.PositiveSmallIntegerField(
        default=5, help_text="Answers behind a score; never falls"
    )
    least_comments = models.PositiveSmallIntegerField(
        default=10, help_text="Answers behind comments; never falls"
    )
    opened_at = models.DateTimeField(null=True)
    closes_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    results: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, help_text="What may be shown, worked out once when it closed; see results.Shown"
    )
    made_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class PulseSeat(models.Model):
    """That a person is asked, and whether they have answered; nothing of what."""

    pulse = models.ForeignKey(Pulse, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey("organization.Person", on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(
        "organization.Unit", on_delete=models.PROTECT, related_name="+", help_text="Theirs when it opened"
    )
    is_answered = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pulse", "person"], name="pulse_seat_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.pulse}"


class PulseAnswer(models.Model):
    """One answer, with the unit and without the person, the time, or a place in a row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    pulse = models.ForeignKey(Pulse, on_delete=models.CASCADE, related_name="answers")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, related_name="+")
    recommend = models.PositiveSmallIntegerField(null=True, help_text="0 to 10")
    engagement = models.FloatField(null=True, help_text="Mean of the statements that were answered, 1 to 5")

    def __str__(self) -> str:
        return f"An answer to {self.pulse}"


class PulseComment(models.Model):
    """What was written, apart from the numbers of the same person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    pulse = models.ForeignKey(Pulse, on_delete=models.CASCADE, related_name="comments")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(help_text="Personal data masked before it is stored")

    def __str__(self) -> str:
        return f"A comment to {self.pulse}"
