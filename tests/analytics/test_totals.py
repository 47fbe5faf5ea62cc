"""The share of one sum in another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.analytics import BadCounts, share_of_total

lengths = st.lists(
    st.tuples(st.floats(0, 1e3), st.floats(0, 1e3)).filter(lambda pair: sum(pair) > 0.01),
    min_size=2,
    max_size=60,
)


def sums(part: np.ndarray, total: np.ndarray) -> dict[str, float]:
    return {
        "n": len(part), "part": part.sum(), "part_squares": (part**2).sum(), "products": (part * total).sum(),
        "total": total.sum(), "total_squares": (total**2).sum(),
    }  # fmt: skip


@given(lengths)
def test_the_share_lies_in_its_interval_and_the_interval_in_nought_to_one(
    pairs: list[tuple[float, float]],
) -> None:
    part, rest = np.array(pairs).T
    found = share_of_total(**sums(part, part + rest))
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(lengths)
def test_the_part_and_the_rest_add_up_to_one(pairs: list[tuple[float, float]]) -> None:
    part, rest = np.array(pairs).T
    one, other = share_of_total(**sums(part, part + rest)), share_of_total(**sums(rest, part + rest))
    assert one.value + other.value == pytest.approx(1)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """400 samples of 200 episodes with long tails; by chance between 92 and 98 in a hundred hold it."""
    rng = np.random.default_rng(4)
    truth = 2 / 7
    held = 0
    for _ in range(400):
        part, rest = rng.exponential(2, 200), rng.exponential(5, 200)
        found = share_of_total(**sums(part, part + rest))
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_it_holds_the_truth_where_few_episodes_with_long_times_come_to_the_place() -> None:
    """About 10 of 100 come, times are log-normal (σ = 1): a normal interval held it in 84 of 100, and lay below it in the rest."""
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(500):
        came = rng.random(100) < 0.1
        part, rest = rng.lognormal(size=100) * came, rng.lognormal(size=100)
        found = share_of_total(**sums(part, part + rest), n_part=int(came.sum()))
        held += found.low <= 0.1 / 1.1 <= found.high
    assert 0.92 <= held / 500 <= 0.98


def test_episodes_that_are_all_alike_leave_no_doubt() -> None:
    found = share_of_total(**sums(np.full(50, 2.0), np.full(50, 8.0)))
    assert (found.value, found.low, found.high) == (0.25, 0.25, 0.25)


def test_few_episodes_tell_nothing() -> None:
    assert share_of_total(**sums(np.ones(9), np.ones(9)), least_n=30).status == "too_few"
    assert share_of_total(n=40, part=0, part_squares=0, products=0, total=0, total_squares=0).value is None


def test_of_many_episodes_it_is_those_that_come_to_the_place_that_are_too_few() -> None:
    random = np.random.default_rng(3)
    came = np.arange(100) < 5
    known = sums(random.exponential(20, 100) * came, random.exponential(20, 100) + 20 * came)
    few = share_of_total(**known | {"part": 9.0}, least_n=30, n_part=5)
    assert (few.status, few.value, few.low, few.n) == ("too_few", None, None, 5)
    assert share_of_total(**known | {"part": 9.0}, least_n=30, n_part=30).value is not None
    with pytest.raises(BadCounts, match="at most the 100 units"):
        share_of_total(**known, n_part=101)


@pytest.mark.parametrize("name", ["part_squares", "total_squares", "products", "n", "n_part"])
def test_a_sum_below_nought_is_refused(name: str) -> None:
    told = sums(np.ones(40), np.full(40, 2.0)) | {name: -1}
    with pytest.raises(BadCounts, match=name):
        share_of_total(**told)


def test_a_part_larger_than_the_total_is_refused() -> None:
    with pytest.raises(BadCounts, match="at most the total"):
        share_of_total(n=3, part=9, part_squares=81, products=1, total=1, total_squares=1)
