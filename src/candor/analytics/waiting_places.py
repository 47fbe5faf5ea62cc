"""Where the waiting is: the share of all waiting that passes on each edge, and which edges can be ranked by it.

Whole journeys are drawn again, not single waits, for the waits of one journey hang together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from candor.analytics import cell_means, inputs
from candor.analytics.errors import BadParameter, NotEnoughHistory, NotIdentifiable, ShapeMismatch
from candor.analytics.estimates import Estimate, require_level, status_of
from candor.analytics.inputs import FloatArray, IntArray

__all__ = ["Bottleneck", "Bottlenecks", "bottlenecks"]

METHOD = "share of all waiting; whole journeys drawn again (seeded bootstrap)"
RESAMPLES = 1_999
SEED = 20261126
LEAST_BLOCKS = 30
LEAST_WAITED = 30
"""Rows with any waiting on an edge, below which chance can not be measured by drawing them again."""
_DRAWS_AT_ONCE = 200
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """One edge.

    Attributes:
        edge: Its name.
        share: Of all waiting, the share that passes on it; `too_few`, without interval, where fewer than 30 rows have any waiting
            on it, or where it is the same in every resample.
        waiting: Its waiting in all, in the unit of the waits.
        rank_low, rank_high: The best and the worst place by waiting that the data allow, 1 for the most; together for all edges
            that can be ranked. An edge that can not may be anywhere: 1 to the number of all edges.
        n: Journeys, or blocks of journeys, with any waiting on it.
        is_ranked: Whether that are enough to hold it against the others; if not, it counts in no place of theirs.
    """

    edge: str
    share: Estimate
    waiting: float
    rank_low: int
    rank_high: int
    n: int
    is_ranked: bool

    @property
    def method(self) -> str:
        return self.share.method

    @property
    def status(self) -> str:
        return self.share.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottlenecks:
    """All edges: those that can be told apart from the next by falling share; those that can not by their name; those on which too
    few waited last.

    Attributes:
        edges: In that order.
        is_top_decided: Whether one edge has more waiting than every other that can be ranked, beyond doubt.
        n: Journeys.
        resamples, seed, level: Of the bootstrap.
    """

    edges: tuple[Bottleneck, ...]
    is_top_decided: bool
    n: int
    resamples: int
    seed: int
    level: float
    method: str = METHOD

    @property
    def status(self) -> Literal["ok"]:
        return "ok"

    @property
    def words(self) -> str:
        """One honest sentence."""
        ranked = [one for one in self.edges if one.is_ranked]
        if not ranked:
            return "Too few waited on any edge to tell where most waiting is"
        told = "" if len(ranked) == len(self.edges) else " on which enough waited to tell"
        if self.is_top_decided:
            return f"More waiting is at {ranked[0].edge} than at any other edge{told}"
        tied = [one for one in ranked if one.rank_low == 1]
        if len(tied) == len(ranked):
            return f"No edge{told} has more waiting than the others beyond doubt"
        return f"The most waiting is at one of {len(tied)} edges{told}; which one is not decided"


def bottlenecks(
    totals: ArrayLike,
    edges: Sequence[str],
    *,
    n: int | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Bottlenecks:
    """The share of all waiting on each edge with its interval, and the places that the data allow each edge.

    An edge on which fewer than 30 rows waited gets neither: draws from so few are too sure of them.

    Args:
        totals: Waiting of each journey (rows) on each edge (columns), 0 or more. Of many journeys, sums over blocks do as well: put
            journeys into a thousand blocks or so by chance (a hash of their id), and give one row a block.
        edges: Names of the columns.
        n: Journeys, where rows are blocks; None for as many as rows.
        level: Of the intervals of shares, each by itself, and of the places, all together.
        resamples: How often rows are drawn again.
        seed: Same seed and rows, in whatever order, same result.

    Raises:
        NotEnoughHistory: Fewer than 30 rows.
        NotIdentifiable: Nobody waited anywhere.
        ShapeMismatch: More or fewer names than columns.
        BadCounts: A total below zero or not finite.
        BadParameter: Fewer than 499 resamples; a name twice; fewer journeys than rows.

    Source: Efron & Tibshirani (1993) chapters 13 and 16; places: Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic Studies
    91(1), with bootstrapped differences. Cases as blocks: Field & Welsh (2007) JRSS-B 69:369.

    Example:
        >>> import numpy as np
        >>> waits = np.random.default_rng(1).exponential([9, 4, 4], size=(400, 3))
        >>> found = bottlenecks(waits, ["papers → check", "ask → papers", "check → pay"])
        >>> found.words, [(one.edge, one.rank_low, one.rank_high) for one in found.edges]
        ('More waiting is at papers → check than at any other edge', [('papers → check', 1, 1), ('ask → papers', 2, 3), ('check → pay', 2, 3)])
    """
    require_level(level)
    table, names = _checked(totals, edges, n, resamples)
    journeys = len(table) if n is None else n
    sums = table.sum(axis=0)
    if sums.sum() <= 0:
        raise NotIdentifiable("bottlenecks", because="nobody waited anywhere")
    share = sums / float(sums.sum())
    drawn = _drawn(table, resamples, seed)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    waited = (table > 0).sum(axis=0)
    low_place, high_place = _places_of_ranked(share, drawn, waited, len(table), level)
    ends = [
        (float(min(low[k], share[k])), float(max(high[k], share[k])))
        if waited[k] >= LEAST_WAITED and np.ptp(drawn[:, k]) > _ROUNDING
        else (None, None)
        for k in range(len(names))
    ]
    found = [
        Bottleneck(
            edge=name,
            share=Estimate(
                value=float(share[k]), low=ends[k][0], high=ends[k][1], n=journeys, method=METHOD, level=level,
                status=status_of(n=journeys, low=ends[k][0], high=ends[k][1], scale_width=1.0),
            ),
            waiting=float(sums[k]), rank_low=int(low_place[k]), rank_high=int(high_place[k]), n=int(waited[k]),
            is_ranked=bool(waited[k] >= LEAST_WAITED),
        )
        for k, name in enumerate(names)
    ]  # fmt: skip
    ordered = sorted(found, key=lambda one: (not one.is_ranked, one.rank_low, one.rank_high, one.edge))
    ranked = [one for one in ordered if one.is_ranked]
    return Bottlenecks(
        edges=tuple(ordered),
        is_top_decided=bool(ranked) and ranked[0].rank_high == 1 and (len(ranked) > 1 or len(names) == 1),
        n=journeys,
        resamples=resamples,
        seed=seed,
        level=level,
    )


def _checked(
    totals: ArrayLike, edges: Sequence[str], n: int | None, resamples: int
) -> tuple[FloatArray, list[str]]:
    table = inputs.counts("totals", totals)
    names = [str(edge) for edge in edges]
    if table.ndim != 2 or table.shape[1] != len(names) or not names:
        raise ShapeMismatch(edges=len(names), totals=table.shape)
    if len(set(names)) < len(names):
        raise BadParameter(
            "edges", next(name for name in names if names.count(name) > 1), expected="each edge once"
        )
    if len(table) < LEAST_BLOCKS:
        raise NotEnoughHistory(have=len(table), need=LEAST_BLOCKS, what="journeys")
    if n is not None and not (n >= len(table) and n == int(n)):
        raise BadParameter("n", n, expected=f"a whole number, {len(table)} rows or more")
    if not (resamples >= 499 and resamples == int(resamples)):
        raise BadParameter("resamples", resamples, expected="a whole number, 499 or more")
    # Rows in an order of their own, so that the same journeys in another order give the same draws.
    return table[np.lexsort(table.T[::-1])], names


def _drawn(table: FloatArray, resamples: int, seed: int) -> FloatArray:
    """Shares of each resample in which anybody waited."""
    random = np.random.default_rng(seed)
    size = len(table)
    chances = np.full(size, 1 / size)
    found = []
    for start in range(0, resamples, _DRAWS_AT_ONCE):
        times = random.multinomial(size, chances, size=min(_DRAWS_AT_ONCE, resamples - start))
        sums = times.astype(np.float64) @ table
        whole = sums.sum(axis=1, keepdims=True)
        has_any = whole[:, 0] > 0
        found.append(sums[has_any] / whole[has_any])
    return np.concatenate(found)


def _places_of_ranked(
    share: FloatArray, drawn: FloatArray, waited: IntArray, n: int, level: float
) -> tuple[IntArray, IntArray]:
    """Places among the edges on which enough waited; the others may be anywhere."""
    low, high = np.ones(len(share), dtype=np.int64), np.full(len(share), len(share), dtype=np.int64)
    ranked = np.flatnonzero(waited >= LEAST_WAITED)
    if len(ranked):
        low[ranked], high[ranked] = _places(share[ranked], drawn[:, ranked], n, level)
    return low, high


def _places(share: FloatArray, drawn: FloatArray, n: int, level: float) -> tuple[IntArray, IntArray]:
    """Of each edge the best and the worst place: one more than the edges clearly above it, and all but those clearly below.

    An edge is clearly above another when their difference, in its own bootstrap spread, exceeds what the largest of all such
    differences reaches by chance. A difference without any spread is no proof: there is nothing to measure chance by.
    """
    first, second = np.triu_indices(len(share), 1)
    worst, spread = np.zeros(len(drawn)), np.zeros(len(first))
    for start in range(0, len(first), 2_000):  # pairs at once
        part = slice(start, start + 2_000)
        gap = drawn[:, first[part]] - drawn[:, second[part]]
        spread[part] = gap.std(axis=0, ddof=1)
        centred = np.abs(gap - (share[first[part]] - share[second[part]]))
        scaled = np.divide(centred, spread[part], out=np.zeros_like(centred), where=spread[part] > _ROUNDING)
        worst = np.maximum(worst, scaled.max(axis=1, initial=0.0))
    # The bootstrap is a little too sure of few journeys: what Student's t adds to the normal is added here as well.
    few = cell_means.t_quantile(n - 1, level) / float(ndtri((1 + level) / 2)) * np.sqrt(n / (n - 1))
    limit = float(np.quantile(worst, level, method="higher")) * few * spread
    gap_now = share[first] - share[second]
    varies = spread > _ROUNDING
    above, below = varies & (gap_now > limit), varies & (-gap_now > limit)
    better, lesser = np.zeros(len(share), dtype=np.int64), np.zeros(len(share), dtype=np.int64)
    np.add.at(better, second[above], 1)
    np.add.at(lesser, first[above], 1)
    np.add.at(better, first[below], 1)
    np.add.at(lesser, second[below], 1)
    return 1 + better, len(share) - lesser
