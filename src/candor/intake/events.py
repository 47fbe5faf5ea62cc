"""Events of cases, from an XES log, an object-centric log (OCEL 2.0) or a table of them: all give the same events."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Final, Literal, NamedTuple, NotRequired, TypedDict, cast

from candor.intake.dates import (
    AmbiguousDateOrder,
    DateOrder,
    UnreadableDate,
    detect_date_order,
    parse_date,
    parse_instant,
)
from candor.intake.errors import MissingColumns, UnknownCaseType
from candor.intake.fields import Field, Mapping, recognise
from candor.intake.ocel import CaseType, OcelReader, as_text, named_values
from candor.intake.ocel import RawEvent as OcelEvent
from candor.intake.problems import Problem
from candor.intake.sources import Limits, Source
from candor.intake.table import Table, open_table
from candor.intake.typed import Converter
from candor.intake.xes import XesReader

EVENT_FIELDS: Final = (
    Field(
        "case",
        "Case",
        required=True,
        official=("case:concept:name",),
        synonyms=("case id", "case key", "case number", "trace", "trace id", "process instance", "episode"),
        is_identifier=True,
        blanks=frozenset({"?"}),
        help="What the events belong to: one application, one claim, one journey.",
    ),
    Field(
        "activity",
        "Activity",
        required=True,
        official=("concept:name",),
        synonyms=("activity name", "event", "event name", "task", "task name", "step", "action"),
        help="What happened.",
    ),
    Field(
        "at",
        "Time",
        "instant",
        required=True,
        official=("time:timestamp", "timestamp", "start_time"),
        synonyms=("event time", "start timestamp", "start", "started at", "datetime", "date", "occurred at"),
        help="When it happened, or began.",
    ),
    Field(
        "ended_at",
        "End time",
        "instant",
        synonyms=(
            "end",
            "end timestamp",
            "ended at",
            "complete timestamp",
            "completed at",
            "completion time",
        ),
        help="When it ended, if the log says so.",
    ),
    Field(
        "resource",
        "Resource",
        official=("org:resource",),
        synonyms=("user", "agent", "performer", "employee", "staff"),
        help="Who or what did it.",
    ),
    Field(
        "lifecycle",
        "Lifecycle",
        official=("lifecycle:transition",),
        synonyms=("transition", "event type"),
        help="Scheduled, started, completed.",
    ),
)

_CASE: Final = "case:"
_FULL_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)
_LOOKED_AT: Final = 200
_NO_CASE: Final = {"", "?"}
_JSON: Final = b"{"


class Event(NamedTuple):
    """Something that happened in a case.

    Attributes:
        case: what it belongs to, exactly as the file names it ("NA" is a name).
        activity: what happened.
        at: when, in UTC, microseconds kept.
        resource: who or what did it.
        lifecycle: the transition (schedule, start, complete, …) if the log says so.
        attributes: what else the file says of the event, as text; full timestamps are written in UTC.
        case_attributes: what it says of the case; shared by the events of a case, so don't change it.
        position: number of the event in its file, from 1 (in a table: its row). Order within a case is `(at, position)`.
        ended_at: the end of an event that has one.
    """

    case: str
    activity: str
    at: datetime
    resource: str | None
    lifecycle: str | None
    attributes: dict[str, str]
    case_attributes: dict[str, str]
    position: int
    ended_at: datetime | None = None


class _Given(TypedDict):
    """What the converter makes of `EVENT_FIELDS`."""

    case: str
    activity: str
    at: datetime
    resource: NotRequired[str | None]
    lifecycle: NotRequired[str | None]
    ended_at: NotRequired[datetime | None]


class EventLog:
    """An event log in a file. Made by `open_events`; holds no open file between calls.

    Attributes:
        path: the file.
        format: "xes", "ocel" or "table".
        table: the table behind it, if it is one.
        mapping: which columns are read, if it is a table.
        date_order: of the table's times; an `AmbiguousDateOrder` has to be answered first, or every such time is a `Problem`.
        case_types: of an object-centric log, the types of objects that may be the case, the best first; else empty.
        case_type: the one that is the case.
        zone: where the clock hung, for times that don't say.
        limits: what an XES file may ask of us.
        bytes_total: size of the file on disk.
    """

    def __init__(
        self,
        path: Path,
        reader: XesReader | OcelReader | None,
        table: Table | None,
        mapping: Mapping | None,
        date_order: DateOrder | AmbiguousDateOrder | None,
        zone: tzinfo,
        case_type: str = "",
    ) -> None:
        self.path = path
        self.format: Literal["xes", "ocel", "table"] = (
            "xes" if isinstance(reader, XesReader) else "ocel" if reader else "table"
        )
        self.table = table
        self.mapping = mapping
        self.date_order = date_order
        self.case_types: tuple[CaseType, ...] = reader.case_types if isinstance(reader, OcelReader) else ()
        self.case_type = case_type
        self.bytes_total = path.stat().st_size
        self._reader = reader
        self.zone = zone
        self.limits = reader.limits if isinstance(reader, XesReader) else Limits()
        self._shared = self._left_out = self._unknown = 0

    @property
    def bytes_read(self) -> int:
        """How much of the file the latest reading took, for a progress bar."""
        return self._reader.bytes_read if self._reader else self.table.bytes_read if self.table else 0

    @property
    def notes(self) -> list[str]:
        """What was inferred or odd, as sentences; of an object-centric log what the latest reading met."""
        return self.table.notes if self.table else [*self._notes_of_objects()]

    def __iter__(self) -> Iterator[Event | Problem]:
        return self.events()

    def events(self, *, start: int = 0) -> Iterator[Event | Problem]:
        """Yields each event, or what is wrong with it, in file order and in bounded memory.

        Args:
            start: position of the first event wanted, to go on where an import stopped.

        Raises:
            UnsafeXml, BrokenXml, BrokenJson, TooLarge, BrokenArchive: met on the way.
        """
        if isinstance(self._reader, XesReader):
            return self._from_xes(self._reader, start)
        if self._reader is not None:
            return self._from_ocel(self._reader, start)
        assert self.table is not None and self.mapping is not None
        return self._from_table(self.table, self.mapping, start)

    def _from_xes(self, reader: XesReader, start: int) -> Iterator[Event | Problem]:
        read_at = datetime.fromisoformat
        for position, line, trace, cells in reader.events():
            if position < start:
                continue
            case, activity, stamp = (
                trace.name,
                cells.get("concept:name", "").strip(),
                cells.get("time:timestamp", ""),
            )
            if case in _NO_CASE or not (activity and stamp):
                yield _incomplete(position, line, "" if case in _NO_CASE else case, activity, cells)
                continue
            try:
                at = read_at(stamp)
                at = at.astimezone(UTC) if at.tzinfo else parse_instant(stamp, None, self.zone)
            except (ValueError, OverflowError):
                yield _unreadable(position, stamp, cells)
                continue
            del cells["concept:name"], cells["time:timestamp"]
            resource, lifecycle = cells.pop("org:resource", None), cells.pop("lifecycle:transition", None)
            yield Event(
                case, activity, at, resource or None, lifecycle or None, cells, trace.attributes, position
            )

    def _from_ocel(self, reader: OcelReader, start: int) -> Iterator[Event | Problem]:
        self._shared = self._left_out = self._unknown = 0
        for raw in reader.events():
            self._unknown += bool(raw.unknown)
            cases = [one for one in raw.objects.get(self.case_type, ()) if one.strip() not in _NO_CASE]
            self._left_out += not cases
            self._shared += len(cases) > 1
            if raw.position < start or not cases:
                continue
            parts = _parts_of(raw, self.case_type, self.zone)
            if isinstance(parts, Problem):
                yield parts
                continue
            activity, at, attributes = parts
            for case in cases:
                yield Event(
                    case, activity, at, None, None, attributes, reader.attributes_of(case), raw.position
                )

    def _notes_of_objects(self) -> Iterator[str]:
        if self._shared:
            yield (
                f"{self._shared:,} events touch several objects of type “{self.case_type}”; "
                "each of them is an event of every one of these cases."
            )
        if self._left_out:
            yield f"{self._left_out:,} events touch no object of type “{self.case_type}”, belong to no case and were left out."
        if self._unknown:
            yield f"{self._unknown:,} events name objects that the file does not list; these names were passed over."

    def _from_table(self, table: Table, mapping: Mapping, start: int) -> Iterator[Event | Problem]:
        order = None if isinstance(self.date_order, AmbiguousDateOrder) else self.date_order
        converter = Converter(EVENT_FIELDS, mapping, date_order=order, zone=self.zone)
        used = set(mapping.columns.values())
        of_case = {c: c.removeprefix(_CASE) for c in table.columns if c.startswith(_CASE) and c not in used}
        of_event = [c for c in table.columns if c not in used and c not in of_case]
        for row in table.rows(start=start):
            if isinstance(row, Problem):
                yield row
                continue
            values = converter.convert(row)
            if isinstance(values, list):
                yield from values
                continue
            cells, given = row.values, cast("_Given", values)
            yield Event(
                given["case"],
                given["activity"],
                given["at"],
                given.get("resource"),
                given.get("lifecycle"),
                {c: _stamp_in_utc(text) for c in of_event if (text := cells[c])},
                {name: _stamp_in_utc(text) for c, name in of_case.items() if (text := cells[c])},
                row.number,
                given.get("ended_at"),
            )


def open_events(
    path: str | PathLike[str],
    *,
    limits: Limits | None = None,
    mapping: Mapping | None = None,
    date_order: DateOrder | None = None,
    zone: tzinfo = UTC,
    case_type: str | None = None,
) -> EventLog:
    """Opens an event log: XES, OCEL 2.0 as JSON, or a table of events, plain, gzipped or alone in a zip.

    Args:
        path: the file.
        limits: what it may ask of us.
        mapping: for a table, which columns to read; recognised by their names when not given.
        date_order: for a table whose times need one; found out from the whole column when not given.
        zone: where the clock hung, for times that don't say.
        case_type: for an object-centric log, the type of object that is the case; without it the one that most events touch
            exactly once. The other objects go along as attributes.

    Raises:
        FileRefused: the file can't be read; for XES some kinds only show while reading.
        UnknownCaseType: no event touches an object of the chosen type, or of any type.
        MissingColumns: a table without case, activity or time.

    Example:
        >>> log = open_events("receipt.xes.gz")  # doctest: +SKIP
        >>> sum(isinstance(item, Event) for item in log)  # doctest: +SKIP
        8577
    """
    file, limits = Path(path), limits or Limits()
    with Source(file, limits) as source:
        start = source.read(64).removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    if start.startswith(b"<"):
        return EventLog(file, XesReader(file, limits), None, None, None, zone)
    if start.startswith(_JSON):
        objects = OcelReader(file, limits)
        return EventLog(file, objects, None, None, None, zone, _case_type(objects, case_type))
    table = open_table(file, limits=limits)
    mapping = mapping or recognise(table.columns, EVENT_FIELDS)
    if mapping.missing:
        raise MissingColumns(tuple(f.name for f in EVENT_FIELDS if f.key in mapping.missing))
    order = date_order or _order_of(table, mapping.columns["at"])
    return EventLog(file, None, table, mapping, order, zone)


def in_case_order(items: Iterable[Event | Problem]) -> list[Event]:
    """The events case by case, each in order of time; events of one instant stay in file order. Holds them all in memory."""
    return sorted((e for e in items if isinstance(e, Event)), key=lambda e: (e.case, e.at, e.position))


def _case_type(reader: OcelReader, chosen: str | None) -> str:
    known = tuple(one.name for one in reader.case_types)
    if chosen in known or (chosen is None and known):
        return chosen or known[0]
    raise UnknownCaseType(chosen or "any", known)


def _parts_of(raw: OcelEvent, case_type: str, zone: tzinfo) -> tuple[str, datetime, dict[str, str]] | Problem:
    """Activity, time and attributes of an event of an object-centric log."""
    given = raw.given
    activity, stamp = (str(given.get(name) or "").strip() for name in ("type", "time"))
    attributes = {name: _stamp_in_utc(text) for name, text in named_values(given.get("attributes")).items()}
    if event_id := given.get("id"):
        attributes["ocel:eid"] = as_text(event_id)
    for kind, ids in raw.objects.items():
        if kind != case_type:
            attributes[f"object:{kind}"] = ", ".join(ids)
    cells = {"type": activity, "time": stamp} | attributes
    if not (activity and stamp):
        lacking = "time" if activity else "type"
        message = f"Event {raw.position} has no {lacking}."
        return Problem(raw.position, lacking, "", f"a value for {lacking}", message, cells)
    try:
        return activity, parse_instant(stamp, None, zone), attributes
    except (ValueError, OverflowError):
        expected = "a time such as 2020-01-31T12:00:00+01:00"
        message = f"Event {raw.position}: “{stamp[:40]}” is no time as ISO 8601 writes it."
        return Problem(raw.position, "time", stamp, expected, message, cells)


def _order_of(table: Table, column: str) -> DateOrder | AmbiguousDateOrder:
    """Reads the whole column only where its first values need an order at all."""
    for row in islice(table.rows(), _LOOKED_AT):
        if isinstance(row, Problem) or not (text := row.values[column].strip()):
            continue
        try:
            parse_date(text)
        except UnreadableDate:
            return detect_date_order(table, column)
    return "YMD"


def _stamp_in_utc(text: str) -> str:
    if len(text) >= 20 and text[4] == "-" and _FULL_STAMP.fullmatch(text):
        with suppress(ValueError, OverflowError):
            return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    return text


def _incomplete(position: int, line: int, case: str, activity: str, cells: dict[str, str]) -> Problem:
    lacking = "case:concept:name" if not case else "concept:name" if not activity else "time:timestamp"
    message = (
        f"Event {position} (line {line}) has no {lacking}."
        if line
        else f"Event {position} has an empty {lacking}."
    )
    return Problem(position, lacking, "", f"a value for {lacking}", message, cells)


def _unreadable(position: int, stamp: str, cells: dict[str, str]) -> Problem:
    message = f"Event {position}: “{stamp[:40]}” is no time as ISO 8601 writes it."
    return Problem(
        position, "time:timestamp", stamp, "a time such as 2020-01-31T12:00:00+01:00", message, cells
    )
