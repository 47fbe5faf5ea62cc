"""Words of conversations."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Where a conversation takes place."""

    MAIL = "mail", _("E-mail")
    CHAT = "chat", _("Chat")
    FORM = "form", _("Form")
    WEBHOOK = "webhook", _("Another system")
    SOCIAL = "social", _("Social network")
    PHONE = "phone", _("Phone")


class State(models.TextChoices):
    """Whose turn it is."""

    OPEN = "open", _("Waits for us")
    WAITING = "waiting", _("Waits for the customer")
    CLOSED = "closed", _("Closed")


class Author(models.TextChoices):
    """Who wrote a message."""

    CUSTOMER = "customer", _("Customer")
    PERSON = "person", _("One of us")
    MACHINE = "machine", _("A machine")


class Delivery(models.TextChoices):
    """How far a reply by mail is; empty for what is not sent by mail."""

    READY = "ready", _("Waits to be sent")
    CLAIMED = "claimed", _("On its way")
    SENT = "sent", _("Sent")
    UNSURE = "unsure", _("May not have arrived")
    FAILED = "failed", _("Could not be sent")
