"""Scores of one group from counts: NPS, share of favourable answers, mean, rate, effort, index.

Each takes keyword counts and returns an :class:`~candor.analytics.estimates.Estimate`. Nothing counted gives
``value=None`` with status ``too_few``; counts that can't be (negative, NaN) raise ``BadCounts``. ``least_n`` marks
a number built on fewer answers as ``too_few``: it is still computed, and a display must then show words instead.

Weighted samples: pass sums of weights as the counts, with ``n`` answers and ``squared_weights`` (the sum of squared
weights). Intervals are then made from Kish's effective n: ``(Σw)² / Σw²``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from candor.analytics import cell_means, inputs, net_promoter, proportions
from candor.analytics.errors import BadCounts, BadParameter, BadWeights, EmptySample
from candor.analytics.estimates import Estimate, require_level, status_of
from candor.analytics.inputs import FloatArray

__all__ = [
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
]

Limits = tuple[FloatArray, FloatArray]
NetPromoterLimits = Callable[..., Limits]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting:
    """What weights do to a sample: ``n`` answers, their sum of weights and of squared weights.

    >>> w = Weighting(n=100, total=100.0, squared=125.0)
    >>> w.effective_n, w.design_effect
    (80.0, 1.25)
    """

    n: int
    total: float
    squared: float

    def __post_init__(self) -> None:
        _whole("n", self.n)
        inputs.weights([self.total, self.squared])
        if self.n and (self.total <= 0 or self.squared <= 0):
            raise BadWeights(self.total, expected="a sum above 0 where there are answers")
        if self.total**2 > self.n * self.squared * (1 + 1e-9):
            raise BadWeights(
                self.squared, expected="a sum of squared weights of at least (sum of weights)² / n"
            )

    @property
    def effective_n(self) -> float:
        """Kish: how many answers of equal weight would tell as much."""
        return self.total**2 / self.squared if self.n else 0.0

    @property
    def design_effect(self) -> float:
        """``n / effective_n``: what unequal weights cost."""
        return self.n / self.effective_n if self.n else 1.0


def net_promoter_score(
    *, detractors: int, passives: int, promoters: int, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """Share of promoters less share of detractors, in −1…1.

    Tango's interval below 30 answers, adjusted Wald from there on. Assumes independent answers.

    Sources: Rocks (2016) The American Statistician 70(4); Tango (1998) Statistics in Medicine 17.

    >>> score = net_promoter_score(detractors=10, passives=25, promoters=65)
    >>> score.value, round(score.low, 3), round(score.high, 3), score.n, score.method
    (0.55, 0.403, 0.665, 100, 'adjusted Wald')
    """
    n = detractors + passives + promoters
    if n < net_promoter.SMALL_SAMPLE:
        return net_promoter_score_tango(
            detractors=detractors, passives=passives, promoters=promoters, level=level, least_n=least_n
        )
    return net_promoter_score_adjusted_wald(
        detractors=detractors, passives=passives, promoters=promoters, level=level, least_n=least_n
    )


def net_promoter_score_adjusted_wald(
    *, detractors: int, passives: int, promoters: int, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """NPS with the adjusted Wald interval whatever the n (see :func:`net_promoter_score`)."""
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
    """NPS with Tango's score interval whatever the n (see :func:`net_promoter_score`)."""
    return _net_promoter(
        (detractors, passives, promoters),
        net_promoter.tango_limits,
        "Tango score",
        level=level,
        least_n=least_n,
    )


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

    The interval is that of :func:`net_promoter_score` at Kish's effective n (Tango below 30 of those).

    >>> score = weighted_net_promoter_score(
    ...     detractors=10.0, passives=25.0, promoters=65.0, n=100, squared_weights=125.0)
    >>> score.value, score.n_effective, score.design_effect
    (0.55, 80.0, 1.25)
    """
    sums = _counts(detractors=detractors, passives=passives, promoters=promoters)
    weighting = Weighting(n=n, total=float(sums.sum()), squared=squared_weights)
    small = weighting.effective_n < net_promoter.SMALL_SAMPLE
    return _weighted_score(
        sums,
        np.array([-1.0, 0.0, 1.0]),
        weighting,
        net_promoter.net_promoter_limits,
        "Tango score on effective n" if small else "adjusted Wald on effective n",
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


def weighted_top_box_share(
    *,
    favourable: float,
    total: float,
    n: int,
    squared_weights: float,
    level: float = 0.95,
    least_n: int = 0,
) -> Estimate:
    """Share of a weighted sample: ``favourable`` and ``total`` are sums of weights; Wilson at the effective n."""
    _whole_of(favourable, total)
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


def mean_score(*, counts: Mapping[float, int], level: float = 0.95, least_n: int = 0) -> Estimate:
    """Mean answer on a scale of cells; ``counts`` maps every cell of the scale, also empty ones, to its answers.

    Student's interval where it holds (n ≥ 30 and n ≥ 25·skewness²), otherwise a Dirichlet interval over the cells.

    >>> mean = mean_score(counts={1: 10, 2: 15, 3: 25, 4: 30, 5: 20})
    >>> mean.value, round(mean.low, 2), round(mean.high, 2), mean.method
    (3.35, 3.1, 3.6, 'Student t')
    >>> mean_score(counts={1: 0, 2: 0, 3: 1, 4: 3, 5: 16}).method
    'Dirichlet over cells'
    """
    cells, values = _cells(counts)
    by_t = bool(cell_means.t_holds(cells, values))
    limits, method = (
        (cell_means.t_limits, "Student t") if by_t else (cell_means.dirichlet_limits, "Dirichlet over cells")
    )
    return _mean(cells, values, limits, method, level=level, least_n=least_n)


def mean_score_t(*, counts: Mapping[float, int], level: float = 0.95, least_n: int = 0) -> Estimate:
    """Mean with Student's interval whatever the shape; no interval below two answers."""
    return _mean(*_cells(counts), cell_means.t_limits, "Student t", level=level, least_n=least_n)


def mean_score_dirichlet(*, counts: Mapping[float, int], level: float = 0.95, least_n: int = 0) -> Estimate:
    """Mean with the Dirichlet interval whatever the shape (prior answers: 1.5 in all, spread over the cells)."""
    return _mean(
        *_cells(counts), cell_means.dirichlet_limits, "Dirichlet over cells", level=level, least_n=least_n
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
    """
    values = inputs.finite("values", sorted(cells))
    table = inputs.weights([cells[value] for value in sorted(cells)]).reshape(-1, 3)
    n, sums, squares = table[:, 0], table[:, 1], table[:, 2]
    weighting = Weighting(n=int(n.sum()), total=float(sums.sum()), squared=float(squares.sum()))
    if weighting.n == 0:
        return _empty("Student t", level=level, least_n=least_n)
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


def event_rate(*, events: int, exposure: float, level: float = 0.95, least_n: int = 0) -> Estimate:
    """Events per unit of exposure (complaints per order, per thousand loans) with Garwood's exact interval.

    ``n`` of the result is the number of events: that is what makes the rate sure. Wide means wider than the rate
    itself (fewer than about 18 events). Assumes that events come independently; repeats by one angry customer do not.

    Source: Garwood, F. (1936) Biometrika 28:437.

    >>> rate = event_rate(events=10, exposure=1000)
    >>> rate.value, round(rate.low, 6), round(rate.high, 6)
    (0.01, 0.004795, 0.01839)
    """
    require_level(level)
    _whole("events", events)
    exposed = float(inputs.counts("exposure", exposure))
    if exposed == 0:
        if events:
            raise BadCounts("exposure", exposure, expected="above 0 where there are events")
        return _empty("Garwood exact", level=level, least_n=least_n)
    low, high = garwood_limits(np.asarray(float(events)), np.asarray(exposed), level=level)
    status = status_of(
        n=max(events, 1) if least_n == 0 else events,
        low=float(low),
        high=float(high),
        scale_width=4 * events / exposed,
        least_n=least_n,
    )
    return Estimate(
        value=events / exposed,
        low=float(low),
        high=float(high),
        n=events,
        method="Garwood exact",
        status=status,
        level=level,
        least_n=least_n,
    )


def garwood_limits(events: FloatArray, exposure: FloatArray, *, level: float = 0.95) -> Limits:
    """Exact Poisson limits of a rate, for one group or for thousands."""
    tail = (1 - level) / 2
    low = np.where(events > 0, gammaincinv(np.maximum(events, 1e-300), tail), 0.0) / exposure
    return low, gammaincinv(events + 1, 1 - tail) / exposure


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortScore:
    """Customer effort: share of easy answers and mean ease, both with high meaning easy."""

    easy_share: Estimate
    mean_ease: Estimate


def effort_score(
    *,
    counts: Mapping[float, int],
    easy_is_high: bool = True,
    easy_cells: int = 3,
    level: float = 0.95,
    least_n: int = 0,
) -> EffortScore:
    """Customer effort score: share of the ``easy_cells`` easiest answers, and the mean.

    The seven-point item of 2013 ("made it easy", agree) counts 5–7 as easy; the item of 2010 asked how much
    effort it took, so there low is easy: store that polarity with the question and pass ``easy_is_high=False``.
    The mean is then turned round on the same scale (1 becomes 7).

    >>> score = effort_score(counts={1: 2, 2: 3, 3: 5, 4: 10, 5: 20, 6: 30, 7: 30})
    >>> score.easy_share.value, score.mean_ease.value
    (0.8, 5.53)
    """
    scale = sorted(counts)
    if not 0 < easy_cells < len(scale):
        raise BadParameter("easy_cells", easy_cells, expected=f"1 to {len(scale) - 1}")
    ends = scale[0] + scale[-1]
    eased = dict(counts) if easy_is_high else {ends - value: n for value, n in counts.items()}
    easiest = sorted(eased)[-easy_cells:]
    return EffortScore(
        easy_share=top_box_share(
            favourable=sum(eased[value] for value in easiest),
            n=sum(counts.values()),
            level=level,
            least_n=least_n,
        ),
        mean_ease=mean_score(counts=eased, level=level, least_n=least_n),
    )


def index_score(
    *, item_means: Sequence[float], item_weights: Sequence[float], lowest: float = 1, highest: float = 10
) -> float:
    """Weighted index of several items on one scale, stretched to 0…1 (the form used by the ACSI).

    A value without doubt: use :func:`index_of_answers` wherever the answers themselves are at hand.

    Source: Fornell et al. (1996) Journal of Marketing 60(4).

    >>> round(index_score(item_means=[7.9, 7.1, 7.2], item_weights=[0.42, 0.30, 0.28]), 6)
    0.718222
    """
    means, weights = inputs.finite("item_means", item_means), inputs.weights(item_weights)
    inputs.same_length(item_means=means, item_weights=weights)
    if weights.sum() <= 0:
        raise BadWeights(float(weights.sum()))
    if not lowest < highest:
        raise BadParameter("highest", highest, expected=f"above lowest ({lowest})")
    if ((means < lowest) | (means > highest)).any():
        raise BadParameter("item_means", means.tolist(), expected=f"between {lowest} and {highest}")
    return float((weights @ means / weights.sum() - lowest) / (highest - lowest))


def index_of_answers(
    *,
    answers: Sequence[Sequence[float]],
    item_weights: Sequence[float],
    lowest: float = 1,
    highest: float = 10,
    level: float = 0.95,
    least_n: int = 0,
) -> Estimate:
    """Index of several items with its interval, from one row of answers a person (rows × items), in 0…1.

    Each person's own index is formed first, so that items which move together widen the interval as they should.
    Student's interval, cut off at 0 and 1. Rows with a missing item must be left out by the caller.
    """
    table = inputs.finite("answers", answers)
    if table.size == 0:
        return _empty("Student t of personal indexes", level=level, least_n=least_n)
    each = np.array(
        [
            index_score(item_means=row, item_weights=item_weights, lowest=lowest, highest=highest)
            for row in table
        ]
    )
    low, high = cell_means.t_limits(np.ones(len(each)), each, level=level)
    return _estimate(
        float(each.mean()),
        float(np.maximum(low, 0)),
        float(np.minimum(high, 1)),
        n=len(each),
        method="Student t of personal indexes",
        scale_width=1.0,
        level=level,
        least_n=least_n,
    )


def _net_promoter(
    three: tuple[int, int, int], limits: NetPromoterLimits, method: str, *, level: float, least_n: int
) -> Estimate:
    require_level(level)
    for name, count in zip(("detractors", "passives", "promoters"), three, strict=True):
        _whole(name, count)
    n = sum(three)
    if n == 0:
        return _empty(method, level=level, least_n=least_n)
    low, high = limits(*np.asarray(three, dtype=np.float64), level=level)
    return _estimate(
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
    _whole("n", n)
    _whole("favourable", favourable)
    _whole_of(favourable, n)
    if n == 0:
        return _empty(method, level=level, least_n=least_n)
    low, high = limits(np.asarray(float(favourable)), np.asarray(float(n)), level=level)
    return _estimate(
        favourable / n,
        float(low),
        float(high),
        n=n,
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
        return _empty(method, level=level, least_n=least_n)
    scale_width = float(np.ptp(values))
    low, high = (
        limits(cells, values, level=level) if scale_width > 0 else (np.asarray(np.nan), np.asarray(np.nan))
    )
    return _estimate(
        float(cell_means.row_means(cells, values)),
        float(low),
        float(high),
        n=n,
        method=method,
        scale_width=scale_width,
        level=level,
        least_n=least_n,
    )


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
    return _estimate(
        mean,
        max(mean - half, float(values.min())),
        min(mean + half, float(values.max())),
        n=weighting.n,
        method="Student t, linearised for weights",
        scale_width=float(np.ptp(values)),
        level=level,
        least_n=least_n,
        weighting=weighting,
    )


def _weighted_score(
    sums: FloatArray,
    codes: FloatArray,
    weighting: Weighting,
    limits: Callable[..., Limits],
    method: str,
    *,
    level: float,
    least_n: int,
) -> Estimate:
    """Mean of the codes over weighted cells, with the unweighted interval at the effective n."""
    require_level(level)
    if weighting.n == 0:
        return _empty(method, level=level, least_n=least_n)
    effective = sums * (weighting.effective_n / weighting.total)
    low, high = limits(*effective, level=level)
    return _estimate(
        float(sums @ codes / weighting.total),
        float(low),
        float(high),
        n=weighting.n,
        method=method,
        scale_width=float(np.ptp(codes)),
        level=level,
        least_n=least_n,
        weighting=weighting,
    )


def _estimate(
    value: float,
    low: float,
    high: float,
    *,
    n: int,
    method: str,
    scale_width: float,
    level: float,
    least_n: int,
    weighting: Weighting | None = None,
) -> Estimate:
    known = bool(np.isfinite(low) and np.isfinite(high))
    ends = (low, high) if known else (None, None)
    return Estimate(
        value=value,
        low=ends[0],
        high=ends[1],
        n=n,
        method=method,
        status=status_of(n=n, low=ends[0], high=ends[1], scale_width=scale_width, least_n=least_n),
        level=level,
        n_effective=weighting.effective_n if weighting else None,
        design_effect=weighting.design_effect if weighting else None,
        least_n=least_n,
    )


def _empty(method: str, *, level: float, least_n: int) -> Estimate:
    require_level(level)
    return Estimate(
        value=None,
        low=None,
        high=None,
        n=0,
        method=method,
        status="too_few",
        level=level,
        least_n=least_n,
    )


def _counts(**named: float) -> FloatArray:
    return np.array([float(inputs.counts(name, value)) for name, value in named.items()])


def _cells(counts: Mapping[float, int]) -> tuple[FloatArray, FloatArray]:
    if not counts:
        raise EmptySample("cells: give the scale, with 0 for cells nobody chose")
    scale = sorted(counts)
    for value in scale:
        _whole(f"count of {value}", counts[value])
    return inputs.counts("counts", [counts[value] for value in scale]), inputs.finite("scale", scale)


def _whole(name: str, count: float) -> None:
    if not (np.isfinite(count) and count >= 0 and count == int(count)):
        raise BadCounts(name, count, expected="a whole number, 0 or more")


def _whole_of(favourable: float, total: float) -> None:
    inputs.counts("favourable", favourable)
    inputs.counts("total", total)
    if favourable > total:
        raise BadCounts("favourable", favourable, expected=f"at most {total}")
