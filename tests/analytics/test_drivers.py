"""Drivers: weights against R, the doubt about their order, ordered outcomes."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.analytics import relative_importance
from candor.analytics.drivers import CAVEATS, johnson_drivers, lmg_drivers, ordinal_drivers
from candor.analytics.errors import (
    BadParameter,
    BadWeights,
    DidNotConverge,
    EmptySample,
    NotEnoughHistory,
    NotIdentifiable,
    ShapeMismatch,
)
from candor.analytics.proportional_odds import fit_proportional_odds
from candor.analytics.relative_importance import covariances, johnson_weights, lmg_parts, lmg_weights
from tests.analytics.classic_tables import SWISS, SWISS_COLUMNS, housing

TABLE = np.array(SWISS)
DRIVERS, FERTILITY = TABLE[:, 1:], TABLE[:, 0]
NAMED = {name: TABLE[:, j + 1] for j, name in enumerate(SWISS_COLUMNS[1:])}
nan = float("nan")


def test_lmg_parts_of_the_swiss_table_are_those_of_relaimpo():
    # R relaimpo 2.2-7, calc.relimp(Fertility ~ ., swiss)$lmg
    parts = lmg_weights(DRIVERS, FERTILITY)
    assert parts == pytest.approx(
        [0.05709122077, 0.1711730289, 0.26013467862, 0.10557015037, 0.11276592292], abs=1e-9
    )
    assert parts.sum() == pytest.approx(0.7067350016, abs=1e-9)


def test_johnson_parts_of_the_swiss_table_are_genizis():
    # R relaimpo 2.2-7 type="genizi", identical to Johnson's relative weights
    assert johnson_weights(DRIVERS, FERTILITY) == pytest.approx(
        [0.04841689581, 0.15470824981, 0.27196410465, 0.11468002995, 0.11696572138], abs=1e-9
    )


def brute_force(drivers, outcome):
    """The definition: mean gain in R² over all orders of entry, each R² by least squares."""
    k = drivers.shape[1]
    spread = np.sum((outcome - outcome.mean()) ** 2)

    def r2(columns):
        design = np.column_stack([np.ones(len(outcome)), drivers[:, columns]])
        residual = outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
        return 1 - residual @ residual / spread

    orders = list(permutations(range(k)))
    gains = np.zeros(k)
    for order in orders:
        for place, driver in enumerate(order):
            gains[driver] += r2(list(order[: place + 1])) - r2(list(order[:place]))
    return gains / len(orders)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5))
def test_lmg_is_its_definition(seed, k):
    random = np.random.default_rng(seed)
    drivers = random.normal(size=(30, k)) @ random.normal(size=(k, k))
    outcome = drivers @ random.normal(size=k) + random.normal(size=30)
    assert lmg_weights(drivers, outcome) == pytest.approx(brute_force(drivers, outcome), abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.1, 50), st.floats(-100, 100))
def test_parts_do_not_depend_on_units(seed, factor, shift):
    random = np.random.default_rng(seed)
    drivers = random.normal(size=(40, 3))
    outcome = drivers.sum(axis=1) + random.normal(size=40)
    for weights in (lmg_weights, johnson_weights):
        assert weights(drivers * factor + shift, outcome * factor - shift) == pytest.approx(
            weights(drivers, outcome), abs=1e-7
        )


def test_sampled_orders_come_close_to_the_exact_parts():
    random = np.random.default_rng(4)
    drivers = random.normal(size=(300, 13)) + random.normal(size=(300, 1))
    outcome = drivers @ np.arange(13) + 10 * random.normal(size=300)
    sampled = lmg_weights(drivers, outcome)
    moments = covariances(np.column_stack([drivers, outcome]), np.ones((1, 300)))
    exact = relative_importance.shapley_parts(relative_importance._explained_by_subset(moments))[0]
    assert sampled == pytest.approx(exact, abs=0.01)
    assert sampled.sum() == pytest.approx(exact.sum(), abs=1e-9)
    assert lmg_parts(moments, 1)[0] == pytest.approx(exact, abs=0.01)


def test_a_constant_driver_gets_nothing_and_twins_share():
    random = np.random.default_rng(5)
    speed = random.normal(size=80)
    outcome = speed + random.normal(size=80)
    flat = lmg_weights(np.column_stack([speed, np.full(80, 3.0)]), outcome)
    assert flat[1] == pytest.approx(0, abs=1e-12)
    for weights in (lmg_weights, johnson_weights):
        twins = weights(np.column_stack([speed, speed]), outcome)
        assert twins[0] == pytest.approx(twins[1], rel=1e-6)
        assert twins.sum() == pytest.approx(flat[0], rel=1e-6)


def test_forty_seven_provinces_do_not_establish_the_order_of_five_drivers():
    # relaimpo bootstrap (B = 1000) of relative lmg: Agr .047–.142, Exam .124–.374, Edu .115–.507,
    # Cath .051–.354, Infant .051–.328: the two ends agree to the noise of a bootstrap
    ranking = lmg_drivers(NAMED, FERTILITY)
    found = {driver.name: (driver.low, driver.high) for driver in ranking.drivers}
    published = {
        "Agriculture": (0.047, 0.142),
        "Examination": (0.124, 0.374),
        "Education": (0.115, 0.507),
        "Catholic": (0.051, 0.354),
        "Infant.Mortality": (0.051, 0.328),
    }
    for name, ends in published.items():
        assert found[name] == pytest.approx(ends, abs=0.04), name
    assert not ranking.is_ranked
    assert ranking.words == "Too few answers to rank drivers (47 of at least 50)."
    assert sum(driver.p_first for driver in ranking.drivers) == pytest.approx(1)
    assert max(driver.p_first for driver in ranking.drivers) < 0.95
    assert all((driver.best_rank, driver.worst_rank) != (1, 1) for driver in ranking.drivers)


def planted(n, seed=1):
    random = np.random.default_rng(seed)
    speed, tone, tidy = random.normal(size=(3, n))
    return {"speed": speed, "tone": tone, "tidy": tidy}, speed + speed + tone + tidy + random.normal(size=n)


def test_a_planted_order_is_found_and_equal_drivers_share_a_tier():
    for rank in (lmg_drivers, johnson_drivers):
        drivers, outcome = planted(2000)
        ranking = rank(drivers, outcome)
        assert [(driver.name, driver.tier) for driver in ranking.drivers] == [
            ("speed", 1),
            ("tidy", 2),
            ("tone", 2),
        ]
        assert ranking.status == "ok"
        speed, tidy, tone = ranking.drivers
        assert (speed.best_rank, speed.worst_rank, speed.p_first) == (1, 1, 1.0)
        assert (tidy.best_rank, tidy.worst_rank) == (2, 3) == (tone.best_rank, tone.worst_rank)
        assert ranking.r2 == pytest.approx(6 / 7, abs=0.02)
        assert sum(driver.weight for driver in ranking.drivers) == pytest.approx(1)
        assert all(driver.low <= driver.weight <= driver.high for driver in ranking.drivers)


def test_rows_and_drivers_in_another_order_give_the_same_ranking():
    drivers, outcome = planted(120)
    shuffled = np.random.default_rng(9).permutation(120)
    turned = {name: drivers[name][shuffled] for name in reversed(drivers)}
    assert lmg_drivers(turned, outcome[shuffled]) == lmg_drivers(drivers, outcome)
    assert johnson_drivers(turned, outcome[shuffled]) == johnson_drivers(drivers, outcome)


def test_equal_drivers_are_told_apart_no_more_often_than_the_level_allows():
    false = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        table = random.normal(size=(3, 200))
        outcome = table.sum(axis=0) + random.normal(size=200)
        ranking = lmg_drivers(dict(zip("abc", table, strict=True)), outcome, resamples=300)
        false += any((driver.best_rank, driver.worst_rank) != (1, 3) for driver in ranking.drivers)
    assert false <= 8  # 5 % of 60 is 3; 9 or more happen one time in 200


def test_missing_ratings_are_counted_not_hidden():
    drivers, outcome = planted(200)
    drivers["tone"] = np.where(np.arange(200) < 30, nan, drivers["tone"])
    ranking = lmg_drivers(drivers, outcome, resamples=50)
    assert (ranking.n, ranking.n_incomplete) == (170, 30)


def test_one_driver_has_nothing_to_be_ranked_against():
    drivers, outcome = planted(100)
    ranking = lmg_drivers({"speed": drivers["speed"]}, outcome, resamples=50)
    assert ranking.words == "There is only one driver: nothing to rank."
    assert ranking.drivers[0].weight == 1 == ranking.drivers[0].high


@pytest.mark.parametrize(
    ("drivers", "outcome", "error"),
    [
        ({}, [1, 2], EmptySample),
        ({"a": []}, [], EmptySample),
        ({"a": [nan, 1]}, [1, nan], EmptySample),
        ({"a": [1]}, [1], NotEnoughHistory),
        ({"a": [1, 2]}, [1, 2], NotEnoughHistory),
        ({"a": [1, 2, 3]}, [1, 2], ShapeMismatch),
        ({"a": [1, 2, 3, 4, 5]}, [3, 3, 3, 3, 3], NotIdentifiable),
    ],
)
def test_wrong_input_is_a_named_error(drivers, outcome, error):
    for rank in (lmg_drivers, johnson_drivers, ordinal_drivers):
        with pytest.raises(error):
            rank(drivers, outcome)


def test_wrong_matrices_are_named_errors():
    with pytest.raises(ShapeMismatch):
        lmg_weights([[1], [2]], [1, 2, 3])
    with pytest.raises(EmptySample):
        lmg_weights(np.empty((0, 2)), [])
    with pytest.raises(NotIdentifiable):
        johnson_weights([[1.0], [nan]], [1, 2])
    with pytest.raises(NotIdentifiable):
        johnson_weights([[1.0], [2.0]], [2, 2])
    with pytest.raises(BadParameter):
        lmg_drivers(NAMED, FERTILITY, level=95)


def test_all_drivers_constant_is_a_defined_result():
    ranking = lmg_drivers({"a": [3.0] * 60, "b": [2.0] * 60}, list(range(60)), resamples=50)
    assert [driver.weight for driver in ranking.drivers] == [0.5, 0.5]
    assert (ranking.r2, ranking.is_ranked) == (0, False)


def test_caveats_never_claim_cause():
    assert CAVEATS[0].startswith("Associated with, not causing")
    assert len(CAVEATS) >= 4


# Ordered outcomes


def test_the_housing_table_gives_the_fit_of_polr():
    # R MASS::polr(Sat ~ Infl + Type + Cont, weights = Freq, data = housing)
    x, satisfaction, counts = housing()
    fit = fit_proportional_odds(x, satisfaction, weights=counts)
    assert fit.coefficients == pytest.approx(
        [0.5663937389, 1.2888190638, -0.5723501464, -0.3661865662, -1.0910149077, 0.3602841499], abs=2e-6
    )
    assert fit.cuts == pytest.approx([-0.4961353438, 0.6907082904], abs=2e-6)
    assert -2 * fit.log_likelihood == pytest.approx(3479.149299, abs=1e-6)
    # summary(polr): standard errors .10465, .12716, .11924, .15517, .15149, .09554
    assert fit.standard_errors == pytest.approx(
        [0.10465, 0.12716, 0.11924, 0.15517, 0.15149, 0.09554], abs=1e-5
    )
    assert fit.n == 1681


def test_counts_and_repeated_rows_are_the_same_data():
    x, satisfaction, counts = housing()
    rows = np.repeat(np.arange(72), counts)
    long = fit_proportional_odds(np.array(x)[rows], np.array(satisfaction)[rows])
    short = fit_proportional_odds(x, satisfaction, weights=counts)
    assert long.coefficients == pytest.approx(short.coefficients, abs=1e-8)


def test_two_levels_are_a_logistic_regression():
    sm = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(2)
    x = random.normal(size=(200, 2))
    y = (x @ [1, -0.5] + random.logistic(size=200) > 0).astype(int)
    ours = fit_proportional_odds(x, y)
    theirs = sm.Logit(y, sm.add_constant(x)).fit(disp=0)
    assert ours.coefficients == pytest.approx(theirs.params[1:], abs=1e-6)
    assert ours.standard_errors == pytest.approx(theirs.bse[1:], abs=1e-6)
    assert ours.mcfadden_r2 == pytest.approx(theirs.prsquared, abs=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "weights", "error"),
    [
        ([], [], None, EmptySample),
        ([[1], [2]], [1, 1], None, NotIdentifiable),
        ([[1], [1]], [1, 2], None, NotIdentifiable),
        ([[1, 2], [2, 4], [3, 6]], [1, 2, 1], None, NotIdentifiable),
        ([[nan], [1]], [1, 2], None, NotIdentifiable),
        ([[1], [2]], [1, 2, 3], None, ShapeMismatch),
        ([[1], [2]], [1, 2], [-1, 1], BadWeights),
        ([[1], [2]], [1, 2], [0, 0], BadWeights),
        ([[1], [2], [3], [4]], [1, 1, 2, 2], None, DidNotConverge),
    ],
)
def test_what_proportional_odds_can_not_fit_is_named(x, y, weights, error):
    with pytest.raises(error):
        fit_proportional_odds(x, y, weights=weights)


def test_ordinal_parts_sum_to_mcfaddens_r2_and_find_the_planted_driver():
    random = np.random.default_rng(8)
    speed, tone, tidy = random.normal(size=(3, 400))
    answer = np.digitize(2 * speed + 0.3 * tone + random.logistic(size=400), [-2, 0, 2])
    ranking = ordinal_drivers({"speed": speed, "tone": tone, "tidy": tidy}, answer, resamples=40)
    fit = fit_proportional_odds(np.column_stack([speed, tone, tidy]), answer)
    assert ranking.r2 == pytest.approx(fit.mcfadden_r2, abs=1e-8)
    assert ranking.drivers[0].name == "speed"
    assert ranking.drivers[0].tier == 1 < ranking.drivers[1].tier
    assert ranking.drivers[0].correlation > 0.5


def test_many_ordinal_drivers_take_sampled_orders_and_still_add_up():
    random = np.random.default_rng(8)
    table = random.normal(size=(7, 150))
    answer = np.digitize(2 * table[0] + random.logistic(size=150), [-1, 1])
    ranking = ordinal_drivers({f"d{j}": row for j, row in enumerate(table)}, answer, resamples=2)
    fit = fit_proportional_odds(table.T, answer)
    assert ranking.r2 == pytest.approx(fit.mcfadden_r2, abs=1e-8)
    assert ranking.drivers[0].weight >= 0


def test_alone_and_last_are_relaimpos_first_and_last():
    # R relaimpo 2.2-7, types "first" and "last"
    first = [0.1246649099, 0.4171644705, 0.4406156467, 0.2150035016, 0.1735189273]
    last = [0.042869607125, 0.007387418515, 0.161962693077, 0.062372625827, 0.056945258732]
    alone = [lmg_weights(DRIVERS[:, [j]], FERTILITY)[0] for j in range(5)]
    whole = lmg_weights(DRIVERS, FERTILITY).sum()
    left_out = [whole - lmg_weights(np.delete(DRIVERS, j, axis=1), FERTILITY).sum() for j in range(5)]
    assert alone == pytest.approx(first, abs=1e-9)
    assert left_out == pytest.approx(last, abs=1e-9)


def test_a_driver_between_two_others_keeps_the_line_away_and_the_words_do_not_call_them_alike():
    random = np.random.default_rng(15)
    strong, middle, weak = random.normal(size=(3, 240))
    outcome = strong + 0.8 * middle + 0.6 * weak + random.normal(size=240)
    ranking = lmg_drivers({"strong": strong, "middle": middle, "weak": weak}, outcome, resamples=400)
    places = {driver.name: (driver.tier, driver.best_rank, driver.worst_rank) for driver in ranking.drivers}
    assert places == {"strong": (1, 1, 2), "middle": (1, 1, 3), "weak": (1, 2, 3)}
    assert not ranking.is_ranked
    assert ranking.words == (
        "No line can be drawn between these 3 drivers: some differ beyond chance, none from all the others."
    )


def test_lines_between_equal_drivers_are_drawn_no_oftener_than_stated_and_pairs_parted_as_the_page_says():
    # docs/methods/drivers.md: with 100 answers some pair in 7 of 100, a line in 2.
    random = np.random.default_rng(9)
    parted = drawn = 0
    for _ in range(100):
        ratings = random.normal(size=(3, 100))
        outcome = ratings.sum(axis=0) + random.normal(scale=1.5, size=100)
        ranking = lmg_drivers(dict(zip("abc", ratings, strict=True)), outcome, resamples=200)
        drawn += ranking.is_ranked
        parted += any(driver.best_rank > 1 for driver in ranking.drivers)
    assert drawn <= 6
    assert parted <= 14


def test_equal_drivers_that_explain_little_are_not_parted_because_shares_of_little_are_unsteady():
    random = np.random.default_rng(10)
    parted = 0
    for _ in range(100):
        ratings = random.normal(size=(3, 100))
        outcome = ratings.sum(axis=0) + random.normal(scale=np.sqrt(27), size=100)  # they explain a tenth
        ranking = lmg_drivers(dict(zip("abc", ratings, strict=True)), outcome, resamples=200)
        parted += any(driver.best_rank > 1 for driver in ranking.drivers)
    assert parted <= 6  # 21 when shares were compared


def test_a_driver_that_has_nearly_all_is_drawn_to_the_others_as_the_page_says():
    # docs/methods/drivers.md: held in 68 of 100 samples of 100 answers at 20 %.
    random, slopes, held = np.random.default_rng(9), np.array([1.0, 0.1, 0.1]), 0
    for _ in range(60):
        x = random.normal(size=(3, 100))
        score = slopes @ x + random.normal(0, np.sqrt(4 * 1.02), 100)
        first = next(
            d
            for d in lmg_drivers(dict(zip("abc", x, strict=True)), score, resamples=300).drivers
            if d.name == "a"
        )
        held += first.low <= 1 / 1.02 <= first.high
    assert 0.5 < held / 60 < 0.85
