"""Parts put together: narrow ranges of buckets, nothing lost, seldom written twice, and never in the way of anybody."""

import random
import threading
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from candor.warehouse import Warehouse, WarehouseBusy, compaction, event_bench
from candor.warehouse.compaction import runs_due
from candor.warehouse.event_bench import run_of
from candor.warehouse.table import Part
from tests.warehouse.test_buckets import CASES, rows
from tests.warehouse.test_doubles import keys_of


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """Three runs of 900 events each, large by the measure of this test."""
    monkeypatch.setattr(compaction, "SMALL_ROWS", 200)
    monkeypatch.setattr("candor.warehouse.workbench.SMALL_ROWS", 200)
    monkeypatch.setattr(compaction, "EVENT_PART_ROWS", 500)
    monkeypatch.setattr(event_bench, "PART_ROWS", 900)
    monkeypatch.setattr("candor.warehouse.workbench.Workbench._small", lambda self, up_to: _below(self, 200))
    filled = Warehouse(tmp_path / "warehouse")
    for step in range(3):
        filled.append_events(rows(first=step * CASES))
    return filled


def _below(bench: Any, rows_: int) -> list[Part]:
    return [part for part in bench.kept if part.rows < rows_]


def all_events(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.engine.rows("SELECT * FROM events ORDER BY event_id")


def test_after_a_compaction_each_part_holds_a_narrow_range_of_buckets(warehouse: Warehouse) -> None:
    before = all_events(warehouse)
    assert warehouse.compact() == 2700
    assert all_events(warehouse) == before
    parts = sorted(warehouse.events.snapshot().parts, key=lambda part: part.ranges["bucket"])
    assert len(parts) == 6
    assert len({run_of(part) for part in parts}) == 1
    for left, right in pairwise(parts):
        assert left.ranges["bucket"][1] < right.ranges["bucket"][0]
    assert max(part.rows for part in parts) <= 500
    assert keys_of(warehouse) == 2700


def test_each_part_is_in_the_order_of_its_schema(warehouse: Warehouse) -> None:
    import duckdb

    warehouse.compact()
    for path in warehouse.files("events"):
        found = duckdb.execute(
            'SELECT bucket, journey, case_id, "at", ordinal, event_id FROM read_parquet(?)', [path]
        ).fetchall()
        assert found == sorted(found)


def test_a_second_compaction_has_nothing_to_do(warehouse: Warehouse) -> None:
    warehouse.compact()
    version = warehouse.events.snapshot().version
    assert warehouse.compact() == 0
    assert warehouse.events.snapshot().version == version


def test_a_small_append_does_not_make_the_log_be_written_anew(warehouse: Warehouse) -> None:
    warehouse.compact()
    large = {part.name for part in warehouse.events.snapshot().parts}
    warehouse.append_events(rows(first=9 * CASES)[:300])
    assert warehouse.compact() == 0
    assert large < {part.name for part in warehouse.events.snapshot().parts}
    assert warehouse.compact(everything=True) == 3000


def test_an_event_is_written_anew_about_once_for_each_doubling() -> None:
    """By the rule alone: a thousand appends, each followed by a compaction."""
    chance = random.Random(1)
    parts: list[Part] = []
    written = 0
    for step in range(1000):
        parts.append(Part(f"part-{step}-x.parquet", 1, chance.randint(50_000, 70_000), {}))
        if due := runs_due(parts):
            merged = Part(f"part-m{step}-x.parquet", 1, sum(part.rows for part in due), {})
            written += merged.rows
            parts = [part for part in parts if part not in due] + [merged]
    assert written / 60_000_000 <= 10
    assert len(parts) <= 11


def test_pieces_of_a_run_stay_with_it_when_one_is_changed(warehouse: Warehouse) -> None:
    warehouse.compact()
    run = _one_run(warehouse)
    ((case,),) = warehouse.engine.rows("SELECT min(case_id) FROM events WHERE bucket = 5")
    with warehouse.event_bench() as bench:
        bench.drop("case_id = ?", [case])
        bench.commit("DELETE")
    runs = Counter(run_of(part) for part in warehouse.events.snapshot().parts)
    assert runs == {run: 6}


def _one_run(warehouse: Warehouse) -> str:
    (run,) = {run_of(part) for part in warehouse.events.snapshot().parts}
    return run


def test_appends_and_readers_go_on_beside_a_compaction(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = threading.Event(), threading.Event()
    true_sort = compaction._sort

    def slowly(*arguments: Any) -> list[Part]:
        made = true_sort(*arguments)
        inside.set()
        assert go_on.wait(30)
        return made

    monkeypatch.setattr(compaction, "_sort", slowly)
    thread = threading.Thread(target=warehouse.compact)
    thread.start()
    assert inside.wait(30)
    other = Warehouse(warehouse.folder, patience=1)
    assert other.append_events(rows(first=3 * CASES)) == 900
    assert other.append_events(rows(first=2 * CASES)) == 0
    assert other.engine.rows("SELECT count(*) FROM events") == [(3600,)]
    with pytest.raises(WarehouseBusy):
        compaction.compact_events(other)
    other.vacuum()
    go_on.set()
    thread.join()
    assert warehouse.engine.rows("SELECT count(*), count(DISTINCT event_id) FROM events") == [(3600, 3600)]
    assert keys_of(warehouse) == 3600
    assert len(warehouse.events.snapshot().parts) == 7


def test_what_was_erased_during_a_compaction_does_not_come_back(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_sort = compaction._sort
    erased: list[int] = []

    def erased_meanwhile(*arguments: Any) -> list[Part]:
        made = true_sort(*arguments)
        if not erased:
            with warehouse.event_bench() as bench:
                erased.append(bench.drop("case_id = '3'"))
                bench.commit("DELETE")
        return made

    monkeypatch.setattr(compaction, "_sort", erased_meanwhile)
    assert warehouse.compact() == 2697
    assert erased == [3]
    assert warehouse.engine.rows("SELECT count(*) FROM events WHERE case_id = '3'") == [(0,)]
    assert not (warehouse.folder / "compaction").exists()


def test_what_a_killed_compaction_left_is_gone_after_the_next_vacuum(warehouse: Warehouse) -> None:
    left = warehouse.folder / "compaction"
    left.mkdir()
    (left / "part-x-y.parquet").write_bytes(b"half")
    warehouse.vacuum()
    assert not left.exists()


def test_a_large_append_from_files_makes_one_run_of_narrow_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    from candor.warehouse import bulk

    monkeypatch.setattr(bulk, "CHUNK", 400)
    monkeypatch.setattr(event_bench.sorted_into, "__kwdefaults__", {"most": 500})
    path = tmp_path / "events.parquet"
    duckdb.execute(
        "COPY (SELECT 'loan' AS journey, 'c' || (i // 3) AS case_id, 'a' || (i % 3) AS activity, "
        f"TIMESTAMP '2026-01-01' + to_seconds(i) AS \"at\" FROM range(3000) AS r(i)) TO '{path}' (FORMAT parquet)"
    )
    warehouse = Warehouse(tmp_path / "warehouse")
    assert warehouse.append_events_from([path, path]) == 3000
    parts = warehouse.events.snapshot().parts
    assert len({run_of(part) for part in parts}) == 1
    assert max(part.rows for part in parts) <= 500
    assert warehouse.engine.rows("SELECT count(*), count(DISTINCT event_id) FROM events") == [(3000, 3000)]
    assert warehouse.append_events_from(path) == 0
