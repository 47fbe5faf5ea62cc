"""Importance against performance, penalty against reward."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from candor.analytics.errors import (
    BadParameter,
    EmptySample,
    NotEnoughHistory,
    NotIdentifiable,
    ShapeMismatch,
)
from candor.analytics.estimates import Estimate
from candor.analytics.priorities import importance_performance, penalty_reward

nan = float("nan")


def between(low, high, status="ok"):
    return Estimate(value=(low + high) / 2, low=low, high=high, n=200, method="t", status=status)


def test_each_quadrant_has_its_words_and_a_crossing_interval_is_undecided():
    placed = importance_performance(
        {
            "waiting": (between(0.3, 0.4), between(3.0, 3.5)),
            "tone": (between(0.3, 0.4), between(4.1, 4.3)),
            "parking": (between(0.0, 0.1), between(3.0, 3.5)),
            "coffee": (between(0.0, 0.1), between(4.1, 4.3)),
            "letters": (between(0.1, 0.3), between(3.9, 4.2)),
            "staff": (between(0.3, 0.4), between(4.1, 4.3, status="suppressed")),
        },
        importance_line=0.2,
        performance_line=4.0,
    )
    found = {item.name: item.quadrant for item in placed}
    assert found == {
        "waiting": "look_here_first",
        "tone": "keep_it_up",
        "parking": "low_priority",
        "coffee": "perhaps_more_than_needed",
        "letters": "undecided",
        "staff": "undecided",
    }
    by_name = {item.name: item for item in placed}
    assert (
        by_name["letters"].words
        == "Undecided: importance and performance may lie on either side of the line."
    )
    assert by_name["staff"].undecided_on == ("performance",)
    assert by_name["waiting"].words.endswith("look here first.")
    assert [item.name for item in placed] == sorted(found)


def test_a_line_that_is_no_number_is_refused():
    with pytest.raises(BadParameter):
        importance_performance({}, importance_line=nan, performance_line=1)
    assert importance_performance({}, importance_line=0, performance_line=1) == ()


def planted(n=3000, seed=3):
    random = np.random.default_rng(seed)
    tidy, gift, speed, music = random.integers(1, 6, size=(4, n)).astype(float)
    outcome = 5 - 2.0 * (tidy <= 2) + 1.5 * (gift >= 4) - 1.0 * (speed <= 2) + 1.0 * (speed >= 4)
    return {"tidy": tidy, "gift": gift, "speed": speed, "music": music}, outcome + random.normal(size=n)


def test_planted_asymmetries_are_found_and_nothing_is_found_where_nothing_is():
    ratings, outcome = planted()
    found = {item.name: item for item in penalty_reward(ratings, outcome, low_up_to=2, high_from=4)}
    kinds = {name: item.kind for name, item in found.items()}
    assert kinds == {"tidy": "must_be", "gift": "delighter", "speed": "both_ways", "music": "no_clear_link"}
    assert found["tidy"].penalty.low < -2.0 < found["tidy"].penalty.high
    assert found["gift"].reward.low < 1.5 < found["gift"].reward.high
    assert sum((found["tidy"].n_low, found["tidy"].n_middle, found["tidy"].n_high)) == 3000


def test_standard_errors_are_the_hc3_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    ratings, outcome = planted(n=200)
    found = penalty_reward(ratings, outcome, low_up_to=2, high_from=4)
    names = sorted(ratings)
    low = [(ratings[name] <= 2).astype(float) for name in names]
    high = [(ratings[name] >= 4).astype(float) for name in names]
    fit = sm.OLS(outcome, sm.add_constant(np.column_stack([*low, *high]))).fit(cov_type="HC3", use_t=True)
    ends = fit.conf_int()
    for j, item in enumerate(found):
        assert (item.penalty.low, item.penalty.high) == pytest.approx(tuple(ends[1 + j]), abs=1e-9)
        assert (item.reward.low, item.reward.high) == pytest.approx(tuple(ends[5 + j]), abs=1e-9)


def test_the_naive_gap_blames_the_rescuers_and_the_joint_regression_does_not():
    # late −2.0 causes calls, the call itself +0.3; naive gap says late −1.83 and call −0.86
    random = np.random.default_rng(12)
    late = random.random(20_000) < 0.3
    call = random.random(20_000) < np.where(late, 0.7, 0.1)
    outcome = 8 - 2.0 * late + 0.3 * call + random.normal(size=20_000)
    assert outcome[call].mean() - outcome[~call].mean() < -0.5
    # 1 = it happened ("low"), 3 = it did not, and a dummy middle so that both sides exist
    ratings = {
        "late": np.where(late, 1.0, random.choice([3.0, 5.0], size=20_000)),
        "call": np.where(call, 1.0, random.choice([3.0, 5.0], size=20_000)),
    }
    found = {item.name: item for item in penalty_reward(ratings, outcome, low_up_to=2, high_from=4)}
    assert found["call"].penalty.value == pytest.approx(0.3, abs=0.06)
    assert found["late"].penalty.value == pytest.approx(-2.0, abs=0.06)


def test_rows_in_another_order_and_missing_rows_change_nothing():
    ratings, outcome = planted(n=150)
    shuffled = np.random.default_rng(1).permutation(150)
    turned = {name: np.append(values[shuffled], nan) for name, values in reversed(ratings.items())}
    again = penalty_reward(turned, np.append(outcome[shuffled], 5.0), low_up_to=2, high_from=4)
    assert again == penalty_reward(ratings, outcome, low_up_to=2, high_from=4)


def test_few_answers_on_one_side_are_undecided():
    random = np.random.default_rng(5)
    rating = np.array([1.0] * 4 + [3.0] * 40 + [5.0] * 40)
    (item,) = penalty_reward({"tidy": rating}, rating + random.normal(size=84), low_up_to=2, high_from=4)
    assert (item.kind, item.penalty.status, item.n_low) == ("undecided", "too_few", 4)


@pytest.mark.parametrize("rating", [(3, 5), (1, 5), (1, 3), (3,), (1,), (5,)])
def test_an_item_that_nobody_rated_low_middling_or_high_is_not_judged_and_takes_the_others_with_it_no_more(
    rating,
):
    ratings, outcome = planted(n=400)
    odd = np.random.default_rng(8).choice(rating, size=400).astype(float)
    found = {
        item.name: item for item in penalty_reward(ratings | {"odd": odd}, outcome, low_up_to=2, high_from=4)
    }
    assert (found["odd"].kind, found["odd"].status, found["odd"].n) == ("undecided", "too_few", 400)
    assert min(found["odd"].n_low, found["odd"].n_middle, found["odd"].n_high) == 0
    assert (found["odd"].penalty.value, found["odd"].reward.low, found["odd"].balance.high) == (None,) * 3
    alone = {item.name: item for item in penalty_reward(ratings, outcome, low_up_to=2, high_from=4)}
    for name, item in alone.items():
        assert found[name].kind == item.kind
        assert found[name].penalty.value == pytest.approx(item.penalty.value, abs=0.1)


def test_what_is_told_of_an_item_without_lows_is_still_held_equal_for_the_others():
    # "tone" has no lows, pleases, and goes with "speed": left out altogether, its reward would be told of speed
    random = np.random.default_rng(9)
    tone = random.choice([3.0, 5.0], size=2000)
    speed = np.where(random.random(2000) < 0.7, tone, random.choice([1.0, 3.0, 5.0], size=2000))
    outcome = 5 + 2.0 * (tone == 5) + random.normal(size=2000)
    speed_alone = penalty_reward({"speed": speed}, outcome, low_up_to=2, high_from=4)[0]
    beside, _ = penalty_reward({"speed": speed, "tone": tone}, outcome, low_up_to=2, high_from=4)
    assert speed_alone.reward.low > 1
    assert abs(beside.reward.value) < 0.2


def test_items_that_are_copies_are_named():
    ratings, outcome = planted(n=200)
    with pytest.raises(NotIdentifiable, match=r"follow from each other: speed, swift$"):
        penalty_reward(ratings | {"swift": ratings["speed"]}, outcome, low_up_to=2, high_from=4)


def test_a_clear_link_the_other_way_round_is_neither_no_link_nor_a_must_be():
    random = np.random.default_rng(4)
    turned, middling, music = random.integers(1, 6, size=(3, 2000)).astype(float)
    outcome = 1.0 * (turned <= 2) - 1.0 * (turned >= 4) - 1.5 * (middling <= 2) - 0.8 * (middling >= 4)
    found = penalty_reward(
        {"turned": turned, "middling": middling, "music": music},
        outcome + random.normal(size=2000),
        low_up_to=2,
        high_from=4,
    )
    kinds = {item.name: item.kind for item in found}
    assert kinds == {"turned": "other_way_round", "middling": "other_way_round", "music": "no_clear_link"}


def kinds_of_a_plainly_linear_effect(*, low_up_to, high_from, most=math.inf, samples=200):
    """How often each word is given where the outcome rises by half the standard deviation of its rest with every point of a rating."""
    random = np.random.default_rng(6)
    found = Counter()
    for _ in range(samples):
        rating = random.choice([1.0, 2, 3, 4, 5], p=[0.05, 0.08, 0.17, 0.40, 0.30], size=1000)
        outcome = np.minimum(0.5 * rating + random.normal(size=1000), most)
        (item,) = penalty_reward({"a": rating}, outcome, low_up_to=low_up_to, high_from=high_from)
        found[item.kind] += 1
    return found


def test_cuts_at_unequal_distances_make_a_must_be_of_a_plainly_linear_effect_as_the_page_says():
    unequal = kinds_of_a_plainly_linear_effect(low_up_to=2, high_from=5)
    equal = kinds_of_a_plainly_linear_effect(low_up_to=2, high_from=4)
    capped = kinds_of_a_plainly_linear_effect(low_up_to=2, high_from=4, most=2.0)
    page = (Path(__file__).parents[2] / "docs/methods/priorities.md").read_text(encoding="utf-8")
    assert f"in {unequal['must_be']} of 200 samples" in page
    assert f"with 2 and 4 in {equal['must_be']} of 200" in page
    assert f"in {capped['must_be']} of 200 for an outcome" in page


@pytest.mark.parametrize(
    ("ratings", "outcome", "options", "error"),
    [
        ({}, [1], {}, EmptySample),
        ({"a": [nan]}, [1], {}, EmptySample),
        ({"a": [1, 2]}, [1], {}, ShapeMismatch),
        ({"a": [1, 3]}, [1, 2], {}, NotEnoughHistory),
        ({"a": [1, 3, 5] * 20}, [4] * 60, {}, NotIdentifiable),
        ({"a": [1, 3, 5] * 20}, [2, 4, 4] * 20, {}, NotIdentifiable),
        ({"a": [1, 3, 5, 5]}, [1, 2, 3, 4], {"low_up_to": 5}, BadParameter),
        ({"a": [1, 3, 5, 5]}, [1, 2, 3, 4], {"level": math.inf}, BadParameter),
    ],
)
def test_wrong_input_is_a_named_error(ratings, outcome, options, error):
    with pytest.raises(error):
        penalty_reward(ratings, outcome, **{"low_up_to": 2, "high_from": 4, **options})
