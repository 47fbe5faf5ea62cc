"""How much time passes on each edge, by block of cases: what a bootstrap over whole cases needs, however many cases there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.paths import SECOND, TOTALS
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Tally, unheard
from candor.warehouse.queries.ways import Log, ask_one, way_of

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The waiting of a journey.

    Attributes:
        cases: Cases there are.
        edges: Pairs of activities of which the second directly followed the first, by name.
        seconds: One row a block of cases, one column an edge; each wait cut to whole seconds.
    """

    cases: int
    edges: tuple[Pair, ...]
    seconds: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class BlockWaits:
    """Of one block: its cases, and the seconds that passed on each edge."""

    cases: int
    seconds: Mapping[Pair, int]


def waiting(
    warehouse: Log, *, journey: str, where: EventFilter = ALL_EVENTS, progress: Progress = unheard
) -> Waiting:
    """Add up the waits on each edge within blocks of cases.

    A block is a bucket of the log, in which a case lies by the hash of its name: as good as chance, and the same on every engine.
    """
    blocks = ask_one(warehouse, way_of(journey, where, "block"), Waits(), progress=progress)
    found = [block for block in blocks.values() if block.cases]
    edges = tuple(sorted({edge for block in found for edge in block.seconds}))
    return Waiting(
        sum(block.cases for block in found),
        edges,
        tuple(tuple(block.seconds.get(edge, 0) for edge in edges) for block in found),
    )


@dataclass(frozen=True, slots=True)
class Waits:
    """The question behind `waiting`, of each block."""

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        return {"totals": TOTALS, "waited": WAITED}

    def answer(self, found: Found, group: Group) -> BlockWaits:
        name = found.names.name
        return BlockWaits(
            next(found.rows("totals", group), (0,))[0],
            {(name(before), name(after)): seconds for before, after, seconds in found.rows("waited", group)},
        )


WAITED: Final = Tally(
    select="""
    SELECT grp, activity AS before, after, sum(CAST(floor((after_micros - micros) / ?) AS BIGINT)) AS seconds
    FROM steps WHERE after IS NOT NULL GROUP BY grp, activity, after
    """,
    keys=("grp", "before", "after"),
    sums=("seconds",),
    parameters=(SECOND,),
)
