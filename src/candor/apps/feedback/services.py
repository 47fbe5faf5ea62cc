"""Writes into the hub."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.customers.services import forget_customers_of_import
from candor.apps.events import own
from candor.apps.imports.models import ImportBatch
from candor.apps.organization.models import Person
from candor.apps.organization.services import note_feedback_span, record_audit, set_feedback_span
from candor.foundation.errors import Conflict
from candor.foundation.masking import mask
from candor.foundation.outbox import announce
from candor.foundation.parts import in_parts
from candor.text.language import detect_language

from .choices import AnswerKind, Kind
from .erased import never_again
from .models import Answer, Feedback
from .signals import feedback_continued, feedback_forgotten, feedback_received, feedback_tied

LONGEST_CONTINUED = 50_000  # characters of feedback that is told piece by piece
_ENOUGH_TO_TELL = 400  # characters from which a language is told as well as from the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """An answer to be received."""

    question: str
    kind: AnswerKind
    number: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeedback:
    """Something somebody told us, to be received; fields as in the Feedback model."""

    kind: Kind
    source: str
    key: str
    received_at: datetime
    knows_time: bool = True
    channel: str = ""
    customer_id: int | None = None
    segment: str = ""
    touchpoint_id: int | None = None
    journey_id: int | None = None
    episode: str = ""
    unit_id: int | None = None
    done_by_id: int | None = None
    done_by_given: str = ""
    product: str = ""
    company: str = ""
    issue: str = ""
    title: str = ""
    comment: str = ""
    language: str = ""
    weight: float = 1.0
    is_partial: bool = False
    answers: tuple[NewAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """What became of the items: ids of new rows by key, and the keys that were here before."""

    new_ids: dict[str, int] = field(default_factory=dict)
    known_keys: frozenset[str] = frozenset()


@transaction.atomic
def receive(
    *,
    items: Sequence[NewFeedback],
    batch: ImportBatch | None = None,
    complete: Callable[[dict[str, int]], None] | None = None,
) -> Received:
    """Store feedback of ONE source, once: items whose key is known, or doubled among the items, add nothing.

    `complete` gets the new ids by key inside the transaction, so that a source can store its own side (the complaint
    of a complaint) before anybody hears of the feedback.
    """
    fresh, known = _split_known(items)
    if not fresh:
        return Received({}, known)
    rows = Feedback.objects.bulk_create([_row(item, batch) for item in fresh], batch_size=500)
    new_ids = {row.key: row.pk for row in rows}
    _store_answers(fresh, new_ids)
    if complete is not None:
        complete(new_ids)
    today = timezone.localdate()
    days = [min(timezone.localtime(item.received_at).date(), today) for item in fresh]
    note_feedback_span(first=min(days), last=max(days))
    announce_changed(new_ids.values())
    own.tell("feedback", list(new_ids.values()))
    feedback_received.send(sender=Feedback, feedback_ids=list(new_ids.values()))
    return Received(new_ids, known)


def announce_changed(feedback_ids: Iterable[int]) -> None:
    """Tell the warehouse that these rows, or what hangs on them, changed or went."""
    announce("feedback", list(feedback_ids))


def _split_known(items: Sequence[NewFeedback]) -> tuple[list[NewFeedback], frozenset[str]]:
    sources = {item.source for item in items}
    if len(sources) > 1:
        raise ValueError(f"receive() takes items of one source, got {sorted(sources)}")
    by_key: dict[str, NewFeedback] = {}
    for item in items:
        by_key.setdefault(item.key, item)
    found: set[str] = set()
    keys = list(by_key)
    for start in range(0, len(keys), 500):
        chunk = Feedback.objects.filter(source__in=sources, key__in=keys[start : start + 500])
        found.update(chunk.values_list("key", flat=True))
    return [item for key, item in by_key.items() if key not in found], frozenset(found)


def _row(item: NewFeedback, batch: ImportBatch | None) -> Feedback:
    values = {name: getattr(item, name) for name in NewFeedback.__slots__ if name != "answers"}
    masked = mask(item.comment).text if item.comment else ""
    values["title"] = mask(item.title).text[:200] if item.title else ""
    language = item.language or (detect_language(item.comment[:_ENOUGH_TO_TELL]) if item.comment else "")
    return Feedback(**(values | {"language": language}), comment_masked=masked, import_batch=batch)


_ANSWER_COLUMNS = ("feedback_id", "question", "kind", "number", "text", "text_masked")


def _store_answers(items: Iterable[NewFeedback], ids: dict[str, int]) -> None:
    _insert_answers((ids[item.key], answer) for item in items for answer in item.answers)


def _insert_answers(given: Iterable[tuple[int, NewAnswer]]) -> None:
    """Answers by the id of their feedback. Their own ids matter to nobody, so that they need none of what `bulk_create` does for each
    row; of an import of a million answers that was half of the time."""
    columns = ", ".join(connection.ops.quote_name(name) for name in _ANSWER_COLUMNS)
    table, marks = connection.ops.quote_name(Answer._meta.db_table), ", ".join(["%s"] * len(_ANSWER_COLUMNS))
    rows = [
        (
            pk,
            answer.question,
            str(answer.kind),
            answer.number,
            answer.text,
            mask(answer.text).text if answer.text else "",
        )
        for pk, answer in given
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608  names of our own


@transaction.atomic
def add_answers(*, source: str, items: Sequence[NewFeedback], batch: ImportBatch | None = None) -> int:
    """Add answers to feedback that is here already, for sources that tell of one person in several rows.

    Only answers to questions that have none yet are added, and only to feedback of the same batch, so that importing the
    same file again adds nothing. Returns how many were added.
    """
    rows = {
        row.key: row
        for row in Feedback.objects.filter(source=source, key__in=[i.key for i in items], import_batch=batch)
    }
    known = set(Answer.objects.filter(feedback__in=rows.values()).values_list("feedback_id", "question"))
    fresh = {
        (rows[item.key].pk, answer.question): answer
        for item in items
        if item.key in rows
        for answer in item.answers
        if (rows[item.key].pk, answer.question) not in known
    }
    _insert_answers((pk, answer) for (pk, _question), answer in fresh.items())
    for item in items:
        row = rows.get(item.key)
        if row is not None and item.comment and item.comment not in row.comment:
            row.comment = "\n".join(filter(None, [row.comment, item.comment]))
            row.comment_masked = mask(row.comment).text
            row.save(update_fields=["comment", "comment_masked"])
    announce_changed(sorted({pk for pk, _ in fresh}))
    return len(fresh)


@transaction.atomic
def revise(
    *, feedback: Feedback, title: str, comment: str, answers: Sequence[NewAnswer] | None = None
) -> Feedback:
    """Put what was said to what its author says now; `answers` replace those to the same questions, None leaves all as they are.

    The source that calls it keeps what was said before, where it has to be kept.
    """
    feedback.title = mask(title).text[:200] if title else ""
    feedback.comment, feedback.comment_masked = comment, mask(comment).text if comment else ""
    feedback.save(update_fields=["title", "comment", "comment_masked"])
    if answers is not None:
        feedback.answers.filter(question__in=[answer.question for answer in answers]).delete()
        _insert_answers((feedback.pk, answer) for answer in answers)
    announce_changed([feedback.pk])
    return feedback


@transaction.atomic
def continue_feedback(*, feedback: Feedback, words: str, language: str = "") -> Feedback:
    """Add what its author said further to the same thing; it goes back into the inbox if somebody had taken it out.

    `language` is what the source knows; without it the language is told from all the words. Beyond `LONGEST_CONTINUED` characters
    nothing is added: the source keeps the whole.
    """
    row = Feedback.objects.select_for_update().get(pk=feedback.pk)
    if len(row.comment) + len(words) <= LONGEST_CONTINUED:
        row.comment = "\n\n".join(filter(None, (row.comment, words)))
        row.comment_masked = mask(row.comment).text
        row.language = language or detect_language(row.comment[:_ENOUGH_TO_TELL])
    is_back = row.handled_at is not None
    row.handled_at, row.handled_by = None, None
    row.save(update_fields=["comment", "comment_masked", "language", "handled_at", "handled_by"])
    if is_back:
        record_audit(by=None, action="feedback.reopened", target=row)
    announce_changed([row.pk])
    feedback_continued.send(sender=Feedback, feedback_ids=[row.pk])
    return row


@transaction.atomic
def tie_feedback(
    *, feedback_ids: Sequence[int], unit_id: int | None, customer_id: int | None, by: Person | None
) -> list[int]:
    """Say whose feedback is, where its source could not know; numbers, themes and cases follow. Returns the ids of those that changed."""
    wanted = (unit_id, customer_id)
    rows = [
        row
        for row in Feedback.objects.select_for_update().filter(pk__in=feedback_ids).order_by("pk")
        if (row.unit_id, row.customer_id) != wanted
    ]
    for row in rows:
        if row.customer_id != customer_id:
            row.segment = _segment_of(customer_id)
        row.unit_id, row.customer_id = wanted
        row.save(update_fields=["unit", "customer", "segment"])
        record_audit(
            by=by, action="feedback.tied", target=row, customer=customer_id, unit=str(row.unit or "")
        )
    ids = [row.pk for row in rows]
    if ids:
        announce_changed(ids)
        own.tell_again("feedback", ids)
        feedback_tied.send(sender=Feedback, feedback_ids=ids)
    return ids


def _segment_of(customer_id: int | None) -> str:
    named = Customer.objects.filter(pk=customer_id or 0).values_list("segment__name", flat=True).first()
    return named or ""


@transaction.atomic
def mark_handled(*, feedback: Feedback, by: Person | None) -> Feedback:
    """Take an item out of the inbox; `by` None: its source did, by itself."""
    if feedback.handled_at:
        raise Conflict("Somebody has handled this already.")
    feedback.handled_at, feedback.handled_by = timezone.now(), by
    feedback.save(update_fields=["handled_at", "handled_by"])
    record_audit(by=by, action="feedback.handled", target=feedback)
    return feedback


@transaction.atomic
def mark_many_handled(*, feedback: Sequence[Feedback], by: Person) -> list[int]:
    """Take several items out of the inbox; returns the ids of those that were in it."""
    waiting = [item for item in feedback if item.handled_at is None]
    for item in waiting:
        mark_handled(feedback=item, by=by)
    return [item.pk for item in waiting]


@transaction.atomic
def undo_handled(*, feedback: Feedback, by: Person) -> Feedback:
    """Put an item back into the inbox."""
    feedback.handled_at, feedback.handled_by = None, None
    feedback.save(update_fields=["handled_at", "handled_by"])
    record_audit(by=by, action="feedback.reopened", target=feedback)
    return feedback


@transaction.atomic
def forget_batch(*, batch: ImportBatch) -> int:
    """Remove all feedback that an import brought, with everything that hangs on it; returns how many rows.

    Customers that only this import knew go too, and the span of days with feedback shrinks back.
    """
    rows = Feedback.objects.filter(import_batch=batch)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    systems = list(rows.order_by().values_list("source", flat=True).distinct())
    _remove(ids, is_erasure=False)
    own.tell_gone(batch.pk)
    known = Feedback.objects.exclude(customer=None).values("customer_id")
    forget_customers_of_import(import_batch_id=batch.pk, keep=known, systems=systems)
    return len(ids)


@transaction.atomic
def erase_feedback(*, feedback_ids: list[int]) -> list[int]:
    """Remove feedback because its customer is erased: whoever hears of it keeps nothing of what it said, and what is sent again is known as
    erased."""
    for part in in_parts(feedback_ids, 500):
        rows = Feedback.objects.filter(pk__in=part)
        never_again(rows.values_list("source", "key"))
    _remove(feedback_ids, is_erasure=True)
    return feedback_ids


def _remove(ids: list[int], *, is_erasure: bool) -> None:
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        feedback_forgotten.send(sender=Feedback, feedback_ids=chunk, is_erasure=is_erasure)
        Feedback.objects.filter(pk__in=chunk).delete()
    span = Feedback.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
    set_feedback_span(first=_day(span["first"]), last=_day(span["last"]))
    announce_changed(ids)


def _day(instant: datetime | None) -> date | None:
    return timezone.localtime(instant).date() if instant else None
