"""How much of an outcome's variance each of several correlated variables accounts for: LMG and Johnson.

The public functions take data; the ones on moment matrices take a whole stack of them, one per resample.
"""

from math import factorial

import numpy as np
import numpy.typing as npt

from candor.analytics.errors import EmptySample, NotIdentifiable, ShapeMismatch

__all__ = ["johnson_weights", "lmg_weights"]

Array = npt.NDArray[np.float64]

EXACT_UP_TO = 12
ORDERS = 500
ORDERS_IN_RESAMPLES = 100


def lmg_weights(drivers: npt.ArrayLike, outcome: npt.ArrayLike, *, seed: int = 1980) -> Array:
    """Shapley parts of R² (LMG): each driver's gain in R², averaged over all orders of entry.

    Exact up to 12 drivers; beyond that the mean of 500 seeded orders and their reverses.

    Args:
        drivers: Shape (n, k), no missing values.
        outcome: Length n.

    Returns:
        Parts of length k that sum to R². A constant driver, or a copy of another, is no error.

    Example:
        >>> lmg_weights([[1, 0], [2, 1], [3, 0], [4, 1], [5, 1]], [1, 2, 2, 4, 5]).round(3).tolist()
        [0.686, 0.282]

    Source:
        Lindeman, Merenda & Gold (1980); Grömping (2006), *J. Stat. Software* 17(1).
    """
    table = _table(np.asarray(drivers, dtype=np.float64), np.asarray(outcome, dtype=np.float64))
    parts: Array = lmg_parts(covariances(table, np.ones((1, len(table)))), seed)[0]
    return parts


def johnson_weights(drivers: npt.ArrayLike, outcome: npt.ArrayLike) -> Array:
    """Relative weights (Johnson; the same as Genizi's): parts of R² by way of orthogonal stand-ins.

    Quick for any number of drivers. Its theory is debated; up to 12 drivers prefer `lmg_weights`.

    Example:
        >>> johnson_weights([[1, 0], [2, 1], [3, 0], [4, 1], [5, 1]], [1, 2, 2, 4, 5]).round(3).tolist()
        [0.686, 0.282]

    Source:
        Johnson (2000), *Multivariate Behavioral Research* 35(1); Genizi (1993), *Statistica Sinica* 3.
    """
    table = _table(np.asarray(drivers, dtype=np.float64), np.asarray(outcome, dtype=np.float64))
    parts: Array = johnson_parts(covariances(table, np.ones((1, len(table)))))[0]
    return parts


def _table(drivers: Array, outcome: Array) -> Array:
    if drivers.ndim != 2 or len(drivers) != len(outcome):
        raise ShapeMismatch(drivers=drivers.shape, outcome=len(outcome))
    if not len(outcome):
        raise EmptySample("answers")
    table = np.column_stack([drivers, outcome])
    if not np.isfinite(table).all():
        raise NotIdentifiable("weights", because="some values are missing or not finite")
    if np.ptp(outcome) == 0:
        raise NotIdentifiable("weights", because="all outcomes are the same")
    return table


def covariances(table: Array, counts: Array) -> Array:
    """Correlation-scaled moment matrices, one per row of counts, shape (resamples, k + 1, k + 1)."""
    spread = table.std(axis=0)
    scaled = (table - table.mean(axis=0)) / np.where(spread > 0, spread, 1)
    width = table.shape[1]
    products = np.einsum("ni,nj->nij", scaled, scaled).reshape(len(table), -1)
    total = counts.sum(axis=1)[:, None]
    second = (counts @ products / total).reshape(-1, width, width)
    first = counts @ scaled / total
    centred: Array = second - first[:, :, None] * first[:, None, :]
    return centred


def lmg_parts(moments: Array, seed: int) -> Array:
    k = moments.shape[1] - 1
    if k <= EXACT_UP_TO:
        return shapley_parts(_explained_by_subset(moments))
    return _sampled_shapley(moments, seed)


def _explained_by_subset(moments: Array) -> Array:
    """R² of every subset of drivers, shape (2^k, resamples): walk the tree of in/out, partialling out once."""
    k = moments.shape[1] - 1
    explained = np.zeros((2**k, len(moments)))
    before = moments[:, -1, -1]
    floor = 1e-10 * np.einsum("bii->bi", moments)[:, :-1]

    def walk(rest: Array, driver: int, mask: int) -> None:
        if driver == k:
            explained[mask] = 1 - np.divide(rest[:, 0, 0], before, out=np.ones_like(before), where=before > 0)
            return
        walk(rest[:, 1:, 1:], driver + 1, mask)
        walk(_without_first(rest, floor[:, driver]), driver + 1, mask | 1 << driver)

    walk(moments, 0, 0)
    return explained


def _without_first(rest: Array, floor: Array) -> Array:
    """Partial the first variable out of the others; one with no variance left takes nothing away."""
    pivot = rest[:, 0, 0]
    inverse = np.divide(1, pivot, out=np.zeros_like(pivot), where=pivot > np.maximum(floor, 1e-14))
    taken = rest[:, 1:, :1] * rest[:, :1, 1:] * inverse[:, None, None]
    left: Array = rest[:, 1:, 1:] - taken
    return left


def shapley_parts(explained: Array) -> Array:
    """Shapley parts, shape (resamples, k), from the value of every subset."""
    k = int(np.log2(len(explained)))
    masks = np.arange(2**k)
    sizes = np.array([int(mask).bit_count() for mask in masks])
    chance = np.array(
        [factorial(s) * factorial(k - 1 - s) / factorial(k) if s < k else 0.0 for s in range(k + 1)]
    )
    parts = np.empty((explained.shape[1], k))
    for driver in range(k):
        without = masks[masks & (1 << driver) == 0]
        parts[:, driver] = chance[sizes[without]] @ (explained[without | 1 << driver] - explained[without])
    return parts


def _sampled_shapley(moments: Array, seed: int) -> Array:
    k = moments.shape[1] - 1
    parts = np.zeros((len(moments), k))
    floor = 1e-10 * np.einsum("bii->bi", moments)
    orders = entry_orders(k, ORDERS if len(moments) == 1 else ORDERS_IN_RESAMPLES, seed)
    for order in orders:
        rest = moments[:, [*order, k]][:, :, [*order, k]]
        for driver in order:
            before = rest[:, -1, -1]
            rest = _without_first(rest, floor[:, driver])
            parts[:, driver] += before - rest[:, -1, -1]
    variance = moments[:, -1, -1][:, None]
    scaled: Array = np.divide(parts / len(orders), variance, out=np.zeros_like(parts), where=variance > 0)
    return scaled


def entry_orders(k: int, pairs: int, seed: int) -> list[list[int]]:
    """Seeded orders of entry, each with its reverse, which halves the noise."""
    random = np.random.default_rng(seed)
    drawn = [random.permutation(k).tolist() for _ in range(pairs)]
    return [order for forward in drawn for order in (forward, forward[::-1])]


def johnson_parts(moments: Array) -> Array:
    spread = np.sqrt(np.einsum("bii->bi", moments))
    safe = np.where(spread > 1e-12, spread, np.inf)
    correlations = moments / safe[:, :, None] / safe[:, None, :]
    values, vectors = np.linalg.eigh(correlations[:, :-1, :-1])
    roots = np.sqrt(np.clip(values, 0, None))
    loadings = np.einsum("bij,bj,bkj->bik", vectors, roots, vectors)
    inverse = np.divide(1, roots, out=np.zeros_like(roots), where=roots > 1e-6)
    slopes = np.einsum("bij,bj,bkj,bk->bi", vectors, inverse, vectors, correlations[:, :-1, -1])
    parts: Array = np.einsum("bij,bj->bi", loadings**2, slopes**2)
    return parts
