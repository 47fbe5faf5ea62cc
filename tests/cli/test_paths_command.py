"""`candor paths` reads a log without a workspace, and says what is wrong with one that it can't read."""

import csv
import gzip
import io
import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from candor.cli import main
from candor.cli.paths.reading import Request, read_paths
from candor.intake import open_table
from candor.warehouse.loose import LooseLog
from candor.warehouse.plain_csv import append_plain_csv

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "log-to-paths.md"
KEYS = [
    "cases", "events", "activities", "variants", "edges", "transitions", "top_variants", "median_case_days", "starts", "ends",
    "longest_waits", "largest_drop_offs",
]  # fmt: skip


def paths(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["paths", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    code, out, _ = paths(capsys, *arguments, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def write(
    path: Path, rows: list[list[str]], *, heads: tuple[str, ...] = ("case", "activity", "time")
) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([heads, *rows])
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def events(cases: int, *, seed: int = 1) -> list[list[str]]:
    chance = random.Random(seed)
    rows = []
    for case in range(cases):
        at = datetime(2026, 1, 1, tzinfo=UTC)
        for activity in [
            "apply",
            *chance.choices(["check", "call", "wait, then\nask"], k=chance.randrange(5)),
            "pay",
        ]:
            at += timedelta(minutes=chance.randrange(3))
            rows.append([f"c{case}", activity, at.isoformat()])
    chance.shuffle(rows)
    return rows


def test_a_small_log_is_told_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(
        tmp_path / "log.csv",
        [
            ["1", "a", "2026-01-01 00:00:00"],
            ["NA", "a", "2026-01-01 00:00:00"],
            ["1", "b", "2026-01-02 12:00:00"],
        ],
    )
    found = told(capsys, file)
    assert list(found) == KEYS
    assert all(f"`{key}`" in GUIDE.read_text() for key in KEYS)
    assert [found[key] for key in KEYS[:6]] == [2, 3, 2, 2, 1, 1]
    assert found["top_variants"] == [1, 1]
    assert found["median_case_days"] == 0.75
    assert found["starts"] == {"a": 2}
    assert found["ends"] == {"a": 1, "b": 1}
    assert found["longest_waits"] == []  # one wait makes no interval
    assert [(one["activity"], one["ended"], one["n"]) for one in found["largest_drop_offs"]] == [
        ("b", 1, 1),
        ("a", 1, 2),
    ]
    assert told(capsys, file, "--end", "b")["largest_drop_offs"][0]["activity"] == "a"


def test_every_way_to_read_a_table_gives_the_same(tmp_path: Path) -> None:
    rows = events(300)
    files = [write(tmp_path / "log.csv", rows), write(tmp_path / "log.csv.gz", rows)]
    ways = [
        read_paths(Request(path=file, large=large, in_memory=in_memory))
        for file in files
        for large, in_memory in ((10**9, 10**9), (0, 10**9), (10**9, 100))
    ]
    assert all(way == ways[0] for way in ways)
    assert (ways[0].summary.events, ways[0].summary.cases) == (len(rows), 300)


def test_a_plain_file_is_left_to_duckdb_and_one_with_a_bad_row_is_not(tmp_path: Path) -> None:
    taken = []
    for rows in (events(30), [*events(30), ["1", "a", "soon"]]):
        table = open_table(write(tmp_path / "log.csv", rows))
        with LooseLog(threads=1) as log:
            taken.append(
                append_plain_csv(
                    log,
                    table.path,
                    delimiter=",",
                    columns=table.columns,
                    case="case",
                    activity="activity",
                    at="time",
                )
            )
            ((kept,),) = log.rows("SELECT count(*) FROM log")
            assert kept == (len(rows) if taken[-1] else 0)
    assert taken == [True, False]


@pytest.mark.parametrize(
    "odd",
    [
        ["9", "a", "2026-01-01"],  # a day
        ["9", "a", "2026-01-01T00:00:00.1234567"],
        ["9", " a ", "2026-01-01T00:00:00"],
        ["9", "a", "2026-01-01T00:00:00+02"],
        ["9", "", "2026-01-01T00:00:00"],
        ["9", "a", "2026-13-01T00:00:00"],
        ["9", "a"],
        ["9", "a", "2026-01-01T00:00:00", "", ""],
        ["9", "a", "2026-01-01T00:00:00", "more"],
        ["", "", ""],
        [],
        ["9", 'a "quoted" name', "2026-01-01T00:00:00"],
    ],
)
def test_a_row_that_needs_care_gets_it_in_a_large_file_too(tmp_path: Path, odd: list[str]) -> None:
    rows = events(20)
    file = write(tmp_path / "log.csv", [*rows[:10], odd, *rows[10:]])
    assert read_paths(Request(path=file, large=0)) == read_paths(Request(path=file))


def test_bad_rows_are_counted_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [["1", "a", "2026-01-01 00:00:00"], ["1", "b", "soon"], ["1", "", "2026-01-01 00:00:00"]]
    code, out, err = paths(capsys, write(tmp_path / "log.csv", rows), "--json")
    assert code == 0
    assert json.loads(out)["events"] == 1
    assert "2 events could not be read:" in err
    assert "Row 3" in err
    assert "soon" in err


def test_a_column_that_is_missing_names_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "log.csv", [["1", "a", "2026-01-01"]], heads=("Ticket", "What", "When"))
    code, _, err = paths(capsys, file)
    assert code == 1
    assert "Case, Activity, Time" in err
    assert "Ticket, What, When" in err
    code, _, err = paths(capsys, file, "--case", "Tickets", "--activity", "What", "--time", "When")
    assert code == 1
    assert "no column 'Tickets'; the file has Ticket, What, When" in err
    assert told(capsys, file, "--case", "Ticket", "--activity", "What", "--time", "When")["cases"] == 1


def test_dates_that_can_be_read_in_two_ways_ask_for_an_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "log.csv", [["1", "a", "01/02/2026 10:00"], ["1", "b", "03/02/2026 10:00"]])
    code, out, _ = paths(capsys, file, "--json")
    assert code == 1
    assert "--date-order" in json.loads(out)["error"]
    assert told(capsys, file, "--date-order", "DMY")["median_case_days"] == 2.0


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"<log><trace><event></log>", "line 1"),
        (b'<!DOCTYPE log [<!ENTITY a "b">]><log/>', "document type"),
    ],
)
def test_a_file_that_is_no_log_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, word: str
) -> None:
    (tmp_path / "log").write_bytes(content)
    code, _, err = paths(capsys, tmp_path / "log")
    assert code == 1
    assert word in err.lower()
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = paths(capsys, tmp_path / "nothing.xes")
    assert code == 1
    assert "nothing.xes" in err


def test_an_unknown_end_is_refused_and_columns_of_a_log_that_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "log.csv", [["1", "a", "2026-01-01"]])
    assert "no activity 'paid'" in paths(capsys, file, "--end", "paid")[2]
    (tmp_path / "log.xes").write_text("<log></log>")
    assert "leave out --case" in paths(capsys, tmp_path / "log.xes", "--case", "x")[2]


def test_the_tables_show_n_and_interval(real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = paths(capsys, real_data / "receipt" / "receipt.csv.gz", "--top", "3")
    assert code == 0
    assert "1,434 cases, 8,577 events, 27 activities, 116 variants" in out
    assert "Interval" in out
    assert "→" in out


def test_real_logs_have_their_known_figures(real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    receipt = told(capsys, real_data / "receipt" / "receipt.xes.gz")
    assert receipt == told(capsys, real_data / "receipt" / "receipt.csv.gz")
    assert [receipt[key] for key in KEYS[:4]] == [1434, 8577, 27, 116]
    assert receipt["top_variants"][0] == 713
    example = told(capsys, real_data / "running_example" / "running-example.xes")
    assert example == told(capsys, real_data / "running_example" / "running-example.csv")
    assert [example[key] for key in KEYS[:4]] == [6, 42, 8, 6]
    loans = told(capsys, real_data / "bpic2012" / "bpic2012.xes.gz")
    assert [loans[key] for key in KEYS[:6]] == [13_087, 262_200, 24, 4_366, 125, 249_113]
    assert loans["top_variants"][:5] == [3429, 1872, 271, 209, 160]
    assert round(loans["median_case_days"], 3) == 0.809
    assert len(loans["longest_waits"]) == len(loans["largest_drop_offs"]) == 10
    assert all(one["low"] <= one["median_days"] <= one["high"] for one in loans["longest_waits"])


MEASURED = """
import resource, sys
from candor.cli import main
main(["paths", sys.argv[1], "--json"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


def write_xes(path: Path, *, size: int) -> tuple[int, int]:
    """Cases of twenty events, of four activities in turn, until the file has so many bytes; how many cases and events."""
    started = datetime(2026, 3, 1, tzinfo=UTC)
    event = (
        '<event><string key="concept:name" value="{name}"/><date key="time:timestamp" value="{at}"/>'
        '<string key="org:resource" value="Resource 112"/><int key="amount" value="20000"/></event>'
    )
    events = "".join(
        event.format(name=f"step {n % 4}", at=(started + timedelta(hours=n)).isoformat()) for n in range(20)
    )
    case = 0
    with path.open("w") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n')
        while file.tell() < size:
            for _ in range(500):
                file.write(f'<trace><string key="concept:name" value="case {case}"/>{events}</trace>\n')
                case += 1
        file.write("</log>")
    return case, 20 * case


@pytest.mark.slow
def test_a_gigabyte_of_xes_is_read_in_bounded_memory(tmp_path: Path) -> None:
    cases, events_there = write_xes(tmp_path / "log.xes", size=1 << 30)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path / "log.xes")],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert [found[key] for key in KEYS[:6]] == [cases, events_there, 4, 1, 4, events_there - cases]
    assert found["median_case_days"] == round(19 / 24, 6)
    assert int(done.stderr.splitlines()[-1]) < 1_000, "megabytes at most, of a file of 1,024"
