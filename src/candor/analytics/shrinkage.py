"""Shrinkage: the fairest guess of each unit's true score, drawn towards the middle the less is known of it.

Model: unit j's score is its true score plus noise of known size, ``y_j ~ N(θ_j, s_j²)``, and true scores vary around
a centre, ``θ_j ~ N(μ, τ²)``. How much they truly vary (τ) is what the methods differ in. An estimate τ = 0 would call
everybody identical; so :func:`shrink` weighs all values of τ instead of picking one.

Sources: James & Stein (1961); Efron & Morris (1975) JASA 70:311; Morris (1983) JASA 78:47; for the posterior over τ,
Gelman et al., Bayesian Data Analysis, chapter 5.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from candor.analytics import inputs
from candor.analytics.errors import DidNotConverge, EmptySample
from candor.analytics.estimates import Status, few_below, require_level
from candor.analytics.inputs import FloatArray

__all__ = [
    "Pooled",
    "Shrunken",
    "pool_dersimonian_laird",
    "pool_paule_mandel",
    "pool_reml",
    "shrink",
    "shrink_with",
]

_GRID = 200
_GRID_FOR_MANY = 48
_LEAST_UNITS = 3
_EXACT_TO = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """Centre of many units and how much they truly vary.

    Attributes:
        centre: μ, with ``standard_error``.
        variance: τ², the variance of true scores between units.
        heterogeneity: Cochran's Q, chi-squared with (units − 1) degrees of freedom when no unit truly differs.
        n: Units.
    """

    centre: float
    standard_error: float
    variance: float
    heterogeneity: float
    method: str
    n: int

    @property
    def status(self) -> Status:
        """``too_few`` below three units: nothing can be said of how much they vary."""
        return few_below(self.n, _LEAST_UNITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunken:
    """Shrunken scores in the order given, each with its interval.

    Attributes:
        values, low, high: Shrunken score and interval at ``level``.
        errors: Posterior standard deviation of each.
        weights: How much of a unit's own score is kept, 0…1; the rest is the centre.
        centre: Where scores are drawn to.
        spread: Standard deviation of true scores between units (posterior median, or the estimate); None when not shrunken.
        method: How the spread was found, in words.
    """

    values: FloatArray
    low: FloatArray
    high: FloatArray
    errors: FloatArray
    weights: FloatArray
    centre: float
    spread: float | None
    method: str
    level: float

    @property
    def n(self) -> int:
        """Units."""
        return len(self.values)

    @property
    def status(self) -> Status:
        """``too_few`` below three units, which come back as they are."""
        return few_below(self.n, _LEAST_UNITS)


def shrink(values: ArrayLike, standard_errors: ArrayLike, *, level: float = 0.95) -> Shrunken:
    """Shrink towards the common centre, averaging over everything the spread between units may be.

    Posterior on a fine grid of τ under a flat prior on τ and μ, exact at each τ; no random draws. Good from three units; with fewer
    nothing can be said of the spread and the scores come back as they are.

    Assumes standard errors that are known and not tied to the unit's own luck (pool the variance of answers over
    units: see ``score_tables``), and units that are not known to differ for a reason; with a reason, adjust first.

    Source: Gelman et al. (2013) Bayesian Data Analysis, 3rd ed., §5.4–5.5; Morris (1983) JASA 78:47.

    >>> schools = shrink([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18])
    >>> schools.values.round(1).tolist()
    [11.4, 7.9, 6.1, 7.6, 5.1, 6.1, 10.7, 8.5]
    """
    require_level(level)
    y, v = _checked(values, standard_errors)
    if len(y) < _LEAST_UNITS:
        return _as_given(y, v, level)
    tau, weight = _posterior_of_spread(y, v)
    precision = 1 / (tau[:, None] ** 2 + v)
    centre_variance = 1 / precision.sum(axis=1)
    centre = (precision @ y) * centre_variance
    kept = tau[:, None] ** 2 * precision
    value, error = _posterior_moments(y, v, kept, centre, centre_variance, weight)
    low, high = _limits(value, error, y, v, kept, centre, centre_variance, weight, level)
    return Shrunken(
        values=value,
        low=low,
        high=high,
        errors=error,
        weights=weight @ kept,
        centre=float(weight @ centre),
        spread=float(np.interp(0.5, np.cumsum(weight) - weight / 2, tau)),
        method="posterior over the spread (flat prior)",
        level=level,
    )


def shrink_with(
    pool: Callable[[ArrayLike, ArrayLike], Pooled],
    values: ArrayLike,
    standard_errors: ArrayLike,
    *,
    level: float = 0.95,
) -> Shrunken:
    """Shrink with one estimate of the spread, for instance ``shrink_with(pool_reml, values, standard_errors)``.

    Intervals include the uncertainty of the centre but not of the spread: too narrow for fewer than about 20 units.

    Source: Morris (1983) JASA 78:47; Efron & Morris (1975) JASA 70:311.
    """
    require_level(level)
    y, v = _checked(values, standard_errors)
    pooled = pool(y, np.sqrt(v))
    kept = pooled.variance / (pooled.variance + v)
    value = kept * y + (1 - kept) * pooled.centre
    error = np.sqrt(kept * v + (1 - kept) ** 2 * pooled.standard_error**2)
    half = float(ndtri((1 + level) / 2)) * error
    return Shrunken(
        values=value,
        low=value - half,
        high=value + half,
        errors=error,
        weights=kept,
        centre=pooled.centre,
        spread=float(np.sqrt(pooled.variance)),
        method=pooled.method,
        level=level,
    )


def pool_dersimonian_laird(values: ArrayLike, standard_errors: ArrayLike) -> Pooled:
    """Spread by the method of moments. Source: DerSimonian & Laird (1986) Controlled Clinical Trials 7:177."""
    y, v = _checked(values, standard_errors)
    w = 1 / v
    q = _heterogeneity(y, v, 0.0)
    scale = w.sum() - (w**2).sum() / w.sum()
    variance = max(0.0, (q - (len(y) - 1)) / scale) if len(y) > 1 else 0.0
    return _pooled(y, v, variance, "DerSimonian–Laird")


def pool_paule_mandel(values: ArrayLike, standard_errors: ArrayLike) -> Pooled:
    """Spread at which the weighted sum of squares meets its expectation. Source: Paule & Mandel (1982)."""
    y, v = _checked(values, standard_errors)
    wanted = len(y) - 1
    if _heterogeneity(y, v, 0.0) <= wanted:
        return _pooled(y, v, 0.0, "Paule–Mandel")
    low, high = 0.0, float(np.ptp(y) ** 2)
    while _heterogeneity(y, v, high) > wanted:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if _heterogeneity(y, v, middle) > wanted:
            low = middle
        else:
            high = middle
    return _pooled(y, v, (low + high) / 2, "Paule–Mandel")


def pool_reml(values: ArrayLike, standard_errors: ArrayLike) -> Pooled:
    """Spread by restricted maximum likelihood (Fisher scoring). Source: Viechtbauer (2005) JEBS 30:261.

    Raises:
        DidNotConverge: After 500 steps without settling.
    """
    y, v = _checked(values, standard_errors)
    if len(y) < 2:
        return _pooled(y, v, 0.0, "REML")
    variance = max(0.0, float(y.var(ddof=1) - v.mean()))
    step = np.inf
    for _ in range(500):
        w = 1 / (v + variance)
        total, squares = w.sum(), (w**2).sum()
        off = y - w @ y / total
        score = w**2 @ off**2 - total + squares / total
        information = squares - 2 * (w**3).sum() / total + (squares / total) ** 2
        new = max(0.0, variance + score / information)
        step = abs(new - variance)
        variance = float(new)
        if step <= 1e-12 * max(1.0, variance):
            return _pooled(y, v, variance, "REML")
    raise DidNotConverge("REML", iterations=500, gap=step)


def _pooled(y: FloatArray, v: FloatArray, variance: float, method: str) -> Pooled:
    w = 1 / (v + variance)
    return Pooled(
        centre=float(w @ y / w.sum()),
        standard_error=float(np.sqrt(1 / w.sum())),
        variance=float(variance),
        heterogeneity=_heterogeneity(y, v, 0.0),
        method=method,
        n=len(y),
    )


def _heterogeneity(y: FloatArray, v: FloatArray, variance: float) -> float:
    w = 1 / (v + variance)
    return float(w @ (y - w @ y / w.sum()) ** 2)


def _posterior_moments(
    y: FloatArray,
    v: FloatArray,
    kept: FloatArray,
    centre: FloatArray,
    centre_variance: FloatArray,
    weight: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of every unit over the grid, from sums over the grid only (units can be many).

    At one τ a unit's mean is ``B·y + (1 − B)·μ`` and its variance ``B·v + (1 − B)²·var μ``, with B in ``kept``.
    """
    middle = float(weight @ centre)
    off, around = y - middle, centre - middle  # near 0, so that squares don't cancel
    once = np.stack([weight, weight * around, weight * around**2, weight * centre_variance]) @ kept
    twice = np.stack([weight, weight * around, weight * around**2, weight * centre_variance]) @ kept**2
    value = off * once[0] - once[1] + weight @ around
    square = (
        off**2 * twice[0]
        + 2 * off * (once[1] - twice[1])
        + (weight @ around**2 - 2 * once[2] + twice[2])
        + v * once[0]
        + (weight @ centre_variance - 2 * once[3] + twice[3])
    )
    return middle + value, np.sqrt(np.maximum(square - value**2, 0.0))


def _limits(
    value: FloatArray,
    error: FloatArray,
    y: FloatArray,
    v: FloatArray,
    kept: FloatArray,
    centre: FloatArray,
    centre_variance: FloatArray,
    weight: FloatArray,
    level: float,
) -> tuple[FloatArray, FloatArray]:
    """Quantiles of each unit's posterior, a mixture of normals over the grid.

    With many units the spread is known so well that the mixture is as good as normal.
    """
    reach = float(ndtri((1 + level) / 2)) * error
    if len(value) > _EXACT_TO:
        return value - reach, value + reach
    mean = kept * y + (1 - kept) * centre[:, None]
    spread = np.sqrt(kept * v + (1 - kept) ** 2 * centre_variance[:, None])
    ends = []
    for chance in ((1 - level) / 2, (1 + level) / 2):
        left, right = value - 3 * reach, value + 3 * reach
        for _ in range(40):
            middle = (left + right) / 2
            below = weight @ ndtr((middle - mean) / spread) < chance
            left, right = np.where(below, middle, left), np.where(below, right, middle)
        ends.append((left + right) / 2)
    return ends[0], ends[1]


def _posterior_of_spread(y: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Grid of τ and its posterior weights: first over all of (0, ∞), then closer and closer on the part that matters.

    The grid is spread by τ = s·u/(1 − u), so no upper bound is chosen; its weights carry dτ/du.
    """
    scale = float(np.sqrt(np.median(v))) + float(y.std())
    points = _GRID if len(y) <= _EXACT_TO else _GRID_FOR_MANY
    low, high = 0.0, 1.0
    for _ in range(3):
        u = low + (high - low) * (np.arange(points) + 0.5) / points
        tau = scale * u / (1 - u)
        log_density = _log_posterior(tau, y, v) - 2 * np.log(1 - u)
        matters = np.flatnonzero(log_density > log_density.max() - 14)
        step = (high - low) / points
        if len(matters) > points / 2:
            break
        low, high = max(u[matters[0]] - 1.5 * step, low), min(u[matters[-1]] + 1.5 * step, high)
    weight = np.exp(log_density - log_density.max())
    return tau, weight / weight.sum()


def _log_posterior(tau: FloatArray, y: FloatArray, v: FloatArray) -> FloatArray:
    """log p(τ | y) up to a constant, μ integrated out under a flat prior."""
    precision = 1 / (tau[:, None] ** 2 + v)
    total = precision.sum(axis=1)
    sums = precision @ np.stack([y, y**2], axis=1)
    squares = sums[:, 1] - sums[:, 0] ** 2 / total
    density: FloatArray = 0.5 * (np.log(precision).sum(axis=1) - np.log(total) - squares)
    return density


def _as_given(y: FloatArray, v: FloatArray, level: float) -> Shrunken:
    half = float(ndtri((1 + level) / 2)) * np.sqrt(v)
    return Shrunken(
        values=y,
        low=y - half,
        high=y + half,
        errors=np.sqrt(v),
        weights=np.ones_like(y),
        centre=float(y.mean()),
        spread=None,
        method=f"not shrunken: fewer than {_LEAST_UNITS} units",
        level=level,
    )


def _checked(values: ArrayLike, standard_errors: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, errors = inputs.finite("values", values), inputs.positive("standard_errors", standard_errors)
    inputs.in_a_row(values=y, standard_errors=errors)
    inputs.same_length(values=y, standard_errors=errors)
    if len(y) == 0:
        raise EmptySample("units")
    return y, errors**2
