"""The real public files come in unedited, every row of them."""

import csv
import gzip
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from candor.intake import (
    Converter,
    Event,
    Field,
    Problem,
    Row,
    detect_date_orders,
    in_case_order,
    open_events,
    open_table,
    recognise,
)

COMPLAINT = (
    Field("reference", "Reference", required=True, official=("Complaint ID",), is_identifier=True),
    Field("received_on", "Received", "date", required=True, official=("Date received",)),
    Field("sent_on", "Sent", "date", official=("Date sent to company",)),
    Field("product", "Product", required=True),
    Field("narrative", "Narrative", official=("Consumer complaint narrative",)),
    Field("is_timely", "Timely response?", "boolean"),
)


def test_every_consumer_complaint_comes_through_typed(real_data: Path) -> None:
    table = open_table(real_data / "cfpb" / "complaints.csv.gz")
    mapping = recognise(table.columns, COMPLAINT)
    assert (len(mapping.columns), mapping.unclear, mapping.missing) == (6, {}, ())
    orders = detect_date_orders(table, [mapping.columns["received_on"], mapping.columns["sent_on"]])
    assert set(orders.values()) == {"MDY"}
    converter = Converter(COMPLAINT, mapping, date_order="MDY")
    rows = [converter.convert(item) if isinstance(item, Row) else [item] for item in table.rows()]
    complaints = [row for row in rows if isinstance(row, dict)]
    assert len(complaints) == len(rows) == 44_366
    days = [row["received_on"] for row in complaints]
    assert (min(days), max(days)) == (date(2011, 12, 23), date(2025, 6, 20))
    assert len({row["reference"] for row in complaints}) == 44_366
    assert sum(row["narrative"] is not None for row in complaints) == 5_173
    assert sum(row["sent_on"] is not None and row["sent_on"] < row["received_on"] for row in complaints) == 27
    assert table.bytes_read == table.bytes_total


def every_table(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.name.endswith((".csv", ".csv.gz")))


def test_no_real_table_loses_a_row_or_a_cell_against_pythons_own_reader(real_data: Path) -> None:
    paths = every_table(real_data)
    assert len(paths) >= 20
    for path in paths:
        table = open_table(path)
        items = list(table.rows())
        assert not [item for item in items if isinstance(item, Problem)], path.name
        encoding = {"utf-8": "utf-8-sig"}.get(table.encoding, table.encoding)
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding=encoding, newline="") as file:
            _, *plain = csv.reader(file, delimiter=table.delimiter)
        filled = [cells[: len(table.columns)] for cells in plain if any(cells)]
        assert [list(item.values.values()) for item in items if isinstance(item, Row)] == filled, path.name


def test_days_that_are_only_times_are_left_alone_until_they_are_mapped(real_data: Path) -> None:
    table = open_table(real_data / "sfo_survey" / "2017.csv.gz")
    fields = [
        Field(
            "score", "Score", "integer", official=("NETPRO",), blanks=frozenset({"11"}), minimum=0, maximum=10
        )
    ]
    converter = Converter(fields, recognise(table.columns, fields))
    scores = Counter(converter.convert(row)["score"] for row in table.rows() if isinstance(row, Row))  # type: ignore[call-overload]
    assert sum(n for score, n in scores.items() if score is not None and score >= 9) == 1_436
    assert sum(n for score, n in scores.items() if score is not None and score <= 6) == 342
    timed = [Field("departs_at", "Departs", "instant", official=("DEPTIME",))]
    first = Converter(timed, recognise(table.columns, timed), date_order="MDY").convert(
        next(iter(table.rows()))
    )  # type: ignore[arg-type]
    assert isinstance(first, list)
    assert "time without a day" in first[0].expected


def test_day_first_incidents_and_question_marks(real_data: Path) -> None:
    table = open_table(real_data / "servicenow" / "incident_event_log_first5998.csv.gz")
    fields = [
        Field("updated_at", "Updated", "instant", official=("sys_updated_at",)),
        Field("cause", "Cause", official=("caused_by",), blanks=frozenset({"?"})),
        Field("met", "Met", "boolean", official=("made_sla",)),
    ]
    orders = detect_date_orders(table, ["sys_updated_at"])
    assert orders == {"sys_updated_at": "DMY"}
    converter = Converter(fields, recognise(table.columns, fields), date_order="DMY")
    rows = [converter.convert(row) for row in table.rows() if isinstance(row, Row)]
    assert rows[0] == {"updated_at": datetime(2016, 2, 29, 1, 23, tzinfo=UTC), "cause": None, "met": True}
    assert not [row for row in rows if isinstance(row, list)]


def variants(events: list[Event]) -> Counter[tuple[str, ...]]:
    paths: dict[str, list[str]] = defaultdict(list)
    for event in in_case_order(events):
        paths[event.case].append(event.activity)
    return Counter(map(tuple, paths.values()))


def read(path: Path) -> list[Event]:
    items = list(open_events(path))
    assert not [item for item in items if isinstance(item, Problem)]
    return [item for item in items if isinstance(item, Event)]


@pytest.mark.parametrize(
    ("name", "cases", "events", "activities", "paths", "most"),
    [
        ("receipt/receipt.csv.gz", 1_434, 8_577, 27, 116, 713),
        ("receipt/receipt.xes.gz", 1_434, 8_577, 27, 116, 713),
        ("running_example/running-example.csv", 6, 42, 8, 6, 1),
        ("running_example/running-example.xes", 6, 42, 8, 6, 1),
        ("bpic2012/bpic2012.xes.gz", 13_087, 262_200, 24, 4_366, 3_429),
    ],
)
def test_real_logs_have_their_published_counts(
    real_data: Path, name: str, cases: int, events: int, activities: int, paths: int, most: int
) -> None:
    found = read(real_data / name)
    counts = variants(found)
    assert len({event.case for event in found}) == cases
    assert len(found) == events
    assert len({event.activity for event in found}) == activities
    assert (len(counts), counts.most_common(1)[0][1]) == (paths, most)


def test_the_same_log_as_table_and_as_xes_gives_the_same_events(real_data: Path) -> None:
    both = [in_case_order(read(real_data / "receipt" / f"receipt.{kind}.gz")) for kind in ("csv", "xes")]
    table, xes = ([event._replace(position=0) for event in events] for events in both)
    assert table == xes
