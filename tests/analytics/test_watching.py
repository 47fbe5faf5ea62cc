"""Charts, alerts, change points, seasons and confidence sequences, against published values and simulation."""

import numpy as np
import pytest
import ruptures
from scipy.signal import lfilter
from statsmodels.tsa.seasonal import STL

from candor import analytics as cx
from tests.analytics.classic_tables import CO2

# NIST/SEMATECH e-Handbook 6.3.2.2, flow rates.
NIST = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]

# Montgomery, Introduction to Statistical Quality Control: faulty orange-juice cans in 30 samples of 50.
JUICE = [
    12,
    15,
    8,
    10,
    4,
    7,
    16,
    9,
    14,
    10,
    5,
    6,
    17,
    12,
    22,
    8,
    10,
    5,
    13,
    11,
    20,
    18,
    24,
    15,
    9,
    12,
    7,
    13,
    9,
    6,
]

# Flow of the Nile at Aswan, 1871–1970 (R datasets::Nile).
NILE = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
    831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
    781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
    744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
]  # fmt: skip


class TestCharts:
    def test_individuals_equal_the_nist_handbook(self):
        chart = cx.individuals_chart(NIST)
        assert chart.centre == pytest.approx(50.81)
        assert (chart.low[0], chart.high[0]) == pytest.approx((45.81591, 55.80409), abs=1e-5)
        assert not chart.is_signal.any()
        ranges = cx.moving_range_chart(NIST)
        assert ranges.centre == pytest.approx(1.877777778)
        assert ranges.high[0] == pytest.approx(6.1347, abs=1e-4)

    def test_the_p_chart_equals_montgomery(self):
        chart = cx.p_chart(JUICE, [50] * 30)
        assert chart.centre == pytest.approx(347 / 1500)
        assert (chart.low[0], chart.high[0]) == pytest.approx((0.052428, 0.410239), abs=1e-6)
        assert (np.flatnonzero(chart.is_beyond) + 1).tolist() == [15, 23]

    def test_laneys_correction_takes_both_alarms_back(self):
        chart = cx.laney_chart(JUICE, [50] * 30)
        assert chart.sigma == pytest.approx(1.660867, abs=1e-6)
        assert not chart.is_beyond.any()

    def test_big_samples_make_a_plain_p_chart_cry_wolf_and_laneys_not(self):
        rng = np.random.default_rng(0)
        level = 0.7 + 0.02 * rng.standard_normal(200)  # varies a little from day to day, as everything does
        events = rng.binomial(20_000, level)
        plain, laney = cx.p_chart(events, [20_000] * 200), cx.laney_chart(events, [20_000] * 200)
        assert plain.is_beyond.mean() > 0.3
        assert laney.is_beyond.mean() < 0.02

    def test_a_steady_process_falls_outside_about_once_in_370_periods(self):
        z = np.random.default_rng(1).standard_normal(100_000)
        chart = cx.score_chart(z, np.ones(100_000), lowest=-1e6, highest=1e6)
        assert 1 / chart.is_beyond.mean() == pytest.approx(370.4, rel=0.15)

    def test_eight_on_one_side_are_a_run_and_a_point_on_the_centre_breaks_it(self):
        values = [0.0] * 10 + [1.0] * 8 + [0.0] * 10 + [-1.0] * 8
        chart = cx.individuals_chart(np.array(values) + 5)
        assert np.flatnonzero(chart.is_in_run).tolist() == [17, 35]

    def test_a_run_within_the_limits_is_said_in_words(self):
        values = [1.0, -1.0] * 20 + [0.4] * 8
        chart = cx.individuals_chart(values, baseline=40)
        assert not chart.is_beyond.any()
        assert chart.words == "On one side of its usual level for 8 periods or more"

    def test_limits_may_rest_on_a_baseline_only(self):
        chart = cx.individuals_chart([*NIST, 70.0], baseline=10)
        assert chart.high[-1] == pytest.approx(55.80409, abs=1e-5)
        assert chart.words == "Outside what this process usually gives"

    def test_a_process_that_never_varies_has_no_signal(self):
        assert not cx.individuals_chart([5.0] * 20).is_signal.any()
        assert not cx.laney_chart([0] * 20, [50] * 20).is_signal.any()

    def test_periods_that_do_not_vary_give_the_plain_p_chart_and_no_limits_without_width(self):
        same, plain = cx.laney_chart([5] * 30, [10] * 30), cx.p_chart([5] * 30, [10] * 30)
        assert same.method == plain.method == "p chart"
        assert (same.low < 0.5).all()
        assert same.low.tolist() == plain.low.tolist()

    @pytest.mark.parametrize("value", [0.1, 0.7, 4.3, 1e9 + 0.1])
    @pytest.mark.parametrize("periods", [3, 10, 24])
    def test_a_mean_that_rounds_calls_no_period_of_a_still_series_out_of_the_ordinary(self, value, periods):
        chart = cx.individuals_chart([value] * periods)
        assert not chart.is_signal.any()
        assert not cx.moving_range_chart(np.arange(periods) * value).is_signal.any()

    def test_a_still_baseline_leaves_no_limits_to_be_beyond_of_and_says_so(self):
        moved, ranges = ([4.3] * 24 + [4.301]), cx.moving_range_chart([4.3] * 25, baseline=24)
        charts = [cx.individuals_chart(moved, baseline=24), cx.moving_range_chart(moved, baseline=24), ranges]
        for events in ([0] * 24 + [1], [50] * 24 + [49]):
            charts += [chart(events, [50] * 25, baseline=24) for chart in (cx.p_chart, cx.laney_chart)]
        for chart in charts:
            assert (chart.status, chart.is_signal.any()) == ("not_comparable", False)
            assert np.isnan([*chart.low, *chart.high]).all()
            assert chart.words == "Can’t be told: the periods to compare with never moved"

    def test_eight_on_one_side_of_a_still_baseline_are_a_signal_all_the_same(self):
        chart = cx.individuals_chart([4.3] * 24 + [4.4] * 8, baseline=24)
        assert np.flatnonzero(chart.is_signal).tolist() == [31]
        assert chart.words == "On one side of its usual level for 8 periods or more"

    def test_equal_shares_of_unequal_periods_give_the_plain_p_chart(self):
        n = np.array([50, 100, 150, 200, 250, 75, 125, 175])
        same, plain = cx.laney_chart(n / 5, n), cx.p_chart(n / 5, n)
        assert (same.method, same.sigma) == ("p chart", 1.0)
        assert same.low.tolist() == plain.low.tolist()
        assert (same.high - same.low > 0.1).all()

    @pytest.mark.parametrize("errors", [np.full(24, 0.1), np.linspace(0.1, 0.2, 24)])
    def test_equal_scores_have_plain_limits_and_the_chart_says_so(self, errors):
        chart = cx.score_chart([0.3] * 24, errors)
        assert (chart.method, chart.sigma) == ("score chart, plain limits", 1.0)
        assert chart.high == pytest.approx(0.3 + 3 * errors)
        assert not chart.is_signal.any()

    def test_too_short_and_impossible_series_are_refused(self):
        with pytest.raises(cx.NotEnoughHistory):
            cx.individuals_chart([1.0])
        with pytest.raises(cx.BadParameter):
            cx.individuals_chart(NIST, baseline=2.5)
        with pytest.raises(cx.BadParameter):
            cx.individuals_chart([1.0, float("nan")])
        with pytest.raises(cx.BadCounts):
            cx.p_chart([3, 1], [2, 2])
        with pytest.raises(cx.BadParameter):
            cx.p_chart([0, 0], [0, 2])
        with pytest.raises(cx.BadParameter):
            cx.individuals_chart(NIST, baseline=1)


class TestAlerts:
    @pytest.mark.parametrize(
        ("weight", "limit", "steady", "shifted"),
        # Lucas & Saccucci (1990), Technometrics 32:1, table 3.
        [
            (0.4, 3.054, 499.9, 14.26),
            (0.25, 2.998, 499.8, 11.14),
            (0.2, 2.962, 499.6, 10.54),
            (0.1, 2.814, 499.4, 10.33),
            (0.05, 2.615, 499.6, 11.38),
        ],
    )
    def test_the_run_lengths_of_ewma_equal_the_published_ones(self, weight, limit, steady, shifted):
        assert cx.ewma_average_run(weight=weight, limit=limit) == pytest.approx(steady, rel=1e-3)
        assert cx.ewma_average_run(weight=weight, limit=limit, shift=1) == pytest.approx(shifted, abs=0.01)

    @pytest.mark.parametrize(("limit", "steady", "shifted"), [(4, 167.681, 8.3832), (5, 465.426, 10.376)])
    def test_the_run_lengths_of_cusum_equal_the_published_ones(self, limit, steady, shifted):
        assert cx.cusum_average_run(limit=limit) == pytest.approx(steady, rel=1e-4)
        assert cx.cusum_average_run(limit=limit, shift=1) == pytest.approx(shifted, abs=1e-3)

    def test_a_sum_that_never_leaves_zero_never_alarms_and_one_far_off_does_at_once(self):
        assert cx.cusum_average_run(allowance=30.0) == np.inf
        assert cx.cusum_average_run(shift=40.0) == pytest.approx(1)

    def test_a_run_too_long_to_be_solved_for_is_infinite_and_not_nonsense(self):
        # Solved with 80 nodes these were -1e15, -261, -6e14 and 31 periods.
        assert cx.ewma_average_run(limit=10.0) == cx.cusum_average_run(limit=40.0) == np.inf
        assert cx.ewma_average_run(weight=0.001, limit=2.5) == pytest.approx(13450.5, rel=1e-4)
        assert cx.cusum_average_run(limit=100.0, shift=1.0) == pytest.approx(200.37, abs=0.01)
        assert "Less than one false alarm in 1,000,000,000" in cx.ewma_watch([0.0], limit=10.0).words
        for wrong in ({"limit": 1000.0}, {"weight": 1e-6}):
            with pytest.raises(cx.BadParameter):
                cx.ewma_average_run(**wrong)

    @pytest.mark.parametrize("watch", [cx.ewma_watch, cx.cusum_watch])
    def test_a_table_is_no_series(self, watch):
        for wrong in ([[1.0, 2.0], [3.0, 4.0]], 5.0):
            with pytest.raises(cx.BadParameter, match="one value after another"):
                watch(wrong)

    @pytest.mark.parametrize("watch", [cx.ewma_watch, cx.cusum_watch])
    def test_false_alarms_come_as_rarely_as_stated(self, watch):
        rng = np.random.default_rng(2)
        firsts = []
        for _ in range(100):
            found = watch(rng.standard_normal(4000))
            firsts.append(found.alarms[0] + 1 if len(found.alarms) else 4000)
        # The run length is nearly exponential: its standard error is mean / √100.
        assert np.mean(firsts) == pytest.approx(found.average_run, rel=0.3)

    def test_a_level_taken_from_twenty_periods_cries_wolf_far_oftener_than_a_known_one(self):
        # The page of the method says 17 and 44 of 100 within 100 periods; Jones, Champ & Rigdon (2001) Technometrics 43:156.
        random = np.random.default_rng(20)
        earlier, later = random.normal(size=(1000, 20)), random.normal(size=(1000, 100))
        taken = (later - earlier.mean(axis=1, keepdims=True)) / earlier.std(axis=1, ddof=1, keepdims=True)
        alarmed = []
        for series in (later, taken):
            averages = lfilter([0.2], [1, -0.8], series, axis=1)
            alarmed.append((np.abs(averages) > 2.962 * np.sqrt(0.2 / 1.8)).any(axis=1))
            assert (len(cx.ewma_watch(series[0]).alarms) > 0) == alarmed[-1][0]
        assert 0.13 < alarmed[0].mean() < 0.21
        assert 0.39 < alarmed[1].mean() < 0.49

    def test_limits_can_be_asked_for_by_their_false_alarms(self):
        assert cx.ewma_limit_for(500) == pytest.approx(2.962, abs=1e-3)
        assert cx.cusum_limit_for(465.426) == pytest.approx(5, abs=1e-3)
        with pytest.raises(cx.BadParameter):
            cx.ewma_limit_for(0.5)

    def test_an_alarm_tells_when_its_shift_began(self):
        rng = np.random.default_rng(5)
        z = np.r_[rng.standard_normal(40), 1.5 + rng.standard_normal(20)]
        for found in (cx.ewma_watch(z), cx.cusum_watch(z)):
            assert 40 <= found.alarms[0] <= 50
            assert abs(found.since[0] - 40) <= 3

    def test_scores_are_standardised_by_their_own_errors(self):
        assert cx.standardised([0.4, 0.2], [0.1, 0.05], usual=0.3) == pytest.approx([1.0, -2.0])

    def test_nothing_to_watch_is_no_alarm(self):
        assert len(cx.ewma_watch([]).alarms) == 0
        assert len(cx.cusum_watch([]).alarms) == 0

    def test_impossible_settings_are_refused(self):
        for wrong in (
            lambda: cx.ewma_watch([0.0], weight=0),
            lambda: cx.ewma_watch([0.0], limit=0),
            lambda: cx.cusum_watch([0.0], allowance=-1),
            lambda: cx.cusum_watch([float("nan")]),
            lambda: cx.standardised([1.0], [0.0], usual=0),
        ):
            with pytest.raises(cx.BadParameter):
                wrong()


class TestChangePoints:
    def test_the_nile_changed_after_1898(self):
        # R: k = 28, SSE 1597457.194 of 2835156.75, means 1097.75 and 849.97.
        found = cx.change_points(NILE)
        (point,) = found.points
        assert 1871 + point.at == 1899
        assert (point.before, point.after) == pytest.approx((1097.75, 849.9722222))
        assert found.sse == pytest.approx(1597457.194, abs=1e-3)
        assert 1895 <= 1871 + point.earliest <= 1899 <= 1871 + point.latest <= 1903
        assert point.low < -247.8 < point.high < 0

    def test_the_exact_search_agrees_with_ruptures_looking_at_every_period(self):
        rng = np.random.default_rng(3)
        for _ in range(15):
            levels = np.repeat(rng.normal(0, 3, 4), rng.integers(5, 25, 4))
            y = levels + rng.standard_normal(len(levels))
            noise = cx.change_points(y).sigma ** 2
            ours = [p.at for p in cx.change_points(y, penalty=12).points]
            peer = ruptures.Pelt(model="l2", jump=1, min_size=3).fit(y).predict(pen=12 * noise)
            assert [*ours, len(y)] == peer

    @pytest.mark.parametrize("periods", [8, 12, 24, 60])
    def test_a_steady_series_changes_as_rarely_as_stated(self, periods):
        rng = np.random.default_rng(periods)
        found = np.mean([len(cx.change_points(rng.standard_normal(periods)).points) > 0 for _ in range(600)])
        assert found <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)

    def test_the_interval_of_the_date_holds_it(self):
        rng = np.random.default_rng(6)
        held, found = 0, 0
        for _ in range(300):
            y = rng.standard_normal(36) + np.where(np.arange(36) >= 20, 1.8, 0)
            points = cx.change_points(y).points
            if len(points) == 1:
                found += 1
                held += points[0].earliest <= 20 <= points[0].latest
        assert found > 200
        assert held / found >= 0.92

    def test_no_change_is_claimed_to_begin_in_the_last_two_periods(self):
        y = [10.0, 11, 9, 10, 11, 10, 9, 10, 11, 10, 30, 31]
        assert all(point.at <= len(y) - 3 for point in cx.change_points(y).points)

    def test_unsure_periods_count_for_less(self):
        rng = np.random.default_rng(0)
        y = np.r_[rng.normal(0, 1, 15), rng.normal(0, 1, 3) + 9, rng.normal(0, 1, 15)]
        error = np.r_[np.ones(15), np.full(3, 9.0), np.ones(15)]
        assert len(cx.change_points(y).points) == 2
        assert len(cx.change_points(y, standard_errors=error).points) == 0

    def test_large_numbers_lose_no_digits(self):
        shifted = cx.change_points(np.array(NILE) + 1e9)
        assert [p.at for p in shifted.points] == [28]

    def test_one_best_cut_is_given_with_its_gain(self):
        point = cx.single_change_point(NILE)
        assert point.at == 28
        assert point.gain > cx.penalty_for(100)

    def test_another_unit_of_measure_changes_no_date(self):
        for unit in (1e-12, 1e-8, 1e8):
            assert [p.at for p in cx.change_points(unit * np.array(NILE)).points] == [28]
            assert cx.change_points([0.7 * unit] * 21).points == ()

    @pytest.mark.parametrize("wrong", [{"penalty": -1.0}, {"penalty": float("nan")}, {"least_stretch": 2.5}])
    def test_a_penalty_that_pays_for_cuts_and_half_a_period_are_refused(self, wrong):
        with pytest.raises(cx.BadParameter):
            cx.change_points(NILE, **wrong)

    def test_a_series_without_noise_or_change(self):
        assert cx.change_points([5.0] * 20).points == ()
        assert cx.change_points([5.0] * 20).words == "No change of level beyond chance"
        assert [p.at for p in cx.change_points([1.0] * 10 + [2.0] * 10).points] == [10]

    def test_the_best_place_to_cut_a_series_that_never_moves_gains_nothing_and_may_be_any(self):
        found = cx.single_change_point([5.0] * 20)
        assert (found.gain, found.earliest, found.latest, found.status) == (0.0, 3, 17, "wide")

    @pytest.mark.parametrize("stretch", [0, -1, 1.5])
    def test_a_stretch_of_no_or_half_a_period_is_refused_for_one_cut_too(self, stretch):
        with pytest.raises(cx.BadParameter, match="least_stretch"):
            cx.single_change_point(NILE, least_stretch=stretch)

    def test_too_short_a_series_is_refused(self):
        with pytest.raises(cx.NotEnoughHistory) as caught:
            cx.change_points([1.0, 2.0, 3.0])
        assert caught.value.facts["need"] == 6


def test_periods_that_hang_together_alarm_as_often_as_the_pages_say():
    # docs/methods: 59 of 100 EWMAs within 100 periods, 39 of 100 XmR charts on 30 periods in the next 30.
    x = np.random.default_rng(6).normal(size=(120, 500))
    for period in range(1, 120):
        x[period] = 0.3 * x[period - 1] + np.sqrt(1 - 0.3**2) * x[period]
    path, limit = np.zeros((101, 500)), cx.ewma_watch([0.0]).limit
    for period in range(100):
        path[period + 1] = path[period] + 0.2 * (x[20 + period] - path[period])
    assert 0.52 < (np.abs(path) > limit).any(axis=0).mean() < 0.66
    charts = [cx.individuals_chart(one, baseline=30).is_beyond[30:].any() for one in x[20:80].T]
    assert 0.33 < np.mean(charts) < 0.45


def test_a_change_just_found_is_told_as_too_large_by_as_much_as_the_page_says():
    # docs/methods/change-points.md: 1.5 in the middle of 12 periods is found 4 times in 10, then 2.1 on average, held in 90 of 100.
    random, found = np.random.default_rng(3), []
    for _ in range(1000):
        found += cx.change_points(random.normal(size=12) + np.repeat([0.0, 1.5], 6)).points
    assert 0.34 < len(found) / 1000 < 0.45
    assert np.mean([point.change for point in found]) == pytest.approx(2.06, abs=0.1)
    assert 0.86 < np.mean([point.low <= 1.5 <= point.high for point in found]) < 0.93


class TestSeasons:
    def _series(self, n=100, period=12, seed=0):
        rng = np.random.default_rng(seed)
        t = np.arange(n)
        return 10 + 0.05 * t + 3 * np.sin(2 * np.pi * t / period) + rng.standard_normal(n)

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            (
                cx.Smoothing(seasonal=7, trend=23, low_pass=13, seasonal_degree=1),
                {"seasonal": 7, "trend": 23, "low_pass": 13},
            ),
            # What R's stl(s.window = 21) does, steps included.
            (
                cx.Smoothing(
                    seasonal=21, trend=21, low_pass=13, seasonal_step=3, trend_step=3, low_pass_step=2
                ),
                {
                    "seasonal": 21,
                    "trend": 21,
                    "low_pass": 13,
                    "seasonal_deg": 0,
                    "seasonal_jump": 3,
                    "trend_jump": 3,
                    "low_pass_jump": 2,
                },
            ),
        ],
    )
    def test_the_parts_equal_statsmodels_to_the_last_digits(self, ours, theirs):
        y = self._series()
        found = cx.seasonal_parts(y, period=12, smoothing=ours)
        peer = STL(y, period=12, **theirs).fit(inner_iter=2, outer_iter=0)
        assert found.trend == pytest.approx(np.asarray(peer.trend), abs=1e-10)
        assert found.seasonal == pytest.approx(np.asarray(peer.seasonal), abs=1e-10)
        y[40] += 30
        found = cx.robust_seasonal_parts(y, period=12, smoothing=ours)
        peer = STL(y, period=12, robust=True, **theirs).fit(inner_iter=1, outer_iter=15)
        assert found.trend == pytest.approx(np.asarray(peer.trend), abs=1e-10)
        assert found.weights == pytest.approx(np.asarray(peer.weights), abs=1e-10)

    def test_the_parts_of_mauna_loa_equal_those_of_r(self):
        # R 4.2.2: stl(log(co2), s.window = 21).
        smoothing = cx.Smoothing(
            seasonal=21, trend=21, low_pass=13, seasonal_step=3, trend_step=3, low_pass_step=2
        )
        found = cx.seasonal_parts(np.log(CO2), period=12, smoothing=smoothing)
        assert found.trend[:2] == pytest.approx((5.75354105789, 5.75382338185), abs=5e-12)
        assert found.seasonal[:2] == pytest.approx((-0.000184933381, 0.001729782223), abs=5e-13)

    def test_an_odd_month_moves_its_season_and_the_robust_version_helps_from_four_years_on(self):
        def moved(split, years, off=20, seeds=4):
            shifts = []
            for seed in range(seeds):
                y = 10 * np.sin(np.arange(12 * years) * np.pi / 6) + np.random.default_rng(seed).normal(
                    size=12 * years
                )
                odd = y.copy()
                odd[11 + 12 * (seed % years)] += off
                shifts.append(
                    np.abs(split(odd, period=12).seasonal - split(y, period=12).seasonal)[11::12].max()
                )
            return np.mean(shifts) / off

        assert moved(cx.robust_seasonal_parts, 2) > 0.3
        assert moved(cx.robust_seasonal_parts, 4) < 0.05
        assert moved(cx.seasonal_parts, 4) == pytest.approx(0.23, abs=0.01)
        assert moved(cx.robust_seasonal_parts, 4, off=2.5, seeds=8) > 0.1

    def test_noise_has_a_strength_of_season_too(self):
        random = np.random.default_rng(1)
        for years, strength in ((2, 0.54), (5, 0.21)):
            found = [
                cx.seasonal_parts(random.normal(size=12 * years), period=12).seasonal_strength
                for _ in range(20)
            ]
            assert np.mean(found) == pytest.approx(strength, abs=0.07)

    def test_the_parts_add_up_and_the_season_has_no_level(self):
        y = np.log(330 + 0.1 * np.arange(120) + 3 * np.sin(2 * np.pi * np.arange(120) / 12))
        parts = cx.seasonal_parts(y, period=12)
        assert parts.trend + parts.seasonal + parts.remainder == pytest.approx(y)
        assert abs(parts.seasonal.mean()) < 1e-4

    def test_a_season_is_found_and_noise_has_none(self):
        assert cx.seasonal_parts(self._series(), period=12).seasonal_strength > 0.7
        noise = np.random.default_rng(1).standard_normal(120)
        assert cx.seasonal_parts(noise, period=12).seasonal_strength < 0.4

    def test_an_outage_does_not_bend_the_robust_trend(self):
        y = self._series()
        bent = y.copy()
        bent[50] -= 40
        calm, robust = cx.seasonal_parts(y, period=12), cx.robust_seasonal_parts(bent, period=12)
        assert np.abs(calm.trend - robust.trend).max() < 1
        assert robust.weights[50] == 0

    def test_taking_the_season_out_keeps_a_step_from_looking_like_december(self):
        y = self._series(96) + np.where(np.arange(96) >= 60, 4, 0)
        (point,) = cx.change_points(cx.seasonally_adjusted(y - 0.05 * np.arange(96), period=12)).points
        assert abs(point.at - 60) <= 1

    def test_less_than_two_seasons_is_not_enough_history(self):
        with pytest.raises(cx.NotEnoughHistory) as caught:
            cx.seasonal_parts([1.0] * 23, period=12)
        assert caught.value.facts == {"have": 23, "need": 24, "what": "periods"}

    def test_a_flat_series_has_no_parts(self):
        parts = cx.robust_seasonal_parts([4.0] * 36, period=12)
        assert parts.trend == pytest.approx(np.full(36, 4.0))
        assert parts.seasonal_strength == 0

    def test_even_spans_and_tiny_periods_are_refused(self):
        with pytest.raises(cx.BadParameter):
            cx.Smoothing(seasonal=8, trend=21, low_pass=13)
        with pytest.raises(cx.BadParameter):
            cx.seasonal_parts([1.0] * 10, period=1)


class TestConfidenceSequences:
    STREAM = np.array([1, 0.5, 1, 0, 1, 1, 0.5, 0, 1, 0.5])

    @pytest.mark.parametrize(
        ("counts", "low", "high"),
        # Dirichlet(1, 1, 1) mixture, computed by two independent routes.
        [
            ((2, 3, 5), -49.130, 85.495),
            ((10, 15, 25), -11.279, 64.139),
            ((20, 30, 50), -0.4718, 56.4334),
            ((40, 60, 100), 7.629, 50.127),
            ((100, 150, 250), 15.1988, 43.7885),
        ],
    )
    def test_nps_that_may_be_watched_equals_the_reference(self, counts, low, high):
        named = dict(zip(("detractors", "passives", "promoters"), counts, strict=True))
        score = cx.nps_confidence_sequence(**named)
        assert (100 * score.low, 100 * score.high) == pytest.approx((low, high), abs=1e-3)

    def test_the_limits_are_where_the_likelihood_meets_its_bound(self):
        from scipy.optimize import minimize
        from scipy.special import gammaln

        counts = np.array([3.0, 0.0, 9.0])
        bound = gammaln(1 + counts).sum() - gammaln(3 + counts.sum()) + gammaln(3) + np.log(0.05)
        peer = minimize(
            lambda theta: theta[0] - theta[2],
            [0.3, 0.3, 0.4],
            bounds=[(1e-9, 1)] * 3,
            constraints=[
                {"type": "eq", "fun": lambda theta: theta.sum() - 1},
                {"type": "ineq", "fun": lambda theta: 3 * np.log(theta[0]) + 9 * np.log(theta[2]) - bound},
            ],
            options={"ftol": 1e-12},
        )
        found = cx.nps_confidence_sequence(detractors=3, passives=0, promoters=9)
        assert found.high == pytest.approx(-peer.fun, abs=1e-5)

    def _misses(self, interval, rng, runs=300, to=600, step=20, profile=(0.2, 0.3, 0.5)):
        missed = 0
        for _ in range(runs):
            answers = rng.choice(3, size=to, p=profile)
            seen = np.stack([np.cumsum(answers == cell) for cell in range(3)], axis=1)[step - 1 :: step]
            missed += any(not interval(*map(int, row)) for row in seen)
        return missed / runs

    def test_an_ordinary_interval_watched_every_twenty_answers_misses_far_too_often(self):
        def holds(d, s, p):
            score = cx.net_promoter_score_adjusted_wald(detractors=d, passives=s, promoters=p)
            return score.low <= 0.3 <= score.high

        assert self._misses(holds, np.random.default_rng(0)) > 0.2

    def test_the_sequence_watched_every_twenty_answers_holds(self):
        def holds(d, s, p):
            score = cx.nps_confidence_sequence(detractors=d, passives=s, promoters=p)
            return score.low <= 0.3 <= score.high

        assert self._misses(holds, np.random.default_rng(0), runs=80) <= 0.05

    def test_the_price_of_peeking_is_about_twice_the_width(self):
        # Fixed n, adjusted Wald (Rocks 2016): 22.996 to 36.646 points after 500 answers; the sequence 15.199 to 43.788.
        counts = {"detractors": 100, "passives": 150, "promoters": 250}
        once, watched = cx.net_promoter_score_adjusted_wald(**counts), cx.nps_confidence_sequence(**counts)
        assert (100 * once.low, 100 * once.high) == pytest.approx((22.996, 36.646), abs=1e-3)
        assert (watched.high - watched.low) / (once.high - once.low) == pytest.approx(2.095, abs=0.001)

    def test_the_betting_sequence_is_the_narrowest_with_few_answers_and_no_more_than_equal_with_many(self):
        betting, bernstein = (
            f(np.tile(self.STREAM, 50)) for f in (cx.betting_sequence, cx.empirical_bernstein_sequence)
        )
        wide = [
            2 * float(found.high[n - 1] - found.low[n - 1])
            for n in (50, 500)
            for found in (betting, bernstein)
        ]
        assert wide == pytest.approx([0.64, 0.85, 0.25, 0.25], abs=0.006)

    def test_the_bernstein_sequence_is_near_the_reference_and_only_narrows(self):
        found = cx.empirical_bernstein_sequence(np.tile(self.STREAM, 50))
        low, high = found.low, found.high
        # confseq starts its running mean at 0, the paper at ½: hence not the same digits.
        assert (200 * low[499] - 100, 200 * high[499] - 100) == pytest.approx((17.1003, 42.7087), abs=0.6)
        assert (np.diff(low) >= 0).all()
        assert (np.diff(high) <= 0).all()

    def test_the_bernstein_sequence_holds_at_every_answer(self):
        rng = np.random.default_rng(1)
        missed = 0
        for _ in range(300):
            found = cx.empirical_bernstein_sequence(rng.beta(2, 5, 500))
            missed += not ((found.low <= 2 / 7) & (found.high >= 2 / 7)).all()
        assert missed / 300 <= 0.05

    @pytest.mark.parametrize("counts", [(0, 0, 10), (5, 0, 0), (0, 4, 0), (1, 0, 0), (0, 0, 5000)])
    def test_one_sided_answers_keep_the_score_inside(self, counts):
        named = dict(zip(("detractors", "passives", "promoters"), counts, strict=True))
        score = cx.nps_confidence_sequence(**named)
        assert -1 <= score.low <= score.value <= score.high <= 1

    def test_no_answers_give_words(self):
        score = cx.share_confidence_sequence(favourable=0, n=0)
        assert (score.value, score.low, score.status) == (None, None, "too_few")

    def test_shares_mirror(self):
        share, rest = (
            cx.share_confidence_sequence(favourable=30, n=40),
            cx.share_confidence_sequence(favourable=10, n=40),
        )
        assert (rest.low, rest.high) == pytest.approx((1 - share.high, 1 - share.low))

    def test_one_look_at_the_counts_always_leaves_the_observed_score_in(self):
        # No running intersection is taken here: a score that moved widens nothing and empties nothing.
        for counts in ((0, 0, 9000), (4000, 0, 5000), (1, 7000, 1)):
            score = cx.nps_confidence_sequence(
                **dict(zip(("detractors", "passives", "promoters"), counts, strict=True))
            )
            assert score.low <= score.value <= score.high

    def test_answers_outside_their_bounds_are_refused(self):
        with pytest.raises(cx.BadParameter):
            cx.empirical_bernstein_sequence([0.5, 1.2])
        with pytest.raises(cx.EmptySample):
            cx.empirical_bernstein_sequence([])
        with pytest.raises(cx.BadParameter):
            cx.mean_confidence_sequence(counts=[1, 2], values=[2.0, 1.0])


def test_the_betting_sequence_gives_the_values_of_its_authors_package():
    # confseq 0.0.11, betting_cs with 1,000 steps (Waudby-Smith & Ramdas 2024), on NPS points: 6.4…54.6 and 17.8…43.2.
    found = cx.betting_sequence([1, 0.5, 1, 0, 1, 1, 0.5, 0, 1, 0.5] * 50)
    assert [round(200 * found.low[at] - 100, 1) for at in (99, 499)] == [6.4, 17.8]
    assert [round(200 * found.high[at] - 100, 1) for at in (99, 499)] == [54.6, 43.2]


def test_the_betting_sequence_holds_at_all_looks_together_and_narrows_only():
    random = np.random.default_rng(41)
    missed = 0
    for _ in range(200):
        answers = random.choice([0, 0.5, 1], size=300, p=[0.2, 0.3, 0.5])
        found = cx.betting_sequence(answers)
        assert (np.diff(found.low) >= 0).all()
        assert (np.diff(found.high) <= 0).all()
        missed += not ((found.low <= 0.65) & (found.high >= 0.65)).all()
    assert missed <= 10  # at most 5 in 100


def test_the_betting_sequence_ignores_the_scale_and_mirrors():
    answers = np.random.default_rng(42).choice([0, 0.5, 1], size=700, p=[0.2, 0.3, 0.5])
    found, wide = cx.betting_sequence(answers), cx.betting_sequence(answers * 10 - 3, lowest=-3, highest=7)
    assert wide.low == pytest.approx(found.low * 10 - 3)
    assert wide.high == pytest.approx(found.high * 10 - 3)
    turned = cx.betting_sequence(1 - answers)
    assert turned.low == pytest.approx(1 - found.high)
    assert turned.high == pytest.approx(1 - found.low)


def test_all_the_same_answers_leave_the_end_of_the_scale_in():
    found = cx.betting_sequence([1.0] * 200)
    assert found.high[-1] == 1
    assert found.low[-1] > 0.9
    assert (found.status, found.words) == ("ok", "")


@pytest.mark.parametrize("sequence", [cx.betting_sequence, cx.empirical_bernstein_sequence])
class TestNoMeanIsLeft:
    def test_a_mean_that_moved_far_enough_leaves_an_empty_set_and_is_said_in_words(self, sequence):
        found = sequence([1.0] * 300 + [0.0] * 700)
        emptied = found.emptied_at
        assert 300 < emptied < 700
        assert (found.low[: emptied - 1] <= found.high[: emptied - 1]).all()
        assert np.isnan(found.low[emptied - 1 :]).all()
        assert np.isnan(found.high[emptied - 1 :]).all()
        assert found.status == "not_comparable"
        assert f"since answer {emptied}" in found.words
        assert "0.05 of all series" in found.words

    def test_answers_that_come_back_do_not_fill_it_again(self, sequence):
        away = sequence([1.0] * 300 + [0.0] * 700)
        back = sequence([1.0] * 300 + [0.0] * 700 + [1.0] * 1000)
        assert back.emptied_at == away.emptied_at
        assert np.isnan(back.low[-1])

    def test_a_mean_between_two_steps_of_the_grid_is_not_left_out_by_many_answers(self, sequence):
        found = sequence([0.9995] * 16_000)
        assert found.status == "ok"
        assert found.low[-1] <= 0.9995 <= found.high[-1]

    def test_one_mean_empties_it_in_no_more_series_than_stated(self, sequence):
        random = np.random.default_rng(8)
        assert sum(sequence(random.binomial(1, 0.3, 400)).status == "not_comparable" for _ in range(100)) <= 5


@pytest.mark.parametrize(
    ("periods", "noise", "least", "most"),
    [
        (24, "normal", 2, 7),
        (24, "heavy", 2, 7),
        (60, "heavy", 5, 12.5),
        (24, "rare", 10, 18),
        (24, "hanging together", 18, 28),
    ],
)
def test_steady_series_show_a_cut_as_often_as_the_page_says(periods, noise, least, most):
    # docs/methods/change-points.md: 4, 4, 9, 14 and 23 of 100. By differences of neighbours alone it would be 43 for rare counts.
    random = np.random.default_rng(45)
    cut = 0
    for _ in range(600):
        x = {"heavy": random.standard_t(4, periods), "rare": random.poisson(0.2, periods).astype(float)}.get(
            noise, random.normal(size=periods)
        )
        if noise == "hanging together":
            for period in range(1, periods):
                x[period] += 0.3 * x[period - 1]
        cut += bool(cx.change_points(x).points)
    assert least <= cut / 6 <= most


def test_a_score_outside_of_its_scale_is_refused_rather_than_charted_below_its_own_centre():
    means, errors = [4.1, 4.0, 4.2, 4.1, 4.0, 4.1, 4.2, 4.0], [0.05] * 8
    with pytest.raises(cx.BadParameter, match=r"values is 4\.2; expected -1 to 1"):
        cx.score_chart(means, errors)
    assert not cx.score_chart(means, errors, lowest=1, highest=5).is_beyond.any()
