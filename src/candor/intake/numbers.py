"""Numbers as people and programs write them: read exactly, or not at all."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from candor.intake.problems import Problem
from candor.intake.table import Table

DecimalMark = Literal[".", ","]

_LONGEST: Final = 40
_PLAIN: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_POINT: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_COMMA: Final = re.compile(r"[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d*)?", re.ASCII)
_EITHER: Final = re.compile(r"[+-]?[1-9]\d{0,2}[,]\d{3}", re.ASCII)
_MONEY: Final = re.compile(r"^[$€£¥]\s?|\s?[$€£¥]$")
_SPACES: Final = re.compile(r"(?<=\d)[ \u00a0\u202f'’](?=\d{3}(?:\D|$))")


class UnreadableNumber(ValueError):
    """The text is no number; the message says what was expected."""


def parse_number(text: str, mark: DecimalMark | None = None) -> float:
    """Reads a number; groups of three digits may be parted, and a currency sign may stand beside it.

    Args:
        text: without outer spaces.
        mark: the decimal mark of the column. When not given, a point is one, and a comma only where it can't part thousands.

    Raises:
        UnreadableNumber: no number, not finite, or `1,234` while the mark is not known.

    Example:
        >>> parse_number("1.234,5", ","), parse_number("€ 1,234.50"), parse_number("3,5")
        (1234.5, 1234.5, 3.5)
    """
    if len(text) > _LONGEST:
        raise UnreadableNumber(f"a number of at most {_LONGEST} characters")
    if mark != "," and _PLAIN.fullmatch(text):
        return _finite(text)
    bare = _SPACES.sub("", _MONEY.sub("", text))
    if mark is None and _EITHER.fullmatch(bare):
        raise UnreadableNumber("a number whose decimal mark is known")
    if mark != "," and (_PLAIN.fullmatch(bare) or _POINT.fullmatch(bare)):
        return _finite(bare.replace(",", ""))
    if mark != "." and _COMMA.fullmatch(bare):
        return _finite(bare.replace(".", "").replace(",", "."))
    raise UnreadableNumber(
        "a number" if mark is None else f"a number with a decimal {'point' if mark == '.' else 'comma'}"
    )


def parse_integer(text: str, mark: DecimalMark | None = None) -> int:
    """Reads a whole number; `3.0` is one, `3.5` is not. See `parse_number`."""
    digits = text[1:] if text[:1] in {"-", "+"} else text
    if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST:
        return int(text)
    try:
        number = parse_number(text, mark)
    except UnreadableNumber as error:
        raise UnreadableNumber(str(error).replace("a number", "a whole number", 1)) from None
    if not number.is_integer():
        raise UnreadableNumber("a whole number")
    return int(number)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise UnreadableNumber("a finite number")
    return number


@dataclass(frozen=True, slots=True)
class AmbiguousDecimalMark:
    """A column of numbers that can be read with a decimal point or comma, or that mixes them: a person must say.

    Attributes:
        column: its name.
        examples: what stands there, up to three.
        is_mixed: some fit only one mark and others only the other.
    """

    column: str
    examples: tuple[str, ...]
    is_mixed: bool

    @property
    def question(self) -> str:
        """What to ask, in one sentence."""
        return f"Is the comma in “{self.column.strip()}” ({', '.join(self.examples)}) a decimal mark, or does it part thousands?"


def detect_decimal_mark(table: Table, column: str) -> DecimalMark | AmbiguousDecimalMark:
    """Reads the whole column and tells whether its decimals are marked by a point or a comma.

    Numbers without either, and texts that are no numbers, don't count; a column of them is ".".

    Args:
        table: an open table.
        column: a name from `table.columns`.
    """
    values = (row.values[column].strip() for row in table.rows() if not isinstance(row, Problem))
    return _decimal_mark(column, values)


def _decimal_mark(column: str, values: Iterable[str]) -> DecimalMark | AmbiguousDecimalMark:
    only: dict[DecimalMark, list[str]] = {".": [], ",": []}
    unsure: list[str] = []
    for text in values:
        if "," not in text and "." not in text:
            continue
        fits = [mark for mark in only if _fits(text, mark)]
        if len(fits) == 1 and len(only[fits[0]]) < 2:
            only[fits[0]].append(text)
        elif len(fits) == 2 and "," in text and len(unsure) < 3:
            unsure.append(text)
    if only["."] and only[","]:
        return AmbiguousDecimalMark(column, (only["."][0], only[","][0]), is_mixed=True)
    if only[","]:
        return ","
    if unsure and not only["."]:
        return AmbiguousDecimalMark(column, tuple(unsure), is_mixed=False)
    return "."


def _fits(text: str, mark: DecimalMark) -> bool:
    try:
        parse_number(text, mark)
    except UnreadableNumber:
        return False
    return True
