"""Same input, same result; rows and groups in another order, the same result: for every public function that takes any.

What the rows and groups of a call are stands in ``ROWS``: the arguments that are shuffled together, and what becomes of the result:
``same`` (nothing changes) or ``moved`` (one entry a row, in the order given).
"""

import dataclasses
import inspect
import pickle

import numpy as np
import pytest

from candor import analytics as cx

from .base_calls import CALLS

FUNCTIONS = {
    name: getattr(cx, name)
    for names in cx.CONTENTS.values()
    for name in names
    if inspect.isfunction(getattr(cx, name))
}
UNITS = ("values", "standard_errors")
SAME = {
    "pool_dersimonian_laird": UNITS,
    "pool_paule_mandel": UNITS,
    "pool_reml": UNITS,
    "compare_paired_means": ("now", "before"),
    "compare_paired_nps": ("now", "before"),
    "paired_t": ("now", "before"),
    "sign_flip": ("now", "before"),
    "signed_rank": ("now", "before"),
    "index_of_answers": ("answers",),
    "item_reliability": ("answers",),
    "index_score": ("item_means", "item_weights"),
    "total_of": ("histograms",),
    "observed_against_expected": ("units", "observed", "expected"),
    "difference_in_changes": ("treated",),
    "difference_in_differences": ("treated_before",),
    "staggered_effect": ("rows",),
    "two_way_fixed_effects": ("rows",),
    "survival_curve": ("durations", "has_left"),
    "fit_buying": ("repeats", "last", "age"),
    "fit_spend": ("repeats", "mean_spend"),
    "purchase_histories": ("purchases",),
    "value_at_stake": ("issues",),
    "is_top_decided": ("ranked",),
    "top_in_words": ("ranked",),
    "cohen_kappa": ("one", "other"),
    "weighted_kappa": ("one", "other"),
    "krippendorff_alpha_nominal": ("ratings",),
    "krippendorff_alpha_ordinal": ("ratings",),
    "krippendorff_alpha_interval": ("ratings",),
    "response_surface": ("expected", "met", "outcome"),
    "removal_effects": ("paths",),
    "cuped_difference": ("treated", "treated_before"),
    "can_all_be_true": ("shown",),
    "revealed_groups": ("shown",),
    "may_compare_waves": ("before",),
    "views_of": ("dimensions",),
    "johnson_weights": ("drivers", "outcome"),
    "lmg_weights": ("drivers", "outcome"),
    "fit_proportional_odds": ("x", "outcome"),
    "attack": ("shown",),
}
"""Functions whose rows may come in any order, and which arguments hold them."""
GROUPED = {
    "rising_groups": ("counts",),
    "mean_score": ("counts",),
    "mean_score_t": ("counts",),
    "mean_score_dirichlet": ("counts",),
    "weighted_mean_score": ("cells",),
    "effort_score": ("counts",),
    "compare_survival": ("groups",),
    "fit_hazards": ("columns",),
    "maturity_profile": ("ratings",),
    "bradley_terry": ("wins",),
    "rank_ideas": ("votes",),
    "ideas_to_show": ("votes",),
    "expectation_gap": ("expected", "met"),
    "expectation_gaps": ("expected", "met"),
    "importance_performance": ("items",),
    "penalty_reward": ("ratings",),
    "johnson_drivers": ("drivers",),
    "lmg_drivers": ("drivers",),
    "ordinal_drivers": ("drivers",),
    "neyman_allocation": ("strata",),
    "protect_scores": ("views", "answers"),
    "protect_views": ("views",),
    "rake": ("margins", "targets"),
}
"""Functions that take a table of groups by name, in any order."""
MOVED = {
    "shrink": UNITS,
    "shrink_with": UNITS,
    "rank_intervals": UNITS,
    "marginal_rank_intervals": UNITS,
    "tiers": UNITS,
    "expected_ranks": UNITS,
    "rank_chances": UNITS,
    "overlap_limits": UNITS,
    "funnel_of_scores": UNITS,
    "funnel_of_shares": ("favourable", "n"),
    "most_improved_scores": ("now", "before", "errors_now", "errors_before", "n_now", "n_before"),
    "net_promoter_table": ("detractors", "passives", "promoters"),
    "top_box_table": ("favourable", "n"),
    "mean_table": ("counts",),
    "pooled_standard_errors": ("counts",),
    "benjamini_hochberg": ("p_values",),
    "benjamini_yekutieli": ("p_values",),
    "holm": ("p_values",),
    "standardised": UNITS,
    "net_promoter_limits": ("detractors", "passives", "promoters"),
    "adjusted_wald_limits": ("detractors", "passives", "promoters"),
    "mid_p_limits": ("detractors", "passives", "promoters"),
    "tango_limits": ("detractors", "passives", "promoters"),
    "adjusted_moments": ("detractors", "passives", "promoters"),
    "score_variance": ("detractors", "passives", "promoters"),
    "wilson_limits": ("favourable", "n"),
    "jeffreys_limits": ("favourable", "n"),
    "clopper_pearson_limits": ("favourable", "n"),
    "newcombe_limits": ("favourable_now", "n_now", "favourable_before", "n_before"),
    "garwood_limits": ("events", "exposure"),
    "exact_binomial_limits": ("n",),
    "mean_limits": ("counts",),
    "t_limits": ("counts",),
    "t_holds": ("counts",),
    "dirichlet_limits": ("counts",),
    "row_variances": ("counts",),
    "skewness": ("counts",),
    "expected_scores": ("mix", "scores"),
    "expected_shares": ("mix", "favourable"),
}
"""Functions that give one entry back for each row, in the order given."""


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_same_call_twice_gives_the_same_bytes(name):
    once, again = (FUNCTIONS[name](**CALLS[name]) for _ in range(2))
    assert pickle.dumps(once) == pickle.dumps(again)


def _shuffled(name, arguments):
    """The arguments in another order, and the order of the rows."""
    length = len(CALLS[name][arguments[0]])
    order = np.random.default_rng(5).permutation(length)
    if length < 3:
        order = np.arange(length)[::-1]
    changed = {key: [CALLS[name][key][place] for place in order] for key in arguments}
    return CALLS[name] | changed, order


@pytest.mark.parametrize("name", sorted(SAME))
def test_rows_in_another_order_change_nothing(name):
    arguments, _ = _shuffled(name, SAME[name])
    _assert_alike(FUNCTIONS[name](**arguments), FUNCTIONS[name](**CALLS[name]))


@pytest.mark.parametrize("name", sorted(GROUPED))
def test_groups_in_another_order_change_nothing(name):
    changed = {key: dict(reversed(CALLS[name][key].items())) for key in GROUPED[name]}
    _assert_alike(FUNCTIONS[name](**(CALLS[name] | changed)), FUNCTIONS[name](**CALLS[name]))


@pytest.mark.parametrize("name", sorted(MOVED))
def test_units_in_another_order_keep_their_own_result(name):
    arguments, order = _shuffled(name, MOVED[name])
    _assert_moved(FUNCTIONS[name](**arguments), FUNCTIONS[name](**CALLS[name]), order)


def _assert_alike(one, other):
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            _assert_alike(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            _assert_alike(one[key], other[key])
    elif isinstance(one, tuple | list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            _assert_alike(left, right)
    elif isinstance(one, float | np.ndarray):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-10)
    else:
        assert one == other


def _assert_moved(one, other, order):
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            if field.name != "order":  # places of the units named
                _assert_moved(getattr(one, field.name), getattr(other, field.name), order)
    elif isinstance(one, tuple):
        for left, right in zip(one, other, strict=True):
            _assert_moved(left, right, order)
    elif isinstance(one, np.ndarray) and one.ndim and len(one) == len(order) and one.dtype.kind in "fiu":
        np.testing.assert_allclose(one, other[order], rtol=1e-7, atol=1e-10)
    elif isinstance(one, np.ndarray) and one.ndim and len(one) == len(order):
        assert (one == other[order]).all()
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-7, nan_ok=True)
    else:
        assert one == other
