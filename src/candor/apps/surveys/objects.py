"""JSON that survey tools write: one object a person, or one an answer."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from functools import lru_cache
from typing import Any, Final, TypeAlias

from candor.apps.feedback.choices import MANY, SCALES, AnswerKind, key_of_question
from candor.intake import AmbiguousDateOrder, DateOrder, JsonItems, Problem, recognise

from .formats import Asked, Told
from .sheets import Column, kind_of
from .sources.wide import META

_MOST_OTHERS: Final = 20


@dataclass(slots=True, kw_only=True)
class Said:
    """One answer as it stands, with what the source says of its question.

    Attributes:
        value: a text, a number, yes or no, or several of them.
        kind: what the source declares; None leaves the shape of all answers to decide.
        lowest, highest: the ends of the scale, where the source tells them.
    """

    key: str
    value: Any
    text: str = ""
    kind: AnswerKind | None = None
    lowest: float | None = None
    highest: float | None = None


@dataclass(slots=True, kw_only=True)
class Person:
    """What one object tells: who and when, and what they said; `survey` is the survey's own id where the file may hold several."""

    told: Told
    said: list[Said] = field(default_factory=list)
    survey: str = ""
    name: str = ""


Teller: TypeAlias = Callable[[Mapping[str, Any]], Person | None]
"""What an object tells; None for one of another shape."""


@dataclass(slots=True)
class _Question:
    first: Said
    column: Column = field(default_factory=Column)
    is_several: bool = False
    is_yes_no: bool = True


class Objects:
    """The answers of a JSON document.

    Args:
        found: the document.
        tell: reads one object.
        declares_text: own words are declared as such, so that other texts are choices.
        is_long: one object an answer, so that a key comes again.
        notes: what a person should know.
    """

    zone = UTC
    date_order: DateOrder | AmbiguousDateOrder = "YMD"

    def __init__(
        self,
        found: JsonItems,
        tell: Teller,
        *,
        declares_text: bool = False,
        is_long: bool = False,
        notes: tuple[str, ...] = (),
    ) -> None:
        self._found, self._tell, self.is_long = found, tell, is_long
        self.source = self.name = ""
        self._last: dict[str, int] = {}
        self._others: dict[str, int] = {}
        known = self._scan()
        self.questions = tuple(_asked(key, one, declares_text=declares_text) for key, one in known.items())
        self.columns = tuple(known)
        self.notes = (*notes, *self._words_about_others())

    @property
    def staff(self) -> frozenset[str]:
        return frozenset()  # none of these tools tells it

    @property
    def share_read(self) -> float:
        return self._found.bytes_read / max(self._found.bytes_total, 1)

    def told(self) -> Iterator[tuple[int, Told] | Problem]:
        for number, item in enumerate(map(_clean, self._found.items()), 1):
            person = self._tell(item) if isinstance(item, dict) else None
            if person is None:
                shown = _as_text(item)[:200]
                yield Problem(
                    number, "", shown, "an answer like the others of the file", cells={"object": shown}
                )
                continue
            told = person.told
            told.answers = {
                key_of_question(one.key): text for one in person.said if (text := _text_of(one.value))
            }
            told.names, told.cells = ("id", "object"), (told.key, _as_text(item))
            if person.survey != self.source:
                told.left_out = "of_another_survey"
            elif not self.is_long and told.key and self._last.get(told.key) != number:
                told.left_out = "told_again_later"
            yield number, told

    def _scan(self) -> dict[str, _Question]:
        known: dict[str, _Question] = {}
        units: set[str] = set()
        is_first = True
        for number, item in enumerate(map(_clean, self._found.items()), 1):
            person = self._tell(item) if isinstance(item, dict) else None
            if person is None:
                continue
            if is_first:
                self.source, self.name, is_first = person.survey, person.name, False
            if person.survey != self.source:
                if len(self._others) < _MOST_OTHERS or person.survey in self._others:
                    self._others[person.survey] = self._others.get(person.survey, 0) + 1
                continue
            if not self.is_long and person.told.key:
                self._last[person.told.key] = number
            if unit := person.told.facts.get("unit"):
                units.add(unit)
            for one in person.said:
                _note(known, one)
        self.units = frozenset(units)
        return known

    def _words_about_others(self) -> Iterator[str]:
        if self._others:
            shown = ", ".join(sorted(self._others))
            yield f"The file also holds answers of other surveys ({shown}), which are left out: give each survey a file of its own."


def _note(known: dict[str, _Question], one: Said) -> None:
    key = key_of_question(one.key)
    question = known.setdefault(key, _Question(one))
    question.is_several = question.is_several or isinstance(one.value, list | tuple)
    question.is_yes_no = question.is_yes_no and isinstance(one.value, bool)
    if text := _text_of(one.value):
        question.column.take(text)


def _asked(key: str, question: _Question, *, declares_text: bool) -> Asked:
    first = question.first
    if first.kind is not None:
        kind = first.kind
    elif question.is_yes_no:
        kind = AnswerKind.YES_NO
    elif question.is_several:
        kind = AnswerKind.CHOICE
    else:
        kind = kind_of(question.column, declares_text=declares_text)
    ends = SCALES.get(kind, (first.lowest, first.highest))
    return Asked(
        key=key, text=first.text or key, kind=kind, lowest=ends[0], highest=ends[1],
        is_declared=first.kind is not None,
    )  # fmt: skip


def _clean(item: Any) -> Any:
    """An item as it can be stored; None for one nested too deep to be an answer."""
    try:
        return _storable(item)
    except RecursionError:
        return None


def _storable(value: Any) -> Any:
    """The same with what no database stores taken out of its texts: NUL, and halves of letters, which JSON can spell."""
    if isinstance(value, str):
        return value if value.isprintable() else value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value


def facts_of(properties: Any) -> dict[str, str]:
    """Facts about an answer among free properties, told by their usual names: unit, product, segment, e-mail and the like."""
    if not isinstance(properties, dict):
        return {}
    given = {str(name): value for name, value in properties.items() if isinstance(value, str | int | float)}
    return {key: str(given[name]) for key, name in fact_names(tuple(given)).items() if given[name] != ""}


@lru_cache(maxsize=64)
def fact_names(names: tuple[str, ...]) -> dict[str, str]:
    """Which of these names stand for a fact about an answer, by the fact."""
    fields = [one for one in META if one.key not in {"key", "received_at", "comment"}]
    found = dict(recognise(names, fields).columns)
    email = next(
        (
            name
            for name in names
            if name.casefold().replace("-", "") in {"email", "email address", "email_address"}
        ),
        None,
    )
    return found | ({"email": email} if email else {})


def _text_of(value: Any) -> str:
    """A value as a text; several of them parted by `MANY`; "" for none."""
    if isinstance(value, list | tuple):
        return MANY.join(filter(None, (_text_of(one) for one in value)))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strip() if isinstance(value, str) else _as_text(value)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
