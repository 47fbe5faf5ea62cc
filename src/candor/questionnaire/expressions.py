"""SurveyJS's language for conditions, read into a tree.

The grammar is survey-core's, spelling for spelling: words of operators are case-insensitive, `contains` binds closest, a bracket at the
very end may be missing. What this reader does not know (a function, a clock) is an error with its place, never skipped.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from .errors import BadExpression
from .values import Value

LONGEST = 10_000  # characters
DEEPEST = 40  # brackets within brackets

FUNCTIONS = frozenset({"iif", "sum", "min", "max", "avg", "count", "round", "trunc", "substring"})
_OF_THE_CLOCK = frozenset(
    {"today", "currentDate", "currentYear", "getYear", "age", "getDate", "dateDiff", "dateAdd", "diffDays", "year", "month", "day", "weekday"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, True, False or None."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """`{name}`: the answer to a question. `as_it_is` is `{#name}`: a text that spells a number stays a text."""

    name: str
    as_it_is: bool = False


@dataclass(frozen=True, slots=True)
class Several:
    """`[a, b]`."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """`iif(a, b, c)`."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`!a`, `a empty`, `a notempty`."""

    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """`a and b`, `a = b`, `a + b`, `a contains b`…"""

    operator: str
    left: "Node"
    right: "Node"


Node: TypeAlias = Constant | Name | Several | Call | Unary | Binary


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition as it was written, and its tree."""

    text: str
    tree: Node = field(compare=False, repr=False)

    def names(self) -> tuple[str, ...]:
        """What it asks for, in the order written, each once."""
        return tuple(dict.fromkeys(node.name for node in nodes(self.tree) if isinstance(node, Name)))


def nodes(tree: Node) -> Iterator[Node]:
    """The tree from its root, every node once, as written; no recursion, since a chain of a thousand `or` is as deep as long."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case Several(items) | Call(arguments=items):
                waiting.extend(reversed(items))
            case Unary(operand=operand):
                waiting.append(operand)
            case Binary(left=left, right=right):
                waiting.extend((right, left))


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read a condition.

    >>> parse("{nps} <= 6 and {why} empty").names()
    ('nps', 'why')

    Raises BadExpression with the place of what could not be read.
    """
    if len(text) > LONGEST:
        raise BadExpression(text, f"a condition has at most {LONGEST:,} characters, this one {len(text):,}")
    return Expression(text, _Reader(text).whole())


_PATCHES = (("=>", ">="), ("=<", "<="), ("<>", "!="), ("equals", "equal "), ("notequals", "notequal "))

# In survey-core's order: the first that fits is taken.
_OR = (("||", "or"), ("or", "or"))
_AND = (("&&", "and"), ("and", "and"))
_COMPARING = (
    ("<=", "lessorequal"), ("lessorequal", "lessorequal"), (">=", "greaterorequal"), ("greaterorequal", "greaterorequal"),
    ("==", "equal"), ("equal", "equal"), ("=", "equal"), ("!=", "notequal"), ("notequal", "notequal"),
    ("<", "less"), ("less", "less"), (">", "greater"), ("greater", "greater"),
)  # fmt: skip
_PLUS = (("+", "plus"), ("-", "minus"))
_TIMES = (("*", "mul"), ("/", "div"), ("%", "mod"))
_POWER = (("^", "power"), ("power", "power"))
_CONTAINING = (
    ("*=", "contains"), ("contains", "contains"), ("contain", "contains"), ("notcontains", "notcontains"), ("notcontain", "notcontains"),
    ("anyof", "anyof"), ("allof", "allof"), ("noneof", "noneof"),
)  # fmt: skip
_LEVELS = (_OR, _AND, _COMPARING, _PLUS, _TIMES, _POWER, _CONTAINING)
_SUFFIXES = (("empty", "empty"), ("notempty", "notempty"))

_WORD = re.compile(r"[a-zA-Z_][a-zA-Z_0-9]*")
_HEX = re.compile(r"0x(\d+)")
_NUMBER = re.compile(r"-?(\d+\.\d+|[1-9]\d*|0)")
_QUOTED = re.compile(r"(['\"])((?:\\['\"]|[^'\"])*+)\1")
_ESCAPED = re.compile(r"\\(['\"])")
_NAME = re.compile(r"\{([^{}]+)\}")
_SPACE = re.compile(r"[ \t\n\r]*")


class _Reader:
    """Recursive descent over one text; `at` is the place reached."""

    def __init__(self, text: str) -> None:
        self.given = text
        for old, new in _PATCHES:
            text = text.replace(old, new)
        self.text, self.at, self.depth = text, 0, 0

    def whole(self) -> Node:
        tree = self.expression()
        if tree == Constant(None):
            raise self.fail("“null” alone is no condition")
        if self.at < len(self.text):
            raise self.fail(f"“{self.text[self.at : self.at + 20]}” was not expected here")
        return tree

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail(f"brackets may lie within each other {DEEPEST} deep")
        self.space()
        tree = self.level(0)
        self.space()
        self.depth -= 1
        return tree

    def level(self, rank: int) -> Node:
        if rank == len(_LEVELS):
            return self.factor()
        tree = self.level(rank + 1)
        while True:
            start = self.at
            self.space()
            operator = self.operator(_LEVELS[rank])
            if operator is None:
                self.at = start
                return tree
            self.space()
            tree = Binary(operator, tree, self.level(rank + 1))

    def operator(self, signs: tuple[tuple[str, str], ...]) -> str | None:
        for sign, meaning in signs:
            if self.text[self.at : self.at + len(sign)].lower() == sign:
                self.at += len(sign)
                return meaning
        return None

    def factor(self) -> Node:
        if self.taken("("):
            self.space()
            tree = self.expression()
            self.space()
            self.taken(")")
            return tree
        word = _WORD.match(self.text, self.at)
        if word and self.text[word.end() : word.end() + 1] == "(":
            return self.call(word[0], word.end() + 1)
        if self.taken("!") or self.operator((("negate", "negate"),)):
            return self.negation()
        if self.taken("["):
            items = self.sequence("]")
            if not self.taken("]"):
                raise self.fail("“]” is missing")
            return Several(items)
        return self.with_suffix(self.atom())

    def negation(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail(f"“!” may be repeated {DEEPEST} times")
        self.space()
        inner = self.factor()
        if inner == Constant(None):
            raise self.fail("“!” needs something to deny")
        tree = Unary("negate", inner)
        self.depth -= 1
        return tree

    def call(self, function: str, after: int) -> Node:
        if function in _OF_THE_CLOCK:
            raise self.fail(
                f"“{function}()” reads a calendar, and would come out differently for the same answers tomorrow; not supported"
            )
        if function not in FUNCTIONS:
            raise self.fail(f"“{function}()” is not known here; known are {', '.join(sorted(FUNCTIONS))}")
        self.at = after
        arguments = self.sequence(")")
        self.taken(")")
        return Call(function, arguments)

    def sequence(self, end: str) -> tuple[Node, ...]:
        items: list[Node] = []
        self.space()
        if self.text[self.at : self.at + 1] in {"", end}:
            return ()
        while True:
            items.append(self.expression())
            if not self.taken(","):
                return tuple(items)

    def with_suffix(self, tree: Node) -> Node:
        start = self.at
        self.space()
        suffix = self.operator(_SUFFIXES)
        if suffix is None:
            self.at = start
            return tree
        return Unary(suffix, tree)

    def atom(self) -> Node:
        self.space()
        readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Node]], ...] = (
            (_NOTHING, lambda _: Constant(None)),
            (_LOGIC, lambda found: Constant(found[0].lower() == "true")),
            (_HEX, lambda found: Constant(int(found[1], 16))),
            (_NUMBER, lambda found: Constant(_plain_number(found[0]))),
            (_WORD, lambda found: Constant(found[0])),
            (_QUOTED, lambda found: Constant(_ESCAPED.sub(r"\1", found[2]))),
            (_NAME, lambda found: _name(found[1])),
        )
        for pattern, make in readers:
            if found := pattern.match(self.text, self.at):
                self.at = found.end()
                return make(found)
        raise self.fail(
            f"“{self.text[self.at : self.at + 20]}” was not expected here" if self.text[self.at :] else "something is missing at the end"
        )  # fmt: skip

    def taken(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def fail(self, reason: str) -> BadExpression:
        return BadExpression(self.given, f"{reason} (character {self.at + 1})", self.at)


_NOTHING = re.compile(r"undefined|null")
_LOGIC = re.compile(r"true|false", re.IGNORECASE)


def _plain_number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _name(inside: str) -> Name:
    return Name(inside[1:], as_it_is=True) if len(inside) > 1 and inside[0] == "#" else Name(inside)
