"""Words of the frontline."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdeaState(models.TextChoices):
    """Where an idea stands."""

    WAITING = "waiting", _("Waiting to be looked at")
    OPEN = "open", _("Open")
    PLANNED = "planned", _("Planned")
    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("Done")
    DECLINED = "declined", _("Not now")
    MERGED = "merged", _("Merged into another")


ON_THE_BOARD = (IdeaState.OPEN, IdeaState.PLANNED, IdeaState.UNDER_WAY)
ENDED = (IdeaState.DONE, IdeaState.DECLINED)
SETTABLE = (*ON_THE_BOARD, *ENDED)


class PulseState(models.TextChoices):
    """Where a pulse stands."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
