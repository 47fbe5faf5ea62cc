"""Scores of one group from counts: NPS, share of favourable answers, mean.

Each takes keyword counts and returns an :class:`~candor.analytics.estimates.Estimate`. Nothing counted gives
``value=None`` with status ``too_few``; counts that can't be (negative, NaN) raise ``BadCounts``. ``least_n`` marks
a number built on fewer answers as ``too_few``: it is still computed, and a display must then show words instead.

Weighted samples have their own module, ``weighted_scores``; rates ``event_rates``; effort and indexes ``indexes``.
"""

from collections.abc import Callable, Mapping

import numpy as np

from candor.analytics import cell_means, inputs, net_promoter, proportions
from candor.analytics.errors import EmptySample
from candor.analytics.estimates import Estimate, empty_estimate, estimate_of, require_level
from candor.analytics.inputs import FloatArray

__all__ = [
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
]

Limits = tuple[FloatArray, FloatArray]
NetPromoterLimits = Callable[..., Limits]


def net_promoter_score(
    *, detractors: int, passives: int, promoters: int, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """Share of promoters less share of detractors, in −1…1.

    Tango's interval below 30 answers (below 8 its enumerated mid-p form), adjusted Wald from there on. Assumes independent
    answers.

    Sources: Rocks (2016) The American Statistician 70(4); Tango (1998) Statistics in Medicine 17; mid-p: Lancaster (1961) JASA 56.

    >>> score = net_promoter_score(detractors=10, passives=25, promoters=65)
    >>> score.value, round(score.low, 3), round(score.high, 3), score.n, score.method
    (0.55, 0.403, 0.665, 100, 'adjusted Wald')
    """
    for name, count in (("detractors", detractors), ("passives", passives), ("promoters", promoters)):
        inputs.whole(name, count)
    three = detractors, passives, promoters
    return _net_promoter(
        three,
        net_promoter.net_promoter_limits,
        net_promoter.interval_of(sum(three)),
        level=level,
        least_n=least_n,
    )


def net_promoter_score_adjusted_wald(
    *, detractors: int, passives: int, promoters: int, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """NPS with the adjusted Wald interval whatever the n (see :func:`net_promoter_score`).

    Source: Rocks (2016) The American Statistician 70:365.
    """
    return _net_promoter(
        (detractors, passives, promoters),
        net_promoter.adjusted_wald_limits,
        "adjusted Wald",
        level=level,
        least_n=least_n,
    )


def net_promoter_score_tango(
    *, detractors: int, passives: int, promoters: int, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """NPS with Tango's score interval whatever the n (see :func:`net_promoter_score`).

    Source: Tango (1998) Statistics in Medicine 17:891.
    """
    return _net_promoter(
        (detractors, passives, promoters),
        net_promoter.tango_limits,
        "Tango score",
        level=level,
        least_n=least_n,
    )


def net_promoter_score_mid_p(
    *, detractors: int, passives: int, promoters: int, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """NPS with Tango's test enumerated and read as mid-p, for up to seven answers (see :func:`net_promoter_score`); Tango's
    interval for more.

    Sources: Tango (1998) Statistics in Medicine 17:891; Lancaster (1961) JASA 56:223.

    >>> few = net_promoter_score_mid_p(detractors=1, passives=1, promoters=5)
    >>> round(few.low, 2), round(few.high, 2), few.method
    (-0.11, 0.89, 'Tango mid-p')
    """
    n = detractors + passives + promoters
    return _net_promoter(
        (detractors, passives, promoters),
        net_promoter.mid_p_limits,
        "Tango mid-p" if n < 8 else "Tango score",
        level=level,
        least_n=least_n,
    )


def top_box_share(*, favourable: int, n: int, level: float = 0.95, least_n: int = 0) -> Estimate:
    """Share of favourable answers (CSAT: 4 and 5 of five) with Wilson's interval.

    Source: Wilson (1927); Newcombe (1998) Statistics in Medicine 17:857.

    >>> share = top_box_share(favourable=81, n=263)
    >>> round(share.value, 4), round(share.low, 4), round(share.high, 4)
    (0.308, 0.2553, 0.3662)
    """
    return _share(favourable, n, proportions.wilson_limits, "Wilson", level=level, least_n=least_n)


def top_box_share_jeffreys(*, favourable: int, n: int, level: float = 0.95, least_n: int = 0) -> Estimate:
    """Share with Jeffreys' Bayesian interval (Brown, Cai & DasGupta 2001)."""
    return _share(favourable, n, proportions.jeffreys_limits, "Jeffreys", level=level, least_n=least_n)


def top_box_share_clopper_pearson(
    *, favourable: int, n: int, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """Share with the exact interval of Clopper & Pearson (1934): for contracts that ask for "at least 95 %"."""
    return _share(
        favourable, n, proportions.clopper_pearson_limits, "Clopper–Pearson", level=level, least_n=least_n
    )


def mean_score(*, counts: Mapping[float, int], level: float = 0.95, least_n: int = 0) -> Estimate:
    """Mean answer on a scale of cells; ``counts`` maps every cell of the scale, also empty ones, to its answers.

    Student's interval where it holds (n ≥ 30 and n ≥ 25·skewness²), otherwise a Dirichlet interval over the cells.

    Source: Student (1908) Biometrika 6:1; Gelman et al. (2013) Bayesian Data Analysis, 3rd ed., §3.4; which of
    the two: Cochran (1977) Sampling Techniques, 3rd ed., §2.15.

    >>> mean = mean_score(counts={1: 10, 2: 15, 3: 25, 4: 30, 5: 20})
    >>> mean.value, round(mean.low, 2), round(mean.high, 2), mean.method
    (3.35, 3.1, 3.6, 'Student t')
    >>> mean_score(counts={1: 0, 2: 0, 3: 1, 4: 3, 5: 16}).method
    'Dirichlet over cells'
    """
    cells, values = _cells(counts)
    method = "Student t" if cell_means.t_holds(cells, values) else "Dirichlet over cells"
    return _mean(cells, values, cell_means.mean_limits, method, level=level, least_n=least_n)


def mean_score_t(*, counts: Mapping[float, int], level: float = 0.95, least_n: int = 0) -> Estimate:
    """Mean with Student's interval whatever the shape; no interval below two answers.

    Source: Student (1908) Biometrika 6:1.
    """
    return _mean(*_cells(counts), cell_means.t_limits, "Student t", level=level, least_n=least_n)


def mean_score_dirichlet(*, counts: Mapping[float, int], level: float = 0.95, least_n: int = 0) -> Estimate:
    """Mean with the Dirichlet interval whatever the shape (prior answers: 1.5 in all, spread over the cells).

    Source: Gelman et al. (2013) Bayesian Data Analysis, 3rd ed., §3.4.
    """
    return _mean(
        *_cells(counts), cell_means.dirichlet_limits, "Dirichlet over cells", level=level, least_n=least_n
    )


def _net_promoter(
    three: tuple[int, int, int], limits: NetPromoterLimits, method: str, *, level: float, least_n: int
) -> Estimate:
    require_level(level)
    for name, count in zip(("detractors", "passives", "promoters"), three, strict=True):
        inputs.whole(name, count)
    n = int(sum(three))
    if n == 0:
        return empty_estimate(method, level=level, least_n=least_n)
    low, high = limits(*np.asarray(three, dtype=np.float64), level=level)
    return estimate_of(
        (three[2] - three[0]) / n,
        float(low),
        float(high),
        n=n,
        method=method,
        scale_width=2.0,
        level=level,
        least_n=least_n,
    )


def _share(
    favourable: int,
    n: int,
    limits: Callable[..., Limits],
    method: str,
    *,
    level: float,
    least_n: int,
) -> Estimate:
    require_level(level)
    inputs.whole("n", n)
    inputs.whole("favourable", favourable)
    inputs.part_of(favourable, n)
    if n == 0:
        return empty_estimate(method, level=level, least_n=least_n)
    low, high = limits(np.asarray(float(favourable)), np.asarray(float(n)), level=level)
    return estimate_of(
        favourable / n,
        float(low),
        float(high),
        n=int(n),
        method=method,
        scale_width=1.0,
        level=level,
        least_n=least_n,
    )


def _mean(
    cells: FloatArray,
    values: FloatArray,
    limits: Callable[..., Limits],
    method: str,
    *,
    level: float,
    least_n: int,
) -> Estimate:
    require_level(level)
    n = int(cells.sum())
    if n == 0:
        return empty_estimate(method, level=level, least_n=least_n)
    low, high = limits(cells, values, level=level)
    return estimate_of(
        float(cell_means.row_means(cells, values)),
        float(low),
        float(high),
        n=n,
        method=method,
        scale_width=float(np.ptp(values)),
        level=level,
        least_n=least_n,
    )


def _cells(counts: Mapping[float, int]) -> tuple[FloatArray, FloatArray]:
    if not counts:
        raise EmptySample("cells: give the scale, with 0 for cells nobody chose")
    scale = sorted(counts)
    for value in scale:
        inputs.whole(f"count of {value}", counts[value])
    return inputs.counts("counts", [counts[value] for value in scale]), inputs.finite("scale", scale)
