"""The server's own check of what a browser, a machine or a stranger sent as answers."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time

from .definition import COMMENT, Question, QuestionKind, Questionnaire
from .errors import Fault
from .passing import completed_pages, is_required, rankings, visible_questions, visible_rows, with_calculated
from .values import Value, is_empty, is_equal, is_number, is_too_much, to_number, to_text

LONGEST_ANSWER = 20_000  # characters
MOST_FILES = 10
_STEP_TOLERANCE = 1e-9
_LONGEST_MAIL = 254  # RFC 5321
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEEK = re.compile(r"\d{4}-W\d{2}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def check_answers(
    questionnaire: Questionnaire, answers: Mapping[str, Value], *, finished: bool
) -> list[Fault]:
    """What is wrong with answers by the name of their question; an empty list when nothing is.

    Names that nothing is called, wrong types, values outside of the scale or the choices; when `finished`, also what had to be answered on
    the pages that these answers lead through and was not. Hidden questions may have answers: see `keep_seen`.

    >>> from candor.questionnaire import read_definition
    >>> ease = read_definition({"elements": [{"type": "rating", "name": "ease", "rateMax": 7}]})
    >>> [fault.code for fault in check_answers(ease, {"ease": 9, "x": 1}, finished=True)]
    ['outside', 'unknown_name']
    """
    elements = {one.name: one for one in questionnaire.elements()}
    extra = {f"{one.name}{COMMENT}" for one in elements.values() if one.has_other or one.has_comment}
    reckoned = {one.name for one in questionnaire.calculated} | {
        one.to for one in questionnaire.triggers if one.to
    }
    faults: list[Fault] = []
    for name, value in answers.items():
        if is_too_much(value):
            faults.append(Fault(str(name)[:200], "wrong_type", "An answer of fewer parts is expected."))
        elif name in elements:
            faults += _check(elements[name], value)
        elif name in extra:
            faults += _check_text(name, value, LONGEST_ANSWER)
        elif name not in reckoned or not _is_small(value):
            faults.append(Fault(str(name)[:200], "unknown_name", "No question has this name."))
    return faults + (list(_missing(questionnaire, answers)) if finished else [])


def _missing(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> Iterator[Fault]:
    known = with_calculated(questionnaire, answers)
    answers = {name: known[name] for name in answers if name in known}
    in_order = rankings(questionnaire)
    pages = {page.place for page in completed_pages(questionnaire, answers)}
    for question in visible_questions(questionnaire, answers):
        if questionnaire.pages[question.page].place not in pages or not is_required(
            question, known, in_order
        ):
            continue
        answer = answers.get(question.name)
        if is_empty(answer):
            yield Fault(question.name, "required", "An answer is needed here.")
        elif question.needs_every_row and isinstance(answer, Mapping):
            rows = [row for row in visible_rows(question, known, in_order) if is_empty(answer.get(row))]
            if rows:
                yield Fault(
                    question.name,
                    "required",
                    f"An answer is needed in each row; missing: {', '.join(rows[:10])}.",
                )
        elif question.has_other and _is_other(answer) and is_empty(answers.get(f"{question.name}{COMMENT}")):
            yield Fault(f"{question.name}{COMMENT}", "required", "Please say what the other is.")


def _is_other(answer: Value) -> bool:
    return answer == "other" or (isinstance(answer, list) and "other" in answer)


def _is_small(value: Value) -> bool:
    return (
        value is None
        or isinstance(value, bool | int | float)
        or (isinstance(value, str) and len(value) <= LONGEST_ANSWER)
    )


def _check(question: Question, value: Value) -> list[Fault]:
    if value is None or (is_empty(value) and isinstance(value, str)):
        return []
    return list(_CHECKS[question.kind](question, value))


def _wrong(question: Question, expected: str, value: object) -> Fault:
    return Fault(question.name, "wrong_type", f"{expected} is expected, “{to_text(value)[:80]}” found.")


def _outside(question: Question, expected: str, value: object) -> Fault:
    return Fault(question.name, "outside", f"{expected} is expected, “{to_text(value)[:80]}” found.")


def _number(question: Question, value: Value) -> float | None:
    """A number, also one that a form sent as a text."""
    if is_number(value):
        number = to_number(value)
        return number if math.isfinite(number) else None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value):
        return float(value)
    return None


def _check_scale(question: Question, value: Value) -> Iterator[Fault]:
    number = _number(question, value)
    if number is None:
        yield _wrong(question, "A number", value)
        return
    low, high = question.lowest, question.highest
    if (low is not None and number < low) or (high is not None and number > high):
        ends = " ".join(
            part
            for part in (
                f"from {low:g}" if low is not None else "",
                f"to {high:g}" if high is not None else "",
            )
            if part
        )
        yield _outside(question, f"A number {ends}", value)
    elif question.choices and not any(is_equal(choice.value, number) for choice in question.choices):
        yield _outside(question, f"One of {_values(question)}", value)
    elif question.step and question.kind is QuestionKind.RATING and not _is_a_step(question, number):
        yield _outside(question, f"A step of {question.step:g}", value)


def _is_a_step(question: Question, number: float) -> bool:
    steps = (number - (question.lowest or 0)) / (question.step or 1)
    return abs(steps - round(steps)) <= _STEP_TOLERANCE * max(1, abs(steps))


def _values(question: Question) -> str:
    shown = [str(choice.value) for choice in question.choices[:12]]
    return ", ".join(shown) + (" …" if len(question.choices) > 12 else "")


def _check_choice(question: Question, value: Value) -> Iterator[Fault]:
    if isinstance(value, list | dict):
        yield _wrong(question, "One choice", value)
    elif not any(is_equal(choice.value, value) for choice in question.choices):
        yield _outside(question, f"One of {_values(question)}", value)


def _check_choices(question: Question, value: Value) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield _wrong(question, "A list of choices", value)
        return
    if len(value) > len(question.choices) or len({to_text(one).lower() for one in value}) != len(value):
        yield _outside(question, "Each choice at most once", value)
        return
    for one in value:
        yield from _check_choice(question, one)
    if question.most_chosen is not None and len(value) > question.most_chosen:
        yield _outside(question, f"At most {question.most_chosen} choices", f"{len(value)}")
    if 0 < len(value) < question.least_chosen and not _is_special(value):
        yield _outside(question, f"At least {question.least_chosen} choices", f"{len(value)}")


def _is_special(value: list[Value]) -> bool:
    return any(one in {"none", "refused", "dontknow"} for one in value if isinstance(one, str))


def _check_matrix(question: Question, value: Value) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _wrong(question, "An answer for each row", value)
        return
    rows = {str(row.value) for row in question.rows}
    for row, cell in value.items():
        if row not in rows:
            yield _outside(question, f"One of the rows {', '.join(sorted(rows)[:12])}", row)
        elif not is_empty(cell) and not any(is_equal(column.value, cell) for column in question.columns):
            columns = ", ".join(str(column.value) for column in question.columns[:12])
            yield _outside(question, f"In row “{row}” one of {columns}", cell)


def _check_text(name: str, value: Value, longest: int) -> list[Fault]:
    if not isinstance(value, str):
        return [Fault(name, "wrong_type", f"A text is expected, “{to_text(value)[:80]}” found.")]
    if len(value) > longest:
        return [Fault(name, "too_long", f"At most {longest:,} characters, here are {len(value):,}.")]
    if "\x00" in value:
        return [Fault(name, "wrong_type", "The text holds a character that is none (U+0000).")]
    return []


def _check_words(question: Question, value: Value) -> Iterator[Fault]:
    yield from _check_text(question.name, value, min(question.longest or LONGEST_ANSWER, LONGEST_ANSWER))
    if question.input_type == "email" and isinstance(value, str) and not _is_mail(value.strip()):
        yield _wrong(question, "An e-mail address", value)


def _is_mail(text: str) -> bool:
    return len(text) <= _LONGEST_MAIL and _MAIL.fullmatch(text) is not None


def _check_date(question: Question, value: Value) -> Iterator[Fault]:
    try:
        if not isinstance(value, str) or len(value) > 40:
            raise ValueError
        _read_date(question.input_type, value)
    except ValueError:
        yield _wrong(question, f"{_DATE_WORDS.get(question.input_type, 'A day such as 2026-01-31')}", value)


_DATE_WORDS = {
    "time": "A time such as 14:30",
    "month": "A month such as 2026-01",
    "week": "A week such as 2026-W05",
    "datetime": "An instant such as 2026-01-31T14:30",
    "datetime-local": "An instant such as 2026-01-31T14:30",
}


def _read_date(kind: str, value: str) -> None:
    if kind == "time":
        time.fromisoformat(value)
    elif kind in {"month", "week"}:
        if not (_MONTH if kind == "month" else _WEEK).fullmatch(value):
            raise ValueError(value)
    elif kind == "date":
        date.fromisoformat(value)
    else:
        datetime.fromisoformat(value)


def _check_yes_no(question: Question, value: Value) -> Iterator[Fault]:
    allowed = [True, False, *(question.source.get(key) for key in ("valueTrue", "valueFalse"))]
    if isinstance(value, list | dict) or not any(is_equal(one, value) for one in allowed if one is not None):
        yield _wrong(question, "Yes or no (true or false)", value)


def _check_files(question: Question, value: Value) -> Iterator[Fault]:
    """SurveyJS sends files as `[{"name", "type", "content"}]`; how large they may be is decided where they are stored."""
    if not isinstance(value, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in value
    ):
        yield _wrong(question, "A list of files", value)
    elif len(value) > MOST_FILES or (len(value) > 1 and question.source.get("allowMultiple") is not True):
        yield _outside(
            question,
            "One file" if len(value) <= MOST_FILES else f"At most {MOST_FILES} files",
            f"{len(value)}",
        )


def _check_shown(question: Question, value: Value) -> Iterator[Fault]:
    if question.type != "expression" or not _is_small(value):
        yield Fault(question.name, "not_asked", "Nothing is asked here, so there is no answer.")


_CHECKS: dict[QuestionKind, Callable[[Question, Value], Iterator[Fault]]] = {
    QuestionKind.RATING: _check_scale,
    QuestionKind.NUMBER: _check_scale,
    QuestionKind.CHOICE: _check_choice,
    QuestionKind.CHOICES: _check_choices,
    QuestionKind.RANKING: _check_choices,
    QuestionKind.MATRIX: _check_matrix,
    QuestionKind.TEXT: _check_words,
    QuestionKind.LONG_TEXT: _check_words,
    QuestionKind.DATE: _check_date,
    QuestionKind.YES_NO: _check_yes_no,
    QuestionKind.FILE: _check_files,
    QuestionKind.SHOWN: _check_shown,
}
