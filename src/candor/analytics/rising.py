"""What comes in more often than before: many groups at once, without shouting when nothing changed."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, SupportsFloat, TypeVar

import numpy as np
from scipy.special import betainc, ndtri

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, BadParameter, NotEnoughHistory, ShapeMismatch
from candor.analytics.estimates import Status, few_below, require_level
from candor.analytics.inputs import FloatArray
from candor.analytics.multiple_tests import benjamini_hochberg

__all__ = ["Rise", "rising_groups"]

Key = TypeVar("Key", bound=Hashable)
LEAST_BASELINE = 6  # periods before the recent ones, so that the spread from one to the next can be seen
PERIODS_OF_ALL = 4  # how much all groups together count in the spread of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise(Generic[Key]):
    """How often a group came in lately, against its own past.

    Attributes:
        key: The group.
        recent: Events in the recent periods.
        expected: Events that the past would have brought in as many periods.
        ratio, low, high: Recent rate over past rate, with its interval.
        n: Events behind the ratio, recent and past.
        p_value: One-sided, adjusted for all groups looked at (Benjamini–Hochberg).
        is_rising: Beyond chance, with enough recent events.
        method: How it was found.
        status: ``too_few`` below the least recent events, else ``ok``.
    """

    key: Key
    recent: int
    expected: float
    ratio: float
    low: float
    high: float
    n: int
    p_value: float
    is_rising: bool
    method: str
    status: Status


def rising_groups(
    counts: Mapping[Key, Sequence[int]],
    *,
    recent_periods: int = 4,
    false_discovery_rate: float = 0.05,
    least_recent: int = 10,
    level: float = 0.95,
) -> tuple[Rise[Key], ...]:
    """Compare each group's recent periods with its earlier ones, rising groups first, by the lower end of their ratio.

    Counts of real events spread more than Poisson's: the spread from period to period widens every interval and test
    (quasi-Poisson), so that restless data raise fewer alarms. A group's spread is its own, drawn towards that of all groups
    and never below it. Simulated: with 40 unchanged groups whose variance is three times their mean, about 5 of 100 months show any
    rise; with four restless ones (six times) among 36 steady ones of 20 events a period 5 with twelve periods before and 10
    with six, of five events 7 and 12; with Poisson counts, about 3. Where rare events come in batches of very uneven size it
    is more. Periods are taken as independent: where one busy week follows another, alarms are more frequent.

    Args:
        counts: For each group its events per period (a week, say), oldest first, all of one length.
        recent_periods: How many of the last periods are "lately"; at least six must come before them.
        false_discovery_rate: Of the groups called rising, the share that chance may explain.
        least_recent: Recent events below which no group is called rising.
        level: Of the interval.

    Raises:
        ShapeMismatch: groups differ in their number of periods.
        NotEnoughHistory: fewer than six earlier periods.
        BadCounts: a count is negative or no number.
        BadParameter: `recent_periods` below 1, `false_discovery_rate` or `level` outside 0 to 1.

    Source: McCullagh & Nelder (1989) ch. 6 (quasi-Poisson); Benjamini & Hochberg (1995).

    >>> rows = rising_groups({"fees": [5] * 12 + [15, 14, 16, 15], "delay": [8] * 16})
    >>> [(row.key, row.is_rising) for row in rows]
    [('fees', True), ('delay', False)]
    """
    require_level(level)
    inputs.at_least_one("recent_periods", recent_periods)
    if not 0 < false_discovery_rate < 1:
        raise BadParameter("false_discovery_rate", false_discovery_rate, expected="between 0 and 1")
    keys = sorted(counts, key=repr)
    if not keys:
        return ()
    table = _table([counts[key] for key in keys], recent_periods)
    past, lately = table[:, :-recent_periods], table[:, -recent_periods:]
    recent, before = lately.sum(axis=1), past.sum(axis=1)
    spread = _dispersion(past)
    share = recent_periods / past.shape[1]
    # One event more, spread evenly over all periods: nothing counted is no rise.
    lent = share / (1 + share)
    log_ratio = np.log((recent + lent) / (before + 1 - lent) / share)
    error = np.sqrt(spread * (1 / (recent + lent) + 1 / (before + 1 - lent)))
    adjusted = benjamini_hochberg(
        _upper_tail(recent / spread, (recent + before) / spread, share / (1 + share))
    )
    half = float(ndtri(0.5 + level / 2)) * error
    rows = [
        Rise(
            key=key,
            recent=int(recent[i]),
            expected=float(before[i] * share),
            ratio=float(np.exp(log_ratio[i])),
            low=float(np.exp(log_ratio[i] - half[i])),
            high=float(np.exp(log_ratio[i] + half[i])),
            n=int(recent[i] + before[i]),
            p_value=float(adjusted[i]),
            is_rising=bool(adjusted[i] <= false_discovery_rate and recent[i] >= least_recent),
            status=few_below(float(recent[i]), least_recent),
            method=f"ratio of rates, quasi-Poisson (dispersion {spread[i]:.2g}), false discoveries at most {false_discovery_rate:.0%}",
        )
        for i, key in enumerate(keys)
    ]
    return tuple(sorted(rows, key=lambda row: (not row.is_rising, -row.low, repr(row.key))))


def _upper_tail(recent: FloatArray, total: FloatArray, share: float) -> FloatArray:
    """Chance of at least `recent` of `total` effective events lately, if nothing changed: the conditional binomial tail,
    by the beta function, since counts divided by the dispersion are no whole numbers."""
    chance = np.ones_like(recent)
    some = recent > 0
    chance[some] = betainc(recent[some], total[some] - recent[some] + 1, share)
    return chance


def _table(rows: list[Sequence[int]], recent_periods: int) -> FloatArray:
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        raise ShapeMismatch(periods=min(lengths), others=max(lengths))
    periods = lengths.pop()
    if periods - recent_periods < LEAST_BASELINE:
        raise NotEnoughHistory(have=periods - recent_periods, need=LEAST_BASELINE, what="earlier periods")
    table = np.asarray([[_number(count) for count in row] for row in rows], dtype=np.float64)
    if not np.isfinite(table).all() or (table < 0).any():
        raise BadCounts("counts", float(np.nanmin(table)), expected="0 or more")
    return table.reshape(len(rows), periods)


def _number(count: object) -> float:
    if not isinstance(count, SupportsFloat):
        raise BadCounts("counts", count, expected="numbers")
    return float(count)


def _dispersion(past: FloatArray) -> FloatArray:
    """Pearson's statistic over its degrees of freedom, of each group: drawn towards that of all groups with a mean of at
    least one as if they were a few more periods, and never below it nor below 1. What is rarer may come in batches: there it is that
    of all rare groups, where this is more."""
    means = past.mean(axis=1)
    freedom = past.shape[1] - 1
    own = ((past - means[:, None]) ** 2 / np.where(means > 0, means, 1.0)[:, None]).sum(axis=1) / freedom
    rare = means < 1
    pooled = np.full(len(past), _mean_spread(own[~rare]))
    pooled[rare] = np.maximum(pooled[rare], _mean_spread(own[rare & (means > 0)]))
    drawn = (freedom * own + PERIODS_OF_ALL * pooled) / (freedom + PERIODS_OF_ALL)
    widened: FloatArray = np.maximum(drawn, pooled)
    return widened


def _mean_spread(own: FloatArray) -> float:
    return max(1.0, float(own.mean())) if len(own) else 1.0
