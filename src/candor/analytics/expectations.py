"""What people expected against what they met: pairs by person and episode, with what was lost on the way.

A gap is met − expected. It is a difference of two ratings, so it inherits the noise of both, and it hides where
on the scale the two lie; where there are enough pairs, `response_surface` shows what the gap conceals.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import isnan, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from candor.analytics import inputs
from candor.analytics.errors import (
    BadParameter,
    EmptySample,
    NotEnoughHistory,
    NotIdentifiable,
    ShapeMismatch,
)
from candor.analytics.estimates import Estimate, Status, require_level
from candor.analytics.paired import signed_rank
from candor.analytics.scores import top_box_share

__all__ = [
    "ExpectationGap",
    "ResponseSurface",
    "expectation_gap",
    "expectation_gaps",
    "reliability_of_difference",
    "response_surface",
]

Array = npt.NDArray[np.float64]

LEAST_PAIRS = 30
CEILING = 0.3
LEAST_PER_TERM = 10
TERMS = 6
SURFACE = "polynomial regression, standard errors of least squares"
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationGap:
    """One item or touchpoint: how far what was met lay from what was expected.

    Attributes:
        gap: Mean of met − expected over the pairs; below zero is a promise not kept. t interval; none where all gaps are alike.
        under_met: Share of pairs in which less was met than expected. Wilson interval.
        over_met: Share of pairs in which more was met than expected. Wilson interval.
        p_value: Of the signed-rank test that gaps lie evenly about zero; None without two unequal pairs.
        expected, met: Means over the pairs, None without pairs.
        n_pairs: People who answered both times.
        n_expected, n_met: People who answered before, and after.
        lost_share: Share of those who told their expectation and never told what they met.
        lost_expected_more: Mean expectation of the lost less that of the paired, with a Welch interval. Away
            from zero, the pairs do not stand for everyone.
        at_ceiling: Share of expectations at the top of the scale, which nothing can exceed.
        correlation: Between expected and met, over the pairs.
        is_recalled: Whether expectations were asked afterwards; memory bends them towards the outcome.
    """

    gap: Estimate
    under_met: Estimate
    over_met: Estimate
    p_value: float | None
    expected: float | None
    met: float | None
    n_pairs: int
    n_expected: int
    n_met: int
    lost_share: float | None
    lost_expected_more: Estimate
    at_ceiling: float | None
    correlation: float | None
    is_recalled: bool

    @property
    def n(self) -> int:
        """Pairs."""
        return self.n_pairs

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.gap.method

    @property
    def status(self) -> Status:
        """That of the gap."""
        return self.gap.status

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know before believing the gap."""
        said = []
        if self.gap.status == "too_few" and self.n_pairs >= self.gap.least_n:
            said.append("All gaps are alike, which leaves nothing to measure chance by.")
        elif self.gap.status == "too_few":
            said.append(f"Too few pairs to tell ({self.n_pairs} of at least {self.gap.least_n}).")
        if self.lost_share is not None and self.lost_share > 0.5:
            said.append(f"{self.lost_share:.0%} of those who told their expectation were not heard again.")
        drift = self.lost_expected_more
        if drift.status != "too_few" and drift.low is not None and drift.high is not None:
            if drift.low > 0:
                said.append("Those who were not heard again had expected more.")
            elif drift.high < 0:
                said.append("Those who were not heard again had expected less.")
        if self.at_ceiling is not None and self.at_ceiling > CEILING:
            said.append(f"{self.at_ceiling:.0%} expected the top of the scale, which can’t be exceeded.")
        if self.is_recalled:
            said.append("Expectations are recalled, and memory bends them towards what was met.")
        return tuple(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSurface:
    """How an outcome moves with expectation X and experience Y together.

    outcome = b0 + b1 X + b2 Y + b3 X² + b4 XY + b5 Y², with X and Y centred at the middle of the scale.

    Attributes:
        coefficients: b0 to b5.
        a1: Slope along agreement (X = Y): b1 + b2.
        a2: Bend along agreement: b3 + b4 + b5.
        a3: Slope along disagreement (X = −Y): b1 − b2. Below zero: more met than expected goes with more.
        a4: Bend along disagreement: b3 − b4 + b5. Below zero, and a3 about zero: any gap goes with less.
        a5: Whether the ridge runs along agreement (zero if so): b3 − b5.
        r2: Explained by the surface.
        r2_of_difference: Explained by the bare difference Y − X; what the short cut throws away is between.
    """

    coefficients: tuple[Estimate, ...]
    a1: Estimate
    a2: Estimate
    a3: Estimate
    a4: Estimate
    a5: Estimate
    r2: float
    r2_of_difference: float
    n: int
    status: Status
    level: float

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return SURFACE


def expectation_gap(
    expected: Mapping[Hashable, float],
    met: Mapping[Hashable, float],
    *,
    highest: float | None = None,
    is_recalled: bool = False,
    level: float = 0.95,
    least_pairs: int = LEAST_PAIRS,
) -> ExpectationGap:
    """Pair what was expected with what was met, by person (and episode), and say what was lost.

    Pairs are taken as independent: of somebody with many episodes take one, or read the interval as too short.

    Args:
        expected: Who to what they expected, asked before. NaN counts as not answered.
        met: Who to what they met, on the same scale.
        highest: Top of the scale, for the ceiling; not looked at when None.
        is_recalled: True when the expectation was asked after the experience.
        level: Of the intervals.
        least_pairs: Fewer pairs are `too_few`.

    Example:
        >>> before = {"ann": 5, "bob": 4, "cem": 5, "dia": 5}
        >>> after = {"ann": 3, "bob": 4, "cem": 4, "eva": 2}
        >>> found = expectation_gap(before, after, highest=5)
        >>> found.gap.value, found.n_pairs, found.lost_share
        (-1.0, 3, 0.25)
        >>> found.warnings[0]
        'Too few pairs to tell (3 of at least 30).'

    Source:
        Oliver (1980), *J. Marketing Research* 17(4); pairing before and after rather than asking twice
        afterwards: Teas (1993), *J. Marketing* 57(4).
    """
    require_level(level)
    before, after = _given("expected", expected), _given("met", met)
    pairs = np.array(sorted((before[who], after[who]) for who in before.keys() & after.keys()))
    pairs = pairs.reshape(-1, 2)
    lost = np.array(sorted(before[who] for who in before.keys() - after.keys()))
    gaps = pairs[:, 1] - pairs[:, 0]
    n = len(pairs)
    return ExpectationGap(
        gap=_mean(gaps, "paired mean difference, t", level, least_pairs),
        under_met=top_box_share(favourable=int((gaps < 0).sum()), n=n, level=level, least_n=least_pairs),
        over_met=top_box_share(favourable=int((gaps > 0).sum()), n=n, level=level, least_n=least_pairs),
        p_value=signed_rank(pairs[:, 1], pairs[:, 0]).p_value if np.count_nonzero(gaps) > 1 else None,
        expected=float(pairs[:, 0].mean()) if n else None,
        met=float(pairs[:, 1].mean()) if n else None,
        n_pairs=n,
        n_expected=len(before),
        n_met=len(after),
        lost_share=len(lost) / len(before) if before else None,
        lost_expected_more=_difference(lost, pairs[:, 0], level),
        at_ceiling=_share_at(list(before.values()), highest),
        correlation=_correlation(pairs),
        is_recalled=is_recalled,
    )


def expectation_gaps(
    expected: Mapping[str, Mapping[Hashable, float]],
    met: Mapping[str, Mapping[Hashable, float]],
    *,
    highest: float | None = None,
    is_recalled: bool = False,
    level: float = 0.95,
    least_pairs: int = LEAST_PAIRS,
) -> dict[str, ExpectationGap]:
    """`expectation_gap` for each item or touchpoint, by name.

    An item asked on one side only is kept, with no pairs.

    Example:
        >>> sorted(expectation_gaps({"speed": {"ann": 5}}, {"speed": {"ann": 3}, "tone": {"ann": 4}}))
        ['speed', 'tone']

    Source:
        Oliver (1980) Journal of Marketing Research 17:460.
    """
    return {
        item: expectation_gap(
            expected.get(item, {}),
            met.get(item, {}),
            highest=highest,
            is_recalled=is_recalled,
            level=level,
            least_pairs=least_pairs,
        )
        for item in sorted({*expected, *met})
    }


def reliability_of_difference(*, expected: float, met: float, correlation: float) -> float:
    """How much of the variation in gaps between people is real, when both ratings vary equally.

    Args:
        expected: Reliability of the expectation, 0 to 1 (Cronbach's α or retest).
        met: Reliability of the experience.
        correlation: Between the two, below 1.

    Returns:
        Reliability, which can fall below zero when the correlation exceeds what the reliabilities allow.

    Example:
        Two ratings of reliability 0.8 that correlate at 0.6 leave a gap that is half noise.

        >>> round(reliability_of_difference(expected=0.8, met=0.8, correlation=0.6), 2)
        0.5

    Source:
        Peter, Churchill & Brown (1993), *J. Consumer Research* 19(4).
    """
    for name, value in (("expected", expected), ("met", met)):
        if not 0 <= value <= 1:
            raise BadParameter(name, value, expected="a reliability between 0 and 1")
    if not -1 <= correlation < 1:
        raise BadParameter("correlation", correlation, expected="at least −1 and below 1")
    return ((expected + met) / 2 - correlation) / (1 - correlation)


def response_surface(
    expected: npt.ArrayLike, met: npt.ArrayLike, outcome: npt.ArrayLike, *, middle: float, level: float = 0.95
) -> ResponseSurface:
    """Fit the quadratic surface of an outcome over expectation and experience, with the standard errors of least squares.

    Args:
        expected: Length n; rows with a missing value are left out.
        met: Length n, same scale.
        outcome: Length n, e.g. overall satisfaction or intention.
        middle: Middle of the rating scale, subtracted from both so that the slopes are those in the middle.
        level: Of the intervals.

    Returns:
        The surface; `too_few` under 60 complete rows (ten a term). No intervals where it meets every outcome exactly.

    Raises:
        EmptySample: No complete row.
        NotEnoughHistory: Fewer than 7 complete rows.
        NotIdentifiable: X or Y hardly vary, so that the terms cannot be told apart; or all outcomes are the same.
        ShapeMismatch: Lengths differ.
        BadParameter: An endless value.

    Example:
        >>> x, y = [a.ravel() for a in np.meshgrid(range(1, 8), range(1, 8))]
        >>> surface = response_surface(x, y, 5 + 0.3 * (x - 4) + 0.5 * (y - 4) - 0.1 * (x - y) ** 2, middle=4)
        >>> round(surface.a1.value, 3), round(surface.a4.value, 3), round(surface.r2_of_difference, 2)
        (0.8, -0.4, 0.04)

    Source:
        Edwards & Parry (1993), *Academy of Management J.* 36(6); Edwards (2002).
    """
    require_level(level)
    table = _complete(expected, met, outcome)
    x, y, z = table[:, 0] - middle, table[:, 1] - middle, table[:, 2]
    design = np.column_stack([np.ones(len(z)), x, y, x * x, x * y, y * y])
    if np.linalg.matrix_rank(design) < TERMS:
        raise NotIdentifiable("the surface", because="expectation or experience takes too few values")
    inverse = np.linalg.inv(design.T @ design)
    if np.ptp(z) <= _ROUNDING * np.abs(z).max():
        raise NotIdentifiable("the surface", because="all outcomes are the same")
    slopes = inverse @ design.T @ z
    residual = z - design @ slopes
    df = len(z) - TERMS
    covariance = inverse * float(residual @ residual) / df
    status: Status = "too_few" if len(z) < LEAST_PER_TERM * TERMS else "ok"
    half = float(stdtrit(df, (1 + level) / 2))

    def estimate(*contrast: float) -> Estimate:
        c = np.array(contrast)
        value, error = float(c @ slopes), sqrt(max(0.0, float(c @ covariance @ c)))
        least = LEAST_PER_TERM * TERMS
        return _estimate(value, None if is_exact else half * error, len(z), SURFACE, level, least)

    total = float(((z - z.mean()) ** 2).sum())
    is_exact = float(residual @ residual) <= (_ROUNDING * float(np.abs(z).max())) ** 2 * len(z)
    return ResponseSurface(
        coefficients=tuple(estimate(*row) for row in np.eye(TERMS)),
        a1=estimate(0, 1, 1, 0, 0, 0),
        a2=estimate(0, 0, 0, 1, 1, 1),
        a3=estimate(0, 1, -1, 0, 0, 0),
        a4=estimate(0, 0, 0, 1, -1, 1),
        a5=estimate(0, 0, 0, 1, 0, -1),
        r2=1 - float(residual @ residual) / total if total > 0 else 0.0,
        r2_of_difference=(_correlation(np.column_stack([y - x, z])) or 0.0) ** 2,
        n=len(z),
        status=status,
        level=level,
    )


def _given(name: str, scores: Mapping[Hashable, float]) -> dict[Hashable, float]:
    numbers = inputs.finite_or_missing(name, list(scores.values())).tolist()
    return {who: score for who, score in zip(scores, numbers, strict=True) if not isnan(score)}


def _mean(values: Array, method: str, level: float, least: int) -> Estimate:
    n = len(values)
    value = float(values.mean()) if n else None
    half = None
    if n > 1 and np.ptp(values) > _ROUNDING * np.abs(values).max():
        half = float(stdtrit(n - 1, (1 + level) / 2)) * float(values.std(ddof=1)) / sqrt(n)
    return _estimate(value, half, n, method, level, least)


def _difference(lost: Array, kept: Array, level: float) -> Estimate:
    """Mean of the lost less mean of the kept, Welch."""
    method, n = "Welch difference of means", min(len(lost), len(kept))
    if n < 2:
        value = float(lost.mean() - kept.mean()) if n else None
        return _estimate(value, None, n, method, level, LEAST_PAIRS)
    a, b = lost.var(ddof=1) / len(lost), kept.var(ddof=1) / len(kept)
    value = float(lost.mean() - kept.mean())
    if sqrt(a + b) <= _ROUNDING * max(np.abs(lost).max(), np.abs(kept).max()):
        return _estimate(value, None, n, method, level, LEAST_PAIRS)
    df = (a + b) ** 2 / (a**2 / (len(lost) - 1) + b**2 / (len(kept) - 1))
    return _estimate(value, float(stdtrit(df, (1 + level) / 2)) * sqrt(a + b), n, method, level, LEAST_PAIRS)


def _estimate(
    value: float | None, half: float | None, n: int, method: str, level: float, least: int
) -> Estimate:
    has_interval = value is not None and half is not None
    return Estimate(
        value=value,
        low=value - half if value is not None and half is not None else None,
        high=value + half if value is not None and half is not None else None,
        n=n,
        method=method,
        status="ok" if has_interval and n >= least else "too_few",
        level=level,
        least_n=least,
    )


def _share_at(values: list[float], highest: float | None) -> float | None:
    if highest is None or not values:
        return None
    return sum(value >= highest for value in values) / len(values)


def _correlation(pairs: Array) -> float | None:
    if len(pairs) < 2 or (np.ptp(pairs, axis=0) == 0).any():
        return None
    first, second = (pairs - pairs.mean(axis=0)).T
    return float(first @ second / sqrt(float(first @ first) * float(second @ second)))


def _complete(expected: npt.ArrayLike, met: npt.ArrayLike, outcome: npt.ArrayLike) -> Array:
    given = {"expected": expected, "met": met, "outcome": outcome}
    columns = [inputs.finite_or_missing(name, values) for name, values in given.items()]
    if len({len(column) for column in columns}) > 1:
        raise ShapeMismatch(expected=len(columns[0]), met=len(columns[1]), outcome=len(columns[2]))
    table = np.column_stack(columns)
    table = table[np.isfinite(table).all(axis=1)]
    if not len(table):
        raise EmptySample("complete answers")
    if len(table) <= TERMS:
        raise NotEnoughHistory(have=len(table), need=TERMS + 1, what="complete answers")
    return table[np.lexsort(table.T)]
