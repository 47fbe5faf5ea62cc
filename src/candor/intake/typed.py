"""Rows of text into rows of typed values, or the list of what is wrong with them."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Final

from candor.intake.dates import DateOrder, UnreadableDate, parse_date, parse_instant
from candor.intake.errors import MissingColumns
from candor.intake.fields import Field, Mapping
from candor.intake.numbers import DecimalMark, UnreadableNumber, parse_integer, parse_number
from candor.intake.problems import Problem, plain_cell
from candor.intake.table import Row

USUAL_BLANKS: Final = frozenset({"", "na", "n/a", "#n/a", "null", "none", "nan", "nil", "-", "--"})

_TRUE: Final = frozenset(
    {"true", "t", "yes", "y", "1", "1.0", "on", "x", "ja", "oui", "si", "sí", "sim", "wahr", "vrai"}
)
_FALSE: Final = frozenset(
    {"false", "f", "no", "n", "0", "0.0", "off", "nein", "nee", "non", "não", "falsch", "faux"}
)
_EMAIL: Final = re.compile(
    r"[^@\s<>\",;:\\()\[\]]{1,64}@(?:[^@\s.<>\",;:\\()\[\]/]{1,63}\.)+[^@\s.<>\",;:\\()\[\]/]{2,63}"
)
_POWER: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,3}", re.ASCII)
_POINT_ZERO: Final = re.compile(r"\d+\.0", re.ASCII)
_REMEMBERED: Final = 10_000
_REMEMBERED_TEXTS: Final = 1_000
_SHORT: Final = 64
_WIDTH_SHARE: Final = 0.8


class Unfit(ValueError):
    """A value is not what its field needs; the message says what was expected."""


_UNFIT: Final = (Unfit, UnreadableDate, UnreadableNumber)


@dataclass(frozen=True, slots=True)
class Caution:
    """Something odd in a column that is no error in any row, but that the person who imports should see.

    Attributes:
        column: its name.
        message: one sentence.
        count: rows it was seen in.
        row: the first of them.
        value: what stood there.
    """

    column: str
    message: str
    count: int
    row: int
    value: str


class _Values(dict[str, object]):
    """Texts of one column and what they become; reads what it has not met and remembers a bounded number of short ones."""

    def __init__(self, one: Field, parse: Callable[[str], object], blanks: frozenset[str]) -> None:
        super().__init__()
        self._field = one
        self._parse = parse
        self._blanks = blanks
        self._longest_blank = max(map(len, blanks))
        self._room = _REMEMBERED_TEXTS if one.kind == "text" else _REMEMBERED

    def __missing__(self, text: str) -> object:
        bare = text.strip()
        if len(bare) <= self._longest_blank and bare.casefold() in self._blanks:
            if self._field.required and not self._field.may_be_empty:
                raise Unfit(f"{self._field.name}, which can’t be empty,")
            value = None
        else:
            value = self._parse(bare)
        if self._room and len(text) <= _SHORT:
            self._room -= 1
            self[text] = value
        return value


class Converter:
    """Turns rows into dictionaries of typed values by field key; only mapped columns are looked at.

    Blank cells become `None`. In text and choices only an empty cell is blank (a case may be called "NA"); in other kinds
    the usual spellings (NA, N/A, null, none, NaN, -) are blank too. Further codes come from `Field.blanks` and from `blanks`.

    Args:
        fields: what the import can fill.
        mapping: from `recognise`, perhaps corrected by a person.
        date_order: of numeric dates, for all columns or by field key; without it only unmistakable dates are read.
        decimal_mark: of numbers, likewise.
        zone: where the clock hung, for instants that don't say.
        blanks: further codes for "no answer", by field key.

    Raises:
        MissingColumns: a required field has no column.

    Example:
        >>> fields = [Field("score", "Score", "integer", required=True)]
        >>> Converter(fields, Mapping({"score": "Q1"})).convert(Row(2, {"Q1": "9", "Q2": "?"}))
        {'score': 9}
    """

    def __init__(
        self,
        fields: Sequence[Field],
        mapping: Mapping,
        *,
        date_order: DateOrder | Mapped[str, DateOrder] | None = None,
        decimal_mark: DecimalMark | Mapped[str, DecimalMark] | None = None,
        zone: tzinfo = UTC,
        blanks: Mapped[str, frozenset[str] | set[str]] | None = None,
    ) -> None:
        missing = tuple(f.name for f in fields if f.required and f.key not in mapping.columns)
        if missing:
            raise MissingColumns(missing)
        self._plans: list[tuple[str, str, _Values]] = []
        for one in fields:
            if one.key in mapping.columns:
                order = date_order.get(one.key) if isinstance(date_order, Mapped) else date_order
                mark = decimal_mark.get(one.key) if isinstance(decimal_mark, Mapped) else decimal_mark
                codes = one.blanks | frozenset((blanks or {}).get(one.key, ()))
                values = _Values(one, _parser(one, order, mark, zone), _blank_codes(one, codes))
                self._plans.append((one.key, mapping.columns[one.key], values))
        watched = dict.fromkeys(
            mapping.columns[f.key] for f in fields if f.is_identifier and f.key in mapping.columns
        )
        self._damage = [_Damage(column) for column in watched]

    def convert(self, row: Row) -> dict[str, object] | list[Problem]:
        """The row's typed values, or everything that is wrong with it."""
        number, cells = row
        for damage in self._damage:
            damage.look(number, cells[damage.column].strip())
        try:
            return {key: values[cells[column]] for key, column, values in self._plans}
        except _UNFIT:
            return self._problems(number, cells)

    def _problems(self, number: int, cells: dict[str, str]) -> list[Problem]:
        problems: list[Problem] = []
        for _, column, values in self._plans:
            try:
                values[cells[column]]
            except _UNFIT as error:
                problems.append(Problem(number, column, cells[column], str(error), cells=cells))
        return problems

    @property
    def cautions(self) -> list[Caution]:
        """What was odd so far: identifiers that a spreadsheet has rewritten."""
        return [caution for damage in self._damage for caution in damage.cautions()]


def _blank_codes(one: Field, codes: frozenset[str]) -> frozenset[str]:
    usual = frozenset({""}) if one.kind in {"text", "choice"} else USUAL_BLANKS
    return usual | {code.strip().casefold() for code in codes}


def _parser(
    one: Field, order: DateOrder | None, mark: DecimalMark | None, zone: tzinfo
) -> Callable[[str], object]:
    match one.kind:
        case "text":
            return lambda text: _text(one, text)
        case "integer":
            return lambda text: _within(one, parse_integer(text, mark))
        case "number":
            return lambda text: _within(one, parse_number(text, mark))
        case "boolean":
            return _boolean
        case "date":
            return lambda text: parse_date(text, order)
        case "instant":
            return lambda text: parse_instant(text, order, zone)
        case "choice":
            return _chooser(one)
        case "email":
            return _email


def _text(one: Field, text: str) -> str:
    if one.max_length is not None and len(text) > one.max_length:
        raise Unfit(f"at most {one.max_length:,} characters")
    return plain_cell(text)


def _within(one: Field, number: float) -> float:
    if (one.minimum is not None and number < one.minimum) or (
        one.maximum is not None and number > one.maximum
    ):
        if one.minimum is not None and one.maximum is not None:
            raise Unfit(f"a number from {one.minimum:g} to {one.maximum:g}")
        raise Unfit(
            f"a number of at least {one.minimum:g}"
            if one.minimum is not None
            else f"a number of at most {one.maximum:g}"
        )
    return number


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unfit("yes or no")


def _chooser(one: Field) -> Callable[[str], str]:
    choices = {spelling.strip().casefold(): value for spelling, value in one.values.items()}
    shown = list(dict.fromkeys(one.values))
    expected = "one of " + ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")

    def choose(text: str) -> str:
        try:
            return choices[text.casefold()]
        except KeyError:
            raise Unfit(expected) from None

    return choose


def _email(text: str) -> str:
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise Unfit("an e-mail address")
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


@dataclass(slots=True)
class _Damage:
    """Looks for what spreadsheets do to identifiers: powers of ten, added decimals, lost leading zeros."""

    column: str
    power: tuple[int, int, str] = (0, 0, "")
    decimals: tuple[int, int, str] = (0, 0, "")
    widths: Counter[int] = field(default_factory=Counter)
    first: dict[int, tuple[int, str]] = field(default_factory=dict)
    has_zeros: bool = False

    def look(self, row: int, text: str) -> None:
        if text.isascii() and text.isdigit():
            self.widths[len(text)] += 1
            self.first.setdefault(len(text), (row, text))
            self.has_zeros = self.has_zeros or text[0] == "0"
        elif _POWER.fullmatch(text):
            count, first, value = self.power
            self.power = (count + 1, first or row, value or text)
        elif _POINT_ZERO.fullmatch(text):
            count, first, value = self.decimals
            self.decimals = (count + 1, first or row, value or text)

    def cautions(self) -> list[Caution]:
        found: list[Caution] = []
        if self.power[0]:
            found.append(
                self._caution(
                    "A spreadsheet has rewritten these identifiers as powers of ten; digits are lost for good.",
                    *self.power,
                )
            )
        if self.decimals[0]:
            found.append(
                self._caution(
                    "These identifiers end in “.0”, which a program has probably added.", *self.decimals
                )
            )
        lost = self._lost_zeros()
        if lost:
            found.append(
                self._caution(
                    "Some of these identifiers are shorter than nearly all others; leading zeros may be lost.",
                    *lost,
                )
            )
        return found

    def _caution(self, message: str, count: int, row: int, value: str) -> Caution:
        return Caution(self.column, message, count, row, value)

    def _lost_zeros(self) -> tuple[int, int, str] | None:
        if self.has_zeros or not self.widths:
            return None
        usual, count = self.widths.most_common(1)[0]
        shorter = [width for width in self.widths if width in {usual - 1, usual - 2}]
        if usual < 4 or not shorter or max(self.widths) > usual or count < _WIDTH_SHARE * self.widths.total():
            return None
        row, value = min(self.first[width] for width in shorter)
        return sum(self.widths[width] for width in shorter), row, value
