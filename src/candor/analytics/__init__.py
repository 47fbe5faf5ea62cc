# ruff: noqa: F403
"""Every number of customer experience, with its doubt: plain values in, frozen dataclasses out.

No Django, no clock, no disk, no network. This page is the table of contents; a name loads its module when first used, and a
function got from here checks its arguments against its annotations (:mod:`candor.analytics.door`).
"""

from importlib import import_module
from inspect import isfunction
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # star imports, so that type checkers see every name of each __all__
    from candor.analytics.attribution import *
    from candor.analytics.case_mix import *
    from candor.analytics.cell_means import *
    from candor.analytics.comparisons import *
    from candor.analytics.confidence_sequences import *
    from candor.analytics.control_charts import *
    from candor.analytics.cox import *
    from candor.analytics.damage import *
    from candor.analytics.disclosure import *
    from candor.analytics.drivers import *
    from candor.analytics.drop_offs import *
    from candor.analytics.effects import *
    from candor.analytics.errors import *
    from candor.analytics.estimates import *
    from candor.analytics.event_rates import *
    from candor.analytics.expectations import *
    from candor.analytics.feelings import *
    from candor.analytics.funnel import *
    from candor.analytics.goals import *
    from candor.analytics.histogram import *
    from candor.analytics.improvement import *
    from candor.analytics.indexes import *
    from candor.analytics.journey_funnels import *
    from candor.analytics.leading import *
    from candor.analytics.level_shifts import *
    from candor.analytics.lifetime_value import *
    from candor.analytics.maturity import *
    from candor.analytics.medians import *
    from candor.analytics.moments import *
    from candor.analytics.multiple_tests import *
    from candor.analytics.net_promoter import *
    from candor.analytics.nonresponse import *
    from candor.analytics.ordinal_tests import *
    from candor.analytics.paired import *
    from candor.analytics.path_changes import *
    from candor.analytics.pilots import *
    from candor.analytics.priorities import *
    from candor.analytics.privacy import *
    from candor.analytics.promises import *
    from candor.analytics.proportional_odds import *
    from candor.analytics.proportions import *
    from candor.analytics.queues import *
    from candor.analytics.raking import *
    from candor.analytics.ranks import *
    from candor.analytics.relative_importance import *
    from candor.analytics.reliability import *
    from candor.analytics.renewals import *
    from candor.analytics.repeat_buying import *
    from candor.analytics.rising import *
    from candor.analytics.samples import *
    from candor.analytics.score_tables import *
    from candor.analytics.scores import *
    from candor.analytics.seasons import *
    from candor.analytics.shrinkage import *
    from candor.analytics.stakes import *
    from candor.analytics.stress import *
    from candor.analytics.survival import *
    from candor.analytics.totals import *
    from candor.analytics.trends import *
    from candor.analytics.votes import *
    from candor.analytics.waiting_places import *
    from candor.analytics.waits import *
    from candor.analytics.watching import *
    from candor.analytics.weighted_scores import *
    from candor.analytics.weighting import *

CONTENTS: dict[str, tuple[str, ...]] = {
    # The shapes that numbers leave in, and what can go wrong
    "estimates": (
        "Comparison",
        "Estimate",
        "Status",
        "Verdict",
        "WIDE_SHARE",
        "status_of",
    ),
    "errors": (
        "AnalyticsError",
        "BadCounts",
        "BadParameter",
        "BadWeights",
        "DidNotConverge",
        "EmptySample",
        "MissingColumns",
        "NotEnoughHistory",
        "NotIdentifiable",
        "ShapeMismatch",
    ),
    # Scores: NPS (eNPS; Tango, mid-p, adjusted Wald), CSAT (top box, top-2-box, bottom box; Wilson, Jeffreys), CES (customer effort
    # score), means (Student's t, Dirichlet), rates (complaints per 1,000; Poisson, Garwood), indexes (ACSI form), medians, reliability
    # (Cronbach's alpha, McDonald's omega), weights (design effect, Kish's effective n)
    "scores": (
        "mean_score",
        "mean_score_dirichlet",
        "mean_score_t",
        "net_promoter_score",
        "net_promoter_score_adjusted_wald",
        "net_promoter_score_mid_p",
        "net_promoter_score_tango",
        "top_box_share",
        "top_box_share_clopper_pearson",
        "top_box_share_jeffreys",
    ),
    "weighted_scores": (
        "weighted_mean_score",
        "weighted_net_promoter_score",
        "weighted_top_box_share",
    ),
    "weighting": ("Weighting",),
    "event_rates": (
        "event_rate",
        "garwood_limits",
    ),
    "indexes": (
        "EffortScore",
        "effort_score",
        "index_of_answers",
        "index_score",
    ),
    "reliability": ("Reliability", "item_reliability"),
    "medians": ("median_ranks", "quantile_ranks"),
    "histogram": (
        "Cell",
        "Histogram",
        "bottom_box_of",
        "mean_of",
        "net_promoter_cells",
        "nps_of",
        "top_box_of",
        "total_of",
    ),
    # The same intervals for arrays of thousands of groups
    "net_promoter": (
        "adjusted_moments",
        "adjusted_wald_limits",
        "mid_p_limits",
        "net_promoter_limits",
        "score_variance",
        "tango_limits",
    ),
    "proportions": (
        "clopper_pearson_limits",
        "jeffreys_limits",
        "newcombe_limits",
        "wilson_limits",
    ),
    "cell_means": (
        "dirichlet_limits",
        "mean_limits",
        "row_variances",
        "skewness",
        "t_holds",
        "t_limits",
    ),
    # Comparisons: groups and periods, paired and unpaired (Mann–Whitney, permutation, Newcombe, McNemar, Tango,
    # Wilcoxon's signed ranks)
    "comparisons": (
        "compare_event_rates",
        "compare_means",
        "compare_net_promoter_counts",
        "compare_nps",
        "compare_shares",
        "compare_top_box",
    ),
    "ordinal_tests": (
        "OrdinalTest",
        "PERMUTATIONS",
        "mann_whitney",
        "mean_permutation",
        "ordinal_permutation",
        "ordinal_test",
    ),
    "paired": (
        "PairedTest",
        "compare_paired_means",
        "compare_paired_nps",
        "compare_paired_shares",
        "mcnemar",
        "mcnemar_corrected",
        "mcnemar_mid_p",
        "paired_t",
        "sign_flip",
        "signed_rank",
    ),
    # Samples: sample size, power, minimum detectable change, finite population, raking (iterative proportional fitting, IPF; weight
    # trimming), non-response (Manski's worst-case band, early and late, AAPOR response rates)
    "samples": (
        "NPS_SPREAD",
        "answers_for_margin",
        "answers_for_mean_difference",
        "answers_for_nps_margin",
        "answers_for_share_difference",
        "answers_from_finite_population",
        "chance_of_nps_change_by_luck",
        "finite_population_factor",
        "power_of_share_difference",
        "smallest_detectable_change",
        "smallest_detectable_nps_change",
    ),
    "raking": (
        "Raking",
        "rake",
        "raked_mean",
    ),
    "nonresponse": (
        "EarlyLate",
        "ResponseRates",
        "WorstCase",
        "early_and_late_means",
        "early_and_late_nps",
        "response_rates",
        "worst_case_band",
    ),
    # Fair comparison of units and people: shrinkage (empirical Bayes, partial pooling), ranks (league tables, Mogstad), funnel plot
    # (overdispersion), case-mix (risk adjustment, indirect standardisation, O/E), most improved (regression to the mean), many tests
    # (false discovery: Benjamini–Hochberg; Holm)
    "score_tables": (
        "ScoreTable",
        "mean_table",
        "net_promoter_table",
        "pooled_standard_errors",
        "top_box_table",
    ),
    "shrinkage": (
        "Pooled",
        "Shrunken",
        "pool_dersimonian_laird",
        "pool_paule_mandel",
        "pool_reml",
        "shrink",
        "shrink_with",
    ),
    "ranks": (
        "RankIntervals",
        "Tiers",
        "could_be_among_the_best",
        "expected_ranks",
        "marginal_rank_intervals",
        "overlap_limits",
        "rank_chances",
        "rank_intervals",
        "tiers",
    ),
    "funnel": (
        "Funnel",
        "exact_binomial_limits",
        "funnel_of_scores",
        "funnel_of_shares",
    ),
    "case_mix": (
        "UnitAgainstExpected",
        "expected_scores",
        "expected_shares",
        "observed_against_expected",
        "observed_to_expected_events",
    ),
    "improvement": (
        "Improvement",
        "LEAST_ANSWERS",
        "most_improved",
        "most_improved_scores",
    ),
    "multiple_tests": (
        "benjamini_hochberg",
        "benjamini_yekutieli",
        "holm",
    ),
    # Watching: control charts (SPC, XmR, p chart, Laney p′), EWMA and CUSUM, change points (PELT's problem, solved exactly), seasons (STL),
    # trend (Mann–Kendall, Sen's slope), lead and lag (cross-correlation), confidence sequences (anytime-valid), rising issues
    "control_charts": (
        "ControlChart",
        "individuals_chart",
        "laney_chart",
        "moving_range_chart",
        "p_chart",
        "score_chart",
    ),
    "watching": (
        "Watch",
        "cusum_average_run",
        "cusum_limit_for",
        "cusum_watch",
        "ewma_average_run",
        "ewma_limit_for",
        "ewma_watch",
        "standardised",
    ),
    "level_shifts": (
        "ChangePoint",
        "Changes",
        "change_points",
        "penalty_for",
        "single_change_point",
    ),
    "seasons": (
        "SeasonalParts",
        "Smoothing",
        "robust_seasonal_parts",
        "seasonal_parts",
        "seasonally_adjusted",
    ),
    "rising": ("Rise", "rising_groups"),
    "trends": ("Trend", "mann_kendall", "mann_kendall_autocorrelated"),
    "leading": ("LeadLag", "lead_lag_correlations"),
    "confidence_sequences": (
        "RunningLimits",
        "betting_sequence",
        "empirical_bernstein_sequence",
        "mean_confidence_sequence",
        "nps_confidence_sequence",
        "share_confidence_sequence",
    ),
    # Money: difference in differences (DiD), market damage (TARP), churn (Kaplan–Meier, log-rank, Cox), lifetime value (CLV: BG/NBD,
    # Gamma-Gamma), retention (sBG, shifted beta-geometric), value at stake (chance to be the top issue, expected loss)
    "effects": (
        "Effect",
        "PanelRow",
        "difference_in_changes",
        "difference_in_differences",
        "staggered_effect",
        "two_way_fixed_effects",
    ),
    "damage": ("Endings", "MarketDamage", "market_damage"),
    "cox": ("CoxFit", "HazardRatio", "fit_hazards"),
    "survival": ("LogRank", "SurvivalCurve", "churn_uplift", "compare_survival", "survival_curve"),
    "lifetime_value": ("CustomerValues", "customer_lifetime_value"),
    "renewals": ("RenewalModel", "fit_renewals"),
    "repeat_buying": (
        "BuyingModel",
        "PurchaseHistories",
        "SpendModel",
        "fit_buying",
        "fit_spend",
        "purchase_histories",
    ),
    "stakes": (
        "Issue",
        "Measured",
        "RankedIssue",
        "Share",
        "Uplift",
        "is_top_decided",
        "top_in_words",
        "value_at_stake",
    ),
    # Journeys: critical moments, drop-off, conversion funnel (Aalen–Johansen), waits, bottlenecks, promises, conformance, paths and their drift
    "feelings": ("Contrast", "FeelingChange", "FeelingChanges", "LEAST_JOURNEYS", "feeling_changes"),
    "drop_offs": ("DropOff", "drop_off_bends"),
    "promises": ("Conformity", "PromiseKept", "conformity", "promise_from_counts", "promise_kept"),
    "journey_funnels": ("Arrivals", "StepShares", "arrivals", "step_shares"),
    "waits": ("WaitTable", "WaitTimes", "compare_waits", "wait_table", "wait_times"),
    "totals": ("share_of_total",),
    "waiting_places": ("Bottleneck", "Bottlenecks", "bottlenecks"),
    "path_changes": (
        "PathDifference",
        "PathDrift",
        "PathPart",
        "compare_parts",
        "compare_variants",
        "path_drift",
    ),
    "moments": ("CriticalMoment", "CriticalMoments", "MomentEvidence", "Reason", "critical_moments"),
    # Goals (OKR, measurability), votes (ideas, Bradley–Terry, fair exposure) and maturity (agreement of raters: kappa, Krippendorff's alpha)
    "maturity": (
        "AreaLevel",
        "MaturityProfile",
        "cohen_kappa",
        "krippendorff_alpha_interval",
        "krippendorff_alpha_nominal",
        "krippendorff_alpha_ordinal",
        "maturity_profile",
        "weighted_kappa",
    ),
    "votes": ("IdeaRank", "PairStrengths", "bradley_terry", "ideas_to_show", "rank_ideas"),
    "goals": ("GoalCheck", "GoalVerdict", "check_goal"),
    # Drivers (key driver analysis: LMG, Shapley; Johnson's relative weights; ordinal), importance–performance matrix (IPA), penalty and
    # reward (Kano), expectations (SERVQUAL gap, attrition of pairs, ceiling effects, response surface), removal effect (Markov attribution)
    "expectations": (
        "ExpectationGap",
        "ResponseSurface",
        "expectation_gap",
        "expectation_gaps",
        "reliability_of_difference",
        "response_surface",
    ),
    "priorities": ("Asymmetry", "PlacedItem", "importance_performance", "penalty_reward"),
    "proportional_odds": ("OrdinalFit", "fit_proportional_odds"),
    "relative_importance": ("johnson_weights", "lmg_weights"),
    "drivers": ("CAVEATS", "Driver", "DriverRanking", "johnson_drivers", "lmg_drivers", "ordinal_drivers"),
    "attribution": ("JourneyPath", "RemovalEffect", "RemovalEffects", "removal_effects"),
    # Operations: queues and staffing to a service level (Erlang B, C, A; shrinkage of a rota), stress test (discrete-event simulation,
    # SimPy), pilots (power, clusters, stepped wedge, CUPED, invitations, Neyman allocation)
    "pilots": (
        "Allocation",
        "SteppedWedge",
        "answers_per_arm",
        "cluster_design_effect",
        "clusters_per_arm",
        "cuped_difference",
        "invitations_needed",
        "neyman_allocation",
        "stepped_wedge",
    ),
    "stress": (
        "BreakPoint",
        "Process",
        "Scenario",
        "ScenarioResult",
        "Stage",
        "StressReport",
        "standard_scenarios",
        "stress_report",
    ),
    "queues": ("Queue", "agents_needed", "erlang_a", "erlang_b", "erlang_c", "with_shrinkage"),
    # Privacy: suppression of small cells, complementary suppression, differencing, disclosure control, an attacker to try it with
    "disclosure": ("Leak", "ViewScore", "attack", "can_all_be_true", "revealed_groups"),
    "privacy": (
        "Protection",
        "ShownShare",
        "Thresholds",
        "may_compare_waves",
        "protect_scores",
        "protect_views",
        "shown_mean",
        "shown_share",
        "views_of",
    ),
}
"""Topic module to its public names; ``tests/analytics/test_contents_page.py`` keeps it equal to each ``__all__``."""

_HOME = {name: module for module, names in CONTENTS.items() for name in names}


def __getattr__(name: str) -> object:
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    found: object = getattr(import_module(f"{__name__}.{home}"), name)
    if isfunction(found):
        found = import_module(f"{__name__}.door").guarded(found)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
