"""The same people before and after: changes within persons, which need the fewer people the more their two answers go together.

Pairs where one answer is missing must be left out by the caller, and counted: who answers twice is seldom typical.
A verdict of higher or lower needs the test and the interval of the change to agree, as in
:mod:`candor.analytics.comparisons`.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from candor.analytics import cell_means, inputs, scores
from candor.analytics.comparisons import exact_binomial_mid_p, verdict_of
from candor.analytics.errors import BadParameter, EmptySample, NotIdentifiable
from candor.analytics.estimates import Comparison, Estimate, Status, few_below, require_level
from candor.analytics.inputs import FloatArray
from candor.analytics.ordinal_tests import PERMUTATIONS, SEED

__all__ = [
    "PairedTest",
    "compare_paired_means",
    "compare_paired_nps",
    "compare_paired_shares",
    "mcnemar",
    "mcnemar_corrected",
    "mcnemar_mid_p",
    "paired_t",
    "sign_flip",
    "signed_rank",
]

EXACT_BELOW = 25
"""Fewer changed pairs than this and McNemar's test is made exact (mid-p)."""
SMALL_GROUP = 30
LEAST_PAIRS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTest:
    """A test on pairs.

    Attributes:
        statistic: Of the test.
        p_value: Two-sided.
        method: The test, in words.
        n: Pairs that count: all of them (Student), those that changed (signs, ranks, McNemar).
    """

    statistic: float
    p_value: float
    method: str
    n: int

    @property
    def status(self) -> Status:
        """``too_few`` below six pairs: with five, even all changes in one direction are 1 in 16 by chance."""
        return few_below(self.n, LEAST_PAIRS)


def mcnemar(*, gained: int, lost: int) -> PairedTest:
    """Whether more people turned favourable than turned away: chi-squared with one degree of freedom.

    Source: McNemar (1947) Psychometrika 12:153.

    >>> test = mcnemar(gained=150, lost=86)
    >>> round(test.statistic, 5), f"{test.p_value:.4e}"
    (17.35593, '3.0993e-05')
    """
    return _mcnemar(gained, lost, correction=0.0, method="McNemar")


def mcnemar_corrected(*, gained: int, lost: int) -> PairedTest:
    """McNemar's test with the continuity correction of Edwards (1948): more cautious than it claims."""
    return _mcnemar(gained, lost, correction=1.0, method="McNemar, continuity corrected")


def mcnemar_mid_p(*, gained: int, lost: int) -> PairedTest:
    """Exact binomial version with mid-p, for few changed pairs (Fagerland, Lydersen & Laake 2013)."""
    inputs.counts("gained and lost", [gained, lost])
    return PairedTest(
        statistic=float(gained),
        p_value=exact_binomial_mid_p(gained, gained + lost, 0.5),
        method="McNemar mid-p",
        n=int(gained + lost),
    )


def paired_t(now: ArrayLike, before: ArrayLike) -> PairedTest:
    """Student's test on the differences. Where nobody changed, p is 1.

    Raises:
        EmptySample: Fewer than two pairs.
        NotIdentifiable: All changed by the same: there is no spread to hold the change against.

    Source: Student (1908) Biometrika 6:1.
    """
    change = _changes(now, before)
    n = len(change)
    if n < 2:
        raise EmptySample("second pair")
    error = float(change.std(ddof=1)) / np.sqrt(n)
    if error <= 1e-12 * np.abs(change).max():
        if change.any():
            raise NotIdentifiable("the chance of a change", because="all pairs changed by the same")
        return PairedTest(statistic=0.0, p_value=1.0, method="paired t", n=n)
    statistic = float(change.mean() / error)
    return PairedTest(
        statistic=statistic,
        p_value=float(2 * cell_means.t_tail(abs(statistic), n - 1)),
        method="paired t",
        n=n,
    )


def signed_rank(now: ArrayLike, before: ArrayLike) -> PairedTest:
    """Wilcoxon's signed rank test: normal approximation, corrected for ties and continuity, zeros left out.

    Equals R's ``wilcox.test(paired = TRUE, exact = FALSE)``; ``scipy.stats.wilcoxon`` needs ``correction=True,
    method="approx"`` to agree.

    Source: Wilcoxon (1945) Biometrics 1:80.
    """
    ranks, sign = _signed_ranks(_changes(now, before))
    n = len(ranks)
    upward = float(ranks[sign > 0].sum())
    # Σ rank² carries the correction for ties by itself.
    variance = float((ranks**2).sum()) / 4
    off = abs(upward - n * (n + 1) / 4)
    z = max(off - 0.5, 0.0) / np.sqrt(variance) if variance > 0 else 0.0
    return PairedTest(
        statistic=upward, p_value=float(min(2 * ndtr(-z), 1.0)), method="Wilcoxon signed rank", n=n
    )


def sign_flip(
    now: ArrayLike, before: ArrayLike, *, permutations: int = PERMUTATIONS, seed: int = SEED
) -> PairedTest:
    """Permutation version of :func:`signed_rank`: the sign of every change is thrown anew. Holds for any n.

    Source: Fisher (1935) The Design of Experiments, §21.
    """
    inputs.at_least_one("permutations", permutations)
    ranks, sign = _signed_ranks(_changes(now, before))
    n = len(ranks)
    observed = float((ranks * sign).sum())
    thrown = np.random.default_rng(seed).integers(0, 2, size=(permutations, n)) * 2 - 1
    further = np.abs(thrown @ ranks) >= abs(observed) - 1e-9
    return PairedTest(
        statistic=observed,
        p_value=float((1 + further.sum()) / (permutations + 1)),
        method=f"seeded sign permutation ({permutations:,} draws)",
        n=n,
    )


def compare_paired_shares(
    *, both: int, gained: int, lost: int, neither: int, level: float = 0.95, least_n: int = 0
) -> Comparison:
    """Change in a share among the same people: favourable both times, gained, lost, neither.

    The change is (gained − lost) / n; seen as answers −1, 0, 1 it is an NPS, and takes the same intervals (Tango's
    below 30 pairs, which he made for this, enumerated below 8). Test: McNemar, mid-p below 25 changed pairs.

    Source: Tango (1998) Statistics in Medicine 17:891; McNemar (1947) Psychometrika 12:153.

    >>> change = compare_paired_shares(both=570, gained=86, lost=150, neither=794)
    >>> round(change.change, 3), change.verdict
    (-0.04, 'lower')
    """
    stayed = both + neither
    inputs.counts("pairs", [both, gained, lost, neither])
    interval = scores.net_promoter_score(detractors=lost, passives=stayed, promoters=gained, level=level)
    test = (
        mcnemar(gained=gained, lost=lost)
        if gained + lost >= EXACT_BELOW
        else mcnemar_mid_p(gained=gained, lost=lost)
    )
    direction = float(gained - lost)
    return _comparison(interval, test, direction, n=stayed + gained + lost, level=level, least_n=least_n)


def compare_paired_nps(
    now: ArrayLike,
    before: ArrayLike,
    *,
    detractors_to: float = 6,
    promoters_from: float = 9,
    level: float = 0.95,
    least_n: int = 0,
) -> Comparison:
    """Change in NPS among the same people, from their answers on 0–10, pair by pair.

    Each person's change is −2…2; the interval is that of a mean on those five cells. Test: signed ranks of the raw
    answers (permutation below 30 pairs).

    Source: Wilcoxon (1945) Biometrics 1:80; interval of a mean over cells: Gelman et al. (2013), §3.4.
    """
    changes = _changes(now, before)
    if not detractors_to < promoters_from:
        raise BadParameter(
            "detractors_to", detractors_to, expected=f"below promoters_from ({promoters_from})"
        )
    first, second = (np.asarray(side, dtype=np.float64) for side in (now, before))
    coded = _coded(first, detractors_to, promoters_from) - _coded(second, detractors_to, promoters_from)
    counts = {float(step): int((coded == step).sum()) for step in range(-2, 3)}
    interval = scores.mean_score(counts=counts, level=level)
    return _comparison(
        interval,
        _ranked(now, before, len(changes)),
        float(np.sign(_rank_direction(changes))),
        n=len(changes),
        level=level,
        least_n=least_n,
    )


def compare_paired_means(
    now: ArrayLike, before: ArrayLike, *, level: float = 0.95, least_n: int = 0
) -> Comparison:
    """Mean change among the same people, with Student's interval. Test: signed ranks (permutation below 30 pairs).

    Both take the changes to be about as far up as down: with few pairs and lopsided changes they name one that is not there.

    Source: Student (1908) Biometrika 6:1; Wilcoxon (1945) Biometrics 1:80.

    >>> extra = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    >>> usual = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    >>> change = compare_paired_means(extra, usual)
    >>> round(change.change, 2), round(change.low, 2), round(change.high, 2)
    (1.58, 0.7, 2.46)
    """
    changes = _changes(now, before)
    n = len(changes)
    low, high = cell_means.t_limits(np.ones(n), changes, level=level) if n else (nan, nan)
    known = bool(np.isfinite(low))
    interval = Estimate(
        value=float(changes.mean()) if n else None,
        low=float(low) if known else None,
        high=float(high) if known else None,
        n=n,
        method="Student t of differences",
        level=level,
    )
    return _comparison(
        interval,
        _ranked(now, before, n),
        float(_rank_direction(changes)),
        n=n,
        level=level,
        least_n=least_n,
    )


def _comparison(
    interval: Estimate, test: PairedTest, direction: float, *, n: int, level: float, least_n: int
) -> Comparison:
    require_level(level)
    change = interval.value
    limits = (nan if interval.low is None else interval.low, nan if interval.high is None else interval.high)
    enough = change is not None and n >= max(least_n, 1)
    return Comparison(
        change=change,
        low=interval.low,
        high=interval.high,
        n_now=n,
        n_before=n,
        p_value=test.p_value if n else None,
        verdict=(
            verdict_of(change, limits, direction, test.p_value, level=level)
            if enough and change is not None
            else "too_few"
        ),
        method=f"{interval.method}; {test.method}",
        level=level,
        least_n=least_n,
    )


def _mcnemar(gained: int, lost: int, *, correction: float, method: str) -> PairedTest:
    inputs.counts("gained and lost", [gained, lost])
    changed = gained + lost
    off = max(abs(gained - lost) - correction, 0.0)
    statistic = off**2 / changed if changed else 0.0
    return PairedTest(statistic=statistic, p_value=float(chdtrc(1, statistic)), method=method, n=int(changed))


def _changes(now: ArrayLike, before: ArrayLike) -> FloatArray:
    first, second = inputs.finite("now", now), inputs.finite("before", before)
    inputs.same_length(now=first, before=second)
    return first - second


def _signed_ranks(changes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Midranks of the sizes of all changes but zeros, in a fixed order, and their signs."""
    moved = np.sort(changes[changes != 0])
    # Sizes that differ only by rounding of the subtraction are one size.
    size = np.round(np.abs(moved), 12)
    _, where, count = np.unique(size, return_inverse=True, return_counts=True)
    midrank = np.cumsum(count) - (count - 1) / 2
    return midrank[where], np.sign(moved)


def _rank_direction(changes: FloatArray) -> float:
    ranks, sign = _signed_ranks(changes)
    return float((ranks * sign).sum())


def _ranked(now: ArrayLike, before: ArrayLike, n: int) -> PairedTest:
    return sign_flip(now, before) if n < SMALL_GROUP else signed_rank(now, before)


def _coded(answers: FloatArray, detractors_to: float, promoters_from: float) -> FloatArray:
    return np.where(answers >= promoters_from, 1.0, np.where(answers <= detractors_to, -1.0, 0.0))
