"""Ranks with their doubt: where a unit may truly stand among its peers, and which can't be told apart.

A bare league table is mostly noise: with unchanged teams, "the worst three" of two periods overlap by 29 %. Here a
unit's rank is an interval that holds the true rank with the stated chance, whatever the true order is.

Source: Mogstad, Romano, Shaikh & Wilhelm (2024), Inference for ranks with applications to mobility across
neighbourhoods and academic achievement across countries, Review of Economic Studies 91(1).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from candor.analytics import inputs
from candor.analytics.errors import BadParameter, EmptySample
from candor.analytics.estimates import Status, require_level
from candor.analytics.inputs import FloatArray, IntArray

__all__ = [
    "RankIntervals",
    "Tiers",
    "could_be_among_the_best",
    "expected_ranks",
    "marginal_rank_intervals",
    "overlap_limits",
    "rank_chances",
    "rank_intervals",
    "tiers",
]

BoolArray: TypeAlias = NDArray[np.bool_]

DRAWS = 20_000
"""Fewer draws make the intervals of the same data differ from seed to seed."""
SEED = 20240113
STEP_DOWN_TO = 50
"""Up to this many units pairs already told apart are taken out and the rest tested again (never wider)."""

_CHUNK = 500
_BINS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RankIntervals:
    """For every unit, in the order given: observed rank and interval, 1 for the highest value.

    Attributes:
        ranks: Observed rank; equal values share the better one.
        low, high: The best and the worst rank that the data allow. The true rank is 1 + the number of units truly better.
        simultaneous: Whether *all* intervals hold together with chance ``level``, or each by itself: of twenty of the latter, one
            is expected to be wrong.
    """

    ranks: IntArray
    low: IntArray
    high: IntArray
    simultaneous: bool
    level: float
    draws: int
    seed: int

    @property
    def n(self) -> int:
        """Units."""
        return len(self.ranks)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return f"rank intervals, {'simultaneous' if self.simultaneous else 'for each unit by itself'} ({self.draws:,} seeded draws)"

    @property
    def status(self) -> Status:
        """``wide`` when the data tell no unit from any other, ``too_few`` below two units."""
        if self.n < 2:
            return "too_few"
        return "wide" if (self.low == 1).all() and (self.high == self.n).all() else "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """Tier of every unit, in the order given: 1 is the highest. Inside a tier no two units can be told apart, which is not to say
    that they are equal. The chance that any pair of all is told apart in the wrong order, or though equal, is ``1 − level`` at most.

    Units of neighbouring tiers need not all be told apart from each other: a tier ends where a unit is clearly below
    some unit already in it. Within a tier show the alphabet.
    """

    tier: IntArray
    level: float

    @property
    def n(self) -> int:
        """Units."""
        return len(self.tier)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return f"tiers of units that can’t be told apart, {self.level:.0%} for all pairs together"

    @property
    def status(self) -> Status:
        """``wide`` when there is one tier, ``too_few`` below two units."""
        if self.n < 2:
            return "too_few"
        return "wide" if self.count == 1 else "ok"

    @property
    def count(self) -> int:
        """How many tiers; 1 says that the data tell nobody apart."""
        return int(self.tier.max())


def rank_intervals(
    values: ArrayLike,
    standard_errors: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
) -> RankIntervals:
    """Intervals that hold for all units together: for league tables and "who is at the top".

    Up to 50 units by step-down over pairs; above, in one step with standard errors put into 64 bins so that
    5,000 units take seconds (intervals then err on the wide side). Units are taken as independent.

    Source: Mogstad, Romano, Shaikh & Wilhelm (2024) Review of Economic Studies 91:476.

    >>> found = rank_intervals([50, 30, 29, 10], [2, 2, 2, 2])
    >>> found.low.tolist(), found.high.tolist()
    ([1, 2, 2, 4], [1, 3, 3, 4])
    """
    y, s, order = _sorted(values, standard_errors, level, draws)
    if len(y) <= STEP_DOWN_TO:
        beats, beaten = _step_down(y, s, level, draws, seed, together=True)
        better, worse = beaten.sum(axis=1), beats.sum(axis=1)
    else:
        better, worse = _counts_apart(y, s, np.full(len(y), _single_step(s, level, draws, seed)))
    return _intervals(y, better, worse, order, simultaneous=True, level=level, draws=draws, seed=seed)


def marginal_rank_intervals(
    values: ArrayLike,
    standard_errors: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
) -> RankIntervals:
    """Intervals that hold for each unit by itself: for the page of one unit, never for picking the extremes.

    Source: Mogstad, Romano, Shaikh & Wilhelm (2024) Review of Economic Studies 91:476.
    """
    y, s, order = _sorted(values, standard_errors, level, draws)
    if len(y) <= STEP_DOWN_TO:
        beats, beaten = _step_down(y, s, level, draws, seed, together=False)
        better, worse = beaten.sum(axis=1), beats.sum(axis=1)
    else:
        better, worse = _counts_apart(y, s, _marginal_critical(s, level, draws, seed))
    return _intervals(y, better, worse, order, simultaneous=False, level=level, draws=draws, seed=seed)


def could_be_among_the_best(intervals: RankIntervals, best: int) -> BoolArray:
    """Which units can't be ruled out of the ``best`` highest: with chance ``level`` or more all that truly belong there are among them.
    Needs simultaneous intervals.

    Source: Mogstad, Romano, Shaikh & Wilhelm (2024) Review of Economic Studies 91:476.
    """
    if not intervals.simultaneous:
        raise BadParameter("intervals", "marginal", expected="simultaneous intervals")
    return intervals.low <= best


def tiers(
    values: ArrayLike,
    standard_errors: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Tiers:
    """Groups of units that can't be told apart, from the highest down.

    Pairs are told apart by the same test as in :func:`rank_intervals` (step-down up to 50 units, one step above), so that one tier
    means that no rank is ruled out for anybody, and a unit shares no tier with one that its rank interval counts as better.

    Source: Mogstad, Romano, Shaikh & Wilhelm (2024) Review of Economic Studies 91:476.

    >>> tiers([50, 30, 29, 10], [2, 2, 2, 2]).tier.tolist()
    [1, 2, 2, 3]
    """
    y, s, order = _sorted(values, standard_errors, level, draws)
    is_clearly_above = _pairs_apart(y, s, level, draws, seed)
    tier = np.ones(len(y), dtype=np.int64)
    first = 0
    for unit in range(1, len(y)):
        apart = is_clearly_above(slice(first, unit), unit)
        if apart.any():
            first = unit
        tier[unit] = tier[unit - 1] + (first == unit)
    back = np.empty_like(tier)
    back[order] = tier
    return Tiers(tier=back, level=level)


def expected_ranks(values: ArrayLike, standard_errors: ArrayLike) -> FloatArray:
    """Posterior mean of each rank if true scores are independent ``N(value, error²)``: give it shrunken scores and their posterior
    errors. Raw scores stand for a flat prior, and set small units too far apart.

    Source: Laird & Louis (1989) Journal of Educational Statistics 14:29.

    >>> expected_ranks([50, 30, 30, 10], [2, 2, 2, 2]).round(2).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    y, s, order = _sorted(values, standard_errors, 0.95, 1)
    expected = np.empty(len(y))
    for start in range(0, len(y), _CHUNK):
        rows = slice(start, start + _CHUNK)
        above = ndtr((y[None, :] - y[rows, None]) / np.hypot(s[None, :], s[rows, None]))
        expected[rows] = above.sum(axis=1) + 0.5
    return _unsorted(expected, order)


def rank_chances(
    values: ArrayLike, standard_errors: ArrayLike, *, best: int, draws: int = DRAWS, seed: int = SEED
) -> FloatArray:
    """Posterior probability of each unit to be truly among the ``best`` highest, if true scores are independent ``N(value, error²)``:
    as in :func:`expected_ranks`, of shrunken scores. They sum to ``best``.

    Source: Lin, Louis, Paddock & Ridgeway (2006) Bayesian Analysis 1:915.
    """
    y, s, order = _sorted(values, standard_errors, 0.95, draws)
    if best not in range(1, len(y) + 1):
        raise BadParameter("best", best, expected=f"a whole number, 1 to {len(y)}")
    among = np.zeros(len(y))
    for noise in _noise(s, draws, seed):
        top = np.argpartition(-(y + noise), best - 1, axis=1)[:, :best]
        among += np.bincount(top.ravel(), minlength=len(y))
    return _unsorted(among / draws, order)


def overlap_limits(values: ArrayLike, standard_errors: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Intervals drawn so that two which don't overlap differ at about the 5 % level: ± 1.386 standard errors.

    For one pair looked at by itself and of like size; among many pairs use :func:`tiers`.

    Source: Goldstein & Healy (1995); Goldstein & Spiegelhalter (1996) JRSS-A 159:385.
    """
    y, s = _in_a_row(values, standard_errors)
    half = float(ndtri(0.975)) / np.sqrt(2) * s
    return y - half, y + half


def _sorted(
    values: ArrayLike, standard_errors: ArrayLike, level: float, draws: int
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Units from the highest down: the same draws meet the same unit, however the rows came."""
    require_level(level)
    inputs.at_least_one("draws", draws)
    y, s = _in_a_row(values, standard_errors)
    if len(y) == 0:
        raise EmptySample("units")
    order = np.lexsort((s, -y)).astype(np.int64)
    return y[order], s[order], order


def _in_a_row(values: ArrayLike, standard_errors: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, s = inputs.finite("values", values), inputs.positive("standard_errors", standard_errors)
    inputs.in_a_row(values=y, standard_errors=s)
    inputs.same_length(values=y, standard_errors=s)
    return y, s


def _unsorted(ordered: FloatArray, order: IntArray) -> FloatArray:
    back = np.empty_like(ordered)
    back[order] = ordered
    return back


def _noise(s: FloatArray, draws: int, seed: int) -> Iterator[FloatArray]:
    """Seeded noise of every unit, in chunks of draws; the same seed gives the same rows again."""
    rng = np.random.default_rng(seed)
    for start in range(0, draws, _CHUNK):
        yield rng.standard_normal((min(_CHUNK, draws - start), len(s))) * s


def _intervals(
    y: FloatArray,
    better: IntArray,
    worse: IntArray,
    order: IntArray,
    *,
    simultaneous: bool,
    level: float,
    draws: int,
    seed: int,
) -> RankIntervals:
    """From how many are clearly better and clearly worse than each."""
    observed = np.searchsorted(-y, -y, side="left") + 1
    columns = np.empty((3, len(y)), dtype=np.int64)
    columns[:, order] = observed, 1 + better, len(y) - worse
    return RankIntervals(
        ranks=columns[0],
        low=columns[1],
        high=columns[2],
        simultaneous=simultaneous,
        level=level,
        draws=draws,
        seed=seed,
    )


def _pairs_apart(
    y: FloatArray, s: FloatArray, level: float, draws: int, seed: int
) -> Callable[[slice, int], BoolArray]:
    """Which of the units before it are clearly above a unit: the same pairs that :func:`rank_intervals` counts."""
    if len(y) <= STEP_DOWN_TO:
        beats, _ = _step_down(y, s, level, draws, seed, together=True)
        return lambda peers, unit: beats[peers, unit]
    critical = _single_step(s, level, draws, seed)
    return lambda peers, unit: np.asarray(y[peers] - y[unit] > critical * np.hypot(s[peers], s[unit]))


def _step_down(
    y: FloatArray, s: FloatArray, level: float, draws: int, seed: int, *, together: bool
) -> BoolArray:
    """Whom each unit clearly beats, and by whom it is clearly beaten. Pairs told apart leave, the rest are tested again.

    "j is better" and "k is better" are two hypotheses: when the first is found, the second stays among those tested.
    ``together`` tests all pairs as one family; otherwise each unit with its peers is a family of its own.
    """
    error = np.hypot(s[:, None], s[None, :])
    statistic = (y[:, None] - y[None, :]) / error
    tested = ~np.eye(len(y), dtype=bool)
    ahead, behind = tested.copy(), tested.copy()
    while ahead.any() or behind.any():
        critical = _critical(s, error, ahead, behind, level, draws, seed, together=together)
        found_ahead = ahead & (statistic > critical[:, None])
        found_behind = found_ahead.T if together else behind & (-statistic > critical[:, None])
        if not (found_ahead.any() or found_behind.any()):
            break
        ahead &= ~found_ahead
        behind &= ~found_behind
    return np.stack([tested & ~ahead, tested & ~behind])


def _critical(
    s: FloatArray,
    error: FloatArray,
    ahead: BoolArray,
    behind: BoolArray,
    level: float,
    draws: int,
    seed: int,
    *,
    together: bool,
) -> FloatArray:
    """Quantile of the largest statistic among the hypotheses still open, for each unit's family or for all at once."""
    out_of_it = [np.where(is_open, 0.0, -np.inf) for is_open in (ahead, behind)]
    largest = np.full((draws, len(s)), -np.inf)
    start = 0
    for noise in _noise(s, draws, seed):
        rows = slice(start, start + len(noise))
        for unit in range(len(s)):
            lead = (noise[:, [unit]] - noise) / error[unit]
            largest[rows, unit] = (lead + out_of_it[0][unit]).max(axis=1)
            if not together:
                trail = (out_of_it[1][unit] - lead).max(axis=1)
                np.maximum(largest[rows, unit], trail, out=largest[rows, unit])
        start += len(noise)
    if together:
        return np.full(len(s), np.quantile(largest.max(axis=1), level))
    return np.asarray(np.quantile(largest, level, axis=0), dtype=np.float64)


def _single_step(s: FloatArray, level: float, draws: int, seed: int) -> float:
    """Critical value over all pairs of many units at once, from bins of like errors."""
    order, starts, smallest = _bins(s)
    error = np.hypot(smallest[:, None], smallest[None, :])
    largest = []
    for noise in _noise(s, draws, seed):
        high = np.maximum.reduceat(noise[:, order], starts, axis=1)
        low = np.minimum.reduceat(noise[:, order], starts, axis=1)
        largest.append(((high[:, :, None] - low[:, None, :]) / error).max(axis=(1, 2)))
    return float(np.quantile(np.concatenate(largest), level))


def _marginal_critical(s: FloatArray, level: float, draws: int, seed: int) -> FloatArray:
    """Critical value of each unit against all its peers: it depends on the unit's own error only, so it is computed
    for a ladder of errors and each unit takes the larger of its two rungs."""
    order, starts, smallest = _bins(s)
    rungs = np.geomspace(s.min(), s.max() * (1 + 1e-12), 24)
    own = np.random.default_rng(seed + 1).standard_normal((draws, 1)) * rungs
    error = np.hypot(smallest[None, :], rungs[:, None])
    largest, start = np.empty((draws, len(rungs))), 0
    for noise in _noise(s, draws, seed):
        rows = slice(start, start + len(noise))
        high = np.maximum.reduceat(noise[:, order], starts, axis=1)[:, None, :]
        low = np.minimum.reduceat(noise[:, order], starts, axis=1)[:, None, :]
        mine = own[rows, :, None]
        largest[rows] = (np.maximum(high - mine, mine - low) / error).max(axis=2)
        start += len(noise)
    critical = np.quantile(largest, level, axis=0)
    above = np.clip(np.searchsorted(rungs, s), 0, len(rungs) - 1)
    return np.maximum(critical[above], critical[np.maximum(above - 1, 0)])


def _bins(s: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Units in bins of like standard error: their order, where each bin starts, its smallest error."""
    order = np.argsort(s, kind="stable").astype(np.int64)
    rising = s[order]
    width = max(np.log(rising[-1] / rising[0]) / _BINS, 1e-9)
    number = np.floor(np.log(rising / rising[0]) / width)
    starts = np.flatnonzero(np.r_[True, np.diff(number) > 0]).astype(np.int64)
    return order, starts, rising[starts]


def _counts_apart(y: FloatArray, s: FloatArray, critical: FloatArray) -> tuple[IntArray, IntArray]:
    """How many are clearly better and clearly worse than each unit, in blocks to keep memory flat."""
    better, worse = np.empty(len(y), dtype=np.int64), np.empty(len(y), dtype=np.int64)
    for start in range(0, len(y), _CHUNK):
        rows = slice(start, start + _CHUNK)
        reach = critical[rows, None] * np.hypot(s[None, :], s[rows, None])
        ahead = y[None, :] - y[rows, None]
        better[rows] = (ahead > reach).sum(axis=1)
        worse[rows] = (-ahead > reach).sum(axis=1)
    return better, worse
