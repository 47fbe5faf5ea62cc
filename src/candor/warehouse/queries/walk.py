"""One walk along the cases of a journey, on which any number of questions are answered.

What is asked is SQL over a few relations, each row of which belongs to one case:

```text
steps    case_id, grp, activity, micros, place, after, after_micros    an event, and what directly follows it
paths    case_id, grp, n, first_micros, last_micros, path              a case, and its whole way
cases    case_id, grp, n, first_micros, last_micros                    a case
visits   case_id, grp, activity, n, first_place                        an activity in a case
pairs    case_id, grp, before, after, n                                an edge in a case
```

`micros` are microseconds since 1970 (UTC), `place` counts the events of a case from 1, `grp` is the group of the case. Counts of
cases add up, so an engine that holds all events of a case in one slice takes slice after slice, and one that does not asks once.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from candor.warehouse.engine import Reader, Rows
from candor.warehouse.queries.filters import Statement, ordered
from candor.warehouse.rows import SEPARATOR

Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)
Key = tuple[Any, ...]
Group = Hashable

# The one order of the events of a case: by time, then by their place in the source, then by their id.
IN_CASE = "(PARTITION BY case_id ORDER BY micros, ordinal, event_id)"


def steps_of(group: str) -> str:
    """The relation `steps` over `chosen`, the group of a case given as an expression."""
    return f"""
    SELECT
        case_id, {group} AS grp, activity, micros,
        row_number() OVER {IN_CASE} AS place,
        lead(activity) OVER {IN_CASE} AS after,
        lead(micros) OVER {IN_CASE} AS after_micros
    FROM chosen
    """


_CASE = "case_id, grp, count(*) AS n, min(micros) AS first_micros, max(micros) AS last_micros"
RELATIONS = {
    "paths": f"SELECT {_CASE}, {{path}} AS path FROM steps GROUP BY case_id, grp",
    "cases": f"SELECT {_CASE} FROM steps GROUP BY case_id, grp",
    "visits": """
    SELECT case_id, grp, activity, count(*) AS n, min(place) AS first_place FROM steps GROUP BY case_id, grp, activity
    """,
    "pairs": """
    SELECT case_id, grp, activity AS before, after, count(*) AS n
    FROM steps WHERE after IS NOT NULL GROUP BY case_id, grp, activity, after
    """,
}


class Names:
    """Activities as they are called; an engine may know them by numbers."""

    path_of = "string_agg(activity, chr(31) ORDER BY place)"

    def code(self, name: str) -> Any:
        """What stands for an activity in the relations."""
        return name

    def name(self, code: Any) -> str:
        """The activity that a code stands for."""
        return str(code)

    def path(self, path: Any) -> tuple[str, ...]:
        """The activities of a path."""
        return tuple(path.split(SEPARATOR))


Table = tuple[str, Statement]
"""A table that a question makes for itself out of the relations, with its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts that add up over cases.

    Attributes:
        select: Yields the columns `keys`, `sums`, `lows` and `highs`, one row a key.
        uses: Relations beside `steps` that it reads.
        also: Tables of its own; what several counts have in common is worked out once.
        parameters: Bound in `select`.
        shown: What is read of the whole, by the name `tally`; everything if nothing is said.
    """

    select: str
    keys: tuple[str, ...]
    sums: tuple[str, ...]
    lows: tuple[str, ...] = ()
    highs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    also: tuple[Table, ...] = ()
    parameters: tuple[Any, ...] = ()
    shown: tuple[Statement, ...] = ()

    @property
    def told(self) -> tuple[Statement, ...]:
        """The queries over `tally` that yield what is told."""
        columns = ", ".join((*self.keys, *self.sums, *self.lows, *self.highs))
        return self.shown or (Statement(f"SELECT {columns} FROM tally{ordered(self.keys)}", ()),)

    def added_up(self, table: str) -> str:
        """The rows of `table`, which holds several rows a key, as one row a key."""
        sums = [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in self.sums]
        ends = [
            f"{of}({name}) AS {name}"
            for of, names in (("min", self.lows), ("max", self.highs))
            for name in names
        ]
        groups = f" GROUP BY {', '.join(self.keys)}" if self.keys else ""
        return f"SELECT {', '.join([*self.keys, *sums, *ends])} FROM {table}{groups}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Values whose exact places are asked for.

    Attributes:
        select: Yields the columns `keys` (codes or small numbers) and `value` (whole microseconds), one row a value.
        places: Which of so many sorted values to tell, counted from 1.
    """

    select: str
    keys: tuple[str, ...]
    places: Callable[[int], Iterable[int]]
    uses: tuple[str, ...] = ()
    also: tuple[Table, ...] = ()
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Sorted:
    """Of the sorted values of one key: how many there are, and those at the places asked for."""

    n: int
    at: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, by the names that the question gave."""

    names: Names
    tallies: Mapping[str, Sequence[Rows]]
    samples: Mapping[str, Mapping[Key, Sorted]]

    def rows(self, name: str, group: Group, *, told: int = 0) -> Iterator[Key]:
        """The rows of a tally for one group of cases, without the group, which is their first column."""
        return (row[1:] for row in self.tallies[name][told] if row[0] == group)

    def sample(self, name: str, group: Group) -> dict[Key, Sorted]:
        """The sample of one group by what is left of its keys."""
        return {key[1:]: found for key, found in self.samples[name].items() if key[0] == group}


class Question(Protocol[Answer_co]):
    """Something that can be asked of the cases of a journey."""

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        """What has to be counted; the first key of each is `grp`."""
        ...

    def answer(self, found: Found, group: Group) -> Answer_co:
        """The answer for one group of cases."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """Which events are walked along, and how their cases are grouped.

    Attributes:
        chosen: Yields case_id, activity, micros, ordinal, event_id, mark.
        names: Yields every activity that `chosen` may yield.
        group: The expression over `chosen` that tells the group of a case.
        marks: Yields every mark that `chosen` may yield; None if they are small numbers.
    """

    chosen: Statement
    names: Statement
    group: str = "mark"
    marks: Statement | None = None


Progress = Callable[[float], None]


def unheard(share: float) -> None:
    """Nobody listens to the progress."""


class Walker(Protocol):
    """Counts along a way."""

    @property
    def names(self) -> Names:
        """How it calls activities."""
        ...

    def walk(self, asked: Mapping[str, Tally | Sample], progress: Progress) -> Found:
        """Count what is asked; `progress` hears the share done and may raise to stop."""
        ...


class WholeWalker:
    """Asks each query once, of all events: for engines that divide the work themselves."""

    def __init__(self, reader: Reader, way: Way) -> None:
        self.names: Names = Names()
        self._reader = reader
        self._way = way

    def walk(self, asked: Mapping[str, Tally | Sample], progress: Progress) -> Found:
        tallies: dict[str, list[Rows]] = {}
        samples: dict[str, dict[Key, Sorted]] = {}
        for done, (name, one) in enumerate(asked.items(), start=1):
            if isinstance(one, Tally):
                tallies[name] = [self._rows(tally_statement(self._way, one, told)) for told in one.told]
            else:
                samples[name] = self._sample(one)
            progress(done / len(asked))
        return Found(self.names, tallies, samples)

    def _rows(self, statement: Statement) -> Rows:
        return self._reader.rows(statement.query, statement.parameters)

    def _sample(self, one: Sample) -> dict[Key, Sorted]:
        sizes = {row[:-1]: row[-1] for row in self._rows(sizes_statement(self._way, one))}
        asked = sorted({(n, place) for n in sizes.values() for place in one.places(n)})
        at: dict[Key, dict[int, int]] = {key: {} for key in sizes}
        for first in range(0, len(asked), PLACES_AT_ONCE):
            for *key, place, value in self._rows(
                places_statement(self._way, one, asked[first : first + PLACES_AT_ONCE])
            ):
                at[tuple(key)][place] = value
        return {key: Sorted(n, at[key]) for key, n in sizes.items()}


PLACES_AT_ONCE = 200


def tally_statement(way: Way, one: Tally, told: Statement) -> Statement:
    """A tally in the portable subset, asked of all events at once."""
    start = _prelude(way, one)
    return Statement(
        f"{start.query}, tally AS ({one.select}) {told.query}",
        (*start.parameters, *one.parameters, *told.parameters),
    )


def sizes_statement(way: Way, one: Sample) -> Statement:
    """How many values there are for each key."""
    start = _prelude(way, one)
    keys = ", ".join(one.keys)
    return Statement(
        f"{start.query}, sample AS ({one.select}) SELECT {keys}, count(*) AS n FROM sample GROUP BY {keys} ORDER BY {keys}",
        (*start.parameters, *one.parameters),
    )


def places_statement(way: Way, one: Sample, asked: Sequence[tuple[int, int]]) -> Statement:
    """The values at `asked` places, given as (number of values of the key, place)."""
    start = _prelude(way, one)
    keys = ", ".join(one.keys)
    joined = ", ".join(f"ranked.{key}" for key in one.keys)
    values = ", ".join(["(?, ?)"] * len(asked))
    return Statement(
        f"""{start.query}, sample AS ({one.select}),
ranked AS (
    SELECT {keys}, value, row_number() OVER (PARTITION BY {keys} ORDER BY value) AS place FROM sample
),
sizes AS (SELECT {keys}, count(*) AS n FROM sample GROUP BY {keys}),
asked AS (SELECT * FROM (VALUES {values}) AS places (n, place))
SELECT {joined}, ranked.place, ranked.value FROM ranked
JOIN sizes ON {" AND ".join(f"sizes.{key} IS NOT DISTINCT FROM ranked.{key}" for key in one.keys)}
JOIN asked ON asked.n = sizes.n AND asked.place = ranked.place
ORDER BY {joined}, ranked.place""",
        (*start.parameters, *one.parameters, *(number for pair in asked for number in pair)),
    )


def _prelude(way: Way, one: Tally | Sample) -> Statement:
    relations = ((name, Statement(RELATIONS[name].replace("{path}", Names.path_of), ())) for name in one.uses)
    tables = (("chosen", way.chosen), ("steps", Statement(steps_of(way.group), ())), *relations, *one.also)
    return Statement(
        "WITH " + ",\n".join(f"{name} AS ({table.query})" for name, table in tables),
        tuple(value for _, table in tables for value in table.parameters),
    )
