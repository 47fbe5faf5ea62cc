"""A file of events as the summary of its cases: in memory while it is small, by way of the disk when it is not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from candor.analytics import median_ranks
from candor.intake import (
    EVENT_FIELDS,
    AmbiguousDateOrder,
    DateOrder,
    EventBatch,
    EventLog,
    Mapping,
    MissingColumns,
    Problem,
    event_batches,
    open_events,
    open_table,
    recognise,
)
from candor.warehouse.columns import EventColumns, column_cases
from candor.warehouse.loose import JOURNEY, LooseLog
from candor.warehouse.plain_csv import append_plain_csv
from candor.warehouse.queries import NO_CASES, CaseSummary, event_cases

IN_MEMORY = 2_000_000  # events
LARGE = 64 * 1024 * 1024  # bytes of a CSV from which on DuckDB reads it, if it is plain
MEMORY = "2GB"
_SHOWN = 5
OPTIONS = {"case": "--case", "activity": "--activity", "at": "--time"}


class Refused(Exception):
    """The file, or an option for it, can't be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a file: its columns by the keys of their fields, and the order of day and month."""

    path: Path
    columns: dict[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    case_type: str | None = None
    top: int = 10
    large: int = LARGE
    in_memory: int = IN_MEMORY


@dataclass(slots=True)
class Reading:
    """What the file holds, and what could not be read."""

    summary: CaseSummary
    problems: int
    messages: list[str]
    notes: list[str]

    def sentences(self) -> list[str]:
        """What was inferred, and what was left out."""
        if not self.problems:
            return self.notes
        rows = "1 event could" if self.problems == 1 else f"{self.problems:,} events could"
        more = [f"  … and {self.problems - _SHOWN:,} more"] if self.problems > _SHOWN else []
        return [*self.notes, f"{rows} not be read:", *(f"  {message}" for message in self.messages), *more]


def read_paths(request: Request) -> Reading:
    """Read the file once.

    Raises:
        Refused: The options do not fit the file.
        IntakeError: The file can't be read.
    """
    log = _opened(request)
    if isinstance(log.date_order, AmbiguousDateOrder):
        raise Refused(
            f"{log.date_order.question} Say so by --date-order {' or '.join(log.date_order.readings)}."
        )
    if log.bytes_total >= request.large and (summary := _directly(log, request)):
        return Reading(summary, 0, [], log.notes)
    reading = Reading(NO_CASES, 0, [], [])
    reading.summary = _counted(_good(event_batches(log, at_most=request.in_memory), reading), request)
    reading.notes = log.notes
    return reading


def _opened(request: Request) -> EventLog:
    try:
        log = open_events(request.path, date_order=request.date_order, case_type=request.case_type)
    except MissingColumns as error:
        if not request.columns:
            raise _without(request, error) from error
    else:
        if not request.columns:
            return log
        if log.format != "table":
            options = ", ".join(OPTIONS[key] for key in request.columns)
            raise Refused(
                f"{request.path.name} says itself what its cases, activities and times are: leave out {options}."
            )
    return _opened_with_columns(request)


def _opened_with_columns(request: Request) -> EventLog:
    columns = open_table(request.path).columns
    chosen = {key: _column(columns, name) for key, name in request.columns.items()}
    known = {
        key: column
        for key, column in recognise(columns, EVENT_FIELDS).columns.items()
        if column not in chosen.values()
    }
    mapping = Mapping(known | chosen, required=tuple(one.key for one in EVENT_FIELDS if one.required))
    try:
        if mapping.missing:
            raise MissingColumns(tuple(one.name for one in EVENT_FIELDS if one.key in mapping.missing))
        return open_events(request.path, mapping=mapping, date_order=request.date_order)
    except MissingColumns as error:
        raise _without(request, error) from error


def _without(request: Request, error: MissingColumns) -> Refused:
    columns = ", ".join(column.strip() for column in open_table(request.path).columns)
    return Refused(
        f"{error} Say which columns they are by {', '.join(OPTIONS.values())}; the file has {columns}."
    )


def _column(columns: list[str] | tuple[str, ...], name: str) -> str:
    """The key of a column, spaces around its name forgiven."""
    for column in columns:
        if name in {column, column.strip()}:
            return column
    raise Refused(
        f"There is no column {name!r}; the file has {', '.join(column.strip() for column in columns)}."
    )


def _directly(log: EventLog, request: Request) -> CaseSummary | None:
    """A large plain table, read by DuckDB; None if it needs the careful reader."""
    table, mapping = log.table, log.mapping
    if (
        table is None
        or mapping is None
        or table.encoding != "utf-8"
        or table.first_row != 2
        or log.date_order != "YMD"
    ):
        return None
    columns = {key: mapping.columns[key] for key in OPTIONS}
    with LooseLog(memory_limit=MEMORY) as loose:
        if append_plain_csv(loose, log.path, delimiter=table.delimiter, columns=table.columns, case=columns["case"], activity=columns["activity"], at=columns["at"]):  # fmt: skip
            return event_cases(loose, journey=JOURNEY, top=request.top, places=median_ranks)
    return None


def _good(items: Iterator[EventBatch | Problem], reading: Reading) -> Iterator[EventBatch]:
    for item in items:
        if isinstance(item, EventBatch):
            yield item
        else:
            reading.problems += 1
            if len(reading.messages) < _SHOWN:
                reading.messages.append(item.message)


def _counted(batches: Iterator[EventBatch], request: Request) -> CaseSummary:
    first = next(batches, EventBatch())
    second = next(batches, None)
    if second is None:
        return column_cases(_columns(first), top=request.top, places=median_ranks)
    with LooseLog(memory_limit=MEMORY) as loose:
        for batch in (first, second):
            loose.append_columns(_columns(batch), list(batch.case_names))
        del first, second, batch
        for batch in batches:
            loose.append_columns(_columns(batch), list(batch.case_names))
        return event_cases(loose, journey=JOURNEY, top=request.top, places=median_ranks)


def _columns(batch: EventBatch) -> EventColumns:
    return EventColumns(
        np.frombuffer(batch.cases, np.int32), np.frombuffer(batch.activities, np.int32),
        np.frombuffer(batch.micros, np.int64), list(batch.activity_names),
    )  # fmt: skip
