"""Seasonal parts: what of a month's score is the time of the year, and what is news.

This is STL (seasonal and trend decomposition by loess), written from the paper, because the library that has it
brings pandas along. It equals ``statsmodels.tsa.seasonal.STL`` and R's ``stl`` to the last digits.

Needs two full seasons at the least, and is only sure from about five: with two, a single odd December is "the season".

Source: Cleveland, Cleveland, McRae & Terpenning (1990) Journal of Official Statistics 6:3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from candor.analytics import inputs
from candor.analytics.errors import BadParameter, NotEnoughHistory
from candor.analytics.estimates import Status
from candor.analytics.inputs import FloatArray

__all__ = ["SeasonalParts", "Smoothing", "robust_seasonal_parts", "seasonal_parts", "seasonally_adjusted"]

STEADY_SEASONS = 5
_ROUNDS = 2
_ROBUST_ROUNDS = 15
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothing:
    """Spans (odd numbers of periods), degrees (0 or 1) and steps of the three loess smoothers.

    A step above 1 fits every so many points only and draws straight lines between: faster, and what R does.
    """

    seasonal: int
    trend: int
    low_pass: int
    seasonal_degree: int = 0
    trend_degree: int = 1
    low_pass_degree: int = 1
    seasonal_step: int = 1
    trend_step: int = 1
    low_pass_step: int = 1

    def __post_init__(self) -> None:
        for name in ("seasonal", "trend", "low_pass"):
            span = getattr(self, name)
            if span < 3 or span % 2 == 0:
                raise BadParameter(name, span, expected="an odd number, 3 or more")

    @classmethod
    def steady(cls, period: int, length: int) -> "Smoothing":
        """The same season every year, and the trend span the paper advises for it."""
        seasonal = 10 * length + 1
        return cls(
            seasonal=seasonal,
            trend=_odd_from(1.5 * period / (1 - 1.5 / seasonal)),
            low_pass=_odd_from(period),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalParts:
    """``values = trend + seasonal + remainder``, one entry a period.

    Attributes:
        weights: 1, or less for periods that a robust fit took for outliers.
        seasonal_strength: 0 (no season) to 1 (all but the trend is season): Wang, Smith & Hyndman (2006).
    """

    trend: FloatArray
    seasonal: FloatArray
    remainder: FloatArray
    weights: FloatArray
    seasonal_strength: float
    period: int

    @property
    def n(self) -> int:
        """Periods."""
        return len(self.trend)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "STL, seasonal and trend decomposition by loess"

    @property
    def status(self) -> Status:
        """``wide`` below five seasons: one odd December may then be “the season”."""
        return "wide" if self.n < STEADY_SEASONS * self.period else "ok"


def seasonal_parts(values: ArrayLike, *, period: int, smoothing: Smoothing | None = None) -> SeasonalParts:
    """Split a series into trend, season and remainder.

    Args:
        values: One a period in time order, without gaps.
        period: Periods in a season: 12 for months in a year, 7 for days in a week.
        smoothing: A steady season when left out.

    Raises:
        NotEnoughHistory: Fewer than two full seasons.

    >>> import numpy as np
    >>> months = np.arange(48)
    >>> parts = seasonal_parts(30 + 0.1 * months + 5 * np.sin(months * np.pi / 6), period=12)
    >>> round(parts.seasonal_strength, 2), bool(np.abs(parts.remainder).max() < 0.2)
    (1.0, True)

    Source:
        Cleveland, Cleveland, McRae & Terpenning (1990) Journal of Official Statistics 6:3.
    """
    y, plan = _checked(values, period, smoothing)
    ones = np.ones(len(y))
    trend, seasonal = _inner(y, period, plan, ones, np.zeros(len(y)), rounds=_ROUNDS)
    return _parts(y, trend, seasonal, ones, period)


def robust_seasonal_parts(
    values: ArrayLike, *, period: int, smoothing: Smoothing | None = None
) -> SeasonalParts:
    """As :func:`seasonal_parts`, with periods far from the rest (a strike, an outage) weighted down.

    Source: Cleveland, Cleveland, McRae & Terpenning (1990) Journal of Official Statistics 6:3.
    """
    y, plan = _checked(values, period, smoothing)
    weights, trend = np.ones(len(y)), np.zeros(len(y))
    trend, seasonal = _inner(y, period, plan, weights, trend, rounds=1)
    for _ in range(_ROBUST_ROUNDS):
        weights = _robustness(y - trend - seasonal, _ROUNDING * float(np.abs(y).max()))
        trend, seasonal = _inner(y, period, plan, weights, trend, rounds=1)
    return _parts(y, trend, seasonal, weights, period)


def seasonally_adjusted(values: ArrayLike, *, period: int) -> FloatArray:
    """The values without their season: what to give to control charts, and with five years and more to trends and change points.

    The season takes some of the scatter with it, so that with two years about 15 of 100 series without trend and cut show one.

    Source: Cleveland, Cleveland, McRae & Terpenning (1990) Journal of Official Statistics 6:3.
    """
    return inputs.finite("values", values) - seasonal_parts(values, period=period).seasonal


def _checked(values: ArrayLike, period: int, smoothing: Smoothing | None) -> tuple[FloatArray, Smoothing]:
    y = inputs.finite("values", values)
    if period < 2:
        raise BadParameter("period", period, expected="2 or more")
    if len(y) < 2 * period:
        raise NotEnoughHistory(have=len(y), need=2 * period)
    return y, smoothing or Smoothing.steady(period, len(y))


def _parts(
    y: FloatArray, trend: FloatArray, seasonal: FloatArray, weights: FloatArray, period: int
) -> SeasonalParts:
    remainder = y - trend - seasonal
    spread = float(np.var(seasonal + remainder))
    varies = spread > (_ROUNDING * float(np.abs(y).max())) ** 2
    strength = max(0.0, 1 - float(np.var(remainder)) / spread) if varies else 0.0
    return SeasonalParts(
        trend=trend,
        seasonal=seasonal,
        remainder=remainder,
        weights=weights,
        seasonal_strength=strength,
        period=period,
    )


def _inner(
    y: FloatArray, period: int, plan: Smoothing, weights: FloatArray, trend: FloatArray, *, rounds: int
) -> tuple[FloatArray, FloatArray]:
    """Season from the detrended series, trend from the deseasonalised one, ``rounds`` times over."""
    seasonal = np.zeros(len(y))
    for _ in range(rounds):
        cycles = _smoothed_cycles(y - trend, period, plan, weights)
        level = _moving_average(_moving_average(_moving_average(cycles, period), period), 3)
        low = _loess(level, plan.low_pass, plan.low_pass_degree, plan.low_pass_step, np.ones(len(level)))
        seasonal = cycles[period : period + len(y)] - low
        trend = _loess(y - seasonal, plan.trend, plan.trend_degree, plan.trend_step, weights)
    return trend, seasonal


def _smoothed_cycles(y: FloatArray, period: int, plan: Smoothing, weights: FloatArray) -> FloatArray:
    """Every calendar month smoothed over its years, and carried one year on at both ends."""
    out = np.empty(len(y) + 2 * period)
    for month in range(period):
        years, weight = y[month::period], weights[month::period]
        inner = _loess(years, plan.seasonal, plan.seasonal_degree, plan.seasonal_step, weight)
        reach = min(plan.seasonal, len(years))
        first = _fit_at(-1.0, years, 0, reach, plan.seasonal, plan.seasonal_degree, weight)
        last = _fit_at(
            float(len(years)),
            years,
            len(years) - reach,
            len(years),
            plan.seasonal,
            plan.seasonal_degree,
            weight,
        )
        out[month::period] = np.r_[
            inner[0] if first is None else first, inner, inner[-1] if last is None else last
        ]
    return out


def _moving_average(x: FloatArray, span: int) -> FloatArray:
    return np.convolve(x, np.full(span, 1 / span), mode="valid")


def _loess(y: FloatArray, span: int, degree: int, step: int, weights: FloatArray) -> FloatArray:
    """Local fit at every ``step``-th point, straight lines between."""
    n = len(y)
    if n < 2:
        return y.copy()
    step = min(step, n - 1)
    places = np.arange(0, n, step)
    if places[-1] != n - 1:
        places = np.r_[places, n - 1]
    fitted = np.empty(len(places))
    for index, place in enumerate(places):
        if span >= n:
            start, end = 0, n
        else:
            start = int(np.clip(place - (span + 1) // 2 + 1, 0, n - span))
            end = start + span
        found = _fit_at(float(place), y, start, end, span, degree, weights)
        fitted[index] = y[place] if found is None else found
    return np.interp(np.arange(n), places, fitted)


def _fit_at(
    x: float, y: FloatArray, start: int, end: int, span: int, degree: int, weights: FloatArray
) -> float | None:
    """Tricube-weighted fit at x over periods start … end − 1; None when all their weights are 0."""
    n = len(y)
    near = np.arange(start, end, dtype=np.float64)
    reach = max(x - start, end - 1 - x)
    if span > n:
        reach += (span - n) // 2
    distance = np.abs(near - x)
    w = np.where(distance <= 0.001 * reach, 1.0, (1 - (distance / max(reach, 1e-300)) ** 3) ** 3)
    w = np.where(distance <= 0.999 * reach, w, 0.0) * weights[start:end]
    total = w.sum()
    if total <= 0:
        return None
    w = w / total
    if degree > 0:
        centre = float(w @ near)
        spread = float(w @ (near - centre) ** 2)
        if np.sqrt(spread) > 0.001 * (n - 1):
            w = w * (1 + (x - centre) / spread * (near - centre))
    return float(w @ y[start:end])


def _robustness(remainder: FloatArray, rounding: float) -> FloatArray:
    """Bisquare weights: 0 beyond six median absolute remainders; remainders of mere rounding all count."""
    size = np.abs(remainder)
    reach = 6 * float(np.median(size))
    if reach <= rounding:
        return np.ones(len(size))
    weights = (1 - (size / reach) ** 2) ** 2
    return np.where(size <= 0.001 * reach, 1.0, np.where(size <= 0.999 * reach, weights, 0.0))


def _odd_from(number: float) -> int:
    """The next odd whole number."""
    whole = int(np.ceil(number))
    return whole if whole % 2 else whole + 1
