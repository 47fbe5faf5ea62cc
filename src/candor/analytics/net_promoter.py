"""Intervals for a net promoter score, for one group or for thousands at once.

Every function takes counts of detractors, passives and promoters as numbers or as arrays of one shape and returns
arrays of that shape. An answer is coded −1, 0 or 1; the score is the mean of those codes, so it lies in −1…1.
Counts may be fractions (effective counts of a weighted sample).

Net Promoter, NPS and Net Promoter Score are registered trade marks of Bain & Company, NICE Systems and Fred
Reichheld; the arithmetic is described here to be compatible with them.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from candor.analytics import inputs
from candor.analytics.inputs import FloatArray
from candor.analytics.mid_p import MOST_ANSWERS, enumerated_limits
from candor.analytics.tango import most_likely_variance

__all__ = [
    "adjusted_moments",
    "adjusted_wald_limits",
    "mid_p_limits",
    "net_promoter_limits",
    "score_variance",
    "tango_limits",
]

Limits = Callable[..., tuple[FloatArray, FloatArray]]

PSEUDO_COUNTS = (0.75, 1.5, 0.75)
"""Added to detractors, passives, promoters before the adjusted Wald interval (Rocks 2016)."""

SMALL_SAMPLE = 30
"""Below this many answers the score interval (Tango's) replaces the adjusted Wald interval."""

_BISECTIONS = 60  # 2 / 2**60 is below the spacing of doubles near 1


def score_variance(detractors: FloatArray, passives: FloatArray, promoters: FloatArray) -> FloatArray:
    """Variance of one answer coded −1, 0, 1: ``p + d − (p − d)²``; NaN where there are no answers.

    Source: Rocks (2016) The American Statistician 70:365.
    """
    detractors, passives, promoters = _checked(detractors, passives, promoters)
    n = detractors + passives + promoters
    with np.errstate(invalid="ignore", divide="ignore"):
        down, up = detractors / n, promoters / n
    return np.maximum(up + down - (up - down) ** 2, 0.0)


def adjusted_moments(
    detractors: FloatArray, passives: FloatArray, promoters: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Centre and squared standard error after adding the pseudo-counts (also the input of a z test).

    Source: Rocks (2016) The American Statistician 70:365.
    """
    three = _checked(detractors, passives, promoters)
    down, middle, up = (given + pseudo for given, pseudo in zip(three, PSEUDO_COUNTS, strict=True))
    n = down + middle + up
    return (up - down) / n, score_variance(down, middle, up) / n


def adjusted_wald_limits(
    detractors: FloatArray, passives: FloatArray, promoters: FloatArray, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Wald interval after adding (¾, 1½, ¾), cut off at −1 and 1, and widened to the score itself where it leaves it out (at low levels).

    Source: Rocks, B. (2016) Interval estimation for the "Net Promoter Score", The American Statistician 70(4).
    """
    centre, squared = adjusted_moments(detractors, passives, promoters)
    half = ndtri((1 + level) / 2) * np.sqrt(squared)
    down, middle, up = _checked(detractors, passives, promoters)
    n = down + middle + up
    seen = np.where(n > 0, (up - down) / np.maximum(n, 1e-300), centre)
    return np.minimum(np.maximum(centre - half, -1.0), seen), np.maximum(np.minimum(centre + half, 1.0), seen)


def tango_limits(
    detractors: FloatArray, passives: FloatArray, promoters: FloatArray, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Score interval: every score that a score test at ``1 − level`` would not reject.

    The variance is taken at the tested score, with the share of detractors at its most likely value under it, so
    the interval stays honest for ten promoters out of ten. Equal triples are solved once.

    Sources: Tango, T. (1998) Statistics in Medicine 17; Rocks (2016), there called iterative.
    """
    three = _checked(detractors, passives, promoters)
    shape = np.broadcast_shapes(*(count.shape for count in three))
    triples = np.stack([np.broadcast_to(count, shape).ravel() for count in three], axis=1)
    distinct, where = np.unique(triples, axis=0, return_inverse=True)
    down, n, up = distinct[:, 0], distinct.sum(axis=1), distinct[:, 2]
    z = float(ndtri((1 + level) / 2))
    low = _tango_end(down, n, up, z)
    high = _tango_end(down, n, up, -z)
    where = where.reshape(-1)
    return low[where].reshape(shape), high[where].reshape(shape)


def mid_p_limits(
    detractors: FloatArray, passives: FloatArray, promoters: FloatArray, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Tango's test with its chances enumerated and read as mid-p: for up to seven whole answers, Tango's own interval elsewhere.

    Sources: Tango (1998) Statistics in Medicine 17:891; Lancaster (1961) JASA 56:223.
    """
    three = _checked(detractors, passives, promoters)
    down, middle, up = (np.atleast_1d(count) for count in three)
    low, high = (np.atleast_1d(end).copy() for end in tango_limits(*three, level=level))
    n, few = down + middle + up, _are_few(down, middle, up)
    for size in np.unique(n[few]):
        own = few & (n == size)
        ends = enumerated_limits(int(size), level)
        where = down[own].astype(int), up[own].astype(int)
        low[own], high[own] = ends[0][where], ends[1][where]
    shape = np.shape(three[0])
    return low.reshape(shape), high.reshape(shape)


def net_promoter_limits(
    detractors: FloatArray, passives: FloatArray, promoters: FloatArray, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Tango's interval where n < 30 (its enumerated mid-p form below 8 whole answers), adjusted Wald from there on.

    Source: Rocks (2016) The American Statistician 70:365; Tango (1998) Statistics in Medicine 17:891.
    """
    return _by_size((detractors, passives, promoters), mid_p_limits, level)


def weighted_limits(
    detractors: FloatArray, passives: FloatArray, promoters: FloatArray, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """For effective counts of weighted answers, which can't be enumerated: Tango's interval where n < 30, adjusted Wald from there on.

    Source: Rocks (2016) The American Statistician 70:365; Tango (1998) Statistics in Medicine 17:891.
    """
    return _by_size((detractors, passives, promoters), tango_limits, level)


def interval_of(n: float) -> str:
    """Which interval :func:`net_promoter_limits` takes for `n` answers."""
    return "adjusted Wald" if n >= SMALL_SAMPLE else "Tango mid-p" if 0 < n <= MOST_ANSWERS else "Tango score"


def _by_size(three: tuple[ArrayLike, ...], of_few: Limits, level: float) -> tuple[FloatArray, FloatArray]:
    checked = _checked(*three)
    n = sum(checked)
    low, high = (np.atleast_1d(end).copy() for end in adjusted_wald_limits(*checked, level=level))
    small = np.atleast_1d(n) < SMALL_SAMPLE
    if small.any():
        low[small], high[small] = of_few(*(np.atleast_1d(count)[small] for count in checked), level=level)
    return low.reshape(np.shape(n)), high.reshape(np.shape(n))


def _are_few(*three: FloatArray) -> NDArray[np.bool_]:
    """Where there are from one to seven answers, and whole ones: shares of answers can't be enumerated."""
    n = sum(three)
    whole = np.logical_and.reduce([count == np.floor(count) for count in three])
    return np.asarray((n > 0) & (n <= MOST_ANSWERS) & whole, dtype=np.bool_)


def _checked(detractors: ArrayLike, passives: ArrayLike, promoters: ArrayLike) -> tuple[FloatArray, ...]:
    three = {"detractors": detractors, "passives": passives, "promoters": promoters}
    found = {name: inputs.counts(name, value) for name, value in three.items()}
    inputs.alike(**found)
    return tuple(np.broadcast_arrays(*found.values()))


def _tango_end(down: FloatArray, n: FloatArray, up: FloatArray, z: float) -> FloatArray:
    """Where the score statistic equals z; it falls as the tested score rises, so bisection can't miss.

    The search stays on its side of the observed score: there the statistic is 0/0 when all are passive.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = np.where(n > 0, (up - down) / n, 0.0)
    left, right = (np.full_like(n, -1.0), observed) if z > 0 else (observed, np.full_like(n, 1.0))
    for _ in range(_BISECTIONS):
        middle = (left + right) / 2
        above = up - down - n * middle > z * np.sqrt(n * most_likely_variance(down, n, up, middle))
        left, right = np.where(above, middle, left), np.where(above, right, middle)
    # No answers: nothing is rejected, the whole scale remains.
    return np.where(n > 0, (left + right) / 2, -np.sign(z))
