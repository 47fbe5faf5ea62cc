"""News of events, in the past tense.

Sent inside the transaction that forgets the deliveries, after the log has the events on disk. A crash in between sends it again, so
that receivers must know an event by its id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.dispatch import Signal

FRESH = timedelta(days=7)  # what happened longer before it was told is history being brought in, and no news

events_taken_in = Signal()  # events: list[TakenIn], fresh ones that came over HTTP; never those of files


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """An event as the log has it: `case_id` is the episode, `customer` and `unit` are ids of ours."""

    event_id: str
    journey: str
    case_id: str
    activity: str
    at: datetime
    customer: int | None
    unit: int | None
    source: str
    attributes: dict[str, Any]
