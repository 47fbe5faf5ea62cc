"""Bad rows go back as a file that is safe to open and can be corrected and imported again."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.intake import (
    Converter,
    Field,
    Problem,
    Row,
    csv_lines,
    open_table,
    plain_cell,
    recognise,
    safe_cell,
    write_problems,
)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "-x",
        "+31 6 1234",
    ],
)
def test_text_that_would_run_as_a_formula_is_disarmed(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize(
    "value", ["", "fine", "-5", "+3.25", "-1,5", "-1e5", "-", "--", "a=b", "x@y.org", -5, 1.5, None, True]
)
def test_plain_text_and_numbers_stay_as_they_are(value: object) -> None:
    assert safe_cell(value) == value


@given(st.text(max_size=20))
def test_a_disarmed_text_comes_back_as_it_was_unless_it_looked_disarmed_before(text: str) -> None:
    safe = safe_cell(text)
    assert isinstance(safe, str)
    assert not safe.lstrip().startswith(("=", "@"))
    if plain_cell(text) == text:
        assert plain_cell(safe) == text


def test_no_cell_can_be_cut_open_by_a_spreadsheet_that_splits_at_semicolons() -> None:
    (text,) = csv_lines([["a;=HYPERLINK()", 3, None]], header=["x", "y", "z"])
    assert text == '"x","y","z"\r\n"a;=HYPERLINK()",3,""\r\n'


def test_a_long_export_streams_in_pieces() -> None:
    pieces = list(csv_lines(([n, "text"] for n in range(50_000)), has_mark=True))
    assert len(pieces) > 5
    assert pieces[0].startswith("\ufeff")
    assert len(list(csv.reader("".join(pieces).splitlines()))) == 50_000


def test_the_message_says_row_column_expectation_and_value() -> None:
    assert (
        Problem(7, "Score ", "eleven", "a whole number").message
        == "Row 7, Score: a whole number expected, “eleven” found."
    )
    assert (
        Problem(7, "Score", "", "a whole number").message
        == "Row 7, Score: a whole number expected, nothing found."
    )
    assert len(Problem(7, "Said", "x" * 5_000, "less").value) == 200


def test_bad_rows_go_back_corrected_and_come_in(tmp_path: Path) -> None:
    first, back = tmp_path / "first.csv", tmp_path / "back.csv"
    first.write_text('id,score,said\n1,nine,=1+1\n2,8,fine\n3,x,"two\nlines"\n4\n', encoding="utf-8")
    fields = [
        Field("id", "id", "integer", required=True),
        Field("score", "score", "integer"),
        Field("said", "said"),
    ]

    def attempt(path: Path) -> tuple[list[object], list[Problem]]:
        table = open_table(path)
        converter = Converter(fields, recognise(table.columns, fields))
        good: list[object] = []
        problems: list[Problem] = []
        for item in table.rows():
            outcome = converter.convert(item) if isinstance(item, Row) else [item]
            problems.extend(outcome) if isinstance(outcome, list) else good.append(outcome)
        return good, problems

    good, problems = attempt(first)
    assert good == [{"id": 2, "score": 8, "said": "fine"}]
    assert write_problems(back, problems, columns=open_table(first).columns) == 3
    assert open_table(back).columns == ("id", "score", "said", "row", "column", "value", "expected")
    back.write_text(
        back.read_text(encoding="utf-8-sig").replace("nine", "9").replace('"3","x"', '"3","4"'),
        encoding="utf-8",
    )
    good, problems = attempt(back)
    assert good[:2] == [{"id": 1, "score": 9, "said": "=1+1"}, {"id": 3, "score": 4, "said": "two\nlines"}]


def test_several_problems_of_a_row_share_its_line(tmp_path: Path) -> None:
    cells = {"row": "a", "b": "c"}
    path = tmp_path / "back.csv"
    count = write_problems(
        path, [Problem(2, "row", "a", "x", cells=cells), Problem(2, "b", "c", "y", cells=cells)]
    )
    assert count == 1
    assert list(open_table(path).rows()) == [
        Row(
            2,
            {
                "row": "a",
                "b": "c",
                "row (problem)": "2",
                "column": "row | b",
                "value": "a | c",
                "expected": "x | y",
            },
        )
    ]
