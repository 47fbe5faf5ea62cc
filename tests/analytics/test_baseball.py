"""The example that made shrinkage famous: eighteen batters, judged by their first 45 times at bat."""

import numpy as np
import pytest

from candor import analytics as cx

# Efron & Morris (1975) JASA 70:311, table 1: averages of the first 45 times at bat, and of the rest of the season of 1970.
FIRST = [hits / 45 for hits in (18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7)]
REST = [
    .346, .298, .276, .222, .273, .270, .263, .210, .269, .230, .264, .256, .303, .264, .226, .285, .316, .200,
]  # fmt: skip


def _james_stein(values, standard_errors):
    """The estimate of the paper as a pool: kept = 1 − (k − 3) s² / S."""
    y, error = np.asarray(values), float(np.asarray(standard_errors)[0])
    kept = 1 - (len(y) - 3) * error**2 / ((y - y.mean()) ** 2).sum()
    return cx.Pooled(
        centre=float(y.mean()),
        standard_error=0.0,
        variance=error**2 * kept / (1 - kept),
        heterogeneity=0.0,
        method="James–Stein",
        n=len(y),
    )


def test_shrunken_batters_are_three_and_a_half_times_nearer_to_the_rest_of_their_season():
    y, rest = np.array(FIRST), np.array(REST)
    error = np.full(18, np.sqrt(y.mean() * (1 - y.mean()) / 45))
    found = cx.shrink_with(_james_stein, y, error)
    assert found.weights[0] == pytest.approx(0.21165, abs=1e-5)  # .212 in the paper
    assert found.values[0] == pytest.approx(0.29391, abs=1e-5)
    assert found.values[-1] == pytest.approx(0.24218, abs=1e-5)
    raw, shrunken = ((y - rest) ** 2).sum(), ((found.values - rest) ** 2).sum()
    assert raw == pytest.approx(0.075488, abs=2e-4)
    assert shrunken == pytest.approx(0.021375, abs=1e-4)
    assert raw / shrunken == pytest.approx(3.53, abs=0.03)


def test_averaging_over_the_spread_does_no_worse_than_the_paper():
    y, rest = np.array(FIRST), np.array(REST)
    error = np.full(18, np.sqrt(y.mean() * (1 - y.mean()) / 45))
    assert ((cx.shrink(y, error).values - rest) ** 2).sum() < 0.03
