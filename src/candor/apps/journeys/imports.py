"""Touchpoint events as a kind of import, from CSV, XES and OCEL 2.0."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from candor.apps.imports.kinds import ImportKind, Item, Odd, Preview, Reader, Stored
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.tables import file_of, mapping_of, preview_table
from candor.apps.organization.queries import people_by_email_or_code
from candor.foundation.storage import warehouse
from candor.intake import (
    EVENT_FIELDS,
    Event,
    EventLog,
    MissingColumns,
    OddTimes,
    Problem,
    open_events,
    open_table,
)

from .services import define_journey, drop_empty_journey

SHOWN = 8
_NOTES = {
    "xes": "An XES log says itself what its events mean; nothing needs mapping.",
    "ocel": "An object-centric log says itself what its events mean. Choose which type of object is the case; the others go along as "
    "attributes, and an event of several cases belongs to each of them.",
}
DONE_BY = "done_by"  # the attribute that holds the number of the person who did it


def preview(batch: ImportBatch) -> Preview:
    """The columns of a table, or the first events of a log, which needs no mapping."""
    log = _log_without_columns(batch)
    if log is None:
        return preview_table(batch, EVENT_FIELDS)
    first: list[dict[str, str]] = []
    for entry in log:
        if isinstance(entry, Event):
            first.append(
                {"case": entry.case, "activity": entry.activity, "time": entry.at.isoformat(" ", "seconds")}
            )
        if len(first) == SHOWN:
            break
    return Preview(("case", "activity", "time"), (), {}, {}, (), (), tuple(first), (_NOTES[log.format],))


def _log_of(batch: ImportBatch) -> EventLog:
    log = _log_without_columns(batch)
    if log is not None:
        return log
    path = file_of(batch)
    mapping = mapping_of(batch, open_table(path), EVENT_FIELDS)
    return open_events(path, mapping=mapping, date_order=batch.options.get("date_order_at"))


def _log_without_columns(batch: ImportBatch) -> EventLog | None:
    """The log, if it is XES or OCEL; None for a table, whose columns may need a person."""
    try:
        log = open_events(file_of(batch), case_type=batch.options.get("case_type") or None)
    except MissingColumns:
        return None
    return None if log.format == "table" else log


class EventReader:
    """Yields events with their place in the file."""

    def __init__(self, batch: ImportBatch) -> None:
        self._log = _log_of(batch)

    @property
    def share_read(self) -> float:
        return float(self._log.bytes_read / max(self._log.bytes_total, 1))

    @property
    def cautions(self) -> list[str]:
        return list(self._log.notes)

    def items(self, *, start: int) -> Iterator[Item | Problem]:
        for entry in self._log:
            if isinstance(entry, Problem):
                if entry.row >= start:
                    yield entry
            elif entry.position >= start:
                yield entry.position, entry


def open_reader(batch: ImportBatch) -> Reader:
    """The events of the file; makes sure that their journey exists."""
    key = journey_of(batch)
    define_journey(key=key, name=str(batch.options.get("name") or key), stages=(), by=batch.created_by)
    return EventReader(batch)


def journey_of(batch: ImportBatch) -> str:
    """The key of the journey that the events belong to."""
    named = (
        batch.options.get("journey")
        or batch.options.get("source")
        or Path(batch.file_name).name.split(".")[0]
    )
    return slugify(named)[:60] or "journey"


def store(batch: ImportBatch, items: Sequence[Item]) -> Stored:
    """Append a chunk to the event log; events that are there already add nothing."""
    source = batch.options.get("source") or "events"
    journey = journey_of(batch)
    people = people_by_email_or_code()
    rows = (_row(event, people, source=source, journey=journey, batch=batch.pk) for _, event in items)
    added = warehouse().append_events(row | {"received_at": batch.created_at} for row in rows)
    return Stored(added, len(items) - added, odd=_odd(batch, [event for _, event in items]))


def _odd(batch: ImportBatch, events: Sequence[Event]) -> dict[str, Odd]:
    """What is odd about the times of a chunk; what was met of a case before is remembered with the batch at hand."""
    seen: OddTimes = batch.__dict__.setdefault("odd_times", OddTimes(timezone.now()))
    for event in events:
        seen.look(event)
    return {kind: Odd(tally.n, tuple(map(_example, tally.examples))) for kind, tally in seen.take().items()}


def _example(event: Event) -> dict[str, Any]:
    return {"row": event.position, "case": event.case, "activity": event.activity, "at": event.at.isoformat()}


def _row(event: Event, people: dict[str, int], *, source: str, journey: str, batch: int) -> dict[str, Any]:
    """An event as the log keeps it. Who or what did it stays as the file names it, since many a resource is a machine; where it
    is somebody we know by e-mail or personnel number, their number here is frozen beside it."""
    done_by = people.get((event.resource or "").strip().casefold())
    channel = event.attributes.get("channel") or event.case_attributes.get("channel")
    return {
        "journey": journey,
        "case_id": event.case,
        "activity": event.activity,
        "at": event.at,
        "resource": event.resource,
        "lifecycle": event.lifecycle,
        "channel": channel,
        "attributes": event.attributes if done_by is None else event.attributes | {DONE_BY: str(done_by)},
        "source": source,
        "batch": batch,
        "ordinal": event.position,
    }


def undo(batch: ImportBatch) -> None:
    """Remove the batch's events from every file of the log, and the journey if it was nothing but them."""
    warehouse().delete_batch(batch.pk)
    drop_empty_journey(key=journey_of(batch))


def context(batch: ImportBatch, preview: Preview) -> dict[str, Any]:
    """For the mapping page: which journey the events go to, and which objects may be the case."""
    log = _log_without_columns(batch)
    chosen = {"case_types": log.case_types, "case_type": log.case_type} if log else {}
    return {"journey_key": journey_of(batch)} | chosen


KIND = ImportKind(
    key="events",
    name="Touchpoint events",
    description="One event a row: case, activity, time. CSV, or XES and OCEL 2.0 (JSON) as process mining tools write them.",
    icon="route",
    preview=preview,
    open=open_reader,
    store=store,
    undo=undo,
    next_url_name="journeys:journeys",
    template="journeys/import_options.html",
    report_template="journeys/import_report.html",
    context=context,
    chunk=20_000,
    order=30,
)
