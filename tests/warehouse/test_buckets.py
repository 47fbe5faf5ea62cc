"""Events lie in buckets by their case, so that a query can go through the log a slice at a time."""

from pathlib import Path
from typing import Any

import pytest

from candor.warehouse import Warehouse
from candor.warehouse.engine import Reader
from candor.warehouse.schema import BUCKETS
from tests.warehouse.test_events import event

CASES = 300


def rows(first: int = 0) -> list[dict[str, Any]]:
    return [
        event(str(case), activity, minutes)
        for case in range(first, first + CASES)
        for minutes, activity in enumerate(("ask", "check", "pay"))
    ]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    filled = Warehouse(tmp_path / "warehouse")
    filled.append_events(rows())
    filled.append_events(rows(first=CASES))
    return filled


def test_all_events_of_a_case_lie_in_one_bucket(warehouse: Warehouse) -> None:
    split = "SELECT case_id FROM events GROUP BY journey, case_id HAVING count(DISTINCT bucket) > 1"
    assert warehouse.engine.rows(split) == []
    ((least, most, used),) = warehouse.engine.rows(
        "SELECT min(bucket), max(bucket), count(DISTINCT bucket) FROM events"
    )
    assert (least, most, used) == (0, BUCKETS - 1, BUCKETS)


def test_the_bucket_of_a_case_never_changes(warehouse: Warehouse) -> None:
    """Another place for the events to come would tear its case apart: this value is a promise to old logs."""
    assert warehouse.engine.rows("SELECT DISTINCT bucket FROM events WHERE case_id = '7'") == [(51,)]


def test_slices_cover_each_event_once_and_are_no_larger_than_asked(warehouse: Warehouse) -> None:
    def work(reader: Reader) -> list[tuple[int, int]]:
        found = reader.slices(most=200)
        assert [part.low for part in found] == [0, *(part.high + 1 for part in found[:-1])]
        assert found[-1].high == BUCKETS - 1
        counted = [
            (part.rows, reader.within(part.low, part.high).rows("SELECT count(*) FROM events")[0][0])
            for part in found
        ]
        assert reader.rows("SELECT count(*) FROM events") == [(6 * CASES,)]
        return counted

    counts = warehouse.engine.read(work)
    assert all(told == counted <= 200 for told, counted in counts)
    assert sum(counted for _, counted in counts) == 6 * CASES
    assert len(counts) < 20


def test_a_slice_of_no_events_is_one(tmp_path: Path) -> None:
    found = Warehouse(tmp_path).engine.read(lambda reader: reader.slices(most=10))
    assert [(part.low, part.high, part.rows) for part in found] == [(0, BUCKETS - 1, 0)]


def test_files_of_other_buckets_are_not_opened(warehouse: Warehouse) -> None:
    _leave_only_bucket_0(warehouse)
    (lowest,) = warehouse.events.snapshot().parts
    warehouse.append_events(rows(first=2 * CASES))
    warehouse.events.path(lowest).unlink()
    found = warehouse.engine.read(lambda reader: reader.within(1, 40).rows("SELECT min(bucket) FROM events"))
    assert found == [(1,)]


def _leave_only_bucket_0(warehouse: Warehouse) -> None:
    with warehouse._writing(), warehouse._bench(warehouse.events) as bench:
        bench.drop("bucket > 0")
        bench.commit("DELETE")
