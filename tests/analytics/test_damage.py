"""Market damage: customers lost to problems, and how sure that is."""

import pytest

from candor.analytics.damage import Endings, market_damage
from candor.analytics.errors import BadCounts, BadParameter
from candor.analytics.stakes import Measured, Share

EXACT = Endings(
    unharmed=Share(9000, 10_000),
    never_told=Share(5500, 10_000),
    satisfied=Share(8500, 10_000),
    mollified=Share(6000, 10_000),
    dissatisfied=Share(3500, 10_000),
)
EXAMPLE = {
    "customers": 10_000,
    "problem": Share(4000, 10_000),
    "told_us": Share(1000, 4000),
    "outcomes": (400, 350, 250),
    "loyal": EXACT,
}


def test_the_worked_example_loses_1312_and_a_half_customers():
    # By hand: 1050 + 20 + 105 + 137.5 = 1312.5 customers; × 500 = 656 250
    found = market_damage(**EXAMPLE, value=Measured(500, 0))
    assert found.lost.value == pytest.approx(1312.5)
    assert [part.value for part in found.by_ending.values()] == pytest.approx([1050, 20, 105, 137.5])
    assert list(found.by_ending) == ["never told us", "satisfied", "mollified", "dissatisfied"]
    assert found.money.value == pytest.approx(656_250)
    assert found.money.low == pytest.approx(500 * found.lost.low)
    assert found.lost.low < 1312.5 < found.lost.high
    assert found.lost.status == "ok"


def test_a_value_known_to_the_last_digit_is_the_value():
    sure, surer = (market_damage(**EXAMPLE | {"value": Measured(1e10, se)}) for se in (0, 1e-200))
    assert sure == surer


def scaled(share, factor):
    return Share(round(share.hits * factor), round(share.of * factor))


def test_fewer_answers_widen_the_interval_about_the_same_point():
    few = {
        **EXAMPLE,
        "problem": scaled(EXAMPLE["problem"], 0.05),
        "told_us": scaled(EXAMPLE["told_us"], 0.05),
        "outcomes": (20, 18, 12),
        "loyal": Endings(**{name: scaled(getattr(EXACT, name), 0.01) for name in EXACT.__slots__}),
    }
    sure, unsure = market_damage(**EXAMPLE).lost, market_damage(**few).lost
    assert unsure.value == pytest.approx(sure.value, rel=0.02)
    assert unsure.high - unsure.low > 3 * (sure.high - sure.low)


def test_stated_loyalty_is_scaled_by_what_was_seen():
    found = market_damage(**EXAMPLE, realised=Measured(0.5, 0.05))
    assert found.lost.value == pytest.approx(656.25)
    assert found.warnings == ()
    assert "compare with who really left" in market_damage(**EXAMPLE).warnings[0]


def test_a_recovery_paradox_in_words_is_not_taken_for_one_in_deeds():
    happier = Endings(**{**{n: getattr(EXACT, n) for n in EXACT.__slots__}, "satisfied": Share(9700, 10_000)})
    found = market_damage(**{**EXAMPLE, "loyal": happier})
    assert found.by_ending["satisfied"].high < 0
    assert any("not in whether they mean to buy again or do" in warning for warning in found.warnings)


def test_few_answers_and_no_clear_loss_are_said():
    few = Endings(**{**{n: getattr(EXACT, n) for n in EXACT.__slots__}, "mollified": Share(2, 4)})
    assert market_damage(**{**EXAMPLE, "loyal": few}).lost.status == "too_few"
    for part, thin in (("outcomes", (8, 8, 4)), ("told_us", Share(5, 20)), ("problem", Share(20, 10_000))):
        found = market_damage(**{**EXAMPLE, part: thin})
        assert (found.status, found.n) == ("too_few", 20)
    alike = Endings(**dict.fromkeys(EXACT.__slots__, Share(90, 100)))
    assert market_damage(**{**EXAMPLE, "loyal": alike}).lost.status == "wide"


def test_the_same_seed_gives_the_same_answer():
    assert market_damage(**EXAMPLE) == market_damage(**EXAMPLE)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"problem": Share(5, 4)}, BadCounts),
        ({"told_us": Share(0, 0)}, BadCounts),
        ({"outcomes": (0, 0, 0)}, BadCounts),
        ({"outcomes": (-1, 2, 2)}, BadCounts),
        ({"customers": 0}, BadParameter),
        ({"value": Measured(-1, 1)}, BadParameter),
        ({"value": Measured(1e-200, 1e10)}, BadParameter),
        ({"realised": Measured(1.5, 0)}, BadParameter),
        ({"realised": Measured(0.5, float("inf"))}, BadParameter),
        ({"draws": 5}, BadParameter),
        ({"level": 0}, BadParameter),
    ],
)
def test_wrong_input_is_a_named_error(wrong, error):
    with pytest.raises(error):
        market_damage(**{**EXAMPLE, **wrong})


def test_the_interval_is_that_of_a_product_of_shares_when_only_one_is_unsure():
    # everything but the problem rate is practically certain: the interval is Jeffreys' times a constant
    sure = 10**9
    certain = Endings(
        unharmed=Share(sure * 9 // 10, sure),
        never_told=Share(sure // 2, sure),
        satisfied=Share(sure // 2, sure),
        mollified=Share(sure // 2, sure),
        dissatisfied=Share(sure // 2, sure),
    )
    found = market_damage(
        customers=1000,
        problem=Share(81, 263),
        told_us=Share(sure // 2, sure),
        outcomes=(sure, sure, sure),
        loyal=certain,
        draws=200_000,
    )
    # Jeffreys for 81 of 263: .254522, .365647 (Brown, Cai & DasGupta 2001), times 1000 × .4
    assert (found.lost.low, found.lost.high) == pytest.approx((101.81, 146.26), abs=0.5)
