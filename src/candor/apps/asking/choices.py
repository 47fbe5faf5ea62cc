"""Words of asking."""

from django.db import models
from django.utils.translation import gettext_lazy as _

SURVEY = "survey"
"""The kind of request that surveys are; other rooms register their own."""


class Trigger(models.TextChoices):
    """What makes a customer come up for a question."""

    TOUCHPOINT = "touchpoint", _("A touchpoint happens")
    TRAFFIC = "traffic", _("A share of traffic comes by")
    SCHEDULE = "schedule", _("A date comes round")
    BY_HAND = "by_hand", _("Somebody asks a group once")


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    MESSENGER = "messenger", _("Messenger")


ON_THE_WAY = "on_the_way"
"""Asked, but what asks has not gone yet: told apart from asked wherever people are counted."""


class Standing(models.TextChoices):
    """What became of one coming-up."""

    WAITING = "waiting", _("Waiting")
    ASKED = "asked", _("Asked")
    NOT_ASKED = "not_asked", _("Not asked")


class Reason(models.TextChoices):
    """Why somebody who came up was not asked; what is checked first stands first."""

    PLAN_ENDED = "plan_ended", _("The plan or its survey had ended")
    TOO_LATE = "too_late", _("It was too late by then")
    UNKNOWN = "unknown", _("Nobody knows who it was")
    ERASED = "erased", _("They were erased meanwhile")
    OPTED_OUT = "opted_out", _("They don’t want to be asked")
    NO_CONSENT = "no_consent", _("They have not agreed to be asked")
    NO_ADDRESS = "no_address", _("No address for any channel of the plan")
    BOUNCED = "bounced", _("Mail to their address comes back")
    ASKED_BEFORE = "asked_before", _("Asked about the same before")
    OUT_OF_SHARE = "out_of_share", _("Not in the share of traffic that is asked")
    CAP = "cap", _("Asked as often as one may be in the period")
    RESTING = "resting", _("Asked a short while ago")
    KEPT = "kept", _("Kept free for a plan that ranks higher")
    QUIET = "quiet", _("No permitted hour before it was too late")
    ENOUGH = "enough", _("Enough answers are on their way this month")
    NOT_DRAWN = "not_drawn", _("Not drawn: a random part is asked")


class Delivery(models.TextChoices):
    """How far a message is on its way."""

    READY = "ready", _("Ready to go")
    CLAIMED = "claimed", _("Being handed over")
    SENT = "sent", _("Sent")
    UNSURE = "unsure", _("Unsure whether it went")
    FAILED = "failed", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn before it went")


DAYS = (
    (0, _("Mon")),
    (1, _("Tue")),
    (2, _("Wed")),
    (3, _("Thu")),
    (4, _("Fri")),
    (5, _("Sat")),
    (6, _("Sun")),
)
