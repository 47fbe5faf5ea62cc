"""“Show if” as an author builds it, and the expression it stands for; an expression written otherwise stays as it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from .palette import Element
from .wordings import said

OPERATORS = {
    "=": lazy("is"),
    "<>": lazy("is not"),
    ">=": lazy("is at least"),
    "<=": lazy("is at most"),
    ">": lazy("is more than"),
    "<": lazy("is less than"),
    "contains": lazy("includes"),
    "notempty": lazy("was answered"),
    "empty": lazy("was not answered"),
}
WITHOUT_VALUE = frozenset({"empty", "notempty"})
MOST = 6
_ONE = re.compile(
    r"\s*\{(?P<key>[^{}\[\].]+)\}\s*(?:(?P<alone>empty|notempty)|(?P<operator>==|=|<>|!=|>=|<=|>|<|contains)\s*"
    r"(?:'(?P<text>[^']*)'|\"(?P<quoted>[^\"]*)\"|(?P<number>-?\d+(?:\.\d+)?)|(?P<truth>true|false)))\s*"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of the builder."""

    key: str
    operator: str
    value: str = ""

    @property
    def expression(self) -> str:
        """As SurveyJS reads it."""
        if self.operator in WITHOUT_VALUE:
            return f"{{{self.key}}} {self.operator}"
        plain = re.fullmatch(r"-?\d+(\.\d+)?|true|false", self.value) is not None
        text = self.value.replace("\\", "").replace('"', "")
        quote = '"' if "'" in text else "'"
        value = self.value if plain else f"{quote}{text}{quote}"
        return f"{{{self.key}}} {self.operator} {value}"


@dataclass(frozen=True, slots=True)
class Built:
    """What the builder holds: rows, and whether all or any of them must hold."""

    rows: tuple[Condition, ...] = ()
    is_any: bool = False

    @property
    def expression(self) -> str:
        """As SurveyJS reads it; empty where there is no condition."""
        return (" or " if self.is_any else " and ").join(row.expression for row in self.rows)


def read(expression: str) -> Built | None:
    """The rows of an expression; None where it says more than the builder can show.

    >>> read("{nps} <= 6 and {why} notempty")
    Built(rows=(Condition(key='nps', operator='<=', value='6'), Condition(key='why', operator='notempty', value='')), is_any=False)
    >>> read("{a} = 1 and {b} = 2 or {c} = 3") is None
    True
    """
    if not expression.strip():
        return Built()
    rows: list[Condition] = []
    joins: set[str] = set()
    at = 0
    while True:
        found = _ONE.match(expression, at)
        if found is None:
            return None
        rows.append(_row(found))
        at = found.end()
        if at == len(expression):
            break
        join = re.compile(r"(and|&&|or|\|\|)(?=[\s{])").match(expression, at)
        if join is None:
            return None
        joins.add("or" if join[1] in {"or", "||"} else "and")
        at = join.end()
    return Built(tuple(rows), joins == {"or"}) if len(joins) < 2 and len(rows) <= MOST else None


def _row(found: re.Match[str]) -> Condition:
    if found["alone"]:
        return Condition(found["key"], found["alone"])
    operator = {"==": "=", "!=": "<>"}.get(found["operator"], found["operator"])
    given = (found["text"], found["quoted"], found["number"], found["truth"])
    return Condition(found["key"], operator, next(one for one in given if one is not None))


def built(
    keys: Sequence[str],
    operators: Sequence[str],
    values: Sequence[str],
    *,
    is_any: bool,
    firsts: Mapping[str, str],
) -> Built:
    """What a form's rows say; rows without a question are left out. `firsts` has the first answer of each question that lists its
    answers, which stands until the author chooses one."""
    rows = []
    for key, operator, value in zip(keys, operators, values, strict=False):
        operator = operator if operator in OPERATORS else "="
        value = "" if operator in WITHOUT_VALUE else value.strip() or firsts.get(key, "")
        if key:
            rows.append(Condition(key, operator, value))
    return Built(tuple(rows[:MOST]), is_any)


def values_of(element: Element) -> list[tuple[str, str]]:
    """What can be answered to a question, where that is a list: (value, words)."""
    if element.get("type") == "rating":
        lowest, highest = int(element.get("rateMin", 1)), int(element.get("rateMax", 5))
        return [(str(n), str(n)) for n in range(lowest, highest + 1)] if highest - lowest <= 20 else []
    if element.get("type") == "boolean":
        return [("true", str(lazy("yes"))), ("false", str(lazy("no")))]
    return [_choice(one) for one in element.get("choices", [])]


def _choice(one: Any) -> tuple[str, str]:
    if isinstance(one, dict):
        return str(one.get("value", "")), said(one.get("text")) or str(one.get("value", ""))
    return str(one), str(one)
