"""What problems cost in customers: who had one, who said so, how it ended, and how loyal each of them is left.

    lost = customers × P(problem) × Σ over endings [ share of the ending × (loyalty unharmed − loyalty after it) ]

The endings are: never told us, told us and was satisfied, was mollified, was dissatisfied. Loyalty asked in a
survey is an intention; `realised` scales the stated loss to what was seen in behaviour.
"""

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
import numpy.typing as npt

from candor.analytics.errors import BadCounts, BadParameter
from candor.analytics.estimates import Estimate, Status, few_below, require_level
from candor.analytics.stakes import Measured, Share, check_value, value_draws

__all__ = ["Endings", "MarketDamage", "market_damage"]

Array = npt.NDArray[np.float64]

DRAWS = 20_000
LEAST_ANSWERS = 30
AT_THEIR_WORD = Measured(1.0, 0.0)
NAMES = ("never told us", "satisfied", "mollified", "dissatisfied")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """Loyal customers (hits) among those asked (of), by how their problem ended."""

    unharmed: Share
    never_told: Share
    satisfied: Share
    mollified: Share
    dissatisfied: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDamage:
    """Customers lost to problems.

    Attributes:
        lost: Customers, with interval; `wide` when it reaches to both sides of zero, as the others.
        money: lost × value of a customer; None when no value was given.
        by_ending: Customers lost by ending, in the order never told us, satisfied, mollified, dissatisfied.
        warnings: What a reader should know.
    """

    lost: Estimate
    money: Estimate | None
    by_ending: dict[str, Estimate]
    warnings: tuple[str, ...]

    @property
    def n(self) -> int:
        """Answers behind the smallest of its parts: those with a problem, those of them asked whether they told us, complaints
        with an ending, and those asked for their loyalty after each ending."""
        return self.lost.n

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.lost.method

    @property
    def status(self) -> Status:
        """That of the customers lost."""
        return self.lost.status


def market_damage(
    *,
    customers: float,
    problem: Share,
    told_us: Share,
    outcomes: tuple[int, int, int],
    loyal: Endings,
    value: Measured | None = None,
    realised: Measured = AT_THEIR_WORD,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 1979,
) -> MarketDamage:
    """Customers (and money) lost to problems, with the doubt of every share carried through.

    Args:
        customers: How many there are.
        problem: How many had a problem, of those asked.
        told_us: How many of those with a problem told us.
        outcomes: Of those who told us: (satisfied, mollified, dissatisfied).
        loyal: Loyal customers by ending.
        value: Worth of one customer, in money.
        realised: Share of the stated loss that is seen in behaviour; 1 takes intentions at their word.
        level: Of intervals.
        draws: Random draws.
        seed: Of the draws.

    Raises:
        BadCounts: A share that is not 0 ≤ hits ≤ of, or no outcome at all.
        BadParameter: Customers, value or realised out of range.

    Example:
        >>> found = market_damage(
        ...     customers=10_000, problem=Share(400, 1000), told_us=Share(100, 400), outcomes=(40, 35, 25),
        ...     loyal=Endings(unharmed=Share(540, 600), never_told=Share(165, 300), satisfied=Share(34, 40),
        ...                   mollified=Share(21, 35), dissatisfied=Share(9, 25)),
        ... )
        >>> round(found.lost.value), found.lost.low < found.lost.value < found.lost.high
        (1310, True)

    Source:
        TARP (1979), *Consumer Complaint Handling in America*; Goodman (2009), *Strategic Customer Service*; draws of shares:
        Brown, Cai & DasGupta (2001), *Statistical Science* 16(2).
    """
    _check(customers, problem, told_us, outcomes, loyal, value, realised, level, draws)
    random = np.random.default_rng(seed)
    frequency = _beta(problem, draws, random)
    told = _beta(told_us, draws, random)
    mix = random.dirichlet([count + 0.5 for count in outcomes], size=draws).T
    kept = [_beta(share, draws, random) for share in _shares(loyal)]
    scale = random.normal(realised.value, realised.se, size=draws) * customers * frequency
    parts = np.stack([1 - told, *(told * mix)]) * (kept[0] - np.stack(kept[1:])) * scale
    points = _points(customers, problem, told_us, outcomes, loyal, realised.value)
    n = min(problem.hits, told_us.of, sum(outcomes), *(share.of for share in _shares(loyal)))
    lost = _estimate(sum(points), parts.sum(axis=0), n, level)
    by_ending = {
        name: _estimate(point, part, n, level) for name, point, part in zip(NAMES, points, parts, strict=True)
    }
    money = None
    if value is not None:
        worth = value_draws(value, draws, random)
        money = _estimate(sum(points) * value.value, parts.sum(axis=0) * worth, n, level)
    return MarketDamage(lost=lost, money=money, by_ending=by_ending, warnings=_warnings(by_ending, realised))


def _points(
    customers: float,
    problem: Share,
    told_us: Share,
    outcomes: tuple[int, int, int],
    loyal: Endings,
    realised: float,
) -> list[float]:
    told, harmed = told_us.hits / told_us.of, customers * realised * problem.hits / problem.of
    weights = [1 - told, *(told * count / sum(outcomes) for count in outcomes)]
    unharmed, *after = (share.hits / share.of for share in _shares(loyal))
    return [harmed * weight * (unharmed - left) for weight, left in zip(weights, after, strict=True)]


def _shares(loyal: Endings) -> tuple[Share, Share, Share, Share, Share]:
    return (loyal.unharmed, loyal.never_told, loyal.satisfied, loyal.mollified, loyal.dissatisfied)


def _check(
    customers: float,
    problem: Share,
    told_us: Share,
    outcomes: tuple[int, int, int],
    loyal: Endings,
    value: Measured | None,
    realised: Measured,
    level: float,
    draws: int,
) -> None:
    require_level(level)
    for share in (problem, told_us, *_shares(loyal)):
        if not 0 <= share.hits <= share.of or share.of < 1:
            raise BadCounts("share", tuple(share), expected="0 ≤ hits ≤ of, and of at least 1")
    if min(outcomes) < 0 or not sum(outcomes) > 0:
        raise BadCounts("outcomes", outcomes, expected="counts of 0 or more, at least one above 0")
    if not (isfinite(customers) and customers > 0):
        raise BadParameter("customers", customers, expected="above 0")
    if value is not None:
        check_value(value)
    if not (0 <= realised.value <= 1 and 0 <= realised.se < inf):
        raise BadParameter(
            "realised", tuple(realised), expected="between 0 and 1, with a finite error of 0 or more"
        )
    if draws < 1000:
        raise BadParameter("draws", draws, expected="at least 1,000")


def _beta(share: Share, draws: int, random: np.random.Generator) -> Array:
    return random.beta(share.hits + 0.5, share.of - share.hits + 0.5, size=draws)


def _estimate(value: float, drawn: Array, n: int, level: float) -> Estimate:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    status: Status = few_below(n, LEAST_ANSWERS)
    if status == "ok" and float(low) < 0 < float(high):
        status = "wide"
    return Estimate(
        value=value,
        low=min(float(low), value),
        high=max(float(high), value),
        n=n,
        method="market damage (seeded draws)",
        status=status,
        level=level,
        least_n=LEAST_ANSWERS if status == "too_few" else 0,
    )


def _warnings(by_ending: dict[str, Estimate], realised: Measured) -> tuple[str, ...]:
    said = []
    if realised == AT_THEIR_WORD:
        said.append("Loyalty is what customers say; compare with who really left before building on it.")
    satisfied = by_ending["satisfied"]
    if satisfied.high is not None and satisfied.high < 0:
        said.append(
            "Customers whose complaint was settled say they are more loyal than those without a problem; "
            "studies find this in how satisfied people are, not in whether they mean to buy again or do."
        )
    return tuple(said)
