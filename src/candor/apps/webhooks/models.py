"""Endpoints of other systems, what is told to them, and each attempt at it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Endpoint(models.Model):
    """An address of another system that wants to hear of some events."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped after days of failure")

    name = models.CharField(max_length=120)
    url = models.CharField(max_length=500)
    events: models.JSONField[list[str], list[str]] = models.JSONField(
        help_text="Names of the events it wants"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    sealed_secret = models.CharField(max_length=200)
    sealed_old_secret = models.CharField(max_length=200, blank=True, help_text="Before the last rotation")
    old_secret_until = models.DateTimeField(null=True, help_text="Until then both sign")
    failing_since = models.DateTimeField(null=True, help_text="The first failure since the last success")
    failures = models.PositiveIntegerField(default=0, help_text="Since the last success")
    rests_until = models.DateTimeField(null=True, help_text="It did not answer, so nothing is tried before")
    made_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def signs_twice(self) -> bool:
        """Whether the secret was rotated lately, so that the old one signs as well."""
        return self.old_secret_until is not None and self.old_secret_until > timezone.now()


class Message(models.Model):
    """One thing that happened, in the words that are signed and sent to every endpoint that wants them."""

    uid = models.CharField(max_length=40, unique=True, help_text="The webhook-id; the same over all attempts")
    event = models.CharField(max_length=60)
    body = models.TextField(help_text="JSON, letter by letter as it is signed")
    customer_id = models.BigIntegerField(
        null=True, db_index=True, help_text="Whom it tells of, so that it goes when they are erased"
    )
    happened_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.event} {self.uid}"


class Delivery(models.Model):
    """A message on its way to one endpoint."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Taken")
        FAILED = "failed", _("Given up")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts_made = models.PositiveIntegerField(default=0, help_text="Since it was told or sent again")
    begun_at = models.DateTimeField(help_text="When it was told or sent again")
    next_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True, help_text="None where nothing answered")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["message", "endpoint"], name="delivery_once")]
        indexes = [
            models.Index(
                fields=["endpoint", "next_at"], condition=models.Q(state="waiting"), name="webhook_waiting"
            ),
            models.Index(fields=["endpoint", "state", "-id"], name="webhook_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.message} to {self.endpoint}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING


class Attempt(models.Model):
    """One try, with what the other system answered."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    seconds = models.FloatField(default=0.0)
    answer = models.TextField(blank=True, help_text="The beginning of its body")
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.status or self.trouble}"

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
