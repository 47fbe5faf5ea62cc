"""Counts of answers: the raw material of every score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from candor.warehouse.queries.filters import (
    EVERYTHING,
    Filter,
    Statement,
    conditions,
    grouping,
    none_first,
    source_for,
)
from candor.warehouse.store import Warehouse


class Cell(NamedTuple):
    """How often a value was given: answers, the sum of their weights, and of the squares of their weights."""

    n: int
    sum_w: float
    sum_w2: float


Histogram: TypeAlias = dict[float, Cell]
Group: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day with an answer (None without any), and the number of answers."""

    first: date | None
    last: date | None
    n: int


def histograms(
    warehouse: Warehouse,
    *,
    metric: str | None = None,
    metrics: Sequence[str] = (),
    question: str | None = None,
    by: Sequence[str] = (),
    where: Filter = EVERYTHING,
) -> dict[Group, Histogram]:
    """Count the answers of each value in each group.

    Args:
        warehouse: Where to look.
        metric: The metric; or
        metrics: several of them, kept apart by "metric" in `by`.
        question: Only answers to this question.
        by: The groups, of `GROUPS`: day, week (its Monday), month (YYYYMM), metric, question, kind, unit, product, channel,
            company, segment, touchpoint, journey; from the answers themselves also customer, person, issue, batch.
        where: Which answers count.

    Returns:
        For each group (a tuple in the order of `by`, with None for "not known", sorted with None first) its values in
        ascending order, each with its `Cell`. Groups without an answer are absent. Without `by` the one group is ().

    Raises:
        UnknownColumn: A name in `by` is not one of `GROUPS`.
        ValueError: No metric, or several without "metric" in `by`: a histogram of two scales has no meaning.
    """
    chosen = _chosen(metric, metrics)
    if len(chosen) > 1 and "metric" not in by:
        raise ValueError("histograms of several metrics are kept apart by 'metric' in `by`")
    statement = histograms_statement(metrics=chosen, question=question, by=by, where=where)
    width = len(by)
    rows = warehouse.engine.rows(statement.query, statement.parameters)
    rows.sort(key=lambda row: (none_first(row[:width]), row[width]))
    found: dict[Group, Histogram] = {}
    for row in rows:
        value, n, sum_w, sum_w2 = row[width:]
        found.setdefault(row[:width], {})[value] = Cell(int(n), float(sum_w), float(sum_w2))
    return found


def histograms_statement(
    *, metrics: Sequence[str], question: str | None = None, by: Sequence[str] = (), where: Filter = EVERYTHING
) -> Statement:
    """The query behind `histograms`."""
    source = source_for(by, where, also=("metric",) if question is None else ("metric", "question"))
    condition = conditions(where, source, metrics, question)
    groups = [*(grouping(name) for name in by), "value"]
    query = (
        f"SELECT {', '.join(groups)}, {source.count} AS n, {source.weights} "  # noqa: S608  names from an allow-list
        f"FROM {source.table} WHERE {condition.query} GROUP BY {', '.join(groups)}"
    )
    return Statement(query, condition.parameters)


def counts_by(
    warehouse: Warehouse,
    *,
    metric: str | None = None,
    metrics: Sequence[str] = (),
    question: str | None = None,
    by: Sequence[str],
    where: Filter = EVERYTHING,
) -> dict[Group, int]:
    """Count the answers in each group, whatever their value: complaints by issue and week, invitations by channel.

    Args and order as in `histograms`; several metrics are counted together unless "metric" is in `by`.
    """
    statement = counts_statement(metrics=_chosen(metric, metrics), question=question, by=by, where=where)
    rows = warehouse.engine.rows(statement.query, statement.parameters)
    counts = ((tuple(row[:-1]), int(row[-1])) for row in rows if row[-1])
    return dict(sorted(counts, key=lambda item: none_first(item[0])))


def counts_statement(
    *, metrics: Sequence[str], question: str | None = None, by: Sequence[str] = (), where: Filter = EVERYTHING
) -> Statement:
    """The query behind `counts_by`."""
    source = source_for(by, where, also=("metric",) if question is None else ("metric", "question"))
    condition = conditions(where, source, metrics, question)
    groups = ", ".join(grouping(name) for name in by)
    chosen = f"{groups}, {source.count}" if by else source.count
    query = f"SELECT {chosen} AS n FROM {source.table} WHERE {condition.query}"  # noqa: S608  names from an allow-list
    return Statement(f"{query} GROUP BY {groups}" if by else query, condition.parameters)


def answer_span(
    warehouse: Warehouse,
    *,
    metric: str | None = None,
    metrics: Sequence[str] = (),
    where: Filter = EVERYTHING,
) -> Span:
    """The first and last day with an answer, so that a page knows which periods it can show."""
    statement = span_statement(metrics=_chosen(metric, metrics), where=where)
    ((first, last, n),) = warehouse.engine.rows(statement.query, statement.parameters)
    return Span(first, last, int(n or 0))


def span_statement(*, metrics: Sequence[str], where: Filter = EVERYTHING) -> Statement:
    """The query behind `answer_span`."""
    source = source_for((), where, also=("day", "metric"))
    condition = conditions(where, source, metrics, None)
    return Statement(
        f"SELECT min(day) AS first_day, max(day) AS last_day, {source.count} AS n "  # noqa: S608
        f"FROM {source.table} WHERE {condition.query}",
        condition.parameters,
    )


def _chosen(metric: str | None, metrics: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys([*([metric] if metric is not None else []), *metrics]))
    if not chosen:
        raise ValueError("name a metric")
    return chosen
