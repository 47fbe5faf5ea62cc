"""Whether several items measure one thing: Cronbach's alpha, its standardised form, and McDonald's omega.

Alpha is high when items move together and when there are many of them. It is no proof that they measure *one* thing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from candor.analytics import inputs
from candor.analytics.errors import EmptySample, NotEnoughHistory, NotIdentifiable
from candor.analytics.estimates import Estimate, Status, require_level, status_of
from candor.analytics.inputs import FloatArray

__all__ = ["Reliability", "item_reliability"]

LEAST_PEOPLE = 30
RESAMPLES = 1000
_STEPS = 2000
_SETTLED = 1e-10
_LEAST_UNIQUE = 0.005  # of an item's variance: a Heywood case is held here


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How far the sum of the items is more than noise, 0 to 1 (below 0 when items move against each other).

    Attributes:
        alpha: Cronbach's alpha with Feldt's interval.
        standardised: Alpha of items brought to one spread, with a bootstrap interval over people.
        omega: McDonald's omega of one common factor, with a bootstrap interval; None with fewer than three items.
        if_dropped: Alpha without each item, in the order given; empty with two items.
        item_rest: Correlation of each item with the sum of the others. Near or below 0: turned round, or another thing.
        n: People who answered every item.
        n_incomplete: People left out because an item was missing.
    """

    alpha: Estimate
    standardised: Estimate
    omega: Estimate | None
    if_dropped: tuple[float, ...]
    item_rest: tuple[float, ...]
    n: int
    n_incomplete: int

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.alpha.method

    @property
    def status(self) -> Status:
        """That of alpha: ``too_few`` below 30 people."""
        return self.alpha.status


def item_reliability(
    answers: ArrayLike, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 1951
) -> Reliability:
    """Reliability of the sum of several items.

    ``alpha = k / (k − 1) · (1 − Σ item variances / variance of the sum)``. Items must point in the same direction: turn
    those round that are worded the other way. Feldt's interval assumes normal answers and items of equal merit; on few
    cells with skewed answers it is too narrow (about 90 % for 95 % at an alpha of 0.7 where six in ten choose the highest of five).

    Args:
        answers: One row a person, one column an item; NaN where an item was not answered.
        level: Of the intervals.
        resamples: For the intervals of the standardised alpha and of omega.
        seed: Of the resamples.

    Raises:
        EmptySample: Nobody answered every item.
        NotEnoughHistory: Fewer than two items, or fewer than three complete answers.
        NotIdentifiable: An item never varies.

    Source: Cronbach (1951) Psychometrika 16:297; interval: Feldt (1965) Psychometrika 30:357; omega: McDonald (1999) Test
    Theory, ch. 6.

    >>> random = np.random.default_rng(1)
    >>> mood = random.normal(size=(200, 1))
    >>> found = item_reliability(mood + random.normal(size=(200, 4)))
    >>> round(found.alpha.value, 2), round(found.alpha.low, 2), round(found.alpha.high, 2), round(found.omega.value, 2)
    (0.78, 0.72, 0.82, 0.78)
    """
    require_level(level)
    inputs.at_least_one("resamples", resamples)
    table, incomplete = _complete(answers)
    covariance = np.cov(table.T)
    n, items = table.shape
    alpha = _alpha(covariance)
    drawn = _resampled(table, resamples, seed)
    return Reliability(
        alpha=_estimate(alpha, *_feldt(alpha, n, items, level), n, "Cronbach’s alpha, Feldt", level),
        standardised=_drawn(
            _alpha(_correlation(covariance)),
            [_alpha(_correlation(one)) for one in drawn],
            n,
            "standardised alpha, bootstrap over people",
            level,
        ),
        omega=None
        if items < 3
        else _drawn(
            _omega(covariance),
            [_omega(one) for one in drawn],
            n,
            "McDonald’s omega, one factor, bootstrap over people",
            level,
        ),
        if_dropped=tuple(_alpha(_without(covariance, item)) for item in range(items)) if items > 2 else (),
        item_rest=tuple(_with_the_rest(covariance, item) for item in range(items)),
        n=n,
        n_incomplete=incomplete,
    )


def _complete(answers: ArrayLike) -> tuple[FloatArray, int]:
    """People who answered everything, in an order that only their answers fix."""
    given = inputs.numbers("answers", answers)
    if given.ndim != 2 or given.shape[1] < 2:
        raise NotEnoughHistory(have=given.shape[1] if given.ndim == 2 else 1, need=2, what="items")
    whole = ~np.isnan(given).any(axis=1)
    table = inputs.finite("answers", given[whole])
    if len(table) == 0:
        raise EmptySample("people who answered every item")
    if len(table) < 3:
        raise NotEnoughHistory(have=len(table), need=3, what="complete answers")
    if (np.ptp(table, axis=0) == 0).any():
        raise NotIdentifiable("reliability", because="an item never varies")
    return table[np.lexsort(table.T)], int((~whole).sum())


def _alpha(covariance: FloatArray) -> float:
    items = len(covariance)
    whole = float(covariance.sum())
    if whole <= 0:
        raise NotIdentifiable("reliability", because="the sum of the items never varies")
    return items / (items - 1) * (1 - float(np.trace(covariance)) / whole)


def _correlation(covariance: FloatArray) -> FloatArray:
    spread = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(spread, spread), dtype=np.float64)


def _without(covariance: FloatArray, item: int) -> FloatArray:
    return np.delete(np.delete(covariance, item, axis=0), item, axis=1)


def _with_the_rest(covariance: FloatArray, item: int) -> float:
    own, rest = float(covariance[item, item]), float(_without(covariance, item).sum())
    with_rest = float(covariance[item].sum()) - own
    return with_rest / float(np.sqrt(own * rest)) if rest > 0 else 0.0


def _omega(covariance: FloatArray) -> float:
    """Omega of one factor fitted to the correlations by iterated principal axes, on the items' own spread."""
    r, spread = _correlation(covariance), np.sqrt(np.diag(covariance))
    shared = np.clip(1 - 1 / np.diag(np.linalg.inv(r + 1e-9 * np.eye(len(r)))), 0.0, 1.0)
    loadings = np.sqrt(shared)
    for _ in range(_STEPS):
        size, axis = np.linalg.eigh(r - np.diag(1 - shared))
        loadings = axis[:, -1] * np.sqrt(max(float(size[-1]), 0.0))
        new = np.clip(loadings**2, 0.0, 1 - _LEAST_UNIQUE)
        step = float(np.abs(new - shared).max())
        shared = new
        if step < _SETTLED:
            break
    common = float((loadings * spread).sum() ** 2)
    return common / (common + float(((1 - shared) * spread**2).sum()))


def _feldt(alpha: float, n: int, items: int, level: float) -> tuple[float, float]:
    """(1 − true) / (1 − estimate) is F with n − 1 and (n − 1)(items − 1) degrees of freedom: Feldt (1965)."""
    first, second = n - 1, (n - 1) * (items - 1)
    tail = (1 - level) / 2
    return 1 - (1 - alpha) * float(fdtri(first, second, 1 - tail)), 1 - (1 - alpha) * float(
        fdtri(first, second, tail)
    )


def _resampled(table: FloatArray, resamples: int, seed: int) -> list[FloatArray]:
    """Covariances of resampled people, those left out in which an item never varies."""
    random = np.random.default_rng(seed)
    n = len(table)
    centred = table - table.mean(axis=0)
    found = []
    for _ in range(resamples):
        drawn = centred[random.integers(0, n, n)]
        covariance = np.cov(drawn.T)
        if (np.diag(covariance) > 0).all() and covariance.sum() > 0:
            found.append(covariance)
    return found


def _drawn(value: float, drawn: list[float], n: int, method: str, level: float) -> Estimate:
    low, high = np.quantile(drawn or [value], [(1 - level) / 2, (1 + level) / 2])
    return _estimate(value, min(float(low), value), max(float(high), value), n, method, level)


def _estimate(value: float, low: float, high: float, n: int, method: str, level: float) -> Estimate:
    """Items that are copies of each other leave no doubt to measure, and no interval."""
    ends = (low, high) if high - low > _SETTLED else (None, None)
    return Estimate(
        value=value,
        low=ends[0],
        high=ends[1],
        n=n,
        method=method,
        status=status_of(n=n, low=ends[0], high=ends[1], scale_width=1, least_n=LEAST_PEOPLE),
        level=level,
        least_n=LEAST_PEOPLE,
    )
