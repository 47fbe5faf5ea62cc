"""One element of a definition, by its type."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .definition import Choice, Measure, Question, QuestionKind, Text
from .expressions import Expression
from .reader import Reader
from .values import is_number

MOST_STEPS = 101
_NUMBERS = frozenset({"number", "range"})
_DATES = frozenset({"date", "datetime-local", "datetime", "month", "time", "week"})
_TEXTS = frozenset({"text", "email", "tel", "url", "color", "password"})


def read_element(
    reader: Reader, source: Mapping[str, Any], place: str, page: int, conditions: tuple[Expression, ...]
) -> Question | None:
    """The element at a place; None when it has no usable name, which is a fault already noted."""
    name = reader.name(source, place)
    plain = Question(
        name=name or "", type=source["type"], kind=KINDS[source["type"]][0], page=page, place=place,
        title=reader.text(source, "title", place), description=reader.text(source, "description", place), measure=_measure(reader, source, place),
        is_required=source.get("isRequired") is True, has_comment=_first(source, "showCommentArea", "hasComment") is True,
        is_read_only=source.get("readOnly") is True, conditions=conditions, enable_if=reader.expression(source, "enableIf", place),
        required_if=reader.expression(source, "requiredIf", place), source=source,
    )  # fmt: skip
    question = KINDS[source["type"]][1](reader, source, plain)
    return question if name else None


def _first(source: Mapping[str, Any], *keys: str) -> Any:
    """A property under its name of today, else under that of older versions."""
    return next((source[key] for key in keys if key in source), None)


def _measure(reader: Reader, source: Mapping[str, Any], place: str) -> Measure | None:
    given = source.get("measure")
    if given is None or given == "":
        return None
    if given in set(Measure):
        return Measure(given)
    reader.fault(
        f"{place}.measure",
        "unknown_measure",
        f"“{given}” is no measure; expected one of {', '.join(Measure)}.",
    )
    return None


def _rating(reader: Reader, source: Mapping[str, Any], question: Question) -> Question:
    place = question.place
    choices = reader.choices(source, "rateValues", place)
    if choices and not all(is_number(choice.value) for choice in choices):
        reader.fault(
            f"{place}.rateValues", "no_number", "The steps of a rating are numbers; for words take choices."
        )
        return question
    values = sorted(float(choice.value) for choice in choices)  # type: ignore[arg-type]
    lowest, highest, step = _scale(reader, source, place) if not values else (values[0], values[-1], None)
    return replace(
        question, choices=choices, lowest=lowest, highest=highest, step=step, low_label=reader.text(source, "minRateDescription", place),
        high_label=reader.text(source, "maxRateDescription", place),
    )  # fmt: skip


def _scale(reader: Reader, source: Mapping[str, Any], place: str) -> tuple[float, float, float]:
    lowest = reader.number(source, "rateMin", place)
    step = reader.number(source, "rateStep", place) or 1.0
    lowest = 1.0 if lowest is None else lowest
    highest = reader.number(source, "rateMax", place)
    count = reader.number(source, "rateCount", place)
    if highest is None:
        highest = lowest + (count - 1) * step if count else max(5.0, lowest + step)
    if step <= 0 or lowest >= highest:
        reader.fault(
            place,
            "bad_scale",
            f"The scale goes from {lowest:g} to {highest:g} in steps of {step:g}; it must rise.",
        )
        return 1.0, 5.0, 1.0
    if (highest - lowest) / step >= MOST_STEPS:
        reader.fault(
            place, "bad_scale", f"The scale has more than {MOST_STEPS} steps; for such numbers take a number."
        )
    return lowest, highest, step


def _choice(reader: Reader, source: Mapping[str, Any], question: Question) -> Question:
    place = question.place
    if _first(source, "choicesByUrl") or source.get("choicesFromQuestion"):
        reader.fault(
            place,
            "choices_elsewhere",
            "Choices that come from another address or question are not supported; list them.",
        )
        return question
    choices = reader.choices(source, "choices", place)
    has_other = _first(source, "showOtherItem", "hasOther") is True
    choices += _special(reader, source, place, "none", "showNoneItem", "hasNone")
    choices += _special(reader, source, place, "refused", "showRefuseItem")
    choices += _special(reader, source, place, "dontknow", "showDontKnowItem")
    choices += _special(reader, source, place, "other", "showOtherItem", "hasOther")
    if not choices:
        reader.fault(place, "no_choices", "There is nothing to choose.")
    reader.expression(source, "choicesEnableIf", place)
    is_multiple = source.get("multiSelect") is True
    most = reader.number(source, "maxSelectedChoices", place)
    return replace(
        question, choices=choices, has_other=has_other, choices_if=reader.expression(source, "choicesVisibleIf", place), kind=QuestionKind.CHOICES if is_multiple else question.kind,
        least_chosen=int(reader.number(source, "minSelectedChoices", place) or 0), most_chosen=int(most) if most else None,
    )  # fmt: skip


def _special(
    reader: Reader, source: Mapping[str, Any], place: str, value: str, *switches: str
) -> tuple[Choice, ...]:
    """The choices SurveyJS adds by a switch: none of these, other, don't know, refused."""
    if _first(source, *switches) is not True:
        return ()
    words = {
        "none": "None",
        "refused": "Refuse to answer",
        "dontknow": "Don't know",
        "other": "Other (describe)",
    }[value]
    key = {"none": "noneText", "refused": "refuseText", "dontknow": "dontKnowText", "other": "otherText"}[
        value
    ]
    return (Choice(value, reader.text(source, key, place) or Text({"default": words})),)


def _matrix(reader: Reader, source: Mapping[str, Any], question: Question) -> Question:
    place = question.place
    rows, columns = reader.choices(source, "rows", place), reader.choices(source, "columns", place)
    for what, found in (("rows", rows), ("columns", columns)):
        if not found:
            reader.fault(place, f"no_{what}", f"The matrix has no {what}.")
    if source.get("cellType") == "checkbox":
        reader.fault(
            place,
            "many_in_a_cell",
            "A matrix takes one answer a row; for several take a question with choices for each row.",
        )
    reader.expression(source, "columnsVisibleIf", place)
    numbers = [float(one.value) for one in columns if is_number(one.value)]  # type: ignore[arg-type]
    is_scale = bool(numbers) and len(numbers) == len(columns)
    return replace(
        question, rows=rows, columns=columns, rows_if=reader.expression(source, "rowsVisibleIf", place), needs_every_row=_first(source, "eachRowRequired", "isAllRowRequired") is True,
        lowest=min(numbers) if is_scale else None, highest=max(numbers) if is_scale else None,
    )  # fmt: skip


def _text(reader: Reader, source: Mapping[str, Any], question: Question) -> Question:
    place, given = question.place, source.get("inputType") or "text"
    longest = reader.number(source, "maxLength", place)
    question = replace(
        question, input_type=str(given), longest=int(longest) if longest and longest > 0 else None
    )
    if given in _NUMBERS:
        return replace(
            question, kind=QuestionKind.NUMBER, lowest=reader.number(source, "min", place), highest=reader.number(source, "max", place),
            step=reader.number(source, "step", place),
        )  # fmt: skip
    if given in _DATES:
        return replace(question, kind=QuestionKind.DATE)
    if given not in _TEXTS:
        reader.fault(f"{place}.inputType", "unknown_input", f"“{given}” is no input known here.")
    return question


def _slider(reader: Reader, source: Mapping[str, Any], question: Question) -> Question:
    if source.get("sliderType", "single") != "single":
        reader.fault(question.place, "unknown_input", "A slider takes one number here.")
    lowest, highest = (
        reader.number(source, "min", question.place),
        reader.number(source, "max", question.place),
    )
    step = reader.number(source, "step", question.place)
    return replace(
        question,
        lowest=0.0 if lowest is None else lowest,
        highest=100.0 if highest is None else highest,
        step=step or 1.0,
    )


def _boolean(reader: Reader, source: Mapping[str, Any], question: Question) -> Question:
    reader.text(source, "labelTrue", question.place)
    reader.text(source, "labelFalse", question.place)
    return replace(question, is_consent=source.get("consent") is True)


def _expression(reader: Reader, source: Mapping[str, Any], question: Question) -> Question:
    return replace(question, shown_value=reader.expression(source, "expression", question.place))


def _html(reader: Reader, source: Mapping[str, Any], question: Question) -> Question:
    reader.text(source, "html", question.place)
    return question


def _as_it_is(reader: Reader, source: Mapping[str, Any], question: Question) -> Question:
    return question


_ReadsOne = Callable[[Reader, Mapping[str, Any], Question], Question]
KINDS: dict[str, tuple[QuestionKind, _ReadsOne]] = {
    "rating": (QuestionKind.RATING, _rating),
    "matrix": (QuestionKind.MATRIX, _matrix),
    "radiogroup": (QuestionKind.CHOICE, _choice),
    "dropdown": (QuestionKind.CHOICE, _choice),
    "buttongroup": (QuestionKind.CHOICE, _choice),
    "imagepicker": (QuestionKind.CHOICE, _choice),
    "checkbox": (QuestionKind.CHOICES, _choice),
    "tagbox": (QuestionKind.CHOICES, _choice),
    "ranking": (QuestionKind.RANKING, _choice),
    "text": (QuestionKind.TEXT, _text),
    "comment": (QuestionKind.LONG_TEXT, _text),
    "slider": (QuestionKind.NUMBER, _slider),
    "file": (QuestionKind.FILE, _as_it_is),
    "boolean": (QuestionKind.YES_NO, _boolean),
    "html": (QuestionKind.SHOWN, _html),
    "image": (QuestionKind.SHOWN, _as_it_is),
    "expression": (QuestionKind.SHOWN, _expression),
}
