"""Control charts: is this period out of the ordinary, or the noise there always was.

Two rules only: a point beyond the limits, and eight in a row on one side. Every further rule finds more, and cries
wolf more. In a steady process of known level and noise a point falls beyond three-sigma limits about once in 370 periods.

A chart's limits are set by the periods before ``baseline`` (all when left out): a change that is in the limits is
never found by them.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, BadParameter, NotEnoughHistory
from candor.analytics.estimates import Status
from candor.analytics.inputs import FloatArray

__all__ = ["ControlChart", "individuals_chart", "laney_chart", "moving_range_chart", "p_chart", "score_chart"]

BoolArray: TypeAlias = NDArray[np.bool_]

RUN = 8
"""So many periods in a row on one side of the centre are a signal; by chance on average once in 2⁸ − 1 = 255 periods (both rules together: once in 153)."""

LEAST_PERIODS = 8
STEADY_PERIODS = 20

_D2 = 1.128
"""Mean range of two normal values, in standard deviations (three digits, as the handbooks print it)."""
_D4 = 3.267
"""Upper limit of a range of two, in mean ranges."""
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChart:
    """A chart as numbers: one entry a period.

    Attributes:
        values: What was charted.
        centre: The level of the baseline.
        low, high: Limits of every period; NaN where the baseline never moved and leaves none.
        sigma: Size of the noise: standard deviation of a value (individuals), or the factor by which plain limits
            were widened (Laney); 1 for a plain p chart.
        method: The chart, in words.
        n: Periods of the baseline.
    """

    values: FloatArray
    centre: float
    low: FloatArray
    high: FloatArray
    sigma: float
    method: str
    n: int

    @property
    def status(self) -> Status:
        """``too_few`` below eight periods, ``not_comparable`` without limits, ``wide`` below 20: the limits are then uncertain."""
        if self.n < LEAST_PERIODS:
            return "too_few"
        if not self._has_limits:
            return "not_comparable"
        return "wide" if self.n < STEADY_PERIODS else "ok"

    @property
    def is_beyond(self) -> BoolArray:
        """Periods beyond a limit (by more than the rounding of floats); none where there are no limits."""
        rounding = self._rounding
        return (self.values > self.high + rounding) | (self.values < self.low - rounding)

    @property
    def is_in_run(self) -> BoolArray:
        """Periods that complete or lengthen a run of eight on one side; a value on the centre breaks a run."""
        off = self.values - self.centre
        side = np.where(np.abs(off) <= self._rounding, 0.0, np.sign(off))
        found = np.zeros(len(side), dtype=bool)
        length = 0
        for period, here in enumerate(side):
            length = length + 1 if period and here == side[period - 1] and here != 0 else int(here != 0)
            found[period] = length >= RUN
        return found

    @property
    def is_signal(self) -> BoolArray:
        """Either rule."""
        return self.is_beyond | self.is_in_run

    @property
    def words(self) -> str:
        """One sentence about the last period."""
        if self.n < LEAST_PERIODS:
            return f"Too few periods to tell ({self.n} of at least {LEAST_PERIODS})"
        if self.is_beyond[-1]:
            return "Outside what this process usually gives"
        if self.is_in_run[-1]:
            return f"On one side of its usual level for {RUN} periods or more"
        if not self._has_limits:
            return "Can’t be told: the periods to compare with never moved"
        return "Within what this process usually gives"

    @property
    def _has_limits(self) -> bool:
        return not bool(np.isnan(self.high).any())

    @property
    def _rounding(self) -> float:
        """What a mean of equal values may be off by, and nothing that was measured is."""
        return _ROUNDING * max(abs(self.centre), float(np.abs(self.values).max()))


def individuals_chart(values: ArrayLike, *, baseline: int | None = None) -> ControlChart:
    """XmR chart: limits from the mean moving range, ``mean ± 3 · MR / 1.128``. For one number a period.

    Assumes that periods are about equally sure; with very different n use :func:`score_chart`. Neighbouring periods
    that hang together make the limits too narrow; a baseline that never moves leaves none.

    Source: Shewhart (1931); Wheeler, Understanding Variation; NIST/SEMATECH e-Handbook 6.3.2.2.

    >>> chart = individuals_chart([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    >>> round(chart.centre, 2), round(float(chart.low[0]), 4), round(float(chart.high[0]), 4)
    (50.81, 45.8159, 55.8041)
    """
    x = inputs.finite("values", values)
    inputs.in_a_row(values=x)
    first = x[: _baseline(len(x), baseline)]
    centre, sigma = float(first.mean()), float(np.abs(np.diff(first)).mean() / _D2)
    reach = np.nan if _never_moves(first) else 3 * sigma
    return ControlChart(
        values=x,
        centre=centre,
        low=np.full(len(x), centre - reach),
        high=np.full(len(x), centre + reach),
        sigma=sigma,
        method="individuals (XmR)",
        n=len(first),
    )


def moving_range_chart(values: ArrayLike, *, baseline: int | None = None) -> ControlChart:
    """The range part of XmR: differences of neighbours (one fewer than values), with upper limit 3.267 · MR.

    Source: Wheeler & Chambers (1992) Understanding Statistical Process Control, 2nd ed., ch. 3.
    """
    x = inputs.finite("values", values)
    inputs.in_a_row(values=x)
    ranges, periods = np.abs(np.diff(x)), _baseline(len(x), baseline)
    centre = float(ranges[: periods - 1].mean())
    is_still = _never_moves(x[:periods])
    return ControlChart(
        values=ranges,
        centre=centre,
        low=np.full(len(ranges), np.nan if is_still else 0.0),
        high=np.full(len(ranges), np.nan if is_still else _D4 * centre),
        sigma=centre / _D2,
        method="moving range",
        n=periods,
    )


def p_chart(events: ArrayLike, n: ArrayLike, *, baseline: int | None = None) -> ControlChart:
    """Chart of shares, limits at three standard errors of the binomial distribution: rough where few events are expected.

    With thousands of answers a period it cries wolf, because shares vary a little for other reasons than chance:
    use :func:`laney_chart`. A baseline of no event, or of nothing else, leaves no limits.

    Source: Shewhart (1931); Montgomery (2012) Introduction to Statistical Quality Control, 7th ed., §7.2.

    >>> chart = p_chart([12, 15, 8, 10, 4, 7, 16, 9, 14, 10], [50] * 10)
    >>> round(chart.centre, 3), round(float(chart.high[0]), 3)
    (0.21, 0.383)
    """
    share, centre, error = _shares(events, n, baseline)
    error = np.where(error > 0, error, np.nan)
    return ControlChart(
        values=share,
        centre=centre,
        low=np.clip(centre - 3 * error, 0.0, 1.0),
        high=np.clip(centre + 3 * error, 0.0, 1.0),
        sigma=1.0,
        method="p chart",
        n=_baseline(len(share), baseline),
    )


def laney_chart(events: ArrayLike, n: ArrayLike, *, baseline: int | None = None) -> ControlChart:
    """p′ chart: limits of the p chart times how much neighbouring periods differ, measured in what chance alone gives.

    Above 1 where the process varies beyond chance; below 1, and narrower than the p chart, where periods are more alike
    than chance makes them. Where the baseline's shares are all equal there is nothing to take that from: then it is the p chart, and says so in its ``method``.

    Source: Laney, D. B. (2002) Quality Engineering 14:531.
    """
    share, centre, error = _shares(events, n, baseline)
    periods = _baseline(len(share), baseline)
    if _never_moves(share[:periods]):
        return p_chart(events, n, baseline=baseline)
    return _laney(share, error, centre, periods, 0.0, 1.0, "Laney p′ chart")


def score_chart(
    values: ArrayLike,
    standard_errors: ArrayLike,
    *,
    baseline: int | None = None,
    lowest: float = -1.0,
    highest: float = 1.0,
) -> ControlChart:
    """Chart of a score with a standard error for every period (NPS by default), with Laney's correction.

    The centre is the mean weighted by precision. ``lowest`` and ``highest`` are the ends of the scale. Where the baseline
    never moves the limits are plain, three standard errors, and ``method`` says so. Take standard errors from a variance
    pooled over the baseline: a period's own go with its score.

    Source: Laney (2002) Quality Engineering 14:531.
    """
    x, error = inputs.finite("values", values), inputs.positive("standard_errors", standard_errors)
    inputs.in_a_row(values=x, standard_errors=error)
    inputs.same_length(values=x, standard_errors=error)
    periods = _baseline(len(x), baseline)
    if x.min() < lowest or x.max() > highest:
        worst = float(x[int(np.argmax(np.abs(x)))])
        raise BadParameter(
            "values", worst, expected=f"{lowest:g} to {highest:g}, or lowest and highest of their scale"
        )
    weight = 1 / error[:periods] ** 2
    centre = float(weight @ x[:periods] / weight.sum())
    if _never_moves(x[:periods]):
        return _limited(x, error, centre, periods, lowest, highest, "score chart, plain limits", sigma=1.0)
    return _laney(x, error, centre, periods, lowest, highest, "score chart with Laney's correction")


def _laney(
    x: FloatArray,
    error: FloatArray,
    centre: float,
    periods: int,
    lowest: float,
    highest: float,
    method: str,
) -> ControlChart:
    z = (x[:periods] - centre) / error[:periods]
    sigma = float(np.abs(np.diff(z)).mean() / _D2)
    return _limited(x, error, centre, periods, lowest, highest, method, sigma=sigma)


def _limited(
    x: FloatArray,
    error: FloatArray,
    centre: float,
    periods: int,
    lowest: float,
    highest: float,
    method: str,
    *,
    sigma: float,
) -> ControlChart:
    return ControlChart(
        values=x,
        centre=centre,
        low=np.maximum(centre - 3 * sigma * error, lowest),
        high=np.minimum(centre + 3 * sigma * error, highest),
        sigma=sigma,
        method=method,
        n=periods,
    )


def _never_moves(baseline: FloatArray) -> bool:
    return float(np.ptp(baseline)) <= _ROUNDING * float(np.abs(baseline).max())


def _shares(events: ArrayLike, n: ArrayLike, baseline: int | None) -> tuple[FloatArray, float, FloatArray]:
    count, size = inputs.counts("events", events), inputs.positive("n", n)
    inputs.in_a_row(events=count, n=size)
    inputs.same_length(events=count, n=size)
    if (count > size).any():
        raise BadCounts("events", float(count[count > size][0]), expected="at most n")
    periods = _baseline(len(count), baseline)
    centre = float(count[:periods].sum() / size[:periods].sum())
    return count / size, centre, np.sqrt(centre * (1 - centre) / size)


def _baseline(length: int, baseline: int | None) -> int:
    if length < 2:
        raise NotEnoughHistory(have=length, need=2)
    if baseline is None:
        return length
    if not (2 <= baseline <= length and baseline == int(baseline)):
        raise BadParameter("baseline", baseline, expected=f"2 to {length} periods")
    return baseline
