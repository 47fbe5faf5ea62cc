"""Which few issues cost most: frequency × severity × churn × value, with every doubt carried through.

    value at stake = population × frequency × severity × churn uplift × value of a customer

The churn uplift is that of the customers counted so far: of those hit hard where severities are given, of all affected where
they are not. Only the frequency must be known. A factor nobody measured is left out for *all* issues, and the unit of the
answer says what is left: cases, severe cases, customers lost, or money (a value without an uplift is refused: it would
count everybody affected as lost). Each factor is drawn from what its data allow, the draws are multiplied, and the ranking is read
off the draws: how often is this issue the top one, and how much do we lose on average if we fund it and another one was worse?

The sum is a description. Whether *fixing* an issue saves the amount is a question for a pilot.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from candor.analytics.errors import BadCounts, BadParameter, EmptySample
from candor.analytics.estimates import Status, require_level
from candor.analytics.inputs import LARGEST

__all__ = [
    "Issue",
    "Measured",
    "RankedIssue",
    "Share",
    "Uplift",
    "is_top_decided",
    "top_in_words",
    "value_at_stake",
]

Draws = npt.NDArray[np.float64]
Unit = Literal["cases", "severe cases", "customers lost", "money"]
DRAWS = 20_000
FEW_ANSWERS = 30
FEW_AFFECTED = 10  # of known severity: they are a part of those examined
SURE_VALUE = 1e-8  # a relative standard error below this shows in no digit
MOST_DOUBT = 10.0  # relative standard error of a value, beyond which its gamma lies nearly all at zero


class Share(NamedTuple):
    """`hits` out of `of`: how many of the examined cases had the property."""

    hits: int
    of: int


class Measured(NamedTuple):
    """A number measured elsewhere, with its standard error in the same unit."""

    value: float
    se: float


class Uplift(NamedTuple):
    """Customers who left, among those with the issue and among comparable ones without it."""

    with_issue: Share
    without_issue: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue and what is known of it.

    Attributes:
        key: Its name; the same key always gets the same random stream.
        affected: How many of the examined cases (answers, complaints, customers) had the issue.
        of: How many were examined.
        severity: Share of the affected that were hit hard (disputed, late, unresolved…).
        churn: By how much oftener customers with the issue leave than comparable ones without it (−1 to 1): an adjusted estimate with its
            standard error, or the counts of leavers with and without it. Beside a severity it is the uplift of those hit hard
            (the others are then taken to leave no oftener than without the issue); the uplift of all affected already
            averages over hard and mild, and multiplied by a severity it would leave the mild ones out twice.
        value: Worth of one customer who leaves, in money, when it differs between issues; only beside a churn uplift.
        cost: What fixing would cost, in the same money; used for "per cost" only.
    """

    key: str
    affected: int
    of: int
    severity: Share | None = None
    churn: Measured | Uplift | None = None
    value: Measured | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedIssue:
    """An issue with what is at stake, and how sure its place is.

    Attributes:
        point: Product of the observed factors, in `unit`.
        low: Lower end of the interval at `level`.
        high: Upper end of the interval at `level`.
        p_top: Posterior probability that this issue truly has the most at stake of those given (sums to 1 over them): of the
            rates behind the counts, under the priors named in :func:`value_at_stake` and the factors taken as independent.
        expected_loss: Posterior mean of what is lost, in `unit`, by choosing this issue although another had more
            at stake. The smallest goes with the largest posterior mean: the best choice, even when no rank is certain,
            if fixing costs the same and saves the same share of each issue.
        best_rank: Best place that is still credible at `level` (1 is the top), for this issue by itself.
        worst_rank: Worst place that is still credible at `level`, for this issue by itself.
        p_top_per_cost: Chance to have the most at stake per cost of fixing; None unless every issue has a cost.
        n: Cases affected.
        of: Cases examined.
        status: `too_few` under 30 examined cases, 10 of known severity, or 30 on either side of a counted uplift; `wide` when the
            interval reaches below zero or is more than twice as wide as the point.
    """

    key: str
    point: float
    low: float
    high: float
    p_top: float
    expected_loss: float
    best_rank: int
    worst_rank: int
    p_top_per_cost: float | None
    unit: Unit
    n: int
    of: int
    method: str
    status: Status
    level: float


def value_at_stake(
    issues: Iterable[Issue],
    *,
    population: float | None = None,
    value: Measured | None = None,
    exclusive: bool = False,
    prior_total: float = 1.0,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 20_160_817,
) -> tuple[RankedIssue, ...]:
    """Rank issues by what is at stake, with all uncertainties propagated.

    Shares are drawn from Beta(hits + ½, misses + ½) (Jeffreys), measured churn from a normal, measured value
    from a gamma of the same mean and standard error (money of a customer is positive and skewed). A value
    given once for all issues is drawn once, so that its doubt widens the amounts but not the order.

    Args:
        issues: The issues, in any order; the order changes nothing.
        population: Customers or cases in the period; the largest `of` when not given, so that amounts are per so many examined.
        value: Worth of one customer who leaves when it is the same for all issues; only beside churn uplifts.
        exclusive: True when each examined case has exactly one issue or none (a category of complaints):
            shares are then drawn together (Dirichlet), since more of one means less of another.
        prior_total: With `exclusive`, how many prior cases are spread evenly over the issues and "none of them", however many issues
            there are. ½ for each issue would add fifty prior cases for a hundred issues, and lift all rare ones. One case in all
            is Perks's prior, and Jeffreys's for a single issue. Try ½ and 2 where counts are small: what they change, the data don't tell.
        level: Of the intervals and of the credible ranks.
        draws: Random draws; 20,000 keep `p_top` within about ±0.007.
        seed: Seed of the draws.

    Returns:
        The issues by the product of the observed factors, the largest first, equal ones in the order of the alphabet. The order of
        `p_top` or of `expected_loss` may be another one. The amount of whichever came out first is too high on average.

    Raises:
        EmptySample: There is no issue.
        BadCounts: Counts below zero or above their whole; with `exclusive`, shares of different wholes.
        BadParameter: A factor given for some issues only, a value without churn, an uplift beyond ±1, the same key twice, a standard
            error below zero, no prior, a seed below zero.

    Example:
        >>> fees = Issue(key="fees", affected=120, of=1000, severity=Share(30, 120))
        >>> delay = Issue(key="delay", affected=300, of=1000, severity=Share(90, 300))
        >>> first, second = value_at_stake([fees, delay], exclusive=True)
        >>> first.key, round(first.point), first.unit, round(first.p_top, 2)
        ('delay', 90, 'severe cases', 1.0)
        >>> round(second.expected_loss)
        60

    Source:
        Expected opportunity loss: Raiffa & Schlaifer (1961), *Applied Statistical Decision Theory*, ch. 4–5.
        Jeffreys draws for shares: Brown, Cai & DasGupta (2001), *Statistical Science* 16(2). Prior of shares of one whole: Perks
        (1947), *Journal of the Institute of Actuaries* 73, 285; Berger, Bernardo & Sun (2015), *Bayesian Analysis* 10(1), 189.
    """
    chosen = sorted(issues, key=lambda issue: issue.key)
    _check(chosen, population=population, value=value, exclusive=exclusive)
    _check_options(level=level, draws=draws, seed=seed, prior_total=prior_total)
    size = float(population if population is not None else max(issue.of for issue in chosen))
    spread = prior_total / (len(chosen) + 1) if exclusive else None
    stakes = size * _frequencies(chosen, spread=spread, draws=draws, seed=seed)
    stakes *= _factors(chosen, draws=draws, seed=seed)
    if value is not None:
        stakes *= value_draws(value, draws, _stream(seed, "", "value"))
    points = [size * _point(issue) * (value.value if value else 1.0) for issue in chosen]
    ranked = _rank(chosen, points, stakes, unit=_unit(chosen[0], value), level=level)
    return tuple(sorted(ranked, key=lambda issue: (-issue.point, issue.key)))


def is_top_decided(ranked: Sequence[RankedIssue], *, at_least: float = 0.95) -> bool:
    """Whether one issue is the top one with at least the given chance.

    Example:
        >>> is_top_decided(value_at_stake([Issue(key="a", affected=9, of=90), Issue(key="b", affected=8, of=90)]))
        False
    """
    return any(issue.p_top >= at_least for issue in ranked)


def top_in_words(ranked: Sequence[RankedIssue], *, at_least: float = 0.95) -> str:
    """One honest sentence about the order.

    Example:
        >>> top_in_words(value_at_stake([Issue(key="a", affected=9, of=90), Issue(key="b", affected=8, of=90)]))
        'These 2 issues can’t be told apart at the top.'
    """
    if not ranked:
        return "There is no issue to rank."
    if is_top_decided(ranked, at_least=at_least):
        top = max(ranked, key=lambda issue: issue.p_top)
        chance = "over 99%" if top.p_top > 0.99 else f"{top.p_top:.0%}"
        return f"{top.key} has the most at stake (chance {chance})."
    rivals = [issue for issue in ranked if issue.best_rank == 1]
    if not rivals:
        return f"None of these {len(ranked)} issues stands out at the top."
    if len(rivals) == 1:
        return f"{rivals[0].key} is probably first (chance {rivals[0].p_top:.0%}), not decided."
    return f"These {len(rivals)} issues can’t be told apart at the top."


def _check(
    issues: Sequence[Issue],
    *,
    population: float | None,
    value: Measured | None,
    exclusive: bool,
) -> None:
    if not issues:
        raise EmptySample("value at stake")
    twice = sorted(key for key, times in Counter(issue.key for issue in issues).items() if times > 1)
    if twice:
        raise BadParameter("key", twice[0], expected="each key once")
    for issue in issues:
        _check_issue(issue)
    _check_factors(issues, value)
    if population is not None:
        _check_amount("population", population)
    if exclusive and (len({i.of for i in issues}) > 1 or sum(i.affected for i in issues) > issues[0].of):
        raise BadCounts(
            "exclusive", "shares of different wholes", expected="issues that divide the same cases"
        )


def _check_factors(issues: Sequence[Issue], value: Measured | None) -> None:
    """Each factor for every issue or for none, and a value only of customers who leave."""
    for factor in ("severity", "churn", "value", "cost"):
        given = {getattr(issue, factor) is not None for issue in issues}
        if len(given) > 1:
            raise BadParameter(
                factor, "given for some issues", expected="the factor for every issue or for none"
            )
    if value is not None and issues[0].value is not None:
        raise BadParameter("value", value, expected="one value for all or one for each, not both")
    if value is not None:
        check_value(value)
    if (value is not None or issues[0].value is not None) and issues[0].churn is None:
        raise BadParameter(
            "value",
            "given without churn",
            expected="a churn uplift too: without it everybody affected would count as lost",
        )


def _check_options(*, level: float, draws: int, seed: int, prior_total: float) -> None:
    require_level(level)
    if not (isinstance(draws, int | np.integer) and draws >= 1000):
        raise BadParameter("draws", draws, expected="a whole number, at least 1,000")
    if not (isinstance(seed, int | np.integer) and seed >= 0):
        raise BadParameter("seed", seed, expected="a whole number, 0 or more")
    _check_amount("prior_total", prior_total)


def _check_issue(issue: Issue) -> None:
    _check_share("affected", Share(issue.affected, issue.of))
    if issue.severity is not None:
        _check_share("severity", issue.severity)
    if isinstance(issue.churn, Uplift):
        _check_share("churn", issue.churn.with_issue)
        _check_share("churn", issue.churn.without_issue)
    elif issue.churn is not None:
        _check_churn(issue.churn)
    if issue.value is not None:
        check_value(issue.value)
    if issue.cost is not None:
        _check_amount("cost", issue.cost)


def _check_share(name: str, share: Share) -> None:
    if not 0 <= share.hits <= share.of or not 1 <= share.of <= LARGEST:
        raise BadCounts(name, tuple(share), expected="0 ≤ hits ≤ of, and of at least 1")


def _check_churn(churn: Measured) -> None:
    if not (abs(churn.value) <= 1 and 0 <= churn.se <= 1):
        raise BadParameter(
            "churn", tuple(churn), expected="an uplift within ±1 with a standard error of 0 to 1"
        )


def check_value(value: Measured) -> None:
    """Refuse what is no worth, or known so badly that its gamma lies nearly all at zero."""
    _check_amount("value", value.value)
    if not 0 <= value.se <= MOST_DOUBT * value.value:
        raise BadParameter("value", tuple(value), expected="a standard error of zero to ten times the value")


def _check_amount(name: str, amount: float) -> None:
    if not 1 / LARGEST <= amount <= LARGEST:
        raise BadParameter(name, amount, expected=f"a finite number above zero, at most {LARGEST:g}")


def _stream(seed: int, key: str, factor: str) -> np.random.Generator:
    """A stream of its own for each issue and factor, so that adding an issue moves no other."""
    digest = hashlib.blake2b(f"{factor}\0{key}".encode(), digest_size=16).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest, dtype="<u4").tolist()])


def _frequencies(issues: Sequence[Issue], *, spread: float | None, draws: int, seed: int) -> Draws:
    """Shares of each by itself, or, with prior cases for each, of one whole."""
    if spread is None:
        return np.stack(
            [_share_draws(Share(i.affected, i.of), draws, _stream(seed, i.key, "frequency")) for i in issues]
        )
    parts = [_stream(seed, i.key, "frequency").gamma(i.affected + spread, size=draws) for i in issues]
    rest = issues[0].of - sum(i.affected for i in issues)
    none = _stream(seed, "", "no issue").gamma(rest + spread, size=draws)
    drawn: Draws = np.stack(parts) / (np.sum(parts, axis=0) + none)
    return drawn


def _factors(issues: Sequence[Issue], *, draws: int, seed: int) -> Draws:
    product = np.ones((len(issues), draws))
    for row, issue in enumerate(issues):
        if issue.severity is not None:
            product[row] *= _share_draws(issue.severity, draws, _stream(seed, issue.key, "severity"))
        if issue.churn is not None:
            product[row] *= _churn_draws(issue.churn, draws, _stream(seed, issue.key, "churn"))
        if issue.value is not None:
            product[row] *= value_draws(issue.value, draws, _stream(seed, issue.key, "value"))
    return product


def _share_draws(share: Share, draws: int, random: np.random.Generator) -> Draws:
    return random.beta(share.hits + 0.5, share.of - share.hits + 0.5, size=draws)


def _churn_draws(churn: Measured | Uplift, draws: int, random: np.random.Generator) -> Draws:
    if isinstance(churn, Uplift):
        return _share_draws(churn.with_issue, draws, random) - _share_draws(
            churn.without_issue, draws, random
        )
    return random.normal(churn.value, churn.se, size=draws)


def value_draws(value: Measured, draws: int, random: np.random.Generator) -> Draws:
    """From a gamma of the same mean and standard error: money is positive and skewed."""
    if value.se <= SURE_VALUE * value.value:
        return np.full(draws, float(value.value))
    shape = (value.value / value.se) ** 2
    return random.gamma(shape, value.value / shape, size=draws)


def _point(issue: Issue) -> float:
    point = issue.affected / issue.of
    if issue.severity is not None:
        point *= issue.severity.hits / issue.severity.of
    if isinstance(issue.churn, Uplift):
        stay, leave = issue.churn.without_issue, issue.churn.with_issue
        point *= leave.hits / leave.of - stay.hits / stay.of
    elif issue.churn is not None:
        point *= issue.churn.value
    return point * (issue.value.value if issue.value is not None else 1.0)


def _unit(issue: Issue, value: Measured | None) -> Unit:
    if value is not None or issue.value is not None:
        return "money"
    if issue.churn is not None:
        return "customers lost"
    return "cases" if issue.severity is None else "severe cases"


def _rank(
    issues: Sequence[Issue], points: Sequence[float], stakes: Draws, *, unit: Unit, level: float
) -> list[RankedIssue]:
    tail = (1 - level) / 2
    low, high = np.quantile(stakes, [tail, 1 - tail], axis=1)
    loss = (stakes.max(axis=0) - stakes).mean(axis=1)
    tops = _share_on_top(stakes)
    costs = [issue.cost for issue in issues if issue.cost is not None]
    tops_per_cost = _share_on_top(stakes / np.array(costs)[:, None]) if costs else None
    ranks = _ranks(stakes)
    best, worst = np.quantile(ranks, [tail, 1 - tail], axis=1, method="inverted_cdf")
    return [
        RankedIssue(
            key=issue.key,
            point=points[i],
            low=min(float(low[i]), points[i]),
            high=max(float(high[i]), points[i]),
            p_top=float(tops[i]),
            expected_loss=float(loss[i]),
            best_rank=int(best[i]),
            worst_rank=int(worst[i]),
            p_top_per_cost=None if tops_per_cost is None else float(tops_per_cost[i]),
            unit=unit,
            n=issue.affected,
            of=issue.of,
            method="value at stake (seeded draws)",
            status=_status(issue, points[i], float(low[i]), float(high[i])),
            level=level,
        )
        for i, issue in enumerate(issues)
    ]


def _ranks(stakes: Draws) -> npt.NDArray[np.intp]:
    """Places by falling stake in each draw; equal stakes (an issue that hardly occurs is drawn as 0) share the better one."""
    order = np.argsort(-stakes, axis=0, kind="stable")
    falling = np.take_along_axis(stakes, order, axis=0)
    places = np.broadcast_to(np.arange(1, len(stakes) + 1)[:, None], stakes.shape).copy()
    places[1:][falling[1:] == falling[:-1]] = 0
    ranks = np.empty_like(places)
    np.put_along_axis(ranks, order, np.maximum.accumulate(places, axis=0), axis=0)
    return ranks


def _share_on_top(stakes: Draws) -> Draws:
    """How often each row is the largest; draws where several tie are shared among them."""
    is_top = stakes == stakes.max(axis=0)
    shares: Draws = (is_top / is_top.sum(axis=0)).mean(axis=1)
    return shares


def _status(issue: Issue, point: float, low: float, high: float) -> Status:
    if issue.of < FEW_ANSWERS or _is_factor_thin(issue):
        return "too_few"
    return "wide" if low < 0 or high - low > 2 * abs(point) else "ok"


def _is_factor_thin(issue: Issue) -> bool:
    """Whether a counted factor rests on too few customers."""
    if issue.severity is not None and issue.severity.of < FEW_AFFECTED:
        return True
    return isinstance(issue.churn, Uplift) and min(share.of for share in issue.churn) < FEW_ANSWERS
