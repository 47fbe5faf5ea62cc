"""The event log at several sizes: taking events, putting them together, dropping people, and asking meanwhile.

    python bench/event_store.py [--sizes 1000000 10000000] [--keep FOLDER] [--memory 2GB]

Makes the logs of `event_logs.py`, loads each by `Warehouse.append_events_from`, and prints times beside those of SQLite with
`synchronous=FULL` in the same run, and beside those of the smallest log. CPU seconds are printed as well, since they hold on a busy machine.
"""

import argparse
import os
import resource
import shutil
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from candor.warehouse import Warehouse
from candor.warehouse.keys import AT_ONCE, Keys, sorted_hashes, write_run

try:
    from bench.event_logs import ACTIVITIES, START, write_event_log
except ImportError:  # run as a script, with its folder on the path
    from event_logs import ACTIVITIES, START, write_event_log

RUNS = 5
ASKED = 'SELECT activity, count(*), max("at") FROM events GROUP BY activity ORDER BY activity'
TABLE = """
CREATE TABLE events (event_id TEXT PRIMARY KEY, journey TEXT, case_id TEXT, activity TEXT, "at" TEXT, source TEXT, ordinal INTEGER)
WITHOUT ROWID
"""
INSERT = (
    "INSERT OR IGNORE INTO events VALUES (:event_id, :journey, :case_id, :activity, :at, :source, :ordinal)"
)


def fresh_rows(count: int, name: str) -> list[dict[str, Any]]:
    """Events that no log holds, with ids of their own, as a message queue hands them over."""
    at = START.astype(object)
    return [
        {
            "event_id": f"{name}-{number}",
            "journey": "loan",
            "case_id": f"{name}{number // 8}",
            "activity": ACTIVITIES[number % len(ACTIVITIES)],
            "at": at,
            "source": "bench",
            "ordinal": number,
        }
        for number in range(count)
    ]


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock, CPU seconds of this process, and what came of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def append_cost(count: int, append: Callable[[list[dict[str, Any]]], Any], tag: str) -> tuple[float, float]:
    """Median seconds and median CPU seconds of appends of so many events."""
    batches = [fresh_rows(count, f"{tag}{run}") for run in range(RUNS)]
    found = [timed(partial(append, rows))[:2] for rows in batches]
    return statistics.median(wall for wall, _ in found), statistics.median(cpu for _, cpu in found)


def sqlite_appender(folder: Path) -> Callable[[list[dict[str, Any]]], None]:
    connection = sqlite3.connect(folder / "peer.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(TABLE)

    def append(rows: list[dict[str, Any]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, [row | {"at": str(row["at"])} for row in rows])
        connection.execute("COMMIT")

    return append


def made_keys(folder: Path, size: int) -> Keys:
    """The hashes of `size` ids that never were: three runs, as a log of that size has after a compaction and some appends."""
    chance = np.random.default_rng(size)
    keys = Keys(folder / f"keys-{size}", 0)
    keys.folder.mkdir(parents=True, exist_ok=True)
    for share in (0.9, 0.09, 0.01):
        pieces = int(size * share) // AT_ONCE + 1
        width, rows = 2**64 // pieces, int(size * share) // pieces
        parts = (
            sorted_hashes(
                chance.integers(i * width, (i + 1) * width, rows, dtype=np.uint64),
                chance.integers(0, 2**32, rows, dtype=np.uint32),
            )
            for i in range(pieces)
        )
        keys.runs = (*keys.runs, write_run(keys.folder, parts))
    return keys


def print_lookups(folder: Path, sizes: list[int]) -> None:
    """How long it takes to find out whether ids are known, by the size of the log, hashes alone."""
    print("lookups of ids that are new, CPU ms (median of runs)")
    for size in sizes:
        keys = made_keys(folder, size)
        chance = np.random.default_rng(7)
        for count in (1_000, 50_000):
            wanted = [
                sorted_hashes(
                    chance.integers(0, 2**64, count, dtype=np.uint64), np.zeros(count, dtype=np.uint32)
                )
                for _ in range(RUNS)
            ]
            found = [timed(partial(keys.holds, some)) for some in wanted]
            assert not any(result.any() for _, _, result in found)
            cpu = statistics.median(cpu for _, cpu, _ in found) * 1e3
            print(f"  {count:,} among {size:,}: {cpu:.1f}, {cpu / count * 1e3:.2f} µs an id", flush=True)
        shutil.rmtree(keys.folder.parent)


def size_of(warehouse: Warehouse, pattern: str) -> int:
    return sum(path.stat().st_size for path in warehouse.events.folder.glob(pattern))


def asked_during(warehouse: Warehouse, work: Callable[[], Any]) -> list[float]:
    """Seconds of each question that was asked while `work` went on."""
    found: list[float] = []
    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        found.append(timed(lambda: warehouse.engine.rows(ASKED))[0])
    thread.join()
    return found


def measure(size: int, folder: Path, memory: str, peer: dict[int, tuple[float, float]]) -> dict[int, float]:
    """Print everything about a log of about `size` events; CPU seconds of its appends by their number of events."""
    log = folder / f"log-{size}"
    if not log.exists():
        wall, cpu, _ = timed(lambda: write_event_log(log, events=size))
        print(f"  made the log in {wall:.0f} s ({cpu:.0f} s CPU)")
    home = folder / f"warehouse-{size}"
    shutil.rmtree(home, ignore_errors=True)
    warehouse = Warehouse(home, memory_limit=memory)
    wall, cpu, n = timed(lambda: warehouse.append_events_from(sorted(log.glob("*.parquet"))))
    print(f"  loaded {n:,} events: {n / wall:,.0f}/s, {cpu / n * 1e6:.2f} µs CPU an event")
    print(
        f"  bytes an event: {size_of(warehouse, '*.parquet') / n:.1f} in files, {size_of(warehouse, '_keys/*') / n:.1f} of hashes"
    )
    costs: dict[int, float] = {}
    for count in (1_000, 50_000):
        wall, cpu = append_cost(count, warehouse.append_events, f"a{count}-")
        costs[count] = cpu
        peer_wall, peer_cpu = peer[count]
        print(
            f"  append of {count:,}: {wall * 1e3:.0f} ms ({cpu * 1e3:.0f} ms CPU), "
            f"SQLite {peer_wall * 1e3:.0f} ms ({peer_cpu * 1e3:.0f} ms CPU): {wall / peer_wall:.2f} times the time"
        )
    before = min(timed(lambda: warehouse.engine.rows(ASKED))[0] for _ in range(3))
    started = time.perf_counter(), time.process_time()
    during = asked_during(warehouse, lambda: warehouse.compact(everything=True))
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    print(
        f"  compaction of all: {wall / n * 1e6:.2f} s a million ({cpu / n * 1e6:.2f} s CPU with the questions); "
        f"a question took {before * 1e3:.0f} ms before, {statistics.median(during) * 1e3:.0f} ms (n = {len(during)}) meanwhile"
    )
    people = [
        row[0]
        for row in warehouse.engine.rows("SELECT DISTINCT customer FROM events ORDER BY customer LIMIT 101")
    ]
    for chosen in (people[:1], people[1:]):
        wall, cpu, erased = timed(partial(warehouse.erase, customers=chosen))
        assert not erased.traces.found
        print(
            f"  erased {len(chosen)}: {wall:.1f} s ({cpu:.1f} s CPU), {erased.events:,} events, {erased.traces.files} files searched"
        )
    wall, cpu, verified = timed(warehouse.verify)
    assert not verified.faults
    print(f"  verified in {wall:.1f} s ({cpu:.1f} s CPU)")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--lookups", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--keep", type=Path, help="a folder for the logs, used again when they are there")
    parser.add_argument("--memory", default="2GB", help="DuckDB's limit")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print_lookups(folder, arguments.lookups)
        append = sqlite_appender(Path(temporary))
        peer = {count: append_cost(count, append, f"s{count}-") for count in (1_000, 50_000)}
        first: dict[int, float] = {}
        for size in arguments.sizes:
            print(f"{size:,} events, load of the machine {os.getloadavg()[0]:.1f}", flush=True)
            costs = measure(size, folder, arguments.memory, peer)
            first = first or costs
            grown = ", ".join(f"{count:,}: {costs[count] / first[count]:.2f}" for count in costs)
            print(f"  CPU of an append, times that at {arguments.sizes[0]:,} events: {grown}", flush=True)


if __name__ == "__main__":
    main()
