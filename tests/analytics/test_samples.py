"""Sample sizes, weights and the silent, against published values."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from candor import analytics as cx
from candor.analytics.net_promoter import net_promoter_limits

PAGES = Path(__file__).parents[2] / "docs" / "methods"


def test_answers_for_an_nps_margin_equal_lewis_and_sauro():
    # s² = .65 and the worst case s² = 1, margins of 5 and 10 points.
    needed = [
        cx.answers_for_nps_margin(margin=margin, variance=variance)
        for variance in (0.65, 1.0)
        for margin in (0.05, 0.10)
    ]
    assert needed == [996, 247, 1534, 382]


def test_thirty_to_show_a_hundred_to_compare_two_hundred_to_decide():
    # ± 10, 15, 20 points at s² = .6.
    assert [cx.answers_for_nps_margin(margin=m, variance=0.6) for m in (0.10, 0.15, 0.20)] == [228, 100, 55]


@pytest.mark.parametrize(
    ("variance", "margin"),
    [(1.0, 0.4), (0.6, 0.3), (0.4, 0.3), (0.3, 0.2), (0.2, 0.2), (0.2, 0.15), (0.1, 0.15)],
)
def test_the_answers_for_an_nps_margin_reach_it_with_the_interval_shown_whatever_the_score(variance, margin):
    # Lewis and Sauro's formula alone: 15 answers for ± 15 points at a variance of 0.1, whose interval is ± 22 on average.
    n = cx.answers_for_nps_margin(margin=margin, variance=variance)

    def widest(n):
        outcomes = np.array([(d, n - d - p, p) for d in range(n + 1) for p in range(n + 1 - d)])
        low, high = net_promoter_limits(*outcomes.T.astype(float))
        found = []
        for score in np.linspace(0, np.sqrt(1 - variance), 5):
            active = min(variance + score**2, 1.0)
            profile = [(active - score) / 2, 1 - active, (active + score) / 2]
            found.append(stats.multinomial.pmf(outcomes, n, profile) @ (high - low) / 2)
        return max(found)

    assert widest(n) <= 1.011 * margin
    assert n == np.ceil(1.959964**2 * variance / margin**2 - 3) or widest(n - 1) > 0.95 * margin


def test_a_finite_population_needs_fewer():
    assert [
        cx.answers_from_finite_population(answers=384.146, population=n) for n in (500, 1000, 10_000)
    ] == [
        218,
        278,
        370,
    ]
    assert cx.finite_population_factor(n=100, population=100) == 0
    assert cx.finite_population_factor(n=1, population=10_000) == pytest.approx(1)


def test_answers_for_a_difference_of_shares_equal_r():
    # R: power.prop.test(p1, p2, power)
    assert cx.answers_for_share_difference(first=0.5, second=0.75, power=0.9) == pytest.approx(
        76.70693, abs=1e-5
    )
    assert cx.answers_for_share_difference(first=0.10, second=0.12) == pytest.approx(3840.847482, abs=1e-5)


def test_power_and_answers_are_each_others_inverse():
    n = cx.answers_for_share_difference(first=0.3, second=0.4, power=0.85)
    assert cx.power_of_share_difference(first=0.3, second=0.4, n=n) == pytest.approx(0.85)


def test_answers_for_a_difference_of_means_equal_r_and_statsmodels():
    # R: power.t.test(delta = 1, sd = 1, power = .9)
    ours = cx.answers_for_mean_difference(difference=1, spread=1, power=0.9)
    assert ours == pytest.approx(22.0211, abs=1e-4)
    theirs = TTestIndPower().solve_power(effect_size=1, power=0.9, alpha=0.05)
    assert ours == pytest.approx(float(np.squeeze(theirs)), rel=1e-4)


def test_the_smallest_detectable_change_by_month_is_the_published_ladder():
    found = [
        round(100 * cx.smallest_detectable_nps_change(n_now=n, n_before=n)) for n in (50, 100, 200, 500, 1000)
    ]
    assert found == [42, 30, 21, 13, 9]


def test_how_often_five_points_come_by_luck_is_the_published_ladder():
    found = [
        round(100 * cx.chance_of_nps_change_by_luck(0.05, n_now=n, n_before=n))
        for n in (50, 100, 200, 500, 1000)
    ]
    assert found == pytest.approx([74, 64, 51, 29, 14], abs=1)


ANSWERS = np.array([2, 1, 1, 2, 3, 5, 6, 12, 18, 20, 30]) / 100  # of 0 to 10


@pytest.mark.parametrize(
    ("left", "right", "moved", "named", "said"),
    [
        ((7, 9), (9, 11), 0.208, 0.79, "79 of 100 samples where everybody"),
        ((0, 7), (9, 11), 0.096, 0.65, "in 65 where detractors become promoters"),
        ((0, 7), (7, 9), 0.177, 0.39, "in 39 where they become passives"),
        ((7, 9), (9, 10), 0.208, 0.50, "names 50, 45 and 19"),
    ],
)
def test_a_detectable_rise_is_named_less_often_where_detractors_move_as_the_page_says(
    left, right, moved, named, said
):
    later = ANSWERS.copy()
    for cells, by in ((left, -moved), (right, moved)):
        later[slice(*cells)] *= 1 + by / ANSWERS[slice(*cells)].sum()
    random, seen, by_score = np.random.default_rng(5), [], []
    for _ in range(400):
        now, before = (
            cx.Histogram.from_counts(dict(enumerate(random.multinomial(228, p)))) for p in (later, ANSWERS)
        )
        change = cx.compare_nps(now, before)
        seen.append(change.verdict == "higher")
        by_score.append(change.low > 0)
    assert np.mean(by_score) == pytest.approx(0.8, abs=0.06)
    assert np.mean(seen) == pytest.approx(named, abs=0.075)
    assert said in (PAGES / "sample-size.md").read_text("utf-8")


@pytest.mark.parametrize(("margin", "answers", "shown"), [(0.05, 45, "has ± 6"), (0.10, 12, "has ± 14")])
def test_near_one_the_interval_of_a_share_is_wider_than_the_formula_as_the_page_says(margin, answers, shown):
    assert np.ceil(cx.answers_for_margin(margin=margin, spread=np.sqrt(0.97 * 0.03))) == answers
    favourable = np.arange(answers + 1)
    low, high = cx.wilson_limits(favourable, answers)
    half = stats.binom.pmf(favourable, answers, 0.97) @ (high - low) / 2
    assert shown == f"has ± {100 * half:.0f}"
    assert shown in (PAGES / "sample-size.md").read_text("utf-8")


def test_an_unchanged_score_of_a_hundred_answers_moves_by_five_points_as_often_as_the_page_says():
    one = np.array([0.165, 0.28, 0.555])  # standard deviation of an answer 0.75
    month = np.ones(1)
    for _ in range(100):
        month = np.convolve(month, one)
    moves = np.convolve(month, month[::-1])
    share = moves[np.abs(np.arange(-200, 201)) >= 5].sum()
    assert f"or more in {100 * share:.0f} of 100 months" in (PAGES / "net-promoter-score.md").read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: cx.answers_for_margin(margin=0, spread=1),
        lambda: cx.answers_for_nps_margin(margin=1e-200),
        lambda: cx.answers_for_nps_margin(margin=0.1, variance=1.5),
        lambda: cx.answers_for_share_difference(first=0.5, second=0.5),
        lambda: cx.answers_for_share_difference(first=0.0, second=0.5),
        lambda: cx.answers_for_mean_difference(difference=1, spread=1, power=1.0),
        lambda: cx.smallest_detectable_change(n_now=0, n_before=10, spread=1),
        lambda: cx.finite_population_factor(n=11, population=10),
        lambda: cx.finite_population_factor(n=1, population=2.5),
        lambda: cx.answers_from_finite_population(answers=0.1, population=0.5),
        lambda: cx.answers_for_margin(margin=float("nan"), spread=1),
    ],
)
def test_impossible_questions_are_refused(wrong):
    with pytest.raises(cx.BadParameter):
        wrong()


# R survey::rake on apiclus1 (Lumley): schools by type (Elementary, Middle, High) and "met its target", as
# (type, met): (schools, Σ api00, Σ api00²); population margins 4421/1018/755 and 1072/5122.
SCHOOLS = {
    ("E", "Yes"): (132, 86281, 57886529),
    ("E", "No"): (12, 7156, 4353484),
    ("M", "Yes"): (17, 10935, 7237353),
    ("M", "No"): (8, 4851, 3016037),
    ("H", "Yes"): (11, 6682, 4168082),
    ("H", "No"): (3, 1978, 1310410),
}
TARGETS = {"type": {"E": 4421, "M": 1018, "H": 755}, "met": {"No": 1072, "Yes": 5122}}


def _schools():
    """Answers with the mean and the variance of every cell: all that the estimates depend on."""
    kinds, met, scores = [], [], []
    for (kind, reached), (n, total, squares) in SCHOOLS.items():
        ladder = np.linspace(-1, 1, n)
        ladder /= np.sqrt((ladder**2).mean())
        spread = np.sqrt(max(squares / n - (total / n) ** 2, 0))
        kinds += [kind] * n
        met += [reached] * n
        scores += (total / n + spread * ladder).tolist()
    return {"type": kinds, "met": met}, scores


class TestRaking:
    def test_weights_mean_and_error_equal_r(self):
        margins, scores = _schools()
        raking = cx.rake(margins, TARGETS)
        mean = cx.raked_mean(scores, raking)
        assert mean.value == pytest.approx(641.23025, abs=2e-4)
        assert (raking.weights.min(), raking.weights.max()) == pytest.approx((29.8705, 67.1256), abs=3e-4)
        assert raking.weighting.design_effect == pytest.approx(1.051660507, abs=1e-5)
        assert raking.weighting.effective_n == pytest.approx(174.0105279, abs=1e-3)
        from scipy.stats import t

        assert (mean.high - mean.value) / t.ppf(0.975, 182) == pytest.approx(7.77876, abs=1e-4)
        assert raking.capped == 0

    def test_capped_weights_that_miss_the_margins_are_not_surer_for_them(self):
        # ten large ones would have to stand for six thousand: held at five medians they stand for 3571
        size = ["small"] * 90 + ["large"] * 10
        targets = {"size": {"small": 4000, "large": 6000}}
        capped = cx.rake({"size": size}, targets)
        assert capped.gap == pytest.approx(0.6 - 50 / 140)
        assert capped.weights.sum() == pytest.approx(10_000)
        # the answer is the size itself: raking that met the margins would know it exactly
        answers = [0.0] * 90 + [1.0] * 10
        mean = cx.raked_mean(answers, capped)
        assert mean.value == pytest.approx(50 / 140)
        assert mean.status == "not_comparable"
        plain = np.sqrt(100 / 99 * (90 * (50 / 140) ** 2 + 10 * (5 * 90 / 140) ** 2)) / 140
        from scipy.stats import t

        assert (mean.high - mean.value) / t.ppf(0.975, 99) == pytest.approx(plain)
        met = cx.raked_mean(answers, cx.rake({"size": size}, targets, cap=float("inf")))
        # No doubt is left to measure in this sample, which is not to know it beyond: no interval rather than one without width.
        assert (met.value, met.low, met.high) == (pytest.approx(0.6), None, None)
        assert met.status == "too_few"

    @pytest.mark.parametrize("answers", [[1.0] * 100, [1.0] * 60 + [0.0] * 40])
    def test_answers_that_vary_only_with_the_margins_have_no_interval_rather_than_one_without_width(
        self, answers
    ):
        raking = cx.rake({"size": ["a"] * 60 + ["b"] * 40}, {"size": {"a": 400, "b": 600}})
        mean = cx.raked_mean(answers, raking)
        assert mean.value == pytest.approx(0.4 * answers[0] + 0.6 * answers[-1])
        assert (mean.low, mean.high, mean.status) == (None, None, "too_few")

    def test_answers_of_weight_zero_count_as_nobody(self):
        labels, answers = ["a", "b"] * 20, [1.0, 2.0, 3.0, 4.0] * 10
        half = {"size": {"a": 0.5, "b": 0.5}}
        alone = cx.raked_mean(answers, cx.rake({"size": labels}, half))
        base = [1.0] * 40 + [0.0] * 8
        beside = cx.raked_mean(
            answers + [9.0] * 8, cx.rake({"size": labels + ["a"] * 8}, half, base_weights=base)
        )
        assert (beside.n, beside.low, beside.high) == (
            40,
            pytest.approx(alone.low),
            pytest.approx(alone.high),
        )

    def test_unraked_error_equals_r(self):
        _, scores = _schools()
        plain = cx.mean_of(cx.Histogram.from_answers(scores))
        from scipy.stats import t

        assert plain.value == pytest.approx(644.1694, abs=1e-4)
        assert (plain.high - plain.value) / t.ppf(0.975, 182) == pytest.approx(7.817181, abs=1e-5)

    def test_base_weights_of_zero_leave_those_answers_out_and_hold_no_other_down(self):
        labels, base = ["a"] * 60 + ["b"] * 40, [0.0] * 55 + [1.0] * 45
        raking = cx.rake({"side": labels}, {"side": {"a": 40, "b": 60}}, base_weights=base)
        assert raking.weights == pytest.approx([0.0] * 55 + [8.0] * 5 + [1.5] * 40, rel=0.1)
        assert raking.weights.max() <= 5 * 1.5 * 1.1
        assert raking.weights.sum() == pytest.approx(100)

    def test_margins_are_met_whatever_the_base_weights(self):
        rng = np.random.default_rng(0)
        margins = {"a": rng.choice(list("xyz"), 500).tolist(), "b": rng.choice(list("pq"), 500).tolist()}
        targets = {"a": {"x": 20, "y": 30, "z": 50}, "b": {"p": 70, "q": 30}}
        raking = cx.rake(margins, targets, base_weights=rng.uniform(0.5, 2, 500).tolist(), cap=float("inf"))
        for name, wanted in targets.items():
            for label, share in wanted.items():
                got = raking.weights[[given == label for given in margins[name]]].sum()
                assert got == pytest.approx(share, rel=1e-9)

    def test_the_order_of_rows_changes_no_weight(self):
        margins, _ = _schools()
        order = np.random.default_rng(1).permutation(183)
        shuffled = {name: [labels[i] for i in order] for name, labels in margins.items()}
        assert (cx.rake(shuffled, TARGETS).weights == cx.rake(margins, TARGETS).weights[order]).all()

    def test_no_weight_is_above_five_medians_and_the_price_is_told(self):
        raking = cx.rake({"age": ["young"] * 10 + ["old"] * 190}, {"age": {"young": 50, "old": 50}})
        assert raking.weights.max() <= 5 * np.median(raking.weights) * (1 + 1e-9)
        assert raking.capped == 10
        assert raking.gap > 0.1

    def test_the_interval_of_a_raked_mean_covers_less_of_few_answers_as_the_page_says(self):
        random, covered = np.random.default_rng(6), []
        for _ in range(150):
            cells = random.choice(4, size=(3, 100), p=[0.1, 0.2, 0.3, 0.4])
            names = {f"margin {i}": [str(cell) for cell in row] for i, row in enumerate(cells)}
            answers = random.integers(0, 2, size=100).astype(float)
            try:
                raking = cx.rake(names, {name: dict.fromkeys("0123", 250.0) for name in names}, cap=np.inf)
            except cx.DidNotConverge:
                continue
            if not any(raking.merged.values()):
                mean = cx.raked_mean(answers.tolist(), raking)
                covered.append(mean.low <= 0.5 <= mean.high)
        assert len(covered) > 125
        assert np.mean(covered) == pytest.approx(0.89, abs=0.05)
        assert "89 of 100 samples of 100 answers" in (PAGES / "raking.md").read_text("utf-8")

    def test_cells_with_fewer_than_five_answers_are_merged(self):
        labels = ["a"] * 40 + ["b"] * 30 + ["c"] * 3 + ["d"] * 20
        raking = cx.rake({"region": labels}, {"region": {"a": 30, "b": 30, "c": 20, "d": 20}})
        assert raking.merged == {"region": (("c", "d"),)}

    def test_a_label_without_target_is_refused(self):
        with pytest.raises(cx.BadParameter):
            cx.rake({"a": ["x", "y"]}, {"a": {"x": 1}})

    def test_a_margin_without_targets_is_refused(self):
        with pytest.raises(cx.MissingColumns) as caught:
            cx.rake({"a": ["x"], "b": ["y"]}, {"a": {"x": 1}})
        assert caught.value.facts["missing"] == ("b",)

    def test_margins_of_different_populations_are_refused(self):
        with pytest.raises(cx.BadParameter, match="one population"):
            cx.rake({"a": ["x"], "b": ["y"]}, {"a": {"x": 1}, "b": {"y": 2}})

    def test_margins_that_contradict_each_other_are_said_so(self):
        # Everybody in x is in p: x can't be 10 % while p is 90 % and y is all q.
        margins = {"a": ["x"] * 50 + ["y"] * 50, "b": ["p"] * 50 + ["q"] * 50}
        with pytest.raises(cx.DidNotConverge):
            cx.rake(margins, {"a": {"x": 10, "y": 90}, "b": {"p": 90, "q": 10}})

    def test_weights_of_zero_and_no_answers_are_refused(self):
        with pytest.raises(cx.BadWeights):
            cx.rake({"a": ["x"]}, {"a": {"x": 1}}, base_weights=[0.0])
        with pytest.raises(cx.EmptySample):
            cx.rake({"a": []}, {"a": {"x": 1}})


class TestTheSilent:
    @pytest.mark.parametrize(("answered", "low", "high"), [(20, -72, 88), (50, -30, 70), (80, 12, 52)])
    def test_the_worst_case_band_of_an_nps_of_forty(self, answered, low, high):
        band = cx.worst_case_band(value=0.4, answered=answered, asked=100, lowest=-1, highest=1)
        assert (100 * band.low, 100 * band.high) == pytest.approx((low, high))
        assert (band.n, band.asked, band.status) == (answered, 100, "wide" if answered < 50 else "ok")

    def test_full_response_leaves_no_band(self):
        band = cx.worst_case_band(value=0.4, answered=7, asked=7, lowest=-1, highest=1)
        assert band.low == band.high == 0.4

    def test_the_response_rates_of_aapor(self):
        rates = cx.response_rates(
            complete=300, partial=50, refused=150, not_reached=200, other=50, unknown=250
        )
        assert (rates.rr1, rates.rr2, rates.rr3) == pytest.approx((0.30, 0.35, 0.30))
        some = cx.response_rates(complete=300, refused=450, unknown=250, eligible_share=0.4)
        assert some.rr3 == pytest.approx(300 / 850)
        assert some.rr4 == some.rr3  # no partial answers
        reached = cx.response_rates(complete=110, partial=10, not_reached=880, unknown=25, eligible_share=0)
        assert (reached.rr4, reached.rr2) == pytest.approx((120 / 1000, 120 / 1025))  # RR6 and RR2

    def test_late_answers_point_where_the_silent_may_be(self):
        early = cx.Histogram.from_counts({10: 80, 8: 10, 3: 10})
        late = cx.Histogram.from_counts({10: 30, 8: 10, 3: 60})
        found = cx.early_and_late_nps(early, late, response_share=0.25)
        assert found.change.verdict == "lower"
        assert found.if_silent_were_late == pytest.approx(0.25 * 0.2 + 0.75 * -0.3)

    def test_means_of_early_and_late_answers(self):
        both = cx.Histogram.from_counts({1: 5, 3: 20, 5: 25})
        found = cx.early_and_late_means(both, both, response_share=0.5, scale=range(1, 6))
        assert found.change.verdict == "no_clear_change"
        assert found.if_silent_were_late == pytest.approx(3.8)

    def test_nobody_asked_has_no_rate(self):
        with pytest.raises(cx.BadCounts):
            cx.response_rates(complete=0)
        with pytest.raises(cx.BadParameter):
            cx.worst_case_band(value=2, answered=5, asked=10, lowest=-1, highest=1)
        for answered, asked in ((0, 0), (8, 7), (-1, 7), (1.5, 7)):
            with pytest.raises(cx.BadCounts):
                cx.worst_case_band(value=0.4, answered=answered, asked=asked, lowest=-1, highest=1)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (0, 0.5), (0.5, 1), (0.4, 0.4), (-0.1, 0.5)])
def test_power_of_shares_that_cannot_be_told_apart_is_refused(first, second):
    with pytest.raises(cx.BadParameter):
        cx.power_of_share_difference(first=first, second=second, n=100)
