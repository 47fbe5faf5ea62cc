"""What can go wrong with the event log, done to it: what was acknowledged is there once, and the rest is said in words."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from candor.warehouse import BadRow, Warehouse, WarehouseDamaged
from tests.warehouse.event_writer import EACH, events_of
from tests.warehouse.planted import answer, many_answers, parts_on_disk
from tests.warehouse.test_doubles import keys_of
from tests.warehouse.test_events import PLANTED, event

WRITER = [sys.executable, "-m", "tests.warehouse.event_writer"]


def event_ids(warehouse: Warehouse) -> list[str]:
    return sorted(row[0] for row in warehouse.engine.rows("SELECT event_id FROM events"))


@pytest.mark.parametrize("rounds", [15, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_at_any_moment_each_acknowledged_event_is_there_once(tmp_path: Path, rounds: int) -> None:
    folder = tmp_path / "warehouse"
    Warehouse(folder)
    chance = random.Random(rounds)
    step = -1
    for number in range(rounds):
        acknowledged = _write_and_kill(folder, step + 1, delay=chance.uniform(0, 0.4))
        warehouse = Warehouse(folder)
        held = event_ids(warehouse)
        assert len(held) == len(set(held)) == keys_of(warehouse)
        step = len(held) // EACH - 1
        assert acknowledged <= step <= acknowledged + 1
        assert held == sorted(row["event_id"] for n in range(step + 1) for row in events_of(n))
        if number % 5 == 4:
            assert not warehouse.verify().faults
    warehouse.append_events(row for n in range(step + 1) for row in events_of(n))
    assert len(event_ids(warehouse)) == (step + 1) * EACH
    warehouse.vacuum()
    assert {str(folder / name) for name in parts_on_disk(folder)} == {
        path for table in ("answers", "daily", "events") for path in warehouse.files(table)
    }
    assert step >= rounds - 1


def _write_and_kill(folder: Path, first: int, delay: float) -> int:
    with subprocess.Popen([*WRITER, str(folder), str(first)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline()]
        time.sleep(delay)
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.stdout.readlines()
    return int([line for line in acknowledged if line.endswith("\n")][-1])


def test_two_writers_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    Warehouse(folder)
    commands = [[*WRITER, str(folder), "0", name, "12"] for name in ("a", "b", "a")]
    writers = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    warehouse = Warehouse(folder)
    assert event_ids(warehouse) == sorted(
        row["event_id"] for name in "ab" for step in range(12) for row in events_of(step, name)
    )
    assert not warehouse.verify().faults


def test_readers_beside_appends_compactions_and_vacuums_see_whole_appends(tmp_path: Path) -> None:
    writing, reading = Warehouse(tmp_path), Warehouse(tmp_path)
    stop = threading.Event()
    seen: list[int] = []
    failures: list[BaseException] = []

    def read() -> None:
        try:
            while not stop.is_set():
                ((count, different),) = reading.engine.rows(
                    "SELECT count(*), count(DISTINCT event_id) FROM events"
                )
                assert count == different
                assert count % EACH == 0
                sliced = reading.engine.read(
                    lambda reader: [
                        (
                            part.rows,
                            reader.within(part.low, part.high).rows("SELECT count(*) FROM events")[0][0],
                        )
                        for part in reader.slices(most=100)
                    ]
                )
                assert all(told == counted for told, counted in sliced)
                seen.append(count)
        except BaseException as error:  # noqa: BLE001  handed to the test
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(14):
        writing.append_events(events_of(step))
        writing.compact(everything=step % 3 == 0)
        writing.vacuum()
    stop.set()
    for reader in readers:
        reader.join()
    assert not failures
    assert len(set(seen)) > 3


FULL: dict[str, str] = {
    "rows": "warehouse.append_events(event(str(i), 'a', i) for i in range(30_000))",
    "files": "warehouse.append_events_from(sys.argv[3])",
    "compaction": "warehouse.compact(everything=True)",
}
LIMITED = """
import resource, sys
from candor.warehouse import Warehouse, WarehouseFull
from tests.warehouse.test_events import event

warehouse = Warehouse(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    {write}
except WarehouseFull as error:
    print(error.code)
"""


@pytest.mark.parametrize("write", FULL)
@pytest.mark.parametrize("limit", [1000, 60_000])
def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path, write: str, limit: int) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    for first in (0, 8000):
        warehouse.append_events(event(str(i), "b", i) for i in range(first, first + 8000))
    path = tmp_path / "given.parquet"
    duckdb.execute(
        "COPY (SELECT 'loan' AS journey, md5(i::VARCHAR) AS case_id, 'a' AS activity, TIMESTAMP '2026-01-01' AS \"at\" "
        f"FROM range(30000) AS r(i)) TO '{path}' (FORMAT parquet)"
    )
    before, parts = event_ids(warehouse), parts_on_disk(warehouse.folder)
    command = [
        sys.executable,
        "-c",
        LIMITED.format(write=FULL[write]),
        str(warehouse.folder),
        str(limit),
        str(path),
    ]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout == "warehouse_full\n"
    again = Warehouse(warehouse.folder)
    assert event_ids(again) == before
    assert parts_on_disk(again.folder) == parts
    assert not again.verify().faults
    assert again.append_events([event("new", "a", 0)]) == 1


@pytest.fixture
def two_parts(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.append_events(PLANTED[:6])
    warehouse.append_events(PLANTED[6:])
    warehouse.project(many_answers(40), through=3)
    assert not warehouse.verify().faults
    return warehouse


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0x40
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a flipped bit": _flip,
    "cut off": lambda path: os.truncate(path, path.stat().st_size // 2),
    "emptied": lambda path: os.truncate(path, 0),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_set_aside_and_filled_again(two_parts: Warehouse, damage: str) -> None:
    (path,) = (Path(name) for name in two_parts.files("events") if _rows(name) == 6)
    DAMAGES[damage](path)
    found = Warehouse(two_parts.folder).verify()
    assert [fault.where for fault in found.faults] == [f"events/{path.name}"]
    assert "candor warehouse mend" in found.faults[0].remedy
    mended = Warehouse(two_parts.folder)
    assert (mended.mend().rows, len(event_ids(mended))) == (6, 5)
    assert not mended.verify().faults
    assert mended.append_events(PLANTED) == 6
    assert len(mended.engine.rows("SELECT * FROM answers")) == 40


def _rows(name: str) -> int:
    ((count,),) = duckdb.execute("SELECT count(*) FROM read_parquet(?)", [name]).fetchall()
    return int(count)


@pytest.mark.parametrize("damage", ["cut off", "emptied", "gone"])
def test_a_query_says_which_file_is_damaged(two_parts: Warehouse, damage: str) -> None:
    path = Path(two_parts.files("events")[0])
    DAMAGES[damage](path)
    with pytest.raises(WarehouseDamaged, match="candor warehouse verify") as caught:
        Warehouse(two_parts.folder).engine.rows("SELECT max(activity) FROM events")
    assert caught.value.files == (path.name,)


def test_damaged_answers_are_rebuilt_from_the_record(two_parts: Warehouse) -> None:
    (path,) = map(Path, two_parts.files("answers"))
    _flip(path)
    (fault,) = two_parts.verify().faults
    assert "candor warehouse rebuild" in fault.remedy
    two_parts.rebuild(many_answers(40), through=3)
    assert not two_parts.verify().faults


@pytest.mark.parametrize("content", [b"", b'{"commitInfo":{"timest', b"\x00" * 300])
def test_a_damaged_entry_of_the_log_is_named(two_parts: Warehouse, content: bytes) -> None:
    newest = max((two_parts.folder / "events" / "_delta_log").glob("*.json"))
    newest.write_bytes(content)
    again = Warehouse(two_parts.folder)
    (fault,) = again.verify().faults
    assert newest.name in fault.where
    assert "backup" in fault.remedy
    newest.unlink()
    assert len(event_ids(Warehouse(two_parts.folder))) == 6


def test_hashes_that_lack_an_event_or_have_one_too_many_are_found_and_mended(two_parts: Warehouse) -> None:
    for high in (two_parts.folder / "events" / "_keys").glob("*.high"):
        _flip(high)
    problems = " ".join(fault.problem for fault in two_parts.verify().faults)
    assert "have no hash" in problems
    two_parts.mend()
    assert not two_parts.verify().faults
    assert two_parts.append_events(PLANTED) == 0


@pytest.mark.parametrize("pattern", ["*.json", "*.high", "*.low"])
@pytest.mark.parametrize("damage", ["cut off", "emptied", "gone"])
def test_hashes_that_can_not_be_read_refuse_events_until_they_are_mended(
    two_parts: Warehouse, pattern: str, damage: str
) -> None:
    for path in (two_parts.folder / "events" / "_keys").glob(pattern):
        DAMAGES[damage](path)
    again = Warehouse(two_parts.folder)
    with pytest.raises(WarehouseDamaged, match="candor warehouse verify"):
        again.append_events([event("new", "a", 0)])
    (fault,) = again.verify().faults
    assert "candor warehouse mend" in fault.remedy
    assert again.mend().files == ()
    assert not again.verify().faults
    assert again.append_events([*PLANTED, event("new", "a", 0)]) == 1


def test_an_event_that_is_there_twice_is_named(two_parts: Warehouse) -> None:
    part = two_parts.events.snapshot().parts[0]
    copied = two_parts.events.path(part).with_name(part.name.replace("part-", "part-0"))
    copied.write_bytes(two_parts.events.path(part).read_bytes())
    two_parts.events.commit(
        operation="WRITE", added=[type(part)(copied.name, part.size, part.rows, part.ranges)]
    )
    problems = " ".join(fault.problem for fault in two_parts.verify().faults)
    assert "is there 2 times" in problems


def test_a_clock_that_goes_backwards_changes_nothing(
    two_parts: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = time.time() + 86_400
    for path in two_parts.folder.rglob("*.parquet"):
        os.utime(path, (tomorrow, tomorrow))
    for years in (1, 2, 30):
        monkeypatch.setattr(
            time, "time_ns", lambda past=years: int((1_767_000_000 - past * 31_536_000) * 1e9)
        )
        two_parts.append_events([event(f"past {years}", "a", 0)])
    assert len(event_ids(Warehouse(two_parts.folder))) == 14
    two_parts.compact(everything=True)
    two_parts.erase(customers=[7])
    again = Warehouse(two_parts.folder)
    assert len(event_ids(again)) == 10
    assert parts_on_disk(again.folder / "events") == {Path(name).name for name in again.files("events")}
    assert not again.verify().faults


POISON: dict[str, dict[str, Any]] = {
    "a text that is no Unicode": {"activity": "\ud800"},
    "a number beyond 64 bits": {"unit": 2**70},
    "no time": {"at": None},
    "a time in words": {"at": "yesterday"},
    "attributes that are no JSON": {"attributes": {"a": object()}},
    "a column that is none": {"colour": "red"},
    "a bucket of its own": {"bucket": 3},
}


@pytest.mark.parametrize("poison", POISON)
@pytest.mark.parametrize("place", [0, 7, 39])
def test_a_bad_row_is_named_so_that_the_others_can_go_without_it(
    tmp_path: Path, poison: str, place: int
) -> None:
    warehouse = Warehouse(tmp_path)
    rows = events_of(0)
    rows[place] = rows[place] | POISON[poison]
    with pytest.raises(BadRow) as caught:
        warehouse.append_events(rows)
    assert caught.value.row == place + 1
    assert event_ids(warehouse) == []
    assert warehouse.append_events(row for number, row in enumerate(rows) if number != place) == EACH - 1


def test_odd_but_good_values_are_kept_as_they_are(tmp_path: Path) -> None:
    odd = ["NA", "null", "", "NaN", " x ", "a\nb", '"quoted"', "ünïcödé 🎈", "0", "1e5", "2026-01-01"]
    warehouse = Warehouse(tmp_path)
    assert warehouse.append_events([event(case, "a", n) for n, case in enumerate(odd)]) == len(odd)
    warehouse.compact()
    assert sorted(row[0] for row in warehouse.engine.rows("SELECT case_id FROM events")) == sorted(odd)


def test_very_old_and_far_future_events_are_kept(tmp_path: Path) -> None:
    times = [
        datetime(1, 1, 1),
        datetime(1948, 5, 4),
        datetime(2101, 1, 1),
        datetime(9999, 12, 31, 23, 59, 59),
    ]
    warehouse = Warehouse(tmp_path)
    assert warehouse.append_events([event(str(at), "a", 0) | {"at": at} for at in times]) == 4
    warehouse.compact(everything=True)
    assert warehouse.engine.rows('SELECT "at" FROM events ORDER BY "at"') == [(at,) for at in times]
    (part,) = Warehouse(tmp_path).events.snapshot().parts
    assert part.ranges["at"] == (times[0], times[-1])


NEEDLE = "Zaphod Beeblebrox"


def test_many_people_are_erased_at_once_and_no_file_holds_them_after(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for step in range(4):
        warehouse.append_events(
            event(
                f"{step}-{i}",
                "call",
                i,
                customer=i,
                attributes={"name": f"{NEEDLE} {i}" if i < 100 else "none"},
            )
            for i in range(300)
        )
        warehouse.project([answer(step * 300 + i, 5, customer=i) for i in range(300)], through=step)
        warehouse.compact(everything=step == 2)
    everybody = list(range(100))
    from candor.warehouse.proof import traces

    assert traces(warehouse, customers=everybody).found
    assert traces(warehouse, texts=[NEEDLE]).found
    erased = warehouse.erase(customers=everybody)
    assert (erased.answers, erased.events, erased.rows) == (400, 400, 800)
    assert erased.traces.found == ()
    assert erased.traces.files > 4
    again = traces(warehouse, customers=everybody, texts=[NEEDLE])
    assert again.found == ()
    for path in warehouse.folder.rglob("*"):
        assert not path.is_file() or NEEDLE.encode() not in path.read_bytes()
    assert not warehouse.verify().faults
    assert warehouse.engine.rows("SELECT count(*), min(customer) FROM events") == [(800, 100)]


def test_cases_that_ended_before_the_day_are_dropped_whole(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    day = 24 * 60
    warehouse.append_events(
        [
            *(event("ended", "a", n * day) for n in range(5)),
            *(event("goes on", "a", n * day) for n in range(0, 40, 10)),
            event("new", "a", 30 * day),
        ]
    )
    assert warehouse.retain(datetime(2025, 11, 23)) == 5
    assert warehouse.engine.rows("SELECT case_id, count(*) FROM events GROUP BY case_id ORDER BY 1") == [
        ("goes on", 4),
        ("new", 1),
    ]
    assert warehouse.retain(datetime(2025, 11, 23)) == 0
    assert not warehouse.verify().faults
