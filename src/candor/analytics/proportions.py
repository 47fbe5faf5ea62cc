"""Intervals for shares and for the difference of two shares, for one group or for thousands at once.

``favourable`` and ``n`` are numbers or arrays of one shape; fractions are allowed (effective counts of a weighted
sample). Where n is 0 the interval is 0…1: nothing is known.
"""

import numpy as np
from scipy.special import betaincinv, gammaln, ndtr, ndtri

from candor.analytics import inputs
from candor.analytics.inputs import FloatArray

__all__ = [
    "clopper_pearson_limits",
    "jeffreys_limits",
    "newcombe_limits",
    "wilson_limits",
]

FEW = 50
"""Expected count of the rarer kind in the smaller group, below which the normal curve is too sure of the tail."""


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


def same_share_p_values(
    part: FloatArray, n: FloatArray, other_part: FloatArray, other_n: FloatArray
) -> FloatArray:
    """Two-sided p, for each pair of groups, that their shares are the same; whole counts, 1 where a group is empty.

    The score test with pooled variance. Where fewer than 50 of the rarer kind would be expected in the smaller group, Fisher's
    exact distribution instead, twice the smaller tail with the count seen taken half (mid-p): the normal curve calls 2 of 50
    against 25 of 5,000 one in 1,400, when it is one in 32.

    Source: Fisher (1935); mid-p: Lancaster (1961) JASA 56:223.
    """
    part, n, other_part, other_n = np.broadcast_arrays(*map(np.asarray, (part, n, other_part, other_n)))
    both, size = part + other_part, n + other_n
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = both / size
        z = (part / n - other_part / other_n) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / other_n))
    p: FloatArray = np.where(np.isfinite(z), 2 * ndtr(-np.abs(np.nan_to_num(z))), 1.0)
    here = (n < other_n) | ((n == other_n) & (part <= other_part))  # the same side whichever is named first
    least, mine = np.minimum(n, other_n), np.where(here, part, other_part)
    is_rare = 2 * both <= size
    rare, mine = np.where(is_rare, both, size - both), np.where(is_rare, mine, least - mine)
    few = np.isfinite(z) & (least * rare < FEW * size) & (mine < 4 * FEW)
    if few.any():
        p[few] = _hypergeometric_mid_p(mine[few], least[few], rare[few], size[few])
    return p


def _hypergeometric_mid_p(
    seen: FloatArray, drawn: FloatArray, rare: FloatArray, size: FloatArray
) -> FloatArray:
    """Twice the smaller tail of the number of rare ones among those drawn, with the number seen counted half."""

    def ways(whole: FloatArray, taken: FloatArray) -> FloatArray:
        found: FloatArray = gammaln(whole + 1) - gammaln(taken + 1) - gammaln(whole - taken + 1)
        return found

    counts = np.arange(seen.max() + 1)[:, None]
    least, most = np.maximum(drawn + rare - size, 0), np.minimum(drawn, rare)
    is_possible = (least <= counts) & (counts <= np.minimum(most, seen))
    inside = np.clip(counts, least, most)
    log_chance = ways(rare, inside) + ways(size - rare, drawn - inside) - ways(size, drawn)
    chance = np.where(is_possible, np.exp(log_chance), 0.0)
    lower = chance.sum(axis=0) - np.where(counts == seen, chance, 0.0).sum(axis=0) / 2
    p: FloatArray = np.clip(2 * np.minimum(lower, 1 - lower), 0.0, 1.0)
    return p
