"""Graph, waits, variants and a funnel over generated logs of a million, ten and (`--sizes`) a hundred million events.

    python bench/paths_at_scale.py [--sizes 1000000 10000000] [--keep FOLDER]

Each log is made, taken into a warehouse and compacted, and then read in a process of its own: all four questions on one walk, on two
threads with 2 GB for DuckDB. Printed are time, CPU, the most memory that the process held, the size of the files, and the growth
from size to size. The counts are held against plain SQL over the generated files. A hundred million events need 25 GB of disk.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
from event_logs import JOURNEY, write_event_log

from candor.analytics import median_ranks
from candor.warehouse import Warehouse
from candor.warehouse.queries import EVERYBODY, Closing, FunnelOf, Paths, ask, way_of

AS_OF = datetime(2025, 12, 31)
FUNNEL = ("Application opened", "Credit checked", "Offer made", "Offer accepted", "Paid out")
CLOSED_BY = ("Rejected", "Complaint answered")
BY_HAND = """
SELECT count(*), count(DISTINCT case_id), min("at"), max("at") FROM read_parquet(?)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument(
        "--keep", type=Path, help="a folder for the warehouses, used again when they are there"
    )
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ask:
        print(json.dumps(answered(arguments.ask)))
        return
    head = f"{'events':>12}{'cases':>12}{'variants':>11}{'s':>8}{'CPU s':>8}{'peak MB':>9}{'files MB':>10}{'events/s':>12}"
    before: dict[str, Any] | None = None
    for size in arguments.sizes:
        folder = (arguments.keep or Path(tempfile.mkdtemp())) / f"events-{size}"
        made = loaded(folder, size)
        found = asked(folder)
        assert (found["events"], found["cases"]) == tuple(made["counts"]), (found, made)
        print(f"\n{made['words']}\n{head}", flush=True)
        print(
            f"{found['events']:12,}{found['cases']:12,}{found['variants']:11,}{found['seconds']:8.1f}{found['cpu']:8.1f}"
            f"{found['peak'] / 1e6:9.0f}{made['bytes'] / 1e6:10.0f}{found['events'] / found['seconds']:12,.0f}"
        )
        if before:
            ratios = {name: found[name] / before[name] for name in ("events", "seconds", "cpu", "peak")}
            print(
                "growth: " + ", ".join(f"{name} × {ratio:.1f}" for name, ratio in ratios.items()), flush=True
            )
        before = found
        if arguments.keep is None:
            shutil.rmtree(folder.parent)


def loaded(folder: Path, size: int) -> dict[str, Any]:
    """A warehouse with so many events, and what it took to make it."""
    note = folder / "made.json"
    if note.exists():
        return json.loads(note.read_text())
    started = time.monotonic()
    paths = write_event_log(folder / "files", events=size)
    made = time.monotonic()
    warehouse = Warehouse(folder / "warehouse", threads=2, memory_limit="3GB")
    warehouse.append_events_from(paths)
    taken = time.monotonic()
    warehouse.compact()
    warehouse.vacuum()
    done = time.monotonic()
    ((events, cases, *_),) = duckdb.execute(BY_HAND, [[str(path) for path in paths]]).fetchall()
    found = {
        "counts": [events, cases],
        "bytes": sum(Path(path).stat().st_size for path in warehouse.files("events")),
        "words": f"{events:,} events: made in {made - started:.0f} s, taken in {taken - made:.0f} s, compacted in {done - taken:.0f} s",
    }
    shutil.rmtree(folder / "files")
    note.write_text(json.dumps(found))
    return found


def asked(folder: Path) -> dict[str, Any]:
    """The answers of a process of its own."""
    command = [sys.executable, __file__, "--ask", str(folder / "warehouse")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(ended.stderr)
    return json.loads(ended.stdout)


def answered(folder: Path) -> dict[str, Any]:
    warehouse = Warehouse(folder, threads=2, memory_limit="2GB", create=False)
    closing = Closing(as_of=AS_OF, activities=CLOSED_BY, quiet=timedelta(days=90))
    started, cpu = time.perf_counter(), time.process_time()
    paths, funnel = ask(
        warehouse,
        way_of(JOURNEY),
        [Paths(20, median_ranks), FunnelOf(FUNNEL, closing, median_ranks)],
        progress=heard,
    )
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    summary, steps = paths[EVERYBODY], funnel[EVERYBODY].steps
    assert summary.transitions == summary.events - summary.cases
    assert all(step.reached >= later.reached for step, later in pairwise(steps))
    return {
        "events": summary.events, "cases": summary.cases, "variants": summary.variants, "seconds": seconds, "cpu": cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "reached": [step.reached for step in steps],
    }  # fmt: skip


def heard(share: float) -> None:
    print(f"\r{share:5.0%}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
