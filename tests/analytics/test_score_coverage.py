"""How often the intervals hold the truth: exact enumeration where it is offered, seeded simulation elsewhere.

Nominal 95 % must cover 93–97 %. Profiles: excellent, mixed and good teams of the literature on NPS intervals, a
polarised one and one in between.
"""

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln, xlogy

from candor.analytics import cell_means, event_rates, mid_p, net_promoter, proportions

PROFILES = [
    (0.02, 0.08, 0.90),
    (0.20, 0.30, 0.50),
    (0.10, 0.20, 0.70),
    (0.30, 0.40, 0.30),
    (0.05, 0.15, 0.80),
]
SOME = (5, 6, 7, 8, 10, 15, 20, 29, 30, 31, 50, 75, 100, 150, 200)
EVERY = range(5, 201)


def _all_outcomes(n):
    down, middle = np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0))
    possible = down + middle <= n
    return down[possible], middle[possible], n - down[possible] - middle[possible]


def _chances(n, profile):
    outcome = _all_outcomes(n)
    log_chance = gammaln(n + 1) - sum(gammaln(c + 1) for c in outcome)
    return np.exp(log_chance + sum(xlogy(c, p) for c, p in zip(outcome, profile, strict=True)))


def _coverage(limits, n, profile):
    """Total chance of the outcomes whose interval holds the true score."""
    low, high = limits(*_all_outcomes(n))
    truth = profile[2] - profile[0]
    return float(_chances(n, profile)[(low <= truth + 1e-12) & (truth - 1e-12 <= high)].sum())


def _fair(coverage):
    return (coverage >= 0.93) & (coverage <= 0.97)


TINY = (5, 6, 7)
JUMPS = {(5, PROFILES[3]), (6, PROFILES[3])}
"""The true score is exactly 0, where the p-value of the enumerated test jumps: a closed interval covers more there, never less."""
PAGE = (Path(__file__).parents[2] / "docs/methods/net-promoter-score.md").read_text(encoding="utf-8")


def _unfair(limits, sizes, profile):
    found = {n: _coverage(limits, n, profile) for n in sizes}
    return {n: c for n, c in found.items() if not _fair(c) and not ((n, profile) in JUMPS and c > 0.97)}


@pytest.mark.parametrize("n", TINY)
def test_the_coverage_of_tiny_samples_is_what_the_page_says(n):
    found = [_coverage(net_promoter.net_promoter_limits, n, profile) for profile in PROFILES]
    assert f"| {n} | " + " | ".join(f"{100 * covered:.1f} %" for covered in found) + " |" in PAGE
    assert [p for p, c in zip(PROFILES, found, strict=True) if not _fair(c)] == [
        p for size, p in JUMPS if size == n
    ]


def test_a_hair_beside_a_score_of_zero_tiny_samples_cover_as_the_page_says():
    beside = [_coverage(net_promoter.net_promoter_limits, n, (0.3 - 1e-7, 0.4, 0.3 + 1e-7)) for n in TINY]
    assert "{:.1f} %, {:.1f} % and {:.1f} %".format(*(100 * covered for covered in beside)) in PAGE


@pytest.mark.parametrize(("n", "level"), [(1, 0.95), (5, 0.95), (6, 0.95), (7, 0.95), (5, 0.9), (7, 0.99)])
def test_no_score_that_the_enumerated_test_holds_lies_outside_the_interval_and_its_ends_are_exact(n, level):
    # Islands of the acceptance set, however small, and ends at which the p-value jumps.
    scores = np.sort(np.random.default_rng(n).uniform(-1, 1, 3000))
    down, middle, up = (count.astype(int) for count in _all_outcomes(n))
    outcomes = np.stack([down, middle, up], axis=1).astype(float)
    low, high = mid_p.enumerated_limits(n, level)
    for own, (d, u) in enumerate(zip(down, up, strict=True)):
        held = scores[mid_p._p_values(outcomes, own, scores) > 1 - level]
        assert low[d, u] - 1e-9 <= held.min()
        assert held.max() <= high[d, u] + 1e-9
        assert low[d, u] <= (u - d) / n <= high[d, u]
        assert (low[d, u], high[d, u]) == (-high[u, d], -low[u, d])
    ends = np.r_[low[down, up], high[down, up]]
    near_zero = np.abs(ends) < 1e-6
    assert (ends[near_zero] == 0).all()


def test_an_end_at_a_jump_is_the_jump_and_an_island_is_inside():
    def interval(down, middle, up):
        return [
            float(end) for end in net_promoter.mid_p_limits(*(np.array(float(c)) for c in (down, middle, up)))
        ]

    assert interval(0, 1, 4)[0] == 0  # 0 itself is rejected, every score above it is not
    assert interval(0, 0, 4)[0] == 0  # 0 itself is not rejected, every score below it is
    assert interval(0, 0, 5)[0] == 0.2
    assert interval(0, 2, 4)[0] == 0  # an island of less than 0.001, apart from all above 0.052
    assert interval(0, 6, 0) == [-interval(0, 6, 0)[1], interval(0, 6, 0)[1]]


def _wald(down, middle, up):
    n = down + middle + up
    score, error = (up - down) / n, np.sqrt(net_promoter.score_variance(down, middle, up) / n)
    return score - 1.959964 * error, score + 1.959964 * error


def _may_johnson(down, middle, up):
    n, z2 = down + middle + up, 1.959964**2
    half = np.sqrt(z2 * np.maximum((n + z2) * (up + down) / n - (up - down) ** 2 / n, 0.0))
    return (up - down - half) / (n + z2), (up - down + half) / (n + z2)


def test_intervals_that_were_passed_over_at_a_tiny_n_cover_as_the_page_says():
    others = {
        "Tango": net_promoter.tango_limits,
        "adjusted Wald": net_promoter.adjusted_wald_limits,
        "May & Johnson": _may_johnson,
        "Wald": _wald,
    }
    cells = list(itertools.product(TINY, PROFILES))
    left = {
        name: sum(not _fair(_coverage(limits, *cell)) for cell in cells) for name, limits in others.items()
    }
    assert left == {"Tango": 4, "adjusted Wald": 5, "May & Johnson": 7, "Wald": 15}


def test_over_profiles_drawn_at_random_the_intervals_cover_as_the_page_says():
    profiles = np.random.default_rng(1).dirichlet([1, 1, 1], 100)
    left, least = {}, {}
    for limits in (net_promoter.mid_p_limits, net_promoter.tango_limits):
        found = np.array([[_coverage(limits, n, profile) for profile in profiles] for n in TINY])
        left[limits] = (~_fair(found)).sum(axis=1).tolist()
        least[limits] = round(float(found.min()), 3)
    assert list(left.values()) == [[33, 24, 14], [55, 49, 46]]
    assert list(least.values()) == [0.922, 0.854]


@pytest.mark.parametrize(
    ("profile", "n", "said"),
    [
        ((0, 0.022, 0.978), 8, 0.837),
        ((0.022, 0, 0.978), 8, 0.837),
        ((0, 0.006, 0.994), 29, 0.840),
        ((0, 0.03, 0.97), 30, 0.940),
    ],
)
def test_at_the_extremes_the_nps_interval_covers_as_the_page_says(profile, n, said):
    assert _coverage(net_promoter.net_promoter_limits, n, profile) == pytest.approx(said, abs=0.0006)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((0.02, 0.08, 0.9), (0.7, 0.2, 0.1), {10: 0.84, 20: 0.90, 40: 0.92}),
        ((0.01, 0.01, 0.98), (0.2, 0.3, 0.5), {10: 0.96, 20: 0.95, 40: 0.95}),
    ],
)
def test_the_interval_of_a_huge_change_of_few_answers_covers_as_the_page_says(now, before, said):
    truth = now[2] - now[0] - before[2] + before[0]
    for n, covers in said.items():
        down, _middle, up = outcome = _all_outcomes(n)
        mean, variance = net_promoter.adjusted_moments(*outcome)
        seen = np.subtract.outer((up - down) / n, (up - down) / n)
        change = np.subtract.outer(mean, mean)
        half = 1.959964 * np.sqrt(np.add.outer(variance, variance))
        holds = (np.minimum(change - half, seen) <= truth + 1e-12) & (
            truth - 1e-12 <= np.maximum(change + half, seen)
        )
        assert (np.outer(_chances(n, now), _chances(n, before)) * holds).sum() == pytest.approx(
            covers, abs=0.006
        )


@pytest.mark.parametrize("profile", PROFILES)
def test_the_nps_interval_covers_as_it_says(profile):
    assert _unfair(net_promoter.net_promoter_limits, SOME, profile) == {}


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_the_nps_interval_covers_as_it_says_for_every_n_from_5_to_200(profile):
    assert _unfair(net_promoter.net_promoter_limits, EVERY, profile) == {}


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_adjusted_wald_where_it_is_offered_covers_as_it_says(profile):
    assert _unfair(net_promoter.adjusted_wald_limits, [n for n in EVERY if n >= 30], profile) == {}


def test_the_published_table_of_coverage_is_reproduced():
    # Exact coverage by enumeration, three digits.
    cases = [
        (5, (0.02, 0.08, 0.90), 0.919, 0.965),
        (10, (0.02, 0.08, 0.90), 0.930, 0.959),
        (10, (0.20, 0.30, 0.50), 0.962, 0.947),
        (20, (0.02, 0.08, 0.90), 0.954, 0.965),
        (30, (0.10, 0.20, 0.70), 0.954, 0.950),
        (100, (0.10, 0.20, 0.70), 0.952, 0.950),
    ]
    for n, profile, adjusted, tango in cases:
        assert _coverage(net_promoter.adjusted_wald_limits, n, profile) == pytest.approx(adjusted, abs=6e-4)
        assert _coverage(net_promoter.tango_limits, n, profile) == pytest.approx(tango, abs=6e-4)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_wilson_covers_as_it_says_on_average_over_n(share):
    covered = []
    for n in range(20, 201):
        count = np.arange(n + 1.0)
        low, high = proportions.wilson_limits(count, np.full(n + 1, float(n)))
        covered.append(stats.binom.pmf(count, n, share)[(low <= share) & (share <= high)].sum())
    assert 0.94 <= np.mean(covered) <= 0.96
    assert min(covered) > 0.90  # it swings with n, as every interval for a share does


@pytest.mark.parametrize(
    ("n", "share", "worst"), [(10, 0.01788, 0.83), (100, 0.00177, 0.84), (5, 0.1176, 0.89)]
)
def test_wilson_covers_less_at_single_shares_as_the_page_says(n, share, worst):
    count = np.arange(n + 1.0)
    low, high = proportions.wilson_limits(count, np.full(n + 1, float(n)))
    shares = np.linspace(share * 0.95, share * 1.05, 2_001)
    covered = [stats.binom.pmf(count, n, p)[(low <= p) & (p <= high)].sum() for p in shares]
    assert min(covered) == pytest.approx(worst, abs=0.01)


def test_clopper_pearson_never_covers_less_than_it_says():
    for n in (5, 20, 60):
        count = np.arange(n + 1.0)
        low, high = proportions.clopper_pearson_limits(count, np.full(n + 1, float(n)))
        for share in np.linspace(0.01, 0.99, 33):
            assert stats.binom.pmf(count, n, share)[(low <= share) & (share <= high)].sum() >= 0.95


def test_garwood_never_covers_less_than_it_says():
    count = np.arange(400.0)
    low, high = event_rates.garwood_limits(count, np.ones(400))
    for mean in (0.5, 2, 10, 60):
        assert stats.poisson.pmf(count, mean)[(low <= mean) & (mean <= high)].sum() >= 0.95


SCALES = {
    "skewed": (0.02, 0.03, 0.05, 0.20, 0.70),
    "spread": (0.10, 0.15, 0.25, 0.30, 0.20),
    "excellent": (0.02, 0.02, 0.02, 0.04, 0.90),
    "polarised": (0.40, 0.05, 0.10, 0.05, 0.40),
    "high": (0.01, 0.01, 0.08, 0.40, 0.50),
}


@pytest.mark.parametrize("profile", SCALES.values(), ids=SCALES)
@pytest.mark.parametrize("n", [5, 6, 7, 8, 10, 20, 30, 50, 100, 200])
def test_the_mean_of_a_five_point_scale_covers_as_it_says(profile, n):
    values = np.arange(1.0, 6.0)
    counts = np.random.default_rng(n).multinomial(n, profile, size=20_000).astype(float)
    low, high = cell_means.mean_limits(counts, values)
    truth = float(np.dot(profile, values))
    covered = np.mean((low <= truth) & (truth <= high))
    assert (0.93 if n >= 10 else 0.91) <= covered <= 0.97


@pytest.mark.parametrize(
    ("profile", "n", "said"),
    [
        ((0.0075, 0.0075, 0.0075, 0.0075, 0.97), 8, 0.83),
        ((0.0025, 0.0025, 0.0025, 0.0025, 0.99), 29, 0.86),
        ((0.02, 0.0, 0.0, 0.0, 0.98), 10, 0.82),
        ((0.005, 0.0, 0.0, 0.0, 0.995), 40, 0.82),
        ((0.0, 0.02, 0.96, 0.02, 0.0), 50, 1.00),
    ],
)
def test_nearer_to_the_ends_the_mean_covers_less_as_the_page_says(profile, n, said):
    values = np.arange(1.0, 6.0)
    counts = np.random.default_rng(1).multinomial(n, profile, size=20_000).astype(float)
    low, high = cell_means.mean_limits(counts, values)
    truth = float(np.dot(profile, values))
    assert np.mean((low <= truth) & (truth <= high)) == pytest.approx(said, abs=0.01)


def test_students_interval_alone_would_fail_on_skewed_answers():
    values = np.arange(1.0, 6.0)
    counts = np.random.default_rng(1).multinomial(10, SCALES["excellent"], size=20_000).astype(float)
    low, high = cell_means.t_limits(counts, values)
    truth = float(np.dot(SCALES["excellent"], values))
    assert np.mean((low <= truth) & (truth <= high)) < 0.7
