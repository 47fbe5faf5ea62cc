"""How long customers stay, when some have not left yet: Kaplan–Meier curves and the log-rank test.

A customer who is still there on the last day is *censored*: known to have stayed so long, not known to have
left. Counting such customers as loyal for ever, or leaving them out, are both wrong; these methods do neither,
provided that the reason for not being seen longer has nothing to do with leaving.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtri

from candor.analytics import inputs
from candor.analytics.errors import (
    BadCounts,
    BadParameter,
    EmptySample,
    NotEnoughHistory,
    NotIdentifiable,
    ShapeMismatch,
)
from candor.analytics.estimates import Estimate, Status, few_below, require_level
from candor.analytics.proportions import clopper_pearson_limits
from candor.analytics.stakes import Measured

__all__ = ["LogRank", "SurvivalCurve", "churn_uplift", "compare_survival", "survival_curve"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LEAST_AT_RISK = 10
LEAST_EXPECTED = 5
_LOG_LOG = "Kaplan–Meier, Greenwood, log-log interval"
_EXACT = "Kaplan–Meier, exact interval (Clopper–Pearson) on the effective number watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurve:
    """Share still there, as a falling staircase.

    Attributes:
        times: When somebody left, ascending.
        at_risk: Still watched just before each time.
        left: How many left at each time.
        share: Share still there from each time on.
        greenwood: Greenwood's sum Σ d / (n (n − d)); the variance of `share` is share² times it.
        watched_until: When the watch of somebody ended, by leaving or not, ascending.
        still_watched: Customers watched at least as long as each of these times.
        longest: Until when anybody was watched; the curve says nothing beyond.
        n, n_left: Customers, and how many of them left.
        level: Of intervals.
    """

    times: tuple[float, ...]
    at_risk: tuple[float, ...]
    left: tuple[float, ...]
    share: tuple[float, ...]
    greenwood: tuple[float, ...]
    watched_until: tuple[float, ...]
    still_watched: tuple[int, ...]
    longest: float
    n: int
    n_left: int
    level: float

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return _LOG_LOG

    @property
    def status(self) -> Status:
        """``too_few`` below ten customers."""
        return few_below(self.n, LEAST_AT_RISK)

    def at(self, time: float) -> Estimate:
        """Share still there at a time, with the log-log interval; where nobody or everybody has left, the exact one.

        `too_few` where fewer than 10 were watched at least until then; without a value beyond the longest watch.
        """
        watched = self.watched_at(time)
        if not watched:
            return self._estimate(None, None, None, "too_few")
        status: Status = "ok" if watched >= LEAST_AT_RISK else "too_few"
        place = self._step_at(time)
        if place < 0:
            low, high = _exact(watched, watched, self.level)
            return self._estimate(1.0, low, high, status, _EXACT)
        return self._estimate(
            self.share[place], *self._band(place), status, _LOG_LOG if self.share[place] > 0 else _EXACT
        )

    def watched_at(self, time: float) -> int:
        """How many customers were watched at least until a time."""
        if not time >= 0:
            raise BadParameter("time", time, expected="0 or more")
        place = int(np.searchsorted(self.watched_until, time, side="left"))
        return self.still_watched[place] if place < len(self.still_watched) else 0

    def variance_at(self, time: float) -> float:
        """Greenwood's variance; where nobody or everybody has left, that of half a customer who did otherwise."""
        place = self._step_at(time)
        if place >= 0 and self.share[place] > 0:
            return self.share[place] ** 2 * self.greenwood[place]
        n = self._watched_in_full(place) if place >= 0 else float(self.watched_at(time))
        half = 0.5 / (n + 1)
        return half * (1 - half) / n

    @property
    def median(self) -> Estimate:
        """Time by which half have left; ends that were not reached are None."""
        return self.time_by_which(0.5)

    def time_by_which(self, share: float) -> Estimate:
        """Time by which a share have left (0.9: all but one in ten); ends that were not reached are None.

        Source: Brookmeyer & Crowley (1982) Biometrics 38:29, on the log-log band.
        """
        if not 0 < share < 1:
            raise BadParameter("share", share, expected="between 0 and 1")
        bands = [self._band(place) for place in range(len(self.times))]
        value = self._first(list(self.share), share)
        low, high = (self._first([band[end] for band in bands], share) for end in (0, 1))
        known = value is not None and low is not None and high is not None
        name = "median" if share == 0.5 else f"{share:.0%} quantile"
        return self._estimate(value, low, high, "ok" if known else "too_few", f"{name} of Kaplan–Meier")

    def _step_at(self, time: float) -> int:
        """The last time up to this one at which somebody left; −1 for none."""
        return int(np.searchsorted(self.times, time, side="right")) - 1

    def _band(self, place: int) -> tuple[float, float]:
        if self.share[place] > 0:
            return _log_log(self.share[place], self.greenwood[place], self.level)
        return _exact(0.0, self._watched_in_full(place), self.level)

    def _watched_in_full(self, place: int) -> float:
        """Customers who, watched from the start until this step, would leave as many at risk: all, if none were censored."""
        return self.at_risk[place] / (self.share[place - 1] if place > 0 else 1.0)

    def _first(self, heights: list[float], share: float) -> float | None:
        reached = 1 - share + 1e-12
        return next((t for t, height in zip(self.times, heights, strict=True) if height <= reached), None)

    def _estimate(
        self,
        value: float | None,
        low: float | None,
        high: float | None,
        status: Status,
        method: str = _LOG_LOG,
    ) -> Estimate:
        return Estimate(
            value=value,
            low=low,
            high=high,
            n=self.n,
            method=method,
            status=status,
            level=self.level,
            least_n=LEAST_AT_RISK if status == "too_few" else 0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRank:
    """Whether groups differ in how long they stay.

    Attributes:
        statistic: Chi-squared with `df` degrees of freedom.
        p_value: Chance of so large a statistic if all groups were alike.
        observed: Leavers in each group.
        expected: Leavers in each group if all were alike.
    """

    statistic: float
    df: int
    p_value: float
    observed: dict[str, int]
    expected: dict[str, float]
    n: int

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "log-rank"

    @property
    def status(self) -> Status:
        """``too_few`` when fewer than five would be expected to leave in a group: chi-squared does not hold then."""
        return few_below(min(self.expected.values()), LEAST_EXPECTED)

    @property
    def words(self) -> str:
        """One honest sentence."""
        if self.status == "too_few":
            return f"Too few to tell (fewer than {LEAST_EXPECTED} would be expected to leave in a group)."
        if self.p_value < 0.05:
            return "The groups differ in how long they stay, beyond chance."
        return "No difference beyond chance in how long the groups stay."


def survival_curve(
    durations: npt.ArrayLike, has_left: npt.ArrayLike, *, level: float = 0.95
) -> SurvivalCurve:
    """Kaplan–Meier curve.

    Args:
        durations: How long each customer was watched, 0 or more.
        has_left: Whether the customer had left at the end of that time; False is still there (censored).
        level: Of intervals.

    Raises:
        EmptySample: No customer.
        BadCounts: A duration below zero or not finite.
        BadParameter: Whether somebody left is missing, or neither true nor false.
        ShapeMismatch: Lengths differ.

    Example:
        >>> curve = survival_curve([6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35],
        ...                        [1] * 9 + [0] * 12)
        >>> [round(curve.at(t).value, 3) for t in (6, 10, 23)], curve.median.value
        ([0.857, 0.753, 0.448], 23.0)

    Source:
        Kaplan & Meier (1958), *JASA* 53; variance: Greenwood (1926); interval: Kalbfleisch & Prentice (1980); where
        nobody or everybody has left: Clopper & Pearson (1934) on Peto's effective number (Peto et al. 1977).
    """
    require_level(level)
    times, flags = _checked(durations, has_left)
    moments = np.unique(times[flags])
    at_risk = len(times) - np.searchsorted(np.sort(times), moments, side="left")
    left = np.unique(times[flags], return_counts=True)[1]
    share = np.cumprod(1 - left / at_risk)
    ends, ended = np.unique(times, return_counts=True)
    with np.errstate(divide="ignore"):
        greenwood = np.cumsum(left / (at_risk * (at_risk - left)))
    return SurvivalCurve(
        times=tuple(moments.tolist()),
        at_risk=tuple(at_risk.astype(float).tolist()),
        left=tuple(left.astype(float).tolist()),
        share=tuple(share.tolist()),
        greenwood=tuple(greenwood.tolist()),
        watched_until=tuple(ends.tolist()),
        still_watched=tuple(np.cumsum(ended[::-1])[::-1].tolist()),
        longest=float(times.max()),
        n=len(times),
        n_left=int(flags.sum()),
        level=level,
    )


def compare_survival(groups: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]]) -> LogRank:
    """Log-rank test over two or more groups.

    Args:
        groups: Name to (durations, has_left).

    Raises:
        NotEnoughHistory: Fewer than two groups.
        NotIdentifiable: Nobody left, or only when no other group was watched any more.

    Example:
        >>> slow, quick = ([9, 13, 13, 18, 23] * 4, [1, 1, 0, 1, 1] * 4), ([1, 2, 2, 3, 5] * 4, [1, 1, 1, 1, 1] * 4)
        >>> found = compare_survival({"slow": slow, "quick": quick})
        >>> round(found.statistic, 2), found.words
        (43.01, 'The groups differ in how long they stay, beyond chance.')

    Source:
        Mantel (1966); Peto & Peto (1972), *JRSS-A* 135(2).
    """
    if len(groups) < 2:
        raise NotEnoughHistory(have=len(groups), need=2, what="groups")
    names = sorted(groups)
    data = [_checked(*groups[name]) for name in names]
    moments = np.unique(np.concatenate([times[flags] for times, flags in data]))
    if not len(moments):
        raise NotIdentifiable("a difference", because="nobody left")
    at_risk = np.stack([len(t) - np.searchsorted(np.sort(t), moments, side="left") for t, _ in data]).astype(
        float
    )
    left = np.stack([_counts_at(times[flags], moments) for times, flags in data])
    all_at_risk, all_left = at_risk.sum(axis=0), left.sum(axis=0)
    expected = at_risk * all_left / all_at_risk
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(all_at_risk > 1, all_left * (all_at_risk - all_left) / (all_at_risk - 1), 0.0)
    parts = at_risk / all_at_risk
    covariance = np.diag((parts * spread).sum(axis=1)) - (parts * spread) @ parts.T
    excess = (left - expected).sum(axis=1)
    rank = np.linalg.matrix_rank(covariance)
    if rank < 1:
        raise NotIdentifiable("a difference", because="the groups were never watched at the same time")
    statistic = float(excess @ np.linalg.pinv(covariance, hermitian=True) @ excess)
    return LogRank(
        statistic=statistic,
        df=int(rank),
        p_value=float(chdtrc(int(rank), statistic)),
        observed={name: int(left[j].sum()) for j, name in enumerate(names)},
        expected={name: float(expected[j].sum()) for j, name in enumerate(names)},
        n=sum(len(times) for times, _ in data),
    )


def churn_uplift(with_issue: SurvivalCurve, without_issue: SurvivalCurve, *, by: float) -> Measured:
    """How many more of a hundred have left by a time among those with an issue: the `churn` of an `Issue`.

    It is a difference between groups, not adjusted for what else sets them apart. Where nobody or everybody of a group
    has left, its variance is that of half a customer who did otherwise: a group is never taken as known.

    Raises:
        NotIdentifiable: One of the curves does not reach so far.

    Example:
        >>> angry = survival_curve([1, 2, 3, 9, 9, 9, 9, 9, 9, 9], [1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
        >>> calm = survival_curve([4, 9, 9, 9, 9, 9, 9, 9, 9, 9], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        >>> found = churn_uplift(angry, calm, by=6)
        >>> round(found.value, 2), round(found.se, 3)
        (0.2, 0.173)

    Source:
        Greenwood (1926); difference at a fixed time: Klein, Logan, Harhoff & Andersen (2007) Statistics in
        Medicine 26:4505.
    """
    parts = []
    for curve in (with_issue, without_issue):
        stay = curve.at(by).value
        if stay is None:
            raise NotIdentifiable("churn", because=f"nobody was watched until {by:g}")
        parts.append((stay, curve.variance_at(by)))
    (stay_with, var_with), (stay_without, var_without) = parts
    return Measured(value=stay_without - stay_with, se=sqrt(var_with + var_without))


def _checked(durations: npt.ArrayLike, has_left: npt.ArrayLike) -> tuple[Array, Flags]:
    times = np.asarray(durations, dtype=np.float64).ravel()
    flags = inputs.flags("has_left", has_left)
    if len(times) != len(flags):
        raise ShapeMismatch(durations=len(times), has_left=len(flags))
    if not len(times):
        raise EmptySample("customers")
    wrong = ~(np.isfinite(times) & (times >= 0))
    if wrong.any():
        raise BadCounts("durations", float(times[wrong][0]))
    return times, flags


def _counts_at(times: Array, moments: Array) -> Array:
    places, counts = np.unique(times, return_counts=True)
    found = np.zeros(len(moments))
    found[np.searchsorted(moments, places)] = counts
    return found


def _log_log(share: float, greenwood: float, level: float) -> tuple[float, float]:
    """Symmetric in log(−log S), so that the ends stay within 0 and 1; for S strictly between."""
    half = float(ndtri((1 + level) / 2)) * sqrt(greenwood) / abs(log(share))
    return share ** exp(half), share ** exp(-half)


def _exact(stayed: float, n: float, level: float) -> tuple[float, float]:
    low, high = clopper_pearson_limits(np.asarray(float(stayed)), np.asarray(float(n)), level=level)
    return float(low), float(high)
