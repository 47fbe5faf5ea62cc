"""What every shape gives of one review, and how an unfit item is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict

from candor.intake import parse_instant
from candor.intake.dates import UnreadableDate

from ..choices import Site


class Values(TypedDict, total=False):
    """A review in plain values; `unit`, `done_by`, `customer` as the source names them, instants in UTC."""

    reference: str
    written_at: datetime
    knows_time: bool
    stars: float | None
    title: str
    comment: str
    author: str
    url: str
    language: str
    product: str
    changed_at: datetime | None
    reply_text: str
    replied_at: datetime | None
    unit: str
    done_by: str
    customer: str
    site: str


class UnfitItem(ValueError):
    """An item is no review of this shape: which place of it, what stands there, what was expected."""

    def __init__(self, place: str, value: object, expected: str) -> None:
        super().__init__(f"{place} is “{value}”; expected {expected}.")
        self.place, self.value, self.expected = place, str(value), expected


LONGEST_ID = 120


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON document of reviews: `items` gives them, or None where the document is of another shape."""

    site: Site
    name: str
    items: Callable[[Any], list[Any] | None]
    values: Callable[[Mapping[str, Any]], Values]


def needed(item: Mapping[str, Any], place: str) -> Any:
    """What stands at a dotted place.

    >>> needed({"a": {"b": 7}}, "a.b")
    7
    """
    found = given(item, place)
    if found in (None, ""):
        raise UnfitItem(place, "", "something")
    return found


def given(item: Any, place: str) -> Any:
    """What stands at a dotted place, or None."""
    for step in place.split("."):
        item = item.get(step) if isinstance(item, Mapping) else None
    return item


def text_at(item: Mapping[str, Any], place: str) -> str:
    """The text at a place, "" where there is none."""
    found = given(item, place)
    return "" if found is None else str(found).replace("\0", "").strip()


def reference_at(item: Mapping[str, Any], place: str) -> str:
    """The id at a place, which must have one of at most 120 characters."""
    found = str(needed(item, place)).replace("\0", "")
    if len(found) > LONGEST_ID:
        raise UnfitItem(place, found, f"an id of at most {LONGEST_ID} characters")
    return found


def moment_at(item: Mapping[str, Any], place: str) -> datetime | None:
    """The instant at a place: as ISO 8601 says it, or seconds since 1970."""
    found = given(item, place)
    if found in (None, ""):
        return None
    try:
        if isinstance(found, int | float) or str(found).isdecimal():
            return datetime.fromtimestamp(int(found), UTC)
        return parse_instant(str(found))
    except (UnreadableDate, OverflowError, ValueError, OSError) as error:
        raise UnfitItem(place, found, "an instant such as 2026-03-14T09:30:00Z") from error


def written_at(item: Mapping[str, Any], place: str) -> datetime:
    """The instant at a place that must have one."""
    needed(item, place)
    found = moment_at(item, place)
    assert found is not None
    return found


def stars_at(item: Mapping[str, Any], place: str) -> float:
    """One to five stars, as a number or a word of Google's."""
    found = needed(item, place)
    number = _WORDS.get(str(found), found)
    try:
        stars = float(number)
    except (TypeError, ValueError):
        stars = 0.0
    if stars not in {1.0, 2.0, 3.0, 4.0, 5.0}:
        raise UnfitItem(place, found, "one to five stars")
    return stars


_WORDS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}


def list_at(document: Any, key: str, *marks: str) -> list[Any] | None:
    """The list under a key whose first item bears all marks (dotted places); None for anything else."""
    found = (
        document.get(key)
        if isinstance(document, Mapping)
        else document
        if isinstance(document, list)
        else None
    )
    if not isinstance(found, list) or not found:
        return None
    return found if all(given(found[0], mark) is not None for mark in marks) else None
