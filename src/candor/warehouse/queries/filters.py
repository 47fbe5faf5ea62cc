"""What a query is asked of: filters become conditions with bound values, names only pass an allow-list."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, TypeAlias

from candor.warehouse.engine import Shape
from candor.warehouse.errors import UnknownColumn
from candor.warehouse.schema import ANSWERS, GRAINS, WEIGHT_SUMS, quoted, stepped

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
UNMEASURED = Shape({}, weighted=True)


@dataclass(frozen=True, slots=True)
class Statement:
    """A query in the portable subset, with the values to bind in order."""

    query: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a question about answers is asked: a grain of the daily cube, or (grain 0) the answers themselves."""

    grain: int
    by_month: bool  # the days of the filter can be asked as months
    weighted: bool  # else the sums of weights are the number of answers, and are not asked for

    @property
    def table(self) -> str:
        return "daily" if self.grain else ANSWERS.name

    @property
    def count(self) -> Statement:
        return Statement(f"CAST({'sum(n)' if self.grain else 'count(*)'} AS BIGINT) AS n", ())

    @property
    def sums(self) -> Statement:
        """The number of answers, the sum of their weights and of the squares of their weights."""
        if not self.weighted:
            return self.count
        weights = "sum(sum_w) AS sum_w, sum(sum_w2) AS sum_w2" if self.grain else WEIGHT_SUMS
        return all_sums([self.count, Statement(weights, ())])

    def sums_where(self, condition: Statement, name: str) -> Statement:
        """The same sums over the rows that fulfil `condition`, as columns that end in `name`."""
        n, w, w2 = ("n", "sum_w", "sum_w2") if self.grain else ("1", "weight", stepped("weight * weight"))
        case = f"sum(CASE WHEN {condition.query} THEN {{}} ELSE 0 END)"
        columns = [f"CAST({case.format(n)} AS BIGINT) AS n_{name}"]
        if self.weighted:
            columns += [f"{case.format(w)} AS sum_w_{name}", f"{case.format(w2)} AS sum_w2_{name}"]
        return Statement(", ".join(columns), condition.parameters * len(columns))


def all_sums(sums: Sequence[Statement]) -> Statement:
    """Several columns of a SELECT."""
    return Statement(
        ", ".join(part.query for part in sums), tuple(value for part in sums for value in part.parameters)
    )


def source_for(by: Sequence[str], where: Filter, shape: Shape, *, also: Sequence[str] = ()) -> Source:
    """The source with the fewest rows of those that know every column the question needs.

    Args:
        by: The groups.
        where: The filter.
        shape: How the answers lie; if that was not measured, a coarser grain is taken to be the smaller one.
        also: Further columns that the query names.
    """
    for name in by:
        if name not in GROUPS:
            raise UnknownColumn(name, GROUPS)
    bounds = [bound for bound in (where.since, where.until) if bound is not None]
    by_month = all(bound.day == 1 for bound in bounds)
    needed = {"day" if name == "week" else name for name in (*by, *also)} | set(where.lists())
    if bounds:
        needed.add("month" if by_month else "day")
    able = [grain.number for grain in GRAINS if grain.covers(frozenset(needed))]
    if shape.rows:
        able = sorted(
            (number for number in (*able, 0) if number in shape.rows), key=lambda g: (shape.rows[g], g)
        )
    return Source(able[0] if able else 0, by_month, shape.weighted)


def grouping(name: str) -> str:
    """The expression that a group goes by."""
    return WEEK if name == "week" else quoted(name)


def conditions(where: Filter, source: Source, metrics: Sequence[str], question: str | None) -> Statement:
    """The WHERE clause, without its first word."""
    terms: list[Statement] = [] if not source.grain else [Statement("grain = ?", (source.grain,))]
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


def ordered(expressions: Sequence[str]) -> str:
    """The ORDER BY clause, groups that are not known first, as every engine would do it."""
    return f" ORDER BY {', '.join(f'{e} NULLS FIRST' for e in expressions)}" if expressions else ""
