"""One valid call of every public function: what the tests of hostile input and of order start from.

``CALLS`` maps a name to its arguments. Sequences are lists and tables are lists of rows, so that a test can shorten, spoil
and shuffle them without knowing the function.
"""

import numpy as np

from candor import analytics as cx

_RANDOM = np.random.default_rng(20)


def _noise(n, *, seed=0, scale=1.0, around=0.0):
    return (around + scale * np.random.default_rng(seed).normal(size=n)).round(3).tolist()


LOW = cx.Histogram.from_counts({0: 4, 3: 6, 5: 9, 8: 12, 9: 6, 10: 3})
HIGH = cx.Histogram.from_counts({0: 1, 3: 3, 5: 6, 8: 12, 9: 10, 10: 8})
THREE = {"detractors": 10, "passives": 25, "promoters": 65}
ARRAYS = {"detractors": [10.0, 3.0, 0.0], "passives": [25.0, 2.0, 5.0], "promoters": [65.0, 5.0, 9.0]}
CELLS = {
    "counts": [[1.0, 2.0, 5.0, 9.0, 7.0], [4.0, 4.0, 4.0, 4.0, 4.0], [0.0, 1.0, 2.0, 8.0, 30.0]],
    "values": [1.0, 2.0, 3.0, 4.0, 5.0],
}
SCALE = {"counts": {1: 2, 2: 3, 3: 5, 4: 10, 5: 20}}
UNITS = {
    "values": [0.30, 0.10, 0.50, 0.22, -0.05, 0.41],
    "standard_errors": [0.05, 0.08, 0.04, 0.10, 0.06, 0.07],
}
PAIRS = {"now": [7.0, 8, 9, 6, 10, 4, 9, 8], "before": [6.0, 8, 7, 5, 9, 6, 7, 5]}
SERIES = _noise(48, seed=3, around=30.0)
EVENTS = {"events": [12, 15, 8, 10, 4, 7, 16, 9, 14, 10], "n": [50, 52, 50, 48, 50, 50, 51, 50, 50, 49]}
RATED = {"drivers": {"speed": _noise(80, seed=4), "tone": _noise(80, seed=5)}, "outcome": _noise(80, seed=6)}
RATED_ROWS = list(zip(RATED["drivers"]["speed"], RATED["drivers"]["tone"], RATED["outcome"], strict=True))
ORDERED = [1 + (int(10 * abs(value)) % 4) for value in RATED["outcome"]]
STAYS = {
    "durations": [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35],
    "has_left": [1] * 9 + [0] * 12,
}
WATCHED = cx.survival_curve(**STAYS)
OTHERS = cx.survival_curve([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
HISTORIES = {
    "repeats": [0, 1, 2, 0, 3, 5, 0, 1, 0, 2, 4, 1, 0, 0, 6, 2, 1, 0, 3, 0],
    "last": [0, 10, 25, 0, 30, 38, 0, 5, 0, 12, 33, 8, 0, 0, 39, 20, 2, 0, 15, 0],
    "age": [40, 38, 35, 39, 36, 40, 37, 33, 40, 38, 36, 39, 40, 31, 40, 36, 35, 38, 37, 39],
}  # fmt: skip
SPENT = [0, 12.5, 20.0, 0, 31.0, 18.0, 0, 9.0, 0, 25.0, 14.0, 40.0, 0, 0, 22.0, 17.0, 11.0, 0, 28.0, 0]
LINE = cx.Process(arrivals=1, stages=(cx.Stage(name="calls", agents=5, handling=3),), target=0.5)
PANEL = [
    cx.PanelRow(
        f"u{unit}",
        period,
        0.1 * unit
        + 0.2 * period
        + 0.5 * (unit % 2 and period >= 2 + unit % 3)
        + 0.01 * ((7 * unit + 3 * period) % 5),
        bool(unit % 2 and period >= 2 + unit % 3),
    )
    for unit in range(24)
    for period in range(6)
]
STAFF = {f"p{i}": {"team": "AB"[i % 2], "site": "NS"[i % 3 == 0]} for i in range(24)}
VIEWS = {
    "all": [f"p{i}" for i in range(24)],
    "north": [f"p{i}" for i in range(10)],
    "team": [f"p{i}" for i in range(7)],
}
SHOWN = [
    cx.ViewScore(people=frozenset(range(8)), mean=4.0),
    cx.ViewScore(people=frozenset(range(7)), mean=4.1),
]
ISSUES = [
    cx.Issue(key="fees", affected=120, of=1000, severity=cx.Share(30, 120)),
    cx.Issue(key="delay", affected=300, of=1000, severity=cx.Share(90, 300)),
]
RATINGS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, 3],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 2],
]
WEIGHTED = {"n": 100, "squared_weights": 125.0}
WAYS = [
    cx.JourneyPath(("advert", "mail", "shop"), 12, 8),
    cx.JourneyPath(("advert",), 0, 15),
    cx.JourneyPath(("mail",), 6, 9),
]
FEW = {"draws": 500}
TABLES = [
    cx.net_promoter_table(detractors=[30, 40, 30, 20], passives=[30, 30, 30, 20], promoters=[40, 30, 40, 30]),
    cx.net_promoter_table(detractors=[31, 10, 29, 22], passives=[30, 20, 30, 20], promoters=[39, 70, 41, 28]),
]
GROUPS = {"slow": ([9, 13, 13, 18, 23], [1, 1, 0, 1, 1]), "quick": ([1, 2, 2, 3, 5], [1, 1, 1, 1, 1])}
WINS = {
    ("tea", "milk"): 7,
    ("milk", "tea"): 3,
    ("tea", "beer"): 6,
    ("beer", "tea"): 4,
    ("beer", "milk"): 5,
    ("milk", "beer"): 5,
}
VOTES = {"new": (3, 3), "known": (60, 80), "first": (1, 1)}
EXPECTED = {f"p{i}": 3 + i % 3 for i in range(40)}
MET = {f"p{i}": 2 + i % 4 for i in range(5, 45)}
LOYAL = cx.Endings(
    unharmed=cx.Share(540, 600),
    never_told=cx.Share(165, 300),
    satisfied=cx.Share(34, 40),
    mollified=cx.Share(21, 35),
    dissatisfied=cx.Share(9, 25),
)
WEIGHT = cx.Estimate(value=0.4, low=0.32, high=0.48, n=900, method="LMG")
MEAN = cx.Estimate(value=3.6, low=3.5, high=3.7, n=900, method="t")
BEFORE = cx.Estimate(value=0.30, low=0.196, high=0.404, n=200, method="adjusted Wald")
BOUGHT = cx.fit_buying(**HISTORIES)
SPENDING = cx.fit_spend(list(range(1, 5)) * 10, [10.0 + (7 * i) % 13 for i in range(40)])
HISTORY = cx.PurchaseHistories(
    customers=tuple(range(20)),
    mean_spend=np.array(SPENT),
    **{name: np.array(column, dtype=float) for name, column in HISTORIES.items()},
)
RAKING = {
    "margins": {"size": ["small"] * 60 + ["large"] * 40, "age": ["old", "young"] * 50},
    "targets": {"size": {"small": 400, "large": 600}, "age": {"old": 500, "young": 500}},
}
RAKED = cx.rake(**RAKING)
INTERVALS = cx.rank_intervals(**UNITS, **FEW)
GRID = [(x, y) for x in range(1, 8) for y in range(1, 8)]
CALLING = {"arrivals": 100 / 30, "handling": 3.0, "target": 1 / 3}

CALLS = {
    "status_of": {"n": 40, "low": 0.5, "high": 0.8, "scale_width": 1.0},
    "rising_groups": {"counts": {"fees": [5] * 12 + [15, 14, 16, 15], "delay": [8] * 16}},
    "median_ranks": {"n": 40},
    "mean_score": SCALE,
    "mean_score_dirichlet": SCALE,
    "mean_score_t": SCALE,
    "net_promoter_score": THREE,
    "net_promoter_score_adjusted_wald": THREE,
    "net_promoter_score_mid_p": THREE,
    "net_promoter_score_tango": THREE,
    "top_box_share": {"favourable": 81, "n": 263},
    "top_box_share_clopper_pearson": {"favourable": 81, "n": 263},
    "top_box_share_jeffreys": {"favourable": 81, "n": 263},
    "weighted_mean_score": {"cells": {1: (10, 12.0, 16.0), 3: (20, 18.0, 20.0), 5: (30, 30.0, 34.0)}},
    "weighted_net_promoter_score": {"detractors": 10.0, "passives": 25.0, "promoters": 65.0, **WEIGHTED},
    "weighted_top_box_share": {"favourable": 60.0, "total": 100.0, **WEIGHTED},
    "event_rate": {"events": 10, "exposure": 1000.0},
    "garwood_limits": {"events": [10.0, 0.0, 3.0], "exposure": [1000.0, 10.0, 5.0]},
    "effort_score": {"counts": {1: 2, 2: 3, 3: 5, 4: 10, 5: 20, 6: 30, 7: 30}},
    "index_of_answers": {
        "answers": [[8, 7, 9], [9, 9, 8], [4, 5, 5], [10, 9, 10]],
        "item_weights": [0.42, 0.30, 0.28],
    },
    "index_score": {"item_means": [7.9, 7.1, 7.2], "item_weights": [0.42, 0.30, 0.28]},
    "item_reliability": {"answers": [list(row) for row in RATED_ROWS], "resamples": 20},
    "bottom_box_of": {"histogram": LOW},
    "mean_of": {"histogram": LOW},
    "net_promoter_cells": {"histogram": LOW},
    "nps_of": {"histogram": LOW},
    "top_box_of": {"histogram": LOW},
    "total_of": {"histograms": [LOW, HIGH]},
    "adjusted_moments": ARRAYS,
    "adjusted_wald_limits": ARRAYS,
    "mid_p_limits": ARRAYS,
    "net_promoter_limits": ARRAYS,
    "score_variance": ARRAYS,
    "tango_limits": ARRAYS,
    "clopper_pearson_limits": {"favourable": [3.0, 0.0, 9.0], "n": [10.0, 4.0, 9.0]},
    "jeffreys_limits": {"favourable": [3.0, 0.0, 9.0], "n": [10.0, 4.0, 9.0]},
    "newcombe_limits": {
        "favourable_now": [3.0, 0.0],
        "n_now": [10.0, 4.0],
        "favourable_before": [5.0, 1.0],
        "n_before": [12.0, 4.0],
    },
    "wilson_limits": {"favourable": [3.0, 0.0, 9.0], "n": [10.0, 4.0, 9.0]},
    "dirichlet_limits": CELLS,
    "mean_limits": CELLS,
    "row_variances": CELLS,
    "skewness": CELLS,
    "t_holds": CELLS,
    "t_limits": CELLS,
    "compare_event_rates": {
        "events_now": 30,
        "exposure_now": 1000.0,
        "events_before": 12,
        "exposure_before": 1000.0,
    },
    "compare_means": {"now": HIGH, "before": LOW},
    "compare_net_promoter_counts": {"now": (10, 25, 65), "before": (20, 30, 50)},
    "compare_nps": {"now": HIGH, "before": LOW},
    "compare_shares": {"favourable_now": 56, "n_now": 70, "favourable_before": 48, "n_before": 80},
    "compare_top_box": {"now": HIGH, "before": LOW},
    "mann_whitney": {"now": HIGH, "before": LOW},
    "mean_permutation": {"now": HIGH, "before": LOW, "permutations": 99},
    "ordinal_permutation": {"now": HIGH, "before": LOW, "permutations": 99},
    "ordinal_test": {"now": HIGH, "before": LOW},
    "compare_paired_means": PAIRS,
    "compare_paired_nps": PAIRS,
    "compare_paired_shares": {"both": 570, "gained": 86, "lost": 150, "neither": 794},
    "mcnemar": {"gained": 150, "lost": 86},
    "mcnemar_corrected": {"gained": 150, "lost": 86},
    "mcnemar_mid_p": {"gained": 9, "lost": 3},
    "paired_t": PAIRS,
    "sign_flip": {**PAIRS, "permutations": 99},
    "signed_rank": PAIRS,
    "answers_for_margin": {"margin": 0.05, "spread": 0.5},
    "answers_for_mean_difference": {"difference": 1.0, "spread": 1.0},
    "answers_for_nps_margin": {"margin": 0.1},
    "answers_for_share_difference": {"first": 0.5, "second": 0.75},
    "answers_from_finite_population": {"answers": 384.146, "population": 500},
    "chance_of_nps_change_by_luck": {"change": 0.05, "n_now": 50.0, "n_before": 60.0},
    "finite_population_factor": {"n": 100, "population": 500},
    "power_of_share_difference": {"first": 0.5, "second": 0.75, "n": 77.0},
    "smallest_detectable_change": {"n_now": 50.0, "n_before": 60.0, "spread": 0.75},
    "smallest_detectable_nps_change": {"n_now": 50.0, "n_before": 60.0},
    "rake": RAKING,
    "raked_mean": {"answers": _noise(100, seed=9), "raking": RAKED},
    "early_and_late_means": {"early": HIGH, "late": LOW, "response_share": 0.3},
    "early_and_late_nps": {"early": HIGH, "late": LOW, "response_share": 0.3},
    "response_rates": {
        "complete": 200,
        "partial": 20,
        "refused": 80,
        "not_reached": 600,
        "unknown": 100,
        "eligible_share": 0.5,
    },
    "worst_case_band": {"value": 0.4, "answered": 20, "asked": 100, "lowest": -1.0, "highest": 1.0},
    "mean_table": CELLS,
    "net_promoter_table": ARRAYS,
    "pooled_standard_errors": CELLS,
    "top_box_table": {"favourable": [3.0, 0.0, 9.0], "n": [10.0, 4.0, 9.0]},
    "pool_dersimonian_laird": UNITS,
    "pool_paule_mandel": UNITS,
    "pool_reml": UNITS,
    "shrink": UNITS,
    "shrink_with": {"pool": cx.pool_reml, **UNITS},
    "could_be_among_the_best": {"intervals": INTERVALS, "best": 2},
    "expected_ranks": UNITS,
    "marginal_rank_intervals": {**UNITS, **FEW},
    "overlap_limits": UNITS,
    "rank_chances": {**UNITS, "best": 2, **FEW},
    "rank_intervals": {**UNITS, **FEW},
    "tiers": {**UNITS, **FEW},
    "exact_binomial_limits": {"n": [20.0, 5.0], "target": 0.85},
    "funnel_of_scores": UNITS,
    "funnel_of_shares": {"favourable": [45.0, 60, 28, 90, 33, 71], "n": [50.0, 75, 40, 100, 45, 80]},
    "expected_scores": {
        "mix": [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]],
        "scores": [1.0, -1.0, 0.0, 1.0, 0.0],
    },
    "expected_shares": {
        "mix": [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]],
        "favourable": [1.0, 0.0, 0.0, 1.0, 1.0],
    },
    "observed_against_expected": {
        "units": list("aabbcc"),
        "observed": [1.0, 0, 1, 1, 0, 1],
        "expected": [0.5, 0.6, 0.7, 0.6, 0.4, 0.5],
    },
    "observed_to_expected_events": {"observed": 15, "expected": 10.0},
    "most_improved": {"now": TABLES[1], "before": TABLES[0]},
    "most_improved_scores": {
        "now": [0.3, 0.5, 0.1],
        "before": [0.2, 0.1, 0.1],
        "errors_now": [0.05, 0.06, 0.04],
        "errors_before": [0.05, 0.05, 0.05],
        "n_now": [100, 80, 120],
        "n_before": [90, 100, 100],
    },
    "benjamini_hochberg": {"p_values": [0.001, 0.02, 0.3, 0.9]},
    "benjamini_yekutieli": {"p_values": [0.001, 0.02, 0.3, 0.9]},
    "holm": {"p_values": [0.001, 0.02, 0.3, 0.9]},
    "individuals_chart": {"values": SERIES},
    "laney_chart": EVENTS,
    "moving_range_chart": {"values": SERIES},
    "p_chart": EVENTS,
    "score_chart": UNITS,
    "cusum_average_run": {"allowance": 0.5, "limit": 4.0, "shift": 0.0},
    "cusum_limit_for": {"average_run": 300.0},
    "cusum_watch": {"z": _noise(30, seed=11)},
    "ewma_average_run": {"weight": 0.2, "limit": 2.9, "shift": 0.0},
    "ewma_limit_for": {"average_run": 300.0},
    "ewma_watch": {"z": _noise(30, seed=11)},
    "standardised": {**UNITS, "usual": 0.2},
    "change_points": {"values": SERIES},
    "penalty_for": {"periods": 24},
    "single_change_point": {"values": SERIES},
    "robust_seasonal_parts": {"values": SERIES, "period": 12},
    "seasonal_parts": {"values": SERIES, "period": 12},
    "seasonally_adjusted": {"values": SERIES, "period": 12},
    "mann_kendall": {"values": SERIES},
    "mann_kendall_autocorrelated": {"values": SERIES},
    "lead_lag_correlations": {"leading": SERIES, "lagging": _noise(48, seed=12)},
    "betting_sequence": {"answers": [1.0, 0.5, 1.0, 0.0, 1.0]},
    "empirical_bernstein_sequence": {"answers": [1.0, 0.5, 1.0, 0.0, 1.0]},
    "mean_confidence_sequence": {"counts": [3.0, 5.0, 9.0], "values": [-1.0, 0.0, 1.0]},
    "nps_confidence_sequence": THREE,
    "share_confidence_sequence": {"favourable": 81, "n": 263},
    "difference_in_changes": {
        "treated": [2.0, 3, 1, 2, 3, 2, 1, 2, 2, 3],
        "comparison": [0.0, 1, -1, 0, 0, 1, 0, -1, 0, 1],
    },
    "difference_in_differences": {
        "treated_before": [6.0, 7, 8] * 12,
        "treated_after": [8.0, 8, 9] * 12,
        "comparison_before": [6.0, 7, 8] * 12,
        "comparison_after": [7.0, 7, 8] * 12,
    },
    "staggered_effect": {"rows": PANEL},
    "two_way_fixed_effects": {"rows": PANEL},
    "market_damage": {
        "customers": 10_000.0,
        "problem": cx.Share(400, 1000),
        "told_us": cx.Share(100, 400),
        "outcomes": (40, 35, 25),
        "loyal": LOYAL,
        "draws": 1000,
    },
    "fit_hazards": {"columns": {"age": [float(i % 7) for i in range(21)]}, **STAYS},
    "churn_uplift": {"with_issue": WATCHED, "without_issue": OTHERS, "by": 10.0},
    "compare_survival": {"groups": GROUPS},
    "survival_curve": STAYS,
    "customer_lifetime_value": {"histories": HISTORY, "buying": BOUGHT, "spend": SPENDING, "horizon": 52.0},
    "fit_renewals": {"still_there": [1000.0, 869, 743, 653, 593, 551, 517, 491]},
    "fit_buying": HISTORIES,
    "fit_spend": {"repeats": list(range(1, 5)) * 10, "mean_spend": [10.0 + (7 * i) % 13 for i in range(40)]},
    "purchase_histories": {
        "purchases": [("ann", 0.0, 9.0), ("ann", 14.0, 20.0), ("bob", 7.0, 5.0)],
        "as_of": 70.0,
        "unit": 7.0,
    },
    "is_top_decided": {"ranked": cx.value_at_stake(ISSUES, draws=1000)},
    "top_in_words": {"ranked": cx.value_at_stake(ISSUES, draws=1000)},
    "value_at_stake": {"issues": ISSUES, "draws": 1000},
    "cohen_kappa": {"one": list("aaabbbabab"), "other": list("aabbbbabaa")},
    "krippendorff_alpha_interval": {"ratings": RATINGS},
    "krippendorff_alpha_nominal": {"ratings": RATINGS},
    "krippendorff_alpha_ordinal": {"ratings": RATINGS},
    "maturity_profile": {
        "ratings": {"people": [4, 3], "policy": [4, None], "product": [1, 1]},
        "wanted": {"product": 3},
    },
    "weighted_kappa": {"one": [1, 2, 3, 4, 5], "other": [1, 2, 3, 5, 5]},
    "bradley_terry": {"wins": WINS},
    "ideas_to_show": {"votes": VOTES, "count": 2, "seed": 1},
    "rank_ideas": {"votes": VOTES},
    "check_goal": {"baseline": BEFORE, "target": 0.33, "answers_by_date": 200, "sd": 0.75, "lowest": -1.0},
    "expectation_gap": {"expected": EXPECTED, "met": MET, "highest": 5.0},
    "expectation_gaps": {"expected": {"speed": EXPECTED}, "met": {"speed": MET}},
    "reliability_of_difference": {"expected": 0.8, "met": 0.8, "correlation": 0.6},
    "response_surface": {
        "expected": [x for x, _ in GRID],
        "met": [y for _, y in GRID],
        "outcome": _noise(49, seed=13),
        "middle": 4.0,
    },
    "importance_performance": {
        "items": {"waiting": (WEIGHT, MEAN)},
        "importance_line": 0.2,
        "performance_line": 4.0,
    },
    "penalty_reward": {
        "ratings": {"tidy": ORDERED},
        "outcome": RATED["outcome"],
        "low_up_to": 1.0,
        "high_from": 3.0,
    },
    "fit_proportional_odds": {"x": [[value] for value in RATED["drivers"]["speed"]], "outcome": ORDERED},
    "johnson_weights": {
        "drivers": [list(row) for row in zip(*RATED["drivers"].values(), strict=True)],
        "outcome": RATED["outcome"],
    },
    "lmg_weights": {
        "drivers": [list(row) for row in zip(*RATED["drivers"].values(), strict=True)],
        "outcome": RATED["outcome"],
    },
    "johnson_drivers": {**RATED, "resamples": 20},
    "lmg_drivers": {**RATED, "resamples": 20},
    "ordinal_drivers": {"drivers": RATED["drivers"], "outcome": ORDERED, "resamples": 3},
    "removal_effects": {"paths": WAYS, "resamples": 20},
    "answers_per_arm": {"effect": 0.2},
    "cluster_design_effect": {"size": 30.0, "correlation": 0.02},
    "clusters_per_arm": {"effect": 0.2, "size": 30.0, "correlation": 0.02},
    "cuped_difference": {
        "treated": _noise(20, seed=14),
        "control": _noise(20, seed=15),
        "treated_before": _noise(20, seed=16),
        "control_before": _noise(20, seed=17),
    },
    "invitations_needed": {"answers": 200, "answered_before": 120, "invited_before": 1000},
    "neyman_allocation": {"strata": {"a": (5000, 0.9), "b": (3000, 0.6), "c": (2000, 0.7)}, "total": 400},
    "stepped_wedge": {
        "groups": 24,
        "steps": 4,
        "size": 100,
        "effect": 0.015,
        "within_variance": 0.0475,
        "between_variance": 0.000225,
    },
    "standard_scenarios": {"process": LINE, "day": 480.0},
    "stress_report": {
        "process": LINE,
        "day": 20.0,
        "scenarios": [cx.Scenario(name="base")],
        "warm_up": 5.0,
        "days": 30,
    },
    "agents_needed": {**CALLING, "service_level": 0.8},
    "erlang_a": {**CALLING, "agents": 11, "patience": 2.0},
    "erlang_b": {"load": 10.0, "agents": 14},
    "erlang_c": {**CALLING, "agents": 14},
    "with_shrinkage": {"agents": 14, "shrinkage": 0.3},
    "attack": {"shown": SHOWN, "lowest": 0.0, "highest": 5.0},
    "can_all_be_true": {"shown": SHOWN, "lowest": 0.0, "highest": 5.0},
    "revealed_groups": {"shown": [range(8), range(7)]},
    "may_compare_waves": {"before": list("abcdefg"), "now": list("abcdefgh")},
    "protect_scores": {
        "views": VIEWS,
        "answers": {f"p{i}": 1.0 + i % 5 for i in range(24)},
        "lowest": 1.0,
        "highest": 5.0,
    },
    "protect_views": {"views": VIEWS},
    "shown_mean": {
        "score": cx.ViewScore(people=frozenset(range(40)), mean=0.25),
        "lowest": -1.0,
        "highest": 1.0,
    },
    "shown_share": {"favourable": 7, "n": 12},
    "views_of": {"people": STAFF, "dimensions": ["team", "site"]},
    "share_of_total": {
        "n": 3,
        "part": 6.0,
        "part_squares": 14.0,
        "products": 40.0,
        "total": 18.0,
        "total_squares": 116.0,
    },
    "drop_off_bends": {
        "steps": ["request", "papers", "offer"],
        "reached": [1000, 940, 700],
        "lost": [50, 200, 40],
        "still_open": [10, 40, 20],
    },
    "critical_moments": {
        "evidence": [
            cx.MomentEvidence(touchpoint=name, passed=900, heard=heard)
            for name, heard in (("first contact", 90), ("papers", 0), ("closing", 200))
        ]
    },
    "promise_kept": {
        "waits": [3.0, 8, 10, 12, 15, 2, 20],
        "promised": 10.0,
        "is_over": [1, 1, 1, 1, 1, 0, 0],
    },
    "promise_from_counts": {"kept": 300, "late": 100, "promised": 10.0, "lateness": (3.0, 2.5, 4.0)},
    "feeling_changes": {
        "touchpoints": ["order", "delivery"],
        "journeys": list(range(30)) * 3,
        "at": [0.0] * 30 + [2.0] * 30 + [4.0] * 30,
        "scores": _noise(30, seed=21, around=4)
        + _noise(30, seed=22, around=4)
        + _noise(30, seed=23, around=3),
        "passed_journeys": list(range(30)) * 2,
        "passed_touchpoints": ["order"] * 30 + ["delivery"] * 30,
        "passed_at": [1.0] * 30 + [3.0] * 30,
    },
    "conformity": {"journeys": 400, "as_designed": 260, "skipped": 90, "repeated": 70},
    "arrivals": {
        "times": [1.0, 2, 3, 4, 5],
        "came": [30.0, 20, 10, 5, 0],
        "left": [5.0, 5, 5, 5, 0],
        "still_open": [0.0, 10, 0, 0, 5],
    },
    "compare_variants": {
        "now": {"abc": 300, "ac": 100},
        "before": {"abc": 340, "ac": 60},
        "permutations": 99,
    },
    "quantile_ranks": {"n": 100, "share": 0.9},
    "step_shares": {
        "steps": ["ask", "papers", "sign"],
        "reached": [1000, 700, 500],
        "still_open": [100, 60, 0],
    },
    "bottlenecks": {
        "totals": [[9.0 + k % 7, 4.0 + k % 5, 3.0 + k % 3] for k in range(40)],
        "edges": ["papers", "ask", "check"],
        "resamples": 499,
    },
    "compare_parts": {
        "now": {"again": 90, "sign": 380},
        "before": {"again": 40, "sign": 390},
        "n_now": 500,
        "n_before": 500,
    },
    "wait_table": {
        "groups": ["a"] * 40 + ["b"] * 3,
        "waits": [float(day) for day in range(40)] + [5.0, 6.0, 7.0],
    },
    "wait_times": {"waits": [float(day) for day in range(1, 101)]},
    "path_drift": {
        "parts_now": {"ask": 400, "sign": 300},
        "parts_before": {"ask": 400, "sign": 300},
        "variants_now": {"as": 300, "a": 100},
        "variants_before": {"as": 300, "a": 100},
        "permutations": 99,
    },
    "compare_waits": {"now": [5.0, 6, 7, 8, 9, 10, 11, 12], "before": [1.0, 2, 3, 4, 5, 6, 7, 8]},
}
