"""What conditions look at, and the answers worth trying: one of each class that no condition can tell apart."""

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from .definition import COMMENT, Question, QuestionKind, Questionnaire, Trigger, TriggerKind
from .evaluation import evaluate
from .expressions import Binary, Constant, Expression, Name, Node, Unary, nodes
from .passing import rankings
from .reading import is_known
from .values import Value, converted, is_number, whole

MOST_TRIED = 512  # answers to one question
_MOST_TOGETHER = 8  # choices of which every combination is tried
_JOINING = frozenset({"and", "or"})
_COMPARING = frozenset({"equal", "notequal", "less", "lessorequal", "greater", "greaterorequal"})
_SPREAD = (
    0.0,
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    50.0,
    100.0,
    1000.0,
)  # where a number is reckoned with, not only compared
_FINITE = frozenset({QuestionKind.RATING, QuestionKind.CHOICE, QuestionKind.YES_NO})


@dataclass(frozen=True, slots=True)
class Tried:
    """Answers to a question that stand for all; `is_all` says whether they really do."""

    answers: tuple[Value, ...]
    is_all: bool


@dataclass(frozen=True)
class LookedAt:
    """Every condition of a questionnaire, and by it which answers matter."""

    questionnaire: Questionnaire

    @cached_property
    def conditions(self) -> tuple[Expression, ...]:
        """All of them, each once; of reckoned values the formulas, too."""
        found: list[Expression | None] = []
        for page in self.questionnaire.pages:
            found += page.conditions
            for one in page.questions:
                found += conditions_of(one)
        found += [
            part
            for trigger in self.questionnaire.triggers
            for part in (trigger.condition, trigger.expression)
        ]
        found += [one.expression for one in self.questionnaire.calculated]
        return tuple(dict.fromkeys(one for one in found if one is not None))

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the questions that any condition looks at."""
        asked = {name for condition in self.conditions for name in condition.names()}
        asked |= {one.origin for one in self.questionnaire.triggers if one.origin}
        return self.questions_behind(asked)

    def questions_behind(self, asked: Iterable[str]) -> frozenset[str]:
        """The elements that these names (`matrix.row`, `choices[0]`) belong to."""
        wanted = tuple(asked)
        return frozenset(
            one.name for one in self.questionnaire.elements()
            if any(is_known(name, frozenset({one.name.lower(), f"{one.name}{COMMENT}".lower()})) for name in wanted)
        )  # fmt: skip

    @cached_property
    def _parts(self) -> dict[str, list[tuple[Node, bool]]]:
        """For each question the largest parts of conditions that look at it alone, and whether each is a plain comparison;
        a part that looks at others besides has no use in telling answers apart."""
        parts: dict[str, list[tuple[Node, bool]]] = {}
        for condition in self.conditions:
            for part in _joined(condition.tree):
                behind = self.questions_behind(node.name for node in nodes(part) if isinstance(node, Name))
                for name in behind:
                    parts.setdefault(name, []).append(
                        (part, len(behind) == 1 and not _has_loose_names(part, self))
                    )
        return parts

    def tried(self, question: Question) -> Tried:
        """The answers to try: each stands for those that no condition can tell from it. None (no answer) is among them."""
        parts = self._parts.get(question.name, [])
        candidates, is_all = _candidates(question, parts)
        if any(not is_alone for _, is_alone in parts):
            return Tried((None, *candidates), is_all and question.kind in _FINITE)
        in_order = rankings(self.questionnaire)
        classes: dict[str, Value] = {}
        for value in (None, *candidates):
            seen = [
                _key(evaluate(part, {} if value is None else {question.name: value}, in_order))
                for part, _ in parts
            ]
            classes.setdefault("|".join([str(value is None), *seen]), value)
        return Tried(tuple(classes.values()), is_all)


def conditions_of(question: Question) -> list[Expression | None]:
    """All conditions of one element: on itself, its choices, its rows."""
    items = (*question.choices, *question.rows, *question.columns)
    own = [
        question.enable_if,
        question.required_if,
        question.choices_if,
        question.rows_if,
        question.shown_value,
    ]
    return [*question.conditions, *own, *(item.visible_if for item in items)]


def flow_triggers(questionnaire: Questionnaire) -> tuple[Trigger, ...]:
    """The triggers that change which pages come."""
    return tuple(
        one for one in questionnaire.triggers if one.kind in {TriggerKind.COMPLETE, TriggerKind.SKIP}
    )


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _joined(tree: Node) -> Iterator[Node]:
    """The parts of a condition between its `and`s, `or`s and `!`s."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Binary) and node.operator in _JOINING:
            waiting += [node.left, node.right]
        elif isinstance(node, Unary) and node.operator == "negate":
            waiting.append(node.operand)
        else:
            yield node


def _has_loose_names(part: Node, looked_at: LookedAt) -> bool:
    """Whether it looks at something that is no answer: a reckoned value, a comment, `{item}`."""
    found = {node.name for node in nodes(part) if isinstance(node, Name)}
    return any(not looked_at.questions_behind([name]) or COMMENT.lower() in name.lower() for name in found)


def _constants(parts: list[tuple[Node, bool]]) -> list[Value]:
    """What answers are compared with."""
    found = [node.value for part, _ in parts for node in nodes(part) if isinstance(node, Constant)]
    return [value for value in found if value is not None and value != ""]


def _candidates(question: Question, parts: list[tuple[Node, bool]]) -> tuple[list[Value], bool]:
    """Answers to try, and whether none that matters can be missing."""
    constants = _constants(parts)
    match question.kind:
        case QuestionKind.RATING if question.choices:
            return [choice.value for choice in question.choices], True
        case QuestionKind.RATING:
            return list(question.steps()), True
        case QuestionKind.CHOICE:
            return [choice.value for choice in question.choices], True
        case QuestionKind.YES_NO:
            return [question.source.get("valueTrue", True), question.source.get("valueFalse", False)], True
        case QuestionKind.CHOICES:
            return _combinations(question, constants)
        case QuestionKind.RANKING:
            return _orders(question)
        case QuestionKind.MATRIX:
            return _cells(question, parts)
        case QuestionKind.NUMBER:
            is_exact = all(_is_comparison(part) for part, _ in parts)
            return _numbers(question, constants, () if is_exact else _SPREAD), is_exact
        case QuestionKind.FILE:
            return [[{"name": "file", "type": "", "content": ""}]], True
        case _:
            return _words(constants), all(_is_equation(part) for part, _ in parts)


def _combinations(question: Question, constants: list[Value]) -> tuple[list[Value], bool]:
    """Every combination of the choices that conditions name, with and without one that they don't, and one of each size."""
    values = [choice.value for choice in question.choices]
    named = [
        value for value in values if any(converted(str(one)) == converted(str(value)) for one in constants)
    ]
    others = [value for value in values if value not in named]
    is_all = len(named) <= _MOST_TOGETHER
    named = named[:_MOST_TOGETHER]
    sets = [list(some) for size in range(len(named) + 1) for some in itertools.combinations(named, size)]
    sets += [[*some, others[0]] for some in sets] if others else []
    sets += [values[:size] for size in range(1, len(values) + 1)]
    most = question.most_chosen or len(values)
    return [list(some) for some in sets if max(1, question.least_chosen) <= len(some) <= most], is_all


def _orders(question: Question) -> tuple[list[Value], bool]:
    values = [choice.value for choice in question.choices]
    if len(values) <= 5:
        return [list(order) for order in itertools.permutations(values)], True
    return [[*values[place:], *values[:place]] for place in range(len(values))], False


def _cells(question: Question, parts: list[tuple[Node, bool]]) -> tuple[list[Value], bool]:
    """Every combination of answers in the rows that conditions name; the first column in all others."""
    asked = {node.name.lower() for part, _ in parts for node in nodes(part) if isinstance(node, Name)}
    named = [str(row.value) for row in question.rows if f"{question.name}.{row.value}".lower() in asked]
    columns = [column.value for column in question.columns]
    is_all = (
        len(named) > 0
        and len(columns) ** len(named) <= MOST_TRIED
        and f"{question.name}".lower() not in asked
    )
    while len(columns) ** len(named) > MOST_TRIED:
        named.pop()
    rest = {str(row.value): columns[0] for row in question.rows}
    return [
        rest | dict(zip(named, cells, strict=True)) for cells in itertools.product(columns, repeat=len(named))
    ], is_all


def _numbers(question: Question, constants: list[Value], more: tuple[float, ...]) -> list[Value]:
    """Each number it is compared with, one below and above, the ends, and `more`."""
    numbers = {float(one) for one in map(_as_number, constants) if one is not None}
    ends = {end for end in (question.lowest, question.highest) if end is not None}
    step = question.step or 1.0
    around = (
        {number + shift for number in numbers for shift in (-step, 0.0, step)}
        | ends
        | set(more)
        | ({0.0} if not ends else set())
    )
    low = question.lowest if question.lowest is not None else min(around)
    high = question.highest if question.highest is not None else max(around)
    found: list[Value] = [whole(number) for number in sorted(around) if low <= number <= high]
    return found[:MOST_TRIED]


def _as_number(value: Value) -> float | None:
    found = converted(value)
    return float(found) if is_number(found) else None  # type: ignore[arg-type]


def _words(constants: list[Value]) -> list[Value]:
    texts = [str(one) for one in constants if not isinstance(one, bool)]
    return [*dict.fromkeys(texts[:MOST_TRIED]), "other words"]


def _is_comparison(part: Node) -> bool:
    match part:
        case Unary(operand=Name()):
            return True
        case (
            Binary(operator=operator, left=Name(), right=Constant())
            | Binary(operator=operator, left=Constant(), right=Name())
        ):
            return operator in _COMPARING
    return False


def _is_equation(part: Node) -> bool:
    match part:
        case Binary(operator=operator):
            return operator in {"equal", "notequal"} and _is_comparison(part)
    return _is_comparison(part)
