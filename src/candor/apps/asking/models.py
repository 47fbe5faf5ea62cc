"""The governor's rule, plans, everybody who came up for a question with what became of it, and the messages that went out."""

import secrets
from datetime import time
from typing import Any

from django.db import models

from .choices import SURVEY, Channel, Delivery, PlanState, Reason, Standing, Trigger


def new_seed() -> int:
    """A seed for draws; positive and small enough for any database."""
    return secrets.randbelow(2**62)


def any_channel() -> list[str]:
    """Mail alone, until somebody says otherwise."""
    return [Channel.EMAIL.value]


def any_day() -> list[int]:
    """Every day but Sunday, Monday being 0."""
    return [0, 1, 2, 3, 4, 5]


class Rule(models.Model):
    """The one rule over all channels and types of survey; a single row."""

    rest_days = models.PositiveSmallIntegerField(default=30, help_text="Between any two requests to a person")
    rest_days_by_type: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(
        default=dict, help_text="Between two requests of one type, where that is longer"
    )
    most_in_period = models.PositiveSmallIntegerField(default=6, help_text="Requests to a person in a period")
    period_days = models.PositiveSmallIntegerField(default=365)
    needs_consent = models.BooleanField(default=False, help_text="Ask only who has agreed to it")
    quiet_from = models.TimeField(default=time(20), help_text="In the customer's time zone")
    quiet_until = models.TimeField(default=time(8))
    days: models.JSONField[list[int], list[int]] = models.JSONField(
        default=any_day, help_text="Days of the week on which we write, Monday being 0"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_rule_of_asking")]

    def __str__(self) -> str:
        return f"{self.rest_days} days of rest, {self.most_in_period} requests in {self.period_days} days"


class Plan(models.Model):
    """Who comes up for which question, when, and by which channels; whether they are asked, the rule decides."""

    name = models.CharField(max_length=120)
    kind = models.CharField(
        max_length=20, default=SURVEY, help_text="The kind of request, as its room registered it"
    )
    survey = models.ForeignKey(
        "surveys.Survey", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    target = models.CharField(max_length=120, blank=True, help_text="What a request of another kind is for")
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    touchpoint = models.ForeignKey(
        "journeys.Touchpoint", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    journey = models.ForeignKey(
        "journeys.Journey", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    delay_hours = models.FloatField(default=0, help_text="From the event to the question")
    window_hours = models.FloatField(default=72, help_text="After that it is too late to ask")
    every_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Between two rounds")
    next_on = models.DateField(null=True, blank=True, help_text="When the next round begins")
    spread_days = models.PositiveSmallIntegerField(default=1, help_text="Days over which a round is sent")
    rounds = models.PositiveSmallIntegerField(default=0, help_text="Rounds laid out so far")
    customers: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, help_text="Filter: segments, units, languages"
    )
    channels: models.JSONField[list[str], list[str]] = models.JSONField(
        default=any_channel, help_text="In order of preference"
    )
    rank = models.PositiveSmallIntegerField(
        default=5, help_text="1 goes first; a rarer question should rank before a frequent one"
    )
    reserve = models.FloatField(
        default=0, help_text="Share of customers kept free for it from lower ranks, 0 to 0.9"
    )
    share = models.FloatField(default=1, help_text="Share of those who come up that may be asked at all")
    answers_a_month = models.PositiveIntegerField(
        null=True, blank=True, help_text="Sample to so many answers"
    )
    expires_days = models.PositiveSmallIntegerField(default=30, help_text="For which the link is good")
    reminders = models.PositiveSmallIntegerField(default=0)
    remind_after_days = models.PositiveSmallIntegerField(default=5)
    pair_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="pairs",
        help_text="The plan that asked the same episode beforehand what was expected",
    )  # fmt: skip
    seed = models.BigIntegerField(
        default=new_seed, editable=False, help_text="Of its draws: anybody can draw them again"
    )
    state = models.CharField(max_length=8, choices=PlanState.choices, default=PlanState.DRAFT)
    started_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["rank", "name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def channel_names(self) -> list[str]:
        """Its channels in words, in their order."""
        return [str(Channel(one).label) for one in self.channels]

    @property
    def type(self) -> str:
        """What the rest days are set for: the survey's type, or the kind of another request."""
        return self.survey.type if self.survey else self.kind


class Request(models.Model):
    """One customer who came up for a question of a plan: asked, or not and why. The governor's log."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="requests")
    key = models.CharField(
        max_length=80, help_text="What made them come up: the event, the round, the choice by hand"
    )
    customer = models.ForeignKey("customers.Customer", on_delete=models.SET_NULL, null=True, related_name="+")
    day = models.DateField(help_text="On which they came up, by the company's clock")
    came_up_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When to decide")
    late_at = models.DateTimeField(help_text="From when it is too late")
    round = models.PositiveSmallIntegerField(
        default=0, help_text="Of a recurring survey; kept apart in results"
    )
    unit = models.ForeignKey("organization.Unit", on_delete=models.SET_NULL, null=True, related_name="+")
    done_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    episode = models.CharField(max_length=160, blank=True, help_text="The case in the event log")
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.WAITING)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    kept_for = models.ForeignKey(Plan, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    invitation = models.OneToOneField(
        "surveys.Invitation", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="request_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(standing="waiting"), name="request_due"),
            models.Index(fields=["plan", "day", "standing", "reason"], name="request_log"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.key} {self.standing}"


def message_id_of(request_id: int, ordinal: int) -> str:
    """A new Message-ID, left of the @; nobody can guess it, so that a report which names it has seen the message."""
    return f"ask-{request_id}-{ordinal}-{secrets.token_hex(8)}"


class Message(models.Model):
    """A request or a reminder on its way to one address.

    Stored before it is handed over, under a Message-ID that stays the same: whatever happens, it is known what was meant to go.
    """

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="messages")
    ordinal = models.PositiveSmallIntegerField(default=0, help_text="0 asks, 1 and up remind")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=12, blank=True)
    message_id = models.CharField(max_length=64, unique=True, help_text="Left of the @")
    sealed = models.TextField(
        blank=True, help_text="The secret of its link, sealed; gone once nobody will need it again"
    )
    delivery = models.CharField(max_length=9, choices=Delivery.choices, default=Delivery.READY)
    ready_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Times it may have gone")
    refusals = models.PositiveSmallIntegerField(default=0, help_text="Times the server said: not now")
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "ordinal"], name="message_once")]
        indexes = [
            models.Index(fields=["ready_at"], condition=models.Q(delivery="ready"), name="message_ready"),
            models.Index(
                fields=["claimed_at"], condition=models.Q(delivery="claimed"), name="message_claimed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.delivery}"


class BadAddress(models.Model):
    """An address that messages come back from."""

    address = models.CharField(max_length=254, unique=True, help_text="In lower case")
    bounces = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField()
    is_dead = models.BooleanField(default=False, help_text="Nobody writes to it any more")
    status = models.CharField(max_length=12, blank=True, help_text="As RFC 3463 writes it")
    words = models.CharField(max_length=300, blank=True, help_text="What the other server said")

    class Meta:
        verbose_name_plural = "bad addresses"

    def __str__(self) -> str:
        return f"{self.address} {self.status}"
