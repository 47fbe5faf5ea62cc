"""Scores from the warehouse against hand-written DuckDB SQL over the same files.

    python bench/scores_against_duckdb.py [--sizes 1000000 10000000] [--keep FOLDER]

Makes answers that are the same on every machine, loads them by `Warehouse.project` as an application would (rows of Python), and
prints the best of several runs, beside the SQL that somebody would write who knows DuckDB well. Run it on an idle machine.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from memory import peak_of

from candor.warehouse import Warehouse
from candor.warehouse.queries import Filter, bands, histograms
from candor.warehouse.queries.answers import Question

RUNS = 7
ANSWERS = """
SELECT
    i // 2 AS feedback_id, 'survey' AS kind, CASE WHEN i % 2 = 0 THEN 'nps' ELSE 'csat' END AS metric, 'q' || (i % 2) AS question,
    CAST(CASE WHEN i % 2 = 0 THEN h % 11 ELSE 1 + h % 5 END AS DOUBLE) AS value,
    CASE WHEN h % 10 = 0 THEN 0.5 + (h // 10 % 100) / 100.0 ELSE 1.0 END AS weight,
    TIMESTAMP '2024-01-01' + to_seconds(CAST(i * 63072000 // $n AS BIGINT)) AS "at", NULL AS day, NULL AS month,
    h // 7 % 200 AS unit, 'product ' || (h // 11 % 5) AS product, 'channel ' || (h // 13 % 4) AS channel, NULL AS company,
    'segment ' || (h // 17 % 6) AS segment, 'touchpoint ' || (h // 19 % 8) AS touchpoint, 'journey ' || (h // 19 % 8 // 4) AS journey,
    h // 23 % ($n // 10) AS customer, h // 29 % 3000 AS person, NULL AS issue, 1 AS batch
FROM (SELECT range AS i, CAST(hash(range) % 1000000007 AS BIGINT) AS h FROM range($first, $last)) AS numbers
"""
HISTOGRAM = "value, count(*), sum(weight), sum(weight * weight)"
SCORE = """
    count(*), sum(weight), sum(weight * weight),
    sum(weight) FILTER (value >= 9) / sum(weight), sum(weight) FILTER (value <= 6) / sum(weight)
"""
QUESTIONS: dict[str, tuple[tuple[str, ...], Filter]] = {
    "month": (("month",), Filter()),
    "month x unit": (("month", "unit"), Filter()),
    "month x unit x channel": (("month", "unit", "channel"), Filter()),
    "month x unit x product x segment": (("month", "unit", "product", "segment"), Filter()),
    "day, last 90 days": (("day",), Filter(since=date(2025, 10, 2))),
    "day x unit, last 90 days": (("day", "unit"), Filter(since=date(2025, 10, 2))),
    "week, one unit": (("week",), Filter(units=(7,))),
    "month, one customer": (("month",), Filter(customers=(77,))),
    "month x person": (("month", "person"), Filter()),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument(
        "--keep", type=Path, help="a folder for the warehouses, used again when they are there"
    )
    arguments = parser.parse_args()
    for size in arguments.sizes:
        folder = (arguments.keep or Path(tempfile.mkdtemp())) / f"answers-{size}"
        warehouse = load(folder, size)
        report(warehouse)
        if arguments.keep is None:
            shutil.rmtree(folder.parent)


def load(folder: Path, size: int) -> Warehouse:
    warehouse = Warehouse(folder)
    if warehouse.watermark() == size:
        return warehouse
    (seconds, _), memory = peak_of(lambda: timed(lambda: warehouse.project(rows(size), through=size)))
    disk = sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e6
    print(
        f"\n{size:,} answers projected in {seconds:.1f} s, {disk:.0f} MB on disk, at most {memory:.0f} MB in memory"
    )
    seconds, _ = timed(lambda: warehouse.project(list(rows(size, size - 100, size)), through=size))
    print(f"50 recent feedbacks projected again in {seconds * 1000:.0f} ms")
    return warehouse


def rows(size: int, first: int = 0, last: int | None = None) -> Iterator[tuple[Any, ...]]:
    connection = duckdb.connect()
    found = connection.execute(ANSWERS, {"n": size, "first": first, "last": size if last is None else last})
    while batch := found.fetchmany(10_000):
        yield from batch


def report(warehouse: Warehouse) -> None:
    by_hand = duckdb.connect(config=warehouse.settings)
    by_hand.execute("SET parquet_metadata_cache = true")
    files = warehouse.files("answers")
    for title, ask, plain in (("score", scores, SCORE), ("histogram", distributions, HISTOGRAM)):
        print(
            f"\n{'nps ' + title + ' by':40}{'groups':>8}{'candor ms':>11}{'MB':>6}{'from':>10}{'by hand ms':>12}{'MB':>6}{'ratio':>7}"
        )
        for name, (by, where) in QUESTIONS.items():
            source = Question(metrics=("nps",), by=by, where=where).source(
                warehouse.engine.read(lambda reader: reader.shape())
            )
            (ours, found), our_peak = peak_of(
                lambda ask=ask, by=by, where=where: best(lambda: ask(warehouse, by, where))
            )
            (theirs, _), their_peak = peak_of(
                lambda plain=plain, by=by, where=where: best(
                    lambda: hand_written(by_hand, plain, files, by, where)
                )
            )
            place = f"cube {source.grain}" if source.grain else "answers"
            print(
                f"{name:40}{len(found):8,}{ours * 1000:11.1f}{our_peak:6.0f}{place:>10}"
                f"{theirs * 1000:12.1f}{their_peak:6.0f}{ours / theirs:7.2f}"
            )


def scores(warehouse: Warehouse, by: tuple[str, ...], where: Filter) -> Any:
    return bands(warehouse, metric="nps", cuts=(7, 9), by=by, where=where)


def distributions(warehouse: Warehouse, by: tuple[str, ...], where: Filter) -> Any:
    return histograms(warehouse, metric="nps", by=by, where=where)


def hand_written(
    connection: duckdb.DuckDBPyConnection, sums: str, files: list[str], by: tuple[str, ...], where: Filter
) -> Any:
    groups = ", ".join("date_trunc('week', day)" if name == "week" else name for name in by)
    condition = "".join(f" AND {column} = {values[0]}" for column, values in where.lists().items())
    if where.since:
        condition += f" AND day >= DATE '{where.since}'"
    query = f"SELECT {groups}, {sums} FROM read_parquet(?) WHERE metric = 'nps'{condition} GROUP BY ALL"
    return connection.execute(query, [files]).fetchall()


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    runs = [timed(work) for _ in range(RUNS)]
    return min(seconds for seconds, _ in runs), runs[-1][1]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
