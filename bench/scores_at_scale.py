"""NPS by month × segment × location over a million to (`--sizes`) a hundred million answers: Candor against DuckDB by hand, pandas and SQLite.

    python bench/scores_at_scale.py [--sizes 1000000 10000000] [--peers-up-to 10000000] [--keep FOLDER]

The answers are made by SQL and written as parts of the warehouse, with their cubes, the way `Warehouse.project` writes them; only the way
through Python is left out. Beside the warehouse stand the SQL that somebody would write who knows DuckDB well, over the same files;
and up to ten million answers pandas over columns in memory and SQLite over a table with an index. Each asks for the number of answers,
promoters and detractors of every group. A hundred million answers need 8 GB of disk.
"""

import argparse
import os
import resource
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from scores_against_duckdb import ANSWERS, best

from candor.warehouse import Warehouse
from candor.warehouse.queries import Filter, bands
from candor.warehouse.queries.answers import Question
from candor.warehouse.workbench import PART_ROWS

GROUPS = ("month", "segment", "unit")
BY_HAND = """
SELECT
    month, segment, unit, count(*) AS n, sum(weight) AS sum_w, sum(weight * weight) AS sum_w2,
    sum(CASE WHEN value >= 9 THEN weight ELSE 0 END) AS promoters, sum(CASE WHEN value <= 6 THEN weight ELSE 0 END) AS detractors
FROM {source} WHERE metric = 'nps' GROUP BY month, segment, unit
"""
COLUMNS = "metric, month, segment, unit, value, weight"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--peers-up-to", type=int, default=10_000_000)
    parser.add_argument(
        "--keep", type=Path, help="a folder for the warehouses, used again when they are there"
    )
    arguments = parser.parse_args()
    for size in arguments.sizes:
        folder = (arguments.keep or Path(tempfile.mkdtemp())) / f"scores-{size}"
        warehouse = load(folder, size)
        report(warehouse, size, with_peers=size <= arguments.peers_up_to)
        if arguments.keep is None:
            shutil.rmtree(folder.parent)


def load(folder: Path, size: int) -> Warehouse:
    warehouse = Warehouse(folder, threads=2, memory_limit="3GB")
    if warehouse.watermark() == size:
        return warehouse
    started = time.perf_counter()
    with warehouse._writing(), warehouse._bench(warehouse.answers) as bench:
        for first in range(0, size, PART_ROWS):
            values = {"n": size, "first": first, "last": min(first + PART_ROWS, size)}
            answers = f'SELECT * REPLACE (CAST("at" AS DATE) AS day, year("at") * 100 + month("at") AS month) FROM ({ANSWERS}) AS made'
            bench._connection.execute(f"INSERT INTO incoming {answers}", values)
            bench.flush()
        bench.commit("WRITE", size)
    disk = sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e6
    print(
        f"{size:,} answers written in {time.perf_counter() - started:.0f} s, {disk:,.0f} MB on disk",
        flush=True,
    )
    return warehouse


def report(warehouse: Warehouse, size: int, *, with_peers: bool) -> None:
    source = Question(metrics=("nps",), by=GROUPS, where=Filter()).source(
        warehouse.engine.read(lambda reader: reader.shape())
    )
    asked: dict[str, Callable[[], Any]] = {
        f"Candor, from {f'cube {source.grain}' if source.grain else 'the answers'}": lambda: bands(
            warehouse, metric="nps", cuts=(7, 9), by=GROUPS
        ),
        "DuckDB by hand": by_hand(warehouse),
    }
    if with_peers:
        asked |= {"pandas in memory": pandas(warehouse), "SQLite": sqlite(warehouse)}
    found = {name: best(work) for name, work in asked.items()}
    ours, groups = next(iter(found.values()))
    print(f"\n{size:,} answers, {len(groups):,} groups, load {os.getloadavg()[0]:.1f}")
    for name, (seconds, theirs) in found.items():
        assert len(theirs) == len(groups), f"{name} finds {len(theirs)} groups"
        print(f"  {name:28}{seconds * 1000:10.0f} ms{seconds / ours:8.2f} times ours")
    (_, plain) = found["DuckDB by hand"]
    assert {row[:3]: row[3] for row in plain} == {
        key: sum(cell.n for cell in cells) for key, cells in groups.items()
    }
    print(f"  ours against DuckDB by hand: {ours / found['DuckDB by hand'][0]:.2f}")
    print(f"  most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB", flush=True)


def by_hand(warehouse: Warehouse) -> Callable[[], Any]:
    connection = duckdb.connect(config=warehouse.settings)
    connection.execute("SET parquet_metadata_cache = true")
    files = warehouse.files("answers")
    return lambda: connection.execute(BY_HAND.format(source="read_parquet(?)"), [files]).fetchall()


def pandas(warehouse: Warehouse) -> Callable[[], Any]:
    frame = duckdb.execute(f"SELECT {COLUMNS} FROM read_parquet(?)", [warehouse.files("answers")]).df()
    frame = frame.astype({"metric": "category", "segment": "category"})

    def score() -> Any:
        chosen = frame[frame["metric"] == "nps"]
        weight, value = chosen["weight"], chosen["value"]
        parts = chosen[[*GROUPS, "weight"]].assign(
            squares=weight * weight,
            promoters=weight.where(value >= 9, 0.0),
            detractors=weight.where(value <= 6, 0.0),
        )
        found = parts.groupby(list(GROUPS), observed=True, dropna=False).agg(
            n=("weight", "size"),
            sum_w=("weight", "sum"),
            sum_w2=("squares", "sum"),
            promoters=("promoters", "sum"),
            detractors=("detractors", "sum"),
        )
        return list(found.itertuples())

    return score


def sqlite(warehouse: Warehouse) -> Callable[[], Any]:
    connection = sqlite3.connect(warehouse.folder / "peer.sqlite3")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("DROP TABLE IF EXISTS answers")
    connection.execute(f"CREATE TABLE answers ({COLUMNS})")
    rows = duckdb.execute(f"SELECT {COLUMNS} FROM read_parquet(?)", [warehouse.files("answers")])
    while batch := rows.fetchmany(100_000):
        connection.executemany("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)", batch)
    connection.execute("CREATE INDEX by_group ON answers (metric, month, segment, unit, value, weight)")
    connection.commit()
    return lambda: connection.execute(BY_HAND.format(source="answers")).fetchall()


if __name__ == "__main__":
    main()
