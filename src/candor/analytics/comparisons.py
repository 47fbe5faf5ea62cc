"""Two periods or two groups, side by side: the change of the score with its interval, and how sure it is.

The change and its interval are the score's own; whether it is beyond chance is asked of the raw answers in their
order (see :mod:`candor.analytics.ordinal_tests`). A verdict of higher or lower needs all three: a p-value below
``1 − level``, a score that moved the same way as the answers, and an interval of that score that leaves out 0: answers
that shift inside the detractors are a change of answers, not of NPS. Paired answers (the same person before and
after) have their own module, :mod:`candor.analytics.paired`.
"""

from dataclasses import replace
from typing import SupportsFloat

import numpy as np
from scipy.special import betainc, ndtri

from candor.analytics import cell_means, net_promoter, proportions, scores
from candor.analytics.errors import BadParameter
from candor.analytics.estimates import Comparison, Estimate, Verdict, require_level, weigh_enough
from candor.analytics.event_rates import event_rate
from candor.analytics.histogram import Histogram, mean_of, net_promoter_cells, nps_of, top_box_of
from candor.analytics.inputs import FloatArray
from candor.analytics.ordinal_tests import OrdinalTest, ordinal_test

__all__ = [
    "compare_event_rates",
    "compare_means",
    "compare_net_promoter_counts",
    "compare_nps",
    "compare_shares",
    "compare_top_box",
]


def compare_nps(
    now: Histogram,
    before: Histogram,
    *,
    detractors_to: float = 6,
    promoters_from: float = 9,
    level: float = 0.95,
    least_n: int = 0,
) -> Comparison:
    """Change in NPS between two independent sets of answers on 0–10.

    Interval: adjusted Wald on each side (Lewis & Sauro 2021). Test: ordinal, on the eleven cells.

    >>> now = Histogram.from_counts({3: 10, 8: 25, 10: 65})
    >>> before = Histogram.from_counts({3: 20, 8: 30, 10: 50})
    >>> change = compare_nps(now, before)
    >>> round(change.change, 2), round(change.low, 3), round(change.high, 3), change.verdict
    (0.25, 0.043, 0.442, 'higher')
    """
    limits = _net_promoter_change(now, before, detractors_to, promoters_from, level)
    return _compare(
        now,
        before,
        nps_of(now, detractors_to=detractors_to, promoters_from=promoters_from),
        nps_of(before, detractors_to=detractors_to, promoters_from=promoters_from),
        limits,
        "adjusted Wald difference",
        level=level,
        least_n=least_n,
    )


def compare_top_box(
    now: Histogram,
    before: Histogram,
    *,
    favourable_from: float = 4,
    level: float = 0.95,
    least_n: int = 0,
) -> Comparison:
    """Change in the share of favourable answers. Interval: Newcombe. Test: ordinal, on all cells.

    Source: Newcombe (1998) Statistics in Medicine 17:873; Mann & Whitney (1947).
    """
    sides = []
    for side in (now, before):
        weight = float(side.effective_counts.sum())
        top = float(side.effective_counts[side.values >= favourable_from].sum())
        sides += [np.asarray(min(top, weight)), np.asarray(weight)]
    return _compare(
        now,
        before,
        top_box_of(now, favourable_from=favourable_from),
        top_box_of(before, favourable_from=favourable_from),
        proportions.newcombe_limits(*sides, level=level),
        "Newcombe difference",
        level=level,
        least_n=least_n,
    )


def compare_means(
    now: Histogram,
    before: Histogram,
    *,
    scale: tuple[float, ...] | range | None = None,
    level: float = 0.95,
    least_n: int = 0,
) -> Comparison:
    """Change in the mean answer. Interval: Welch where Student's interval holds on both sides and no answer is weighted,
    otherwise each side's own interval (:func:`mean_of`), combined (Zou & Donner 2008). Test: ordinal.

    Give ``scale`` (every cell that could be chosen): without it, it is all values seen on either side.
    """
    cells = tuple(scale) if scale is not None else tuple(np.union1d(now.values, before.values).tolist())
    first, second = (mean_of(side, scale=cells or None, level=level) for side in (now, before))
    both_by_t = all("Student" in side.method for side in (first, second))
    if both_by_t and not (now.is_weighted or before.is_weighted):
        limits, method = _welch(now, before, level), "Welch difference"
    else:
        limits, method = combined_limits(first, second), "difference of two intervals (Zou & Donner)"
    return _compare(now, before, first, second, limits, method, level=level, least_n=least_n)


def compare_net_promoter_counts(
    *,
    now: tuple[int, int, int],
    before: tuple[int, int, int],
    level: float = 0.95,
    least_n: int = 0,
) -> Comparison:
    """Change in NPS when only (detractors, passives, promoters) are known on each side.

    With the answers on 0–10 at hand use :func:`compare_nps`, which mostly sees more.

    Source: Rocks (2016) The American Statistician 70:365; Mann & Whitney (1947) Annals of Mathematical
    Statistics 18:50.
    """
    coded = [Histogram.from_counts(dict(zip((-1.0, 0.0, 1.0), side, strict=True))) for side in (now, before)]
    return compare_nps(
        coded[0], coded[1], detractors_to=-0.5, promoters_from=0.5, level=level, least_n=least_n
    )


def compare_shares(
    *,
    favourable_now: int,
    n_now: int,
    favourable_before: int,
    n_before: int,
    level: float = 0.95,
    least_n: int = 0,
) -> Comparison:
    """Change in a share when only counts are known. Interval: Newcombe; test: as for two cells.

    Source: Newcombe (1998) Statistics in Medicine 17:873.

    >>> change = compare_shares(favourable_now=56, n_now=70, favourable_before=48, n_before=80)
    >>> round(change.low, 4), round(change.high, 4)
    (0.0524, 0.3339)
    """
    sides = []
    for favourable, n in ((favourable_now, n_now), (favourable_before, n_before)):
        scores.top_box_share(favourable=favourable, n=n)
        sides.append(Histogram.from_counts({0.0: n - favourable, 1.0: favourable}))
    return compare_top_box(sides[0], sides[1], favourable_from=1, level=level, least_n=least_n)


def compare_event_rates(
    *,
    events_now: int,
    exposure_now: float,
    events_before: int,
    exposure_before: float,
    level: float = 0.95,
    least_n: int = 0,
) -> Comparison:
    """Change in events per unit of exposure. Interval: two Garwood intervals combined (Zou & Donner); test: the
    conditional exact binomial (mid-p), given all events, of which share fell into the first exposure.

    ``n_now`` and ``n_before`` of the result are events, the measure of how much is known. A side without exposure (and so
    without events) leaves nothing to compare: ``too_few``.

    Raises:
        BadCounts: Events where there was no exposure.

    Source: Zou & Donner (2008) Statistics in Medicine 27:1693; Przyborowski & Wilenski (1940) Biometrika
    31:313.

    >>> compare_event_rates(events_now=30, exposure_now=1000, events_before=12, exposure_before=1000).verdict
    'higher'
    """
    now = event_rate(events=events_now, exposure=exposure_now, level=level)
    before = event_rate(events=events_before, exposure=exposure_before, level=level)
    found = Comparison(
        change=None,
        low=None,
        high=None,
        n_now=events_now,
        n_before=events_before,
        p_value=None,
        verdict="too_few",
        method="difference of two Garwood intervals; conditional exact test (mid-p)",
        level=level,
        least_n=least_n,
    )
    if now.value is None or before.value is None:
        return found
    limits = combined_limits(now, before)
    share = exposure_now / (exposure_now + exposure_before)
    p = exact_binomial_mid_p(events_now, events_now + events_before, share)
    change = now.value - before.value
    enough = min(events_now, events_before) >= least_n
    return replace(
        found,
        change=change,
        low=float(limits[0]),
        high=float(limits[1]),
        p_value=p,
        verdict=verdict_of(change, limits, change, p, level=level) if enough else "too_few",
    )


def verdict_of(
    change: float,
    limits: tuple[SupportsFloat, SupportsFloat],
    direction: float,
    p_value: float,
    *,
    level: float = 0.95,
) -> Verdict:
    """Higher or lower only when test and interval agree: the test is beyond chance, the score moved the way the answers
    did, and its interval is known and leaves out 0."""
    low, high = (float(limit) for limit in limits)
    leaves_out_none = low > 0 or high < 0
    if p_value >= 1 - level or change * direction <= 0 or not leaves_out_none:
        return "no_clear_change"
    return "higher" if change > 0 else "lower"


def combined_limits(now: Estimate, before: Estimate) -> tuple[FloatArray, FloatArray]:
    """Interval of a difference from the intervals of its two sides (MOVER).

    Source: Zou, G. Y. & Donner, A. (2008) Statistics in Medicine 27:1693.
    """
    if (
        now.value is None
        or before.value is None
        or now.low is None
        or now.high is None
        or before.low is None
        or before.high is None
    ):
        return np.asarray(np.nan), np.asarray(np.nan)
    change = now.value - before.value
    low = change - np.hypot(now.value - now.low, before.high - before.value)
    high = change + np.hypot(now.high - now.value, before.value - before.low)
    return np.asarray(low), np.asarray(high)


def _compare(
    now: Histogram,
    before: Histogram,
    score_now: Estimate,
    score_before: Estimate,
    limits: tuple[FloatArray, FloatArray],
    interval: str,
    *,
    level: float,
    least_n: int,
) -> Comparison:
    require_level(level)
    if score_now.value is None or score_before.value is None:
        return Comparison(
            change=None,
            low=None,
            high=None,
            n_now=now.n,
            n_before=before.n,
            p_value=None,
            verdict="too_few",
            method=interval,
            level=level,
            least_n=least_n,
        )
    test = ordinal_test(now, before)
    change = score_now.value - score_before.value
    known = bool(np.isfinite(limits[0]) and np.isfinite(limits[1]))
    # Pseudo-counts draw the interval inwards: where all are promoters now and none was before, it would leave out the change itself.
    return Comparison(
        change=change,
        low=min(float(limits[0]), change) if known else None,
        high=max(float(limits[1]), change) if known else None,
        n_now=now.n,
        n_before=before.n,
        p_value=test.p_value,
        verdict=_verdict(now, before, change, limits, test, level=level, least_n=least_n),
        method=f"{interval}; {test.method}",
        level=level,
        least_n=least_n,
    )


def _verdict(
    now: Histogram,
    before: Histogram,
    change: float,
    limits: tuple[FloatArray, FloatArray],
    test: OrdinalTest,
    *,
    level: float,
    least_n: int,
) -> Verdict:
    effective_n = min(side.weighting.effective_n for side in (now, before))
    if min(now.n, before.n) < max(least_n, 1) or not weigh_enough(effective_n, least_n):
        return "too_few"
    return verdict_of(change, limits, test.chance_higher - 0.5, test.p_value, level=level)


def _net_promoter_change(
    now: Histogram, before: Histogram, detractors_to: float, promoters_from: float, level: float
) -> tuple[FloatArray, FloatArray]:
    moments = []
    for side in (now, before):
        cells = net_promoter_cells(side, detractors_to=detractors_to, promoters_from=promoters_from)
        scale = side.weighting.effective_n / side.total_weight if side.is_weighted else 1.0
        moments.append(net_promoter.adjusted_moments(*(np.asarray(cell.weight * scale) for cell in cells)))
    centre = moments[0][0] - moments[1][0]
    half = ndtri((1 + level) / 2) * np.sqrt(moments[0][1] + moments[1][1])
    return np.maximum(centre - half, -2.0), np.minimum(centre + half, 2.0)


def _welch(now: Histogram, before: Histogram, level: float) -> tuple[FloatArray, FloatArray]:
    """Unequal variances t interval. Source: Welch (1947) Biometrika 34:28."""
    means, errors, degrees = [], [], []
    for side in (now, before):
        cells = side.effective_counts
        means.append(float(cell_means.row_means(cells, side.values)))
        errors.append(float(cell_means.row_variances(cells, side.values)) / side.n)
        degrees.append(side.n - 1)
    squared = errors[0] + errors[1]
    freedom = squared**2 / sum(error**2 / df for error, df in zip(errors, degrees, strict=True))
    half = cell_means.t_quantile(freedom, level) * np.sqrt(squared)
    change = means[0] - means[1]
    return np.asarray(change - half), np.asarray(change + half)


def exact_binomial_mid_p(successes: int, n: int, share: float) -> float:
    """Two-sided mid-p: twice the smaller tail, in which the observed outcome counts half."""
    if n == 0:
        return 1.0
    if not 0 < share < 1:
        raise BadParameter("share", share, expected="between 0 and 1")
    at_most = float(_binomial_cdf(successes, n, share))
    below = float(_binomial_cdf(successes - 1, n, share))
    lower = (at_most + below) / 2
    return float(min(1.0, 2 * min(lower, 1 - lower)))


def _binomial_cdf(successes: int, n: int, share: float) -> float:
    if successes < 0:
        return 0.0
    return 1.0 if successes >= n else float(betainc(n - successes, successes + 1, 1 - share))
