"""What Tango's interval and its enumerated form share: the likelihood under a tested score."""

import numpy as np

from candor.analytics.inputs import FloatArray

__all__: list[str] = []


def most_likely_variance(down: FloatArray, n: FloatArray, up: FloatArray, score: FloatArray) -> FloatArray:
    """Variance of one answer at the most likely share of detractors, given that the score is ``score``.

    Source: Tango (1998) Statistics in Medicine 17:891.
    """
    a = 2 * n
    b = -down - up + (2 * n - up + down) * score
    c = -down * score * (1 - score)
    root = np.sqrt(np.maximum(b * b - 4 * a * c, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(n > 0, (root - b) / (2 * a), 0.0)
    return np.maximum(2 * share + score * (1 - score), 0.0)
