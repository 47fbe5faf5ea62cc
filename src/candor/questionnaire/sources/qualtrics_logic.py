"""Qualtrics' display logic, branch logic and skip logic as conditions, and its piped texts as names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..definition import COMMENT
from .carrying import Carrying, literal
from .qualtrics_questions import Made

_LOCATOR = re.compile(r"q://(QID\w+)/(\w+)(?:/([\w-]+))?(?:/([\w-]+))?")
_COMPARING = {
    "EqualTo": "=", "NotEqualTo": "<>", "GreaterThan": ">", "GreaterThanOrEqual": ">=", "LessThan": "<", "LessThanOrEqual": "<=",
    "Contains": "contains", "DoesNotContain": "notcontains",
}  # fmt: skip
PIPED = re.compile(r"\$\{[^{}]{1,200}\}")
_PIPED_ANSWER = re.compile(r"\$\{q://(QID\w+)/(ChoiceGroup/SelectedChoices|ChoiceTextEntryValue|ChoiceGroup/SelectedAnswers|ChoiceNumericEntryValue/\w+"
                           r"|ChoiceTextEntryValue/(\w+)|ChoiceGroup/SelectedChoicesRecode)\}")  # fmt: skip
_PIPED_FIELD = re.compile(r"\$\{e://Field/([^{}/]+)\}")


@dataclass(slots=True)
class Logic:
    """Translates conditions of one survey; `made` leads from a question's id to what became of it, `fields` from embedded data to names."""

    carrying: Carrying
    made: Mapping[str, Made]
    fields: Mapping[str, str]

    def condition(self, given: object, place: str) -> str:
        """A whole logic as one condition; "" when there is none, or when it had to be left out, which is told."""
        if not isinstance(given, Mapping):
            return ""
        sets = list(_numbered(given))
        parts: list[str] = []
        for index, one in enumerate(sets):
            part = self._set(one, place)
            if part is None:
                self.carrying.lose(
                    place, "condition", f"A condition can't be carried over: {describe(given)}", "It holds always now; set it in the designer."
                )  # fmt: skip
                return ""
            joint = " or " if str(one.get("Type", "")).lower() in {"orif", "elseif"} else " and "
            parts += [joint if index else "", f"({part})" if len(sets) > 1 else part]
        return "".join(parts)

    def _set(self, given: Mapping[str, Any], place: str) -> str | None:
        """One set: expressions joined by its (misspelt) conjunctions, `and` before `or`."""
        expressions = list(_numbered(given)) or ([given] if "LogicType" in given else [])
        parts: list[str] = []
        for index, one in enumerate(expressions):
            part = self._expression(one)
            if part is None:
                return None
            joint = str(one.get("Conjuction") or one.get("Conjunction") or "And").lower()
            parts += [f" {'or' if joint == 'or' else 'and'} " if index else "", part]
        return "".join(parts) or None

    def _expression(self, given: Mapping[str, Any]) -> str | None:
        operator = str(given.get("Operator"))
        right = given.get("RightOperand")
        if given.get("LogicType") == "EmbeddedField":
            name = self.fields.get(str(given.get("LeftOperand")))
            return _compared(f"{{{name}}}", operator, right) if name else None
        if given.get("LogicType") != "Question":
            return None
        found = _LOCATOR.match(str(given.get("LeftOperand") or given.get("ChoiceLocator") or ""))
        found = found or _LOCATOR.match(str(given.get("ChoiceLocator") or ""))
        made = self.made.get(found[1]) if found else None
        if found is None or made is None:
            return None
        return self.located(made, found[2], found[3], found[4], operator, right)

    def located(
        self, made: Made, what: str, first: str | None, second: str | None, operator: str, right: object
    ) -> str | None:
        """A condition on one choice, one cell, the whole answer or how many were chosen."""
        name = f"{{{made.name}}}"
        if what in {"SelectableChoice", "SelectableAnswer", "SelectedChoice"} and first:
            return self._selected(made, first, second, operator)
        if what in {"IsPromoter", "IsPassive", "IsDetractor"} and made.kind == "rating":
            return {
                "IsPromoter": f"{name} >= 9",
                "IsPassive": f"({name} >= 7 and {name} <= 8)",
                "IsDetractor": f"{name} <= 6",
            }[what]
        if what == "SelectedChoicesCount" and made.kind == "many":
            return _compared(f"{{{made.name}.length}}", operator, right)
        if what in {"ChoiceTextEntryValue", "ChoiceNumericEntryValue"} and made.kind in {
            "text",
            "number",
            "rating",
        }:
            return _compared(name, operator, right)
        if (
            what in {"ChoiceTextEntryValue", "ChoiceNumericEntryValue"}
            and made.kind == "rows"
            and first in made.rows
        ):
            return _compared(f"{{{made.rows[first]}}}", operator, right)
        if what == "ChoiceTextEntryValue" and first and made.values.get(first) == "other":
            return _compared(f"{{{made.name}{COMMENT}}}", operator, right)
        return None

    def _selected(self, made: Made, first: str, second: str | None, operator: str) -> str | None:
        target = _cell(made, first, second)
        if target is None or operator not in {"Selected", "NotSelected"}:
            return None
        name, value, is_list = target
        if is_list:
            return f"{{{name}}} {'contains' if operator == 'Selected' else 'notcontains'} {literal(value)}"
        return f"{{{name}}} {'=' if operator == 'Selected' else '<>'} {literal(value)}"

    def skip(self, given: Mapping[str, Any]) -> str | None:
        """The condition of a skip: as an expression, or as a locator with a word."""
        if "Logic" in given or "LogicType" in given:
            logic = given.get("Logic")
            return self._set(logic if isinstance(logic, Mapping) else given, "")
        condition = str(given.get("Condition"))
        locator = given.get("ChoiceLocator") or given.get("Locator")
        return self._expression(
            {
                "LogicType": "Question",
                "ChoiceLocator": locator,
                "Operator": condition,
                "RightOperand": given.get("Value"),
            }
        )

    def piped(self, given: str) -> str | None:
        """The name that a piped text stands for."""
        if field := _PIPED_FIELD.fullmatch(given):
            return self.fields.get(field[1])
        found = _PIPED_ANSWER.fullmatch(given)
        made = self.made.get(found[1]) if found else None
        if found is None or made is None or made.kind in {"none", "matrix"}:
            return None
        if made.kind == "rows":
            return made.rows.get(found[3] or found[2].rpartition("/")[2])
        is_other = found[2].startswith("ChoiceTextEntryValue") and made.values.get(found[3] or "") == "other"
        return f"{made.name}{COMMENT}" if is_other else made.name


def _cell(made: Made, first: str, second: str | None) -> tuple[str, Any, bool] | None:
    """Which name has which value when a choice, or the cell of a matrix, is selected; and whether its answer is a list."""
    if made.kind in {"one", "rating", "many"}:
        return (made.name, made.values[first], made.kind == "many") if first in made.values else None
    if second is None or first not in made.rows or second not in made.values:
        return None
    if made.kind == "matrix":
        return f"{made.name}.{made.rows[first]}", made.values[second], False
    return (made.rows[first], made.values[second], True) if made.row_kind == "many" else None


def _compared(name: str, operator: str, right: object) -> str | None:
    if operator in {"Empty", "NotEmpty"}:
        return f"{name} {operator.lower()}"
    if operator not in _COMPARING or right is None or isinstance(right, list | dict):
        return None
    return f"{name} {_COMPARING[operator]} {literal(right)}"


def _numbered(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parts of a logic, which are kept under "0", "1", …"""
    for key in sorted((key for key in given if str(key).isdecimal()), key=int):
        if isinstance(given[key], Mapping):
            yield given[key]


def describe(given: Mapping[str, Any]) -> str:
    """A logic in the words that Qualtrics keeps beside it."""
    found: list[str] = []
    waiting: list[Any] = [given]
    while waiting and len(found) < 6:
        one = waiting.pop(0)
        if isinstance(one, Mapping):
            if isinstance(one.get("Description"), str):
                found.append(re.sub(r"<[^>]*>|\s+", " ", one["Description"]).strip())
            elif "LogicType" in one:
                found.append(
                    " ".join(
                        str(one.get(key, ""))
                        for key in ("LogicType", "LeftOperand", "Operator", "RightOperand")
                    )
                )
            waiting += _numbered(one)
    return "; ".join(found)[:300] or "a condition without words"
