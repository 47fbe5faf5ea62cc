"""Event logs as batches of columns: what paths need of each event, and nothing else."""

from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from candor.intake.dates import AmbiguousDateOrder
from candor.intake.events import EVENT_FIELDS, EventLog
from candor.intake.fields import Mapping
from candor.intake.plain_xes import NotPlain, Piece, plain_pieces
from candor.intake.problems import Problem
from candor.intake.sources import Source
from candor.intake.typed import Converter

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PATH_FIELDS: Final = tuple(one for one in EVENT_FIELDS if one.required)


@dataclass(slots=True)
class EventBatch:
    """Some events in the order of their file.

    Attributes:
        cases: of each event the place of its case in `case_names`.
        activities: of each event the place of its activity in `activity_names`.
        micros: of each event its time in microseconds since 1970 (UTC).
        case_names: the cases, in the order in which they first come.
        activity_names: the activities, likewise.
    """

    cases: "array[int]" = field(default_factory=lambda: array("i"))
    activities: "array[int]" = field(default_factory=lambda: array("i"))
    micros: "array[int]" = field(default_factory=lambda: array("q"))
    case_names: dict[str, int] = field(default_factory=dict)
    activity_names: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.micros)

    def add(self, case: str, activity: str, micros: int) -> None:
        """Take one more event."""
        self.cases.append(self.case_names.setdefault(case, len(self.case_names)))
        self.activities.append(self.activity_names.setdefault(activity, len(self.activity_names)))
        self.micros.append(micros)

    def take(self, piece: Piece) -> None:
        """Take all events of a piece of XES."""
        for given, places, known, numbers in (
            (piece.case_names, piece.cases, self.case_names, self.cases),
            (piece.activity_names, piece.activities, self.activity_names, self.activities),
        ):
            codes = np.array([known.setdefault(name, len(known)) for name in given], np.int32)
            numbers.frombytes(codes[places].tobytes())
        self.micros.frombytes(piece.micros.tobytes())


def event_batches(log: EventLog, *, at_most: int) -> Iterator[EventBatch | Problem]:
    """Yields the events of a log in batches of `at_most`, each with names of its own, and what is wrong with single ones.

    The same events and problems as the log itself yields, and in the same order, but for problems that stand before the batch they
    fall into.

    Raises:
        FileRefused: met on the way.
    """
    batch, done = EventBatch(), 0
    if log.format == "xes":
        with suppress(NotPlain), Source(log.path, log.limits) as source:
            for piece in plain_pieces(source):
                batch.take(piece)
                done += len(piece.micros)
                if len(batch) >= at_most:
                    yield batch
                    batch = EventBatch()
            done = -1
    for item in _path_events(log, done + 1) if done >= 0 else ():
        if isinstance(item, Problem):
            yield item
            continue
        batch.add(*item)
        if len(batch) >= at_most:
            yield batch
            batch = EventBatch()
    if len(batch):
        yield batch


def _path_events(log: EventLog, start: int) -> Iterator[tuple[str, str, int] | Problem]:
    if log.table is None or log.mapping is None:
        for event in log.events(start=start):
            yield event if isinstance(event, Problem) else (event.case, event.activity, micros_of(event.at))
        return
    order = None if isinstance(log.date_order, AmbiguousDateOrder) else log.date_order
    columns = {one.key: log.mapping.columns[one.key] for one in _PATH_FIELDS}
    converter = Converter(_PATH_FIELDS, Mapping(columns), date_order=order, zone=log.zone)
    for row in log.table.rows():
        if isinstance(row, Problem):
            yield row
            continue
        values = converter.convert(row)
        if isinstance(values, list):
            yield from values
        else:
            yield str(values["case"]), str(values["activity"]), micros_of(_instant(values["at"]))


def _instant(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value


def micros_of(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND
