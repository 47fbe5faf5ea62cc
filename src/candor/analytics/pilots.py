"""Pilots large enough to tell: power by group, stepped roll-outs, sharper outcomes, samples by stratum, invitations.

`samples` holds the plain two-group formulas. Here people come in branches and teams, and a measure may have to
be rolled out everywhere in the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, gammaln, ndtr, ndtri

from candor.analytics import cell_means, inputs
from candor.analytics.errors import (
    BadCounts,
    BadParameter,
    EmptySample,
    NotEnoughHistory,
    NotIdentifiable,
    ShapeMismatch,
)
from candor.analytics.estimates import Estimate, Status, few_below, require_level

__all__ = [
    "Allocation",
    "SteppedWedge",
    "answers_per_arm",
    "cluster_design_effect",
    "clusters_per_arm",
    "cuped_difference",
    "invitations_needed",
    "neyman_allocation",
    "stepped_wedge",
]

Array = npt.NDArray[np.float64]

MOST_INVITATIONS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedWedge:
    """What a stepped roll-out can see.

    Attributes:
        variance: Of the estimated effect.
        power: Chance to see the effect at the level.
        smallest_visible: Effect that would be seen four times in five.
    """

    variance: float
    power: float
    smallest_visible: float

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "stepped wedge, Hussey & Hughes"

    @property
    def status(self) -> Status:
        """``too_few`` when the effect asked for would be missed oftener than once in five."""
        return "ok" if self.power >= 0.8 else "too_few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Answers per stratum.

    Attributes:
        exact: As the formula has it.
        answers: Whole numbers that sum to the total, at most the size of the stratum.
    """

    exact: dict[str, float]
    answers: dict[str, int]

    @property
    def n(self) -> int:
        """Answers in all."""
        return sum(self.answers.values())

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "Neyman allocation"

    @property
    def status(self) -> Status:
        """``too_few`` when there is nothing to allocate."""
        return few_below(self.n, 1)


def answers_per_arm(
    *, effect: float, sd: float = 1.0, design_effect: float = 1.0, power: float = 0.8, level: float = 0.95
) -> float:
    """Answers in each of two equal arms to see a difference of means, normal approximation; not rounded (up).

    Args:
        effect: Difference to be seen, in the unit of `sd`; not 0.
        sd: Of one answer.
        design_effect: From `cluster_design_effect`.
        power: Chance to see it; above the (1 − level) / 2 that chance alone gives.
        level: Of the two-sided test.

    Example:
        >>> round(answers_per_arm(effect=0.2), 1)
        392.4

    Source:
        Cohen (1988), *Statistical Power Analysis*, ch. 2.
    """
    require_level(level)
    _share(power=power)
    _positive(sd=sd, effect=abs(effect))
    if not design_effect >= 1:
        raise BadParameter("design_effect", design_effect, expected="1 or more")
    z = float(ndtri((1 + level) / 2) + ndtri(power))
    if z < 1e-9:
        raise BadParameter("power", power, expected=f"above {(1 - level) / 2:g}, which chance alone gives")
    return 2 * (z * sd / effect) ** 2 * design_effect


def cluster_design_effect(*, size: float, correlation: float, size_variation: float = 0.0) -> float:
    """By how much answers must be multiplied when whole groups are assigned: 1 + ((1 + cv²) m − 1) ρ.

    Args:
        size: Answers per group (m).
        correlation: Of answers within a group (ρ), 0 to 1; for branches often 0.01 to 0.05.
        size_variation: Coefficient of variation of group sizes.

    Example:
        >>> n = answers_per_arm(effect=0.2, design_effect=cluster_design_effect(size=30, correlation=0.05))
        >>> round(n, 1)
        961.5

    Source:
        Kish (1965); unequal sizes: Eldridge, Ashby & Kerry (2006), *Int. J. Epidemiology* 35(5).
    """
    if not size >= 1:
        raise BadParameter("size", size, expected="1 or more")
    if not 0 <= correlation <= 1:
        raise BadParameter("correlation", correlation, expected="between 0 and 1")
    if not size_variation >= 0:
        raise BadParameter("size_variation", size_variation, expected="0 or more")
    return 1 + ((1 + size_variation**2) * size - 1) * correlation


def clusters_per_arm(
    *,
    effect: float,
    sd: float = 1.0,
    size: float,
    correlation: float,
    power: float = 0.8,
    level: float = 0.95,
) -> int:
    """Groups in each arm, with one added for the degrees of freedom that few groups cost.

    Example:
        >>> clusters_per_arm(effect=0.2, size=30, correlation=0.05)
        34

    Source:
        Hayes & Moulton (2017), *Cluster Randomised Trials*, ch. 7.
    """
    inflated = cluster_design_effect(size=size, correlation=correlation)
    n = answers_per_arm(effect=effect, sd=sd, design_effect=inflated, power=power, level=level)
    return ceil(n / size - 1e-9) + 1


def stepped_wedge(
    *,
    groups: int,
    steps: int,
    size: float,
    effect: float,
    within_variance: float,
    between_variance: float,
    baseline_periods: int = 1,
    level: float = 0.95,
) -> SteppedWedge:
    """Power of a roll-out in which all groups start untreated and equal shares join at each step.

    Args:
        groups: A multiple of `steps`.
        steps: How often new groups join, one period apart.
        size: Answers per group and period.
        effect: To be seen.
        within_variance: Of one answer within a group and period; p(1 − p) for a share.
        between_variance: Between groups.
        baseline_periods: Before the first step.
        level: Of the two-sided test.

    Example:
        A share of 5 % to rise by 1.5 points, in 24 groups of 100 that join in four steps.

        >>> plan = stepped_wedge(groups=24, steps=4, size=100, effect=0.015, within_variance=0.05 * 0.95,
        ...                      between_variance=(0.3 * 0.05) ** 2)
        >>> round(plan.power, 4)
        0.6179

    Source:
        Hussey & Hughes (2007), *Contemporary Clinical Trials* 28(2).
    """
    require_level(level)
    _positive(size=size, within_variance=within_variance, effect=abs(effect))
    if steps < 1 or groups < steps or groups % steps:
        raise BadParameter("groups", groups, expected=f"a multiple of the steps ({steps})")
    if not between_variance >= 0 or baseline_periods < 1:
        raise BadParameter("between_variance", between_variance, expected="0 or more, with a baseline period")
    periods = baseline_periods + steps
    start = baseline_periods + np.arange(groups) // (groups // steps)
    x = (np.arange(periods) >= start[:, None]).astype(np.float64)
    u, w, v = float(x.sum()), float((x.sum(axis=0) ** 2).sum()), float((x.sum(axis=1) ** 2).sum())
    cell = within_variance / size
    top = groups * cell * (cell + periods * between_variance)
    below = (groups * u - w) * cell
    below += (u**2 + groups * periods * u - periods * w - groups * v) * between_variance
    if below <= 0:
        raise NotIdentifiable("the effect", because="all groups join at the same time")
    variance = top / below
    z, error = float(ndtri((1 + level) / 2)), sqrt(variance)
    return SteppedWedge(
        variance=variance,
        power=float(ndtr(abs(effect) / error - z)),
        smallest_visible=(z + float(ndtri(0.8))) * error,
    )


def cuped_difference(
    treated: npt.ArrayLike,
    control: npt.ArrayLike,
    treated_before: npt.ArrayLike,
    control_before: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> Estimate:
    """Difference of two randomised arms, with the part foretold by an earlier measurement taken out.

    The variance falls by the squared correlation between before and after. Valid because the arms were drawn by
    lot; it does not repair arms that were not. Welch's interval; below 30 people an arm the result is ``too_few``. Where
    nothing is left to vary there is none.

    Args:
        treated, control: Outcomes, one per person; people without both numbers are left out.
        treated_before, control_before: The same people before; what is taken out must be from before the start.
        level: Of the interval.

    Example:
        >>> random = np.random.default_rng(2)
        >>> before = random.normal(size=400)
        >>> after = 0.9 * before + 0.3 * random.normal(size=400)
        >>> found = cuped_difference(after[:200] + 0.2, after[200:], before[:200], before[200:])
        >>> found.low < 0.2 < found.high and found.high - found.low < 0.15
        True

    Source:
        Deng, Xu, Kohavi & Walker (2013), *WSDM*.
    """
    require_level(level)
    arms = [_arm(treated, treated_before, "treated"), _arm(control, control_before, "control")]
    centred = np.concatenate([arm - arm.mean(axis=0) for arm in arms])
    spread = float(centred[:, 1] @ centred[:, 1])
    slope = float(centred[:, 0] @ centred[:, 1]) / spread if spread > 0 else 0.0
    adjusted = [arm[:, 0] - slope * arm[:, 1] for arm in arms]
    value = float(adjusted[0].mean() - adjusted[1].mean())
    variances = [float(arm.var(ddof=1)) / len(arm) for arm in adjusted]
    error = sqrt(sum(variances))
    half = (
        cell_means.t_quantile(cell_means.welch_freedom(variances, [len(arm) for arm in adjusted]), level)
        * error
    )
    n = min(len(arm) for arm in adjusted)
    varies = error > 1e-12 * max(float(np.abs(arm[:, 0]).max()) for arm in arms)
    return Estimate(
        value=value,
        low=value - half if varies else None,
        high=value + half if varies else None,
        n=n,
        method="difference of arms, adjusted for before (CUPED)",
        status="ok" if n >= 30 and varies else "too_few",
        level=level,
        least_n=30,
    )


def neyman_allocation(strata: Mapping[str, tuple[int, float]], *, total: int) -> Allocation:
    """Spread a number of answers over strata so that the overall mean is as sure as it can be.

    Args:
        strata: Name to (people, standard deviation of one answer).
        total: Answers to be spread.

    Raises:
        EmptySample: No stratum.
        BadCounts: Negative sizes or deviations, or more answers than people.
        NotIdentifiable: Nobody differs anywhere.

    Example:
        >>> found = neyman_allocation({"a": (5000, 0.9), "b": (3000, 0.6), "c": (2000, 0.7)}, total=400)
        >>> found.answers, round(found.exact["a"], 2)
        ({'a': 234, 'b': 93, 'c': 73}, 233.77)

    Source:
        Neyman (1934), *J. Royal Statistical Society* 97(4).
    """
    if not strata:
        raise EmptySample("strata")
    names = sorted(strata)
    sizes = np.array([strata[name][0] for name in names], dtype=np.float64)
    spreads = np.array([strata[name][1] for name in names], dtype=np.float64)
    for name, array in (("people", sizes), ("standard deviation", spreads)):
        if not (np.isfinite(array).all() and (array >= 0).all()):
            raise BadCounts(name, array.tolist())
    if not 0 <= total <= sizes.sum():
        raise BadCounts("total", total, expected=f"between 0 and all {sizes.sum():.0f} people")
    if not (sizes * spreads).any():
        raise NotIdentifiable("the allocation", because="no stratum has any spread")
    exact = _spread_out(sizes, spreads, total)
    return Allocation(
        exact=dict(zip(names, exact.tolist(), strict=True)),
        answers=dict(zip(names, _rounded(exact, sizes, total), strict=True)),
    )


def invitations_needed(
    *, answers: int, answered_before: int, invited_before: int, chance: float = 0.8
) -> int:
    """Invitations so that enough answers come with a wished chance.

    The response rate is not known but learnt from an earlier mailing (beta-binomial, Jeffreys prior), so that
    the naive answers / rate is only a coin toss. The next mailing is taken to answer as that one did: where rates move
    from one to the next, ask for a higher chance.

    Args:
        answers: Wished.
        answered_before: In the earlier mailing.
        invited_before: In the earlier mailing.
        chance: To get at least `answers`.

    Raises:
        BadCounts: More answers than invitations before, negative counts, or counts that are not whole.
        BadParameter: Chance out of range, or more than ten million invitations.

    Example:
        >>> [invitations_needed(answers=200, answered_before=120, invited_before=1000, chance=c)
        ...  for c in (0.5, 0.8, 0.95)]
        [1662, 1822, 1991]

    Source:
        Skellam (1948), *JRSS-B* 10(2).
    """
    _share(chance=chance)
    for name, count in (
        ("answers", answers),
        ("answered_before", answered_before),
        ("invited_before", invited_before),
    ):
        if not isfinite(count) or count != int(count):
            raise BadCounts(name, count, expected="a whole number")
    if answers < 0 or not 0 <= answered_before <= invited_before:
        raise BadCounts(
            "answered_before", (answered_before, invited_before), expected="0 ≤ answered ≤ invited"
        )
    if answers == 0:
        return 0
    a, b = answered_before + 0.5, invited_before - answered_before + 0.5

    def is_enough(invited: int) -> bool:
        return _at_least(answers, invited, a, b) >= chance

    low, high = answers - 1, answers
    while high > MOST_INVITATIONS or not is_enough(high):
        low, high = high, high * 2
        if high > MOST_INVITATIONS:
            raise BadParameter(
                "answers", answers, expected=f"a number within {MOST_INVITATIONS:,} invitations"
            )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _at_least(answers: int, invited: int, a: float, b: float) -> float:
    """Beta-binomial chance of that many answers or more, summed over the shorter tail below."""
    k = np.arange(min(answers, invited + 1), dtype=np.float64)
    ways = gammaln(invited + 1) - gammaln(k + 1) - gammaln(invited - k + 1)
    chances = np.exp(ways + betaln(k + a, invited - k + b) - betaln(a, b))
    return 1 - float(chances.sum())


def _arm(outcome: npt.ArrayLike, before: npt.ArrayLike, name: str) -> Array:
    columns = [inputs.finite_or_missing(name, values) for values in (outcome, before)]
    if len(columns[0]) != len(columns[1]):
        raise ShapeMismatch(**{name: len(columns[0]), f"{name}_before": len(columns[1])})
    arm = np.column_stack(columns)
    arm = arm[np.isfinite(arm).all(axis=1)]
    if len(arm) < 2:
        raise NotEnoughHistory(have=len(arm), need=2, what=f"{name} people")
    return np.asarray(arm[np.lexsort(arm.T)])


def _spread_out(sizes: Array, spreads: Array, total: int) -> Array:
    """Neyman's shares; a stratum that would get more than its people is taken whole, the rest spread anew."""
    exact = np.zeros(len(sizes))
    full = np.zeros(len(sizes), dtype=bool)
    while True:
        left = total - sizes[full].sum()
        weight = np.where(full, 0.0, sizes * spreads)
        if not weight.any():
            weight = np.where(full, 0.0, sizes)
        exact = np.where(full, sizes, left * weight / weight.sum() if weight.any() else 0.0)
        over = ~full & (exact > sizes)
        if not over.any():
            return np.asarray(exact)
        full |= over


def _rounded(exact: Array, sizes: Array, total: int) -> Sequence[int]:
    """Largest remainders, so that the whole numbers sum to the total."""
    whole = np.floor(exact + 1e-9)
    missing = round(total - whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    room = [i for i in order if whole[i] < sizes[i]]
    whole[room[:missing]] += 1
    return [int(n) for n in whole]


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not (isfinite(value) and value > 0):
            raise BadParameter(name, value, expected="above 0")


def _share(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < 1:
            raise BadParameter(name, value, expected="between 0 and 1")
