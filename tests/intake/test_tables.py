"""What `open_table` makes of tidy and untidy delimited text."""

import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.intake import (
    EmptyFile,
    FileRefused,
    HeaderOnly,
    Limits,
    NotATable,
    Problem,
    Row,
    csv_lines,
    open_table,
)
from candor.intake.records import Records

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows_of(path: Path, **options: object) -> list[Row | Problem]:
    return list(open_table(path, **options).rows())


def good(items: list[Row | Problem]) -> list[Row]:
    return [item for item in items if isinstance(item, Row)]


def bad(items: list[Row | Problem]) -> list[Problem]:
    return [item for item in items if isinstance(item, Problem)]


def test_a_tidy_file_gives_its_rows_numbered_as_a_spreadsheet_shows_them(write: Write) -> None:
    assert rows_of(write("a,b\n1,x\n2,y\n")) == [
        Row(2, {"a": "1", "b": "x"}),
        Row(3, {"a": "2", "b": "y"}),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system(write: Write, ending: str) -> None:
    assert [row.values["b"] for row in good(rows_of(write(ending.join(["a,b", "1,x", "2,y"]))))] == ["x", "y"]


def test_a_line_break_cut_by_a_piece_of_the_file_is_one_line_break() -> None:
    texts = ["a,b\r", '\n1,"x\r', '\ny"\r', "\n2,z"]
    assert list(Records(lambda: texts, ",", Limits())) == [["a", "b"], ["1", "x\r\ny"], ["2", "z"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_even_where_texts_hold_the_others(write: Write, delimiter: str) -> None:
    lines = [delimiter.join(["id", "said", "on"])]
    lines += [delimiter.join([str(n), '"well, then; so | be\tit"', "2024-01-01"]) for n in range(5)]
    table = open_table(write("\n".join(lines)))
    assert (table.delimiter, table.columns) == (delimiter, ("id", "said", "on"))


def test_decimal_commas_do_not_pass_for_delimiters(write: Write) -> None:
    table = open_table(write("price;weight;width\n1,5;2,5;3,5\n4,5;1,5;2,0\n"))
    assert table.delimiter == ";"


@pytest.mark.parametrize(
    ("encoding", "read_as", "has_note"),
    [
        ("utf-8", "utf-8", False),
        ("utf-8-sig", "utf-8-sig", False),
        ("utf-16", "utf-16", False),
        ("utf-16-le", "utf-16-le", True),
        ("utf-16-be", "utf-16-be", True),
        ("cp1252", "cp1252", True),
    ],
)
def test_encodings_are_told_apart_and_a_guess_is_noted(
    write: Write, encoding: str, read_as: str, has_note: bool
) -> None:
    text = "name;town\n" + "Zoë “quick” – Łukasz;Malmö\n".replace("Łukasz", "Lukasz") * 20
    table = open_table(write(text.encode(encoding)))
    assert table.encoding == read_as
    assert bool(table.notes) == has_note
    assert table.columns == ("name", "town")
    assert good(table.preview(1))[0].values == {"name": "Zoë “quick” – Lukasz", "town": "Malmö"}


def test_bytes_that_windows_does_not_know_make_it_latin_1(write: Write) -> None:
    table = open_table(write(b"a,b\n\xe9\x81,2\n"))
    assert table.encoding == "latin-1"
    assert "Latin-1" in table.notes[0]


def test_a_stray_byte_far_down_is_read_and_noted_and_loses_no_row(write: Write) -> None:
    table = open_table(write(b"a,b\n" + b"x,1\n" * 400_000 + b"caf\xe9,2\n" + "naïve,3\n".encode()))
    assert table.encoding == "utf-8"
    last = [item.values["a"] for item in table.rows() if isinstance(item, Row)][-2:]
    assert last == ["café", "naïve"]
    assert any("Windows-1252" in note for note in table.notes)


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_file_without_a_character_is_empty(write: Write, content: bytes) -> None:
    with pytest.raises(EmptyFile):
        open_table(write(content))


@pytest.mark.parametrize("content", [",,,\n,,\n", '""\n'])
def test_a_file_of_empty_cells_is_empty(write: Write, content: str) -> None:
    with pytest.raises(EmptyFile):
        open_table(write(content))


@pytest.mark.parametrize("content", ["a,b,c\n", "a,b,c", "a,b,c\n\n,,\n"])
def test_column_names_alone_are_no_table(write: Write, content: str) -> None:
    with pytest.raises(HeaderOnly, match="3 column names"):
        open_table(write(content))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        (b"PAR1" + bytes(40), "Parquet"),
        (bytes(range(32)) * 50, "binary"),
        (b'<?xml version="1.0"?><log/>', "XML"),
        (b'[{"a": 1}]', "JSON"),
    ],
)
def test_files_of_other_kinds_are_called_by_their_name(write: Write, content: bytes, found: str) -> None:
    with pytest.raises(NotATable, match=found):
        open_table(write(content))


def test_names_keep_their_spaces_and_double_ones_are_told_apart(write: Write) -> None:
    table = open_table(write("Name ,Name ,,x\na,b,c,d\n"))
    assert table.header == ("Name ", "Name ", "", "x")
    assert table.columns == ("Name ", "Name  (2)", "Column 3", "x")
    assert good(table.preview())[0].values == {"Name ": "a", "Name  (2)": "b", "Column 3": "c", "x": "d"}
    assert "stands twice" in table.notes[0]


def test_a_file_without_names_gets_numbered_columns_and_loses_no_row(write: Write) -> None:
    table = open_table(write("1,2024-01-01,9\n2,2024-01-02,7\n"))
    assert table.columns == ("Column 1", "Column 2", "Column 3")
    assert [row.number for row in good(table.preview())] == [1, 2]
    assert "no column names" in table.notes[0]


def test_titles_above_the_table_are_left_out_with_a_note(write: Write) -> None:
    table = open_table(write("Report of March\n\nid,score,said\n1,9,fine\n2,3,slow\n"))
    assert table.columns == ("id", "score", "said")
    assert [row.number for row in good(table.preview())] == [4, 5]
    assert "lines above" in table.notes[0]


def test_a_survey_export_with_three_header_rows_keeps_its_question_wordings(write: Write) -> None:
    content = (
        'StartDate,Q1\nStart Date,"How likely are you, all in all?"\n'
        '"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}"\n2024-01-01,9\n'
    )
    table = open_table(write(content))
    assert table.labels["Q1"] == "How likely are you, all in all?"
    assert rows_of(table.path) == [Row(4, {"StartDate": "2024-01-01", "Q1": "9"})]


def test_doubled_quotes_in_the_names_are_mended(write: Write) -> None:
    table = open_table(write('id,""light, air, seats"",last\n1,good,x\n2,bad,y\n'))
    assert table.columns == ("id", "light, air, seats", "last")
    assert "doubled" in table.notes[0]


def test_ragged_rows_are_problems_with_place_and_expectation_and_the_others_come_through(
    write: Write,
) -> None:
    items = rows_of(write("a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n4,5,6\n"))
    assert [row.number for row in good(items)] == [2, 5, 6]
    short, long = bad(items)
    assert (short.row, short.column, short.value, short.expected) == (3, "c", "", "3 cells")
    assert short.cells == {"a": "1", "b": "2"}
    assert (long.row, long.column, long.value, long.expected) == (4, "", "4", "3 cells")
    assert long.message == "Row 4: 3 cells expected, 4 found."


def test_blank_lines_are_passed_over_but_counted(write: Write) -> None:
    assert [row.number for row in good(rows_of(write("a,b\n1,2\n\n,\n3,4\n")))] == [2, 5]


def test_a_nul_is_a_problem_of_its_row_only(write: Write) -> None:
    items = rows_of(write(b"a,b\n1,2\n3,\x004\n5,6\n"))
    assert [row.number for row in good(items)] == [2, 4]
    assert (bad(items)[0].row, bad(items)[0].column) == (3, "b")


def test_quotes_line_breaks_and_delimiters_within_cells_belong_to_the_cell(write: Write) -> None:
    items = rows_of(write('a,b\n"x ""y"", z","1\n2"\n5" pipe,ok\n'))
    assert [list(row.values.values()) for row in good(items)] == [['x "y", z', "1\n2"], ['5" pipe', "ok"]]


def test_text_behind_a_closing_quote_is_kept(write: Write) -> None:
    assert good(rows_of(write('a,b\n"x"y,1\n')))[0].values == {"a": "xy", "b": "1"}


@pytest.mark.parametrize("tail", ["", "\n", '\n"later",1\n"more, still",2\n'])
def test_a_quote_that_is_never_closed_costs_one_row(write: Write, tail: str) -> None:
    content = 'a,b\n1,fine\n2,"open\n' + "".join(f"{n},text\n" for n in range(3, 200)) + "200,end" + tail
    items = rows_of(write(content))
    assert [(p.row, p.column, p.expected) for p in bad(items)] == [(3, "b", "a closing quote")]
    assert [row.values["a"] for row in good(items)][:199] == ["1", *map(str, range(3, 201))]


def test_an_open_quote_above_more_rows_than_fit_in_memory_costs_one_row(write: Write) -> None:
    limits = Limits(cell_chars=1000, row_chars=4000)
    items = rows_of(write('a,b\n1,"open\n' + "".join(f"{n},text\n" for n in range(2, 5000))), limits=limits)
    assert [p.row for p in bad(items)] == [2]
    assert len(good(items)) == 4998


def test_an_open_quote_that_runs_into_a_quoted_cell_far_down_costs_one_row(write: Write) -> None:
    limits = Limits(cell_chars=1000, row_chars=4000)
    plain = [f"{n},text\n" for n in range(2, 3000)]
    quoted = [f'{n},"text, more"\n' for n in range(3000, 3100)]
    items = rows_of(write("".join(['a,b\n1,"open\n', *plain, *quoted])), limits=limits)
    assert [p.row for p in bad(items)] == [2]
    assert [row.values["a"] for row in good(items)] == [str(n) for n in range(2, 3100)]


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("length", [1_001, 5_000, 3_000_000])
def test_a_cell_past_the_limit_is_a_problem_and_the_next_row_is_read(
    write: Write, quote: str, length: int
) -> None:
    content = f"a,b,c\n1,{quote}{'z' * length}{quote},3\n4,5,6\n"
    items = rows_of(write(content), limits=Limits(cell_chars=1_000, row_chars=4_000))
    problem, row = items
    assert isinstance(problem, Problem)
    assert (problem.row, problem.column, problem.expected) == (2, "b", "at most 1,000 characters")
    assert f"{length:,} found" in problem.message
    assert len(problem.value) == 200
    assert row == Row(3, {"a": "4", "b": "5", "c": "6"})


def test_a_long_quoted_cell_with_line_breaks_does_not_spill_into_rows(write: Write) -> None:
    prose = "Dear all, this is what happened.\n" * 3_000
    items = rows_of(write(f'a,b\n1,"{prose}"\n2,x\n'), limits=Limits(cell_chars=1_000, row_chars=4_000))
    assert [(p.row, p.column) for p in bad(items)] == [(2, "b")]
    assert [row.number for row in good(items)] == [3]


def test_a_row_of_endless_commas_is_one_problem(write: Write) -> None:
    items = rows_of(
        write("a,b\n" + "," * 50_000 + "\n1,2\n"), limits=Limits(cell_chars=1_000, row_chars=4_000)
    )
    assert [p.row for p in bad(items)] == [2]
    assert good(items) == [Row(3, {"a": "1", "b": "2"})]


def test_a_cell_of_a_hundred_megabytes_is_never_held(write: Write) -> None:
    path = write("a,b\n1,2\n")
    with path.open("ab") as file:
        file.write(b'3,"')
        for _ in range(100):
            file.write(b"z" * 1_000_000)
        file.write(b'"\n5,6\n')
    tracemalloc.start()
    items = rows_of(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [p.row for p in bad(items)] == [3]
    assert "100,000,000 found" in bad(items)[0].message
    assert [row.number for row in good(items)] == [2, 4]
    assert peak < 60_000_000


def test_an_import_goes_on_where_it_stopped(write: Write) -> None:
    path = write("a,b\n" + "".join(f'{n},"x\ny"\n' for n in range(1000)) + "short\n7,8\n")
    whole = rows_of(path)
    assert list(open_table(path).rows(start=700)) == whole[698:]


def test_progress_runs_from_nothing_to_the_size_of_the_file(write: Write) -> None:
    table = open_table(write("a,b\n" + "some text,more\n" * 100_000))
    assert (table.bytes_read, table.bytes_total) == (0, table.path.stat().st_size)
    seen = [table.bytes_read for _ in table.rows()]
    assert seen == sorted(seen)
    assert 0 < seen[0] < table.bytes_total == table.bytes_read


cells = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=12), st.integers(1, 40))
def test_what_is_exported_comes_back_however_the_file_is_cut(table: list[list[str]], size: int) -> None:
    # Numbers keep the first cell from being blank or a formula, whose guard is tested elsewhere.
    numbered = [[f"r{n}", *(f"c{cell}" for cell in row)] for n, row in enumerate(table)]
    text = "".join(csv_lines(numbered))
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert list(Records(lambda: pieces, ",", Limits())) == numbered


def test_no_damage_to_a_file_raises_and_most_rows_survive(write: Write) -> None:
    dice = random.Random(7)
    rows = [[str(n), "plain", 'with "quotes", commas', "two\nlines"] for n in range(300)]
    text = "".join(csv_lines(rows, header=["id", "a", "b", "c"]))
    for trial in range(60):
        damaged = list(text)
        for _ in range(5):
            damaged[dice.randrange(40, len(text))] = dice.choice('",\n\r\0;x')
        items = rows_of(write("".join(damaged), f"{trial}.csv"))
        kept = {row.values["id"] for row in good(items)}
        assert len(kept & {str(n) for n in range(300)}) >= 285


@given(st.one_of(st.text(alphabet='a1",;\t|\n\r\0é ', max_size=60), st.binary(max_size=60)))
def test_no_content_at_all_brings_anything_but_rows_problems_or_a_named_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: str | bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        items = rows_of(path, limits=Limits(cell_chars=8, row_chars=24))
    except FileRefused:
        return
    assert all(isinstance(item, Row | Problem) for item in items)


def test_many_open_quotes_neither_pile_up_nor_slow_down(write: Write) -> None:
    items = rows_of(write("a,b\n" + '1,"x\n' * 100_000 + "2,y\n"))
    assert len(items) == 100_001
    assert good(items)[-1].values == {"a": "2", "b": "y"}


def test_a_first_line_without_end_is_no_row_of_names(write: Write) -> None:
    with pytest.raises(NotATable, match="first line"):
        open_table(write("1" * 2_000_000 + "x"))
