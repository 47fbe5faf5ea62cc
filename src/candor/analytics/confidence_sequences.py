"""Confidence sequences: intervals that may be looked at every day and still hold.

An ordinary 95 % interval looked at after every 20 answers up to 1,000 misses the truth at some look in about a third of all series.
The intervals here hold at *all* looks together with chance ``level``; the price is about twice the width. Reports
use the ordinary interval, pages that are watched and decisions to stop use these.
Answers are taken as independent and from one distribution throughout: if the true score moves, nothing is promised. When that goes so far
that no single mean is left, :class:`RunningLimits` says so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln

from candor.analytics import inputs
from candor.analytics.errors import BadParameter, EmptySample
from candor.analytics.estimates import WIDE_SHARE, Estimate, Status, require_level, status_of
from candor.analytics.inputs import FloatArray

__all__ = [
    "RunningLimits",
    "betting_sequence",
    "empirical_bernstein_sequence",
    "mean_confidence_sequence",
    "nps_confidence_sequence",
    "share_confidence_sequence",
]

GRID = 1000
"""Steps into which the betting sequence divides the scale; limits are given one step too wide rather than too narrow."""

_BISECTIONS = 64
_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLimits:
    """Limits of one mean after each answer, in the order of arrival, each narrowing only: a mean once left out stays out.

    Attributes:
        low, high: As long as the answers. NaN from the answer at which no mean was left: they are an empty set, and
            not the crossed limits that a running best would give.
        emptied_at: Number of that answer, the first being 1; None while some mean is left.
        scale_width: Length of the scale, for the status.
    """

    low: FloatArray
    high: FloatArray
    emptied_at: int | None
    scale_width: float
    method: str
    level: float

    @property
    def n(self) -> int:
        """Answers."""
        return len(self.low)

    @property
    def status(self) -> Status:
        """``not_comparable`` once no mean is left: early and late answers are then not of one mean."""
        if self.emptied_at is not None:
            return "not_comparable"
        return "wide" if self.high[-1] - self.low[-1] > WIDE_SHARE * self.scale_width else "ok"

    @property
    def words(self) -> str:
        """What a display says in place of the limits, or beside them; empty when they may stand alone."""
        if self.emptied_at is not None:
            return (
                f"No single mean fits these answers any more, since answer {self.emptied_at}: it has moved, or the answers depend on each "
                f"other. With one mean and independent answers this happens in {1 - self.level:.3g} of all series at most. Start anew."
            )
        return "" if self.status == "ok" else f"Wide interval ({self.n} answers)"


def nps_confidence_sequence(
    *,
    detractors: int,
    passives: int,
    promoters: int,
    prior: tuple[float, float, float] = (1.0, 1.0, 1.0),
    level: float = 0.95,
    least_n: int = 0,
) -> Estimate:
    """NPS after all answers so far, with an interval that holds at every look.

    ``prior`` (Dirichlet) must be chosen before the first answer; it moves the width a little, never the guarantee.

    Source: Lindon & Malek (2022), Anytime-valid inference for multinomial count data, NeurIPS; Robbins (1970).

    >>> score = nps_confidence_sequence(detractors=100, passives=150, promoters=250)
    >>> score.value, round(score.low, 3), round(score.high, 3)
    (0.3, 0.152, 0.438)
    """
    return mean_confidence_sequence(
        counts=[detractors, passives, promoters],
        values=[-1.0, 0.0, 1.0],
        prior=prior,
        level=level,
        least_n=least_n,
    )


def share_confidence_sequence(*, favourable: int, n: int, level: float = 0.95, least_n: int = 0) -> Estimate:
    """Share of favourable answers, with an interval that holds at every look.

    Source: Lindon & Malek (2022) NeurIPS; for two cells: Robbins (1970) Annals of Mathematical Statistics
    41:1397.
    """
    inputs.part_of(favourable, n)
    return mean_confidence_sequence(
        counts=[n - favourable, favourable], values=[0.0, 1.0], level=level, least_n=least_n
    )


def mean_confidence_sequence(
    *,
    counts: ArrayLike,
    values: ArrayLike,
    prior: ArrayLike | None = None,
    level: float = 0.95,
    least_n: int = 0,
) -> Estimate:
    """Mean over the cells of a scale after all answers so far, with an interval that holds at every look.

    All distributions θ with ``Σ S log θ ≥ log B(a + S) − log B(a) − log(1/α)`` are possible; the interval is the
    lowest and highest mean among them.

    Source: Lindon & Malek (2022) NeurIPS; mixtures: Robbins (1970) Annals of Mathematical Statistics 41:1397.
    """
    require_level(level)
    s, v = inputs.counts("counts", counts), inputs.finite("values", values)
    inputs.in_a_row(counts=s, values=v)
    a = np.ones(len(s)) if prior is None else inputs.positive("prior", prior)
    inputs.same_length(counts=s, values=v, prior=a)
    if len(v) < 2 or (np.diff(v) <= 0).any():
        raise BadParameter("values", v.tolist(), expected="two or more cells in rising order")
    n = float(s.sum())
    least = _log_beta(a + s) - _log_beta(a) + float(np.log(1 - level))
    low, high = -_highest_mean(s[::-1], -v[::-1], least), _highest_mean(s, v, least)
    return Estimate(
        value=float(s @ v / n) if n else None,
        low=low if n else None,
        high=high if n else None,
        n=int(n),
        method="multinomial confidence sequence",
        status=status_of(
            n=n, low=low if n else None, high=high, scale_width=float(np.ptp(v)), least_n=least_n
        ),
        level=level,
        least_n=least_n,
    )


def empirical_bernstein_sequence(
    answers: ArrayLike, *, lowest: float = 0.0, highest: float = 1.0, level: float = 0.95
) -> RunningLimits:
    """Limits of the mean after each answer, in the order of arrival; for any bounded answers, no cells needed.

    Wider than :func:`mean_confidence_sequence` at first. The order is part of the data here: it is time.

    Source: Waudby-Smith & Ramdas (2024) JRSS-B 86:1, predictable plug-in empirical Bernstein.

    >>> moved = empirical_bernstein_sequence([1.0] * 200 + [0.0] * 400)
    >>> moved.status, moved.emptied_at, bool(moved.low[-1] == moved.low[-1])
    ('not_comparable', 231, False)
    """
    require_level(level)
    x = _on_unit_scale(answers, lowest, highest)
    known_mean, stakes = _stakes(x, level)
    cost = float(np.log(2 / (1 - level)))
    bet = np.minimum(stakes, 0.5)
    # ψ(λ) = −log(1 − λ) − λ, a quarter of which stands for λ²/8 of a plain Hoeffding bound.
    price = np.cumsum((x - known_mean) ** 2 * (-np.log1p(-bet) - bet))
    centre = np.cumsum(bet * x) / np.cumsum(bet)
    half = (cost + price) / np.cumsum(bet)
    return _running(
        np.maximum.accumulate(centre - half), np.minimum.accumulate(centre + half),
        lowest=lowest, highest=highest, method="empirical Bernstein confidence sequence", level=level,
    )  # fmt: skip


def betting_sequence(
    answers: ArrayLike, *, lowest: float = 0.0, highest: float = 1.0, level: float = 0.95
) -> RunningLimits:
    """Limits of the mean after each answer, by betting against every mean: usually the narrowest with few answers.

    Against each mean m on a grid one gambler bets that answers lie above it and one that they lie below, each with half
    of the stake; m is left out for good once a gambler has made ``1 / (1 − level)`` times the stake, which under the true
    mean happens with chance ``1 − level`` at most. Bets are fixed before the answer is seen and never risk more than half.

    Args:
        answers: In the order of arrival.
        lowest, highest: Ends of the scale.
        level: Chance that the mean lies within all the limits.

    Returns:
        The limits, one step of the grid (a thousandth of the scale) wider than computed.

    Raises:
        EmptySample: No answer.
        BadParameter: An answer outside the scale.

    Source: Waudby-Smith & Ramdas (2024) JRSS-B 86:1, §4 (hedged capital process, predictable plug-in bets).

    >>> found = betting_sequence([1, 0.5, 1, 0, 1, 1, 0.5, 0, 1, 0.5] * 50)
    >>> round(float(2 * found.low[-1] - 1), 3), round(float(2 * found.high[-1] - 1), 3)
    (0.178, 0.432)
    """
    require_level(level)
    x = _on_unit_scale(answers, lowest, highest)
    _, stakes = _stakes(x, level)
    m = np.arange(GRID + 1) / GRID
    limit = float(np.log(2 / (1 - level)))
    above, below = np.zeros(GRID + 1), np.zeros(GRID + 1)
    ends = np.empty((2, len(x)), dtype=np.int64)
    with np.errstate(divide="ignore"):
        most = np.stack([0.5 / m, 0.5 / (1 - m)])
    for start in range(0, len(x), _CHUNK):
        part = slice(start, start + _CHUNK)
        off, bet = x[part, None] - m, stakes[part, None]
        won = above + np.cumsum(np.log1p(np.minimum(bet, most[0]) * off), axis=0)
        lost = below + np.cumsum(np.log1p(-np.minimum(bet, most[1]) * off), axis=0)
        above, below = won[-1], lost[-1]
        # Who bets on "above" wins the less the higher m, who bets on "below" the more: each leaves out one end of the grid.
        ends[0, part] = (won < limit).argmax(axis=1)
        ends[1, part] = GRID - (lost < limit)[:, ::-1].argmax(axis=1)
    first, last = np.maximum.accumulate(ends[0]), np.minimum.accumulate(ends[1])
    # Both may leave out all of the grid and yet not the means between two neighbours on it.
    low = np.where(first - last > 1, np.inf, m[first] - 1 / GRID)
    return _running(
        low,
        m[last] + 1 / GRID,
        lowest=lowest,
        highest=highest,
        method="betting confidence sequence",
        level=level,
    )


def _running(
    low: FloatArray, high: FloatArray, *, lowest: float, highest: float, method: str, level: float
) -> RunningLimits:
    """Running best limits on 0–1, back on the scale; NaN from where they cross or leave it."""
    low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    is_empty = low > high  # for good: limits only narrow
    width = highest - lowest
    return RunningLimits(
        low=np.where(is_empty, np.nan, lowest + width * low),
        high=np.where(is_empty, np.nan, lowest + width * high),
        emptied_at=int(is_empty.argmax()) + 1 if is_empty.any() else None,
        scale_width=width,
        method=method,
        level=level,
    )


def _on_unit_scale(answers: ArrayLike, lowest: float, highest: float) -> FloatArray:
    given = inputs.finite("answers", answers)
    inputs.in_a_row(answers=given)
    if len(given) == 0:
        raise EmptySample("answers")
    inputs.finite("lowest and highest", [lowest, highest])
    if not lowest < highest:
        raise BadParameter("lowest", lowest, expected=f"below highest ({highest})")
    wrong = given[(given < lowest) | (given > highest)]
    if len(wrong):
        raise BadParameter("answers", float(wrong[0]), expected=f"between {lowest} and {highest}")
    return (given - lowest) / (highest - lowest)


def _stakes(x: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Mean known before each answer, and the bet that it calls for, before it is capped."""
    time = np.arange(1, len(x) + 1)
    mean = (0.5 + np.cumsum(x)) / (time + 1)
    variance = (0.25 + np.cumsum((x - mean) ** 2)) / (time + 1)
    known_mean, known_variance = np.r_[0.5, mean[:-1]], np.r_[0.25, variance[:-1]]
    stakes = np.sqrt(2 * np.log(2 / (1 - level)) / (known_variance * time * np.log1p(time)))
    return known_mean, stakes


def _highest_mean(s: FloatArray, v: FloatArray, least: float) -> float:
    """Highest mean of all θ with Σ S log θ ≥ least; v rises.

    At the solution θ_i ∝ S_i / (t − v_i) with one t above the highest value that was answered: bisect on t. When the
    highest cell was never answered, t can come down to its value, and what the constraint then still allows is put
    into that cell.
    """
    n = s.sum()
    if n == 0:
        return float(v[-1])
    answered = s > 0
    top, width = float(v[-1]), float(np.ptp(v))

    def tilted(gap: float) -> tuple[float, float]:
        theta = s[answered] / ((top - v[answered]) + gap)
        theta = theta / theta.sum()
        return float(s[answered] @ np.log(theta)), float(theta @ v[answered])

    if not answered[-1]:
        fit, mean = tilted(0.0)
        if fit >= least:
            moved = -np.expm1((least - fit) / n)
            return float((1 - moved) * mean + moved * top)
    low, high = -60.0, 60.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        fits = tilted(width * float(np.exp(middle)))[0] >= least
        low, high = (low, middle) if fits else (middle, high)
    return tilted(width * float(np.exp(high)))[1]


def _log_beta(alpha: FloatArray) -> float:
    """Logarithm of the multivariate beta function."""
    if len(alpha) == 2:
        return float(betaln(alpha[0], alpha[1]))
    return float(gammaln(alpha).sum() - gammaln(alpha.sum()))
