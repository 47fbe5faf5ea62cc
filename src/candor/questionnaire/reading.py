"""A definition in SurveyJS JSON, read and checked; every fault is named with its place, and none is passed over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .definition import COMMENT, DEFAULT, Calculated, Page, Question, Questionnaire, Trigger, TriggerKind
from .elements import KINDS, read_element
from .errors import BadDefinition, Fault, FileRefused
from .expressions import Expression
from .json_texts import bound, read_json
from .reader import Reader

MOST_ELEMENTS = 2_000
DEEPEST_PANELS = 10
_FOLDED = {"panel"}


def read_definition(data: Mapping[str, Any] | str | bytes) -> Questionnaire:
    """Read a definition.

    >>> page = {"elements": [{"type": "rating", "name": "ease", "rateMax": 7, "measure": "ces"}]}
    >>> read_definition({"pages": [page]}).questions()[0].highest
    7.0

    Raises BadDefinition with every fault found.
    """
    try:
        source = read_json(data) if isinstance(data, str | bytes) else data
        bound(source)
    except FileRefused as error:
        raise BadDefinition([Fault("", "unreadable", str(error))]) from error
    if not isinstance(source, Mapping):
        raise BadDefinition([Fault("", "no_object", "A definition is a JSON object with pages.")])
    reader = Reader()
    questionnaire = _questionnaire(reader, source)
    if not reader.faults:
        _check_names(reader, questionnaire)
    if reader.faults:
        raise BadDefinition(reader.faults)
    return questionnaire


def _questionnaire(reader: Reader, source: Mapping[str, Any]) -> Questionnaire:
    pages = tuple(_pages(reader, source))
    if not any(page.questions for page in pages) and not reader.faults:
        reader.fault("pages", "no_questions", "There is not one question.")
    language = source.get("locale") or "en"
    if not isinstance(language, str):
        reader.fault("locale", "bad_language", "The language is a text such as “en”.")
        language = "en"
    return Questionnaire(
        title=reader.text(source, "title", ""), description=reader.text(source, "description", ""), language=language, pages=pages,
        triggers=tuple(_triggers(reader, source)), calculated=tuple(_calculated(reader, source)),
        languages=_languages(language, reader.languages), source=source,
    )  # fmt: skip


def _languages(language: str, found: Iterable[str]) -> tuple[str, ...]:
    return (language, *sorted(set(found) - {language, DEFAULT}))


def _pages(reader: Reader, source: Mapping[str, Any]) -> Iterator[Page]:
    given = source.get("pages")
    if given is None:
        flat = source.get("elements", source.get("questions"))
        if flat is None:
            reader.fault("pages", "no_pages", "There are no pages.")
            return
        yield _page(reader, {"name": "page1", "elements": flat}, 0, "")
        return
    for index, page in enumerate(reader.objects(given, "pages")):
        yield _page(reader, page, index, f"pages[{index}]")


def _page(reader: Reader, source: Mapping[str, Any], index: int, place: str) -> Page:
    conditions = reader.conditions(source, place, ())
    elements = source.get("elements", source.get("questions", []))
    below = "elements" if "elements" in source or not place else "questions"
    path = f"{place}.{below}" if place else below
    questions = tuple(_elements(reader, elements, _Around(index, path, conditions)))
    return Page(
        name=reader.name_of_page(source, index, place), place=place, title=reader.text(source, "title", place), questions=questions,
        conditions=conditions,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Around:
    """What lies around elements: their page, their path, the conditions that hold for all of them."""

    page: int
    path: str
    conditions: tuple[Expression, ...]
    depth: int = 0


def _elements(reader: Reader, given: object, around: _Around) -> Iterator[Question]:
    if around.depth > DEEPEST_PANELS:
        reader.fault(around.path, "too_deep", f"Panels may lie within each other {DEEPEST_PANELS} deep.")
        return
    for index, source in enumerate(reader.objects(given, around.path)):
        place = f"{around.path}[{index}]"
        reader.count += 1
        if reader.count > MOST_ELEMENTS:
            if reader.count == MOST_ELEMENTS + 1:
                reader.fault(place, "too_many", f"A questionnaire has at most {MOST_ELEMENTS:,} elements.")
            return
        conditions = reader.conditions(source, place, around.conditions)
        kind = source.get("type")
        if kind in _FOLDED:
            reader.text(source, "title", place)
            inner = source.get("elements", source.get("questions", []))
            yield from _elements(
                reader, inner, _Around(around.page, f"{place}.elements", conditions, around.depth + 1)
            )
        elif not isinstance(kind, str) or kind not in KINDS:
            known = ", ".join(sorted({*KINDS, *_FOLDED}))
            reader.fault(
                place, "unknown_type", f"“{kind}” is no type of element known here; known are {known}."
            )
        else:
            question = read_element(reader, source, place, around.page, conditions)
            if question is not None:
                yield question


def _triggers(reader: Reader, source: Mapping[str, Any]) -> Iterator[Trigger]:
    for index, given in enumerate(reader.objects(source.get("triggers", []), "triggers")):
        place = f"triggers[{index}]"
        kind = str(given.get("type", "")).removesuffix("trigger")
        if kind not in set(TriggerKind):
            reader.fault(
                place,
                "unknown_trigger",
                f"“{kind}” is no trigger known here; known are {', '.join(TriggerKind)}.",
            )
            continue
        condition = reader.expression(given, "expression", place)
        if condition is None:
            reader.fault(place, "no_condition", "A trigger needs an expression.")
            continue
        to = given.get("gotoName" if kind == TriggerKind.SKIP else "setToName") or ""
        yield Trigger(
            kind=TriggerKind(kind), condition=condition, place=place, to=str(to), origin=str(given.get("fromName") or ""),
            value=given.get("setValue"), expression=reader.expression(given, "runExpression", place),
        )  # fmt: skip


def _calculated(reader: Reader, source: Mapping[str, Any]) -> Iterator[Calculated]:
    for index, given in enumerate(reader.objects(source.get("calculatedValues", []), "calculatedValues")):
        place = f"calculatedValues[{index}]"
        if name := reader.name(given, place):
            yield Calculated(name=name, expression=reader.expression(given, "expression", place))


def _check_names(reader: Reader, questionnaire: Questionnaire) -> None:
    """Whatever a condition asks for must be there."""
    known = known_names(questionnaire)
    for expression, place in reader.expressions:
        for name in expression.names():
            if name not in reader.local_names(place) and not is_known(name, known):
                reader.fault(
                    place,
                    "unknown_name",
                    f"“{expression.text}” asks for {{{name}}}, which nothing here is called.",
                )
    for trigger in questionnaire.triggers:
        if trigger.kind is TriggerKind.SKIP and questionnaire.question(trigger.to) is None:
            reader.fault(
                trigger.place, "unknown_name", f"It jumps to “{trigger.to}”, which nothing here is called."
            )


def known_names(questionnaire: Questionnaire) -> frozenset[str]:
    """Names that conditions and texts may use, in small letters."""
    names = {one.name for one in questionnaire.elements()} | {one.name for one in questionnaire.calculated}
    names |= {one.to for one in questionnaire.triggers if one.kind is not TriggerKind.SKIP and one.to}
    names |= {f"{one.name}{COMMENT}" for one in questionnaire.elements() if one.has_other or one.has_comment}
    return frozenset(name.lower() for name in names)


def is_known(name: str, known: frozenset[str]) -> bool:
    """Whether a name, or what it is a part of (`matrix.row`, `choices[0]`), is among the known ones."""
    low = name.lower()
    ends = [len(low), *(index for index, sign in enumerate(low) if sign in ".[")]
    return any(low[:end] in known for end in ends)
