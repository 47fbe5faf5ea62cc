"""SPSS files that we write, read back by another program (ReadStat)."""

from datetime import UTC, datetime
from pathlib import Path

import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.apps.surveys.exports.sav import LONGEST, NOMINAL, ORDINAL, Cell, Variable, safe_names, write_sav

AT = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)


def read_back(path: Path) -> tuple[dict[str, list[object]], object]:
    frame, meta = pyreadstat.read_sav(path)
    return {name: list(frame[name]) for name in frame.columns}, meta


def test_numbers_labels_moments_and_missing_values_come_back(tmp_path: Path) -> None:
    variables = [
        Variable("nps", "How likely are you to recommend us?", level=ORDINAL, decimals=0),
        Variable("used", "What did you use?", labels={1.0: "Branch, in town", 2.0: "Appüü"}, level=NOMINAL),
        Variable("answered_at", "When", is_moment=True),
        Variable("why", "Warum?", 40),
    ]
    rows: list[list[Cell]] = [
        [10.0, 1.0, AT, "Schnell & gut – äöü"],
        [None, 2.0, None, None],
        [0.0, None, AT, ""],
    ]
    path = tmp_path / "a.sav"
    assert write_sav(path, variables, rows, label="After a visit", at=AT) == 3
    found, meta = read_back(path)
    assert [found["nps"][0], found["nps"][2]] == [10, 0] and found["nps"][1] != found["nps"][1]
    assert found["used"][:2] == [1, 2]
    assert found["answered_at"][0] == datetime(2026, 5, 13, 10, 0)
    assert found["why"] == ["Schnell & gut – äöü", "", ""]
    assert meta.column_labels == [one.label for one in variables]  # type: ignore[attr-defined]
    assert meta.variable_value_labels == {"used": {1.0: "Branch, in town", 2.0: "Appüü"}}  # type: ignore[attr-defined]
    measures = {"nps": "ordinal", "used": "nominal", "answered_at": "scale", "why": "nominal"}
    assert meta.variable_measure == measures  # type: ignore[attr-defined]
    assert meta.original_variable_types["nps"] == "F8.0"  # type: ignore[attr-defined]
    assert (meta.number_rows, meta.file_label.strip(), meta.file_encoding) == (3, "After a visit", "UTF-8")  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [1, 8, 9, 255, 256, 504, 505, 1_000, 5_000, LONGEST])
def test_texts_of_any_length_come_back_whole(tmp_path: Path, width: int) -> None:
    text = "".join(chr(97 + place % 26) for place in range(width))
    path = tmp_path / "a.sav"
    variables = [Variable("before", "", 3), Variable("why", "", width), Variable("after")]
    write_sav(path, variables, [["abc", text, 7.0], ["", "short"[:width], None]], at=AT)
    found, _meta = read_back(path)
    assert found["why"] == [text, "short"[:width]]
    assert (found["before"][0], found["after"][0]) == ("abc", 7)


def test_a_text_longer_than_its_variable_is_cut_at_a_whole_letter(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    write_sav(path, [Variable("why", "", 4)], [["aäöü"]], at=AT)
    assert read_back(path)[0]["why"] == ["aä"]


@given(st.lists(st.text(max_size=90), max_size=30))
@settings(max_examples=60, deadline=None)
def test_names_are_such_as_spss_takes_and_each_stands_once(names: list[str]) -> None:
    found = safe_names(names)
    assert len({name.upper() for name in found}) == len(names)
    for name in found:
        assert name[0].isalpha() and name.isascii() and len(name) <= 64 and not name.endswith((".", "_"))


@given(st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False, width=32), st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)), min_size=1, max_size=20))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_whatever_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, str]]
) -> None:
    path = tmp_path_factory.mktemp("sav") / "a.sav"
    write_sav(path, [Variable("n"), Variable("t", "", 160)], rows, at=AT)
    found, _meta = read_back(path)
    assert found["n"] == [number for number, _text in rows]
    assert found["t"] == [text.rstrip(" ") for _number, text in rows]
