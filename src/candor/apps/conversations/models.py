"""Conversations and their messages."""

from typing import Self

from django.db import models
from django.db.models import Q

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .choices import Author, Channel, Delivery, State

KEY_LENGTH = 120  # as in the hub
MESSAGE_KEY_LENGTH = 250


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, viewer: Viewer, permission: Permission = Permission.READ_FEEDBACK) -> Self:
        """What the viewer may read; conversations without a unit only for those who see the whole organization."""
        unit_ids = viewer.unit_ids(permission)
        return self if unit_ids is None else self.filter(unit_id__in=unit_ids)


class Conversation(models.Model):
    """An exchange with one customer about one matter."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    source = models.CharField(max_length=80, help_text="The system it takes place in")
    key = models.CharField(
        max_length=KEY_LENGTH, help_text="What that calls it; source and key together are unique"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    subject = models.CharField(max_length=200, blank=True)
    language = models.CharField(
        max_length=12, blank=True, help_text="As the source says; empty where it does not"
    )

    customer = models.ForeignKey("customers.Customer", on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=160, blank=True, help_text="As whoever wrote gives it")
    address = models.CharField(
        max_length=254,
        blank=True,
        help_text="The e-mail address that replies go to; none: no replies by mail",
    )
    url = models.URLField(max_length=500, blank=True, help_text="Where it can be read, for posts in public")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    touchpoint = models.ForeignKey(
        "journeys.Touchpoint", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    assigned_to = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    started_at = models.DateTimeField()
    last_at = models.DateTimeField(help_text="When somebody wrote last")
    waits_since = models.DateTimeField(
        null=True,
        help_text="Since when it is our turn: the first of the customer's messages that nobody has answered",
    )
    closed_at = models.DateTimeField(null=True)
    is_with_machine = models.BooleanField(default=False, help_text="The assistant answers for now")
    handed_over_at = models.DateTimeField(null=True, help_text="When the assistant gave it to people")
    why_handed_over = models.CharField(max_length=200, blank=True)
    digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of a chat visitor's secret, theirs alone"
    )
    feedback = models.ForeignKey(
        "feedback.Feedback", on_delete=models.SET_NULL, null=True, related_name="+",
        help_text="What holds the customer's words in the hub, of the contact under way",
    )  # fmt: skip
    import_batch = models.ForeignKey(
        "imports.ImportBatch", on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="conversation_once"),
            models.UniqueConstraint(
                fields=["digest"], condition=~Q(digest=""), name="conversation_of_one_visitor"
            ),
        ]
        indexes = [
            models.Index(
                fields=["waits_since", "id"], condition=Q(state=State.OPEN), name="conversation_our_turn"
            ),
            models.Index(fields=["state", "last_at"], name="conversation_state"),
            models.Index(fields=["last_at", "id"], name="conversation_newest"),
            models.Index(fields=["customer", "last_at"], name="conversation_customer"),
            models.Index(fields=["assigned_to", "state"], name="conversation_assigned"),
            models.Index(fields=["closed_at"], condition=Q(state=State.CLOSED), name="conversation_closed"),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.get_channel_display()} {self.pk}"

    @property
    def is_answered_by_mail(self) -> bool:
        """Whether a reply leaves as a mail; elsewhere it is read where the conversation takes place, or only noted."""
        return bool(self.address) and self.channel != Channel.CHAT

    @property
    def is_address_confirmed(self) -> bool:
        """Whether they wrote to us from the address, or another system vouches for it; what is typed into a form or a chat may be anybody's."""
        if self.channel != Channel.FORM:
            return self.channel != Channel.CHAT
        # What follows the form comes by mail; a sender is named only when it is another address.
        mails = self.messages.filter(author=Author.CUSTOMER, sender="", is_automatic=False)
        return mails.exclude(key=self.key).exists()


class Message(models.Model):
    """One turn of a conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    author = models.CharField(max_length=8, choices=Author.choices)
    person = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(help_text="The whole as written; only for those who may read personal data")
    said = models.TextField(
        blank=True, help_text="What is new in it, where that is less: without quotes and signature"
    )
    written_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=80)
    key = models.CharField(
        max_length=MESSAGE_KEY_LENGTH,
        help_text="Its id there, for mail the Message-ID; source and key together are unique",
    )
    sender = models.CharField(
        max_length=254, blank=True, help_text="Who wrote it, where that is not whom replies go to"
    )
    feedback = models.ForeignKey(
        "feedback.Feedback",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="What holds its words in the hub",
    )
    is_automatic = models.BooleanField(
        default=False, help_text="Written by a mail program, such as a holiday reply"
    )
    attachments = models.JSONField(
        default=list,
        help_text="Name, type and size of what came with it, and why it is not kept, where it is not",
    )
    cited = models.JSONField(
        default=list, help_text="Titles of the articles that a machine’s answer rests on"
    )

    delivery = models.CharField(max_length=8, choices=Delivery.choices, blank=True)
    ready_at = models.DateTimeField(null=True, help_text="Not to be sent before")
    claimed_at = models.DateTimeField(null=True, help_text="From when on it may have gone")
    claimed_by = models.CharField(max_length=80, blank=True, help_text="The machine that sends it")
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="conversation_message_once")]
        indexes = [
            models.Index(fields=["conversation", "written_at"], name="conversation_message_order"),
            models.Index(
                fields=["delivery", "ready_at"],
                condition=~Q(delivery=""),
                name="conversation_message_sending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_author_display()} {self.pk}"

    @property
    def new_words(self) -> str:
        """What its author said in it, without what they quoted."""
        return self.said or self.text


class MessageFile(models.Model):
    """A file that came with a message; kept in the record, so that it is erased, moved and backed up with it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="files")
    place = models.PositiveSmallIntegerField(help_text="Which of the message's attachments it is, from 0")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60, help_text="As its first bytes say")
    size = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["place", "pk"]
        constraints = [models.UniqueConstraint(fields=["message", "place"], name="conversation_file_once")]

    def __str__(self) -> str:
        return self.name


class PublicForm(models.Model):
    """Whether anybody may write to us at the public form, and what stands there; one row."""

    is_open = models.BooleanField(default=False)
    welcome = models.TextField(blank=True, help_text="Above the form")
    consent = models.TextField(blank=True, help_text="What whoever writes agrees to; empty: our own words")
    thanks = models.TextField(blank=True, help_text="Once it was sent")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return "Public form"
