"""How long people wait: the median and the wait that nine in ten do not exceed, with those who still wait neither lost nor done."""

from dataclasses import dataclass
from math import lgamma, log
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from candor.analytics import inputs
from candor.analytics.errors import EmptySample, ShapeMismatch
from candor.analytics.estimates import Comparison, Estimate, require_level
from candor.analytics.inputs import FloatArray, Labels
from candor.analytics.medians import quantile_ranks
from candor.analytics.survival import survival_curve

__all__ = ["WaitTable", "WaitTimes", "compare_waits", "wait_table", "wait_times"]

ORDER = "order statistics"
SHIFT = "median of all differences (Hodges–Lehmann); Mann–Whitney with ties"
LEAST_WAITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTimes:
    """How long it takes.

    Attributes:
        median: Half are over by then; the interval of order statistics, or of the Kaplan–Meier curve where some still wait.
        p90: Nine in ten are over by then.
        n: Waits, over or not.
        n_open: Of them, still waiting.
    """

    median: Estimate
    p90: Estimate
    n: int
    n_open: int

    @property
    def method(self) -> str:
        return self.median.method

    @property
    def status(self) -> str:
        return self.median.status


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTable:
    """Many groups at once, in rising order of `groups`; NaN where there are too few for an end.

    Attributes:
        groups: The groups that have a wait.
        n: Waits of each.
        median, median_low, median_high, p90, p90_low, p90_high: In the unit of the waits.
    """

    groups: tuple[str, ...]
    n: inputs.IntArray
    median: FloatArray
    median_low: FloatArray
    median_high: FloatArray
    p90: FloatArray
    p90_low: FloatArray
    p90_high: FloatArray
    level: float
    method: str = ORDER

    @property
    def status(self) -> tuple[Literal["ok", "too_few"], ...]:
        """Of each median."""
        return tuple("ok" if known else "too_few" for known in np.isfinite(self.median_high))


def wait_times(waits: ArrayLike, is_over: ArrayLike | None = None, *, level: float = 0.95) -> WaitTimes:
    """Median and nine-in-ten wait.

    Args:
        waits: How long each took, or has lasted so far; 0 or more, any unit.
        is_over: Whether each is over; None for all. Those still waiting count as longer than they have lasted (censored); why
            they are still waiting must have nothing to do with how long they would.
        level: Of intervals.

    Raises:
        EmptySample: No wait.
        BadCounts: A wait below zero or not finite.
        ShapeMismatch: Lengths differ.

    Source:
        Conover (1999) section 3.2; with open waits Kaplan & Meier (1958) and Brookmeyer & Crowley (1982).

    Example:
        >>> found = wait_times(range(1, 101))
        >>> found.median.value, found.median.low, found.median.high, found.p90.value, found.p90.low, found.p90.high
        (50.5, 40.0, 61.0, 90.0, 84.0, 96.0)
        >>> wait_times([3, 5, 9, 9, 9, 9, 9], [1, 1, 0, 0, 0, 0, 0]).median.value is None
        True
    """
    require_level(level)
    took = inputs.counts("waits", waits).ravel()
    over = np.ones(len(took), dtype=bool) if is_over is None else inputs.flags("is_over", is_over)
    if len(over) != len(took):
        raise ShapeMismatch(waits=len(took), is_over=len(over))
    if not len(took):
        raise EmptySample("waits")
    n, n_open = len(took), int((~over).sum())
    if n_open:
        curve = survival_curve(took, over, level=level)
        return WaitTimes(median=curve.median, p90=curve.time_by_which(0.9), n=n, n_open=n_open)
    ordered = np.sort(took)
    half, most = (_quantile(ordered, share, level) for share in (0.5, 0.9))
    return WaitTimes(median=half, p90=most, n=n, n_open=0)


def wait_table(groups: Labels, waits: ArrayLike, *, level: float = 0.95) -> WaitTable:
    """The same for every edge of a graph, or every group, at once; all waits over.

    Args:
        groups: The group of each wait (words or numbers).
        waits: How long each took; 0 or more.
        level: Of intervals.

    Raises:
        BadCounts, ShapeMismatch: As :func:`wait_times`.
        BadParameter: A wait without a group.

    Source:
        Conover (1999) section 3.2.

    Example:
        >>> table = wait_table(["a"] * 40 + ["b"] * 3, [*range(40), 5, 6, 7])
        >>> table.groups, table.n.tolist(), table.median.tolist(), table.status
        (('a', 'b'), [40, 3], [19.5, 6.0], ('ok', 'too_few'))
    """
    require_level(level)
    took = inputs.counts("waits", waits).ravel()
    given = inputs.labels("groups", groups)
    keys, where = np.unique(given if given.dtype.kind in "iu" else given.astype(str), return_inverse=True)
    if len(where) != len(took):
        raise ShapeMismatch(groups=len(where), waits=len(took))
    ordered = took[np.lexsort((took, where))]
    n = np.bincount(where, minlength=len(keys)).astype(np.int64)
    start = np.cumsum(n) - n
    columns = [column for share in (0.5, 0.9) for column in _quantiles(ordered, start, n, share, level)]
    return WaitTable(
        groups=tuple(keys.astype(str).tolist()), n=n, median=columns[0], median_low=columns[1], median_high=columns[2],
        p90=columns[3], p90_low=columns[4], p90_high=columns[5], level=level,
    )  # fmt: skip


def compare_waits(now: ArrayLike, before: ArrayLike, *, level: float = 0.95, least_n: int = 0) -> Comparison:
    """How much longer waits are now than before: the shift that fits best, and whether there is any.

    The shift is the median of all differences of a wait now and one before: what to add to the waits before so that neither group
    waits longer. If only some waits grew, it says little of those. Sides that spread unequally are said to differ more often than the
    level lets them, most of all where the smaller side is the wider one. Waits told in whole days shift by whole days: the verdict may
    then be `no_clear_change`, its interval ending at 0, though the p-value is small. There is no interval where so many waits are equal that both
    ends would be one difference, nor where so few could not tell even if all of one side were longer (at 95 %: 3 against 4, 2 against 7).

    Args:
        now, before: Waits that are over, of each side; 0 or more.
        level: Of the interval.
        least_n: Waits on each side below which nothing is said.

    Raises:
        BadCounts: A wait below zero or not finite.

    Source:
        Hodges & Lehmann (1963) Annals of Mathematical Statistics 34:598; Moses (1965); Mann & Whitney (1947); ties:
        Lehmann (1975).

    Example:
        >>> found = compare_waits([5, 6, 7, 8, 9, 10, 11, 12], [1, 2, 3, 4, 5, 6, 7, 8])
        >>> found.change, found.low, found.high, found.verdict
        (4.0, 1.0, 7.0, 'higher')
    """
    require_level(level)
    here, there = (
        np.sort(inputs.counts(name, side).ravel()) for name, side in (("now", now), ("before", before))
    )
    n, m = len(here), len(there)
    if min(n, m) < max(least_n, 1):
        return Comparison(
            change=None, low=None, high=None, n_now=n, n_before=m, p_value=None, verdict="too_few", method=SHIFT,
            level=level, least_n=least_n,
        )  # fmt: skip
    p, spread = _mann_whitney(here, there)
    pairs = n * m
    change = (_difference(here, there, (pairs - 1) // 2) + _difference(here, there, pairs // 2)) / 2
    # The interval holds the differences that the test, with its half taken off, would not refuse as a shift.
    outside = max(int(np.floor(pairs / 2 - float(ndtri((1 + level) / 2)) * spread - 0.5)), 0)
    low, high = (_difference(here, there, place) for place in (outside, pairs - 1 - outside))
    told = low < high and _can_be_told(n, m, level)
    beyond = told and p < 1 - level and (low > 0 or high < 0)
    return Comparison(
        change=change, low=low if told else None, high=high if told else None, n_now=n, n_before=m, p_value=p,
        verdict=("higher" if change > 0 else "lower") if beyond else "no_clear_change", method=SHIFT, level=level,
        least_n=least_n,
    )  # fmt: skip


def _can_be_told(n: int, m: int, level: float) -> bool:
    """Whether even all waits of one side above all of the other would be rarer by chance than the level allows: 3 against 3 is 1 in 10."""
    orders = lgamma(n + m + 1) - lgamma(n + 1) - lgamma(m + 1)
    return log(2) - orders <= log(1 - level) + 1e-9


def _quantile(ordered: FloatArray, share: float, level: float) -> Estimate:
    start, n = np.zeros(1, dtype=np.int64), np.array([len(ordered)])
    value, low, high = (float(column[0]) for column in _quantiles(ordered, start, n, share, level))
    known = bool(np.isfinite(low) and np.isfinite(high))
    return Estimate(
        value=value, low=low if known else None, high=high if known else None, n=len(ordered), method=ORDER,
        status="ok" if known else "too_few", level=level, least_n=0 if known else (LEAST_WAITS if share == 0.5 else 36),
    )  # fmt: skip


def _quantiles(
    ordered: FloatArray, start: inputs.IntArray, n: inputs.IntArray, share: float, level: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of each group, which lies sorted from its start on: the quantile, and the values at the ends of its interval."""
    if not len(n):
        return np.zeros(0), np.zeros(0), np.zeros(0)
    places = {size: quantile_ranks(size, share, level) for size in np.unique(n).tolist()}
    ends = np.array([places[size] or (0, 0) for size in n.tolist()], dtype=np.int64)
    known = ends[:, 0] > 0
    at = [np.where(known, ordered[start + np.maximum(ends[:, k] - 1, 0)], np.nan) for k in (0, 1)]
    # The smallest value that so large a share does not exceed; between two when both do (the median of an even number).
    exact = n * share
    upper = start + np.minimum(np.floor(exact + 1e-9).astype(np.int64), n - 1)
    lower = start + np.maximum(np.ceil(exact - 1e-9).astype(np.int64) - 1, 0)
    value = np.where(share == 0.5, (ordered[lower] + ordered[upper]) / 2, ordered[lower])
    return value, at[0], at[1]


def _mann_whitney(here: FloatArray, there: FloatArray) -> tuple[float, float]:
    """Two-sided p and the standard deviation of the number of pairs in which now is longer, ties counted half."""
    n, m = len(here), len(there)
    below, up_to = (np.searchsorted(there, here, side=side) for side in ("left", "right"))
    u = float((below + up_to).sum()) / 2
    _values, ties = np.unique(np.concatenate([here, there]), return_counts=True)
    size = n + m
    tied = float((ties.astype(np.float64) ** 3 - ties).sum()) / (size * (size - 1)) if size > 1 else 0.0
    spread = float(np.sqrt(max(n * m / 12 * (size + 1 - tied), 0.0)))
    z = max(abs(u - n * m / 2) - 0.5, 0.0) / spread if spread > 0 else 0.0
    return float(min(2 * ndtr(-z), 1.0)), spread


def _difference(here: FloatArray, there: FloatArray, place: int) -> float:
    """The difference at a place, counted from 0, of all differences in order, without making them: by halving the range."""
    low, high = float(here[0] - there[-1]), float(here[-1] - there[0])
    fine = 1e-13 * max(abs(low), abs(high))
    while high - low > fine:
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        if _at_most(here, there, middle) > place:
            high = middle
        else:
            low = middle
    # The halving ends beside a difference that there is: the one nearest to it.
    after = np.minimum(np.searchsorted(there, here - high), len(there) - 1)
    close = np.concatenate([here - there[after], here - there[np.maximum(after - 1, 0)]])
    return float(close[np.argmin(np.abs(close - high))])


def _at_most(here: FloatArray, there: FloatArray, difference: float) -> int:
    """How many pairs differ by at most so much."""
    return int((len(there) - np.searchsorted(there, here - difference, side="left")).sum())
