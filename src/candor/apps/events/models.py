"""Sources of events, what waits to be taken into the log, what did not fit, and the names that were met."""

from django.db import models


class Source(models.Model):
    """A system that sends events, and how they are to be read."""

    name = models.SlugField(max_length=60, unique=True)
    journey = models.ForeignKey(
        "journeys.Journey",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where events go whose name nobody has placed elsewhere",
    )
    holds_unknown = models.BooleanField(
        default=False, help_text="Events with a new name wait until somebody says where they belong"
    )
    case_property = models.CharField(
        max_length=80,
        blank=True,
        help_text="The property that names the case; empty: the customer is the case",
    )
    customer_property = models.CharField(
        max_length=80,
        blank=True,
        help_text="The property that names the customer, for senders without a user id",
    )
    first_received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EventName(models.Model):
    """A name that events of a source or a journey's file bear, and where people have placed it."""

    class Standing(models.TextChoices):
        NEW = "new", "New"
        ACCEPTED = "accepted", "A touchpoint of its own"
        MAPPED = "mapped", "The same as a touchpoint"
        IGNORED = "ignored", "Not proposed any more"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=160)
    standing = models.CharField(max_length=8, choices=Standing.choices, default=Standing.NEW)
    touchpoint = models.ForeignKey(
        "journeys.Touchpoint", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    seen = models.PositiveBigIntegerField(default=0, help_text="Events with this name that came in")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    examples = models.JSONField(default=list, help_text="The first few, as they came")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-seen", "name"]
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="event_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_decided(self) -> bool:
        """Whether somebody has said what it is."""
        return self.standing != self.Standing.NEW


class Delivery(models.Model):
    """Events that one request brought, checked and acknowledged, on their way into the log."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        "organization.Unit",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The key's unit",
    )
    format = models.PositiveSmallIntegerField(help_text="Version of the body's shape")
    body = models.BinaryField()
    events = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    held_for = models.ForeignKey(
        EventName,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Waits until this name is placed",
    )
    is_counted = models.BooleanField(
        default=False, help_text="Its events were counted before they were held back"
    )
    trouble = models.CharField(
        max_length=300, blank=True, help_text="Why it could not be taken in; it is kept"
    )

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["held_for", "trouble", "events"], name="delivery_waiting")]

    def __str__(self) -> str:
        return f"{self.events} events of {self.source}"


class Misfit(models.Model):
    """An event that could not be understood, kept as it came to be handed back."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="misfits")
    received_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1, help_text="How often the very same came")
    field = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=200, blank=True)
    expected = models.CharField(max_length=300)
    body = models.TextField(help_text="The event as it came, cut after 32 kB")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="misfit_once")]

    def __str__(self) -> str:
        return f"{self.field}: {self.expected}"


class IntakeDay(models.Model):
    """What came in from a source on one day, by the day it was received."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    received = models.PositiveBigIntegerField(default=0)
    known = models.PositiveBigIntegerField(default=0, help_text="Of these, there from before")
    late = models.PositiveBigIntegerField(default=0, help_text="More than a day older than their arrival")
    future = models.PositiveBigIntegerField(default=0)
    before_1970 = models.PositiveBigIntegerField(default=0)
    without_time = models.PositiveBigIntegerField(default=0, help_text="Taken as of their arrival")

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="intake_day_once")]

    def __str__(self) -> str:
        return f"{self.source}, {self.day}: {self.received}"
