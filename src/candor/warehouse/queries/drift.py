"""What changes in the paths from month to month."""

from collections.abc import Mapping
from dataclasses import dataclass

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.paths import EDGES, TOTALS
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Tally, unheard
from candor.warehouse.queries.ways import Log, ask_one, way_of


@dataclass(frozen=True, slots=True)
class PathMix:
    """The paths of a group of cases, told so that groups can be held against each other.

    Attributes:
        cases: Cases in the group.
        edges: Of each pair of activities, how often the second directly followed the first, and in how many cases.
        variants: Cases by path, of those paths that are among the most taken of all groups.
    """

    cases: int
    edges: Mapping[tuple[str, str], tuple[int, int]]
    variants: Mapping[tuple[str, ...], int]


def paths_by_month(
    warehouse: Log,
    *,
    journey: str,
    where: EventFilter = ALL_EVENTS,
    top: int = 20,
    progress: Progress = unheard,
) -> dict[int, PathMix]:
    """Count edges and variants by the month in which the cases began (202605), the earliest first.

    Args:
        warehouse: Where to look.
        journey: Whose cases are counted.
        where: Which events, or cases, count.
        top: How many variants of all months together are counted.
        progress: Hears the share done.
    """
    found = ask_one(warehouse, way_of(journey, where, "month"), Drift(top), progress=progress)
    return {int(str(month)): mix for month, mix in found.items() if mix.cases}


@dataclass(frozen=True, slots=True)
class Drift:
    """The question behind `paths_by_month`."""

    top: int = 20

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        return {"totals": TOTALS, "edges": EDGES, "variants": _most_taken(self.top)}

    def answer(self, found: Found, group: Group) -> PathMix:
        name, path = found.names.name, found.names.path
        edges = {
            (name(before), name(after)): (n, cases) for before, after, n, cases in found.rows("edges", group)
        }
        variants = {path(text): cases for text, cases in found.rows("variants", group)}
        return PathMix(
            next(found.rows("totals", group), (0,))[0],
            dict(sorted(edges.items(), key=lambda one: (-one[1][0], one[0]))),
            dict(sorted(variants.items(), key=lambda one: (-one[1], one[0]))),
        )


def _most_taken(top: int) -> Tally:
    return Tally(
        select="SELECT grp, path, count(*) AS cases FROM paths GROUP BY grp, path",
        keys=("grp", "path"),
        sums=("cases",),
        uses=("paths",),
        shown=(
            Statement(
                """SELECT tally.grp, tally.path, tally.cases FROM tally JOIN (
                    SELECT path FROM tally GROUP BY path ORDER BY sum(cases) DESC, path LIMIT ?
                ) AS most ON most.path = tally.path ORDER BY tally.grp NULLS FIRST, tally.path""",
                (top,),
            ),
        ),
    )
