"""The rows of an export: one person each, with what may be said of them and their answers by question."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.feedback.choices import IN_WORDS, MANY, AnswerKind
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.feedback.queries import feedback_in
from candor.apps.organization.choices import Permission
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.apps.surveys.models import Question, Response, Survey

AT_ONCE = 1_000
JOINT = " | "  # between several choices in one cell
_GROUPS = ("unit", "channel", "segment", "product", "language")
_CUSTOMER = ("customer", "customer_name", "customer_email")

Value: TypeAlias = float | str | datetime | None


@dataclass(slots=True)
class Column:
    """A column of an export, and how many rows fill it.

    Attributes:
        name: in the file.
        label: its words.
        kind: of the question, or "" for facts about the answer.
        shape: what its cells are: number, text or moment.
        choices: what was chosen, for questions with choices, in the order of the alphabet.
        is_whole: no number in it has a fraction.
        filled: rows with something in it.
    """

    name: str
    label: str
    kind: str = ""
    shape: str = "text"
    lowest: float | None = None
    highest: float | None = None
    is_high_good: bool = True
    choices: tuple[str, ...] = ()
    is_whole: bool = True
    filled: int = 0
    longest: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """One person's row: facts by the name of their column, and answers by question; several choices as a tuple."""

    facts: dict[str, Value]
    answers: dict[str, float | str | tuple[str, ...]]


@dataclass
class Rows:
    """Everything that may leave of a survey's answers in a scope; iterated as often as need be, always the same rows.

    Args:
        is_named: the taker may read personal data of everybody whose answers leave.
    """

    survey: Survey
    scope: Scope
    is_named: bool
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def __post_init__(self) -> None:
        newest = Feedback.objects.order_by("-pk").values_list("pk", flat=True).first()
        self._up_to = newest or 0
        self.is_named = self.is_named and not self.survey.is_anonymous

    @cached_property
    def total(self) -> int:
        """How many people's answers leave."""
        return self._feedback().count()

    @cached_property
    def partial(self) -> int:
        """Those of them who gave up before the end."""
        return self._feedback().filter(is_partial=True).count()

    @cached_property
    def questions(self) -> list[Question]:
        """The questions in the survey’s order, answered or not; those that it does not know stand last."""
        answered = dict(
            Answer.objects.filter(feedback__in=self._feedback())
            .order_by()
            .values_list("question", "kind")
            .distinct()
        )
        known = {one.key: one for one in Question.objects.filter(survey=self.survey)}
        unknown = [
            Question(key=key, text=key, kind=kind)
            for key, kind in sorted(answered.items())
            if key not in known
        ]
        return [*known.values(), *unknown, *self.beside]

    @cached_property
    def beside(self) -> list[Question]:
        """A column for what people wrote that is no answer to a question of its own, as files and other tools bring it."""
        if not self._feedback().exclude(comment="").exists():
            return []
        taken = set(Question.objects.filter(survey=self.survey).values_list("key", flat=True))
        key = next(key for key in ("comment", *(f"comment_{n}" for n in range(2, 1_000))) if key not in taken)
        return [Question(key=key, text="What they wrote", kind=AnswerKind.TEXT)]

    @cached_property
    def facts(self) -> list[Column]:
        """The columns beside the answers."""
        when = Column("answered_on", "Day of the answer", shape="text")
        if not self.survey.is_anonymous:
            when = Column("answered_at", "When it was answered (UTC)", shape="moment")
        number = Column(
            "response", "Number in this file" if self.survey.is_anonymous else "The answer’s id in its source"
        )
        names = [Column(name, name.title()) for name in _GROUPS]
        customers = [Column("customer", "Customer’s number in Candor")]
        if self.is_named:
            customers += [
                Column("customer_name", "Customer’s name"),
                Column("customer_email", "Customer’s e-mail"),
            ]
        rest = [
            Column("version", "Version of the survey", shape="number"),
            Column("weight", "Weight", shape="number"),
        ]
        partial = Column("is_partial", "Given up before the end (1) or finished (0)", shape="number")
        return [number, when, partial, *names, *([] if self.survey.is_anonymous else customers), *rest]

    def __iter__(self) -> Iterator[Person]:
        self._given = 0
        for page in self._pages():
            yield from self._people(page)

    def _feedback(self) -> QuerySet[Feedback]:
        """What the taker may both read and take away."""
        readable = self.scope.viewer.unit_ids(Permission.READ_FEEDBACK)
        rows = feedback_in(self.scope, permission=Permission.EXPORT_DATA).filter(
            source=self.survey.key, pk__lte=self._up_to
        )
        return rows if readable is None else rows.filter(unit_id__in=readable)

    def _pages(self) -> Iterator[list[int]]:
        if self.survey.is_anonymous:
            ids = list(self._feedback().order_by().values_list("pk", flat=True))
            ids.sort(key=self._shuffled)  # their order would tell who came when
            yield from (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
            return
        last = 0
        while ids := list(
            self._feedback().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
        ):
            yield ids
            last = ids[-1]

    def _shuffled(self, pk: int) -> bytes:
        return hashlib.blake2b(str(pk).encode(), key=self._salt, digest_size=16).digest()

    def _people(self, ids: Sequence[int]) -> Iterator[Person]:
        rows = Feedback.objects.filter(pk__in=ids).select_related("unit").in_bulk()
        versions = dict(
            Response.objects.filter(feedback__in=ids).values_list("feedback_id", "version__number")
        )
        customers = (
            Customer.objects.in_bulk({row.customer_id for row in rows.values() if row.customer_id})
            if self.is_named
            else {}
        )
        answers: dict[int, dict[str, float | str | tuple[str, ...]]] = {pk: {} for pk in ids}
        written: dict[int, list[str]] = {pk: [] for pk in ids}
        for answer in Answer.objects.filter(feedback__in=ids).order_by("pk"):
            answers[answer.feedback_id][answer.question] = self._value(answer)
            if answer.kind == AnswerKind.TEXT:
                written[answer.feedback_id].append(answer.text)
        for pk in ids:
            if pk in rows:
                answers[pk] |= self._comment(rows[pk], written[pk])
                yield Person(self._facts_of(rows[pk], versions.get(pk), customers), answers[pk])

    def _comment(self, row: Feedback, written: Sequence[str]) -> dict[str, str]:
        """The comment, unless it is made of the answers in words that stand there anyway."""
        rest = row.comment
        for text in sorted(written, key=len, reverse=True):
            rest = rest.replace(text.strip(), "", 1)
        if not rest.strip():
            return {}
        return {one.key: row.comment if self.is_named else row.comment_masked for one in self.beside}

    def _value(self, answer: Answer) -> float | str | tuple[str, ...]:
        if answer.number is not None:
            return answer.number
        text = answer.text if self.is_named else answer.text_masked
        return tuple(text.split(MANY)) if answer.kind == AnswerKind.CHOICE else text

    def _facts_of(
        self, row: Feedback, version: int | None, customers: dict[int, Customer]
    ) -> dict[str, Value]:
        facts: dict[str, Value] = {
            "is_partial": float(row.is_partial), "version": self._version(version), "weight": row.weight,
            **{name: self._group(row, name) for name in _GROUPS},
        }  # fmt: skip
        if self.survey.is_anonymous:
            self._given += 1
            return facts | {
                "response": str(self._given),
                "answered_on": f"{timezone.localtime(row.received_at):%Y-%m-%d}",
            }
        facts |= {"response": row.key, "answered_at": row.received_at, "customer": str(row.customer_id or "")}
        if self.is_named and row.customer_id in customers:
            customer = customers[row.customer_id]
            facts |= {"customer_name": customer.name, "customer_email": customer.email}
        return facts

    _given = 0

    def _version(self, number: int | None) -> float | None:
        """Of anonymous surveys only where enough others answered it: an invitation knows its version too."""
        is_few = self.survey.is_anonymous and self._of_version[number] < workspace().least_n_score
        return None if number is None or is_few else float(number)

    @cached_property
    def _of_version(self) -> Counter[int | None]:
        rows = Response.objects.filter(feedback__in=self._feedback().order_by())
        return Counter(rows.values_list("version__number", flat=True))

    def _group(self, row: Feedback, name: str) -> str:
        """A group the person belongs to; of anonymous surveys only where enough others belong to it."""
        value = (row.unit.name if row.unit else "") if name == "unit" else str(getattr(row, name))
        if self.survey.is_anonymous and value and self._sizes[name][value] < workspace().least_n_score:
            return ""
        return value

    @cached_property
    def _sizes(self) -> dict[str, Counter[str]]:
        columns: dict[str, Any] = {name: "unit__name" if name == "unit" else name for name in _GROUPS}
        rows = self._feedback().order_by()
        return {name: Counter(rows.values_list(column, flat=True)) for name, column in columns.items()}


def columns_of(rows: Rows) -> list[Column]:
    """Every column of a wide file, each with how many rows fill it and what was chosen: one pass over all rows."""
    facts = rows.facts
    asked = [
        Column(
            one.key,
            one.text or one.key,
            one.kind,
            "text" if one.kind in IN_WORDS else "number",
            one.lowest,
            one.highest,
            one.is_high_good,
        )
        for one in rows.questions
    ]
    chosen: dict[str, set[str]] = {column.name: set() for column in asked if column.kind == AnswerKind.CHOICE}
    known = {column.name: column for column in asked}
    for person in rows:
        for column in facts:
            _note(column, person.facts.get(column.name))
        for key, value in person.answers.items():
            column = known[key]
            _note(column, JOINT.join(value) if isinstance(value, tuple) else value)
            if isinstance(value, tuple) and key in chosen:
                chosen[key].update(value)
    for key, found in chosen.items():
        known[key].choices = tuple(sorted(found, key=lambda text: (text.casefold(), text)))
    beside = {one.key for one in rows.beside}
    return [*facts, *(column for column in asked if column.filled or column.name not in beside)]


def _note(column: Column, value: Value) -> None:
    if value is None or value == "":
        return
    column.filled += 1
    if isinstance(value, float):
        column.is_whole = column.is_whole and value.is_integer()
    if isinstance(value, str):
        column.shape = "text"  # a question of numbers may hold words, as where someone chose “don’t know”
        column.longest = max(column.longest, len(value.encode()))


def cell(person: Person, column: Column) -> Value:
    """What stands in a row's column; several choices in one text."""
    if not column.kind:
        return person.facts.get(column.name)
    value = person.answers.get(column.name)
    if isinstance(value, tuple):
        return JOINT.join(value)
    return f"{value:g}" if isinstance(value, float) and column.shape == "text" else value
