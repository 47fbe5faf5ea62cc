"""The interval of a net promoter score for very few answers: every score that an enumerated test does not reject.

The test is Tango's with its chances counted over all possible outcomes instead of taken from the normal curve, and with the
outcomes just as far off counted half (mid-p). Outcomes of seven answers are so few (36) that all intervals of one n are solved together.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from candor.analytics.inputs import FloatArray
from candor.analytics.tango import most_likely_variance

__all__: list[str] = []

MOST_ANSWERS = 7
"""Up to so many answers; from eight on Tango's interval covers 93–97 % at the profiles tried, and has ends that can be solved for."""

_STEPS = 800  # of the scale; a score held by itself, apart from the others and between two steps, is left out
_BISECTIONS = 40
_DIGITS = 9  # to which two outcomes are as far off as each other


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
    observed = (outcomes[:, 2] - outcomes[:, 0]) / n
    steps = np.linspace(-1.0, 1.0, _STEPS + 1)
    held = np.stack([_is_held(outcomes, np.full(len(outcomes), score), level) for score in steps])
    lowest, highest = held.argmax(axis=0), _STEPS - held[::-1].argmax(axis=0)
    none = ~held.any(axis=0)
    low = _end(outcomes, np.where(none, observed, steps[lowest]), steps[np.maximum(lowest - 1, 0)], level)
    high = _end(
        outcomes, np.where(none, observed, steps[highest]), steps[np.minimum(highest + 1, _STEPS)], level
    )
    ends = np.full((2, n + 1, n + 1), np.nan)
    down, up = outcomes[:, 0].astype(int), outcomes[:, 2].astype(int)
    ends[0, down, up], ends[1, down, up] = np.minimum(low, observed), np.maximum(high, observed)
    ends.setflags(write=False)
    return ends[0], ends[1]


def _end(outcomes: FloatArray, inside: FloatArray, outside: FloatArray, level: float) -> FloatArray:
    """Where scores stop being held, between one that is and its neighbour that is not."""
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2
        held = _is_held(outcomes, middle, level)
        inside, outside = np.where(held, middle, inside), np.where(held, outside, middle)
    return inside


def _is_held(outcomes: FloatArray, scores: FloatArray, level: float) -> NDArray[np.bool_]:
    """Whether the test of each outcome does not reject the score beside it."""
    down, _, up = outcomes.T
    n = outcomes.sum(axis=1)
    variance = most_likely_variance(
        down[:, None], n[:, None], up[:, None], scores
    )  # row: outcome seen; column: score
    distance = np.abs(up[:, None] - down[:, None] - n[:, None] * scores)
    far = np.round(distance / np.sqrt(np.maximum(n[:, None] * variance, 1e-300)), _DIGITS)
    own = np.diagonal(far)
    share = np.clip((np.diagonal(variance) - scores * (1 - scores)) / 2, 0.0, (1 - scores) / 2)
    shares = np.stack([share, np.maximum(1 - scores - 2 * share, 0.0), np.clip(share + scores, 0.0, 1.0)])
    ways = gammaln(n + 1) - gammaln(outcomes + 1).sum(axis=1)
    chance = np.exp(ways[:, None] + xlogy(outcomes[:, :, None], shares).sum(axis=1))
    p_value = (chance * ((far > own) + 0.5 * (far == own))).sum(axis=0)
    return np.asarray(p_value > 1 - level, dtype=np.bool_)
