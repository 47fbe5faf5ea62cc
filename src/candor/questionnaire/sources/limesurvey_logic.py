"""LimeSurvey's ExpressionScript (relevance equations) and its older conditions as conditions of ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .carrying import literal

_LONGEST = 4_000
_DEEPEST = 30
_TOKEN = re.compile(
    r"\s*(?:(?P<code>\d+X\d+X\d+\w*(?:\.[A-Za-z_]+)?)|(?P<number>\d+(?:\.\d+)?)|(?P<text>\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+')|(?P<name>[A-Za-z_][\w]*(?:\.[A-Za-z_]+)?)"
    r"|(?P<sign>==|!=|<>|<=|>=|&&|\|\||[=<>!()+\-*/,]))"
)
_COMPARING = {"==": "=", "=": "=", "eq": "=", "!=": "<>", "<>": "<>", "ne": "<>", "<": "<", "lt": "<", "<=": "<=", "le": "<=", ">": ">", "gt": ">",
              ">=": ">=", "ge": ">="}  # fmt: skip
_SUFFIX = re.compile(r"\.(NAOK|value|code|valueNAOK|shown|rowdivid|sgqa|question|relevanceStatus)$")


class CannotTranslate(Exception):
    """Something in an equation has no counterpart; the text says what."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a code of LimeSurvey leads to: a name, or one of the choices of a list."""

    name: str
    choice: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def value(self, code: str) -> object:
        """The value that a code is stored as here."""
        return self.values.get(code, code)


@dataclass(slots=True)
class _Term:
    """A part of an equation: its text, and the target when it is one."""

    text: str
    target: Target | None = None
    constant: str | None = None


class Equation:
    """One equation on its way to a condition."""

    def __init__(self, text: str, targets: Mapping[str, Target]) -> None:
        if len(text) > _LONGEST:
            raise CannotTranslate(f"an equation of {len(text):,} characters")
        self.tokens = _tokens(text)
        self.targets = targets
        self.at = 0
        self.depth = 0

    def condition(self) -> str:
        """The condition; "" where it always holds.

        Raises CannotTranslate.
        """
        term = self.either()
        if self.at < len(self.tokens):
            raise CannotTranslate(f"“{self.tokens[self.at][1]}”")
        if term.constant is not None:
            return "" if term.constant not in {"0", ""} else "false"
        return _truth(term)

    def value(self) -> str:
        """The equation as something reckoned.

        Raises CannotTranslate.
        """
        term = self.either()
        if self.at < len(self.tokens):
            raise CannotTranslate(f"“{self.tokens[self.at][1]}”")
        return _plain(term)

    def peek(self) -> str:
        return self.tokens[self.at][1].lower() if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise CannotTranslate("its end")
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self) -> _Term:
        return self._joined({"or", "||"}, "or", self.both)

    def both(self) -> _Term:
        return self._joined({"and", "&&"}, "and", self.comparison)

    def _joined(self, words: set[str], ours: str, inner: object) -> _Term:
        assert callable(inner)
        term: _Term = inner()
        parts = [term]
        while self.peek() in words:
            self.take()
            parts.append(inner())
        return term if len(parts) == 1 else _Term("(" + f" {ours} ".join(map(_truth, parts)) + ")")

    def comparison(self) -> _Term:
        left = self.sum()
        operator = _COMPARING.get(self.peek())
        if operator is None:
            return left
        self.take()
        return _Term(_compare(left, operator, self.sum()))

    def sum(self) -> _Term:
        term = self.factor()
        while self.peek() in {"+", "-", "*", "/"}:
            sign = self.take()[1]
            term = _Term(f"{_plain(term)} {sign} {_plain(self.factor())}")
        return term

    def factor(self) -> _Term:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise CannotTranslate("brackets that lie too deep")
        kind, text = self.take()
        term = self._bracket_or_call(kind, text)
        self.depth -= 1
        return term

    def _bracket_or_call(self, kind: str, text: str) -> _Term:
        if text == "(":
            term = self.either()
            self._close()
            return term if term.target or term.constant is not None else _Term(f"({term.text})")
        if text == "!":
            return _Term(f"!({_truth(self.factor())})")
        if text == "-" and self.tokens[self.at : self.at + 1] and self.tokens[self.at][0] == "number":
            return _Term(f"-{self.take()[1]}", constant=f"-{self.tokens[self.at - 1][1]}")
        if kind == "number":
            return _Term(text, constant=text)
        if kind == "text":
            inside = re.sub(r"\\(.)", r"\1", text[1:-1])
            return _Term(literal(inside) if inside else "''", constant=inside)
        if kind == "code":
            return self.named(text)
        if kind != "name":
            raise CannotTranslate(f"“{text}”")
        if self.peek() == "(":
            return self.call(text.lower())
        return self.named(text)

    def _close(self) -> None:
        if self.take()[1] != ")":
            raise CannotTranslate("a missing bracket")

    def call(self, function: str) -> _Term:
        self.take()
        arguments: list[_Term] = []
        while self.peek() != ")":
            arguments.append(self.either())
            if self.peek() == ",":
                self.take()
        self._close()
        if function == "is_empty" and len(arguments) == 1:
            return _Term(_emptiness(arguments[0], "empty"))
        if function in {"intval", "floatval"} and len(arguments) == 1:
            return arguments[0]
        if function == "if" and len(arguments) == 3:
            condition, then, other = arguments
            return _Term(f"iif({_truth(condition)}, {_plain(then)}, {_plain(other)})")
        if function in {"sum", "min", "max", "round"} and arguments:
            return _Term(f"{function}({', '.join(map(_plain, arguments))})")
        if function == "count" and arguments and all(one.target for one in arguments):
            return _Term(
                "(" + " + ".join(f"iif({_emptiness(one, 'notempty')}, 1, 0)" for one in arguments) + ")"
            )
        raise CannotTranslate(f"the function {function}()")

    def named(self, text: str) -> _Term:
        bare = _SUFFIX.sub("", text)
        suffix = text[len(bare) :]
        target = self.targets.get(bare) or self.targets.get(bare.lower())
        if suffix in {".question", ".relevanceStatus", ".rowdivid", ".sgqa", ".shown"} or target is None:
            raise CannotTranslate(f"“{text}”")
        return _Term(f"{{{target.name}}}", target)


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise CannotTranslate(f"“{text[at : at + 20].strip()}”")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    if not found:
        raise CannotTranslate("nothing at all")
    return found


def _compare(left: _Term, operator: str, right: _Term) -> str:
    if left.constant is not None and right.target is not None:
        turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
        return _compare(right, turned.get(operator, operator), left)
    if left.target is None or right.constant is None:
        return f"{_plain(left)} {operator} {_plain(right)}"
    if right.constant == "" and operator in {"=", "<>"}:
        return _emptiness(left, "empty" if operator == "=" else "notempty")
    if left.target.choice:
        if operator not in {"=", "<>"} or right.constant not in {"Y", "1"}:
            raise CannotTranslate(f"a comparison of a choice with “{right.constant}”")
        return _emptiness(left, "notempty" if operator == "=" else "empty")
    return f"{left.text} {operator} {literal(left.target.value(right.constant))}"


def _emptiness(term: _Term, word: str) -> str:
    """Whether something was answered; of one choice among several, whether it was chosen."""
    if term.target is None:
        raise CannotTranslate("is_empty() of something reckoned")
    if term.target.choice:
        chosen = "contains" if word == "notempty" else "notcontains"
        return f"{{{term.target.name}}} {chosen} {literal(term.target.choice)}"
    return f"{{{term.target.name}}} {word}"


def _truth(term: _Term) -> str:
    return _emptiness(term, "notempty") if term.target else term.text


def _plain(term: _Term) -> str:
    if term.target is not None and term.target.choice:
        raise CannotTranslate("reckoning with one choice of several")
    return term.text
