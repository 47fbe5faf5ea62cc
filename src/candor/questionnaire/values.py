"""How survey-core compares and reckons with answers, which is how a browser does.

An answer is None, a bool, a number, a text, a list or a dictionary. Two that look alike are equal ("5" and 5, "Yes" and "yes"), because
a condition must come out here as it does in the browser. Source: survey-core 2.5, `helpers.ts` and `expressions.ts`.
"""

import math
import re
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str | list["Value"] | dict[str, "Value"] | None
Number: TypeAlias = int | float

_NUMERIC = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WHOLE_START = re.compile(r"\s*([+-]?\d+)")
_NUMBER_START = re.compile(r"\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)")
DEEPEST_ANSWER = 5
MOST_PARTS = 5_000
_LONGEST_DIGITS = 15
_LONGEST_HEX = 32


def is_number(value: object) -> bool:
    """Whether it is a number as JSON knows them; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(number: float) -> int | float:
    """A number as it is written: 3.0 is 3, and what adding up left behind the ninth digit goes.

    >>> whole(3.0), whole(0.1 * 3)
    (3, 0.3)
    """
    return int(number) if number == int(number) else round(number, 9)


def is_empty(value: object) -> bool:
    """Nothing, "", an empty list, or a dictionary of nothing but such; 0 and False are answers.

    >>> is_empty({"row": ""}), is_empty(0)
    (True, False)
    """
    if isinstance(value, dict):
        return all(is_empty(one) for one in value.values())
    if isinstance(value, float) and math.isnan(value):
        return True
    return value is None or (isinstance(value, str | list) and not value)


def is_too_much(value: object) -> bool:
    """Whether an answer lies deeper, or has more parts, than any question asks for; what compares answers calls itself for each level.

    >>> is_too_much([{"name": "a.pdf"}]), is_too_much([[[[[[[1]]]]]]])
    (False, True)
    """
    waiting, parts = [(value, 0)], 0
    while waiting:
        one, depth = waiting.pop()
        parts += 1
        if depth > DEEPEST_ANSWER or parts > MOST_PARTS:
            return True
        inside = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        waiting += [(inner, depth + 1) for inner in inside]
    return False


def is_true(value: object) -> bool:
    """Whether `if (value)` holds in a browser: empty lists and dictionaries are true there."""
    if isinstance(value, list | dict):
        return True
    return bool(value) and not (isinstance(value, float) and math.isnan(value))


def equals_true(value: object) -> bool:
    """Whether `value == true` holds in a browser, which is how a condition is judged: of all numbers only 1."""
    if isinstance(value, dict):
        return False
    return to_number(value) == 1 if value is not None else False


def to_text(value: object) -> str:
    """`String(value)`: 3.0 is "3", True is "true"."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join("" if one is None else to_text(one) for one in value)
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, int | float):
        return _number_text(_as_float(value))
    return str(value)


def _number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    digits = repr(abs(number))
    mantissa, _, exponent = digits.partition("e")
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    power = int(exponent or 0) + len(whole)
    figures = (whole + part).lstrip("0")
    power -= len(whole + part) - len((whole + part).lstrip("0"))
    figures = figures.rstrip("0") or "0"
    sign = "-" if number < 0 else ""
    if 0 < power <= 21:
        padded = figures.ljust(power, "0")
        return sign + padded[:power] + ("." + padded[power:] if padded[power:] else "")
    if -6 < power <= 0:
        return sign + "0." + "0" * -power + figures
    point = "." + figures[1:] if figures[1:] else ""
    return f"{sign}{figures[0]}{point}e{power - 1:+d}"


def to_number(value: object) -> float:
    """`Number(value)`: "" is 0, None is 0, what is no number is NaN."""
    if value is None or isinstance(value, bool | int | float):
        return _as_float(value or 0)
    if isinstance(value, dict):
        return math.nan
    text = to_text(value).strip()
    if not text:
        return 0.0
    if re.fullmatch(r"0[xX][0-9a-fA-F]+", text):
        return _as_float(int(text, 16))
    return float(text) if _NUMERIC.fullmatch(text) else math.nan


def _as_float(value: bool | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def number_in(value: object) -> float:
    """The number that a text spells, as survey-core reads it ("0x1f", "1,5", "1e3"), else NaN; a bool is none."""
    if is_number(value):
        number = _as_float(value)  # type: ignore[arg-type]
        return number if math.isfinite(number) else math.nan
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    if text.startswith("0x"):
        found = re.match(r"0x([0-9a-fA-F]+)", text)
        return _as_float(int(found[1], 16)) if found and len(text) <= _LONGEST_HEX else math.nan
    if len(text) > _LONGEST_DIGITS and re.fullmatch(r"[0-9]+", text):
        return math.nan
    if text.count(",") == 1:
        text = text.replace(",", ".")
    number = float(text) if _NUMERIC.fullmatch(text) else math.nan
    return number if math.isfinite(number) else math.nan


def converted(value: Value) -> Value:
    """A text as the value it spells: "true" is True, "7" is 7, quotes around it go; "007" stays a text.

    >>> converted("7"), converted("007"), converted("'a'")
    (7.0, '007', 'a')
    """
    if not isinstance(value, str) or not value:
        return value
    if value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if len(value) > 1 and value[0] in "'\"" and value[-1] in "'\"":
        return value[1:-1]
    number = number_in(value)
    if math.isnan(number):
        return value
    if value[0] == "0" and not value.startswith("0x") and len(value) > 1:
        return number if value[1] in ".," and len(value) > 2 else value
    return number


def is_equal(one: Value, other: Value, *, ignore_order: bool = True) -> bool:
    """Whether two answers are the same to survey-core; texts without regard to case and outer spaces.

    >>> is_equal("Yes", "yes"), is_equal("5", 5), is_equal(["a", "b"], ["b", "a"])
    (True, True, True)
    """
    one = None if one == "undefined" else one
    other = None if other == "undefined" else other
    if _is_same(one, other):
        return True
    if isinstance(one, str) and isinstance(other, str):
        return one.strip().lower() == other.strip().lower()
    if _spell_same_number(one, other):
        return True
    if is_empty(one) != is_empty(other):
        return False
    for flag, text in ((one, other), (other, one)):
        if isinstance(flag, bool) and isinstance(text, str):
            return to_text(flag) == text.lower()
    if not isinstance(one, list | dict) and not isinstance(other, list | dict):
        return None not in (one, other) and to_number(one) == to_number(other)
    return _is_equal_inside(one, other, ignore_order)


def _is_same(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if is_number(one) and is_number(other):
        return one == other
    return (one is None and other is None) or (one is None and other == "") or (other is None and one == "")


def _is_equal_inside(one: Value, other: Value, ignore_order: bool) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return False
        if ignore_order:
            one, other = sorted(one, key=_order), sorted(other, key=_order)
        return all(is_equal(a, b, ignore_order=ignore_order) for a, b in zip(one, other, strict=True))
    if not isinstance(one, list | dict) or not isinstance(other, list | dict):
        return False
    left, right = _by_key(one), _by_key(other)
    return left.keys() == right.keys() and all(
        is_equal(left[key], right[key], ignore_order=ignore_order) for key in left
    )


def _by_key(value: list[Value] | dict[str, Value]) -> dict[str, Value]:
    return value if isinstance(value, dict) else {str(place): one for place, one in enumerate(value)}


def _order(value: Value) -> bytes:
    return in_browser_order(to_text(value))


def in_browser_order(text: str) -> bytes:
    """The key by which a browser sorts texts: UTF-16 units."""
    return text.encode("utf-16-be", "surrogatepass")


def _spell_same_number(one: Value, other: Value) -> bool:
    """`parseInt` and `parseFloat` of both agree, where both are numbers or spell one."""
    pair = (one, other)
    if any(value is None or isinstance(value, list | dict | bool) for value in pair):
        return False
    if any(math.isnan(to_number(value)) for value in pair):
        return False
    texts = [to_text(value) for value in pair]
    found = [(_WHOLE_START.match(text), _NUMBER_START.match(text)) for text in texts]
    if any(whole is None or number is None for whole, number in found):
        return False
    (whole_a, number_a), (whole_b, number_b) = [(int(w[1]), float(n[1])) for w, n in found if w and n]
    return whole_a == whole_b and number_a == number_b
