"""An event is taken once, whoever sends it how often, and its hash comes and goes with it."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.warehouse import Warehouse, keys
from candor.warehouse.keys import Hashes, Keys, Run, of_like_size, sorted_hashes
from tests.warehouse.test_events import PLANTED, event

FEW = st.integers(0, 6)


def hashes(pairs: list[tuple[int, int]]) -> Hashes:
    return sorted_hashes(
        np.array([high for high, _ in pairs], dtype=np.uint64),
        np.array([low for _, low in pairs], dtype=np.uint32),
    )


def held(index: Keys) -> set[tuple[int, int]]:
    runs = [run.open(index.folder) for run in index.runs]
    found = [pair for run in runs for pair in zip(run.high.tolist(), run.low.tolist(), strict=True)]
    assert len(found) == len(set(found))
    return set(found)


# High parts from a handful of numbers, so that ids share them, which among true hashes hardly ever happens.
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sets(st.tuples(FEW, FEW), max_size=8)), max_size=12))
def test_hashes_are_found_after_any_adding_removing_and_folding(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, set[tuple[int, int]]]]
) -> None:
    index = Keys(tmp_path_factory.mktemp("table"), 0)
    expected: set[tuple[int, int]] = set()
    for is_added, pairs in steps:
        some = sorted(pairs)
        there = index.holds(hashes(some)) if some else np.array([], dtype=bool)
        wanted = hashes(some)
        assert there.tolist() == [
            pair in expected for pair in zip(wanted.high.tolist(), wanted.low.tolist(), strict=True)
        ]
        if is_added:
            index.add(hashes(sorted(pairs - expected)))
            expected |= pairs
        else:
            index.remove(wanted)
            expected -= pairs
        index.fold()
        assert held(index) == expected
    assert held(Keys(index.folder.parent, index.write(1))) == expected if index.changed else True


def test_merging_goes_range_by_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "AT_ONCE", 50)
    chance = np.random.default_rng(4)
    index = Keys(tmp_path, 0)
    for size in (300, 200, 100):
        index.add(
            sorted_hashes(chance.integers(0, 2**64, size, dtype=np.uint64), np.arange(size, dtype=np.uint32))
        )
    before = held(index)
    index.fold()
    (run,) = index.runs
    high = run.open(index.folder).high
    assert (high[1:] >= high[:-1]).all()
    assert held(index) == before
    index.remove(hashes(sorted(before)[:250]))
    assert held(index) == set(sorted(before)[250:])


def test_few_runs_are_left_and_a_large_one_is_rarely_written_again(tmp_path: Path) -> None:
    index = Keys(tmp_path, 0)
    written = 0
    for step in range(300):
        index.add(hashes([(step * 1000 + i, i) for i in range(10)]))
        before = {run.name for run in index.runs}
        index.fold()
        written += sum(run.rows for run in index.runs if run.name not in before)
    assert len(index.runs) <= 6
    assert written <= 3000 * 15


def test_of_like_size_leaves_the_large_run_alone() -> None:
    runs = [Run("a", 1000), Run("b", 3), Run("c", 2), Run("d", 9)]
    assert [run.name for run in of_like_size(runs, 4)] == ["c", "b", "d"]
    assert [run.name for run in of_like_size(runs, 400)] == ["c", "b", "d", "a"]
    assert [run.name for run in of_like_size([Run("a", 1), Run("b", 70), Run("c", 71)], 1.5)] == [
        "a",
        "b",
        "c",
    ]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def ids(warehouse: Warehouse) -> list[Any]:
    return [row[0] for row in warehouse.engine.rows("SELECT event_id FROM events ORDER BY event_id")]


def keys_of(warehouse: Warehouse) -> int:
    return len(held(Keys(warehouse.events.folder, warehouse.events.snapshot().keys)))


def test_a_message_twice_in_one_batch_and_over_time_is_stored_once(warehouse: Warehouse) -> None:
    assert (
        warehouse.append_events([event("1", "a", 0, event_id="m1"), event("2", "b", 1, event_id="m1")]) == 1
    )
    assert (
        warehouse.append_events([event("1", "a", 0, event_id="m2"), event("1", "a", 0, event_id="m1")]) == 1
    )
    warehouse.compact()
    assert Warehouse(warehouse.folder).append_events([event("1", "a", 0, event_id="m1")]) == 0
    assert ids(warehouse) == ["m1", "m2"]
    assert keys_of(warehouse) == 2


def test_events_that_were_dropped_may_come_again(warehouse: Warehouse) -> None:
    rows = [row | {"batch": number % 2} for number, row in enumerate(PLANTED)]
    warehouse.append_events(rows)
    assert warehouse.delete_batch(1) == 5
    assert keys_of(warehouse) == 6
    assert warehouse.append_events(rows) == 5
    warehouse.erase(customers=[7])
    assert keys_of(warehouse) == len(ids(warehouse)) == 7
    assert warehouse.append_events(rows) == 4


def test_a_log_without_hashes_gets_them_before_it_takes_anything(warehouse: Warehouse) -> None:
    warehouse.append_events(PLANTED)
    parts = warehouse.events.snapshot().parts
    warehouse.events.commit(operation="WRITE", keys=0)
    warehouse = Warehouse(warehouse.folder)
    assert warehouse.events.snapshot().parts == parts
    assert warehouse.append_events([*PLANTED, event("9", "z", 0)]) == 1
    assert keys_of(warehouse) == 12


def test_vacuum_leaves_the_hashes_of_the_newest_version_only(warehouse: Warehouse) -> None:
    for step in range(12):
        warehouse.append_events([event(str(step), "a", 0)])
    warehouse.vacuum()
    index = Keys(warehouse.events.folder, warehouse.events.snapshot().keys)
    assert set(index.folder.iterdir()) == set(index.files())
    assert warehouse.append_events([event("3", "a", 0)]) == 0


def test_hashes_agree_with_an_md5_made_elsewhere(warehouse: Warehouse) -> None:
    import hashlib

    warehouse.append_events([event("1", "a", 0, event_id="m1")])
    digest = hashlib.md5(b"m1").hexdigest()
    assert held(Keys(warehouse.events.folder, warehouse.events.snapshot().keys)) == {
        (int(digest[:16], 16), int(digest[16:24], 16))
    }


def _file(path: Path, rows: str) -> Path:
    duckdb.execute(f"COPY (SELECT * FROM ({rows})) TO '{path}' (FORMAT parquet)")
    return path


COLUMNS = "'loan' AS journey, 'c' || i AS case_id, 'apply' AS activity, TIMESTAMP '2026-01-01' + to_seconds(i) AS \"at\""


def test_files_and_rows_are_one_and_the_same_to_the_log(warehouse: Warehouse, tmp_path: Path) -> None:
    path = _file(tmp_path / "a.parquet", f"SELECT {COLUMNS}, 'crm' AS source FROM range(1000) AS r(i)")
    assert warehouse.append_events_from(path) == 1000
    found = warehouse.engine.rows(
        'SELECT journey, case_id, activity, "at", source FROM events ORDER BY case_id LIMIT 20'
    )
    names = ("journey", "case_id", "activity", "at", "source")
    assert warehouse.append_events(dict(zip(names, row, strict=True)) for row in found) == 0
    assert warehouse.append_events_from([path, path]) == 0


def test_a_table_in_memory_is_taken_by_its_arrow_stream(warehouse: Warehouse) -> None:
    relation = duckdb.connect().sql(f"SELECT {COLUMNS}, '{{}}' AS attributes FROM range(10) AS r(i)")
    assert warehouse.append_events_from(relation) == 10
    assert warehouse.engine.rows("SELECT count(DISTINCT bucket) > 3, min(attributes) FROM events") == [
        (True, "{}")
    ]


@pytest.mark.parametrize(
    ("rows", "row", "column"),
    [
        (f"SELECT {COLUMNS.replace('i)', 'i) + INTERVAL 20000 YEAR')} FROM range(3) AS r(i)", 1, "at"),
        (
            "SELECT 'loan' AS journey, nullif('c' || i, 'c41') AS case_id, 'a' AS activity, TIMESTAMP '2026-01-01' AS \"at\" "
            "FROM range(99) AS r(i)",
            42,
            "case_id",
        ),
        (
            f"SELECT {COLUMNS}, CASE WHEN i = 7 THEN 'seven' ELSE '1' END AS unit FROM range(9) AS r(i)",
            8,
            "unit",
        ),
        (f"SELECT {COLUMNS}, 1 AS nonsense FROM range(9) AS r(i)", None, "nonsense"),
        ("SELECT 'loan' AS journey, 'x' AS case_id, 'a' AS activity", 1, "at"),
    ],
)
def test_the_row_of_a_file_that_does_not_fit_is_named(
    warehouse: Warehouse, tmp_path: Path, rows: str, row: int | None, column: str
) -> None:
    from candor.warehouse import BadRow

    good = _file(tmp_path / "good.parquet", f"SELECT {COLUMNS} FROM range(5) AS r(i)")
    bad = _file(tmp_path / "bad.parquet", rows)
    with pytest.raises(BadRow) as caught:
        warehouse.append_events_from([good, bad])
    assert (caught.value.row, caught.value.column) == (row and row + 5, column)
    assert ids(warehouse) == []
