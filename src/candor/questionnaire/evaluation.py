"""What a condition comes out as for given answers, as survey-core would say.

Pure: the same answers give the same result, on any day. Source: survey-core 2.5, `expressions.ts` and `functionsfactory.ts`.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from .expressions import Binary, Call, Constant, Expression, Name, Node, Several, Unary
from .values import (
    Value,
    converted,
    equals_true,
    in_browser_order,
    is_empty,
    is_equal,
    is_number,
    is_true,
    number_in,
    to_number,
    to_text,
)

Answers = Mapping[str, Value]


def holds(expression: Expression, answers: Answers, *, in_order: frozenset[str] = frozenset()) -> bool:
    """Whether a condition is met.

    `in_order` names the questions whose answer is a ranking: two rankings are equal only in the same order.

    >>> from candor.questionnaire.expressions import parse
    >>> holds(parse("{nps} <= 6 and {channel} anyof ['phone', 'chat']"), {"nps": 3, "channel": "Phone"})
    True
    """
    return equals_true(evaluate(expression.tree, answers, in_order))


def evaluate(tree: Node, answers: Answers, in_order: frozenset[str] = frozenset()) -> Value:
    """The value of a tree. A name without an answer is None; there are no errors, as there are none in a browser."""
    chain: list[Binary] = []
    while isinstance(tree, Binary):
        chain.append(tree)
        tree = tree.left
    value = _leaf(tree, answers, in_order)
    while chain:
        node = chain.pop()
        right = evaluate(node.right, answers, in_order)
        strict = _is_ranking(node.left, in_order) or _is_ranking(node.right, in_order)
        value = _binary(node.operator, value, right, strict)
    return value


def _is_ranking(node: Node, in_order: frozenset[str]) -> bool:
    return isinstance(node, Name) and node.name in in_order


def _leaf(node: Node, answers: Answers, in_order: frozenset[str]) -> Value:
    match node:
        case Constant(value):
            return value
        case Name(name, as_it_is):
            value = look_up(answers, name)
            return value if as_it_is else converted(value)
        case Several(items):
            return [evaluate(item, answers, in_order) for item in items]
        case Call(function, arguments):
            return _FUNCTIONS[function]([evaluate(one, answers, in_order) for one in arguments])
        case Unary(operator, operand):
            inner = evaluate(operand, answers, in_order)
            return not is_true(inner) if operator == "negate" else is_empty(inner) == (operator == "empty")
        case Binary():
            return evaluate(node, answers, in_order)


def look_up(answers: Answers, name: str) -> Value:
    """The answer under a name, or a part of one: `service.speed` is a row of a matrix, `reasons[0]` the first choice,
    `reasons.length` how many there are. Names without regard to case; the longest name that fits is taken."""
    found = _walk_into(dict(answers), name.split("."))
    return (0 if name.endswith(".length") else None) if found is _ABSENT else cast("Value", found)


_ABSENT = object()
_INDEX = re.compile(r"(.+)\[(-?\d+)\]")


def _walk_into(value: object, path: Sequence[str]) -> object:
    if not path:
        return value
    for end in range(len(path), 0, -1):
        name = ".".join(path[:end])
        found = _member(value, name)
        if found is _ABSENT and (indexed := _INDEX.fullmatch(name)):
            found = _item(_member(value, indexed[1]), int(indexed[2]))
        if found is not _ABSENT:
            return _walk_into(found, path[end:])
    return _ABSENT


def _member(value: object, name: str) -> object:
    if name == "length" and isinstance(value, list | str):
        return len(value)
    if not isinstance(value, dict):
        return _ABSENT
    if name in value:
        return value[name]
    low = name.lower()
    return next((one for key, one in value.items() if key.lower() == low), _ABSENT)


def _item(value: object, index: int) -> object:
    if not isinstance(value, list) or not -len(value) <= index < len(value):
        return _ABSENT
    return value[index]


def _binary(operator: str, left: Value, right: Value, strict: bool) -> Value:
    if operator in _ARITHMETIC:
        left = _filled(left, right)
        right = _filled(right, left)
        return _ARITHMETIC[operator](left, right)
    if operator in {"equal", "notequal"}:
        return is_equal(left, right, ignore_order=not strict) == (operator == "equal")
    return _COMPARISONS[operator](left, right)


def _filled(value: Value, other: Value) -> Value:
    """What stands for a missing operand: 0 beside a number, "" beside a text."""
    if not is_empty(value):
        return value
    if is_number(other):
        return 0
    if isinstance(value, str):
        return value
    if isinstance(other, str):
        return ""
    return [] if isinstance(other, list) else 0


def _and(left: Value, right: Value) -> Value:
    return right if is_true(left) else left


def _or(left: Value, right: Value) -> Value:
    return left if is_true(left) else right


def _plus(left: Value, right: Value) -> Value:
    if math.isnan(number_in(left)) or math.isnan(number_in(right)):
        return _plus_of_others(left, right)
    if isinstance(left, str) or isinstance(right, str):
        return to_text(left) + to_text(right)
    return _rounded(to_number(left) + to_number(right), max(_decimals(left), _decimals(right)))


def _plus_of_others(left: Value, right: Value) -> Value:
    if isinstance(left, list) and isinstance(right, list):
        return [*left, *right]
    if isinstance(left, list) != isinstance(right, list):
        several, single = (left, right) if isinstance(left, list) else (right, left)
        assert isinstance(several, list)
        if isinstance(single, str):
            joined = ", ".join("" if one is None else to_text(one) for one in several)
            return joined + single if several is left else single + joined
        if is_number(single):
            return _sum([*(one for one in several if is_number(one)), single])
    if any(isinstance(one, str | list | dict) for one in (left, right)):
        return to_text(left) + to_text(right)
    return to_number(left) + to_number(right)


def _minus(left: Value, right: Value) -> Value:
    return _rounded(to_number(left) - to_number(right), max(_decimals(left), _decimals(right)))


def _times(left: Value, right: Value) -> Value:
    return _rounded(to_number(left) * to_number(right), _decimals(left) + _decimals(right))


def _divided(left: Value, right: Value) -> Value:
    if not is_true(right):
        return None
    divisor = to_number(right)
    return to_number(left) / divisor if divisor else math.nan


def _remainder(left: Value, right: Value) -> Value:
    dividend, divisor = to_number(left), to_number(right)
    if not is_true(right):
        return None
    if math.isnan(divisor) or not divisor or not math.isfinite(dividend):
        return math.nan
    return math.fmod(dividend, divisor)


def _power(left: Value, right: Value) -> Value:
    base, exponent = to_number(left), to_number(right)
    if math.isnan(exponent) or (abs(base) == 1 and math.isinf(exponent)):
        return math.nan
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def _decimals(value: Value) -> int:
    number = number_in(value)
    if math.isnan(number) or number == math.floor(number):
        return 0
    return len(to_text(value).partition(".")[2])


def _rounded(number: float, digits: int) -> float:
    if not digits or not math.isfinite(number) or digits > 100:
        return number
    return float(f"{number:.{digits}f}")


def _is_greater(left: Value, right: Value) -> Value:
    if left is None or right is None:
        return False
    if _is_texty(left) and _is_texty(right):
        return in_browser_order(to_text(left)) > in_browser_order(to_text(right))
    return to_number(left) > to_number(right)


def _is_texty(value: Value) -> bool:
    return isinstance(value, str | list | dict)


def _at_least(left: Value, right: Value) -> Value:
    return is_equal(left, right) or _is_greater(left, right)


def _at_most(left: Value, right: Value) -> Value:
    return is_equal(left, right) or _is_greater(right, left)


def _contains(left: Value, right: Value) -> Value:
    return _holds_it(left, right, True)


def _lacks(left: Value, right: Value) -> Value:
    if not is_true(left) and not is_empty(right):
        return True
    return _holds_it(left, right, False)


def _holds_it(left: Value, right: Value, wanted: bool) -> bool:
    if isinstance(left, list):
        if not left:
            return not wanted
        asked = right if isinstance(right, list) else [right]
        has_all = all(any(is_equal(one, other) for one in left) for other in asked)
        return has_all == wanted
    if not is_true(left) and left is not False and left != 0:
        return False
    if not is_true(right):
        return False
    return (to_text(right).lower() in to_text(left).lower()) == wanted


def _any_of(left: Value, right: Value) -> Value:
    if is_empty(left):
        return is_empty(right)
    if is_empty(right):
        return True
    if not isinstance(left, list):
        return _contains(right, left)
    if not isinstance(right, list):
        return _contains(left, right)
    return any(_contains(left, one) for one in right)


def _none_of(left: Value, right: Value) -> Value:
    return not _any_of(left, right)


def _all_of(left: Value, right: Value) -> Value:
    if not is_true(left) and not is_empty(right):
        return False
    if not isinstance(right, list):
        return _contains(left, right)
    return all(_contains(left, one) for one in right)


_Operation = Callable[[Value, Value], Value]
_ARITHMETIC: dict[str, _Operation] = {
    "and": _and, "or": _or, "plus": _plus, "minus": _minus, "mul": _times, "div": _divided, "mod": _remainder, "power": _power,
}  # fmt: skip
_COMPARISONS: dict[str, _Operation] = {
    "greater": _is_greater, "less": lambda left, right: _is_greater(right, left),
    "greaterorequal": _at_least, "lessorequal": _at_most,
    "contains": _contains, "notcontains": _lacks, "anyof": _any_of, "noneof": _none_of, "allof": _all_of,
}  # fmt: skip


def _flat(values: Sequence[Value]) -> list[Value]:
    """Every single value, lists and dictionaries opened, texts that spell a number as that number."""
    found: list[Value] = []
    for value in values:
        if isinstance(value, list):
            found += _flat(value)
        elif value is not None:
            number = number_in(value)
            found.append(value if math.isnan(number) else number)
    return found


def _sum(values: Sequence[Value]) -> Value:
    total: Value = 0
    for value in _flat(values):
        if isinstance(total, str) or isinstance(value, str | dict):
            total = to_text(total) + to_text(value)
        else:
            digits = max(_decimals(total), _decimals(value))
            total = _rounded(to_number(total) + to_number(value), digits)
    return total


def _least(values: Sequence[Value]) -> Value:
    flat = _flat(values)
    found = flat[0] if flat else None
    for value in flat[1:]:
        if found is None or _is_greater(found, value):
            found = value
    return found


def _most(values: Sequence[Value]) -> Value:
    flat = _flat(values)
    found = flat[0] if flat else None
    for value in flat[1:]:
        if found is None or _is_greater(value, found):
            found = value
    return found


def _average(values: Sequence[Value]) -> Value:
    count = len(_flat(values))
    return to_number(_sum(values)) / count if count else 0


def _round(values: Sequence[Value]) -> Value:
    number, places = _number_and_places(values, 0)
    if math.isnan(number) or math.isnan(places):
        return math.nan
    scale = math.pow(10.0, max(-300, min(300, places)))
    return math.floor(number * scale * (1 + math.ulp(1.0)) + 0.5) / scale


def _truncate(values: Sequence[Value]) -> Value:
    number, places = _number_and_places(values, -1)
    if math.isnan(number) or math.isnan(places):
        return math.nan
    kept = f"(?:\\.\\d{{0,{int(places)}}})?" if places > 0 else ""
    found = re.match(rf"-?\d+{kept}", to_text(number))
    return float(found[0]) if found else math.nan


def _number_and_places(values: Sequence[Value], default: float) -> tuple[float, float]:
    flat = _flat(values)
    number = number_in(flat[0]) if flat else math.nan
    given = flat[1] if len(flat) > 1 else None
    return number, number_in(given) if is_true(given) else default


def _substring(values: Sequence[Value]) -> Value:
    if len(values) < 2 or not isinstance(values[0], str) or math.isnan(number_in(values[1])):
        return ""
    text, start = values[0], number_in(values[1])
    end = number_in(values[2]) if len(values) > 2 else math.nan
    first = int(max(0.0, min(start, float(len(text)))))
    last = len(text) if math.isnan(end) else int(max(0.0, min(end, float(len(text)))))
    return text[min(first, last) : max(first, last)]


def _if(values: Sequence[Value]) -> Value:
    if len(values) < 2:
        return None
    return values[1] if is_true(values[0]) else (values[2] if len(values) > 2 else None)


_FUNCTIONS: dict[str, Callable[[Sequence[Value]], Value]] = {
    "iif": _if, "sum": _sum, "min": _least, "max": _most, "avg": _average, "count": lambda values: len(_flat(values)),
    "round": _round, "trunc": _truncate, "substring": _substring,
}  # fmt: skip
