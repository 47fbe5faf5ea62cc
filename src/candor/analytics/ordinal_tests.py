"""Tests that use the raw answers in their order, made from histograms: mostly more sensitive than a test on the score.

Where a third of those below 10 answer one step higher (NPS 20 to 28, 600 answers a side) a test on NPS finds it 40 times in 100, the
ordinal test 52 times (docs/methods/comparing-periods-and-groups.md has the answers). So Candor shows the score and tests the answers; a verdict on the score also needs the score's own
interval (see :mod:`candor.analytics.comparisons`), and so is given no oftener than that interval leaves out 0.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from scipy.special import ndtr

from candor.analytics.errors import BadCounts, BadParameter, EmptySample
from candor.analytics.estimates import Status, few_below
from candor.analytics.histogram import Histogram
from candor.analytics.inputs import FloatArray

__all__ = [
    "PERMUTATIONS",
    "OrdinalTest",
    "mann_whitney",
    "mean_permutation",
    "ordinal_permutation",
    "ordinal_test",
]

SEED = 20160713
PERMUTATIONS = 9_999
"""Random relabelings of a permutation test; the p-value is then known to ±0.004 near 0.05."""

SMALL_GROUP = 30
_FEWEST_WAYS = 40  # 2 of 40 is 5 %: the two ends
_ENOUGH_TO_DEAL = 5
_TOO_MANY_TO_DEAL = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalTest:
    """Whether answers now lie higher or lower than before.

    Attributes:
        chance_higher: Chance that an answer picked now is above one picked before, ties counted half; ½ is equal.
        p_value: Two-sided.
        method: The test, in words.
        n: Answers on the smaller side.
        status: ``too_few`` where even the clearest result would not be beyond 5 %: three against three, say.
    """

    chance_higher: float
    p_value: float
    method: str
    n: int
    status: Status


def ordinal_test(now: Histogram, before: Histogram) -> OrdinalTest:
    """Seeded permutation when a side has fewer than 30 answers (and none is weighted), else Mann–Whitney.

    Source: Mann & Whitney (1947) Annals of Mathematical Statistics 18:50; Pitman (1937) Supplement to the JRSS
    4:119.

    >>> test = ordinal_test(
    ...     Histogram.from_counts({1: 10, 2: 20, 3: 30}), Histogram.from_counts({1: 20, 2: 25, 3: 15}))
    >>> round(test.chance_higher, 3), round(test.p_value, 4)
    (0.646, 0.0033)
    """
    small = min(now.n, before.n) < SMALL_GROUP
    if small and not (now.is_weighted or before.is_weighted):
        return ordinal_permutation(now, before)
    return mann_whitney(now, before)


def mann_whitney(now: Histogram, before: Histogram) -> OrdinalTest:
    """Mann–Whitney test with the exact correction for ties and for continuity, normal approximation.

    Equals ``scipy.stats.mannwhitneyu(method="asymptotic")`` and R's ``wilcox.test(exact = FALSE)``. Weighted
    histograms enter with their effective counts, which is an approximation.

    Source: Mann & Whitney (1947); tie correction: Lehmann, Nonparametrics (1975), chapter 1.
    """
    first, second = _side_by_side(now, before)
    n_now, n_before = first.sum(), second.sum()
    n = n_now + n_before
    ties = first + second
    rank_sum = float(first @ _midranks(ties))
    u = rank_sum - n_now * (n_now + 1) / 2
    shape = n_now * n_before / 12
    variance = shape * (n + 1 - float((ties**3 - ties).sum()) / (n * (n - 1))) if n > 1 else 0.0
    off = abs(u - n_now * n_before / 2)
    # Half a step is taken off because ranks come in steps; it never turns the sign round.
    z = max(off - 0.5, 0.0) / np.sqrt(variance) if variance > 0 else 0.0
    weighted = now.is_weighted or before.is_weighted
    return OrdinalTest(
        chance_higher=float(u / (n_now * n_before)),
        p_value=float(min(2 * ndtr(-z), 1.0)),
        method="Mann–Whitney with ties" + (" on effective n" if weighted else ""),
        n=min(now.n, before.n),
        status=_status(now, before),
    )


def ordinal_permutation(
    now: Histogram, before: Histogram, *, permutations: int = PERMUTATIONS, seed: int = SEED
) -> OrdinalTest:
    """Permutation test of the rank sum: the labels now and before are dealt out anew ``permutations`` times.

    Holds for any n and any ties; same seed, same result, and swapping the sides changes nothing.

    Source: Pitman (1937) Supplement to the JRSS 4:119; one is added to both counts: Phipson & Smyth (2010).
    """
    first, second = _side_by_side(now, before)
    ranks = _midranks(first + second)
    rank_sum = float(first @ ranks)
    n_now, n_before = first.sum(), second.sum()
    u = rank_sum - n_now * (n_now + 1) / 2
    return OrdinalTest(
        chance_higher=float(u / (n_now * n_before)),
        p_value=_permuted_p(first, second, ranks, permutations, seed),
        method=f"seeded permutation of ranks ({permutations:,} draws)",
        n=min(now.n, before.n),
        status=_status(now, before),
    )


def mean_permutation(
    now: Histogram, before: Histogram, *, permutations: int = PERMUTATIONS, seed: int = SEED
) -> float:
    """Two-sided p-value of a permutation test on the difference of means.

    With answers coded −1, 0, 1 this is the permutation test of a difference in NPS.

    Source: Pitman (1937) Supplement to the JRSS 4:119; one is added to both counts: Phipson & Smyth (2010).
    """
    first, second = _side_by_side(now, before)
    values = np.union1d(now.values, before.values)
    return _permuted_p(first, second, values, permutations, seed)


def _status(now: Histogram, before: Histogram) -> Status:
    """Too few where the rarest of all ways to deal out the labels is still not rare."""
    few, many = sorted((now.n, before.n))
    return few_below(comb(few + many, few) if few < _ENOUGH_TO_DEAL else _FEWEST_WAYS, _FEWEST_WAYS)


def _permuted_p(
    first: FloatArray, second: FloatArray, worth: FloatArray, permutations: int, seed: int
) -> float:
    """How often dealing the labels out anew gives a sum of worths at least as far from its expectation."""
    if permutations < 1:
        raise BadParameter("permutations", permutations, expected="1 or more")
    both = np.rint(first + second).astype(np.int64)
    # Always deal the same one of the two sides, so that swapping them gives the same draws.
    dealt = min((first.sum(), tuple(first)), (second.sum(), tuple(second)))
    size = int(dealt[0])
    expected = size * float(both @ worth) / both.sum()
    off = abs(float(np.array(dealt[1]) @ worth) - expected)
    rng = np.random.default_rng(seed)
    if both.sum() < _TOO_MANY_TO_DEAL:
        draws = rng.multivariate_hypergeometric(both, size, size=permutations, method="marginals")
    elif size <= both.sum() // 1000:
        # So few of so many: drawing with replacement is the same to three digits.
        draws = rng.multinomial(size, both / both.sum(), size=permutations)
    else:
        raise BadCounts("answers", int(both.sum()), expected=f"fewer than {_TOO_MANY_TO_DEAL:,} to permute")
    further = np.abs(draws @ worth - expected) >= off - 1e-9 * max(1.0, off)
    return float((1 + further.sum()) / (permutations + 1))


def _side_by_side(now: Histogram, before: Histogram) -> tuple[FloatArray, FloatArray]:
    """Effective counts of both over the union of their values."""
    for side, name in ((now, "answers now"), (before, "answers before")):
        if side.n == 0:
            raise EmptySample(name)
    values = np.union1d(now.values, before.values)
    first, second = np.zeros_like(values), np.zeros_like(values)
    first[np.searchsorted(values, now.values)] = now.effective_counts
    second[np.searchsorted(values, before.values)] = before.effective_counts
    return first, second


def _midranks(ties: FloatArray) -> FloatArray:
    """Average rank of every cell when all answers are put in order."""
    return np.cumsum(ties) - (ties - 1) / 2
