"""Counts of answers: the raw material of every score."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from itertools import pairwise, repeat
from typing import Any, NamedTuple, ParamSpec, TypeAlias, TypeVar

from candor.warehouse.engine import Reader, Rows, Shape
from candor.warehouse.queries.filters import (
    EVERYTHING,
    UNMEASURED,
    Filter,
    Source,
    Statement,
    all_of,
    all_sums,
    conditions,
    grouping,
    ordered,
    source_for,
)
from candor.warehouse.store import Warehouse


class Cell(NamedTuple):
    """How often a value was given: answers, the sum of their weights, and of the squares of their weights."""

    n: int
    sum_w: float
    sum_w2: float


Given = ParamSpec("Given")
Built = TypeVar("Built")

Histogram: TypeAlias = dict[float, Cell]
Group: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day with an answer (None without any), and the number of answers."""

    first: date | None
    last: date | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a query about answers is asked: metrics, a question (or all), groups, a filter."""

    metrics: tuple[str, ...]
    question: str | None = None
    by: tuple[str, ...] = ()
    where: Filter = EVERYTHING

    def source(self, shape: Shape, *also: str) -> Source:
        named = ("metric",) if self.question is None else ("metric", "question")
        return source_for(self.by, self.where, shape, also=(*named, *also))

    def select(self, source: Source, sums: Statement, *further: str) -> Statement:
        """The groups and `sums`, for each group (and each value of the `further` columns), in order."""
        groups = [*(grouping(name) for name in self.by), *further]
        condition = conditions(self.where, source, self.metrics, self.question)
        query = f"SELECT {', '.join([*groups, sums.query])} FROM {source.table} WHERE {condition.query}"
        if groups:
            query += f" GROUP BY {', '.join(groups)}{ordered(groups)}"
        return Statement(query, sums.parameters + condition.parameters)


def _undisturbed(build: Callable[Given, Built]) -> Callable[Given, Built]:
    """Pause garbage collection, which would walk again and again over tables of new tuples and double the time they take."""

    @wraps(build)
    def paused(*args: Given.args, **kwargs: Given.kwargs) -> Built:
        if not gc.isenabled():
            return build(*args, **kwargs)
        gc.disable()
        try:
            return build(*args, **kwargs)
        finally:
            gc.enable()

    return paused


@_undisturbed
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
    asked = _apart(metric, metrics, question, by, where)
    rows, _ = _ask(warehouse, lambda shape: histograms_statement(asked, shape))
    width = len(asked.by)
    columns = list(zip(*rows, strict=True))
    found: dict[Group, Histogram] = {}
    for group, value, cell in zip(
        _groups(columns[:width], len(rows)),
        columns[width] if rows else (),
        _cells(columns[width + 1 :]),
        strict=True,
    ):
        found.setdefault(group, {})[value] = cell
    return found


def histograms_statement(asked: Question, shape: Shape = UNMEASURED) -> Statement:
    """The query behind `histograms`: a row for each group and value."""
    source = asked.source(shape)
    return asked.select(source, source.sums, "value")


@_undisturbed
def bands(
    warehouse: Warehouse,
    *,
    cuts: Sequence[float],
    metric: str | None = None,
    metrics: Sequence[str] = (),
    question: str | None = None,
    by: Sequence[str] = (),
    where: Filter = EVERYTHING,
) -> dict[Group, tuple[Cell, ...]]:
    """Count the answers in each band of values, in each group: what a share or a net score needs, and for many groups several
    times faster than whole histograms.

    Args:
        cuts: Where the bands meet, ascending. A value that lies on a cut belongs to the band above: `(7, 9)` gives detractors
            (below 7), passives (7 and 8) and promoters (9 and 10).
        warehouse, metric, metrics, question, by, where: As in `histograms`.

    Returns:
        For each group, in the order of `histograms`, one `Cell` a band, from the lowest band to the highest.
    """
    asked = _apart(metric, metrics, question, by, where)
    rows, shape = _ask(warehouse, lambda shape: bands_statement(asked, cuts, shape))
    start, step = len(asked.by), 3 if shape.weighted else 1
    if not start:
        rows = [row for row in rows if row[0] is not None]  # without any answer the sums are NULL
    columns = list(zip(*rows, strict=True))
    cells = [_cells(columns[i : i + step]) for i in range(start, len(columns), step)]
    return dict(zip(_groups(columns[:start], len(rows)), zip(*cells, strict=True), strict=True))


def bands_statement(asked: Question, cuts: Sequence[float], shape: Shape = UNMEASURED) -> Statement:
    """The query behind `bands`: a row for each group, three columns for each band."""
    source = asked.source(shape)
    edges = [None, *(float(cut) for cut in cuts), None]
    sums = [
        source.sums_where(_between(low, high), str(number))
        for number, (low, high) in enumerate(pairwise(edges))
    ]
    return asked.select(source, all_sums(sums))


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
    asked = Question(metrics=_chosen(metric, metrics), question=question, by=tuple(by), where=where)
    rows, _ = _ask(warehouse, lambda shape: counts_statement(asked, shape))
    return {row[:-1]: row[-1] for row in rows if row[-1]}


def counts_statement(asked: Question, shape: Shape = UNMEASURED) -> Statement:
    """The query behind `counts_by`."""
    source = asked.source(shape)
    return asked.select(source, source.count)


def answer_span(
    warehouse: Warehouse,
    *,
    metric: str | None = None,
    metrics: Sequence[str] = (),
    where: Filter = EVERYTHING,
) -> Span:
    """The first and last day with an answer, so that a page knows which periods it can show."""
    asked = Question(metrics=_chosen(metric, metrics), where=where)
    ((first, last, n),), _ = _ask(warehouse, lambda shape: span_statement(asked, shape))
    return Span(first, last, n or 0)


def span_statement(asked: Question, shape: Shape = UNMEASURED) -> Statement:
    """The query behind `answer_span`."""
    source = asked.source(shape, "day")
    ends = Statement("min(day) AS first_day, max(day) AS last_day", ())
    return asked.select(source, all_sums([ends, source.count]))


def _ask(warehouse: Warehouse, statement: Callable[[Shape], Statement]) -> tuple[Rows, Shape]:
    def work(reader: Reader) -> tuple[Rows, Shape]:
        shape = reader.shape()
        asked = statement(shape)
        return reader.rows(asked.query, asked.parameters), shape

    return warehouse.engine.read(work)


def _groups(columns: Sequence[Group], rows: int) -> Iterator[Group]:
    return zip(*columns, strict=True) if columns else repeat((), rows)


def _cells(columns: Sequence[tuple[Any, ...]]) -> Iterator[Cell]:
    """Cells of the columns n, sum_w and sum_w2; or of n alone, when every weight is 1. A page may need 100,000 of them."""
    if len(columns) == 1:
        weights = tuple(map(float, columns[0]))
        columns = [columns[0], weights, weights]
    return map(tuple.__new__, repeat(Cell), zip(*columns, strict=True))


def _between(low: float | None, high: float | None) -> Statement:
    above = [] if low is None else [Statement("value >= ?", (low,))]
    below = [] if high is None else [Statement("value < ?", (high,))]
    return all_of([*above, *below])


def _apart(
    metric: str | None, metrics: Sequence[str], question: str | None, by: Sequence[str], where: Filter
) -> Question:
    chosen = _chosen(metric, metrics)
    if len(chosen) > 1 and "metric" not in by:
        raise ValueError("values of several metrics are kept apart by 'metric' in `by`")
    return Question(metrics=chosen, question=question, by=tuple(by), where=where)


def _chosen(metric: str | None, metrics: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys([*([metric] if metric is not None else []), *metrics]))
    if not chosen:
        raise ValueError("name a metric")
    return chosen
