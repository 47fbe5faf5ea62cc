"""What a query is asked of: filters become conditions with bound values, names only pass an allow-list."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, TypeAlias

from candor.warehouse.errors import UnknownColumn
from candor.warehouse.schema import ANSWERS, GRAINS, quoted

Names: TypeAlias = Sequence[str | None] | None
Ids: TypeAlias = Sequence[int | None] | None

WEEK = "CAST(date_trunc('week', day) AS DATE)"  # its Monday
GROUPS = (
    "day", "week", "month", "metric", "question", "kind", "unit", "product", "channel", "company", "segment",
    "touchpoint", "journey", "customer", "person", "issue", "batch",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which answers are asked of.

    Each field but the days lists the values that may pass; None in such a list stands for "not known", a field that is None
    lets everything pass and **an empty list lets nothing pass**, so that somebody who may see no unit sees no answer.

    Attributes:
        since: The first day that counts.
        until: The first day that counts no more (half-open, so that periods join without overlap).
    """

    since: date | None = None
    until: date | None = None
    kinds: Names = field(default=None, metadata={"column": "kind"})
    units: Ids = field(default=None, metadata={"column": "unit"})
    products: Names = field(default=None, metadata={"column": "product"})
    channels: Names = field(default=None, metadata={"column": "channel"})
    companies: Names = field(default=None, metadata={"column": "company"})
    segments: Names = field(default=None, metadata={"column": "segment"})
    touchpoints: Names = field(default=None, metadata={"column": "touchpoint"})
    journeys: Names = field(default=None, metadata={"column": "journey"})
    customers: Ids = field(default=None, metadata={"column": "customer"})
    persons: Ids = field(default=None, metadata={"column": "person"})
    issues: Names = field(default=None, metadata={"column": "issue"})
    batches: Ids = field(default=None, metadata={"column": "batch"})

    def lists(self) -> dict[str, Sequence[Any]]:
        """The columns that are restricted, with the values that pass."""
        named = ((f.metadata.get("column"), getattr(self, f.name)) for f in fields(self))
        return {column: values for column, values in named if column and values is not None}


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Statement:
    """A query in the portable subset, with the values to bind in order."""

    query: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a question about answers is asked: a grain of the daily cube, or the answers themselves."""

    table: str
    grain: int | None
    by_month: bool  # the days of the filter can be asked as months

    @property
    def count(self) -> str:
        return "sum(n)" if self.grain else "count(*)"

    @property
    def weights(self) -> str:
        if self.grain:
            return "sum(sum_w) AS sum_w, sum(sum_w2) AS sum_w2"
        return "sum(CAST(weight AS DECIMAL(38, 9))) AS sum_w, sum(CAST(weight * weight AS DECIMAL(38, 9))) AS sum_w2"


def source_for(by: Sequence[str], where: Filter, *, also: Sequence[str] = ()) -> Source:
    """The smallest source that knows every column the question needs."""
    for name in by:
        if name not in GROUPS:
            raise UnknownColumn(name, GROUPS)
    bounds = [bound for bound in (where.since, where.until) if bound is not None]
    by_month = all(bound.day == 1 for bound in bounds)
    needed = {"day" if name == "week" else name for name in (*by, *also)} | set(where.lists())
    if bounds:
        needed.add("month" if by_month else "day")
    for grain in GRAINS:
        if grain.covers(frozenset(needed)):
            return Source("daily", grain.number, by_month)
    return Source(ANSWERS.name, None, by_month=False)


def grouping(name: str) -> str:
    """The expression that a group goes by."""
    return WEEK if name == "week" else quoted(name)


def conditions(where: Filter, source: Source, metrics: Sequence[str], question: str | None) -> Statement:
    """The WHERE clause, without its first word."""
    terms: list[Statement] = [] if source.grain is None else [Statement("grain = ?", (source.grain,))]
    terms.append(among("metric", metrics))
    if question is not None:
        terms.append(Statement("question = ?", (question,)))
    for bound, sign in ((where.since, ">="), (where.until, "<")):
        if bound is None:
            continue
        if source.by_month:
            terms.append(Statement(f"month {sign} ?", (bound.year * 100 + bound.month,)))
        else:
            terms.append(Statement(f"day {sign} ?", (bound,)))
    terms += [among(column, values) for column, values in where.lists().items()]
    return all_of(terms)


def among(column: str, values: Sequence[Any]) -> Statement:
    """The condition that `column` is one of `values`, of which None is NULL; of no values it is never true."""
    present = tuple(value for value in values if value is not None)
    parts = [f"{quoted(column)} IN ({', '.join('?' * len(present))})"] if present else []
    if len(present) < len(values):
        parts.append(f"{quoted(column)} IS NULL")
    return Statement(f"({' OR '.join(parts)})" if parts else "1 = 0", present)


def all_of(terms: Sequence[Statement]) -> Statement:
    """The conjunction of conditions; true of none."""
    query = " AND ".join(term.query for term in terms) or "1 = 1"
    return Statement(query, tuple(value for term in terms for value in term.parameters))


def none_first(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """A sort key under which groups that are not known come first."""
    return tuple((value is not None, value) for value in key)
