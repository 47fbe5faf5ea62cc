"""Complaints from help desks: tickets of Zendesk and Freshdesk as JSON, one a line or in a list, told by what a ticket holds.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/ (the account's export has one ticket a line, with the
requester inside). Freshdesk: https://developers.freshdesk.com/api/#tickets, and the older export with `helpdesk_ticket`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any, Final

from candor.apps.imports.kinds import CELLS, Item
from candor.intake import JsonItems, Problem, open_json, parse_instant

LISTS: Final = ("tickets", "results")
_STATUS: Final = {
    2: "Open",
    3: "Pending",
    4: "Resolved",
    5: "Closed",
    6: "Waiting on Customer",
    7: "Waiting on Third Party",
}
_SOURCE: Final = {1: "email", 2: "portal", 3: "phone", 7: "chat", 9: "feedback widget", 10: "outbound email"}
_SEVERITY: Final = {
    "low": "1",
    "normal": "2",
    "medium": "2",
    "high": "3",
    "urgent": "3",
    "1": "1",
    "2": "2",
    "3": "3",
    "4": "3",
}
_TAG: Final = re.compile(r"<[^>]{0,2000}>")
DONE: Final = {"solved", "resolved", "closed"}


class Unfit(ValueError):
    """A ticket lacks what a complaint needs: the field, what stands there and what was expected."""

    def __init__(self, column: str, value: str, expected: str) -> None:
        super().__init__(f"{column}: {expected} expected, found “{value[:80]}”.")
        self.column, self.value, self.expected = column, value, expected


@dataclass(frozen=True, slots=True)
class Desk:
    """A help desk: what it is called, how its tickets are told, and how one is read."""

    key: str
    name: str
    is_ticket: Callable[[dict[str, Any]], bool]
    read: Callable[[dict[str, Any]], dict[str, Any]]


def open_tickets(path: Path) -> tuple[Desk, JsonItems] | None:
    """The file's tickets and whose they are; None where its first item is no ticket of a desk we know."""
    found = open_json(path, lists=LISTS)
    first = next(found.items(), None)
    return next(((desk, found) for desk in DESKS if isinstance(first, dict) and desk.is_ticket(first)), None)


def items(desk: Desk, tickets: JsonItems, *, start: int) -> Iterator[Item | Problem]:
    """Typed values of each ticket, or what is wrong with it; the first ticket is number 1."""
    for number, ticket in enumerate(tickets.items(), 1):
        if number < start:
            continue
        if not isinstance(ticket, dict) or not desk.is_ticket(ticket):
            yield Problem(
                number,
                "",
                str(ticket)[:80],
                f"a ticket of {desk.name}",
                f"Ticket {number}: this is none.",
                {},
            )
            continue
        cells = cells_of(ticket)
        try:
            yield number, desk.read(ticket) | {CELLS: cells}
        except Unfit as error:
            yield Problem(
                number, error.column, error.value, error.expected, f"Ticket {number}: {error}", cells
            )


def cells_of(ticket: dict[str, Any]) -> dict[str, str]:
    """A ticket as cells, for the preview and for handing it back."""
    inner = ticket.get("helpdesk_ticket", ticket)
    return {
        str(key): _text(value)[:500]
        for key, value in inner.items()
        if not isinstance(value, list | dict) or key == "tags"
    }


def _zendesk(ticket: dict[str, Any]) -> dict[str, Any]:
    requester = _object(ticket, "requester")
    metrics = _object(ticket, "metric_set")
    status = _text(ticket.get("status"))
    return {
        **_shared(ticket),
        "comment": _text(ticket.get("description")),
        "response": status,
        "decided_at": _instant(metrics, "solved_at")
        or (_instant(ticket, "updated_at") if status in DONE else None),
        "channel": _text(_object(ticket, "via").get("channel")),
        "kind": _text(ticket.get("type")),
        "customer": _text(ticket.get("requester_id") or requester.get("id")),
        **{name: _text(requester.get(name)) for name in ("name", "email", "phone")},
    }


def _freshdesk(given: dict[str, Any]) -> dict[str, Any]:
    ticket = given.get("helpdesk_ticket", given)
    requester, stats = _object(ticket, "requester"), _object(ticket, "stats")
    status = _STATUS.get(ticket.get("status"), _text(ticket.get("status_name") or ticket.get("status")))
    decided = _instant(stats, "resolved_at") or _instant(stats, "closed_at")
    plain = _text(ticket.get("description_text")) or _without_tags(_text(ticket.get("description")))
    return {
        **_shared({**ticket, "id": ticket.get("id") or ticket.get("display_id")}),
        "comment": plain,
        "response": status,
        "decided_at": decided or (_instant(ticket, "updated_at") if status.casefold() in DONE else None),
        "channel": _SOURCE.get(ticket.get("source"), _text(ticket.get("source_name"))),
        "kind": _text(ticket.get("type") or ticket.get("ticket_type")),
        "customer": _text(ticket.get("requester_id") or requester.get("id")),
        "name": _text(requester.get("name") or ticket.get("requester_name")),
        "email": _text(requester.get("email")),
        "phone": _text(requester.get("phone") or requester.get("mobile")),
    }


def _shared(ticket: dict[str, Any]) -> dict[str, Any]:
    reference = _text(ticket.get("id"))
    if not reference:
        raise Unfit("id", "", "the number of the ticket")
    received = _instant(ticket, "created_at")
    if received is None:
        raise Unfit("created_at", _text(ticket.get("created_at")), "an instant like 2026-01-31T10:20:00Z")
    priority = _text(ticket.get("priority") or ticket.get("priority_name")).casefold()
    tags = ticket.get("tags")
    return {
        "reference": reference[:120],
        "received_at": received,
        "received_on": received.date(),
        "subject": _text(ticket.get("subject") or ticket.get("raw_subject")),
        "severity": _SEVERITY.get(priority),
        "tags": ", ".join(map(_text, tags))[:200] if isinstance(tags, list) else _text(tags)[:200],
    }


def _instant(given: dict[str, Any], key: str) -> datetime | None:
    text = _text(given.get(key))
    if not text:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Unfit(key, text, "an instant like 2026-01-31T10:20:00Z") from error


def _object(given: dict[str, Any], key: str) -> dict[str, Any]:
    found = given.get(key)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value).strip()


def _without_tags(text: str) -> str:
    return unescape(_TAG.sub(" ", text)).strip() if "<" in text else text


def _is_freshdesk(ticket: dict[str, Any]) -> bool:
    return (
        "helpdesk_ticket" in ticket
        or {"responder_id", "fr_escalated"} <= ticket.keys()
        or {"fr_due_by", "status"} <= ticket.keys()
    )


def _is_zendesk(ticket: dict[str, Any]) -> bool:
    return (
        {"id", "status", "requester_id"} <= ticket.keys()
        and ("via" in ticket or "submitter_id" in ticket)
        and not _is_freshdesk(ticket)
    )


DESKS: Final = (
    Desk("freshdesk", "Freshdesk", _is_freshdesk, _freshdesk),
    Desk("zendesk", "Zendesk", _is_zendesk, _zendesk),
)
