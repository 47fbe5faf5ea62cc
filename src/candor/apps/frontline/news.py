"""What is told to other systems: ideas and what becomes of them, pulses that open and close.

Of an anonymous idea nothing is told before it is on the board: the moment at which it was posted stays with its author.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from candor.apps.webhooks.events import Event
from candor.apps.webhooks.services import tell

from .models import Comment, Idea, Pulse

_IDEA = {"idea": 12, "is_anonymous": False, "unit": 7, "touchpoint": 3, "state": "open"}
POSTED = Event(
    "idea.posted", _("An idea is on the board; one without a name once somebody has let it in."), _IDEA
)
COMMENTED = Event("idea.commented", _("Somebody said something to an idea."), {"idea": 12, "comment": 40})
STATUS_CHANGED = Event(
    "idea.status_changed", _("What becomes of an idea was said, or it was merged with another or parted from it."),
    _IDEA | {"before": "open", "state": "planned", "merged_into": None},
)  # fmt: skip
OPENED = Event(
    "pulse.opened", _("A pulse was opened."), {"pulse": 3, "asked": 120, "closes_on": "2026-06-30"}
)
CLOSED = Event(
    "pulse.closed", _("A pulse is over; what of it may be shown was worked out."), {"pulse": 3, "asked": 120}
)
EVENTS = (POSTED, COMMENTED, STATUS_CHANGED, OPENED, CLOSED)


def tell_posted(idea: Idea) -> None:
    """Tell that it is on the board."""
    tell(event=POSTED.name, data=_shared(idea))


def tell_commented(comment: Comment) -> None:
    """Tell that somebody said something."""
    tell(event=COMMENTED.name, data={"idea": comment.idea_id, "comment": comment.pk})


def tell_status(idea: Idea, *, before: str) -> None:
    """Tell what became of it."""
    tell(
        event=STATUS_CHANGED.name, data=_shared(idea) | {"before": before, "merged_into": idea.merged_into_id}
    )


def tell_opened(pulse: Pulse, *, asked: int) -> None:
    """Tell that people can answer."""
    data = {"pulse": pulse.pk, "asked": asked, "closes_on": pulse.closes_on}
    tell(event=OPENED.name, data=data)


def tell_closed(pulse: Pulse) -> None:
    """Tell that it is over."""
    tell(event=CLOSED.name, data={"pulse": pulse.pk, "asked": pulse.results.get("asked")})


def _shared(idea: Idea) -> dict[str, Any]:
    return {
        "idea": idea.pk, "is_anonymous": idea.is_anonymous, "unit": idea.unit_id, "touchpoint": idea.touchpoint_id,
        "state": str(idea.state),
    }  # fmt: skip
