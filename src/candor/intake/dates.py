"""Dates as people and programs write them: read exactly, or not at all.

Two-digit years follow POSIX: 69–99 are 1969–1999, 00–68 are 2000–2068.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final, Literal, TypeVar

from candor.intake.problems import Problem
from candor.intake.table import Table

DateOrder = Literal["YMD", "MDY", "DMY"]

ORDER_NAMES: Final[dict[DateOrder, str]] = {"YMD": "YYYY-MM-DD", "MDY": "MM/DD/YYYY", "DMY": "DD/MM/YYYY"}

_CLOCK: Final = (
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)? ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?)?"
)
_TRIPLE: Final = re.compile(
    r"(?P<a>\d{1,4})(?P<mark>[/.\-])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4})" + _CLOCK, re.ASCII
)
_DAY_WORD: Final = re.compile(
    r"(?P<day>\d{1,2})[ \-.]+(?P<month>[A-Za-z]{3,9})\.?[ \-,]+(?P<year>\d{4}|\d\d)" + _CLOCK, re.ASCII
)
_WORD_DAY: Final = re.compile(
    r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})" + _CLOCK, re.ASCII
)
_COMPACT: Final = re.compile(r"(?:19|20)\d{6}", re.ASCII)
_SERIAL: Final = re.compile(r"[1-9]\d{4}(?:\.\d+)?", re.ASCII)
_EPOCH: Final = re.compile(r"\d{10}(?:\d{3})?", re.ASCII)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ),
        1,
    )
    for name in (names, names[:3], names[:4])
}
_EARLIEST: Final = date(1900, 1, 2)
_EXCEL_DAY_ZERO: Final = date(1899, 12, 30)
_SERIALS: Final = range(20_000, 80_001)
_Day = TypeVar("_Day", bound=date)


class UnreadableDate(ValueError):
    """The text is no date in the given order; the message says what was expected."""


def parse_date(text: str, order: DateOrder | None = None) -> date:
    """Reads a calendar day; a time of day behind it is left out.

    Args:
        text: ISO 8601, `MM/DD/YY`, `DD-MM-YYYY`, `1 Feb 2020`, `20200201`, … with or without a time.
        order: how numbers separated by slashes, dots or dashes follow each other; ISO dates and named months need none.

    Raises:
        UnreadableDate: no such day, another order, an order not given, or a spreadsheet's serial number.

    Example:
        >>> parse_date("12/23/11", "MDY")
        datetime.date(2011, 12, 23)
    """
    if len(text) == 10 and text[4] == "-" == text[7]:
        try:
            return _sensible(date.fromisoformat(text))
        except ValueError:
            raise UnreadableDate("a day of the calendar") from None
    return _parse(text, order)[0]


def parse_instant(text: str, order: DateOrder | None = None, zone: tzinfo = UTC) -> datetime:
    """Reads a point in time and gives it in UTC, microseconds kept.

    Args:
        text: a date as `parse_date` takes it, usually with a time; or seconds or milliseconds since 1970 (10 or 13 digits).
        order: see `parse_date`.
        zone: where the clock hung, for texts that don't say. An hour that comes twice in autumn is read as its first;
            one that is skipped in spring with the offset from before.

    Raises:
        UnreadableDate: see `parse_date`.

    Example:
        >>> parse_instant("2011-10-11T13:45:40.276+02:00").isoformat()
        '2011-10-11T11:45:40.276000+00:00'
    """
    try:
        at = _fast_instant(text) or _slow_instant(text, order)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise UnreadableDate("a time between the years 1900 and 9999") from None


def _fast_instant(text: str) -> datetime | None:
    if len(text) < 16 or text[4] != "-" or text[7] != "-" or text[10] not in "T ":
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    _sensible(at)
    return at


def _slow_instant(text: str, order: DateOrder | None) -> datetime:
    if _EPOCH.fullmatch(text):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            milliseconds=int(text) * (1000 if len(text) == 10 else 1)
        )
    day, match = _parse(text, order)
    clock, zone = (_clock(match), _zone(match)) if match else (time(), None)
    return datetime.combine(day, clock, zone)


def _parse(text: str, order: DateOrder | None) -> tuple[date, re.Match[str] | None]:
    try:
        if match := _TRIPLE.fullmatch(text):
            return _sensible(_from_triple(match, order)), match
        if match := _DAY_WORD.fullmatch(text) or _WORD_DAY.fullmatch(text):
            month = _MONTHS.get(match["month"].lower())
            if month is None:
                raise UnreadableDate("a month’s English name")
            return _sensible(date(_year(match["year"]), month, int(match["day"]))), match
        if _COMPACT.fullmatch(text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:])), None
    except UnreadableDate:
        raise
    except ValueError:
        raise UnreadableDate(
            "a day of the calendar" + (f", written {ORDER_NAMES[order]}" if order else "")
        ) from None
    if is_excel_serial(text):
        raise UnreadableDate(
            f"a date; {text} looks like a spreadsheet’s number for {from_excel_serial(text):%d %b %Y}"
        )
    raise UnreadableDate(f"a date written {ORDER_NAMES[order]}" if order else "a date")


def _from_triple(match: re.Match[str], order: DateOrder | None) -> date:
    a, b, c = match["a"], match["b"], match["c"]
    if len(a) >= 3:
        return date(int(a), int(b), int(c))
    if order is None:
        raise UnreadableDate("a date whose order of day and month is known")
    if order == "YMD":
        return date(_year(a), int(b), int(c))
    month, day = (a, b) if order == "MDY" else (b, a)
    return date(_year(c), int(month), int(day))


def _year(text: str) -> int:
    if len(text) == 3 or len(text) == 1:
        raise ValueError(text)
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 69 else 2000)


def _sensible(day: _Day) -> _Day:
    if (day.year, day.month, day.day) < (_EARLIEST.year, _EARLIEST.month, _EARLIEST.day):
        raise UnreadableDate(
            "a day since 1900; spreadsheets write 1899 or 1 Jan 1900 for a time without a day"
        )
    return day


def _clock(match: re.Match[str]) -> time:
    if match["hour"] is None:
        return time()
    hour, half = int(match["hour"]), (match["half"] or "")[:1].lower()
    if half and not 1 <= hour <= 12:
        raise UnreadableDate("an hour from 1 to 12 before AM or PM")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(
            hour,
            int(match["minute"]),
            int(match["second"] or 0),
            int((match["fraction"] or "0").ljust(6, "0")[:6]),
        )
    except ValueError:
        raise UnreadableDate("a time from 00:00 to 23:59") from None


def _zone(match: re.Match[str]) -> tzinfo | None:
    text = match["zone"]
    if not text:
        return None
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]) if len(text) > 3 else 0)
    if offset >= timedelta(hours=24):
        raise UnreadableDate("an offset of less than a day")
    return timezone(offset if text[0] == "+" else -offset)


def is_excel_serial(text: str) -> bool:
    """Whether a text looks like a spreadsheet's number of a day between 1954 and 2119."""
    return bool(_SERIAL.fullmatch(text)) and int(float(text)) in _SERIALS


def from_excel_serial(text: str) -> datetime:
    """The moment a spreadsheet's number stands for, in the 1900 date system, to the second."""
    return datetime.combine(_EXCEL_DAY_ZERO, time()) + timedelta(seconds=round(float(text) * 86_400))


@dataclass(frozen=True, slots=True)
class AmbiguousDateOrder:
    """A column whose dates can be read in more than one way, or are not all of one order: a person must say.

    Attributes:
        column: its name.
        examples: the first dates that stand there, three at most.
        readings: the orders that fit, or that some of its dates need when they are mixed.
        is_mixed: some dates fit only one order and others only another.
        counts: how many dates fit each order.
    """

    column: str
    examples: tuple[str, ...]
    readings: tuple[DateOrder, ...]
    is_mixed: bool
    counts: dict[DateOrder, int] = field(default_factory=dict)

    @property
    def question(self) -> str:
        """What to ask, in one sentence."""
        choices = " or ".join(ORDER_NAMES[order] for order in self.readings)
        sample = ", ".join(self.examples)
        if self.is_mixed:
            return f"“{self.column.strip()}” mixes orders of day and month ({sample}). Which is right, {choices}? The others will be handed back."
        return f"Are the dates in “{self.column.strip()}” ({sample}) {choices}?"


@dataclass(slots=True)
class _Tally:
    counts: dict[DateOrder, int] = field(default_factory=lambda: {"YMD": 0, "MDY": 0, "DMY": 0})
    dates: int = 0
    examples: dict[str, None] = field(default_factory=dict)
    telling: dict[DateOrder, str] = field(default_factory=dict)


def detect_date_order(table: Table, column: str) -> DateOrder | AmbiguousDateOrder:
    """Reads the whole column and tells the order of its dates; see `detect_date_orders`."""
    return detect_date_orders(table, [column])[column]


def order_of_dates(texts: Iterable[str], *, column: str) -> DateOrder | AmbiguousDateOrder:
    """The order in which all these dates stand; see `detect_date_orders`.

    Example:
        >>> order_of_dates(["03/04/2026", "03/14/2026"], column="Start Date")
        'MDY'
    """
    tally = _Tally()
    for text in texts:
        if fitting := _fitting(text.strip()):
            _count(tally, text, fitting)
    return _verdict(column, tally)


def detect_date_orders(table: Table, columns: Iterable[str]) -> dict[str, DateOrder | AmbiguousDateOrder]:
    """Reads the whole table once and tells, for each column, in which order its dates stand.

    One date that fits only one order (`12/23/11`) decides, if no other date contradicts it. Dates that begin with a year need no order
    and don't count; a column of them, or of none, is "YMD".

    Args:
        table: an open table.
        columns: names from `table.columns`.

    Returns:
        For each column its order, or what to ask the person who imports.
    """
    tallies = {column: _Tally() for column in columns}
    seen: dict[str, tuple[DateOrder, ...] | None] = {}
    for row in table.rows():
        if isinstance(row, Problem):
            continue
        for column, tally in tallies.items():
            text = row.values[column]
            if text not in seen:
                if len(seen) > 200_000:
                    seen.clear()
                seen[text] = _fitting(text.strip())
            fitting = seen[text]
            if fitting:
                _count(tally, text, fitting)
    return {column: _verdict(column, tally) for column, tally in tallies.items()}


def _fitting(text: str) -> tuple[DateOrder, ...] | None:
    """The orders in which a text is a date; none for texts that say it themselves."""
    match = _TRIPLE.fullmatch(text)
    if match is None or len(match["a"]) >= 3:
        return None
    fits: list[DateOrder] = []
    orders: tuple[DateOrder, ...] = (
        ("MDY", "DMY")
        if len(match["c"]) == 4 or (int(match["a"]) <= 31 and int(match["a"]) > 0)
        else ("YMD",)
    )
    for order in orders:
        try:
            _from_triple(match, order)
        except ValueError:
            continue
        fits.append(order)
    return tuple(fits)


def _count(tally: _Tally, text: str, fitting: tuple[DateOrder, ...]) -> None:
    tally.dates += 1
    for order in fitting:
        tally.counts[order] += 1
    if len(tally.examples) < 3:
        tally.examples[text.strip()] = None
    if len(fitting) == 1:
        tally.telling.setdefault(fitting[0], text.strip())


def _verdict(column: str, tally: _Tally) -> DateOrder | AmbiguousDateOrder:
    if not tally.dates:
        return "YMD"
    whole: tuple[DateOrder, ...] = tuple(
        order for order, count in tally.counts.items() if count == tally.dates
    )
    if len(whole) == 1:
        return whole[0]
    readings: tuple[DateOrder, ...] = whole or tuple(order for order, count in tally.counts.items() if count)
    examples = tuple(tally.examples if whole else tally.telling.values())
    return AmbiguousDateOrder(column, examples, readings, not whole, dict(tally.counts))
