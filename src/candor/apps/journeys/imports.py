"""Touchpoint events as a kind of import, from CSV and from XES."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from candor.apps.imports.kinds import ImportKind, Item, Preview, Reader, Stored
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.tables import file_of, mapping_of, preview_table
from candor.foundation.storage import warehouse
from candor.intake import EVENT_FIELDS, Event, EventLog, IntakeError, Problem, open_events, open_table

from .services import define_journey, drop_empty_journey

SHOWN = 8


def preview(batch: ImportBatch) -> Preview:
    """The columns of a table, or the first events of an XES log, which needs no mapping."""
    if not _is_xml(batch):
        return preview_table(batch, EVENT_FIELDS)
    first: list[dict[str, str]] = []
    for entry in open_events(file_of(batch)):
        if isinstance(entry, Event):
            first.append(
                {"case": entry.case, "activity": entry.activity, "time": entry.at.isoformat(" ", "seconds")}
            )
        if len(first) == SHOWN:
            break
    notes = ("An XES log says itself what its events mean; nothing needs mapping.",)
    return Preview(("case", "activity", "time"), (), {}, {}, (), (), tuple(first), notes)


def _log_of(batch: ImportBatch) -> EventLog:
    path = file_of(batch)
    if _is_xml(batch):
        return open_events(path)
    mapping = mapping_of(batch, open_table(path), EVENT_FIELDS)
    return open_events(path, mapping=mapping, date_order=batch.options.get("date_order_at"))


def _is_xml(batch: ImportBatch) -> bool:
    try:
        return open_events(file_of(batch)).format == "xes"
    except IntakeError:
        return False


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
    rows = (_row(event, source=source, journey=journey, batch=batch.pk) for _, event in items)
    added = warehouse().append_events(rows)
    return Stored(added, len(items) - added)


def _row(event: Event, *, source: str, journey: str, batch: int) -> dict[str, Any]:
    channel = event.attributes.get("channel") or event.case_attributes.get("channel")
    return {
        "journey": journey,
        "case_id": event.case,
        "activity": event.activity,
        "at": event.at,
        "resource": event.resource,
        "lifecycle": event.lifecycle,
        "channel": channel,
        "attributes": event.attributes,
        "source": source,
        "batch": batch,
        "ordinal": event.position,
    }


def undo(batch: ImportBatch) -> None:
    """Remove the batch's events from every file of the log, and the journey if it was nothing but them."""
    warehouse().delete_batch(batch.pk)
    drop_empty_journey(key=journey_of(batch))


def context(batch: ImportBatch, preview: Preview) -> dict[str, Any]:
    """For the mapping page: which journey the events go to."""
    return {"journey_key": journey_of(batch)}


KIND = ImportKind(
    key="events",
    name="Touchpoint events",
    description="One event a row: case, activity, time. CSV, or XES as process mining tools write it.",
    icon="route",
    preview=preview,
    open=open_reader,
    store=store,
    undo=undo,
    next_url_name="journeys:journeys",
    template="journeys/import_options.html",
    context=context,
    chunk=20_000,
    order=30,
)
