"""Words of reputation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """Whom a review is about."""

    ORGANIZATION = "organization", _("The organization")
    LOCATION = "location", _("A location")
    PERSON = "person", _("A person")


class Site(models.TextChoices):
    """Sites whose shape is known; any other site bears the name that a file gives it."""

    GOOGLE = "google", "Google"
    TRUSTPILOT = "trustpilot", "Trustpilot"
    APP_STORE = "app-store", "App Store"
    GOOGLE_PLAY = "google-play", "Google Play"


class ReplyState(models.TextChoices):
    """How far a reply is."""

    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("Waits for approval")
    SENDING = "sending", _("On its way")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent: something went wrong")
    BY_HAND = "by_hand", _("Not sent: to be copied by hand")


class Reason(models.TextChoices):
    """Why a review may be left out: the whole list, published. None of them is about how good or bad it is."""

    NOT_OURS = "not_ours", _("It is about another company or place")
    NO_EXPERIENCE = "no_experience", _("The site found that the reviewer had no experience with us")
    INSIDER = "insider", _("Written by staff, their family or a supplier of ours")
    PAID = "paid", _("Written for a reward, or by a competitor")
    DOUBLE = "double", _("The same person told the same experience twice")
    PERSONAL_DATA = "personal_data", _("It names or shows private people")
    HATE = "hate", _("Threats, hate or obscenity")
    SPAM = "spam", _("Advertising or text without meaning")
