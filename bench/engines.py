"""The same named queries on DuckDB and on Spark, over the same files; Spark's start is told apart.

    make spark-tools && .venv/bin/python bench/engines.py [--sizes 1000000 10000000] [--master local[*]]

Both engines run on this machine with all its cores, so that the ratio says what Spark costs where one machine is enough; what many
machines gain can't be seen here. The first run of each query is told as well: Spark compiles it then, DuckDB reads the files into the
system's cache.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from event_logs import JOURNEY, START, write_event_log
from scores_against_duckdb import rows as answers_of

from candor.warehouse import Warehouse
from candor.warehouse.queries import Closing, bands, event_cases, funnel, histograms, rework
from candor.warehouse.spark import SparkEngine

RUNS = 3
STEPS = ("Application opened", "Credit checked", "Offer made", "Offer accepted", "Paid out")
CLOSING = Closing(as_of=START.item() + timedelta(days=3 * 365), activities=("Rejected", "Paid out"))
QUERIES: dict[str, Callable[[Warehouse], Any]] = {
    "nps by month and unit": lambda one: bands(one, metric="nps", cuts=(7, 9), by=("month", "unit")),
    "nps by person": lambda one: bands(one, metric="nps", cuts=(7, 9), by=("person",)),
    "histograms by customer": lambda one: histograms(one, metric="nps", by=("month", "customer")),
    "paths, waits, variants": lambda one: event_cases(one, journey=JOURNEY),
    "rework": lambda one: rework(one, journey=JOURNEY),
    "funnel of five steps": lambda one: funnel(one, STEPS, journey=JOURNEY, closing=CLOSING),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--master", default="local[*]")
    parser.add_argument(
        "--keep", type=Path, help="a folder for the warehouses, used again when they are there"
    )
    arguments = parser.parse_args()
    is_started = False
    for size in arguments.sizes:
        folder = (arguments.keep or Path(tempfile.mkdtemp())) / f"engines-{size}"
        on_duckdb = load(folder, size)
        on_spark = Warehouse(folder, engine=lambda one: SparkEngine(one, master=arguments.master))
        if not is_started:
            seconds, _ = timed(lambda: on_spark.engine.rows("SELECT 1"))  # noqa: B023
            print(f"Spark on {arguments.master} answers its first query after {seconds:.1f} s")
            is_started = True
        report(size, on_duckdb, on_spark)
        if arguments.keep is None:
            shutil.rmtree(folder.parent)


def load(folder: Path, size: int) -> Warehouse:
    """A warehouse with so many answers and about so many events."""
    warehouse = Warehouse(folder)
    if warehouse.watermark() < size:
        warehouse.project(answers_of(size), through=size)
        paths = write_event_log(folder / "log", events=size)
        warehouse.append_events_from(paths)
        warehouse.compact()
        shutil.rmtree(folder / "log")
    return warehouse


def report(size: int, on_duckdb: Warehouse, on_spark: Warehouse) -> None:
    print(f"\n{size:,} answers and about as many events; best of {RUNS}, seconds")
    print(f"{'':28}{'DuckDB first':>13}{'again':>8}{'Spark first':>13}{'again':>8}{'ratio':>8}")
    for title, query in QUERIES.items():
        ours, theirs = measured(query, on_duckdb), measured(query, on_spark)
        same = "" if repr(ours[2]) == repr(theirs[2]) else "  RESULTS DIFFER"
        print(
            f"{title:28}{ours[0]:13.2f}{ours[1]:8.2f}{theirs[0]:13.2f}{theirs[1]:8.2f}{theirs[1] / ours[1]:8.1f}{same}"
        )


def measured(query: Callable[[Warehouse], Any], warehouse: Warehouse) -> tuple[float, float, Any]:
    """Seconds of the first run, of the best of the others, and the result."""
    first, found = timed(lambda: query(warehouse))
    return first, min(timed(lambda: query(warehouse))[0] for _ in range(RUNS - 1)), found


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
