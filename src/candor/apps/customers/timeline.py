"""One timeline of a customer over every channel: apps above register where its entries come from, here they are merged.

Each source decides for itself what a viewer may read, and gives masked text only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from candor.apps.organization.access import Viewer
from candor.foundation.addresses import record_id
from candor.foundation.errors import InvalidInput

from .models import Customer
from .queries import identity_ids

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 30
_BETWEEN = "~"
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something on the timeline.

    `id` is its own within its source and orders entries of the same instant, later ones greater; `knows_time` is False where only the
    day is known; `text` is masked; `facts` are short words beside it, `answers` what was answered to questions; `url` leads to it.
    """

    at: datetime
    id: str
    title: str
    icon: str
    url: str = ""
    knows_time: bool = True
    text: str = ""
    facts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    @property
    def month(self) -> str:
        """The month it stands under."""
        return f"{self.at:%B %Y}"


@dataclass(frozen=True, slots=True)
class Until:
    """Where a page of the timeline goes on: entries before the instant, and of the instant itself those before `last`, or all."""

    at: datetime
    last: str | None = None
    includes_instant: bool = False

    def takes(self, at: datetime, entry_id: str) -> bool:
        """Whether an entry comes after the place where the page before ended."""
        if at != self.at:
            return at < self.at
        return self.includes_instant or (self.last is not None and entry_id < self.last)


Entries: TypeAlias = Callable[[Viewer, Sequence[int], Until | None, int], list[Entry]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where entries come from: `entries(viewer, customer_ids, until, most)` gives the newest ones that the viewer may read, newest
    first. Sources of one `group` are chosen together."""

    key: str
    group: str
    group_name: "StrOrPromise"
    entries: Entries


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the timeline, newest first, and the place where the next one begins; "" at its end."""

    entries: tuple[Entry, ...]
    older: str


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Add a source; called from AppConfig.ready, twice is once."""
    _sources[source.key] = source


def groups() -> list[tuple[str, str]]:
    """What the timeline can be narrowed to."""
    return sorted({(source.group, str(source.group_name)) for source in _sources.values()})


def timeline(
    customer: Customer, viewer: Viewer, *, before: str = "", group: str = "", most: int = PAGE
) -> Page:
    """The newest entries of one person, merged records included, or those that follow the place `before`.

    Raises:
        InvalidInput: `before` is no place on a timeline.
    """
    ids = identity_ids(customer)
    end = _place(before) if before else None
    found: list[tuple[str, Entry]] = []
    for source in sorted(_sources.values(), key=lambda one: one.key):
        if group in {"", source.group}:
            until = _until(end, source.key)
            found += ((source.key, entry) for entry in source.entries(viewer, ids, until, most + 1))
    found.sort(key=lambda one: one[1].id, reverse=True)
    found.sort(key=lambda one: one[0])
    found.sort(key=lambda one: one[1].at, reverse=True)
    shown = found[:most]
    older = _written(*shown[-1]) if len(found) > most else ""
    return Page(tuple(entry for _key, entry in shown), older)


def newest(rows: "QuerySet[Row]", field: str, until: Until | None, most: int) -> "list[Row]":
    """The rows of a source that lies in the database: newest first by `field`, then by number, which is the entry's `ordinal`."""
    if until is not None:
        narrower = Q(**{f"{field}__lt": until.at})
        if until.includes_instant:
            narrower |= Q(**{field: until.at})
        elif until.last is not None:
            narrower |= Q(**{field: until.at, "pk__lt": record_id(until.last.lstrip("0")) or 0})
        rows = rows.filter(narrower)
    return list(islice(rows.order_by(f"-{field}", "-pk")[:most], most))


def ordinal(pk: Any) -> str:
    """A number as an entry's id, so that ids order as numbers do."""
    return f"{int(pk):018d}"


def _until(end: tuple[datetime, str, str] | None, key: str) -> Until | None:
    if end is None:
        return None
    at, source, last = end
    if key == source:
        return Until(at, last)
    return Until(at, includes_instant=key > source)


def _written(key: str, entry: Entry) -> str:
    return _BETWEEN.join((entry.at.isoformat(), key, entry.id))


def _place(text: str) -> tuple[datetime, str, str]:
    parts = text.split(_BETWEEN)
    try:
        at = parse_datetime(parts[0].replace(" ", "+"))
    except ValueError:
        at = None
    if len(parts) != 3 or at is None or at.tzinfo is None or parts[1] not in _sources:
        raise InvalidInput(_("This is no place on a timeline. Begin at its newest entry."))
    return at, parts[1], parts[2]
