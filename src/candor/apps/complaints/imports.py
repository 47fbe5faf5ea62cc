"""Complaints as a kind of import."""

from collections.abc import Sequence
from typing import Any

from candor.apps.customers.services import customers_by_identifier
from candor.apps.feedback.services import forget_batch
from candor.apps.imports.kinds import ImportKind, Item, Preview, Reader, Stored
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.people import People
from candor.apps.imports.tables import CELLS, TableReader, preview_table, refuse_unit
from candor.apps.imports.units import Units

from .services import NewComplaint, receive_complaints
from .sources.table import FIELDS, is_open, severity_of

DEFAULT_SOURCE = "complaints"


def preview(batch: ImportBatch) -> Preview:
    """The columns as recognised."""
    return preview_table(batch, FIELDS)


def open_reader(batch: ImportBatch) -> Reader:
    """Typed rows of the file."""
    return TableReader(batch, FIELDS)


def store(batch: ImportBatch, items: Sequence[Item]) -> Stored:
    """Write a chunk of complaints."""
    units, people = Units(batch, items), People(batch)
    source = batch.options.get("source") or DEFAULT_SOURCE
    customers = customers_by_identifier(
        system=source, values=(values.get("customer") or "" for _, values in items), import_batch_id=batch.pk
    )
    problems = [refuse_unit(item) for item in items if units.refuses(item[1].get("unit"))]
    problems += filter(None, map(people.refusal, items))
    refused = {problem.row for problem in problems}
    good = [_complaint(values, units, people, customers) for row, values in items if row not in refused]
    received = receive_complaints(items=good, source=source, batch=batch)
    return Stored(len(received.new_ids), len(good) - len(received.new_ids), tuple(problems))


def _complaint(
    values: dict[str, Any], units: Units, people: People, customers: dict[str, int]
) -> NewComplaint:
    words = ("product", "sub_product", "issue", "sub_issue", "company", "comment", "channel", "state_code", "postcode", "tags",
            "response", "public_response", "root_cause", "redress")  # fmt: skip
    facts = ("sent_on", "decided_on", "is_timely", "is_disputed")
    fields: dict[str, Any] = {name: values.get(name) or "" for name in words} | {
        name: values.get(name) for name in facts
    }
    return NewComplaint(
        key=values["reference"],
        received_on=values["received_on"],
        is_open=is_open(values, values[CELLS]),
        severity=severity_of(values),
        customer_id=customers.get(values.get("customer") or ""),
        unit_id=units.id_of(values.get("unit")),
        done_by_id=people.id_of(values.get("done_by")),
        done_by_given=values.get("done_by") or "",
        **fields,
    )


def undo(batch: ImportBatch) -> None:
    """Remove what the batch brought."""
    forget_batch(batch=batch)


KIND = ImportKind(
    key="complaints",
    name="Complaints",
    description="One complaint a row: number, day received, product, issue, what the customer wrote. CFPB files need no mapping.",
    icon="message-report",
    preview=preview,
    open=open_reader,
    store=store,
    undo=undo,
    next_url_name="complaints:overview",
    order=10,
)
