"""OCEL 2.0 (object-centric event logs) as JSON, as a stream: events with the objects they touch, in bounded memory.

The file is read twice: once for its objects and for what could be a case, once for its events, whichever of the two stands first. What
is known of the objects lies in a temporary database on disk, since a log may have as many of them as events.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from candor.intake.errors import NotATable
from candor.intake.json_stream import Found, JsonStream
from candor.intake.sources import Limits, Source

_LOOKED_AT: Final = 10_000  # events from which the proposal of a case is made
_AT_ONCE: Final = 5_000  # objects written together
_REMEMBERED: Final = 100_000  # objects kept in memory beside the database
_TEXT: Final = msgspec.json.Encoder()
_OBJECTS, _EVENTS = "objects", "events"


@dataclass(frozen=True, slots=True)
class CaseType:
    """A type of object, and how it would do as the case.

    Attributes:
        name: the type.
        objects: how many there are.
        events_each: events that touch such objects, for each object that is touched.
        related_share: of the events looked at, those that touch at least one.
        single_share: of those, the ones that touch exactly one.
    """

    name: str
    objects: int
    events_each: float
    related_share: float
    single_share: float

    @property
    def fitness(self) -> float:
        """0 for what can't be a case: nothing happens to it more than once, or nearly nothing happens to it."""
        return self.related_share * self.single_share if self.events_each > 1 else 0.0


class RawEvent(NamedTuple):
    """One event of the log: its number, what stands there, and the objects it touches by their type; None for unknown ones."""

    position: int
    given: Any
    objects: dict[str, list[str]]
    unknown: int


class OcelReader:
    """Reads one OCEL 2.0 file; knows its objects from the first reading on.

    Attributes:
        bytes_read: how much of the file the latest reading took.
        case_types: the types of objects that events touch, the best case first.

    Raises:
        NotATable: JSON, but no such log.
        BrokenJson: no well-formed JSON.
        TooLarge: one thing in it, or all of it, is past the limits.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.bytes_read = 0
        self._path = path
        self._limits = limits
        self._objects = _Objects()
        self.case_types = self._survey()

    def events(self) -> Iterator[RawEvent]:
        """Yields the events in file order."""
        position = 0
        for place, given in self._items():
            if place == _EVENTS:
                position += 1
                yield self._sorted(position, given)

    def attributes_of(self, object_id: str) -> dict[str, str]:
        """What the file last knew of an object; shared, so don't change it."""
        return self._objects.attributes_of(object_id)

    def _sorted(self, position: int, given: Any) -> RawEvent:
        by_type: dict[str, list[str]] = {}
        unknown = 0
        for object_id in related(given):
            kind = self._objects.type_of(object_id)
            if kind is None:
                unknown += 1
            elif object_id not in (ids := by_type.setdefault(kind, [])):
                ids.append(object_id)
        return RawEvent(position, given, by_type, unknown)

    def _survey(self) -> tuple[CaseType, ...]:
        """Takes the objects in, and looks at the first events."""
        sample: list[tuple[str, ...]] = []
        seen, objects_came_first = 0, False
        for place, given in self._items():
            if place not in {_OBJECTS, _EVENTS}:
                continue
            seen += 1
            if place == _OBJECTS:
                self._objects.add(given)
            elif not sample:
                objects_came_first = self._objects.n > 0
                sample.append(related(given))
            elif len(sample) < _LOOKED_AT:
                sample.append(related(given))
            elif objects_came_first:  # and are all in
                break
        self._objects.flush()
        if not seen:
            raise NotATable("a JSON document without OCEL 2.0 events and objects")
        types = self._case_types(sample)
        return tuple(sorted(types, key=lambda one: (-one.fitness, -one.related_share, one.name)))

    def _case_types(self, sample: Sequence[tuple[str, ...]]) -> Iterator[CaseType]:
        related_events: Counter[str] = Counter()
        single: Counter[str] = Counter()
        touches: Counter[str] = Counter()
        touched: dict[str, set[str]] = {}
        for ids in sample:
            kinds: Counter[str] = Counter()
            for object_id in set(ids):
                if kind := self._objects.type_of(object_id):
                    kinds[kind] += 1
                    touched.setdefault(kind, set()).add(object_id)
            for kind, n in kinds.items():
                related_events[kind] += 1
                touches[kind] += n
                single[kind] += n == 1
        for kind, n in related_events.items():
            yield CaseType(
                kind,
                self._objects.count(kind),
                touches[kind] / len(touched[kind]),
                n / len(sample),
                single[kind] / n,
            )

    def _items(self) -> Iterator[Found]:
        """Every object and event, in the order of the file; never holds more than a piece and one unfinished thing."""
        with Source(self._path, self._limits) as source:
            parse = JsonStream(source, self._limits)
            for n, found in enumerate(parse.items()):
                if n % _AT_ONCE == 0:
                    self.bytes_read = source.position
                yield found
            self.bytes_read = source.position


class _Objects:
    """Type and attributes of every object, in a database that lies in a nameless temporary file."""

    def __init__(self) -> None:
        self.n = 0
        self._waiting: list[tuple[str, str, bytes]] = []
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA cache_size = -32768")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(
            "CREATE TABLE object (id TEXT PRIMARY KEY, type TEXT NOT NULL, attributes BLOB NOT NULL) WITHOUT ROWID"
        )
        self._counts: Counter[str] = Counter()
        self.type_of: Callable[[str], str | None] = lru_cache(_REMEMBERED)(self._type_of)
        self.attributes_of: Callable[[str], dict[str, str]] = lru_cache(1_000)(self._attributes_of)

    def add(self, given: Any) -> None:
        """Takes one in; the first of two with the same id stays. What is no object is passed over: events will not find it."""
        if not isinstance(given, dict):
            return
        object_id, kind = given.get("id"), given.get("type")
        if not (isinstance(object_id, str) and object_id and isinstance(kind, str) and kind):
            return
        self.n += 1
        self._waiting.append((object_id, kind, _TEXT.encode(_last_known(given.get("attributes")))))
        if len(self._waiting) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Writes what waits."""
        self._database.execute("BEGIN")
        self._database.executemany("INSERT OR IGNORE INTO object VALUES (?, ?, ?)", self._waiting)
        self._database.execute("COMMIT")
        self._waiting.clear()
        self._counts = Counter(
            dict(self._database.execute("SELECT type, count(*) FROM object GROUP BY type"))
        )

    def count(self, kind: str) -> int:
        return self._counts[kind]

    def _type_of(self, object_id: str) -> str | None:
        row = self._database.execute("SELECT type FROM object WHERE id = ?", [object_id]).fetchone()
        return row[0] if row else None

    def _attributes_of(self, object_id: str) -> dict[str, str]:
        row = self._database.execute("SELECT attributes FROM object WHERE id = ?", [object_id]).fetchone()
        found: dict[str, str] = msgspec.json.decode(row[0]) if row else {}
        return found


def related(given: Any) -> tuple[str, ...]:
    """The ids of the objects that an event names; what is misshapen names none."""
    listed = given.get("relationships") if isinstance(given, dict) else None
    if not isinstance(listed, list):
        return ()
    ids = (one.get("objectId") for one in listed if isinstance(one, dict))
    return tuple(one for one in ids if isinstance(one, str) and one)


def named_values(listed: Any) -> dict[str, str]:
    """The attributes of an event as text."""
    if not isinstance(listed, list):
        return {}
    pairs = ((one.get("name"), one.get("value")) for one in listed if isinstance(one, dict))
    return {
        name: as_text(value) for name, value in pairs if isinstance(name, str) and value not in (None, "")
    }


def as_text(value: Any) -> str:
    """A value as the file writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _last_known(listed: Any) -> dict[str, str]:
    """An object's attributes change with time; the latest value of each."""
    if not isinstance(listed, list):
        return {}
    timed = [one for one in listed if isinstance(one, dict)]
    timed.sort(key=lambda one: str(one.get("time", "")))
    return named_values(timed)
