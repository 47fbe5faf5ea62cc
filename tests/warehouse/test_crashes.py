"""Killed at any moment, the warehouse has everything it acknowledged, nothing twice, and can go on."""

import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from candor.warehouse import Warehouse, disk
from candor.warehouse.queries import EventFilter, Filter, event_cases, histograms
from tests.warehouse.planted import (
    START,
    answer,
    assert_cube_agrees,
    contents,
    many_answers,
    parts_on_disk,
    values_of,
)
from tests.warehouse.writer import expected_values, step_events


@pytest.mark.parametrize("rounds", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_at_random_moments_nothing_is_lost_or_doubled(tmp_path: Path, rounds: int) -> None:
    folder = tmp_path / "warehouse"
    chance = random.Random(rounds)
    step = -1
    for _ in range(rounds):
        acknowledged = _write_and_kill(folder, step + 1, delay=chance.uniform(0, 0.35))
        warehouse = Warehouse(folder)
        step = warehouse.watermark() if warehouse.answers.snapshot().parts else -1
        assert acknowledged <= step <= acknowledged + 1
        assert values_of(warehouse) == expected_values(step)
        assert_cube_agrees(warehouse)
        _assert_events(warehouse, step)
    assert step >= rounds - 1
    warehouse.vacuum()
    live = {path for table in ("answers", "daily", "events") for path in warehouse.files(table)}
    assert {str(folder / name) for name in parts_on_disk(folder)} == live


def _write_and_kill(folder: Path, first: int, delay: float) -> int:
    """Let a writer go on from step `first`, kill it `delay` seconds after its first acknowledgement; its last one."""
    command = [sys.executable, "-m", "tests.warehouse.writer", str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline()]
        time.sleep(delay)
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.stdout.readlines()
    return int([line for line in acknowledged if line.endswith("\n")][-1])


def _assert_events(warehouse: Warehouse, step: int) -> None:
    found = event_cases(warehouse, journey="loan")
    assert found.events in {3 * (step + 1), 3 * (step + 2)}  # the events of a step go before its answers
    warehouse.append_events(event for number in range(step + 1) for event in step_events(number))
    assert event_cases(warehouse, journey="loan", where=EventFilter()).events == found.events


class Cut(BaseException):
    """Stands for the power cut: nothing in the warehouse may catch it and go on."""


FROM_ELSEWHERE = """
SELECT 'loan' AS journey, 'e' || i AS case_id, 'a' AS activity, TIMESTAMP '2026-01-01' AS "at" FROM range(9) AS r(i)
"""
WRITES: dict[str, Callable[[Warehouse], object]] = {
    "project": lambda w: w.project([answer(1, 2), answer(50, 3)], through=2),
    "append_events": lambda w: w.append_events(step_events(2)),
    "rebuild": lambda w: w.rebuild([answer(i, 5) for i in range(4)], through=3),
    "erase": lambda w: w.erase(customers=[1]),
    "compact": lambda w: w.compact(),
    "append_events_from": lambda w: w.append_events_from(duckdb.sql(FROM_ELSEWHERE)),
    "retain": lambda w: w.retain(START + timedelta(minutes=2)),
    "mend": lambda w: w.mend(),
}


@pytest.mark.parametrize("write", WRITES)
def test_cut_off_before_any_step_onto_the_disk_the_old_state_or_the_new_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    start = Warehouse(tmp_path / "start")
    start.project([answer(i, 9, customer=i) for i in range(4)], through=1)
    start.project([answer(i, 8, customer=i) for i in range(5, 9)], through=1)
    start.append_events(step_events(1))
    start.append_events(step_events(5))
    shutil.copytree(start.folder, tmp_path / "done")
    before, done = _state(start), Warehouse(tmp_path / "done")
    WRITES[write](done)
    after = _state(done)
    for cut_at in range(60):
        folder = tmp_path / f"cut-{cut_at}"
        shutil.copytree(start.folder, folder)
        finished = _write_until(Warehouse(folder), write, cut_at, monkeypatch)
        reopened = Warehouse(folder)
        assert _state(reopened) in ((after,) if finished else (before, after))
        assert_cube_agrees(reopened)
        reopened.project([answer(77, 7)], through=100)
        assert values_of(reopened)[77] == 7
        if finished:
            break
    assert finished
    assert cut_at >= 3


def _write_until(warehouse: Warehouse, write: str, cut_at: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Write, but stop before the step `cut_at` of those that force something onto the disk; whether all was written."""
    left = cut_at

    def cutting(path: Path, true_sync: Callable[[Path], None] = disk.sync) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cut
        true_sync(path)

    with monkeypatch.context() as patch:
        for module in ("disk", "table", "workbench", "store", "keys", "event_bench"):
            patch.setattr(f"candor.warehouse.{module}.sync", cutting)
        try:
            WRITES[write](warehouse)
        except Cut:
            return False
    return True


def _state(warehouse: Warehouse) -> object:
    return contents(warehouse), warehouse.engine.rows("SELECT event_id FROM events ORDER BY event_id")


def test_every_file_is_on_the_disk_before_the_log_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(tmp_path)
    forced: set[Path] = set()
    named: list[set[Path]] = []

    def noting_sync(path: Path, true_sync: Callable[[Path], None] = disk.sync) -> None:
        true_sync(path)
        forced.add(path)

    def noting_publish(draft: Path, content: bytes, path: Path) -> None:
        folder = path.parents[1]
        adds = [line["add"]["path"] for line in map(json.loads, content.splitlines()) if "add" in line]
        beside = ["", "_cube"] if folder.name == "answers" else [""]
        named.append({folder / place / name for name in adds for place in beside} | {folder})
        keys = [line["txn"]["version"] for line in map(json.loads, content.splitlines()) if "txn" in line]
        if folder.name == "events" and keys:
            assert (folder / "_keys" / f"{keys[0]:020d}.json").exists()
            assert folder / "_keys" in forced
        assert named[-1] <= forced
        disk.publish(draft, content, path)
        assert path.parent in forced

    for module in ("disk", "workbench", "keys", "event_bench"):
        monkeypatch.setattr(f"candor.warehouse.{module}.sync", noting_sync)
    monkeypatch.setattr("candor.warehouse.table.publish", noting_publish)
    warehouse.project(many_answers(100), through=1)
    warehouse.project(many_answers(10), through=2)
    warehouse.append_events(step_events(1))
    warehouse.append_events(step_events(2))
    warehouse.compact()
    assert len(named) == 5


def test_a_reader_beside_a_writer_never_sees_half_a_write(tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    writing, reading = Warehouse(folder), Warehouse(folder)
    writing.project([answer(i, 0, customer=i) for i in range(40)], through=0)
    stop = threading.Event()
    seen: list[float] = []
    failures: list[BaseException] = []

    def read() -> None:
        try:
            while not stop.is_set():
                for where in (Filter(), Filter(customers=[*range(40)])):
                    ((value, cell),) = histograms(reading, metric="nps", where=where)[()].items()
                    assert cell.n == 40
                    seen.append(value)
        except BaseException as error:  # noqa: BLE001  handed to the test
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(1, 17):
        rows = [answer(i, step % 11, customer=i) for i in range(40)]
        if step % 6 == 0:
            writing.rebuild(rows, through=step)
        else:
            writing.project(rows, through=step)
        writing.vacuum()
    stop.set()
    for reader in readers:
        reader.join()
    assert not failures
    assert len(set(seen)) > 3


def test_a_reader_in_another_process_sees_what_was_acknowledged(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.project(many_answers(20), through=3)
    ask = "import sys; from candor.warehouse import Warehouse; print(Warehouse(sys.argv[1]).watermark())"
    found = subprocess.run(
        [sys.executable, "-c", ask, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "3"
