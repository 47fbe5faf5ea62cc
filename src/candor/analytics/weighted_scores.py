"""Scores of weighted samples: pass sums of weights as the counts, with ``n`` answers and their sum of squared weights.

Intervals are those of :mod:`candor.analytics.scores` at Kish's effective n, ``(Σw)² / Σw²``; the mean has a linearised
standard error where Student's interval holds.
"""

from collections.abc import Callable, Mapping

import numpy as np

from candor.analytics import cell_means, inputs, net_promoter, proportions
from candor.analytics.estimates import Estimate, empty_estimate, estimate_of, require_level
from candor.analytics.inputs import FloatArray
from candor.analytics.weighting import Weighting

__all__ = ["weighted_mean_score", "weighted_net_promoter_score", "weighted_top_box_share"]


def weighted_net_promoter_score(
    *,
    detractors: float,
    passives: float,
    promoters: float,
    n: int,
    squared_weights: float,
    level: float = 0.95,
    least_n: int = 0,
) -> Estimate:
    """NPS of a weighted sample: the three counts are sums of weights.

    The interval is Tango's below 30 answers of Kish's effective n, adjusted Wald from there on; it is never enumerated.

    Source: Kish (1965) Survey Sampling, §11.7; effective n inside an interval: Korn & Graubard (1998) Survey
    Methodology 24:193.

    >>> score = weighted_net_promoter_score(
    ...     detractors=10.0, passives=25.0, promoters=65.0, n=100, squared_weights=125.0)
    >>> score.value, score.n_effective, score.design_effect
    (0.55, 80.0, 1.25)
    """
    sums = np.array(
        [
            float(inputs.counts(name, count))
            for name, count in (("detractors", detractors), ("passives", passives), ("promoters", promoters))
        ]
    )
    weighting = Weighting(n=n, total=float(sums.sum()), squared=squared_weights)
    small = weighting.effective_n < net_promoter.SMALL_SAMPLE
    return _weighted_score(
        sums,
        np.array([-1.0, 0.0, 1.0]),
        weighting,
        net_promoter.weighted_limits,
        "Tango score on effective n" if small else "adjusted Wald on effective n",
        level=level,
        least_n=least_n,
    )


def weighted_top_box_share(
    *,
    favourable: float,
    total: float,
    n: int,
    squared_weights: float,
    level: float = 0.95,
    least_n: int = 0,
) -> Estimate:
    """Share of a weighted sample: ``favourable`` and ``total`` are sums of weights; Wilson at the effective n.

    Source: Kish (1965) Survey Sampling, §11.7; effective n inside an interval: Korn & Graubard (1998) Survey
    Methodology 24:193.
    """
    inputs.part_of(favourable, total)
    weighting = Weighting(n=n, total=total, squared=squared_weights)
    return _weighted_score(
        np.array([total - favourable, favourable]),
        np.array([0.0, 1.0]),
        weighting,
        lambda rest, top, *, level: proportions.wilson_limits(top, rest + top, level=level),
        "Wilson on effective n",
        level=level,
        least_n=least_n,
    )


def weighted_mean_score(
    *,
    cells: Mapping[float, tuple[int, float, float]],
    level: float = 0.95,
    least_n: int = 0,
) -> Estimate:
    """Mean of a weighted sample: each cell maps to (answers, sum of weights, sum of squared weights).

    Where Student's interval holds its standard error is linearised, ``√(n/(n−1) Σw²(y−ȳ)²) / Σw``, which is what
    survey packages report for independent draws; elsewhere the Dirichlet interval at the effective n. Weights are
    taken as given: uncertainty of the raking itself is not in it.

    Source: Kish (1965) Survey Sampling, §11.7; linearised error: Särndal, Swensson & Wretman (1992), §5.7.
    """
    values = inputs.finite("values", sorted(cells))
    table = inputs.weights([cells[value] for value in sorted(cells)]).reshape(-1, 3)
    n, sums, squares = table[:, 0], table[:, 1], table[:, 2]
    weighting = Weighting(n=int(n.sum()), total=float(sums.sum()), squared=float(squares.sum()))
    if weighting.n == 0:
        return empty_estimate("Student t", level=level, least_n=least_n)
    effective = sums * (weighting.effective_n / weighting.total)
    if not cell_means.t_holds(effective, values):
        return _weighted_score(
            sums,
            values,
            weighting,
            lambda *columns, level: cell_means.dirichlet_limits(np.stack(columns, -1), values, level=level),
            "Dirichlet over cells on effective n",
            level=level,
            least_n=least_n,
        )
    return _linearised_mean(n, sums, squares, values, weighting, level=level, least_n=least_n)


def _linearised_mean(
    n: FloatArray,
    sums: FloatArray,
    squares: FloatArray,
    values: FloatArray,
    weighting: Weighting,
    *,
    level: float,
    least_n: int,
) -> Estimate:
    require_level(level)
    mean = float(sums @ values / weighting.total)
    correction = weighting.n / (weighting.n - 1)
    error = float(np.sqrt(correction * (squares @ (values - mean) ** 2))) / weighting.total
    half = cell_means.t_quantile(weighting.n - 1, level) * error
    return estimate_of(
        mean,
        max(mean - half, float(values.min())),
        min(mean + half, float(values.max())),
        n=weighting.n,
        method="Student t, linearised for weights",
        scale_width=float(np.ptp(values)),
        level=level,
        least_n=least_n,
        effective_n=weighting.effective_n,
    )


def _weighted_score(
    sums: FloatArray,
    codes: FloatArray,
    weighting: Weighting,
    limits: Callable[..., tuple[FloatArray, FloatArray]],
    method: str,
    *,
    level: float,
    least_n: int,
) -> Estimate:
    """Mean of the codes over weighted cells, with the unweighted interval at the effective n."""
    require_level(level)
    if weighting.n == 0:
        return empty_estimate(method, level=level, least_n=least_n)
    effective = sums * (weighting.effective_n / weighting.total)
    low, high = limits(*effective, level=level)
    return estimate_of(
        float(sums @ codes / weighting.total),
        float(low),
        float(high),
        n=weighting.n,
        method=method,
        scale_width=float(np.ptp(codes)),
        level=level,
        least_n=least_n,
        effective_n=weighting.effective_n,
    )
