"""Staying and leaving: curves, tests and hazards against R and lifelines."""

import itertools
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor import analytics as cx
from candor.analytics import cox
from candor.analytics.cox import fit_hazards
from candor.analytics.errors import (
    BadCounts,
    BadParameter,
    DidNotConverge,
    EmptySample,
    NotEnoughHistory,
    NotIdentifiable,
    ShapeMismatch,
)
from candor.analytics.survival import churn_uplift, compare_survival, survival_curve

nan = float("nan")


@pytest.fixture(scope="module")
def lung():
    """R survival::lung (Loprinzi et al. 1994), as bundled with lifelines; status 1 is an event."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        datasets = pytest.importorskip("lifelines.datasets")
        return datasets.load_lung()


def test_the_curve_of_lung_is_that_of_r(lung):
    # R survfit(Surv(time, status) ~ 1, lung): S(180, 365, 730) and median 310
    curve = survival_curve(lung.time, lung.status)
    assert [curve.at(t).value for t in (180, 365, 730)] == pytest.approx(
        [0.7216707, 0.4092416, 0.1156931], abs=1e-7
    )
    assert curve.median.value == 310
    # conf.type = "log-log": median 284 to 361
    assert (curve.median.low, curve.median.high) == (284, 361)
    assert (curve.n, curve.n_left) == (228, 165)


def test_intervals_of_the_curve_are_those_of_lifelines(lung):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter = pytest.importorskip("lifelines").KaplanMeierFitter().fit(lung.time, lung.status)
        ends = fitter.confidence_interval_
    curve = survival_curve(lung.time, lung.status)
    for time in (26, 180, 365, 700):
        theirs = ends[ends.index <= time].iloc[-1]
        found = curve.at(time)
        assert (found.low, found.high) == pytest.approx(tuple(theirs), abs=1e-9)


def test_the_log_rank_test_of_lung_by_sex_is_that_of_r(lung):
    # R survdiff(Surv(time, status) ~ sex): chi-squared 10.32674, p .00131
    groups = {str(sex): (lung.time[lung.sex == sex], lung.status[lung.sex == sex]) for sex in (1, 2)}
    found = compare_survival(groups)
    assert found.statistic == pytest.approx(10.32674, abs=1e-5)
    assert found.p_value == pytest.approx(0.001311165, abs=1e-8)
    assert found.observed == {"1": 112, "2": 53}
    assert found.words == "The groups differ in how long they stay, beyond chance."


def test_the_log_rank_test_of_three_groups_is_that_of_lifelines(lung):
    known = lung.dropna(subset=["ph.ecog"])
    known = known[known["ph.ecog"] < 3]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        statistics = pytest.importorskip("lifelines.statistics")
        theirs = statistics.multivariate_logrank_test(known.time, known["ph.ecog"], known.status)
    groups = {
        str(level): (known.time[known["ph.ecog"] == level], known.status[known["ph.ecog"] == level])
        for level in (0, 1, 2)
    }
    found = compare_survival(groups)
    assert (found.statistic, found.df) == (pytest.approx(theirs.test_statistic, abs=1e-8), 2)


def columns_of(lung):
    known = lung.dropna(subset=["ph.ecog"])
    return {name: known[name].to_numpy(float) for name in ("age", "sex", "ph.ecog")}, known.time, known.status


def test_hazards_of_lung_are_those_of_r(lung):
    # R coxph(Surv(time, status) ~ age + sex + ph.ecog, lung), Efron; cox.zph global p .21555
    fit = fit_hazards(*columns_of(lung))
    found = {ratio.name: ratio for ratio in fit.ratios}
    published = {
        "age": (0.01106676456, 0.00926741),
        "sex": (-0.5526123957, 0.16773905),
        "ph.ecog": (0.46372847537, 0.11357727),
    }
    for name, (coefficient, error) in published.items():
        assert found[name].coefficient == pytest.approx(coefficient, abs=1e-9)
        assert found[name].standard_error == pytest.approx(error, abs=1e-8)
        assert found[name].ratio.value == pytest.approx(np.exp(coefficient))
    assert fit.concordance == pytest.approx(0.637135493, abs=1e-9)
    assert fit.p_proportional == pytest.approx(0.21555, abs=5e-6)
    assert (fit.n, fit.n_left, fit.status) == (227, 164, "ok")


def test_order_of_rows_and_columns_changes_nothing(lung):
    columns, time, status = columns_of(lung)
    shuffled = np.random.default_rng(3).permutation(len(time))
    turned = {name: columns[name][shuffled] for name in reversed(columns)}
    assert fit_hazards(turned, time.to_numpy()[shuffled], status.to_numpy()[shuffled]) == fit_hazards(
        columns, time, status
    )


def simulated(n, ratio=2.0, seed=1):
    random = np.random.default_rng(seed)
    unhappy, spend = random.integers(0, 2, n).astype(float), random.normal(size=n)
    gone = random.exponential(1 / (0.01 * ratio**unhappy * np.exp(0.3 * spend)))
    watched = random.uniform(30, 150, n)
    return {"unhappy": unhappy, "spend": spend}, np.ceil(np.minimum(gone, watched)), gone < watched


def test_a_split_of_rows_in_time_changes_nothing():
    columns, stop, left = simulated(300)
    cut = np.minimum(40.0, stop)
    later = stop > 40
    plain = fit_hazards(columns, stop, left)
    split = fit_hazards(
        {name: np.concatenate([values, values[later]]) for name, values in columns.items()},
        np.concatenate([cut, stop[later]]),
        np.concatenate([left & ~later, left[later]]),
        entry=np.concatenate([np.zeros(300), np.full(int(later.sum()), 40.0)]),
    )
    for one, other in zip(plain.ratios, split.ratios, strict=True):
        assert other.coefficient == pytest.approx(one.coefficient, abs=1e-9)
        assert other.standard_error == pytest.approx(one.standard_error, abs=1e-9)
        assert other.p_proportional == pytest.approx(one.p_proportional, abs=1e-6)
    assert split.concordance is None


def test_late_entry_is_that_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(8)
    columns, stop, left = simulated(300)
    entry = np.floor(random.uniform(0, 0.7, 300) * (stop - 1)) + 0.5  # between days: no ties with leaving
    ours = fit_hazards(columns, stop, left, entry=entry)
    design = np.column_stack([columns[name] for name in sorted(columns)])
    theirs = sm.PHReg(stop, design, status=left, entry=entry, ties="efron").fit()
    assert [ratio.coefficient for ratio in ours.ratios] == pytest.approx(theirs.params, abs=1e-6)
    assert [ratio.standard_error for ratio in ours.ratios] == pytest.approx(theirs.bse, abs=1e-5)


def test_hazard_ratios_cover_the_truth_and_the_proportionality_test_keeps_its_level():
    covered, alarms = [], []
    for seed in range(150):
        fit = fit_hazards(*simulated(250, seed=seed))
        ratio = next(ratio.ratio for ratio in fit.ratios if ratio.name == "unhappy")
        covered.append(ratio.low <= 2 <= ratio.high)
        alarms.append(fit.p_proportional < 0.05)
    assert 0.9 <= np.mean(covered) <= 0.99
    assert np.mean(alarms) <= 0.11


def test_an_effect_that_fades_is_noticed():
    random = np.random.default_rng(5)
    unhappy = random.integers(0, 2, 1500).astype(float)
    early = random.exponential(1 / (0.02 * 4.0**unhappy))
    gone = np.where(early < 20, early, 20 + random.exponential(50, 1500))
    fit = fit_hazards({"unhappy": unhappy}, np.minimum(gone, 100), gone < 100)
    assert fit.p_proportional < 1e-6


def test_immortal_time_is_avoided_by_rows_in_time():
    # a survey answered at day 50 has no link with leaving; as a baseline column it "protects"
    random = np.random.default_rng(6)
    gone = random.exponential(60, 3000)
    stop, left = np.minimum(gone, 150), gone < 150
    answered = (stop > 50) & (random.random(3000) < 0.6)
    naive = fit_hazards({"answered": answered.astype(float)}, stop, left)
    assert naive.ratios[0].ratio.high < 0.7
    honest = fit_hazards(
        {"answered": np.concatenate([np.zeros(3000), np.ones(int(answered.sum()))])},
        np.concatenate([np.where(answered, 50.0, stop), stop[answered]]),
        np.concatenate([left & ~answered, left[answered]]),
        entry=np.concatenate([np.zeros(3000), np.full(int(answered.sum()), 50.0)]),
    )
    assert honest.ratios[0].ratio.low < 1 < honest.ratios[0].ratio.high


def test_what_the_page_says_misleads_curves_does():
    random = np.random.default_rng(1)
    text = (Path(__file__).parents[2] / "docs/methods/survival.md").read_text("utf-8")
    # One group leaves early, the other late: far apart after 40 days, and all one to the log-rank test.
    early, late = random.weibull(0.5, 300) * 80, random.weibull(2.5, 300) * 120
    groups = {name: (np.minimum(t, 200.0), t < 200) for name, t in (("early", early), ("late", late))}
    assert survival_curve(*groups["early"]).at(40).high < survival_curve(*groups["late"]).at(40).low
    assert compare_survival(groups).p_value > 0.05
    assert "curves that cross" in text
    # A problem that comes by chance while watched, and does nothing.
    gone, problem = random.exponential(100, 2000), random.uniform(0, 200, 2000)
    had = problem < np.minimum(gone, 200)
    naive = churn_uplift(
        *(survival_curve(np.minimum(gone[who], 200.0), gone[who] < 200) for who in (had, ~had)), by=100
    )
    assert naive.value < -5 * naive.se
    assert "immortal time" in text
    # Customers of a year ago and more are those who stayed.
    age, stay = random.uniform(0, 1000, 4000), random.exponential(200, 4000)
    here = stay > age - 100  # leaving was recorded in the last 100 days only
    watched = survival_curve(np.minimum(stay, age)[here], (stay < age)[here])
    assert watched.at(200).low > np.exp(-1) + 0.1
    assert "before leaving was recorded" in text


def test_the_curve_without_censoring_is_the_share_still_there():
    curve = survival_curve([1, 2, 2, 4, 9], [True] * 5)
    assert [curve.at(t).value for t in (0, 1, 2, 5, 9)] == pytest.approx([1, 0.8, 0.4, 0.2, 0])
    # Nobody of five: the exact interval of 0 of 5.
    assert (curve.at(9).low, curve.at(9).high) == pytest.approx((0, 1 - 0.025 ** (1 / 5)))
    assert curve.at(10).value is None


def test_nobody_left_is_a_flat_curve_without_median():
    curve = survival_curve([5, 6], [False, False])
    assert (curve.at(5).value, curve.median.value, curve.median.status) == (1.0, None, "too_few")
    assert survival_curve([5], [True]).at(5).value == 0


def test_churn_uplift_is_the_difference_with_greenwoods_error():
    random = np.random.default_rng(5)
    angry, calm = random.exponential(50, 400), random.exponential(100, 900)
    curves = [survival_curve(np.minimum(times, 90), times < 90) for times in (angry, calm)]
    found = churn_uplift(*curves, by=60)
    shares = (np.mean(angry <= 60), np.mean(calm <= 60))
    assert found.value == pytest.approx(shares[0] - shares[1])
    assert found.se == pytest.approx(
        np.sqrt(shares[0] * (1 - shares[0]) / 400 + shares[1] * (1 - shares[1]) / 900)
    )
    with pytest.raises(NotIdentifiable):
        churn_uplift(*curves, by=91)


def test_one_customer_who_is_still_there_tells_nothing():
    found = survival_curve([30], [False]).at(20)
    assert (found.value, found.status) == (1.0, "too_few")
    assert (found.low, found.high) == pytest.approx((0.025, 1.0))


def test_where_all_stayed_the_interval_is_the_exact_one_of_those_still_watched():
    # 40 watched until 30, 15 of them until 60.
    curve = survival_curve([30] * 25 + [60] * 15, [False] * 40)
    assert (curve.at(30).low, curve.at(30).status) == (pytest.approx(0.025 ** (1 / 40)), "ok")
    assert (curve.at(31).low, curve.at(31).status) == (pytest.approx(0.025 ** (1 / 15)), "ok")
    assert "exact" in curve.at(31).method


def test_too_few_looks_at_who_was_watched_on_the_day_asked_for():
    # 50 at risk when the only one left; three of them watched beyond day 20.
    curve = survival_curve([10] + [20] * 46 + [90] * 3, [True] + [False] * 49)
    assert (curve.watched_at(15), curve.watched_at(20), curve.watched_at(21)) == (49, 49, 3)
    assert (curve.at(15).status, curve.at(80).status) == ("ok", "too_few")


@pytest.mark.parametrize("chance", [0.01, 0.03, 0.1])
def test_the_interval_covers_the_truth_where_nobody_left_too(chance):
    hits = []
    for seed in range(400):
        random = np.random.default_rng(seed)
        gone, watched = random.exponential(-50 / np.log(1 - chance), 40), random.uniform(30, 120, 40)
        found = survival_curve(np.minimum(gone, watched), gone < watched).at(50)
        hits.append(found.low <= 1 - chance <= found.high)
    # With one or two early leavers the log-log interval is a little short by itself.
    assert np.mean(hits) >= 0.91


def test_a_group_that_nobody_left_is_not_known_without_error():
    calm = survival_curve([90] * 12, [False] * 12)
    angry = survival_curve([20] * 6 + [90] * 6, [True] * 6 + [False] * 6)
    gone = survival_curve([5] * 8, [True] * 8)
    error = churn_uplift(angry, calm, by=60).se
    share = 0.5 / 13
    assert error == pytest.approx(np.sqrt(0.25 / 12 + share * (1 - share) / 12))
    assert churn_uplift(gone, gone, by=5).se > 0
    assert churn_uplift(calm, calm, by=0).se > 0


def test_the_interval_of_the_curve_covers_the_truth():
    hits = []
    for seed in range(400):
        random = np.random.default_rng(seed)
        gone, watched = random.exponential(50, 60), random.uniform(20, 120, 60)
        found = survival_curve(np.minimum(gone, watched), gone < watched).at(40)
        hits.append(found.low <= np.exp(-0.8) <= found.high)
    assert 0.925 <= np.mean(hits) <= 0.98


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40), st.integers(1, 9))
def test_the_curve_falls_within_its_band_and_does_not_know_the_unit_of_time(rows, factor):
    times, left = zip(*rows, strict=True)
    curve = survival_curve(times, left)
    other = survival_curve([factor * time for time in times], left)
    assert other.share == curve.share
    assert list(curve.share) == sorted(curve.share, reverse=True)
    for time in curve.times:
        found = curve.at(time)
        assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(
    ("durations", "left", "error"),
    [
        ([], [], EmptySample),
        ([-1], [True], BadCounts),
        ([nan], [True], BadCounts),
        ([1, 2], [True], ShapeMismatch),
    ],
)
def test_wrong_curves_are_named_errors(durations, left, error):
    with pytest.raises(error):
        survival_curve(durations, left)


def test_wrong_questions_and_comparisons_are_named_errors():
    with pytest.raises(BadParameter):
        survival_curve([1], [True]).at(-1)
    with pytest.raises(NotEnoughHistory):
        compare_survival({"a": ([1], [True])})
    with pytest.raises(NotIdentifiable):
        compare_survival({"a": ([1], [False]), "b": ([1], [False])})
    with pytest.raises(NotIdentifiable):
        compare_survival({"a": ([9], [True]), "b": ([1], [False])})


@pytest.mark.parametrize(
    ("columns", "durations", "left", "options", "error"),
    [
        ({}, [1, 2], [True, True], {}, EmptySample),
        ({"a": []}, [], [], {}, EmptySample),
        ({"a": [1, 2]}, [1], [True], {}, ShapeMismatch),
        ({"a": [1, 2]}, [1, 2], [False, False], {}, NotIdentifiable),
        ({"a": [1, 1]}, [1, 2], [True, True], {}, NotIdentifiable),
        ({"a": [1, 2, 3], "b": [2, 4, 6]}, [1, 2, 3], [True] * 3, {}, NotIdentifiable),
        ({"a": [1, nan]}, [1, 2], [True, True], {}, NotIdentifiable),
        ({"a": [1, 2]}, [-1, 2], [True, True], {}, BadCounts),
        ({"a": [1, 2]}, [3, 2], [True, True], {"entry": [3, 0]}, BadCounts),
        ({"a": [1, 2, 3, 4]}, [4, 3, 2, 1], [True] * 4, {}, DidNotConverge),
        ({"a": [3e-9, 1e-9, 4e-9, 2e-9]}, [1, 2, 3, 4], [True] * 4, {}, NotIdentifiable),
    ],
)
def test_wrong_hazards_are_named_errors(columns, durations, left, options, error):
    with pytest.raises(error):
        fit_hazards(columns, durations, left, **options)


def test_a_rare_column_without_a_leaver_is_named_and_has_no_ratio():
    random = np.random.default_rng(7)
    of_few, score = np.arange(5000) < 10, random.normal(size=5000)
    left_on = np.where(of_few, 9.0, random.exponential(1 / np.exp(0.3 * score)))
    for column in (of_few, ~of_few):
        with pytest.raises(DidNotConverge, match="column 'vip' parts leavers from stayers"):
            fit_hazards({"vip": column, "score": score}, np.minimum(left_on, 0.5), left_on < 0.5)


@pytest.mark.parametrize("few", [1, 5, 15, 40])
def test_a_rare_column_of_whom_all_left_first_is_named_beside_another(few):
    random = np.random.default_rng(1)
    is_first, score = np.arange(400) < few, random.normal(size=400)
    left_on = np.where(is_first, 0.001 * np.arange(400) / few, 0.1 + random.exponential(size=400))
    with pytest.raises(DidNotConverge, match="column 'vip' parts leavers from stayers"):
        fit_hazards({"vip": is_first, "score": score}, np.minimum(left_on, 1.1), left_on < 1.1)


def test_concordance_counts_every_pair_and_takes_a_hundred_thousand_customers():
    random = np.random.default_rng(8)
    risk, stop, left = random.integers(0, 5, 60) / 2, random.integers(0, 9, 60), random.random(60) < 0.5
    agree = pairs = 0.0
    for i, j in itertools.permutations(range(60), 2):
        if left[i] and (stop[i] < stop[j] or (stop[i] == stop[j] and not left[j])):
            pairs += 1
            agree += 1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0
    assert cox._concordance(risk, stop.astype(float), left) == pytest.approx(agree / pairs)
    many = 100_000
    fit = fit_hazards(
        {"a": random.normal(size=many)}, random.exponential(size=many), random.random(many) < 0.3
    )
    assert fit.concordance == pytest.approx(0.5, abs=0.01)  # pair by pair it took minutes and gigabytes


def test_one_leaver_is_a_defined_result():
    fit = fit_hazards({"a": [1.0, 2.0, 1.5, 0.5]}, [4, 6, 1.5, 5], [False, False, True, False])
    assert fit.status == "too_few"


@pytest.mark.parametrize("unknown", [float("nan"), 2, -1])
def test_whether_somebody_left_is_never_guessed(unknown):
    # NaN would count as true.
    with pytest.raises(cx.BadParameter, match="has_left is"):
        cx.survival_curve([3, 5, 8], [1, unknown, 0])
    with pytest.raises(cx.BadParameter, match="has_left is"):
        cx.fit_hazards({"late": [0, 1] * 20}, list(range(1, 41)), [1, 0] * 19 + [1, unknown])

    with pytest.raises(cx.BadParameter, match="is_over is"):
        cx.promise_kept([3, 5, 8], promised=6, is_over=[1, unknown, 0])
    with pytest.raises(cx.BadParameter, match="is_over is"):
        cx.wait_times([3, 5, 8], is_over=[1, unknown, 0])
    told = cx.survival_curve([3, 5, 8], [True, False, 1.0])
    assert told.n_left == 2


def test_a_table_is_no_column():
    with pytest.raises(cx.BadParameter, match=r"columns\['a'\]\[0\]"):
        cx.fit_hazards({"a": np.ones((3, 2))}, [1, 2, 3], [True, True, False])
