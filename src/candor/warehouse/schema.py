"""The tables: their columns, their order on disk, and the grains of the daily cube."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column, its SQL type, and whether a row may leave it out."""

    name: str
    type: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """A table of facts: columns in order, the key that upserts go by, and the order of rows inside a file."""

    name: str
    columns: tuple[Column, ...]
    key: str
    order: tuple[str, ...]
    ranges: tuple[str, ...]  # columns whose smallest and largest value each file records

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    def type_of(self, name: str) -> str:
        return next(column.type for column in self.columns if column.name == name)


ANSWERS = Schema(
    name="answers",
    columns=(
        Column("feedback_id", "BIGINT", required=True),
        Column("kind", "VARCHAR", required=True),
        Column("metric", "VARCHAR", required=True),
        Column("question", "VARCHAR"),
        Column("value", "DOUBLE", required=True),
        Column("weight", "DOUBLE", required=True),
        Column("at", "TIMESTAMP", required=True),
        Column("day", "DATE", required=True),
        Column("month", "INTEGER", required=True),
        Column("unit", "BIGINT"),
        Column("product", "VARCHAR"),
        Column("channel", "VARCHAR"),
        Column("company", "VARCHAR"),
        Column("segment", "VARCHAR"),
        Column("touchpoint", "VARCHAR"),
        Column("journey", "VARCHAR"),
        Column("customer", "BIGINT"),
        Column("person", "BIGINT"),
        Column("issue", "VARCHAR"),
        Column("batch", "BIGINT"),
    ),
    key="feedback_id",
    order=("metric", "day", "feedback_id", "question", "value", "at"),
    ranges=("feedback_id", "day"),
)

EVENTS = Schema(
    name="events",
    columns=(
        Column("event_id", "VARCHAR", required=True),
        Column("journey", "VARCHAR", required=True),
        Column("case_id", "VARCHAR", required=True),
        Column("activity", "VARCHAR", required=True),
        Column("at", "TIMESTAMP", required=True),
        Column("resource", "VARCHAR"),
        Column("channel", "VARCHAR"),
        Column("unit", "BIGINT"),
        Column("customer", "BIGINT"),
        Column("lifecycle", "VARCHAR"),
        Column("attributes", "VARCHAR"),
        Column("source", "VARCHAR"),
        Column("batch", "BIGINT"),
        Column("ordinal", "BIGINT"),
    ),
    key="event_id",
    order=("journey", "case_id", "at", "ordinal", "event_id"),
    ranges=("batch",),
)

DIMENSIONS = (
    "metric",
    "question",
    "kind",
    "unit",
    "product",
    "channel",
    "company",
    "segment",
    "touchpoint",
    "journey",
)


@dataclass(frozen=True, slots=True)
class Grain:
    """One level of the cube: the dimensions it keeps beside the value; the others are NULL there."""

    number: int
    dimensions: tuple[str, ...]

    def covers(self, columns: frozenset[str]) -> bool:
        return columns <= frozenset(self.dimensions)


# From the fewest rows to the most: a question is answered by the first grain that knows its columns.
GRAINS = (
    Grain(1, ("month", "metric", "question", "kind", "channel")),
    Grain(2, ("day", "month", "metric", "question", "kind")),
    Grain(3, ("month", "metric", "question", "kind", "unit", "channel")),
    Grain(
        4, ("month", "metric", "question", "kind", "product", "channel", "segment", "touchpoint", "journey")
    ),
    Grain(5, ("month", "metric", "question", "kind", "unit", "product", "segment")),
    Grain(6, ("day", "month", *DIMENSIONS)),
)

CUBE_COLUMNS = (
    Column("grain", "INTEGER", required=True),
    Column("day", "DATE"),
    Column("month", "INTEGER", required=True),
    *(Column(name, ANSWERS.type_of(name)) for name in DIMENSIONS),
    Column("value", "DOUBLE", required=True),
    Column("n", "BIGINT", required=True),
    Column("sum_w", "DECIMAL(38, 9)", required=True),
    Column("sum_w2", "DECIMAL(38, 9)", required=True),
)


def quoted(name: str) -> str:
    """An identifier from this module, quoted because `at` is a keyword of DuckDB 2."""
    return f'"{name}"'


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)
