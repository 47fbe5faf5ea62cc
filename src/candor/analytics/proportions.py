"""Intervals for shares and for the difference of two shares, for one group or for thousands at once.

``favourable`` and ``n`` are numbers or arrays of one shape; fractions are allowed (effective counts of a weighted
sample). Where n is 0 the interval is 0…1: nothing is known.
"""

import numpy as np
from scipy.special import betaincinv, ndtri

from candor.analytics import inputs
from candor.analytics.inputs import FloatArray

__all__ = ["clopper_pearson_limits", "jeffreys_limits", "newcombe_limits", "wilson_limits"]


def wilson_limits(
    favourable: FloatArray, n: FloatArray, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Score interval. Source: Wilson, E. B. (1927) JASA 22; vectors in Newcombe (1998) Statistics in Medicine 17:857."""
    favourable, n = inputs.parts_of(favourable, n)
    z2 = float(ndtri((1 + level) / 2)) ** 2
    centre = (favourable + z2 / 2) / (n + z2)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(n > 0, favourable * (n - favourable) / n, 0.0)
    half = np.sqrt(z2 * (spread + z2 / 4)) / (n + z2)
    low = np.where(favourable <= 0, 0.0, centre - half)
    high = np.where(favourable >= n, 1.0, centre + half)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def jeffreys_limits(
    favourable: FloatArray, n: FloatArray, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Equal-tailed posterior interval under Beta(½, ½), with 0 and 1 kept when none or all are favourable.

    Source: Brown, Cai & DasGupta (2001) Statistical Science 16:101.
    """
    favourable, n = inputs.parts_of(favourable, n)
    a, b = favourable + 0.5, n - favourable + 0.5
    low = np.where(favourable <= 0, 0.0, betaincinv(a, b, (1 - level) / 2))
    high = np.where(favourable >= n, 1.0, betaincinv(a, b, (1 + level) / 2))
    return low, high


def clopper_pearson_limits(
    favourable: FloatArray, n: FloatArray, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Exact interval: never covers less than ``level``, usually more. Source: Clopper & Pearson (1934)."""
    favourable, n = inputs.parts_of(favourable, n)
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(
            favourable <= 0, 0.0, betaincinv(np.maximum(favourable, 1e-300), n - favourable + 1, tail)
        )
        high = np.where(
            favourable >= n, 1.0, betaincinv(favourable + 1, np.maximum(n - favourable, 1e-300), 1 - tail)
        )
    return low, high


def newcombe_limits(
    favourable_now: FloatArray,
    n_now: FloatArray,
    favourable_before: FloatArray,
    n_before: FloatArray,
    *,
    level: float = 0.95,
) -> tuple[FloatArray, FloatArray]:
    """Interval for the difference of two independent shares, from their two Wilson intervals.

    Source: Newcombe, R. G. (1998) Statistics in Medicine 17:873, method 10.
    """
    favourable_now, n_now = inputs.parts_of(favourable_now, n_now)
    favourable_before, n_before = inputs.parts_of(favourable_before, n_before)
    inputs.alike(n_now=n_now, n_before=n_before)
    with np.errstate(invalid="ignore", divide="ignore"):
        now = np.where(n_now > 0, favourable_now / n_now, 0.5)
        before = np.where(n_before > 0, favourable_before / n_before, 0.5)
    low_now, high_now = wilson_limits(favourable_now, n_now, level=level)
    low_before, high_before = wilson_limits(favourable_before, n_before, level=level)
    low = now - before - np.hypot(now - low_now, high_before - before)
    high = now - before + np.hypot(high_now - now, before - low_before)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)
