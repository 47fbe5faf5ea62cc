"""Complaints as a kind of import: a table, or the tickets of a help desk, told by their shape."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from candor.apps.customers.services import EMAIL, customers_by_identifier
from candor.apps.feedback.erased import without_erased
from candor.apps.feedback.services import forget_batch
from candor.apps.imports.errors import FileNotUsable
from candor.apps.imports.kinds import ERASED, ImportKind, Item, Odd, Preview, Question, Reader, Stored
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.people import People
from candor.apps.imports.tables import CELLS, TableReader, column_of, file_of, preview_table, refuse_unit
from candor.apps.imports.units import Units
from candor.intake import JsonItems, Problem, is_json

from .households import Who
from .models import RuleSet
from .rule_sets import RuleBook
from .services import NewComplaint, receive_complaints
from .sources import tickets
from .sources.table import FIELDS, OFFICIAL_RESPONSE, is_open, severity_of
from .sources.tickets import Desk

DEFAULT_SOURCE = "complaints"
CLOCK, BY_RULES, SIMPLE = "clock", "rules", "simple"
WHICH, ALL, ONLY_COMPLAINTS = "which_tickets", "all", "complaints"
WORD = "complaint"
SHOWN = 8
_LEFT_OUT = "left_out_other_ticket"


def preview(batch: ImportBatch) -> Preview:
    """The columns as recognised, or the first tickets, which need no mapping."""
    path = file_of(batch)
    if not is_json(path):
        asked = tuple(filter(None, (_about_tickets(batch), _about_clocks(batch))))
        return preview_table(batch, FIELDS, more=asked)
    desk, found = _tickets(batch)
    rows, names = [], dict[str, None]()
    for _number, item in zip(range(SHOWN), tickets.items(desk, found, start=1), strict=False):
        if not isinstance(item, Problem):
            rows.append(item[1][CELLS])
            names |= dict.fromkeys(item[1][CELLS])
    note = f"{desk.name}: a document that says itself what it holds; nothing needs mapping."
    asked = tuple(filter(None, (_about_tickets(batch, is_document=True), _about_clocks(batch))))
    shown = tuple({name: row.get(name, "") for name in names} for row in rows)
    return Preview(tuple(names), (), {}, {}, (), asked, shown, (note,))


def _tickets(batch: ImportBatch) -> tuple[Desk, JsonItems]:
    found = tickets.open_tickets(file_of(batch))
    if found is None:
        raise FileNotUsable(
            "This is JSON, and its first item is no ticket of Zendesk or Freshdesk. Give tickets as they are exported, or a table (CSV)."
        )
    return found


def _about_tickets(batch: ImportBatch, *, is_document: bool = False) -> Question | None:
    """Which tickets are complaints; None where the file is of complaints, or it was answered."""
    if batch.options.get(WHICH) in {ALL, ONLY_COMPLAINTS}:
        return None
    if not is_document and not column_of(batch, "kind", FIELDS):
        return None
    choices = (
        (ONLY_COMPLAINTS, "Only those whose sort or tags say “complaint”"), (ALL, "Every one is a complaint")
    )  # fmt: skip
    return Question(
        WHICH, "A help desk’s file holds tickets of every sort. Which of them are complaints?", choices
    )


def _about_clocks(batch: ImportBatch) -> Question | None:
    """By which clocks they run; None where there is nothing to choose, or it was answered."""
    if batch.options.get(CLOCK) in {BY_RULES, SIMPLE} or not RuleSet.objects.filter(is_active=True).exists():
        return None
    is_table = not is_json(file_of(batch))
    if is_table and column_of(batch, "response", FIELDS) == OFFICIAL_RESPONSE:
        return None
    choices = ((BY_RULES, "The rule set that fits each"), (SIMPLE, "15 and 60 calendar days"))
    return Question(CLOCK, "By when must these complaints be acknowledged and decided?", choices)


class _TicketReader:
    """Tickets of a document as items."""

    cautions: list[str] = []  # never filled: a ticket says itself what it holds

    def __init__(self, batch: ImportBatch) -> None:
        self._desk, self._found = _tickets(batch)

    @property
    def share_read(self) -> float:
        return self._found.bytes_read / max(self._found.bytes_total, 1)

    def items(self, *, start: int) -> Iterator[Item | Problem]:
        return tickets.items(self._desk, self._found, start=start)


def open_reader(batch: ImportBatch) -> Reader:
    """Typed rows of the file, or its tickets."""
    return _TicketReader(batch) if is_json(file_of(batch)) else TableReader(batch, FIELDS)


def store(batch: ImportBatch, items: Sequence[Item]) -> Stored:
    """Write a chunk of complaints."""
    units, people = Units(batch, items), People(batch)
    source = _source(batch)
    complaints = [item for item in items if _is_wanted(batch, item[1])]
    wanted = without_erased(
        source, complaints, lambda item: str(item[1]["reference"]), partial(_names, source)
    )
    customers = _customers(batch, source, wanted)
    problems = [refuse_unit(item) for item in wanted if units.refuses(item[1].get("unit"))]
    problems += filter(None, map(people.refusal, wanted))
    refused = {problem.row for problem in problems}
    good = [_complaint(values, units, people, customers) for row, values in wanted if row not in refused]
    rules = RuleBook() if batch.options.get(CLOCK) == BY_RULES else None
    received = receive_complaints(items=good, source=source, batch=batch, rules=rules)
    left_out = {_LEFT_OUT: len(items) - len(complaints), ERASED: len(complaints) - len(wanted)}
    odd = {reason: Odd(n) for reason, n in left_out.items() if n}
    return Stored(len(received.new_ids), len(good) - len(received.new_ids), tuple(problems), odd)


def _source(batch: ImportBatch) -> str:
    stated = batch.options.get("source")
    if stated:
        return str(stated)
    return _tickets(batch)[0].key if is_json(file_of(batch)) else DEFAULT_SOURCE


def _is_wanted(batch: ImportBatch, values: dict[str, Any]) -> bool:
    """Whether a ticket is a complaint, as the person chose."""
    if batch.options.get(WHICH) != ONLY_COMPLAINTS:
        return True
    return any(WORD in (values.get(name) or "").casefold() for name in ("kind", "tags"))


def _customers(batch: ImportBatch, source: str, items: Sequence[Item]) -> dict[str, int]:
    """Ids of customers by the system's own number, and by e-mail where the file has no number."""
    numbers = {values.get("customer") or "" for _, values in items}
    mails = {_mail(values) for _, values in items}
    known = customers_by_identifier(system=source, values=numbers, import_batch_id=batch.pk)
    by_mail = customers_by_identifier(system=EMAIL, values=mails, import_batch_id=batch.pk)
    return known | {f"{EMAIL}:{value}": pk for value, pk in by_mail.items()}


def _names(source: str, item: Item) -> list[tuple[str, str]]:
    """What the file calls who complains."""
    values = item[1]
    return [(source, values.get("customer") or ""), (EMAIL, (values.get("email") or "").lower())]


def _mail(values: dict[str, Any]) -> str:
    return "" if values.get("customer") else (values.get("email") or "").lower()


def _complaint(
    values: dict[str, Any], units: Units, people: People, customers: dict[str, int]
) -> NewComplaint:
    words = ("product", "sub_product", "issue", "sub_issue", "company", "comment", "channel", "state_code", "postcode", "tags",
            "response", "public_response", "root_cause", "redress")  # fmt: skip
    facts = ("sent_on", "decided_on", "is_timely", "is_disputed")
    fields: dict[str, Any] = {name: values.get(name) or "" for name in words} | {
        name: values.get(name) for name in facts
    }
    found = NewComplaint(
        key=values["reference"],
        received_on=values["received_on"],
        received_at=values.get("received_at"),
        is_open=is_open(values, values[CELLS]),
        severity=severity_of(values),
        customer_id=customers.get(values.get("customer") or f"{EMAIL}:{_mail(values)}"),
        unit_id=units.id_of(values.get("unit")),
        done_by_id=people.id_of(values.get("done_by")),
        done_by_given=values.get("done_by") or "",
        who=_who(values),
        **fields,
    )
    return _as_ticket(found, values)


def _as_ticket(found: NewComplaint, values: dict[str, Any]) -> NewComplaint:
    """With what tickets say otherwise than complaints: a subject, and when they were solved."""
    solved = values.get("decided_at") if not found.is_open else None
    return replace(
        found,
        sub_issue=found.sub_issue or (values.get("subject") or "")[:200],
        decided_on=found.decided_on or (solved.date() if solved else None),
        channel=found.channel[:40],
        response=found.response[:120],
    )


def _who(values: dict[str, Any]) -> Who | None:
    names = ("name", "email", "phone", "address", "postcode")
    said: dict[str, Any] = {name: values.get(name) or "" for name in names}
    who = Who(**said)
    return who if who.is_anybody else None


def undo(batch: ImportBatch) -> None:
    """Remove what the batch brought."""
    forget_batch(batch=batch)


KIND = ImportKind(
    key="complaints",
    name="Complaints",
    description="One complaint a row: number, day received, product, issue, what the customer wrote. Files of the CFPB and tickets of "
    "Zendesk and Freshdesk (JSON) need no mapping.",
    icon="message-report",
    preview=preview,
    open=open_reader,
    store=store,
    undo=undo,
    next_url_name="complaints:overview",
    report_template="complaints/import_report.html",
    order=10,
)
