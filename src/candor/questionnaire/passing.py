"""What somebody with given answers gets to see: values that are reckoned, conditions, and where triggers jump to."""

from collections.abc import Iterable, Iterator, Mapping

from .definition import Choice, Page, Question, QuestionKind, Questionnaire, Trigger, TriggerKind
from .evaluation import evaluate, holds
from .expressions import Expression
from .values import Value

_MOST_ROUNDS = 20  # values that are reckoned from reckoned values settle within as many, or never


def rankings(questionnaire: Questionnaire) -> frozenset[str]:
    """Names of questions whose answers are equal only in the same order."""
    return frozenset(one.name for one in questionnaire.elements() if one.kind is QuestionKind.RANKING)


def with_calculated(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> dict[str, Value]:
    """The answers, and beside them whatever the questionnaire reckons from them."""
    formulas = [(one.name, one.expression) for one in questionnaire.calculated if one.expression]
    formulas += [(one.name, one.shown_value) for one in questionnaire.elements() if one.shown_value]
    known = dict(answers)
    in_order = rankings(questionnaire) if formulas else frozenset()
    for _ in range(min(_MOST_ROUNDS, len(formulas))):
        before = dict(known)
        known.update((name, evaluate(formula.tree, known, in_order)) for name, formula in formulas)
        if known == before:
            break
    return known


def visible_questions(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> tuple[Question, ...]:
    """The questions that take an answer and are seen by somebody with these answers, in order.

    Conditions only; what a trigger jumps over is left out by `passed_pages`.
    """
    known = with_calculated(questionnaire, answers)
    in_order = rankings(questionnaire)
    return tuple(
        one
        for one in questionnaire.questions()
        if all_hold(one.conditions, known, in_order) and _has_rows(one, known, in_order)
    )


def all_hold(
    conditions: tuple[Expression, ...], known: Mapping[str, Value], in_order: frozenset[str]
) -> bool:
    return all(holds(condition, known, in_order=in_order) for condition in conditions)


def _has_rows(question: Question, known: Mapping[str, Value], in_order: frozenset[str]) -> bool:
    return question.kind is not QuestionKind.MATRIX or any(
        True for _ in visible_rows(question, known, in_order)
    )


def visible_rows(
    question: Question, known: Mapping[str, Value], in_order: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Values of a matrix's rows that are seen."""
    return (str(row.value) for row in _seen(question.rows, question.rows_if, known, in_order))


def visible_choices(
    question: Question, known: Mapping[str, Value], in_order: frozenset[str] = frozenset()
) -> Iterator[Choice]:
    """The choices that are seen."""
    return _seen(question.choices, question.choices_if, known, in_order)


def _seen(
    items: tuple[Choice, ...],
    condition: Expression | None,
    known: Mapping[str, Value],
    in_order: frozenset[str],
) -> Iterator[Choice]:
    for item in items:
        own = item.visible_if or condition
        if own is None or holds(own, {**known, "item": item.value, "choice": item.value}, in_order=in_order):
            yield item


def is_required(
    question: Question, known: Mapping[str, Value], in_order: frozenset[str] = frozenset()
) -> bool:
    """Whether a question that is seen must be answered: not when it is read-only or disabled."""
    if question.is_read_only or (
        question.enable_if and not holds(question.enable_if, known, in_order=in_order)
    ):
        return False
    if question.is_required or question.needs_every_row:
        return True
    return question.required_if is not None and holds(question.required_if, known, in_order=in_order)


def passed_pages(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> tuple[Page, ...]:
    """The pages that somebody with these answers walks through, until the end or a trigger that ends it.

    A trigger acts on the page that holds a question it asks for, as in a browser; it jumps forward only.
    """
    known = with_calculated(questionnaire, answers)
    in_order = rankings(questionnaire)
    pages: list[Page] = []
    index = 0
    while index < len(questionnaire.pages):
        page = questionnaire.pages[index]
        seen = [one for one in page.questions if all_hold(one.conditions, known, in_order)]
        index += 1
        if not seen:
            continue
        pages.append(page)
        trigger = acting(questionnaire, seen, known, in_order)
        if trigger is not None and trigger.kind is TriggerKind.COMPLETE:
            break
        target = questionnaire.question(trigger.to) if trigger else None
        if target is not None and target.page >= index:
            index = target.page
    return tuple(pages)


def acting(
    questionnaire: Questionnaire, seen: list[Question], known: Mapping[str, Value], in_order: frozenset[str]
) -> Trigger | None:
    """The trigger that acts when these questions of a page are answered; one that ends it before one that jumps."""
    found = [
        trigger for trigger in questionnaire.triggers
        if trigger.kind in {TriggerKind.COMPLETE, TriggerKind.SKIP} and acts_on(trigger, seen)
        and holds(trigger.condition, known, in_order=in_order)
    ]  # fmt: skip
    return min(found, key=lambda trigger: trigger.kind is not TriggerKind.COMPLETE, default=None)


def acts_on(trigger: Trigger, seen: Iterable[Question]) -> bool:
    """Whether a trigger looks at one of these questions; only then is it asked when their page is answered."""
    names = [one.name.lower() for one in seen]
    asked = [name.lower() for name in trigger.condition.names()]
    return any(one == name or one.startswith((f"{name}.", f"{name}[")) for one in asked for name in names)


def keep_seen(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> dict[str, Value]:
    """The answers without those to questions that are not seen in the end, as survey-core leaves them out when it completes."""
    seen = {one.name for one in visible_questions(questionnaire, answers)}
    hidden = {one.name for one in questionnaire.questions()} - seen
    hidden |= {f"{name}-Comment" for name in hidden}
    return {name: value for name, value in answers.items() if name not in hidden}
