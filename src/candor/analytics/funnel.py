"""Funnel plots: each unit against what chance allows at its own n. The default instead of a leaderboard.

Where units vary more than chance for reasons nobody measured (overdispersion), the limits are widened, so that the
plot doesn't call half of the company special.

Source: Spiegelhalter, D. J. (2005) Statistics in Medicine 24:1185.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik, ndtri

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, BadParameter, EmptySample
from candor.analytics.estimates import Status, few_below, require_level
from candor.analytics.inputs import FloatArray

__all__ = ["Funnel", "exact_binomial_limits", "funnel_of_scores", "funnel_of_shares"]

BoolArray: TypeAlias = NDArray[np.bool_]

WINSORISED = 0.1
LEVELS = (0.95, 0.998)
LEAST_UNITS = 8
"""Of fewer units, one far out widens the limits that should find it: of five scores with equal errors none gets beyond 99.8 %, however far."""
MOST_ANSWERS = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """A funnel plot as numbers: one entry a unit, in the order given.

    Attributes:
        values: The units' own values.
        target: The common value, the line in the middle.
        z: Distance from the target in widened standard errors.
        warning_low, warning_high: Limits at 95 % for the n of each unit.
        action_low, action_high: Limits at 99.8 %.
        dispersion: φ, mean squared distance after winsorising; about 0.7 when only chance is at work (it would be 1 without winsorising).
        extra_variance: τ², what units vary beyond chance, on the working scale.
    """

    values: FloatArray
    target: float
    z: FloatArray
    warning_low: FloatArray
    warning_high: FloatArray
    action_low: FloatArray
    action_high: FloatArray
    dispersion: float
    extra_variance: float

    @property
    def n(self) -> int:
        """Units."""
        return len(self.values)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return f"funnel, limits widened for overdispersion (φ = {self.dispersion:.3g})"

    @property
    def status(self) -> Status:
        """``too_few`` below eight units: how much units vary beyond chance can't be told from one that is far out."""
        return few_below(self.n, LEAST_UNITS)

    @property
    def outside_warning(self) -> BoolArray:
        """Units beyond 95 %: about one in twenty by chance alone (normal scores, fifty units or more; 3 % of ten), one in ten where
        units vary beyond it: winsorising takes away some of what widens the limits."""
        return np.abs(self.z) > float(ndtri((1 + LEVELS[0]) / 2))

    @property
    def outside_action(self) -> BoolArray:
        """Units beyond 99.8 %: one in five hundred by chance alone (normal scores, many units), one in ninety where they vary beyond it."""
        return np.abs(self.z) > float(ndtri((1 + LEVELS[1]) / 2))


def funnel_of_shares(favourable: ArrayLike, n: ArrayLike, *, target: float | None = None) -> Funnel:
    """Funnel of shares on the arcsine scale, ``asin √(r/n)`` with standard error ``1/(2√n)``.

    ``target`` is the share of all answers together when left out.

    Source: Spiegelhalter (2005) Statistics in Medicine 24:1185.

    >>> funnel = funnel_of_shares([45, 60, 28, 90, 33, 71, 15, 52, 80, 40], [50, 75, 40, 100, 45, 80, 25, 60, 95, 44])
    >>> round(funnel.target, 4), round(funnel.dispersion, 4), int(funnel.outside_warning.sum())
    (0.8371, 2.073, 1)
    """
    r, size = inputs.counts("favourable", favourable), inputs.positive("n", n)
    inputs.same_length(favourable=r, n=size)
    if len(r) == 0:
        raise EmptySample("units")
    if (r > size).any():
        raise BadCounts("favourable", float(r[r > size][0]), expected="at most n")
    centre = float(r.sum() / size.sum()) if target is None else target
    if not 0 <= centre <= 1:
        raise BadParameter("target", centre, expected="0 to 1")
    middle = float(np.arcsin(np.sqrt(centre)))
    return _funnel(
        r / size, np.arcsin(np.sqrt(r / size)), 1 / (2 * np.sqrt(size)), centre, middle, _back_to_share
    )


def funnel_of_scores(
    values: ArrayLike,
    standard_errors: ArrayLike,
    *,
    target: float | None = None,
    lowest: float = -np.inf,
    highest: float = np.inf,
) -> Funnel:
    """Funnel of scores (NPS, means) with known standard errors; the target is their precision-weighted mean.

    Standard errors should come from a variance of answers pooled over units, so that a lucky unit doesn't also get
    the narrow limits of luck. ``lowest`` and ``highest`` cut the limits off at the ends of the scale.

    Raises:
        EmptySample: No unit.
        BadParameter: Ends of a scale the wrong way round, or errors that are not above 0.
        ShapeMismatch: Columns differ in length.

    Source: Spiegelhalter (2005) Statistics in Medicine 24:1185.
    """
    y, s = inputs.finite("values", values), inputs.positive("standard_errors", standard_errors)
    inputs.same_length(values=y, standard_errors=s)
    if len(y) == 0:
        raise EmptySample("units")
    if not lowest < highest:
        raise BadParameter("lowest", lowest, expected=f"below highest ({highest})")
    centre = float((y / s**2).sum() / (1 / s**2).sum()) if target is None else target
    return _funnel(y, y, s, centre, centre, lambda limit: np.clip(limit, lowest, highest))


def exact_binomial_limits(
    n: ArrayLike, *, target: float, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Limits of a share from the binomial distribution itself, interpolated between whole counts: for small n.

    Raises:
        BadParameter: An n that is not whole or beyond two thousand million, a target or level that is not between 0 and 1.

    Source: Spiegelhalter (2005) Statistics in Medicine 24:1185, appendix.

    >>> low, high = exact_binomial_limits([20], target=0.85)
    >>> round(float(low[0]), 5), round(float(high[0]), 5)
    (0.65338, 0.96775)
    """
    require_level(level)
    size = inputs.positive("n", n)
    wrong = (size != np.floor(size)) | (size > MOST_ANSWERS)
    if wrong.any():
        raise BadParameter("n", float(size[wrong][0]), expected=f"whole numbers up to {MOST_ANSWERS:,}")
    if not 0 < target < 1:
        raise BadParameter("target", target, expected="between 0 and 1")
    return _binomial_limit(size, target, (1 - level) / 2), _binomial_limit(size, target, (1 + level) / 2)


def _binomial_limit(n: FloatArray, target: float, chance: float) -> FloatArray:
    count = np.ceil(bdtrik(chance, n, target) - 1e-9)
    count = np.where(_cdf(count - 1, n, target) >= chance, count - 1, count)
    at, below = _cdf(count, n, target), _cdf(count - 1, n, target)
    return np.clip((count - (at - chance) / (at - below)) / n, 0.0, 1.0)


def _cdf(count: FloatArray, n: FloatArray, target: float) -> FloatArray:
    return np.where(count < 0, 0.0, bdtr(np.maximum(count, 0), n.astype(np.int64), target))


def _funnel(
    values: FloatArray,
    working: FloatArray,
    error: FloatArray,
    target: float,
    middle: float,
    back: Callable[[FloatArray], FloatArray],
) -> Funnel:
    plain = (working - middle) / error
    dispersion = float(np.mean(_winsorised(plain) ** 2))
    extra = _extra_variance(dispersion, error)
    widened = np.sqrt(error**2 + extra)
    warning, action = (float(ndtri((1 + level) / 2)) * widened for level in LEVELS)
    return Funnel(
        values=values,
        target=target,
        z=(working - middle) / widened,
        warning_low=back(middle - warning),
        warning_high=back(middle + warning),
        action_low=back(middle - action),
        action_high=back(middle + action),
        dispersion=dispersion,
        extra_variance=extra,
    )


def _winsorised(z: FloatArray) -> FloatArray:
    """Pull the outer tenths in to their quantiles, so that true outliers don't widen the limits that should find them."""
    return np.clip(z, np.quantile(z, WINSORISED), np.quantile(z, 1 - WINSORISED))


def _extra_variance(dispersion: float, error: FloatArray) -> float:
    units, w = len(error), 1 / error**2
    scale = float(w.sum() - (w**2).sum() / w.sum())
    return max(0.0, (units * dispersion - (units - 1)) / scale) if scale > 0 else 0.0


def _back_to_share(limit: FloatArray) -> FloatArray:
    return np.asarray(np.sin(np.clip(limit, 0.0, np.pi / 2)) ** 2, dtype=np.float64)
