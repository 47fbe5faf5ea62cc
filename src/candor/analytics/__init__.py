# ruff: noqa: F403
"""Every number of customer experience, with its doubt: plain values in, frozen dataclasses out.

No Django, no clock, no disk, no network. This page is the table of contents; a name loads its module when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # star imports, so that type checkers see every name of each __all__
    from candor.analytics.cell_means import *
    from candor.analytics.comparisons import *
    from candor.analytics.drivers import *
    from candor.analytics.errors import *
    from candor.analytics.estimates import *
    from candor.analytics.expectations import *
    from candor.analytics.goals import *
    from candor.analytics.histogram import *
    from candor.analytics.lifetime_value import *
    from candor.analytics.net_promoter import *
    from candor.analytics.ordinal_tests import *
    from candor.analytics.priorities import *
    from candor.analytics.proportional_odds import *
    from candor.analytics.proportions import *
    from candor.analytics.relative_importance import *
    from candor.analytics.renewals import *
    from candor.analytics.repeat_buying import *
    from candor.analytics.scores import *
    from candor.analytics.stakes import *

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
    # Scores: NPS, CSAT, CES, means, rates, indexes
    "scores": (
        "EffortScore",
        "Weighting",
        "effort_score",
        "event_rate",
        "index_of_answers",
        "index_score",
        "mean_score",
        "mean_score_dirichlet",
        "mean_score_t",
        "net_promoter_score",
        "net_promoter_score_adjusted_wald",
        "net_promoter_score_tango",
        "top_box_share",
        "top_box_share_clopper_pearson",
        "top_box_share_jeffreys",
        "weighted_mean_score",
        "weighted_net_promoter_score",
        "weighted_top_box_share",
    ),
    "histogram": (
        "Cell",
        "Histogram",
        "bottom_box_of",
        "mean_of",
        "nps_of",
        "top_box_of",
        "total_of",
    ),
    # The same intervals for arrays of thousands of groups
    "net_promoter": (
        "PSEUDO_COUNTS",
        "SMALL_SAMPLE",
        "adjusted_moments",
        "adjusted_wald_limits",
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
        "PRIOR_TOTAL",
        "dirichlet_limits",
        "mean_limits",
        "row_variances",
        "skewness",
        "t_holds",
        "t_limits",
    ),
    # Comparisons: groups and periods, paired and unpaired
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
        "SEED",
        "mann_whitney",
        "mean_permutation",
        "ordinal_permutation",
        "ordinal_test",
    ),
    # Money: what an issue costs, customers' worth, churn
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
    # Goals, votes and maturity
    "goals": ("GoalCheck", "GoalVerdict", "check_goal"),
    # Drivers and expectations
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
}
"""Topic module to its public names; ``tests/analytics/test_contents_page.py`` keeps it equal to each ``__all__``."""

_HOME = {name: module for module, names in CONTENTS.items() for name in names}


def __getattr__(name: str) -> object:
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    found: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
