"""Articles, how the chat is set up, and what the assistant did in it."""

from django.db import models
from django.db.models import Q

from .choices import ArticleState, Kind, Reason

TITLE_LENGTH = 200


class Article(models.Model):
    """What the company has written for its customers; the assistant quotes the published ones and nothing else."""

    title = models.CharField(max_length=TITLE_LENGTH)
    body = models.TextField(help_text="Markdown or plain text; HTML in it stays text")
    language = models.CharField(max_length=12, help_text="ISO 639-1 code")
    url = models.URLField(max_length=500, blank=True, help_text="Where it stands on the company's own pages")
    source_key = models.CharField(
        max_length=200, blank=True, help_text="Its file or number where it was imported from, if it was"
    )
    state = models.CharField(max_length=9, choices=ArticleState.choices, default=ArticleState.DRAFT)
    published_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_key"], condition=~Q(source_key=""), name="chat_article_once"
            )
        ]
        indexes = [models.Index(fields=["state", "changed_at"], name="chat_article_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        """Whether visitors can read it."""
        return self.state == ArticleState.PUBLISHED


class Setup(models.Model):
    """How the chat is set up; there is one row, and none while nobody opened it."""

    is_open = models.BooleanField(default=False)
    name = models.CharField(max_length=80, blank=True, help_text="What stands above the chat")
    welcome = models.CharField(max_length=300, blank=True, help_text="Said after that it is a machine")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    sites = models.JSONField(
        default=list, help_text="Origins of the pages that may show it inside themselves"
    )
    brand_color = models.CharField(max_length=7, blank=True)
    zone = models.CharField(max_length=60, default="UTC")
    weekdays = models.JSONField(default=list, help_text="Days on which people answer, Monday is 0")
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    country = models.CharField(max_length=2, blank=True, help_text="Whose public holidays are kept")

    def __str__(self) -> str:
        return self.name or "Chat"


class Visit(models.Model):
    """What is known of a chat beside its conversation."""

    conversation = models.OneToOneField(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="+"
    )
    seen_at = models.DateTimeField(help_text="When the visitor's page asked for news last")
    unsure = models.PositiveSmallIntegerField(
        default=0, help_text="Turns in a row in which the assistant was unsure"
    )
    score = models.PositiveSmallIntegerField(null=True, help_text="Satisfaction at the end, 1 to 5")
    scored_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["seen_at"], name="chat_visit_seen")]

    def __str__(self) -> str:
        return f"Visit {self.pk}"


class Turn(models.Model):
    """What the assistant did with one message of a visitor, and why."""

    asked = models.OneToOneField("conversations.Message", on_delete=models.CASCADE, related_name="+")
    said = models.OneToOneField(
        "conversations.Message", on_delete=models.CASCADE, null=True, related_name="+"
    )
    kind = models.CharField(max_length=9, choices=Kind.choices)
    reason = models.CharField(max_length=9, choices=Reason.choices)
    sureness = models.FloatField(null=True, help_text="Of the first article found, 0 to 1")
    articles = models.JSONField(default=list, help_text="Ids of those quoted, or offered when asking back")
    language = models.CharField(max_length=12, blank=True, help_text="In which the articles were searched")
    is_phrased = models.BooleanField(default=False, help_text="A model put it into other words")
    unphrased_because = models.CharField(
        max_length=20,
        blank=True,
        help_text="Why what the model said was not used; empty where none was asked",
    )
    is_helpful = models.BooleanField(null=True, help_text="What the visitor says; None: nothing")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["reason", "at"], name="chat_turn_reason")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
