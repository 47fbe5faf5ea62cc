"""Zendesk: satisfaction ratings of tickets as its API lists them.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/satisfaction_ratings/
"""

from collections.abc import Mapping
from typing import Any

from candor.apps.feedback.choices import AnswerKind

from ..formats import Format, Opening, Told
from ..objects import Objects, Person, Said

_SHAPE = {"score", "ticket_id", "requester_id"}
_UNRATED = {"offered", "unoffered"}
_NOTE = (
    "Zendesk asks whether the support was good or bad. That is no satisfaction from 1 to 5, so the answers are kept as yes or no, "
    "and feed no measure that asks otherwise."
)


def _open(opening: Opening) -> Objects | None:
    if opening.json is None or not set(opening.item) >= _SHAPE or _verdict(opening.item) is None:
        return None
    return Objects(opening.json, _tell, notes=(_NOTE,))


def _verdict(item: Mapping[str, Any]) -> str | None:
    """What the customer says: good or bad, whether or not words go with it; "" where they were asked and have not said."""
    score = str(item.get("score") or "")
    if score in _UNRATED:
        return ""
    first = score.partition("_")[0]
    return first if first in {"good", "bad"} else None


def _tell(item: Mapping[str, Any]) -> Person | None:
    verdict = _verdict(item) if set(item) >= _SHAPE else None
    if verdict is None:
        return None
    at = item.get("updated_at") or item.get("created_at")  # it is created when the customer is asked
    told = Told(
        key=str(item.get("id") or ""), at=None if at is None else str(at), facts={"customer": str(item.get("requester_id") or "")}
    )  # fmt: skip
    if not verdict:
        told.left_out = "not_rated"
        return Person(told=told, survey="zendesk-csat", name="Zendesk, satisfaction")
    said = [
        Said(key="satisfied", value="yes" if verdict == "good" else "no", text="Was the support good?", kind=AnswerKind.YES_NO, lowest=0, highest=1),
        Said(key="reason", value=item.get("reason"), text="Reason", kind=AnswerKind.CHOICE),
        Said(key="comment", value=item.get("comment"), text="Comment", kind=AnswerKind.TEXT),
    ]  # fmt: skip
    return Person(told=told, said=said, survey="zendesk-csat", name="Zendesk, satisfaction")


FORMATS = (
    Format(
        key="zendesk-csat", name="Zendesk, satisfaction ratings", order=20, open=_open,
        looks_like="what GET /api/v2/satisfaction_ratings.json gives: score good or bad, ticket_id, requester_id …",
    ),
)  # fmt: skip
