"""Maturity: profile and minimum, and whether assessors agree."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.analytics.errors import BadParameter, EmptySample, NotIdentifiable, ShapeMismatch
from candor.analytics.maturity import (
    cohen_kappa,
    krippendorff_alpha_interval,
    krippendorff_alpha_nominal,
    krippendorff_alpha_ordinal,
    maturity_profile,
    weighted_kappa,
)

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)


def test_one_weak_area_is_the_minimum_and_hardly_moves_the_mean():
    # CMMI, staged (the least) against the mean: (4, 4, 4, 1, 5, 4): mean 3.67, staged 1
    found = maturity_profile(
        {name: [level] for name, level in zip("abcdef", (4, 4, 4, 1, 5, 4), strict=True)}
    )
    assert (round(found.mean, 2), found.minimum, found.middle) == (3.67, 1, 4)
    assert found.weakest == ("d",)


def test_gaps_disputes_and_missing_evidence_are_listed():
    found = maturity_profile(
        {"people": [2, 2, 3], "policy": [1, 4], "process": [None, None], "product": [4, None]},
        wanted={"people": 4, "policy": 3, "process": 2, "product": 3},
        evidence={"people": 2},
    )
    areas = {area.area: area for area in found.areas}
    assert (areas["people"].level, areas["people"].gap, areas["people"].is_disputed) == (2, 2, False)
    assert (areas["policy"].level, areas["policy"].gap, areas["policy"].is_disputed) == (2.5, 0.5, True)
    assert (areas["process"].level, areas["process"].gap, areas["process"].n) == (None, None, 0)
    assert found.widest_gaps == ("people", "policy")
    assert found.without_evidence == ("policy", "product")
    assert maturity_profile({"people": [2]}).areas[0].has_evidence is None


def test_nobody_assessed_anything_is_a_defined_result():
    found = maturity_profile({"people": [], "policy": [None]})
    assert (found.minimum, found.middle, found.mean, found.weakest) == (None, None, None, ())


@pytest.mark.parametrize(
    ("alpha", "published"),
    # Krippendorff (2011): nominal .743, ordinal .815, interval .849
    [
        (krippendorff_alpha_nominal, 0.743),
        (krippendorff_alpha_ordinal, 0.815),
        (krippendorff_alpha_interval, 0.849),
    ],
)
def test_alpha_of_the_four_observers_is_the_published_one(alpha, published):
    found = alpha(OBSERVERS)
    assert found.value == pytest.approx(published, abs=5e-4)
    assert found.low <= found.value <= found.high
    assert found.n == 11  # the twelfth unit was judged by one observer only


def test_kappa_is_that_of_statsmodels():
    raters = pytest.importorskip("statsmodels.stats.inter_rater")
    random = np.random.default_rng(1)
    one = random.integers(1, 5, 80)
    other = np.where(random.random(80) < 0.6, one, random.integers(1, 5, 80))
    table = raters.to_table(np.column_stack([one, other]))[0]
    plain, squared = (
        raters.cohens_kappa(table),
        raters.cohens_kappa(table, weights=np.arange(4), wt="quadratic"),
    )
    assert cohen_kappa(one, other).value == pytest.approx(plain.kappa)
    assert weighted_kappa(one, other).value == pytest.approx(squared.kappa)
    found = cohen_kappa(one, other)
    assert (found.low, found.high) == pytest.approx((plain.kappa_low, plain.kappa_upp), abs=0.04)


def test_chance_is_zero_and_complete_agreement_one():
    random = np.random.default_rng(2)
    one, other = random.integers(1, 4, (2, 4000))
    assert cohen_kappa(one, other).value == pytest.approx(0, abs=0.03)
    assert cohen_kappa(one, one).value == 1
    assert krippendorff_alpha_ordinal([one, other]).value == pytest.approx(0, abs=0.05)
    assert krippendorff_alpha_nominal([one, one, one]).value == 1


def test_where_nearly_all_get_one_level_kappa_is_low_though_raters_mostly_agree_as_the_page_says():
    one, other = "m" * 90 + "m" * 5 + "n" * 5, "m" * 90 + "n" * 5 + "m" * 5
    assert round(cohen_kappa(one, other).value, 2) == -0.05
    page = Path(__file__).parents[2] / "docs/methods/maturity.md"
    assert "kappa is −0.05" in page.read_text("utf-8")


def test_complete_agreement_on_a_few_items_is_not_certain():
    # 0 of 10 disagree: up to 27.8 % still may (Wilson); by chance half would, so kappa may be as low as .445
    ten = ["a", "b"] * 5
    found = cohen_kappa(ten, ten)
    assert (found.value, found.high, found.status) == (1, 1, "wide")
    assert found.low == pytest.approx(1 - 0.2775 / 0.5, abs=5e-4)
    levels = [1, 2] * 5
    for agreement in (
        weighted_kappa(levels, levels),
        krippendorff_alpha_nominal([levels, levels]),
        krippendorff_alpha_ordinal([levels, levels, levels]),
        krippendorff_alpha_interval([levels, levels]),
    ):
        assert (agreement.value, agreement.status) == (1, "wide")
        assert agreement.low == pytest.approx(found.low)


def test_the_floor_of_complete_agreement_covers():
    # true disagreement of 5 %: whenever 20 items show none of it, the truth is inside
    random = np.random.default_rng(8)
    one = random.integers(0, 2, 20)
    truth = 1 - 0.05 / 0.5
    assert cohen_kappa(one, one).low < truth
    # and it closes as items come in
    lows = [cohen_kappa([0, 1] * (n // 2), [0, 1] * (n // 2)).low for n in (10, 30, 100, 1000)]
    assert lows == sorted(lows)
    assert cohen_kappa([0, 1] * 500, [0, 1] * 500).status == "ok"


def test_agreement_is_called_ok_only_from_thirty_items_and_a_narrow_interval():
    random = np.random.default_rng(3)
    one = random.integers(0, 3, 400)
    other = np.where(random.random(400) < 0.9, one, random.integers(0, 3, 400))
    assert [cohen_kappa(one[:n], other[:n]).status for n in (9, 10, 29, 400)] == [
        "too_few",
        "wide",
        "wide",
        "ok",
    ]


def test_intervals_of_kappa_cover():
    # one rater copies the other with chance .6, else draws from three categories: kappa is .6
    hits = []
    for seed in range(150):
        random = np.random.default_rng(seed)
        one = random.integers(0, 3, 120)
        other = np.where(random.random(120) < 0.6, one, random.integers(0, 3, 120))
        found = cohen_kappa(one, other)
        hits.append(found.low <= 0.6 <= found.high)
    assert 0.9 <= np.mean(hits) <= 0.99


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=3, max_size=30), st.randoms())
def test_order_of_items_and_of_raters_changes_nothing(pairs, random):
    one, other = zip(*pairs, strict=True)
    if len({*one, *other}) < 2:
        with pytest.raises(NotIdentifiable):
            krippendorff_alpha_nominal([one, other])
        with pytest.raises(NotIdentifiable):
            cohen_kappa(one, other)
        return
    turned = random.sample(pairs, len(pairs))
    again, also = zip(*turned, strict=True)
    assert krippendorff_alpha_ordinal([also, again]) == krippendorff_alpha_ordinal([one, other])
    assert cohen_kappa(again, also) == cohen_kappa(one, other)
    assert krippendorff_alpha_interval([one, other]).value <= 1


def test_wrong_ratings_are_named_errors():
    with pytest.raises(EmptySample):
        maturity_profile({})
    with pytest.raises(BadParameter):
        maturity_profile({"people": [6]})
    with pytest.raises(BadParameter):
        maturity_profile({"people": [float("nan")]})
    with pytest.raises(BadParameter):
        maturity_profile({"people": [3]}, wanted={"people": 0})
    with pytest.raises(EmptySample):
        cohen_kappa([], [])
    with pytest.raises(ShapeMismatch):
        weighted_kappa([1], [1, 2])
    with pytest.raises(EmptySample):
        krippendorff_alpha_nominal([[1, None], [None, 2]])
    with pytest.raises(EmptySample):
        krippendorff_alpha_nominal([])
    with pytest.raises(EmptySample):
        krippendorff_alpha_nominal([[None, None]])
    with pytest.raises(ShapeMismatch):
        krippendorff_alpha_nominal([[1, 2], [1]])
    with pytest.raises(BadParameter):
        cohen_kappa("ab", "ba", level=3)


def test_missing_and_endless_ratings_are_named_and_not_counted():
    for wrong in (None, float("nan")):
        with pytest.raises(BadParameter, match="items that both have rated"):
            cohen_kappa(["a", "b", wrong], ["a", "b", wrong])
    with pytest.raises(BadParameter, match="or NaN where missing"):
        krippendorff_alpha_ordinal([[1, 2, 3, float("inf")], [1, 2, 3, 4]])
