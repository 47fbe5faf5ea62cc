"""A questionnaire as plain HTML forms, one step after the other, for every browser and without a script."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.html import strip_tags

from candor.questionnaire import (
    COMMENT,
    Choice,
    Question,
    QuestionKind,
    Questionnaire,
    Text,
    passed_pages,
    piped,
    visible_questions,
)

from .attached import as_sent

PREFIX = "q:"
MOST_BUTTONS = 11
MOST_IN_A_ROW = 7
_PROSE = {QuestionKind.TEXT, QuestionKind.LONG_TEXT}
_INPUTS = {"email", "tel", "url", "date", "time", "month", "week", "number", "datetime-local"}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. `name` is its field where each option has its own; `share` says where on a scale it stands, 0 to 1."""

    value: str
    label: str
    is_chosen: bool
    name: str = ""
    share: float = 0.0

    @property
    def mouth(self) -> str:
        """The mouth of a face that feels like this step of a scale, as an SVG path in a box of 24."""
        corner, middle = 16.5 - 2.5 * self.share, 13 + 6 * self.share
        return f"M8 {corner:g}Q12 {middle:g} 16 {corner:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a matrix."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question as it stands on the page, with what was answered and what is wrong with it."""

    name: str
    widget: str
    label: str
    description: str
    is_required: bool
    value: str
    fault: str
    options: tuple[Option, ...] = ()
    rows: tuple[Row, ...] = ()
    low_label: str = ""
    high_label: str = ""
    input_type: str = "text"
    lowest: float | None = None
    highest: float | None = None
    has_beside: bool = False
    beside: str = ""
    picture: str = ""
    files: tuple[str, ...] = ()
    is_multiple: bool = False

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def half(self) -> int:
        """How many steps of a scale stand side by side on a phone: all of a short one, half of a long one."""
        n = len(self.options)
        return n if n <= MOST_IN_A_ROW else -(-n // 2)


def is_short(questionnaire: Questionnaire) -> bool:
    """Whether it is one question to tap, and at most words asked for after it: then the tap itself is the answer."""
    first, *rest = questionnaire.elements()
    return bool(is_tapped(first)) and all(question.kind in _PROSE for question in rest)


def is_tapped(question: Question) -> bool:
    """Whether one tap answers it."""
    if question.kind == QuestionKind.YES_NO and not question.is_consent:
        return True
    is_one = question.kind in {QuestionKind.RATING, QuestionKind.CHOICE} and not question.has_other
    return is_one and not question.has_comment and 0 < len(scale_of(question)) <= MOST_BUTTONS


@dataclass(frozen=True, slots=True)
class Step:
    """What is asked at once, and the number by which its form names it."""

    number: int
    questions: tuple[Question, ...]

    def shown(self, questionnaire: Questionnaire, data: Mapping[str, Any]) -> list[Question]:
        """What of it is to be seen after these answers."""
        names = {question.name for question in visible_questions(questionnaire, dict(data))}
        return [question for question in self.questions if question.name in names]


def steps(questionnaire: Questionnaire, data: Mapping[str, Any], *, is_anonymous: bool) -> list[Step]:
    """The steps that these answers lead through. Of an anonymous survey nothing is kept before its end, so that all of it is one."""
    elements = questionnaire.elements()
    if is_short(questionnaire):
        found = [Step(0, elements[:1]), Step(1, elements[1:])]
    elif is_anonymous:
        found = [Step(0, elements)]
    else:
        passed = {page.place for page in passed_pages(questionnaire, dict(data))}
        pages = enumerate(questionnaire.pages)
        found = [Step(number, page.questions) for number, page in pages if page.place in passed]
    return [step for step in found if any(one.is_asked for one in step.shown(questionnaire, data))]


def where_to_go_on(data: Mapping[str, Any], walk: Sequence[Step]) -> int:
    """The number of the first step of which nothing was answered, else of the last."""
    for step in walk:
        if not any(question.name in data for question in step.questions):
            return step.number
    return walk[-1].number


def scale_of(question: Question) -> tuple[Choice, ...]:
    """What can be chosen: its choices, else the steps of its scale, which the definition bounds."""
    if question.choices or question.kind != QuestionKind.RATING:
        return question.choices
    return tuple(Choice(step, Text()) for step in question.steps())


# -- Reading what was posted ------------------------------------------------------------------------------------------


def read_step(
    questions: Iterable[Question],
    posted: QueryDict,
    before: Mapping[str, Any],
    files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
) -> dict[str, Any]:
    """All answers so far with those of the questions that were on the page."""
    data = dict(before)
    for question in questions:
        if question.kind == QuestionKind.FILE:
            _put(data, question.name, _attached(question, posted, files or MultiValueDict(), before))
            continue
        value = _read(question, posted)
        _put(data, question.name, value)
        if question.has_comment or question.has_other:
            _put(
                data,
                question.name + COMMENT,
                posted.get(f"{PREFIX}{question.name}{COMMENT}", "").strip() or None,
            )
    return data


def _put(data: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        data.pop(name, None)
    else:
        data[name] = value


def _read(question: Question, posted: QueryDict) -> Any:
    key = PREFIX + question.name
    given = posted.get(key, "").strip()
    match question.kind:
        case QuestionKind.MATRIX:
            rows = {
                str(row.value): _chosen(question.columns, posted.get(f"{key}:{row.value}", ""))
                for row in question.rows
            }
            return {row: value for row, value in rows.items() if value is not None} or None
        case QuestionKind.CHOICES:
            picked = [_chosen(question.choices, value) for value in posted.getlist(key)]
            return [value for value in picked if value is not None] or None
        case QuestionKind.RANKING:
            return _ranked(question, posted)
        case QuestionKind.RATING | QuestionKind.CHOICE:
            return _chosen(scale_of(question), given) if given else None
        case QuestionKind.YES_NO:
            return {"true": True, "false": False}.get(given)
        case QuestionKind.NUMBER:
            return _number(given)
        case QuestionKind.SHOWN:
            return None
        case _:
            return given or None


def _attached(
    question: Question,
    posted: QueryDict,
    files: "MultiValueDict[str, UploadedFile[bytes]]",
    before: Mapping[str, Any],
) -> Any:
    """The files that came now, else those that came before and are not taken away."""
    key = PREFIX + question.name
    new = as_sent(files.getlist(key))
    return new or (None if posted.get(f"{key}:away") else before.get(question.name))


def _chosen(choices: Iterable[Choice], given: str) -> Any:
    """The choice that a browser names; what names none stays as it came, for the check to refuse."""
    if not given:
        return None
    return next((choice.value for choice in choices if str(choice.value) == given), given)


def _ranked(question: Question, posted: QueryDict) -> list[Any] | None:
    places = []
    for choice in question.choices:
        place = posted.get(f"{PREFIX}{question.name}:{choice.value}", "")
        if place.isdecimal():
            places.append((int(place[:4]), choice.value))
    return [value for _, value in sorted(places, key=lambda pair: pair[0])] or None


def _number(given: str) -> Any:
    try:
        number = float(given)
    except ValueError:
        return given or None
    if not math.isfinite(number):
        return given
    return int(number) if number.is_integer() else number


# -- Showing it -------------------------------------------------------------------------------------------------------


def fields(
    questionnaire: Questionnaire,
    questions: Iterable[Question],
    data: Mapping[str, Any],
    language: str,
    faults: Mapping[str, str],
) -> list[Field]:
    """The questions as they stand on the page, with what was answered before in the place of `{name}`."""

    def words(text: str) -> str:
        return piped(text, questionnaire, dict(data), language=language)

    return [_field(question, data, language, _fault(question, faults), words) for question in questions]


def _fault(question: Question, faults: Mapping[str, str]) -> str:
    return faults.get(question.name) or faults.get(question.name + COMMENT, "")


def _field(
    question: Question, data: Mapping[str, Any], language: str, fault: str, words: Callable[[str], str]
) -> Field:
    value = data.get(question.name)
    own = str(question.source.get("html", "")) if question.type == "html" else ""
    label = strip_tags(question.title.in_language(language) or own) if own else question.label(language)
    return Field(
        name=question.name,
        widget=_widget(question),
        label=words(label),
        description=words(question.description.in_language(language)),
        is_required=question.is_required,
        value=""
        if value is None or isinstance(value, dict | list)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value),
        fault=fault,
        options=tuple(_options(question, value, language)),
        rows=tuple(_rows(question, value, language)),
        low_label=question.low_label.in_language(language),
        high_label=question.high_label.in_language(language),
        input_type=question.input_type if question.input_type in _INPUTS else "text",
        lowest=question.lowest,
        highest=question.highest,
        has_beside=question.has_comment or question.has_other,
        beside=str(data.get(question.name + COMMENT, "")),
        picture=str(question.source.get("rateType", "")) if question.kind == QuestionKind.RATING else "",
        files=tuple(str(one.get("name", "")) for one in value)
        if question.kind == QuestionKind.FILE and isinstance(value, list)
        else (),
        is_multiple=question.source.get("allowMultiple") is True,
    )


def _widget(question: Question) -> str:
    return {
        QuestionKind.RATING: "scale",
        QuestionKind.MATRIX: "matrix",
        QuestionKind.CHOICE: "choice",
        QuestionKind.CHOICES: "choices",
        QuestionKind.RANKING: "ranking",
        QuestionKind.LONG_TEXT: "prose",
        QuestionKind.YES_NO: "consent" if question.is_consent else "yes_no",
        QuestionKind.FILE: "file",
        QuestionKind.SHOWN: "shown",
    }.get(question.kind, "line")


def _options(question: Question, value: Any, language: str) -> Iterator[Option]:
    if question.kind == QuestionKind.RANKING:
        order = list(value or [])
        for choice in question.choices:
            place = str(order.index(choice.value) + 1) if choice.value in order else ""
            yield Option(
                place, choice.label(language), bool(place), f"{PREFIX}{question.name}:{choice.value}"
            )
        return
    picked = value if isinstance(value, list) else [value]
    scale = scale_of(question)
    for index, choice in enumerate(scale):
        share = index / (len(scale) - 1) if len(scale) > 1 else 0.0
        yield Option(str(choice.value), choice.label(language), choice.value in picked, share=share)


def _rows(question: Question, value: Any, language: str) -> Iterator[Row]:
    said = value if isinstance(value, dict) else {}
    for row in question.rows:
        name = f"{PREFIX}{question.name}:{row.value}"
        cells = (
            Option(str(column.value), column.label(language), said.get(str(row.value)) == column.value)
            for column in question.columns
        )
        yield Row(name, row.label(language), tuple(cells))
