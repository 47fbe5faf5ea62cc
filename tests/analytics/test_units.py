"""Fair comparison of units: shrinkage, ranks, tiers, funnels, mixes and improvers, against published values."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests

from candor import analytics as cx

from . import pisa

# BCG vaccine, 13 trials (Colditz et al. 1994; metafor's dat.bcg): vaccinated cases/others, control cases/others.
BCG = np.array(
    [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
        (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
        (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ],
    dtype=float,
)  # fmt: skip
A, B, C, D = BCG.T
BCG_EFFECT = np.log(A / (A + B)) - np.log(C / (C + D))
BCG_ERROR = np.sqrt(1 / A - 1 / (A + B) + 1 / C - 1 / (C + D))

# Rubin's eight schools (Gelman et al., Bayesian Data Analysis, table 5.2).
SCHOOLS = [28, 8, -3, 7, -1, 1, 18, 12]
SCHOOL_ERRORS = [15, 10, 16, 11, 9, 11, 10, 18]


class TestShrinkage:
    def test_simulated_teams_are_nearer_to_the_truth_as_the_page_says(self):
        rng = np.random.default_rng(5)
        n = np.linspace(10, 119, 20).astype(int)
        error, off = 0.79 / np.sqrt(n), []
        for _ in range(400):
            truth = rng.normal(0.2, 0.08, 20)
            seen = rng.normal(truth, error)
            off.append([((seen - truth) ** 2).mean(), ((cx.shrink(seen, error).values - truth) ** 2).mean()])
        assert 100 * np.sqrt(np.mean(off, axis=0)) == pytest.approx([12.5, 6.9], abs=0.4)

    @pytest.mark.parametrize("method", [cx.shrink, cx.pool_reml, cx.score_chart])
    @pytest.mark.parametrize("shape", [(), (2, 2)])
    def test_a_single_number_or_a_table_is_refused_by_name(self, method, shape):
        with pytest.raises(cx.BadParameter, match="values is of shape"):
            method(np.ones(shape), np.ones(shape))

    @pytest.mark.parametrize(
        ("pool", "variance", "centre"),
        [
            (cx.pool_dersimonian_laird, 0.30876026, -0.71411722),
            (cx.pool_paule_mandel, 0.31806845, -0.71496815),
            (cx.pool_reml, 0.31324327, -0.71453234),
        ],
    )
    def test_pools_of_the_bcg_trials_equal_metafor(self, pool, variance, centre):
        found = pool(BCG_EFFECT, BCG_ERROR)
        assert (found.variance, found.centre) == pytest.approx((variance, centre), abs=1e-6)
        assert found.heterogeneity == pytest.approx(152.2330, abs=1e-4)

    def test_the_centre_of_the_bcg_trials_has_the_error_that_metafor_gives(self):
        found = cx.pool_dersimonian_laird(BCG_EFFECT, BCG_ERROR)
        assert found.standard_error == pytest.approx(0.178742, abs=1e-6)

    def test_the_pools_agree_with_statsmodels(self):
        for name, pool in (("chi2", cx.pool_dersimonian_laird), ("iterated", cx.pool_paule_mandel)):
            peer = combine_effects(BCG_EFFECT, BCG_ERROR**2, method_re=name)
            found = pool(BCG_EFFECT, BCG_ERROR)
            assert found.variance == pytest.approx(peer.tau2, abs=1e-6)

    def test_the_first_bcg_trials_are_shrunk_as_published(self):
        found = cx.shrink_with(cx.pool_reml, BCG_EFFECT, BCG_ERROR)
        assert found.values[:3] == pytest.approx([-0.8002, -1.2517, -0.9869], abs=5e-5)

    def test_a_single_estimate_of_the_spread_calls_the_eight_schools_identical(self):
        for pool in (cx.pool_dersimonian_laird, cx.pool_paule_mandel, cx.pool_reml):
            found = cx.shrink_with(pool, SCHOOLS, SCHOOL_ERRORS)
            assert np.ptp(found.values) == pytest.approx(0, abs=1e-9)
            assert found.centre == pytest.approx(7.685617, abs=1e-6)
        pooled = cx.pool_dersimonian_laird(SCHOOLS, SCHOOL_ERRORS)
        assert (pooled.standard_error, pooled.heterogeneity) == pytest.approx((4.0719, 4.7071), abs=1e-4)

    def test_the_posterior_of_the_eight_schools_is_the_published_one(self):
        found = cx.shrink(SCHOOLS, SCHOOL_ERRORS)
        # Gelman et al., by quadrature; posterior median of the spread 5.2.
        assert found.values == pytest.approx([11.40, 7.89, 6.13, 7.64, 5.13, 6.14, 10.67, 8.46], abs=0.01)
        assert found.spread == pytest.approx(5.24, abs=0.1)

    def test_the_dyestuff_batches_equal_lme4(self):
        # R lme4: REML sd of batches 42.000595, of residuals 49.510100, and the six predicted batch effects.
        means, residual = np.array([1505.0, 1528, 1564, 1498, 1600, 1470]), 49.510100
        error = np.full(6, residual / np.sqrt(5))
        pooled = cx.pool_reml(means, error)
        assert np.sqrt(pooled.variance) == pytest.approx(42.000595, abs=1e-4)
        effects = cx.shrink_with(cx.pool_reml, means, error).values - pooled.centre
        assert effects == pytest.approx([-17.6069, 0.3913, 28.5622, -23.0845, 56.7332, -44.9953], abs=1e-3)

    def test_the_batting_averages_of_1970_come_three_times_nearer(self):
        # Efron & Morris (1975): averages of 18 players after 45 at bats, and over the rest of the season.
        early = np.array([400, 378, 356, 333, 311, 311, 289, 267, 244, 244, 222, 222, 222, 222, 222, 200, 178, 156]) / 1000  # fmt: skip
        later = np.array([346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 285, 316, 200]) / 1000  # fmt: skip
        centre = early.mean()
        found = cx.shrink(early, np.full(18, np.sqrt(centre * (1 - centre) / 45)))
        raw, drawn = ((early - later) ** 2).sum(), ((found.values - later) ** 2).sum()
        assert raw == pytest.approx(0.0755, abs=3e-4)
        assert raw / drawn > 3

    def test_equal_units_are_not_called_identical_for_sure(self):
        # Dyestuff2 (Box & Tiao): the estimated spread is 0.
        found = cx.shrink([6.0, 5.5, 5.9, 5.7, 5.8, 5.6], [1.0] * 6)
        assert found.spread > 0
        assert (found.weights > 0).all()

    def test_shrunken_scores_come_nearer_the_truth_and_their_intervals_hold_it(self):
        rng = np.random.default_rng(4)
        raw, drawn, covered = [], [], []
        for _ in range(300):
            truth = rng.normal(30, 8, 20)
            error = 75 / np.sqrt(rng.integers(10, 120, 20))
            seen = rng.normal(truth, error)
            found = cx.shrink(seen, error)
            raw.append(np.mean((seen - truth) ** 2))
            drawn.append(np.mean((found.values - truth) ** 2))
            covered.append(np.mean((found.low <= truth) & (truth <= found.high)))
        assert np.sqrt(np.mean(drawn)) < 0.7 * np.sqrt(np.mean(raw))
        assert 0.93 <= np.mean(covered) <= 0.97

    @pytest.mark.parametrize("units", [1, 2])
    def test_one_or_two_units_come_back_as_they_are(self, units):
        found = cx.shrink([10.0, 20.0][:units], [1.0, 2.0][:units])
        assert found.values.tolist() == [10.0, 20.0][:units]
        assert "fewer than 3" in found.method

    def test_five_thousand_units_are_one_call(self):
        rng = np.random.default_rng(0)
        truth, error = rng.normal(0, 1, 5000), rng.uniform(0.2, 2, 5000)
        found = cx.shrink(truth + error * rng.standard_normal(5000), error)
        assert found.spread == pytest.approx(1, abs=0.06)

    def test_the_order_of_units_changes_nothing(self):
        order = np.random.default_rng(1).permutation(8)
        whole, mixed = (
            cx.shrink(SCHOOLS, SCHOOL_ERRORS),
            cx.shrink(np.array(SCHOOLS)[order], np.array(SCHOOL_ERRORS)[order]),
        )
        assert mixed.values == pytest.approx(whole.values[order], abs=1e-12)

    def test_errors_of_zero_nothing_and_unequal_lengths_are_refused(self):
        with pytest.raises(cx.BadParameter):
            cx.shrink([1.0, 2.0, 3.0], [1.0, 0.0, 1.0])
        with pytest.raises(cx.EmptySample):
            cx.shrink([], [])
        with pytest.raises(cx.ShapeMismatch):
            cx.shrink([1.0, 2.0], [1.0])


class TestRanks:
    # csranks 1.2.3 with R = 20,000 draws on PISA 2018.
    SIMULTANEOUS = {
        "Japan": (1, 6), "Korea": (1, 7), "Estonia": (1, 6), "Netherlands": (1, 11), "Poland": (1, 12),
        "Switzerland": (1, 13), "Canada": (3, 17), "United Kingdom": (6, 24), "Australia": (12, 30),
        "United States": (23, 32), "Colombia": (37, 38),
    }  # fmt: skip

    def test_simultaneous_intervals_of_pisa_equal_csranks(self):
        found = cx.rank_intervals(pisa.SCORES, pisa.ERRORS)
        where = {name: pisa.NAMES.index(name) for name in self.SIMULTANEOUS}
        assert {name: (found.low[i], found.high[i]) for name, i in where.items()} == self.SIMULTANEOUS

    def test_marginal_intervals_of_pisa_equal_csranks(self):
        found = cx.marginal_rank_intervals(pisa.SCORES, pisa.ERRORS)
        for name, limits in {"Japan": (1, 4), "United Kingdom": (8, 23), "Australia": (15, 26)}.items():
            place = pisa.NAMES.index(name)
            assert (found.low[place], found.high[place]) == limits

    def test_twelve_countries_could_be_among_the_best_five(self):
        surer = cx.rank_intervals(pisa.SCORES, pisa.ERRORS)
        looser = cx.rank_intervals(pisa.SCORES, pisa.ERRORS, level=0.9)
        assert cx.could_be_among_the_best(surer, 5).sum() == 12
        assert cx.could_be_among_the_best(looser, 5).sum() == 11

    def test_picking_the_best_needs_simultaneous_intervals(self):
        with pytest.raises(cx.BadParameter):
            cx.could_be_among_the_best(cx.marginal_rank_intervals([1.0, 2.0], [1.0, 1.0]), 1)

    @pytest.mark.parametrize("rank", [cx.rank_intervals, cx.marginal_rank_intervals])
    def test_the_order_of_units_changes_nothing(self, rank):
        order = np.random.default_rng(3).permutation(38)
        whole = rank(pisa.SCORES, pisa.ERRORS, draws=2000)
        mixed = rank(np.array(pisa.SCORES)[order], np.array(pisa.ERRORS)[order], draws=2000)
        assert (mixed.low == whole.low[order]).all()
        assert (mixed.high == whole.high[order]).all()

    def test_true_ranks_lie_in_all_intervals_together_as_often_as_stated(self):
        rng = np.random.default_rng(11)
        truth = np.linspace(0, 3, 12)
        error = rng.uniform(0.2, 0.6, 12)
        held = 0
        for _ in range(200):
            found = cx.rank_intervals(rng.normal(truth, error), error, draws=1000)
            true_rank = 12 - np.arange(12)
            held += ((found.low <= true_rank) & (true_rank <= found.high)).all()
        assert held / 200 >= 0.93

    def test_many_units_take_the_binned_way_and_stay_a_little_wide(self):
        rng = np.random.default_rng(5)
        error = rng.uniform(0.5, 1.5, 150)
        values = rng.normal(0, 3, 150)
        found = cx.rank_intervals(values, error, draws=4000)
        first, second = np.triu_indices(150, 1)
        drawn = rng.standard_normal((2000, 150)) * error
        largest = np.abs((drawn[:, first] - drawn[:, second]) / np.hypot(error[first], error[second])).max(
            axis=1
        )
        critical = np.quantile(largest, 0.95)
        better = (
            values[None, :] - values[:, None] > critical * np.hypot(error[None, :], error[:, None])
        ).sum(axis=1)
        # Never surer than the exact one-step method beyond Monte Carlo error, and nearly as sure.
        assert ((1 + better) - found.low).mean() < 2
        assert (found.low <= 1 + better + 1).all()

    def test_marginal_intervals_are_narrower_than_simultaneous_ones(self):
        rng = np.random.default_rng(6)
        error = rng.uniform(0.5, 1.5, 120)
        values = rng.normal(0, 3, 120)
        both = (
            cx.rank_intervals(values, error, draws=3000),
            cx.marginal_rank_intervals(values, error, draws=3000),
        )
        assert (both[1].high - both[1].low).mean() < (both[0].high - both[0].low).mean()

    def test_one_unit_has_rank_one(self):
        for rank in (cx.rank_intervals, cx.marginal_rank_intervals):
            found = rank([3.0], [1.0])
            assert (found.ranks[0], found.low[0], found.high[0]) == (1, 1, 1)

    def test_equal_units_share_all_ranks_and_one_tier(self):
        found = cx.rank_intervals([5.0] * 6, [1.0] * 6)
        assert (found.ranks == 1).all()
        assert (found.low == 1).all()
        assert (found.high == 6).all()
        assert cx.tiers([5.0] * 6, [1.0] * 6).count == 1

    def test_no_two_units_of_a_tier_can_be_told_apart(self):
        tier = cx.tiers(pisa.SCORES, pisa.ERRORS).tier
        ranks = cx.rank_intervals(pisa.SCORES, pisa.ERRORS)
        assert tier.max() > 1
        for number in range(1, tier.max() + 1):
            inside = np.flatnonzero(tier == number)
            y, s = np.array(pisa.SCORES)[inside], np.array(pisa.ERRORS)[inside]
            apart = np.abs(y[:, None] - y[None, :]) / np.hypot(s[:, None], s[None, :])
            assert apart.max() < 4.5
            assert ranks.ranks[inside].max() - ranks.ranks[inside].min() == len(inside) - 1

    @pytest.mark.parametrize("units", [2, 12, 50, 60])
    def test_tiers_and_rank_intervals_tell_the_same_pairs_apart(self, units):
        # Step-down up to 50 units, one step above: in tiers as in intervals.
        rng = np.random.default_rng(units)
        for spread in (0.0, 0.5, 1.0, 3.0):
            error = rng.uniform(0.2, 1.0, units)
            values = rng.normal(rng.normal(0, spread, units), error)
            tier = cx.tiers(values, error, draws=1000).tier
            ranks = cx.rank_intervals(values, error, draws=1000)
            assert (tier.max() == 1) == ((ranks.low == 1).all() and (ranks.high == units).all())
            order = np.argsort(-values)
            for number in range(1, tier.max() + 1):
                inside = [unit for unit in order if tier[unit] == number]
                # Whoever counts as clearly better than a unit stands in a tier above it, or would have opened a new one.
                assert (ranks.low[inside] - 1 <= (tier < number).sum()).all()
                assert (units - ranks.high[inside] <= (tier > number).sum()).all()

    def test_tiers_tell_a_pair_apart_that_only_the_step_down_finds(self):
        # Tukey's critical value for four equal units in one step: q(4, ∞) / √2 = 2.569 standard errors of a difference.
        # Once the far-off unit's three pairs are found, about 2.48 is enough for the others.
        values, error = [100.0, 2.53 * 2**0.5, 0.0, 0.0], [1.0] * 4
        assert cx.tiers(values, error).tier.tolist() == [1, 2, 3, 3]
        assert cx.rank_intervals(values, error).low.tolist() == [1, 2, 3, 3]
        alone = [2.53 * 2**0.5, 0.0, 0.0, 0.0]  # nothing to take out
        assert cx.tiers(alone, error).count == 1

    def test_teams_of_pure_chance_form_one_tier_as_often_as_stated(self):
        rng = np.random.default_rng(9)
        one = sum(cx.tiers(rng.normal(0, 0.1, 40), [0.1] * 40, draws=1000).count == 1 for _ in range(200))
        assert one / 200 >= 0.91

    @pytest.mark.parametrize("n", [10, 30])
    def test_equal_teams_with_few_answers_are_split_no_oftener_than_stated(self, n):
        rng = np.random.default_rng(21)
        split, picked, months = 0, 0, 100
        for _ in range(months):
            counts = rng.multinomial(n, [0.2, 0.3, 0.5], 30)
            board = cx.net_promoter_table(
                detractors=counts[:, 0], passives=counts[:, 1], promoters=counts[:, 2]
            )
            split += cx.tiers(board.values, board.standard_errors, draws=2000).count > 1
            ranks = cx.rank_intervals(board.values, board.standard_errors, draws=500)
            picked += (ranks.high < 30).any() or (ranks.low > 1).any()
        # 0 to 3 of 100 at 10 answers and 2 to 7 at 30 on the page of the method; 100 months tell them to ± 0.04.
        assert split / months <= 0.08
        assert picked / months <= 0.08

    def test_expected_ranks_and_chances_add_up(self):
        expected = cx.expected_ranks(pisa.SCORES, pisa.ERRORS)
        assert expected.sum() == pytest.approx(38 * 39 / 2)
        chances = cx.rank_chances(pisa.SCORES, pisa.ERRORS, best=5)
        assert chances.sum() == pytest.approx(5)
        assert chances[pisa.NAMES.index("Japan")] > 0.95

    def test_overlap_limits_are_the_ones_of_goldstein(self):
        low, high = cx.overlap_limits([0.0], [1.0])
        assert (low[0], high[0]) == pytest.approx((-1.3859, 1.3859), abs=1e-4)

    def test_errors_of_zero_are_refused(self):
        with pytest.raises(cx.BadParameter):
            cx.rank_intervals([1.0, 2.0], [0.0, 1.0])
        with pytest.raises(cx.EmptySample):
            cx.tiers([], [])


class TestFunnel:
    FAVOURABLE = [45, 60, 28, 90, 33, 71, 15, 52, 80, 40]
    N = [50, 75, 40, 100, 45, 80, 25, 60, 95, 44]

    def test_the_overdispersed_funnel_equals_funnelplotr(self):
        # R FunnelPlotR's functions on ten units.
        found = cx.funnel_of_shares(self.FAVOURABLE, self.N)
        assert found.target == pytest.approx(0.8371335505, abs=1e-10)
        assert found.dispersion == pytest.approx(2.072964278, abs=1e-8)
        assert found.extra_variance == pytest.approx(0.005396212212, abs=1e-10)
        assert (found.z[2], found.z[6]) == pytest.approx((-1.52179, -2.17040), abs=1e-5)
        assert (found.warning_low[0], found.warning_high[0]) == pytest.approx((0.6668796901, 0.9542446447))
        assert (found.action_low[0], found.action_high[0]) == pytest.approx((0.5547899911, 0.9899683024))
        assert found.outside_warning.sum() == 1

    @pytest.mark.parametrize(("n", "level"), [([20.0], 1.5), ([2.5], 0.95), ([20.0, 2.0**31], 0.95)])
    def test_exact_binomial_limits_of_part_of_an_answer_of_too_many_or_an_impossible_level_are_refused(
        self, n, level
    ):
        with pytest.raises(cx.BadParameter):
            cx.exact_binomial_limits(n, target=0.5, level=level)

    def test_exact_binomial_limits_are_interpolated_as_published(self):
        low, high = cx.exact_binomial_limits([20, 100], target=0.85)
        assert low == pytest.approx([0.65338, 0.77167], abs=1e-5)
        assert high == pytest.approx([0.96775, 0.91162], abs=1e-5)

    def test_limits_narrow_with_n_around_the_target(self):
        found = cx.funnel_of_shares([8, 80, 800], [10, 100, 1000])
        assert (np.diff(found.warning_high - found.warning_low) < 0).all()
        assert found.extra_variance == 0

    def test_scores_with_their_own_errors(self):
        found = cx.funnel_of_scores([0.3, 0.32, 0.28, 0.31, 0.29, 0.9], [0.05] * 6, lowest=-1, highest=1)
        assert found.outside_action.tolist() == [False] * 5 + [True]
        assert found.action_high.max() <= 1

    def test_units_that_only_differ_by_chance_are_outside_as_often_as_stated(self):
        n = np.full(4000, 80.0)
        favourable = np.random.default_rng(0).binomial(80, 0.7, 4000).astype(float)
        outside = cx.funnel_of_shares(favourable, n).outside_warning.mean()
        assert 0.03 <= outside <= 0.07

    def test_one_unit_far_out_is_found_from_eight_units_on_and_below_they_are_too_few(self):
        found = {k: cx.funnel_of_scores([0.0] * (k - 1) + [1e6], [1.0] * k) for k in (5, 7, 8)}
        assert {k: funnel.status for k, funnel in found.items()} == {5: "too_few", 7: "too_few", 8: "ok"}
        assert not found[5].outside_action.any()  # though it is a million standard errors away
        assert found[8].z[-1] == pytest.approx(6.19, abs=0.01)

    def test_units_far_out_hide_each_other_where_they_are_more_than_a_tenth_as_the_page_says(self):
        for units, odd, z in ((10, 2, 1.9), (20, 3, 2.32)):
            found = cx.funnel_of_scores([0.0] * (units - odd) + [1e6] * odd, [1.0] * units)
            assert found.z.max() == pytest.approx(z, abs=0.01)
            assert found.dispersion > 1e6

    def test_false_alarms_where_units_vary_beyond_chance_are_as_many_as_the_page_says(self):
        spread = np.random.default_rng(4).normal(0, np.sqrt(2), 20_000)
        found = cx.funnel_of_scores(spread, np.ones(20_000))
        assert 0.100 <= found.outside_warning.mean() <= 0.112
        assert 0.008 <= found.outside_action.mean() <= 0.014

    @pytest.mark.parametrize(("lowest", "highest"), [(2, 1), (1, 1)])
    def test_ends_of_a_scale_the_wrong_way_round_are_refused(self, lowest, highest):
        with pytest.raises(cx.BadParameter, match="below highest"):
            cx.funnel_of_scores([0.1, 0.2], [0.1, 0.1], lowest=lowest, highest=highest)

    def test_one_unit_is_its_own_target(self):
        found = cx.funnel_of_shares([5], [10])
        assert found.z[0] == 0

    def test_impossible_counts_are_refused(self):
        with pytest.raises(cx.BadCounts):
            cx.funnel_of_shares([11], [10])
        with pytest.raises(cx.BadParameter):
            cx.funnel_of_shares([0], [0])
        with pytest.raises(cx.EmptySample):
            cx.funnel_of_scores([], [])


class TestCaseMix:
    def _company(self, seed=0):
        """Two branches equally good; the second has the harder cases."""
        rng = np.random.default_rng(seed)
        unit = np.repeat(["east", "west"], 3000)
        hard = rng.random(6000) < np.where(unit == "east", 0.2, 0.7)
        favourable = rng.random(6000) < np.where(hard, 0.4, 0.8)
        return unit.tolist(), hard.astype(float), favourable.astype(float)

    def test_raw_shares_blame_the_branch_with_the_hard_cases_and_adjusted_ones_do_not(self):
        unit, hard, favourable = self._company()
        expected = cx.expected_shares(hard, favourable)
        east, west = cx.observed_against_expected(unit, favourable, expected)
        assert east.observed - west.observed > 0.15
        assert abs(east.adjusted.value - west.adjusted.value) < 0.03
        assert east.adjusted.low < west.adjusted.value < east.adjusted.high

    def test_an_adjusted_share_stays_on_the_scale_and_few_answers_are_too_few(self):
        units = ["lucky"] * 3 + ["other"] * 57
        favourable, expected = [1.0] * 3 + [0.0, 1.0, 1.0] * 19, [0.2] * 3 + [0.7] * 57
        lucky, other = cx.observed_against_expected(units, favourable, expected)
        assert (lucky.adjusted.value, lucky.adjusted.high, lucky.adjusted.status) == (1, 1, "too_few")
        assert 0 <= other.adjusted.low < other.adjusted.value < other.adjusted.high <= 1
        assert other.adjusted.status != "too_few"
        with pytest.raises(cx.BadParameter):
            cx.observed_against_expected(units, favourable, expected, scale=(0.2, 0.8))

    def test_expected_and_observed_add_up_over_the_company(self):
        _, hard, favourable = self._company()
        assert cx.expected_shares(hard, favourable).sum() == pytest.approx(favourable.sum())
        assert cx.expected_scores(hard, favourable).sum() == pytest.approx(favourable.sum())

    def test_the_logistic_regression_agrees_with_statsmodels(self):
        import statsmodels.api as sm

        rng = np.random.default_rng(3)
        mix = rng.normal(size=(400, 3))
        favourable = (rng.random(400) < 1 / (1 + np.exp(-(0.3 + mix @ [1.0, -0.5, 0.2])))).astype(float)
        peer = sm.Logit(favourable, sm.add_constant(mix)).fit(disp=0)
        assert cx.expected_shares(mix, favourable) == pytest.approx(peer.predict(), abs=1e-6)

    @pytest.mark.parametrize("unit", [1e-9, 1e9])
    def test_traits_in_another_unit_of_measure_expect_the_same(self, unit):
        _, hard, favourable = self._company()
        income = 3e4 + 1e4 * np.random.default_rng(2).random(len(hard))
        for expected in (cx.expected_shares, cx.expected_scores):
            same, other = (
                expected(np.column_stack([hard, scale * income]), favourable) for scale in (1, unit)
            )
            assert other == pytest.approx(same, abs=1e-6)

    def test_a_mix_that_foretells_every_answer_is_a_named_error_and_no_interval_without_width(self):
        mix = np.array([0.0] * 20 + [1.0] * 20)
        for traits in (mix, np.random.default_rng(1).normal(size=40) + 9 * mix):
            with pytest.raises(cx.NotIdentifiable, match="without a miss"):
                cx.expected_shares(traits, mix)
        assert cx.expected_shares(mix, [0.0, 1.0] * 10 + [1.0] * 20)[-1] == pytest.approx(1, abs=1e-3)
        assert cx.expected_shares(mix, np.ones(40)) == pytest.approx(np.ones(40))

    def test_events_against_expected_have_the_exact_interval(self):
        ratio = cx.observed_to_expected_events(observed=10, expected=5.0)
        low, high = stats.chi2.ppf(0.025, 20) / 2 / 5, stats.chi2.ppf(0.975, 22) / 2 / 5
        assert (ratio.low, ratio.high) == pytest.approx((low, high))

    def test_wrong_outcomes_and_lengths_are_refused(self):
        with pytest.raises(cx.BadParameter):
            cx.expected_shares([0.0, 1.0], [0.5, 1.0])
        with pytest.raises(cx.ShapeMismatch):
            cx.observed_against_expected(["a"], [1.0, 0.0], [0.5, 0.5])
        with pytest.raises(cx.EmptySample):
            cx.expected_scores([], [])


class TestManyTests:
    # Benjamini & Hochberg (1995), the 15 p-values of section 3.2.
    P = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]  # fmt: skip

    def test_the_papers_fifteen_p_values(self):
        assert (cx.benjamini_hochberg(self.P) <= 0.05).sum() == 4
        assert (cx.holm(self.P) <= 0.05).sum() == 3
        assert (cx.benjamini_yekutieli(self.P) <= 0.05).sum() == 3
        assert cx.benjamini_hochberg(self.P)[:5] == pytest.approx([0.0015, 0.0030, 0.0095, 0.035625, 0.0603])

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [(cx.benjamini_hochberg, "fdr_bh"), (cx.benjamini_yekutieli, "fdr_by"), (cx.holm, "holm")],
    )
    def test_adjusted_p_values_agree_with_statsmodels(self, ours, theirs):
        p = np.random.default_rng(0).random(200) ** 2
        assert ours(p) == pytest.approx(multipletests(p, method=theirs)[1])

    def test_none_is_none_and_nonsense_is_refused(self):
        assert len(cx.benjamini_hochberg([])) == 0
        with pytest.raises(cx.BadParameter):
            cx.holm([0.5, 1.2])


class TestMostImproved:
    def _months(self, rng, units=40, n=60, shift=0.0, who=()):
        profile = np.array([0.2, 0.3, 0.5])
        better = np.array([0.2 - shift / 2, 0.3, 0.5 + shift / 2])
        tables = []
        for month in range(2):
            counts = np.stack(
                [rng.multinomial(n, better if month and unit in who else profile) for unit in range(units)]
            )
            tables.append(
                cx.net_promoter_table(detractors=counts[:, 0], passives=counts[:, 1], promoters=counts[:, 2])
            )
        return tables[1], tables[0]

    def test_a_naive_board_names_somebody_nearly_always_as_the_page_says(self):
        counts = np.random.default_rng(2).multinomial(60, (0.4, 0.25, 0.35), size=(2_000, 2, 40)) / 60
        score, spread = counts[..., 2] - counts[..., 0], counts[..., 2] + counts[..., 0]
        change = score[:, 1] - score[:, 0]
        error = np.sqrt((spread - score**2).sum(axis=1) / 60)
        assert (change / error > 1.6449).any(axis=1).mean() == pytest.approx(0.89, abs=0.02)
        assert change.max(axis=1).mean() == pytest.approx(0.34, abs=0.01)

    def test_in_a_month_of_pure_chance_the_board_is_empty(self):
        rng = np.random.default_rng(1)
        named = [len(cx.most_improved(*self._months(rng)).order) > 0 for _ in range(120)]
        # 5 % by construction; three standard errors above it for 120 months.
        assert np.mean(named) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)

    @pytest.mark.parametrize("error", [-0.1, 0.0, float("nan"), float("inf")])
    @pytest.mark.parametrize("period", ["errors_now", "errors_before"])
    def test_a_standard_error_that_cannot_be_is_refused_in_either_period(self, period, error):
        columns = {"now": [0.5, 0.6], "before": [0.1, 0.6], "n_now": [50, 50], "n_before": [50, 50]}
        errors = {"errors_now": [0.1, 0.1], "errors_before": [0.1, 0.1], period: [error, 0.1]}
        with pytest.raises(cx.BadParameter, match="standard errors of units"):
            cx.most_improved_scores(**columns, **errors)

    def _restless_months(self, rng, tau, *, units, n=400, shift=0.0, who=()):
        tables = []
        for month in range(2):
            moved = rng.normal(0, tau, units)
            moved[list(who)] += shift * month
            counts = np.array([rng.multinomial(n, (0.4 - move / 2, 0.25, 0.35 + move / 2)) for move in moved])
            tables.append(
                cx.net_promoter_table(detractors=counts[:, 0], passives=counts[:, 1], promoters=counts[:, 2])
            )
        return tables[1], tables[0]

    @pytest.mark.parametrize(("units", "tau"), [(10, 0.05), (40, 0.02), (40, 0.05), (40, 0.1)])
    def test_units_that_wander_from_month_to_month_are_not_named_for_it(self, tau, units):
        rng = np.random.default_rng(11)
        named = [
            len(cx.most_improved(*self._restless_months(rng, tau, units=units)).order) > 0 for _ in range(100)
        ]
        assert np.mean(named) <= 0.08

    def test_four_restless_units_among_steady_ones_are_named_as_often_as_the_page_says(self):
        rng, tau = np.random.default_rng(12), np.repeat([0.02, 0.15], [36, 4])
        named = [
            len(cx.most_improved(*self._restless_months(rng, tau, units=40)).order) > 0 for _ in range(100)
        ]
        assert np.mean(named) == pytest.approx(0.43, abs=0.15)
        page = Path(__file__).parents[2] / "docs/methods/most-improved.md"
        assert "in 4 of 10 months" in page.read_text("utf-8")

    def test_a_board_that_allows_for_chance_alone_names_somebody_in_two_restless_months_of_three(self):
        rng, named = np.random.default_rng(7), 0
        for _ in range(150):
            now, before = self._restless_months(rng, 0.05, units=40)
            z = (now.values - before.values) / np.hypot(now.standard_errors, before.standard_errors)
            named += (cx.benjamini_hochberg(stats.t.sf(z, 798)) <= 0.05).any()
        assert named / 150 == pytest.approx(2 / 3, abs=0.1)

    def test_how_restless_units_are_is_seen_in_the_table(self):
        rng = np.random.default_rng(12)
        seen = [
            cx.most_improved(*self._restless_months(rng, 0.1, units=60, shift=0.5, who=(1, 2))).restlessness
            for _ in range(20)
        ]
        # Both months wander by 0.1, so that the changes do by 0.14.
        assert np.mean(seen) == pytest.approx(0.1414, rel=0.12)

    def test_a_true_riser_is_found_among_restless_units(self):
        rng = np.random.default_rng(13)
        found = [
            3
            in cx.most_improved(
                *self._restless_months(rng, 0.05, units=40, shift=0.45, who=(3, 17))
            ).order.tolist()
            for _ in range(20)
        ]
        assert np.mean(found) >= 0.7

    def test_a_naive_board_would_have_named_somebody(self):
        rng = np.random.default_rng(1)
        named = []
        for _ in range(60):
            now, before = self._months(rng)
            error = np.hypot(now.standard_errors, before.standard_errors)
            named.append(((now.values - before.values) / error > 1.96).any())
        assert np.mean(named) > 0.5

    def test_units_that_truly_rose_are_found_and_few_others_with_them(self):
        rng = np.random.default_rng(2)
        found, false = 0, 0
        for _ in range(30):
            named = set(
                cx.most_improved(*self._months(rng, n=300, shift=0.35, who=(3, 17, 30))).order.tolist()
            )
            found += len(named & {3, 17, 30})
            false += len(named - {3, 17, 30})
        assert found / 90 > 0.9
        assert false / (found + false) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / (found + false))

    def test_the_shrunken_change_of_the_top_unit_is_smaller_than_the_one_seen(self):
        found = cx.most_improved(*self._months(np.random.default_rng(3)))
        top = int(np.nanargmax(found.change))
        assert 0 <= found.shrunken[top] < found.change[top]

    def test_units_that_were_low_regain_by_regression_alone(self):
        now, before = self._months(np.random.default_rng(4))
        found = cx.most_improved(now, before)
        lowest = int(np.argmin(before.values))
        assert found.from_regression[lowest] > 0
        assert np.corrcoef(found.from_regression, found.change)[0, 1] > 0.4

    def test_what_low_units_regain_counts_the_wandering_of_both_periods(self):
        rng = np.random.default_rng(11)
        told, regained = [], []
        for _ in range(150):
            lasting = rng.normal(0, 0.08, 40)
            before, now = (lasting + rng.normal(0, 0.05, 40) + rng.normal(0, 0.04, 40) for _ in range(2))
            found = cx.most_improved_scores(
                now=now, before=before, errors_now=np.full(40, 0.04), errors_before=np.full(40, 0.04), n_now=np.full(40, 400), n_before=np.full(40, 400),
            )  # fmt: skip
            lowest = np.argsort(before)[:4]
            told.append(found.from_regression[lowest].mean())
            regained.append((now - before)[lowest].mean() - (now - before).mean())
        assert np.mean(regained) == pytest.approx(0.07, abs=0.01)
        assert np.mean(told) == pytest.approx(np.mean(regained), abs=0.015)

    def test_where_a_third_rose_the_board_is_empty_and_the_restlessness_large(self):
        rng = np.random.default_rng(12)
        error, n = np.full(40, 0.04), np.full(40, 400)
        rose = np.arange(40) < 13
        boards = [
            cx.most_improved_scores(
                now=rng.normal(0.4 * rose, 0.04), before=rng.normal(0, 0.04, 40), errors_now=error, errors_before=error, n_now=n, n_before=n,
            )
            for _ in range(30)
        ]  # fmt: skip
        assert np.mean([board.is_improved.any() for board in boards]) < 0.1
        assert np.mean([board.restlessness for board in boards]) > 0.15

    def test_small_units_are_left_out_and_said_so(self):
        now, before = (
            cx.net_promoter_table(detractors=[0, 5], passives=[0, 5], promoters=[9, 40]) for _ in range(2)
        )
        found = cx.most_improved(now, before)
        assert found.is_compared.tolist() == [False, True]
        assert found.verdict(0) == "too_few"
        assert np.isnan(found.change[0])
        assert found.words == "No unit rose beyond chance (1 compared)"

    def test_a_board_without_units_is_empty_in_words(self):
        empty = cx.net_promoter_table(detractors=[], passives=[], promoters=[])
        assert cx.most_improved(empty, empty).words == "No unit has at least 30 answers in both periods"

    def test_a_company_where_everybody_gives_ten_has_no_improver(self):
        same = cx.net_promoter_table(detractors=[0] * 4, passives=[0] * 4, promoters=[50] * 4)
        assert len(cx.most_improved(same, same).order) == 0

    def test_the_order_of_units_changes_nothing(self):
        now, before = self._months(np.random.default_rng(7), n=300, shift=0.4, who=(1, 2, 3))
        found = cx.most_improved(now, before)
        columns = {
            "now": now.values, "before": before.values,
            "errors_now": now.standard_errors, "errors_before": before.standard_errors,
            "n_now": now.n, "n_before": before.n,
        }  # fmt: skip
        order = np.random.default_rng(0).permutation(40)
        mixed = cx.most_improved_scores(**{name: column[order] for name, column in columns.items()})
        assert order[mixed.order].tolist() == found.order.tolist()
        assert {1, 2, 3} <= set(found.order.tolist())


class TestTables:
    def test_units_without_answers_are_blank_and_too_few(self):
        table = cx.top_box_table(favourable=[0, 5], n=[0, 10])
        assert np.isnan(table.values[0])
        assert table.status.tolist() == ["too_few", "wide"]
        assert table.estimate(0).value is None
        assert np.isinf(table.standard_errors[0])

    def test_means_of_a_table_agree_with_each_unit_by_itself(self):
        counts = np.random.default_rng(0).multinomial(60, [0.05, 0.1, 0.2, 0.35, 0.3], size=30)
        table = cx.mean_table(counts=counts, values=[1, 2, 3, 4, 5])
        for place, row in enumerate(counts):
            alone = cx.mean_score(counts=dict(zip(range(1, 6), row.tolist(), strict=True)))
            found = table.estimate(place)
            assert (found.value, found.low, found.high) == pytest.approx((alone.value, alone.low, alone.high))

    def test_a_lucky_unit_does_not_look_surer_than_it_is(self):
        table = cx.net_promoter_table(detractors=[0, 200], passives=[0, 300], promoters=[3, 500])
        own_variance_is_zero = 0.0
        assert table.standard_errors[0] > 0.3 > own_variance_is_zero

    def test_wrong_shapes_are_refused(self):
        with pytest.raises(cx.ShapeMismatch):
            cx.net_promoter_table(detractors=[1, 2], passives=[1], promoters=[1, 2])
        with pytest.raises(cx.ShapeMismatch):
            cx.mean_table(counts=[[1, 2, 3]], values=[1, 2])
        with pytest.raises(cx.BadCounts):
            cx.top_box_table(favourable=[3], n=[2])
        with pytest.raises(cx.BadCounts):
            cx.net_promoter_table(detractors=[-1], passives=[1], promoters=[1])


def test_expectations_that_are_met_to_the_last_digit_leave_no_doubt_to_measure_and_no_interval():
    for found in cx.observed_against_expected(["a"] * 20 + ["b"] * 20, [1, 0] * 20, [1.0, 0.0] * 20):
        assert (found.adjusted.low, found.adjusted.high, found.z) == (None, None, 0.0)
        assert found.status == "too_few"
