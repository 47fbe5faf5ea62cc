"""Change points: when the level of a series moved, with an interval for the date.

Exact search over all ways of cutting the series into stretches of equal level (dynamic programming, what PELT finds
with ``jump=1``), each cut paying a penalty. The penalty is set so that a steady series of independent periods yields
any cut in about one of 20 series of normal noise, at every length; the customary ``2 log n`` yields one in seven short series. With
tails as heavy as Student's t with 4 degrees of freedom it is 4 in 100 at 24 periods, 9 at 60 and 13 at 100.

Periods that hang together (a good month follows a good month for reasons that pass) look like changes (23 of 100 steady
series of 24 periods with an autocorrelation of 0.3); so do seasons: take them out first (``seasons``).

Sources: Jackson et al. (2005) IEEE Signal Processing Letters 12; Killick, Fearnhead & Eckley (2012) JASA 107.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from candor.analytics import inputs
from candor.analytics.errors import BadParameter, NotEnoughHistory
from candor.analytics.estimates import Status, few_below, require_level
from candor.analytics.inputs import FloatArray, IntArray

__all__ = ["ChangePoint", "Changes", "change_points", "penalty_for", "single_change_point"]

LEAST_STRETCH = 3
"""No level is believed that lasted fewer periods; so none of the last two periods starts one."""

LEAST_PERIODS = 8
_D2 = 1.128


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """One change: periods are counted from 0, and ``at`` is the first period of the new level.

    Attributes:
        at: The most likely first period of the new level.
        earliest, latest: Interval of that period at ``level``.
        before, after: The two levels.
        low, high: Interval of ``after − before``, given that there is a change, at ``at``.
        gain: How much better a change explains the periods around than none, in units of the noise variance.
        n: Periods from the change before to the change after.
    """

    at: int
    earliest: int
    latest: int
    before: float
    after: float
    low: float
    high: float
    gain: float
    level: float
    n: int

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "least squares, flat prior on the date"

    @property
    def status(self) -> Status:
        """``wide`` where the date may be any of more than half of the periods around."""
        return "wide" if 2 * (self.latest - self.earliest + 1) > self.n else "ok"

    @property
    def change(self) -> float:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All changes found, in time order; ``sigma`` is the noise of a period of mean weight, ``sse`` what is left."""

    points: tuple[ChangePoint, ...]
    levels: FloatArray
    sigma: float
    sse: float
    penalty: float

    @property
    def n(self) -> int:
        """Periods."""
        return len(self.levels)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return f"exact search, penalty {self.penalty:.3g} noise variances"

    @property
    def status(self) -> Status:
        """``too_few`` below eight periods."""
        return few_below(self.n, LEAST_PERIODS)

    @property
    def words(self) -> str:
        """One sentence."""
        if self.status == "too_few":
            return f"Too few periods to tell ({self.n} of at least {LEAST_PERIODS})"
        if not self.points:
            return "No change of level beyond chance"
        return "One change of level" if len(self.points) == 1 else f"{len(self.points)} changes of level"


def change_points(
    values: ArrayLike,
    *,
    standard_errors: ArrayLike | None = None,
    least_stretch: int = LEAST_STRETCH,
    penalty: float | None = None,
    level: float = 0.95,
) -> Changes:
    """All changes of level in a series, oldest first.

    Args:
        values: One a period, in time order.
        standard_errors: Of every period when they differ (n differs); only their proportions are used.
        least_stretch: Shortest stretch believed to be a level of its own.
        penalty: What a cut must gain, in noise variances; ``penalty_for(n)`` when left out.
        level: Of the intervals for date and size.

    Raises:
        NotEnoughHistory: Fewer than two stretches fit.
        BadParameter: A value that is no finite number, an error of 0 or less, a penalty below 0, no whole least stretch.

    >>> found = change_points([40, 41, 39, 42, 40, 38, 41, 30, 31, 29, 32, 30, 28, 31])
    >>> point = found.points[0]
    >>> point.at, point.earliest, point.latest, round(point.change, 1)
    (7, 7, 7, -10.0)

    Source:
        Jackson et al. (2005) IEEE Signal Processing Letters 12:105; Killick, Fearnhead & Eckley (2012) JASA
        107:1590.
    """
    require_level(level)
    y, w = _weighted(values, standard_errors)
    inputs.at_least_one("least_stretch", least_stretch)
    if penalty is not None and not penalty >= 0:
        raise BadParameter("penalty", penalty, expected="0 or more")
    if len(y) < 2 * least_stretch:
        raise NotEnoughHistory(have=len(y), need=2 * least_stretch)
    sums = _Sums(y, w)
    price = penalty_for(len(y)) if penalty is None else penalty
    cuts, noise = _cuts_and_noise(sums, y, w, price, least_stretch)
    edges = [0, *cuts, len(y)]
    points = tuple(
        _point(sums, edges[i], edges[i + 1], edges[i + 2], noise, least_stretch, level)
        for i in range(len(cuts))
    )
    means = [sums.mean(a, b) for a, b in pairwise(edges)]
    return Changes(
        points=points,
        levels=np.repeat(means, np.diff(edges)),
        sigma=float(np.sqrt(noise)),
        sse=sum(sums.cost(a, b) for a, b in pairwise(edges)),
        penalty=price,
    )


def single_change_point(
    values: ArrayLike,
    *,
    standard_errors: ArrayLike | None = None,
    least_stretch: int = LEAST_STRETCH,
    level: float = 0.95,
) -> ChangePoint:
    """The one best place to cut, whether or not it is beyond chance: compare its ``gain`` with ``penalty_for(n)``.

    Where all values are equal the gain is 0, and the date may be any.

    Raises:
        NotEnoughHistory, BadParameter: As :func:`change_points`.

    Source: Smith (1975) Biometrika 62:407.
    """
    require_level(level)
    y, w = _weighted(values, standard_errors)
    inputs.at_least_one("least_stretch", least_stretch)
    if len(y) < 2 * least_stretch:
        raise NotEnoughHistory(have=len(y), need=2 * least_stretch)
    sums = _Sums(y, w)
    places = np.arange(least_stretch, len(y) - least_stretch + 1)
    costs = sums.costs_to(0, places) + sums.costs_from(places, len(y))
    at = int(places[np.argmin(costs)])
    _, noise = _cuts_and_noise(sums, y, w, penalty_for(len(y)), least_stretch)
    return _point(sums, 0, at, len(y), noise, least_stretch, level)


def penalty_for(periods: int) -> float:
    """What a cut must gain, in noise variances, for about one false series in 20 (calibrated by simulation).

    Source: the customary penalty: Yao (1988) Statistics & Probability Letters 6:181; this one was set by
    simulation.

    >>> round(penalty_for(24), 2), round(penalty_for(100), 2)
    (9.59, 10.3)
    """
    if not periods >= 1:
        raise BadParameter("periods", periods, expected="1 or more")
    return 8.0 + 0.5 * float(np.log(periods))


class _Sums:
    """Running sums that give the cost of any stretch at once."""

    def __init__(self, y: FloatArray, w: FloatArray) -> None:
        # Centred first: sums of squares of large numbers would lose the small differences that matter.
        self.shift = float(w @ y / w.sum())
        largest = float(np.abs(y).max())
        y = y - self.shift
        y[np.abs(y) <= 1e-12 * largest] = 0.0  # what a mean of equal values misses them by
        self.w = np.r_[0.0, np.cumsum(w)]
        self.wy = np.r_[0.0, np.cumsum(w * y)]
        self.wyy = np.r_[0.0, np.cumsum(w * y * y)]

    def cost(self, start: int, end: int) -> float:
        """Weighted squares around the mean of periods start … end − 1."""
        return float(self.costs_from(np.array([start]), end)[0])

    def mean(self, start: int, end: int) -> float:
        return self.shift + float((self.wy[end] - self.wy[start]) / (self.w[end] - self.w[start]))

    def weight(self, start: int, end: int) -> float:
        return float(self.w[end] - self.w[start])

    def costs_from(self, starts: IntArray, end: int) -> FloatArray:
        w, wy, wyy = (part[end] - part[starts] for part in (self.w, self.wy, self.wyy))
        return np.asarray(np.maximum(wyy - wy**2 / w, 0.0), dtype=np.float64)

    def costs_to(self, start: int, ends: IntArray) -> FloatArray:
        w, wy, wyy = (part[ends] - part[start] for part in (self.w, self.wy, self.wyy))
        return np.asarray(np.maximum(wyy - wy**2 / w, 0.0), dtype=np.float64)


def _cuts_and_noise(
    sums: _Sums, y: FloatArray, w: FloatArray, penalty: float, least_stretch: int
) -> tuple[list[int], float]:
    """The best cuts, and the noise variance at which they are worth their price.

    Neighbours alone tell too little noise where most periods are equal, tails are heavy or good periods follow good ones. So what
    is left around the levels found is looked at, too; where it is more, cuts are searched for again at that price.
    """
    noise = _noise_variance(y, w)
    while True:
        cuts = _best_cuts(sums, noise * penalty, least_stretch)
        around = sum(sums.cost(a, b) for a, b in pairwise([0, *cuts, len(y)]))
        left = around / max(len(y) - len(cuts) - 1, 1)
        if left <= noise * (1 + 1e-9):
            return cuts, noise
        noise = left


def _best_cuts(sums: _Sums, price: float, least_stretch: int) -> list[int]:
    """Cuts that minimise cost + price · cuts, exactly."""
    n = len(sums.w) - 1
    best = np.full(n + 1, np.inf)
    best[0] = -price
    previous = np.zeros(n + 1, dtype=np.int64)
    for end in range(least_stretch, n + 1):
        starts = np.r_[0, np.arange(least_stretch, end - least_stretch + 1)].astype(np.int64)
        totals = best[starts] + sums.costs_from(starts, end) + price
        # A gain within rounding is none: without noise every cut would be free.
        rounding = 1e-12 * (float(sums.wyy[-1]) + abs(float(totals.min())))
        winner = int(np.argmax(totals <= totals.min() + rounding))
        best[end], previous[end] = totals[winner], starts[winner]
    cuts, end = [], n
    while previous[end] > 0:
        end = int(previous[end])
        cuts.append(end)
    return cuts[::-1]


def _point(
    sums: _Sums, start: int, at: int, end: int, noise: float, least_stretch: int, level: float
) -> ChangePoint:
    """Describe one change between its neighbours: flat prior on the date and on both levels."""
    places = np.arange(start + least_stretch, end - least_stretch + 1)
    costs = sums.costs_to(start, places) + sums.costs_from(places, end)
    weight_before = sums.w[places] - sums.w[start]
    weight_after = sums.w[end] - sums.w[places]
    if noise > 0:
        log_chance = -(costs - costs.min()) / (2 * noise) - 0.5 * np.log(weight_before * weight_after)
        chance = np.exp(log_chance - log_chance.max())
    else:
        chance = (costs == costs.min()).astype(np.float64)  # all equal: no place is better than another
    reached = np.cumsum(chance / chance.sum())
    tail = (1 - level) / 2
    earliest = int(places[np.searchsorted(reached, tail)])
    latest = int(places[min(int(np.searchsorted(reached, 1 - tail)), len(places) - 1)])
    before, after = sums.mean(start, at), sums.mean(at, end)
    error = np.sqrt(noise * (1 / sums.weight(start, at) + 1 / sums.weight(at, end)))
    half = float(ndtri((1 + level) / 2) * error)
    gain = sums.cost(start, end) - sums.cost(start, at) - sums.cost(at, end)
    return ChangePoint(
        at=at,
        earliest=min(earliest, at),
        latest=max(latest, at),
        before=before,
        after=after,
        low=after - before - half,
        high=after - before + half,
        gain=gain / noise if noise > 0 else 0.0,
        level=level,
        n=end - start,
    )


def _weighted(values: ArrayLike, standard_errors: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Values and weights with mean 1."""
    y = inputs.finite("values", values)
    inputs.in_a_row(values=y)
    if standard_errors is None:
        return y, np.ones(len(y))
    error = inputs.positive("standard_errors", standard_errors)
    inputs.same_length(values=y, standard_errors=error)
    w = 1 / error**2
    return y, w / w.mean()


def _noise_variance(y: FloatArray, w: FloatArray) -> float:
    """Variance of a period of weight 1, from neighbouring differences: a few jumps of level hardly move it."""
    spread = np.sqrt(1 / w[1:] + 1 / w[:-1])
    return float((np.abs(np.diff(y) / spread).mean() * np.sqrt(2) / _D2) ** 2)
