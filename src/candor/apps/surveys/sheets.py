"""Tables that survey tools write: a head of one to three rows, facts about each answer, and columns that hold parts of questions."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from itertools import groupby
from typing import Final, TypeAlias

from candor.apps.feedback.choices import MANY, SCALES, AnswerKind
from candor.intake import AmbiguousDateOrder, DateOrder, Problem, Table, order_of_dates, recognise

from .formats import Asked, Told
from .readings import NO, YES
from .sources.wide import META

TICKS: Final = frozenset({"1", "x", "checked", "selected", *YES})
NO_TICKS: Final = frozenset({"0", "not selected", "quoted", "not quoted", "unchecked", "nicht gewählt", *NO})
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_MOST_DISTINCT: Final = 200  # texts of a column that are remembered; a question has fewer choices
_MOST_DAYS: Final = 200_000  # different ones looked at, to tell the order of day and month
_MOST_CHOICES: Final = 30
_LONGEST_CHOICE: Final = 60

Judge: TypeAlias = Callable[[Sequence[str]], tuple[str, bool]]
"""Of a row: why it is no answer to be counted, or "", and whether it was given up before the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A column that holds an answer, or one choice of it.

    Attributes:
        at: its place in the row.
        stem: what the columns of one question have in common.
        key: what it is called where it is a question by itself.
        text: its words.
        label: what it stands for within its question, where the head says so.
        kind: what the source declares of it.
        ends: the scale, where the source tells it and the kind has none of its own.
        tick: the code that stands for its choice, where that is none of the usual ones.
        parts: the choices in one cell; None where a cell holds one answer.
    """

    at: int
    stem: str
    key: str
    text: str
    label: str = ""
    kind: AnswerKind | None = None
    ends: tuple[float | None, float | None] = (None, None)
    tick: str = ""
    parts: Callable[[str], Sequence[str]] | None = None

    def held_in(self, text: str) -> Sequence[str]:
        """What one cell holds: one answer, or several choices."""
        return (text,) if self.parts is None else self.parts(text)


@dataclass(slots=True)
class Column:
    """What stands in a column, from end to end."""

    filled: int = 0
    values: dict[str, int] = field(default_factory=dict)
    is_overfull: bool = False
    is_number: bool = True
    has_several: bool = False
    longest: int = 0

    def take_all(self, texts: Sequence[str]) -> None:
        """What one person answered."""
        self.has_several = self.has_several or len(texts) > 1
        for text in texts:
            self.take(text)

    def take(self, text: str) -> None:
        self.filled += 1
        if text in self.values:
            self.values[text] += 1
            return
        self.is_number = self.is_number and bool(_NUMBER.fullmatch(text))
        self.longest = max(self.longest, len(text))
        if len(self.values) < _MOST_DISTINCT:
            self.values[text] = 1
        else:
            self.is_overfull = True

    @property
    def is_wordy(self) -> bool:
        """Whether these are words of one's own rather than choices."""
        return (
            self.is_overfull
            or self.longest > _LONGEST_CHOICE
            or len(self.values) > max(2, min(self.filled // 2, _MOST_CHOICES))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a format reads a sheet.

    Attributes:
        head: rows of the head.
        facts: place of each fact about an answer.
        name: places of the parts of the customer's name.
        slots: the columns of questions.
        days_else: places of further days, for rows where `received_at` is empty.
        no_days: what stands in such a column and is no day.
        judge: see `Judge`.
        zone: where the clock hung.
        declares_text: own words are declared as such, so that anything else is a choice.
        blanks: codes that mean no answer, in every question.
        notes: what a person should know of the file.
    """

    head: int
    facts: Mapping[str, int]
    slots: Sequence[Slot]
    name: tuple[int, ...] = ()
    days_else: tuple[int, ...] = ()
    no_days: frozenset[str] = frozenset()
    judge: Judge = lambda _row: ("", False)
    zone: tzinfo = UTC
    declares_text: bool = False
    blanks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""


class Sheet:
    """The answers of a table whose layout is known."""

    def __init__(self, table: Table, names: Sequence[str], layout: Layout) -> None:
        self._table, self._layout, self._names = table, layout, tuple(names)
        self.zone, self.source, self.name, self.is_long = layout.zone, layout.source, "", False
        self._scan()
        self._readers = list(_questions(layout, self._columns))
        self.questions = tuple(asked for asked, _slots in self._readers)
        self.columns = tuple(asked.key for asked in self.questions)
        self.notes = layout.notes

    @property
    def share_read(self) -> float:
        return self._table.bytes_read / max(self._table.bytes_total, 1)

    @property
    def staff(self) -> frozenset[str]:
        if "done_by" not in self._layout.facts:
            return frozenset()
        people = (record[1] for record in self.told() if not isinstance(record, Problem))
        return frozenset(name for told in people if (name := told.facts.get("done_by", "").strip()))

    def told(self) -> Iterator[tuple[int, Told] | Problem]:
        facts = [(name, at) for name, at in self._layout.facts.items() if name not in {"key", "received_at"}]
        key_at, days = self._layout.facts.get("key"), self._days()
        single = [(asked.key, slots[0]) for asked, slots in self._readers if not slots[0].label]
        several = [(asked.key, slots) for asked, slots in self._readers if slots[0].label]
        for record in self._rows():
            if isinstance(record, Problem):
                yield record
                continue
            number, row = record
            answers = {
                key: MANY.join(slot.held_in(text)) for key, slot in single if (text := row[slot.at].strip())
            }
            for key, slots in several:
                if ticked := [slot.label for slot in slots if _is_tick(row[slot.at], slot)]:
                    answers[key] = MANY.join(ticked)
            reason, is_partial = self._layout.judge(row)
            known = {name: text for name, at in facts if (text := row[at].strip())}
            if self._layout.name and (
                name := " ".join(filter(None, (row[at].strip() for at in self._layout.name)))
            ):
                known["name"] = name
            yield number, Told(
                key=row[key_at].strip() if key_at is not None else "",
                at=self._day(row, days),
                answers=answers, facts=known, is_partial=is_partial, left_out=reason, names=self._names, cells=row,
            )  # fmt: skip

    def _days(self) -> list[int]:
        first = self._layout.facts.get("received_at")
        return [*([] if first is None else [first]), *self._layout.days_else]

    def _day(self, row: Sequence[str], places: Sequence[int]) -> str | None:
        texts = (row[at].strip() for at in places)
        return next((text for text in texts if text and text not in self._layout.no_days), None)

    def _rows(self) -> Iterator[tuple[int, list[str]] | Problem]:
        width, head = len(self._names), 0
        for record in self._table.records():
            if head < self._layout.head:
                head += 1
                continue
            if isinstance(record, Problem):
                yield record
                continue
            number, row = record
            if len(row) > width and not any(row[width:]):
                row = row[:width]
            if len(row) != width:
                expected = f"{width} cells"
                message = f"Row {number}: {expected} expected, {len(row)} found."
                yield Problem(number, "", "", expected, message, dict(zip(self._names, row, strict=False)))
                continue
            yield number, row

    def _scan(self) -> None:
        """Reads the sheet once, for what its columns hold as a whole."""
        slots = {slot.at: slot for slot in self._layout.slots}
        self._columns = {at: Column() for at in sorted(slots)}
        places_of_days, unit_at = self._days(), self._layout.facts.get("unit")
        days: dict[str, None] = {}
        units: set[str] = set()
        for record in self._rows():
            if isinstance(record, Problem):
                continue
            row = record[1]
            for at, column in self._columns.items():
                if text := row[at].strip():
                    column.take_all(slots[at].held_in(text))
            if len(days) < _MOST_DAYS and (day := self._day(row, places_of_days)):
                days[day] = None
            if unit_at is not None and (unit := row[unit_at].strip()):
                units.add(unit)
        self.units = frozenset(units)
        name = self._names[places_of_days[0]] if places_of_days else ""
        self.date_order: DateOrder | AmbiguousDateOrder = order_of_dates(days, column=name)


def facts_in(names: Sequence[str], places: Sequence[int]) -> dict[str, int]:
    """Facts about an answer among these columns, told by their usual names: unit, product, segment and the like."""
    by_name = {names[at]: at for at in places}
    found = recognise(
        tuple(by_name), [one for one in META if one.key not in {"key", "received_at", "comment"}]
    )
    return {key: by_name[column] for key, column in found.columns.items()}


def named_once(names: Sequence[str]) -> list[str]:
    """Names for the columns, each once and none empty."""
    seen: dict[str, int] = {}
    found = []
    for place, raw in enumerate(names, 1):
        name = raw.strip() or f"Column {place}"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _questions(layout: Layout, columns: Mapping[int, Column]) -> Iterator[tuple[Asked, list[Slot]]]:
    """The questions of a sheet: neighbours that hold nothing but ticks or their own label are the choices of one question."""
    taken: set[str] = set()
    for _stem, together in groupby(layout.slots, key=lambda slot: slot.stem):
        slots = list(together)
        plain = [slot for slot in slots if slot.kind is None]
        ticked = _ticked(plain, columns) if len(plain) > 1 else []
        if ticked:
            yield _many(ticked, taken, layout.blanks), ticked
        for slot in slots:
            if not (ticked and slot.kind is None):
                asked = _one(slot, columns[slot.at], layout, taken)
                is_whole = asked.kind == AnswerKind.TEXT  # own words keep their commas
                yield asked, [replace(slot, label="", parts=None if is_whole else slot.parts)]


def _ticked(slots: Sequence[Slot], columns: Mapping[int, Column]) -> list[Slot]:
    """The slots with their labels, if each holds nothing but its own tick; empty otherwise."""
    found = []
    for slot in slots:
        values = [value for value in columns[slot.at].values if value.casefold() not in NO_TICKS]
        if len(values) > 1 or columns[slot.at].is_overfull:
            return []
        label = _label(slot, values[0] if values else "")
        if label is None:
            return []
        found.append(replace(slot, label=label))
    filled = {columns[slot.at].filled for slot in slots}
    together = {value for slot in slots for value in columns[slot.at].values}
    is_scale_perhaps = (
        all(map(str.isdigit, together)) and len(filled) == 1
    )  # as where everybody chose 1 everywhere
    return [] if is_scale_perhaps or not any(filled) else found


def _label(slot: Slot, value: str) -> str | None:
    """What a tick in this column stands for; None where the value is no tick."""
    own = slot.label or slot.text.rpartition(" - ")[2].strip()
    if not value or value.casefold() in TICKS or value == slot.tick:
        return own
    return value if value == own or slot.text.endswith(value) else None


def _is_tick(cell: str, slot: Slot) -> bool:
    text = cell.strip()
    return bool(text) and (text in {slot.label, slot.tick} or text.casefold() in TICKS)


def _many(slots: Sequence[Slot], taken: set[str], blanks: tuple[str, ...]) -> Asked:
    texts = [slot.text.removesuffix(slot.label) for slot in slots]
    words = (
        (texts[0] if len(set(texts)) == 1 else _beginning([slot.text for slot in slots]))
        .rstrip(" -–:[(")
        .removesuffix("Selected Choice")
        .rstrip(" -–:")
    )
    is_named_so = all(slot.key.startswith(slot.stem) for slot in slots)
    key = (
        slots[0].stem
        if is_named_so
        else _beginning([slot.key for slot in slots]).rstrip("_[.-( ") or slots[0].stem
    )
    return Asked(key=_free(key, taken), text=words or slots[0].stem, kind=AnswerKind.CHOICE, blanks=blanks)


def _one(slot: Slot, column: Column, layout: Layout, taken: set[str]) -> Asked:
    kind = slot.kind or kind_of(column, declares_text=layout.declares_text)
    lowest, highest = SCALES.get(kind, slot.ends)
    return Asked(
        key=_free(slot.key, taken), text=slot.text or slot.key, kind=kind, lowest=lowest, highest=highest, blanks=layout.blanks,
        is_declared=slot.kind is not None,
    )  # fmt: skip


def kind_of(column: Column, *, declares_text: bool) -> AnswerKind:
    """The shape of the answers, and no more: a number of unknown meaning is never a score."""
    if column.has_several and not column.is_overfull:
        return AnswerKind.CHOICE
    if column.filled and column.is_number:
        return AnswerKind.NUMBER
    if declares_text:
        return AnswerKind.CHOICE if not column.is_overfull else AnswerKind.TEXT
    return AnswerKind.TEXT if column.is_wordy else AnswerKind.CHOICE


def _free(key: str, taken: set[str]) -> str:
    """The key, cut to what a question may have, and made different from those before it."""
    base = key.strip()[:80] or "question"
    found = next(one for one in (base, *(f"{base[:74]} ({n})" for n in range(2, 10_000))) if one not in taken)
    taken.add(found)
    return found


def _beginning(texts: Sequence[str]) -> str:
    """What all texts begin with."""
    first, last = min(texts), max(texts)
    same = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:same]
