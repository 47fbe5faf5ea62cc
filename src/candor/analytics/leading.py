"""Does one series run ahead of another: cross-correlation after prewhitening.

Two series that each hang together from period to period correlate by accident: two random walks of 60 periods "correlate
beyond chance" in about seven pairs of ten. So both first lose the straight line that fits them best, then the leading series is reduced
to its surprises, by an autoregression, and the lagging one filtered in the same way; only then are the two held side by side at every lag.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from candor.analytics import inputs
from candor.analytics.errors import BadParameter, NotEnoughHistory, NotIdentifiable
from candor.analytics.estimates import Status, require_level
from candor.analytics.inputs import FloatArray
from candor.analytics.multiple_tests import holm

__all__ = ["LeadLag", "lead_lag_correlations"]

LEAST_PERIODS = 30
_MOST_ORDERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLag:
    """How the surprises of one series go with those of another some periods later.

    Attributes:
        lags: 0, 1, 2, … periods by which the first series runs ahead.
        correlations: At each lag k, −1 to 1: the sum of n − k products over n.
        p_values: Two-sided, adjusted for all lags looked at (Holm).
        bound: A single correlation beyond ± this is beyond chance at ``level``; looking at many lags, go by ``best_lag``.
        best_lag: The lag of the largest correlation beyond chance after adjustment; None when there is none.
        order: Of the autoregression that was taken out of both.
        n: Periods that both have at lag 0, after filtering.
        method: How it was made, in words.
        status: ``too_few`` below 30 such periods.
    """

    lags: tuple[int, ...]
    correlations: FloatArray
    p_values: FloatArray
    bound: float
    best_lag: int | None
    order: int
    n: int
    method: str
    status: Status
    level: float

    @property
    def words(self) -> str:
        """One sentence that claims no more than the data tell."""
        if self.status == "too_few":
            return f"Too few periods to tell ({self.n} of at least {LEAST_PERIODS})"
        if self.best_lag is None:
            return "No lag at which the two go together beyond chance"
        way = "" if self.correlations[self.lags.index(self.best_lag)] > 0 else ", in the opposite direction"
        if self.best_lag == 0:
            return f"The two move in the same period{way}"
        periods = "period" if self.best_lag == 1 else "periods"
        return f"The second follows the first by {self.best_lag} {periods}{way}"


def lead_lag_correlations(
    leading: ArrayLike, lagging: ArrayLike, *, longest: int = 6, level: float = 0.95
) -> LeadLag:
    """Correlations of a series with another one 0 to ``longest`` periods later, both prewhitened.

    A straight line is taken out of each, for an autoregression leaves it in both. Then an autoregression is fitted to the first
    series (order by BIC, up to 12 or a fifth of its length) and taken out of both. Where nothing goes on, the correlation at
    lag k, a sum of n − k products over n, has a standard error of √(n − k)/n. Seasons and steps that both share stay in: take them out first.

    Args:
        leading: One value a period, in time order, without gaps.
        lagging: The series that may follow, for the same periods.
        longest: The largest lag looked at.
        level: Of the bound and of ``best_lag``.

    Raises:
        ShapeMismatch: Lengths differ.
        NotEnoughHistory: Fewer than ten periods more than ``longest``.
        NotIdentifiable: A series leaves no surprises: it is constant or a straight line, or follows from its own past.

    Source: Box, Jenkins & Reinsel (2008) Time Series Analysis, 4th ed., ch. 12; Haugh (1976) JASA 71:378.

    >>> random = np.random.default_rng(3)
    >>> calls = random.normal(size=120)
    >>> for month in range(1, 120):
    ...     calls[month] += 0.6 * calls[month - 1]
    >>> leavers = np.r_[np.zeros(3), calls[:-3]] + random.normal(size=120)
    >>> found = lead_lag_correlations(calls, leavers)
    >>> found.best_lag, found.words
    (3, 'The second follows the first by 3 periods')
    """
    require_level(level)
    x, y = inputs.finite("leading", leading), inputs.finite("lagging", lagging)
    inputs.same_length(leading=x, lagging=y)
    if not (longest >= 0 and longest == int(longest)):
        raise BadParameter("longest", longest, expected="a whole number, 0 or more")
    if len(x) < longest + 10:
        raise NotEnoughHistory(have=len(x), need=longest + 10)
    x, y = _on_one_scale(x, "leading"), _on_one_scale(y, "lagging")
    slopes = _autoregression(x)
    first, second = _filtered(x, slopes), _filtered(y, slopes)
    n = len(first)
    if min(float(first.std()), float(second.std())) < 1e-8:
        raise NotIdentifiable("a lead", because="a series follows from its own past")
    first, second = (first - first.mean()) / first.std(), (second - second.mean()) / second.std()
    correlations = np.array([float(first[: n - lag] @ second[lag:]) / n for lag in range(longest + 1)])
    # Fewer pairs stand behind a longer lag.
    z = np.abs(correlations) * n / np.sqrt(n - np.arange(longest + 1))
    p = holm(2 * ndtr(-z))
    best = int(np.argmax(z))
    return LeadLag(
        lags=tuple(range(longest + 1)),
        correlations=correlations,
        p_values=p,
        bound=float(ndtri((1 + level) / 2)) / float(np.sqrt(n)),
        best_lag=best if p[best] < 1 - level else None,
        order=len(slopes),
        n=n,
        method=f"cross-correlation, prewhitened (autoregression of order {len(slopes)})",
        status="too_few" if n < LEAST_PERIODS else "ok",
        level=level,
    )


def _on_one_scale(x: FloatArray, name: str) -> FloatArray:
    """Without its mean and the straight line that fits it best, in its own spread."""
    time = np.arange(len(x)) - (len(x) - 1) / 2
    level = x - x.mean()
    left = level - time * float(time @ level) / float(time @ time)
    spread = float(left.std())
    if not spread > 1e-12 * float(np.abs(x).max(initial=0.0)):
        raise NotIdentifiable(
            "a lead", because=f"the {name} series never varies, or only along a straight line"
        )
    return np.asarray(left / spread, dtype=np.float64)


def _autoregression(x: FloatArray) -> FloatArray:
    """Least-squares autoregression; its order has the lowest BIC over one common stretch of periods."""
    most = min(_MOST_ORDERS, len(x) // 5)
    past = np.column_stack([x[most - lag : len(x) - lag] for lag in range(1, most + 1)])
    now = x[most:]
    best = float(np.inf)
    found: FloatArray = np.zeros(0)
    for order in range(most + 1):
        slopes: FloatArray = (
            np.asarray(np.linalg.lstsq(past[:, :order], now, rcond=None)[0]) if order else np.zeros(0)
        )
        left = float(((now - past[:, :order] @ slopes) ** 2).mean())
        cost = len(now) * float(np.log(max(left, 1e-300))) + order * float(np.log(len(now)))
        if cost < best - 1e-9:
            best, found = cost, slopes
    return found


def _filtered(x: FloatArray, slopes: FloatArray) -> FloatArray:
    order = len(slopes)
    kept = x[order:].copy()
    for lag, slope in enumerate(slopes, start=1):
        kept -= slope * x[order - lag : len(x) - lag]
    return kept
