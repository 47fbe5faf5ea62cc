"""Posts of social networks as a kind of import: a table with a row for each post, each a conversation of its own."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from candor.apps.customers.services import customers_by_identifier
from candor.apps.feedback.choices import Kind
from candor.apps.feedback.erased import without_erased
from candor.apps.feedback.services import NewFeedback, forget_batch, receive
from candor.apps.imports.kinds import ERASED, ImportKind, Item, Odd, Preview, Reader, Stored
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.tables import CELLS, TableReader, column_of, preview_table, refuse_unit
from candor.apps.imports.units import Units
from candor.intake import Field, Problem

from .choices import Author, Channel, State
from .models import Conversation, Message
from .services import LONGEST, forget_conversations

FIELDS = (
    Field(
        "reference", "Post id", is_identifier=True, max_length=120,
        synonyms=("id", "post id", "message id", "tweet id", "status id", "identifier", "uuid", "key"),
        help="Its id at the network; importing it again adds nothing. Without one, time, author and words tell it apart.",
    ),
    Field(
        "written_at", "Written", "instant", required=True,
        synonyms=("date", "created", "created at", "published", "published at", "posted", "posted at", "post date", "time", "timestamp"),
    ),
    Field(
        "text", "What they wrote", required=True,
        synonyms=("post", "post text", "message", "content", "body", "caption", "tweet", "full text", "comment", "snippet"),
    ),
    Field(
        "author", "Author", max_length=160,
        synonyms=("handle", "user", "username", "user name", "screen name", "author handle", "author name", "name", "profile", "from"),
        help="Name or handle, as the network shows it.",
    ),
    Field("site", "Network", max_length=40, synonyms=("network", "platform", "source", "channel", "social network")),
    Field("url", "Address", max_length=500, synonyms=("link", "permalink", "post url", "post link", "permalink url")),
    Field("language", "Language", max_length=12, synonyms=("lang", "locale")),
    Field(
        "unit", "Unit", max_length=120, synonyms=("branch", "location", "store", "office", "unit code"),
        help="Code or name of the unit it is about; empty: the organization.",
    ),
    Field(
        "customer", "Customer number", is_identifier=True, max_length=160, synonyms=("customer id", "client id", "user id", "author id"),
        help="What the network or your own system calls whoever wrote it.",
    ),
)  # fmt: skip
NEWS = timedelta(days=7)  # how old a post may be that waits for an answer


class PostReader(TableReader):
    """Reads a table of posts; each row gets an id if it has none, and noon where only the day is known."""

    def __init__(self, batch: ImportBatch) -> None:
        super().__init__(batch, FIELDS)
        self._written = column_of(batch, "written_at", FIELDS)

    def items(self, *, start: int) -> Iterator[Item | Problem]:
        for entry in super().items(start=start):
            yield entry if isinstance(entry, Problem) else (entry[0], self._completed(entry[1]))

    def _completed(self, values: dict[str, Any]) -> dict[str, Any]:
        cell = values[CELLS].get(self._written, "").strip()
        at: datetime = values["written_at"]
        knows_time = ":" in cell or (cell.isdecimal() and len(cell) > 8)
        if not knows_time:
            at = datetime.combine(at.date(), time(12), tzinfo=at.tzinfo)
        told = "\0".join((at.isoformat(), values.get("author") or "", values["text"]))
        reference = values.get("reference") or hashlib.sha256(told.encode()).hexdigest()[:40]
        return values | {"written_at": at, "knows_time": knows_time, "reference": reference}


def preview(batch: ImportBatch) -> Preview:
    """The columns of the table, and what fills what."""
    return preview_table(batch, FIELDS)


def open_reader(batch: ImportBatch) -> Reader:
    """Typed posts of the file."""
    return PostReader(batch)


def store(batch: ImportBatch, items: Sequence[Item]) -> Stored:
    """Write a chunk of posts, those of each network under its name."""
    units = Units(batch, items)
    problems = tuple(refuse_unit(item) for item in items if units.refuses(item[1].get("unit")))
    refused = {problem.row for problem in problems}
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row, values in items:
        if row not in refused:
            name = values.get("site") or batch.options.get("source") or "social"
            groups[slugify(name)[:80] or "social"].append(values)
    added = known = gone = 0
    for source, given in groups.items():
        found = without_erased(
            source, given, lambda values: str(values["reference"]), partial(_names, source)
        )
        new = _store(found, source, units, batch)
        added, known, gone = added + new, known + len(found) - new, gone + len(given) - len(found)
    return Stored(added, known, problems, {ERASED: Odd(gone)} if gone else {})


def _names(source: str, values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(source, values.get("customer") or "")]


def _store(found: list[dict[str, Any]], source: str, units: Units, batch: ImportBatch) -> int:
    """Posts of one network as feedback, and beside it as conversations; returns how many were new."""
    numbers = (values.get("customer") or "" for values in found)
    customers = customers_by_identifier(system=source, values=numbers, import_batch_id=batch.pk)
    by_key = {values["reference"]: values for values in found}
    told = set(
        Conversation.objects.filter(source=source, key__in=list(by_key)).values_list("key", flat=True)
    )  # came by the API before

    def complete(new_ids: dict[str, int]) -> None:
        rows = [
            _conversation(by_key[key], source, units, customers, pk, batch) for key, pk in new_ids.items()
        ]
        made = Conversation.objects.bulk_create(rows, batch_size=500)
        Message.objects.bulk_create((_message(row, by_key[row.key]) for row in made), batch_size=500)

    items = [_feedback(values, source, units, customers) for key, values in by_key.items() if key not in told]
    return len(receive(items=items, batch=batch, complete=complete).new_ids)


def _feedback(values: dict[str, Any], source: str, units: Units, customers: dict[str, int]) -> NewFeedback:
    return NewFeedback(
        kind=Kind.MESSAGE, source=source, key=values["reference"], received_at=values["written_at"], knows_time=values["knows_time"],
        channel=Channel.SOCIAL, customer_id=customers.get(values.get("customer") or ""), unit_id=units.id_of(values.get("unit")),
        comment=values["text"][:LONGEST], language=values.get("language") or "",
    )  # fmt: skip


def _conversation(
    values: dict[str, Any], source: str, units: Units, customers: dict[str, int], feedback_id: int, batch: ImportBatch
) -> Conversation:  # fmt: skip
    """One that waits for us where the post is at most a week old; an older one is history, and closed."""
    at, url = values["written_at"], values.get("url") or ""
    is_news = at >= timezone.now() - NEWS
    return Conversation(
        channel=Channel.SOCIAL, source=source, key=values["reference"], state=State.OPEN if is_news else State.CLOSED,
        customer_id=customers.get(values.get("customer") or ""), unit_id=units.id_of(values.get("unit")), name=values.get("author") or "",
        url=url if url.startswith(("https://", "http://")) else "", language=(values.get("language") or "")[:12], started_at=at, last_at=at,
        waits_since=at if is_news else None, closed_at=None if is_news else at, feedback_id=feedback_id, import_batch=batch,
    )  # fmt: skip


def _message(row: Conversation, values: dict[str, Any]) -> Message:
    return Message(
        conversation=row, author=Author.CUSTOMER, text=values["text"][:LONGEST], written_at=row.started_at, source=row.source, key=row.key,
        feedback_id=row.feedback_id,
    )  # fmt: skip


def undo(batch: ImportBatch) -> None:
    """Remove the conversations that the batch brought, with what was answered in them, and their feedback."""
    forget_conversations(conversations=Conversation.objects.filter(import_batch=batch))
    forget_batch(batch=batch)


KIND = ImportKind(
    key="social",
    name="Social posts",
    description="Posts and messages of social networks, a row each, as listening tools and the networks export them: each becomes a conversation that can be answered.",
    icon="messages",
    preview=preview,
    open=open_reader,
    store=store,
    undo=undo,
    next_url_name="conversations:list",
    order=35,
)
