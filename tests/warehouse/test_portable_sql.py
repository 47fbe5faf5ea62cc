"""Every named query stays in the SQL that DuckDB, PostgreSQL and Spark agree on."""

from datetime import date, timedelta

import pytest
import sqlglot
from sqlglot import exp

from candor.warehouse import Warehouse
from candor.warehouse.engine import Shape
from candor.warehouse.queries import Filter
from candor.warehouse.queries import events as event_queries
from candor.warehouse.queries.answers import (
    Question,
    bands_statement,
    counts_statement,
    histograms_statement,
    span_statement,
)
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.health import health_statement
from tests.warehouse.path_queries import path_statements
from tests.warehouse.planted import START, many_answers
from tests.warehouse.test_events import PLANTED

FULL = Filter(
    since=date(2025, 11, 4), until=date(2026, 2, 1), kinds=["survey"], units=[1, None], products=["loan"],
    channels=["web"], companies=[None], segments=["old"], touchpoints=[None], journeys=[None], customers=[*range(40)],
    persons=[None], issues=["fees", None], batches=[1, 2],
)  # fmt: skip
QUESTIONS = [
    Question(metrics=("nps",)),
    Question(metrics=("nps", "csat"), by=("metric", "month", "unit")),
    Question(metrics=("nps",), question="recommend", by=("week", "channel"), where=Filter(units=[])),
    Question(metrics=("nps",), by=("day", "customer", "issue"), where=FULL),
]


def _queries() -> dict[str, Statement]:
    found: dict[str, Statement] = {}
    for weighted in (True, False):
        for place, shape in (("cube", Shape({}, weighted)), ("answers", Shape({0: 1}, weighted))):
            for number, asked in enumerate(QUESTIONS):
                name = f"{number}-{place}-{'weighted' if weighted else 'plain'}"
                found[f"histograms-{name}"] = histograms_statement(asked, shape)
                found[f"bands-{name}"] = bands_statement(asked, (7, 9), shape)
                found[f"counts-{name}"] = counts_statement(asked, shape)
                found[f"span-{name}"] = span_statement(
                    Question(metrics=asked.metrics, where=asked.where), shape
                )
    found |= path_statements()
    found["log_health"] = health_statement(START, timedelta(days=1), START)
    found["customer_events"] = Statement(event_queries.CUSTOMER_EVENTS, (7, 10))
    return found


QUERIES = _queries()
UNPORTABLE = (
    exp.Qualify, exp.Interval, exp.ArgMax, exp.ArgMin, exp.PercentileCont, exp.ApproxDistinct, exp.ApproxQuantile,
    exp.Star, exp.Pivot, exp.Lateral, exp.Unnest, exp.List,
)  # fmt: skip


DECISIVE = {
    "event_id",
    "place",
    "path",
    "position",
    "cases",
}  # no two rows of a case, or of a group, have the same


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("portable"))
    warehouse.project(many_answers(400), through=1)
    warehouse.append_events(PLANTED)
    return warehouse


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_can_be_said_to_postgres_and_spark(name: str) -> None:
    for dialect in ("postgres", "spark"):
        (said,) = sqlglot.transpile(
            QUERIES[name].query, read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE
        )
        again = sqlglot.parse_one(said, read=dialect)
        assert len(list(again.find_all(exp.Placeholder))) == len(QUERIES[name].parameters)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_keeps_to_the_subset(name: str) -> None:
    tree = sqlglot.parse_one(QUERIES[name].query, read="duckdb")
    found = [node for node in tree.find_all(*UNPORTABLE) if not _is_allowed_star(node)]
    assert not found
    assert not any(group.args.get("all") for group in tree.find_all(exp.Group))
    assert all(
        subquery.alias or isinstance(subquery.parent, exp.In) for subquery in tree.find_all(exp.Subquery)
    )
    for window in tree.find_all(exp.Window):
        assert _last_of(window) in DECISIVE or _is_without_order(window), "a window without a tie-break"


def _last_of(window: exp.Window) -> str | None:
    order = window.args.get("order")
    return order.expressions[-1].name if order else None


def _is_without_order(window: exp.Window) -> bool:
    """Which is well where order can't matter: the largest value, or the place among equal values of nothing but themselves."""
    return isinstance(window.this, exp.Max) or _last_of(window) == "value"


def _is_allowed_star(node: exp.Expression) -> bool:
    # count(*), and the whole rows of `chosen`
    return isinstance(node, exp.Star) and (
        isinstance(node.parent, exp.Count) or isinstance(node.find_ancestor(exp.CTE), exp.CTE)
    )


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_said_anew_finds_the_same(warehouse: Warehouse, name: str) -> None:
    query, parameters = QUERIES[name].query, QUERIES[name].parameters
    (again,) = sqlglot.transpile(query, read="duckdb", write="duckdb")
    assert warehouse.engine.rows(again, parameters) == warehouse.engine.rows(query, parameters)
