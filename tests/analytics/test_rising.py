from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.analytics.errors import BadCounts, BadParameter, NotEnoughHistory, ShapeMismatch
from candor.analytics.rising import rising_groups

WEEKS = 16


def test_a_planted_rise_is_found_first_and_nothing_else() -> None:
    rng = np.random.default_rng(1)
    counts = {f"issue {i}": rng.poisson(20, WEEKS).tolist() for i in range(40)}
    counts["planted"] = [*rng.poisson(20, WEEKS - 4), *rng.poisson(50, 4)]
    rows = rising_groups(counts)
    assert rows[0].key == "planted"
    assert [row.key for row in rows if row.is_rising] == ["planted"]


@pytest.mark.parametrize(("draw", "most"), [("poisson", 0.06), ("negative_binomial", 0.09)])
def test_in_months_of_pure_chance_hardly_any_alarm_is_raised(draw: str, most: float) -> None:
    """40 groups, 400 months; the negative binomial's variance is three times its mean."""
    rng = np.random.default_rng(2)
    alarms = 0
    for _ in range(400):
        table = (
            rng.poisson(20, (40, WEEKS))
            if draw == "poisson"
            else rng.negative_binomial(10, 1 / 3, (40, WEEKS))
        )
        alarms += any(row.is_rising for row in rising_groups(dict(enumerate(table.tolist()))))
    assert alarms / 400 <= most


def test_a_few_restless_groups_among_steady_ones_are_not_called_rising() -> None:
    """Four of 40 groups have six times the variance of Poisson counts: their own spread guards them, not that of all."""
    rng = np.random.default_rng(6)
    alarms = 0
    for _ in range(300):
        table = np.vstack([rng.poisson(20, (36, WEEKS)), rng.negative_binomial(4, 1 / 6, (4, WEEKS))])
        alarms += any(row.is_rising for row in rising_groups(dict(enumerate(table.tolist()))))
    assert alarms / 300 <= 0.09


def test_rare_events_that_come_in_batches_raise_no_more_alarms_than_the_page_says() -> None:
    """20 groups of one event in two weeks, variance ten times the mean, beside 20 steady ones. With the spread of the steady
    ones it would be 41 of 100 months."""
    rng = np.random.default_rng(8)
    alarms = 0
    for _ in range(100):
        rare = rng.poisson(rng.gamma(0.5 / 9, 9, (20, 26)))
        table = np.vstack([rng.poisson(20, (20, 26)), rare])
        alarms += any(row.is_rising for row in rising_groups(dict(enumerate(table.tolist()))))
    assert alarms / 100 <= 0.3
    page = Path(__file__).parents[2] / "docs/methods/rising.md"
    assert "beside 20 steady ones, about 20 of 100" in page.read_text("utf-8")


def test_nothing_counted_is_no_rise() -> None:
    (row,) = rising_groups({"silent": [0] * 16})
    assert row.ratio == pytest.approx(1)
    assert not row.is_rising


@pytest.mark.parametrize(
    "options",
    [
        {"recent_periods": 0},
        {"recent_periods": -2},
        {"false_discovery_rate": 0},
        {"false_discovery_rate": 1.0},
        {"level": 1.0},
        {"level": 95},
    ],
)
def test_options_outside_their_range_have_a_name(options) -> None:
    with pytest.raises(BadParameter):
        rising_groups({"a": [5] * 16}, **options)


@pytest.mark.parametrize("count", ["7", None, "many"])
def test_counts_that_are_text_have_a_name(count) -> None:
    with pytest.raises(BadCounts):
        rising_groups({"a": [5] * 15 + [count]})


def test_the_interval_covers_the_true_ratio() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(500):
        row = rising_groups({0: [*rng.poisson(30, 12), *rng.poisson(45, 4)]})[0]
        covered += row.low <= 1.5 <= row.high
    assert 0.92 <= covered / 500 <= 0.98


def test_where_everything_comes_in_more_often_every_group_rises_as_the_page_says() -> None:
    draw = np.random.default_rng(4)
    more = np.repeat([1.0, 1.5], [22, 4])
    rows = rising_groups({group: draw.poisson(40 * more).tolist() for group in range(20)})
    assert all(row.is_rising for row in rows)
    page = Path(__file__).parents[2] / "docs/methods/rising.md"
    assert "every group rises" in page.read_text("utf-8")


def test_few_recent_events_are_never_called_rising() -> None:
    assert not rising_groups({"new": [0] * 12 + [2, 2, 2, 2]})[0].is_rising


@given(
    st.dictionaries(st.integers(), st.lists(st.integers(0, 80), min_size=WEEKS, max_size=WEEKS), max_size=8)
)
def test_order_of_groups_changes_nothing(counts: dict[int, list[int]]) -> None:
    backwards = dict(reversed(counts.items()))
    assert rising_groups(counts) == rising_groups(backwards)


def test_bad_input_has_a_name() -> None:
    with pytest.raises(NotEnoughHistory):
        rising_groups({"a": [1] * 8})
    with pytest.raises(ShapeMismatch):
        rising_groups({"a": [1] * 16, "b": [1] * 15})
    with pytest.raises(BadCounts):
        rising_groups({"a": [-1] * 16})
    assert rising_groups({}) == ()
