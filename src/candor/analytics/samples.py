"""How many answers are needed, and what can be seen with the answers there are.

Formulas are named, because the well-known ones differ: :func:`answers_for_share_difference` uses the normal
approximation of R's ``power.prop.test``, not the arcsine one of statsmodels.
"""

import math

import numpy as np
from scipy.special import gammaln, ndtr, ndtri, xlogy

from candor.analytics import net_promoter
from candor.analytics.errors import BadParameter
from candor.analytics.estimates import require_level

__all__ = [
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
]

NPS_SPREAD = 0.75
"""Standard deviation of an answer coded −1, 0, 1 when nothing is known of the company (variance 0.56)."""
_LARGEST = 1e60  # beyond this, or below one part in so many, squares of ratios overflow
_HAIR = 0.01
"""By how much of itself a margin may be missed on average: 20.2 points are 20 points."""


def answers_for_margin(*, margin: float, spread: float, level: float = 0.95) -> float:
    """Answers for an interval of ± ``margin`` around a mean whose answers have standard deviation ``spread``.

    Source: Cochran (1977) Sampling Techniques, 3rd ed., §4.4 (shares), §4.6 (means).

    >>> round(answers_for_margin(margin=0.05, spread=0.5), 3)
    384.146
    """
    _above_zero(margin=margin, spread=spread)
    return float((_z(level) * spread / margin) ** 2)


def answers_for_nps_margin(*, margin: float, variance: float = 1.0, level: float = 0.95) -> int:
    """Answers for an interval of ± ``margin`` (NPS in −1…1), rounded up.

    ``variance`` is p + d − (p − d)², at most 1. By Lewis & Sauro's formula, which takes three pseudo-answers off; and more where these
    would not do: the interval that is shown (:func:`candor.analytics.net_promoter_score`, another one below 30 answers) is on average at
    most 1 % wider than asked for, whatever score goes with the variance. Where answers vary little, pseudo-answers vary more.

    Source: Lewis & Sauro (2021).

    >>> answers_for_nps_margin(margin=0.10, variance=0.65), answers_for_nps_margin(margin=0.05)
    (247, 1534)
    >>> answers_for_nps_margin(margin=0.15, variance=0.2)  # the formula says 32
    42
    """
    if not 0 < variance <= 1:
        raise BadParameter("variance", variance, expected="above 0, at most 1")
    formula = answers_for_margin(margin=margin, spread=math.sqrt(variance), level=level) - 3
    needed = max(math.ceil(formula - 1e-9), 1)

    def is_enough(n: int) -> bool:
        return _nps_half_width(n, variance, level) <= margin * (1 + _HAIR)

    while needed < net_promoter.SMALL_SAMPLE and not is_enough(needed):
        needed += 1
    low, high = needed - 1, needed
    while not is_enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def answers_from_finite_population(*, answers: float, population: int) -> int:
    """Answers needed from a fixed population, when ``answers`` would be needed from an endless one; rounded up.

    Only for a random sample of a list that is itself the question (all members today). When the question is the
    process, this month's customers are a sample, however many of them answer.

    Source: Cochran (1977) Sampling Techniques, 3rd ed., §4.4.

    >>> [answers_from_finite_population(answers=384.146, population=n) for n in (500, 1000, 10_000)]
    [218, 278, 370]
    """
    _above_zero(answers=answers)
    _people(population)
    return math.ceil(answers / (1 + (answers - 1) / population) - 1e-9)


def finite_population_factor(*, n: int, population: int) -> float:
    """What to multiply a standard error by when ``n`` of a fixed ``population`` answered: √((N − n)/(N − 1)).

    Source: Cochran (1977) Sampling Techniques, 3rd ed., §3.2.
    """
    _people(population)
    if not 0 < n <= population:
        raise BadParameter("n", n, expected=f"1 to {population}")
    return math.sqrt((population - n) / (population - 1)) if population > 1 else 0.0


def answers_for_share_difference(
    *, first: float, second: float, power: float = 0.8, level: float = 0.95
) -> float:
    """Answers in each of two groups to see the difference of two shares, as R's ``power.prop.test``.

    The z test with pooled variance under "no difference"; the far tail is left out. Not rounded.

    Source: Fleiss, Levin & Paik (2003) Statistical Methods for Rates and Proportions, ch. 4.

    >>> round(answers_for_share_difference(first=0.5, second=0.75, power=0.9), 4)
    76.7069
    """
    _two_shares(first, second)
    _power(power)
    pooled = (first + second) / 2
    under_none = _z(level) * math.sqrt(2 * pooled * (1 - pooled))
    under_some = float(ndtri(power)) * math.sqrt(first * (1 - first) + second * (1 - second))
    return ((under_none + under_some) / (first - second)) ** 2


def power_of_share_difference(*, first: float, second: float, n: float, level: float = 0.95) -> float:
    """Chance that ``n`` answers in each group show the difference of two shares (same formula).

    Source: Fleiss, Levin & Paik (2003) Statistical Methods for Rates and Proportions, ch. 4.
    """
    _above_zero(n=n)
    _two_shares(first, second)
    pooled = (first + second) / 2
    under_some = math.sqrt(first * (1 - first) + second * (1 - second))
    reach = math.sqrt(n) * abs(first - second) - _z(level) * math.sqrt(2 * pooled * (1 - pooled))
    return float(ndtr(reach / under_some))


def answers_for_mean_difference(
    *, difference: float, spread: float, power: float = 0.8, level: float = 0.95
) -> float:
    """Answers in each of two groups for a two-sample t test, as R's ``power.t.test``. Not rounded.

    Source: Cohen (1988) Statistical Power Analysis, 2nd ed., ch. 2; noncentral t.

    >>> round(answers_for_mean_difference(difference=1, spread=1, power=0.9), 4)
    22.0211
    """
    from scipy.optimize import brentq
    from scipy.stats import nct, t

    _above_zero(difference=difference, spread=spread)
    _power(power)
    require_level(level)

    def missing(n: float) -> float:
        freedom = 2 * (n - 1)
        shift = math.sqrt(n / 2) * difference / spread
        return float(nct.sf(t.ppf((1 + level) / 2, freedom), freedom, shift)) - power

    normal = 2 * ((_z(level) + float(ndtri(power))) * spread / difference) ** 2
    if missing(2.0) >= 0:
        return 2.0
    return float(brentq(missing, 2.0, 2 * normal + 20, xtol=1e-10))


def smallest_detectable_change(
    *, n_now: float, n_before: float, spread: float, power: float = 0.8, level: float = 0.95
) -> float:
    """The smallest true change that would be seen with the wanted power, between two independent samples.

    ``spread`` is the standard deviation of one answer, in the units of the result.

    Source: Bloom (1995) Evaluation Review 19:547.
    """
    _above_zero(n_now=n_now, n_before=n_before, spread=spread)
    _power(power)
    return float((_z(level) + ndtri(power)) * spread * math.sqrt(1 / n_now + 1 / n_before))


def smallest_detectable_nps_change(
    *, n_now: float, n_before: float, spread: float = NPS_SPREAD, power: float = 0.8, level: float = 0.95
) -> float:
    """As :func:`smallest_detectable_change`, for NPS in −1…1: print it beside every change.

    It is seen by the score's own interval. :func:`candor.analytics.compare_nps` asks the order of the answers too, and names fewer of such
    changes where detractors move (in two to five of ten cases where they become passives), or passives go no further than 9 (in five).

    Source: Bloom (1995) Evaluation Review 19:547.

    >>> [round(smallest_detectable_nps_change(n_now=n, n_before=n), 2) for n in (50, 100, 200, 500, 1000)]
    [0.42, 0.3, 0.21, 0.13, 0.09]
    """
    return smallest_detectable_change(n_now=n_now, n_before=n_before, spread=spread, power=power, level=level)


def chance_of_nps_change_by_luck(
    change: float, *, n_now: float, n_before: float, spread: float = NPS_SPREAD
) -> float:
    """How often NPS moves by ``change`` or more, up or down, while nothing changes: say it beside every change.

    By the normal curve, which knows no steps. From n answers on both sides NPS moves in steps of 1/n; where a move of exactly ``change`` can
    happen it comes on top by half: with 100 answers five points or more come in 0.67, not in 0.64.

    Source: two-sided tail of the normal approximation to a difference of two means; Cochran (1977) §2.8.

    >>> [round(chance_of_nps_change_by_luck(0.05, n_now=n, n_before=n), 2) for n in (50, 100, 200, 500, 1000)]
    [0.74, 0.64, 0.5, 0.29, 0.14]
    """
    _above_zero(n_now=n_now, n_before=n_before, spread=spread)
    return float(2 * ndtr(-abs(change) / (spread * math.sqrt(1 / n_now + 1 / n_before))))


def _nps_half_width(n: int, variance: float, level: float) -> float:
    """Half the width, on average, of the interval shown for n answers: at a score of 0, or as far from 0 as the variance lets it be."""
    if n >= net_promoter.SMALL_SAMPLE:
        # The mean variance after adding (¾, 1½, ¾) when nobody is passive. The mean of its root is less: the safe side.
        around = (n * variance + 1.5) / (n + 3) + n * (3 - 4 * variance) / (n + 3) ** 2
        return _z(level) * math.sqrt(around / (n + 3))
    outcomes = np.array([(d, n - d - p, p) for d in range(n + 1) for p in range(n + 1 - d)], dtype=np.float64)
    low, high = net_promoter.net_promoter_limits(*outcomes.T, level=level)
    ways = gammaln(n + 1) - gammaln(outcomes + 1).sum(axis=1)
    far = math.sqrt(1 - variance)
    profiles = np.array([[variance / 2, 1 - variance, variance / 2], [(1 - far) / 2, 0.0, (1 + far) / 2]])
    chances = np.exp(ways + xlogy(outcomes, profiles[:, None]).sum(axis=2))
    return float((chances @ (high - low)).max()) / 2


def _two_shares(first: float, second: float) -> None:
    for name, share in (("first", first), ("second", second)):
        if not 0 < share < 1:
            raise BadParameter(name, share, expected="between 0 and 1")
    if first == second:
        raise BadParameter("second", second, expected="a share other than the first")


def _z(level: float) -> float:
    require_level(level)
    return float(ndtri((1 + level) / 2))


def _power(power: float) -> None:
    if not 0.5 <= power < 1:
        raise BadParameter("power", power, expected="0.5 up to below 1")


def _people(population: int) -> None:
    if not (population >= 1 and population == int(population)):
        raise BadParameter("population", population, expected="a whole number, 1 or more")


def _above_zero(**named: float) -> None:
    for name, value in named.items():
        if not 1 / _LARGEST <= value <= _LARGEST:
            raise BadParameter(
                name, value, expected=f"a number above 0, from {1 / _LARGEST:g} to {_LARGEST:g}"
            )
