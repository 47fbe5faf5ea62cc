"""Rows of text into typed values, or into everything that is wrong with them."""

from datetime import UTC, date, datetime

import pytest

from candor.intake import Converter, Field, Mapping, MissingColumns, Problem, Row, recognise


def convert(
    fields: list[Field], cells: dict[str, str], **options: object
) -> dict[str, object] | list[Problem]:
    return Converter(fields, recognise(cells, fields), **options).convert(Row(2, cells))


def test_every_kind_becomes_its_type() -> None:
    fields = [
        Field("name", "Name"), Field("count", "Count", "integer"), Field("cost", "Cost", "number"), Field("open", "Open", "boolean"),
        Field("on", "On", "date"), Field("at", "At", "instant"), Field("via", "Via", "choice", values={"E-Mail": "email", "Web": "web"}),
        Field("mail", "Mail", "email"),
    ]  # fmt: skip
    cells = {
        "Name": " Zoë ", "Count": "7", "Cost": "1.5", "Open": "Yes", "On": "2020-01-31", "At": "2020-01-31T10:00:00+01:00",
        "Via": "e-mail", "Mail": "Zoe@Example.ORG", "ignored": "12/31/1899 09:30:00 AM",
    }  # fmt: skip
    assert convert(fields, cells) == {
        "name": "Zoë",
        "count": 7,
        "cost": 1.5,
        "open": True,
        "on": date(2020, 1, 31),
        "at": datetime(2020, 1, 31, 9, tzinfo=UTC),
        "via": "email",
        "mail": "Zoe@example.org",
    }


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    fields = [
        Field("id", "Id", required=True),
        Field("score", "Score", "integer", minimum=0, maximum=10),
        Field("via", "Via", "choice", values={"Web": "web", "Phone": "phone"}),
        Field("on", "On", "date"),
        Field("mail", "Mail", "email"),
        Field("note", "Note", max_length=3),
    ]
    cells = {
        "Id": " ",
        "Score": "11",
        "Via": "pigeon",
        "On": "01/02/2020",
        "Mail": "me at home",
        "Note": "long",
    }
    problems = convert(fields, cells)
    assert isinstance(problems, list)
    assert [(p.column, p.value) for p in problems] == [
        ("Id", " "), ("Score", "11"), ("Via", "pigeon"), ("On", "01/02/2020"), ("Mail", "me at home"), ("Note", "long"),
    ]  # fmt: skip
    assert [p.expected for p in problems][1:3] == ["a number from 0 to 10", "one of Web, Phone"]
    assert all(p.row == 2 and p.cells == cells for p in problems)


def test_a_missing_required_column_is_an_error_and_not_a_row_of_problems() -> None:
    with pytest.raises(MissingColumns, match="Case number"):
        Converter([Field("case", "Case number", required=True)], Mapping({}))


def test_na_is_a_name_in_texts_and_blank_in_numbers() -> None:
    fields = [Field("case", "case"), Field("score", "score", "integer")]
    assert convert(fields, {"case": "NA", "score": "NA"}) == {"case": "NA", "score": None}


def test_blank_codes_belong_to_their_field() -> None:
    fields = [Field("score", "score", "integer", blanks=frozenset({"11"})), Field("cause", "cause")]
    assert convert(fields, {"score": "11", "cause": "?"}, blanks={"cause": {"?"}}) == {
        "score": None,
        "cause": None,
    }
    assert convert(fields, {"score": "10", "cause": "11"}, blanks={"cause": {"?"}}) == {
        "score": 10,
        "cause": "11",
    }


def test_the_order_of_dates_may_differ_by_field() -> None:
    fields = [Field("a", "a", "date"), Field("b", "b", "date")]
    assert convert(fields, {"a": "01/02/20", "b": "01/02/20"}, date_order={"a": "MDY", "b": "DMY"}) == {
        "a": date(2020, 1, 2),
        "b": date(2020, 2, 1),
    }


def test_a_date_of_another_order_than_its_column_is_a_problem() -> None:
    problems = convert([Field("on", "on", "date")], {"on": "31/12/2020"}, date_order="MDY")
    assert isinstance(problems, list)
    assert "MM/DD/YYYY" in problems[0].expected


def test_remembered_values_do_not_cross_columns() -> None:
    fields = [Field("a", "a", "integer"), Field("b", "b")]
    converter = Converter(fields, Mapping({"a": "x", "b": "x"}))
    rows = [converter.convert(Row(n, {"x": "1"})) for n in (2, 3)]
    assert rows == [{"a": 1, "b": "1"}, {"a": 1, "b": "1"}]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1.23457E+11", "123"], "powers of ten"),
        (["12345.0"], "“.0”"),
        (["20850"] * 9 + ["2139"], "leading zeros"),
    ],
)
def test_identifiers_that_a_spreadsheet_has_rewritten_are_kept_and_cautioned_about(
    values: list[str], words: str
) -> None:
    converter = Converter([Field("id", "id", is_identifier=True)], Mapping({"id": "zip "}))
    assert [converter.convert(Row(n, {"zip ": value})) for n, value in enumerate(values, 2)] == [
        {"id": v} for v in values
    ]
    (caution,) = converter.cautions
    assert words in caution.message
    assert (caution.column, caution.count) == ("zip ", 1)
    assert caution.value == values[caution.row - 2]


@pytest.mark.parametrize(
    "values", [["02139", "20850"] * 9 + ["123"], [str(n) for n in range(1, 3000)], ["A-1", "B-22"]]
)
def test_healthy_identifiers_raise_no_caution(values: list[str]) -> None:
    converter = Converter([Field("id", "id", is_identifier=True)], Mapping({"id": "id"}))
    for number, value in enumerate(values, 2):
        converter.convert(Row(number, {"id": value}))
    assert converter.cautions == []
