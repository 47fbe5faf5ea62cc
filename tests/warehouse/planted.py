"""Rows whose counts can be worked out by hand, and the plain-Python counting that the warehouse has to agree with."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from candor.warehouse import Warehouse
from candor.warehouse.queries import Cell, Filter, histograms

START = datetime(2025, 11, 3, 8)


def answer(feedback_id: int = 1, value: float = 9, **columns: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "feedback_id": feedback_id,
        "kind": "survey",
        "metric": "nps",
        "value": value,
        "at": START,
    }
    return row | columns


def many_answers(n: int, *, seed: int = 1, weighted: bool = True) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    return [
        answer(
            i // 2,
            chance.randrange(11),
            metric=("nps", "csat")[i % 2],
            question=("recommend", None)[i % 2],
            weight=chance.uniform(0.2, 3) if weighted else 1,
            at=START + timedelta(hours=chance.randrange(2000)),
            unit=chance.choice([1, 2, 3, None]),
            channel=chance.choice(["web", "mail", None]),
            product=chance.choice(["loan", "card"]),
            segment=chance.choice(["young", "old"]),
            customer=chance.randrange(40),
            issue=chance.choice(["fees", None]),
            batch=chance.choice([1, 2]),
        )
        for i in range(n)
    ]


def counted(rows: Iterable[dict[str, Any]], by: tuple[str, ...]) -> dict[tuple[Any, ...], dict[float, int]]:
    """How often each value occurs in each group, counted in plain Python."""
    found: dict[tuple[Any, ...], dict[float, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        found[tuple(_of(row, name) for name in by)][float(row["value"])] += 1
    return {key: dict(values) for key, values in found.items()}


def _of(row: dict[str, Any], name: str) -> Any:
    day: date = row["at"].date()
    derived = {"day": day, "month": day.year * 100 + day.month, "week": day - timedelta(days=day.weekday())}
    return derived.get(name, row.get(name))


def numbers(found: dict[tuple[Any, ...], dict[float, Cell]]) -> dict[tuple[Any, ...], dict[float, int]]:
    return {key: {value: cell.n for value, cell in histogram.items()} for key, histogram in found.items()}


def contents(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Every answer that is held, in one fixed order."""
    return sorted(warehouse.engine.rows("SELECT * FROM answers"), key=repr)


def values_of(warehouse: Warehouse) -> dict[int, float]:
    """The value of each feedback, which must have exactly one."""
    rows = warehouse.engine.rows("SELECT feedback_id, value FROM answers")
    assert len(rows) == len(dict(rows)), "a feedback is held twice"
    return dict(rows)


def assert_cube_agrees(warehouse: Warehouse, metric: str = "nps") -> None:
    """The cube, at each of its grains, counts what the answers say."""
    for by in (
        ("month", "channel"),
        ("day",),
        ("month", "unit"),
        ("day", "unit"),
        ("day", "unit", "product"),
    ):
        from_cube = histograms(warehouse, metric=metric, by=by)
        from_answers = histograms(warehouse, metric=metric, by=by, where=Filter(batches=[None, *range(20)]))
        assert from_cube == from_answers


def parts_on_disk(folder: Path) -> set[str]:
    """The data files, without the checkpoints of the log."""
    return {str(path.relative_to(folder)) for path in folder.rglob("part-*.parquet")}
