"""The tables: their columns, their order on disk, and the grains of the daily cube."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Column:
    """A column, its SQL type, whether it is always filled, the least number that it takes, and whether it follows from others."""

    name: str
    type: str
    required: bool = False
    least: float | None = None
    derived: bool = False


@dataclass(frozen=True)
class Schema:
    """A table of facts: columns in order, the key that upserts go by, and the order of rows inside a file."""

    name: str
    columns: tuple[Column, ...]
    key: str
    order: tuple[str, ...]
    ranges: tuple[str, ...]  # columns whose smallest and largest value each file records

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The columns that a row is given with; the others follow from them."""
        return tuple(column.name for column in self.columns if not column.derived)

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
        Column("weight", "DOUBLE", required=True, least=0.0),
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
    order=("metric", "day", "feedback_id", "question"),
    ranges=("feedback_id", "day"),
)

# The events of a case lie in one bucket, so that paths can be followed bucket by bucket in bounded memory. Stored with the event:
# another engine, or a later version, need not be able to work it out. 64 keep a bucket of 100 million events at about 1.6 million.
BUCKETS = 64

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
        Column("received_at", "TIMESTAMP"),
        Column("bucket", "INTEGER", required=True, derived=True),
    ),
    key="event_id",
    order=("bucket", "journey", "case_id", "at", "ordinal", "event_id"),
    ranges=("bucket", "at", "batch"),
)

# Weights, and their squares, are kept to a multiple of 2^-24 (6e-8). Sums of such numbers are exact in a double up to 2^29, so that
# the order in which the engine adds them can not move the last digit. Weights are meant to average about 1.
WEIGHT_STEPS = 16_777_216


def stepped(expression: str) -> str:
    """The expression, rounded to the steps that weights are kept in."""
    return f"floor(({expression}) * {WEIGHT_STEPS} + 0.5) / {WEIGHT_STEPS}"


WEIGHT_SUMS = f"sum(weight) AS sum_w, sum({stepped('weight * weight')}) AS sum_w2"

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


# Usually from the fewest rows to the most; the last one knows every dimension.
GRAINS = (
    Grain(1, ("month", "metric", "question", "kind", "channel")),
    Grain(2, ("day", "month", "metric", "question", "kind")),
    Grain(3, ("month", "metric", "question", "kind", "unit", "channel")),
    Grain(7, ("month", "metric", "question", "kind", "unit", "segment")),  # the seventh that was made
    Grain(
        4, ("month", "metric", "question", "kind", "product", "channel", "segment", "touchpoint", "journey")
    ),
    Grain(5, ("day", "month", "metric", "question", "kind", "unit")),
    Grain(6, ("day", "month", *DIMENSIONS)),
)

CUBE_COLUMNS = (
    Column("grain", "INTEGER", required=True),
    Column("day", "DATE"),
    Column("month", "INTEGER", required=True),
    *(Column(name, ANSWERS.type_of(name)) for name in DIMENSIONS),
    Column("value", "DOUBLE", required=True),
    Column("n", "BIGINT", required=True),
    Column("sum_w", "DOUBLE", required=True),
    Column("sum_w2", "DOUBLE", required=True),
)


def quoted(name: str) -> str:
    """An identifier from this module, quoted because `at` is a keyword of DuckDB 2."""
    return f'"{name}"'


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)
