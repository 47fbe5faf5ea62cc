"""Dates and numbers are read exactly or not at all, and never guessed."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.intake import (
    AmbiguousDateOrder,
    AmbiguousDecimalMark,
    DateOrder,
    DecimalMark,
    Table,
    detect_date_order,
    detect_date_orders,
    detect_decimal_mark,
    open_table,
    parse_date,
    parse_instant,
)
from candor.intake.dates import UnreadableDate
from candor.intake.numbers import UnreadableNumber, parse_integer, parse_number

Column = Callable[[list[str]], Table]


@pytest.fixture
def column(tmp_path: Path) -> Column:
    def column(values: list[str]) -> Table:
        path = tmp_path / "column.csv"
        path.write_text("id;on\n" + "".join(f"{n};{value}\n" for n, value in enumerate(values)))
        return open_table(path)

    return column


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2011-12-23", None, date(2011, 12, 23)),
        ("20111223", None, date(2011, 12, 23)),
        ("2011/12/23", None, date(2011, 12, 23)),
        ("12/23/11", "MDY", date(2011, 12, 23)),
        ("1/3/2011", "MDY", date(2011, 1, 3)),
        ("1/3/2011", "DMY", date(2011, 3, 1)),
        ("29-02-2016 01:16", "DMY", date(2016, 2, 29)),
        ("23.12.2011", "DMY", date(2011, 12, 23)),
        ("11.12.23", "YMD", date(2011, 12, 23)),
        ("05/11/2016 12:00:00 AM", "MDY", date(2016, 5, 11)),
        ("3 Jan 2020", None, date(2020, 1, 3)),
        ("03-Jan-20", None, date(2020, 1, 3)),
        ("September 3, 2020", None, date(2020, 9, 3)),
        ("2020-01-03T10:00:00Z", None, date(2020, 1, 3)),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, order: DateOrder | None, day: date) -> None:
    assert parse_date(text, order) == day


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("12/23/11", None, "order of day and month is known"),
        ("23/12/11", "MDY", "MM/DD/YYYY"),
        ("12/23/11", "DMY", "DD/MM/YYYY"),
        ("02/30/2020", "MDY", "calendar"),
        ("2021-02-29", None, "calendar"),
        ("43831", None, "spreadsheet’s number for 01 Jan 2020"),
        ("12/31/1899 09:30:00 AM", "MDY", "since 1900"),
        ("1/2/123", "MDY", "calendar"),
        ("1 Foo 2020", None, "English name"),
        ("soon", None, "a date"),
        ("1/2-2020", "MDY", "a date written MM/DD/YYYY"),
        ("١/٢/٢٠٢٠", "MDY", "a date written MM/DD/YYYY"),
    ],
)
def test_what_is_no_date_says_what_was_expected(text: str, order: DateOrder | None, expected: str) -> None:
    with pytest.raises(UnreadableDate, match=expected):
        parse_date(text, order)


@pytest.mark.parametrize(
    ("text", "year"), [("1/1/00", 2000), ("1/1/68", 2068), ("1/1/69", 1969), ("1/1/99", 1999)]
)
def test_two_digit_years_turn_at_69_as_in_posix(text: str, year: int) -> None:
    assert parse_date(text, "MDY").year == year


@pytest.mark.parametrize(
    ("text", "order", "instant"),
    [
        ("2011-10-11 13:45:40.276000+02:00", None, "2011-10-11T11:45:40.276000+00:00"),
        ("2011-10-11T13:45:40.123456Z", None, "2011-10-11T13:45:40.123456+00:00"),
        ("29-02-2016 01:16", "DMY", "2016-02-29T01:16:00+00:00"),
        ("12/31/2019 12:05:09 AM", "MDY", "2019-12-31T00:05:09+00:00"),
        ("12/31/2019 12:05 pm", "MDY", "2019-12-31T12:05:00+00:00"),
        ("3 Jan 2020 10:00 +05:30", None, "2020-01-03T04:30:00+00:00"),
        ("01/02/2020 10:00:00.5 -08", "MDY", "2020-01-02T18:00:00.500000+00:00"),
        ("1700000000", None, "2023-11-14T22:13:20+00:00"),
        ("1700000000123", None, "2023-11-14T22:13:20.123000+00:00"),
        ("2020-01-03", None, "2020-01-03T00:00:00+00:00"),
    ],
)
def test_instants_come_out_in_utc_with_their_microseconds(
    text: str, order: DateOrder | None, instant: str
) -> None:
    at = parse_instant(text, order)
    assert (at.isoformat(), at.tzinfo) == (instant, UTC)


def test_a_clock_that_does_not_say_its_zone_hangs_where_the_file_came_from() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    assert parse_instant("2020-07-01 12:00:00", zone=amsterdam) == datetime(2020, 7, 1, 10, tzinfo=UTC)
    assert parse_instant("2020-07-01 12:00:00+00:00", zone=amsterdam) == datetime(2020, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-01 25:00",
        "1/2/2020 13:00 PM",
        "1/2/2020 10:61",
        "0001-01-01T00:00:00+14:00",
        "1/2/2020 1:00 +99:00",
    ],
)
def test_impossible_times_are_refused(text: str) -> None:
    with pytest.raises(UnreadableDate):
        parse_instant(text, "MDY")


@given(st.datetimes(datetime(1900, 1, 3), datetime(9998, 1, 1), timezones=st.just(UTC)))
def test_every_instant_survives_being_written_as_iso(at: datetime) -> None:
    assert parse_instant(at.isoformat()) == at


@given(
    st.dates(date(1969, 1, 1), date(2068, 12, 31)),
    st.sampled_from(["MDY", "DMY", "YMD"]),
    st.sampled_from("/.-"),
)
def test_every_day_survives_every_order_even_with_two_digits(day: date, order: DateOrder, mark: str) -> None:
    parts = {"Y": f"{day:%y}", "M": f"{day.month}", "D": f"{day.day:02}"}
    assert parse_date(mark.join(parts[letter] for letter in order), order) == day


@given(st.text(max_size=30))
def test_no_text_makes_reading_a_date_or_number_crash(text: str) -> None:
    for read, refusal in (
        (parse_date, UnreadableDate),
        (parse_instant, UnreadableDate),
        (parse_number, UnreadableNumber),
    ):
        try:
            read(text)
        except refusal:
            continue


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["01/02/20", "12/23/11"], "MDY"),
        (["01/02/20", "23/12/11"], "DMY"),
        (["2020-01-02", "2020-12-23"], "YMD"),
        (["99/01/31", "99/12/01"], "YMD"),
        (["", "", "n/a"], "YMD"),
        (["3 Jan 2020", "12/23/2011", "2020-01-01"], "MDY"),
    ],
)
def test_one_telling_date_decides_for_its_column(column: Column, values: list[str], order: DateOrder) -> None:
    assert detect_date_order(column(values), "on") == order


def test_the_telling_date_may_stand_at_the_very_end(column: Column) -> None:
    assert detect_date_order(column(["01/02/2020"] * 5000 + ["31/12/2020"]), "on") == "DMY"


def test_dates_that_fit_both_ways_are_asked_about_and_not_guessed(column: Column) -> None:
    asked = detect_date_order(column(["01/02/2020", "03/04/2020"]), "on")
    assert isinstance(asked, AmbiguousDateOrder)
    assert (asked.readings, asked.is_mixed) == (("MDY", "DMY"), False)
    assert asked.question == "Are the dates in “on” (01/02/2020, 03/04/2020) MM/DD/YYYY or DD/MM/YYYY?"


def test_mixed_orders_are_asked_about_with_an_example_of_each(column: Column) -> None:
    asked = detect_date_order(column(["01/02/2020", "12/31/2020", "31/12/2020"]), "on")
    assert isinstance(asked, AmbiguousDateOrder)
    assert asked.is_mixed
    assert asked.examples == ("12/31/2020", "31/12/2020")
    assert asked.counts == {"YMD": 0, "MDY": 2, "DMY": 2}


def test_several_columns_are_judged_in_one_reading(column: Column) -> None:
    assert detect_date_orders(column(["23/12/11"]), ["id", "on"]) == {"id": "YMD", "on": "DMY"}


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("3", None, 3.0), ("-3.5", None, -3.5), (".5", None, 0.5), ("1e3", None, 1000.0), ("3,5", None, 3.5),
        ("1,234.5", None, 1234.5), ("1.234,5", None, 1234.5), ("1,234", ".", 1234.0), ("1,234", ",", 1.234),
        ("1.234", ",", 1234.0), ("1.234", None, 1.234), ("1,234,567", None, 1234567.0), ("0,123", None, 0.123),
        ("€ 1.234,50", ",", 1234.5), ("$1,234.50", None, 1234.5), ("1 234 567", None, 1234567.0), ("1’234.5", None, 1234.5),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, mark: DecimalMark | None, number: float) -> None:
    assert parse_number(text, mark) == number


@pytest.mark.parametrize(
    "text",
    ["1,234", "nan", "inf", "1e999", "1_000", "12%", "١٢", "1,2,3", "--1", "1.2.3", "9" * 50, "0x1f", ""],
)
def test_what_is_no_number_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(UnreadableNumber):
        parse_number(text)


def test_whole_numbers_may_carry_a_zero_behind_the_point_but_no_more() -> None:
    assert [parse_integer(text) for text in ("3", "-3", "3.0", "+7", "007")] == [3, -3, 3, 7, 7]
    with pytest.raises(UnreadableNumber, match="whole number"):
        parse_integer("3.5")


@pytest.mark.parametrize(
    ("values", "mark"),
    [(["1,5", "1,234"], ","), (["1.5", "1,234"], "."), (["1.234,5"], ","), (["1", "2"], "."), (["a.b"], ".")],
)
def test_one_telling_number_decides_for_its_column(
    column: Column, values: list[str], mark: DecimalMark
) -> None:
    assert detect_decimal_mark(column(values), "on") == mark


def test_commas_that_could_be_either_are_asked_about(column: Column) -> None:
    asked = detect_decimal_mark(column(["1,234", "2,500"]), "on")
    assert isinstance(asked, AmbiguousDecimalMark)
    assert "1,234" in asked.question
    mixed = detect_decimal_mark(column(["1,5", "1.5"]), "on")
    assert isinstance(mixed, AmbiguousDecimalMark)
    assert mixed.is_mixed
