"""What somebody with given answers gets to see: values that are reckoned, conditions, and where triggers jump to."""

from collections.abc import Iterable, Iterator, Mapping

from .definition import COMMENT, Choice, Page, Question, QuestionKind, Questionnaire, Trigger, TriggerKind
from .evaluation import evaluate, holds
from .expressions import Expression
from .values import Value, is_too_much

_MOST_ROUNDS = 20  # values that are reckoned from reckoned values settle within as many, or never


def rankings(questionnaire: Questionnaire) -> frozenset[str]:
    """Names of questions whose answers are equal only in the same order."""
    return frozenset(one.name for one in questionnaire.elements() if one.kind is QuestionKind.RANKING)


def with_calculated(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> dict[str, Value]:
    """The answers, and beside them whatever the questionnaire reckons from them; answers that are no answers to anything are left out."""
    formulas = [(one.name, one.expression) for one in questionnaire.calculated if one.expression]
    formulas += [(one.name, one.shown_value) for one in questionnaire.elements() if one.shown_value]
    known = {name: value for name, value in answers.items() if not is_too_much(value)}
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
    if question.required_if is not None:  # where there is one, it alone decides, as in survey-core
        return holds(question.required_if, known, in_order=in_order)
    return question.is_required or question.needs_every_row


def passed_pages(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> tuple[Page, ...]:
    """The pages that somebody with these answers walks through, until the end or a trigger that ends it.

    A trigger acts on the page that holds a question it asks for, as in a browser; it jumps forward only, and to what these answers show.
    """
    return tuple(page for page, _ in _passed(questionnaire, answers))


def completed_pages(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> tuple[Page, ...]:
    """Those of the passed pages that were filled in to their end: a jump leaves its page at once, whatever is still open on it."""
    return tuple(page for page, is_left in _passed(questionnaire, answers) if not is_left)


def _passed(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> Iterator[tuple[Page, bool]]:
    known = with_calculated(questionnaire, answers)
    in_order = rankings(questionnaire)
    index = 0
    while index < len(questionnaire.pages):
        page = questionnaire.pages[index]
        if not any(all_hold(one.conditions, known, in_order) for one in page.questions):
            index += 1
            continue
        target = _jump(questionnaire, index, known, in_order)
        yield page, target is not None
        following = target if target is not None else page_after(questionnaire, index, known, in_order)
        index = len(questionnaire.pages) if following is None else following


def page_after(
    questionnaire: Questionnaire,
    index: int,
    known: Mapping[str, Value],
    in_order: frozenset[str] = frozenset(),
) -> int | None:
    """The index of the page that comes after one that is answered; None where a trigger ends it.

    A jump is made at once, so it comes before the end, which waits for the page to be left.
    """
    target = _jump(questionnaire, index, known, in_order)
    if target is not None:
        return target
    is_over = any(_held(questionnaire, TriggerKind.COMPLETE, index, known, in_order))
    return None if is_over else index + 1


def _jump(
    questionnaire: Questionnaire, index: int, known: Mapping[str, Value], in_order: frozenset[str]
) -> int | None:
    """The page that a jump leads to: forward, and to something that is not hidden."""
    for trigger in _held(questionnaire, TriggerKind.SKIP, index, known, in_order):
        target = questionnaire.question(trigger.to)
        if target is not None and target.page > index and all_hold(target.conditions, known, in_order):
            return target.page
    return None


def _held(
    questionnaire: Questionnaire,
    kind: TriggerKind,
    index: int,
    known: Mapping[str, Value],
    in_order: frozenset[str],
) -> Iterator[Trigger]:
    for trigger in questionnaire.triggers:
        if (
            trigger.kind is kind
            and acts_on(trigger, questionnaire.pages[index].questions)
            and holds(trigger.condition, known, in_order=in_order)
        ):
            yield trigger


def acts_on(trigger: Trigger, seen: Iterable[Question]) -> bool:
    """Whether a trigger looks at one of these questions, seen or not; only then is it asked when their page is answered."""
    names = [one.name.lower() for one in seen]
    asked = [name.lower() for name in trigger.condition.names()]
    return any(one == name or one.startswith((f"{name}.", f"{name}[")) for one in asked for name in names)


def keep_seen(questionnaire: Questionnaire, answers: Mapping[str, Value]) -> dict[str, Value]:
    """The answers without those to questions that are not seen in the end, as survey-core leaves them out when it completes."""
    seen = {one.name for one in visible_questions(questionnaire, answers)}
    hidden = {one.name for one in questionnaire.questions()} - seen
    hidden |= {f"{name}{COMMENT}" for name in hidden}
    return {name: value for name, value in answers.items() if name not in hidden}
