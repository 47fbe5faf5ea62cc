"""The interval of a median: the tabled places, the promised chance, and no more than that."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.analytics import BadParameter, median_ranks


@pytest.mark.parametrize(
    ("n", "ranks"),
    [(0, None), (5, None), (6, (1, 6)), (8, (1, 8)), (9, (2, 8)), (10, (2, 9)), (20, (6, 15)), (50, (18, 33)), (100, (40, 61))],
)  # fmt: skip
def test_the_places_are_those_of_the_tables(n: int, ranks: tuple[int, int] | None) -> None:
    assert median_ranks(n) == ranks


@given(st.integers(1, 400), st.sampled_from([0.5, 0.75, 0.9, 0.95, 0.99]))
def test_the_interval_keeps_its_chance_and_the_next_narrower_one_does_not(n: int, level: float) -> None:
    def misses(low: int) -> Fraction:
        return Fraction(2 * sum(comb(n, k) for k in range(low)), 2**n)

    ranks = median_ranks(n, level)
    low = ranks[0] if ranks else 0
    assert 2 * low <= n + 1
    assert misses(low) <= 1 - Fraction(level) + Fraction(1, 10**12)
    assert misses(low + 1) > 1 - Fraction(level) - Fraction(1, 10**12)


def test_it_holds_the_true_median_of_a_skewed_wait() -> None:
    random = np.random.default_rng(5)
    waits = np.sort(random.lognormal(1.0, 1.2, size=(4000, 40)), axis=1)
    low, high = median_ranks(40) or (0, 0)
    held = (waits[:, low - 1] <= np.e) & (np.e <= waits[:, high - 1])
    assert 0.95 <= held.mean() <= 0.98


@pytest.mark.parametrize(("n", "level"), [(-1, 0.95), (10.5, 0.95), (10, 0.0), (10, 1.0)])
def test_what_is_no_number_or_no_level_is_refused(n: int, level: float) -> None:
    with pytest.raises(BadParameter):
        median_ranks(n, level)
