"""The interval of a net promoter score for very few answers: every score that an enumerated test does not reject.

The test is Tango's with its chances counted over all possible outcomes instead of taken from the normal curve, and with the
outcomes just as far off counted half (mid-p). Outcomes of seven answers are so few (36) that all intervals of one n are solved together.

As the tested score moves, an outcome that was farther off than the one seen becomes nearer: there the p-value jumps, and the scores that are
not rejected may fall into a stretch and an island beside it. The interval is closed and without gaps: from the lowest of them to the highest,
islands included, and with the score at which the p-value jumps, on whichever side of the jump that score itself stands.
"""

from functools import lru_cache

import numpy as np
from scipy.special import gammaln, xlogy

from candor.analytics.inputs import FloatArray
from candor.analytics.tango import most_likely_variance

__all__: list[str] = []

MOST_ANSWERS = 7
"""Up to so many answers; from eight on Tango's interval covers 93–97 % at the profiles tried, and has ends that can be solved for."""

_STEPS = 800  # of the scale; between two jumps the p-value is smooth, and smoother than this
_BISECTIONS = 32  # of a step, or less: to below the last digit of a tie
_DIGITS = 11  # to which two outcomes are as far off as each other
_END_DIGITS = 9  # coarser than the ties: an end at a jump is the jump itself, 0 and not 2e-10
_BESIDE = 1e-8  # a jump


@lru_cache(maxsize=32)
def enumerated_limits(n: int, level: float) -> tuple[FloatArray, FloatArray]:
    """Lower and upper ends for every outcome of ``n`` answers: square arrays, indexed by detractors and promoters.

    Impossible outcomes (more detractors and promoters than answers) are NaN.

    Sources: Tango (1998) Statistics in Medicine 17:891 (statistic, and the most likely share of detractors at a tested score);
    Lancaster (1961) JASA 56:223 (mid-p).
    """
    outcomes = np.array(
        [(down, n - down - up, up) for down in range(n + 1) for up in range(n + 1 - down)], float
    )
    ends = np.full((2, n + 1, n + 1), np.nan)
    for own, (down, _, up) in enumerate(outcomes.astype(int)):
        if down <= up:
            low, high = _ends(outcomes, own, level)
            ends[:, down, up] = low, high
            ends[:, up, down] = (low, high) if up == down else (-high, -low)
    ends.setflags(write=False)
    return ends[0], ends[1]


def _ends(outcomes: FloatArray, own: int, level: float) -> tuple[float, float]:
    """Lowest and highest score that the test of one outcome does not reject; they always hold the score seen."""
    seen = float((outcomes[own, 2] - outcomes[own, 0]) / outcomes[own].sum())
    steps = np.linspace(-1.0, 1.0, _STEPS + 1)
    jumps = _jumps(outcomes, own, steps)
    scores = np.unique(np.clip(np.concatenate([steps, jumps - _BESIDE, jumps, jumps + _BESIDE]), -1.0, 1.0))
    held = np.flatnonzero(_p_values(outcomes, own, scores) > 1 - level)
    if len(held) == 0:
        return seen, seen
    found = []
    for inside, outside in ((held[0], max(held[0] - 1, 0)), (held[-1], min(held[-1] + 1, len(scores) - 1))):
        stays, leaves = scores[inside], scores[outside]
        for _ in range(_BISECTIONS):
            middle = (stays + leaves) / 2
            is_held = _p_values(outcomes, own, np.array([middle]))[0] > 1 - level
            stays, leaves = (middle, leaves) if is_held else (stays, middle)
        found.append(round(float(stays), _END_DIGITS) + 0.0)
    return min(found[0], seen), max(found[1], seen)


def _jumps(outcomes: FloatArray, own: int, steps: FloatArray) -> FloatArray:
    """Scores at which another outcome is just as far off as the one seen, and the p-value jumps."""

    def farther(scores: FloatArray) -> FloatArray:
        far, _ = _distances(outcomes, scores)
        return np.asarray(np.sign(np.round(far - far[own], _DIGITS)))

    sides = farther(steps)
    other, left = np.nonzero(sides[:, :-1] != sides[:, 1:])
    low, high, side = steps[left], steps[left + 1], sides[other, left]
    each = np.arange(len(other))
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        same = farther(middle)[other, each] == side
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return np.unique(np.round(high, _DIGITS))


def _distances(outcomes: FloatArray, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How far off each outcome (row) is from each score (column), in standard errors, and the variance of one answer there."""
    down, n, up = outcomes[:, [0]], outcomes.sum(axis=1, keepdims=True), outcomes[:, [2]]
    variance = most_likely_variance(down, n, up, scores)
    return np.abs(up - down - n * scores) / np.sqrt(np.maximum(n * variance, 1e-300)), variance


def _p_values(outcomes: FloatArray, own: int, scores: FloatArray) -> FloatArray:
    """Chance of an outcome as far off as the one seen, at each score; those just as far off count half."""
    distances, variances = _distances(outcomes, scores)
    far, variance = np.round(distances, _DIGITS), variances[own]
    share = np.clip((variance - scores * (1 - scores)) / 2, 0.0, (1 - scores) / 2)
    shares = np.stack([share, np.maximum(1 - scores - 2 * share, 0.0), np.clip(share + scores, 0.0, 1.0)])
    ways = gammaln(outcomes[0].sum() + 1) - gammaln(outcomes + 1).sum(axis=1)
    chance = np.exp(ways[:, None] + xlogy(outcomes[:, :, None], shares).sum(axis=1))
    p_value: FloatArray = (chance * ((far > far[own]) + 0.5 * (far == far[own]))).sum(axis=0)
    return p_value
