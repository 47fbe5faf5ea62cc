"""What holds off robots at standing links. An invitation's secret says enough; a link that everybody can read is guarded as every form
that anybody may fill in is."""

import math
import time
from collections.abc import Mapping

from django.http import HttpRequest

from candor.foundation import strangers

from .entrances import Entrance
from .errors import TooManyAnswers

LEAST_SECONDS = 1.0
OF_ONE_SENDER = 30  # answers a minute; a kiosk or a family behind one address stays far below
limits = strangers.Limit(of_one=OF_ONE_SENDER, of_all=1_200, seconds=60.0)
LARGE = 200_000  # bytes of an answer that brings files
large_limits = strangers.Limit(of_one=5, of_all=60, seconds=60.0)


def stamp(entrance: Entrance) -> str:
    """When the page was opened, signed, to go with its form."""
    return strangers.stamp(_form(entrance)) if entrance.link_id is not None else ""


def is_trapped(entrance: Entrance, posted: Mapping[str, object]) -> bool:
    """Whether something was written into the field that people don't see."""
    return entrance.link_id is not None and bool(posted.get(strangers.TRAP))


def is_hasty(entrance: Entrance, given: str) -> bool:
    """Whether the form came back sooner than anybody reads it, or was never opened. A kiosk may stand open for days."""
    return entrance.link_id is not None and not strangers.is_stamped(
        _form(entrance), given, least_seconds=LEAST_SECONDS, most_seconds=math.inf
    )


def limit(request: HttpRequest, entrance: Entrance) -> None:
    """Count an answer that comes in at a standing link.

    Raises:
        TooManyAnswers: too many came from there within a minute.
    """
    if entrance.link_id is not None:
        _take(request, at=entrance.link_id)


def limit_trial(request: HttpRequest, entrance: Entrance) -> None:
    """The same where a survey is tried, whose address opens for everybody who has it.

    Raises:
        TooManyAnswers: too many came from there within a minute.
    """
    _take(request, at=-entrance.survey_id)  # no link's number


def _take(request: HttpRequest, *, at: int) -> None:
    sender, now = strangers.sender_of(request), time.monotonic()
    is_taken = limits.take(sender, now=now, at=at)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if is_taken and length.isdecimal() and int(length) > LARGE:
        is_taken = large_limits.take(sender, now=now, at=at)
    if not is_taken:
        raise TooManyAnswers(seconds=10)


def _form(entrance: Entrance) -> str:
    return f"surveys.{entrance.link_id}"
