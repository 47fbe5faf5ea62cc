"""People's votes: which ideas stand out, which of two is preferred, and what to show next so that each gets a chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtri, xlogy

from candor.analytics.errors import BadCounts, BadParameter, DidNotConverge, EmptySample, NotIdentifiable
from candor.analytics.estimates import Estimate, Status, few_below, require_level, worst_of
from candor.analytics.scores import top_box_share

__all__ = ["IdeaRank", "PairStrengths", "bradley_terry", "ideas_to_show", "rank_ideas"]

Array = npt.NDArray[np.float64]

LEAST_VOTES = 5
RIDGE = 0.1
STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaRank:
    """An idea and its votes.

    Attributes:
        key: As given.
        approval: Share in favour, Wilson interval; ideas are ordered by its lower end.
        rank: 1 is the top; equal lower ends share a rank.
        is_surely_above_next: Whether its interval lies wholly above that of the next idea.
    """

    key: str
    approval: Estimate
    rank: int
    is_surely_above_next: bool

    @property
    def n(self) -> int:
        """Votes."""
        return self.approval.n

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.approval.method

    @property
    def status(self) -> Status:
        """That of the approval."""
        return self.approval.status


@dataclass(frozen=True, slots=True, kw_only=True)
class PairStrengths:
    """A fitted Bradley–Terry model.

    Attributes:
        keys: In the order of the alphabet.
        strengths: Log-odds, with mean 0: keys[i] beats keys[j] with odds exp(strengths[i] − strengths[j]).
        covariance: Of the strengths.
        deviance: Against the observed pairs, with `df` degrees of freedom.
        ridge: Pull towards equality that was used; 0 is plain maximum likelihood.
        n: Comparisons.
    """

    keys: tuple[str, ...]
    strengths: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    deviance: float
    df: int
    ridge: float
    n: int
    level: float

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return f"Bradley–Terry, ridge {self.ridge:g}" if self.ridge else "Bradley–Terry, maximum likelihood"

    @property
    def status(self) -> Status:
        """``too_few`` below two comparisons a thing compared; estimates that were pulled towards equality are ``wide``."""
        return few_below(self.n, 2 * len(self.keys))

    def difference(self, one: str, other: str) -> Estimate:
        """Strength of one less that of the other, in log-odds."""
        i, j = self._place(one), self._place(other)
        value = self.strengths[i] - self.strengths[j]
        variance = self.covariance[i][i] + self.covariance[j][j] - 2 * self.covariance[i][j]
        half = float(ndtri((1 + self.level) / 2)) * sqrt(max(0.0, variance))
        return self._estimate(value, value - half, value + half)

    def chance(self, one: str, other: str) -> Estimate:
        """Chance that one is preferred to the other."""
        gap = self.difference(one, other)
        assert gap.value is not None
        assert gap.low is not None
        assert gap.high is not None
        return self._estimate(*(float(expit(end)) for end in (gap.value, gap.low, gap.high)))

    def order(self) -> tuple[str, ...]:
        """Keys from the strongest down; equal ones by the alphabet."""
        return tuple(sorted(self.keys, key=lambda key: (-round(self.strengths[self._place(key)], 9), key)))

    def surely_above(self, key: str) -> tuple[str, ...]:
        """Those that are stronger than the key beyond chance (each pair by itself)."""
        return tuple(
            other for other in self.order() if other != key and (self.difference(other, key).low or 0) > 0
        )

    def _place(self, key: str) -> int:
        if key not in self.keys:
            raise BadParameter("key", key, expected="one of those compared")
        return self.keys.index(key)

    def _estimate(self, value: float, low: float, high: float) -> Estimate:
        method = "Bradley–Terry" if self.ridge == 0 else f"Bradley–Terry, ridge {self.ridge:g}"
        status = worst_of(self.status, "ok" if self.ridge == 0 else "wide")
        return Estimate(
            value=value, low=low, high=high, n=self.n, method=method, status=status, level=self.level
        )


def rank_ideas(votes: Mapping[str, tuple[int, int]], *, level: float = 0.95) -> tuple[IdeaRank, ...]:
    """Order ideas by the lower end of their approval, so that three of three do not beat sixty of eighty.

    Args:
        votes: Key to (in favour, all votes).
        level: Of the Wilson interval.

    Raises:
        BadCounts: Negative votes, or more in favour than all.

    Example:
        >>> ranked = rank_ideas({"new": (3, 3), "known": (60, 80), "first": (1, 1)})
        >>> [(idea.key, round(idea.approval.low, 4)) for idea in ranked]
        [('known', 0.6452), ('new', 0.4385), ('first', 0.2065)]

    Source:
        Wilson (1927), *JASA* 22; for ranking: Miller (2009).
    """
    require_level(level)
    for key, (favourable, n) in votes.items():
        if not 0 <= favourable <= n:
            raise BadCounts(key, (favourable, n), expected="0 ≤ in favour ≤ votes")
    approvals = {
        key: top_box_share(favourable=favourable, n=n, level=level, least_n=LEAST_VOTES)
        for key, (favourable, n) in votes.items()
    }
    lows = {key: approval.low if approval.low is not None else 0.0 for key, approval in approvals.items()}
    order = sorted(approvals, key=lambda key: (-lows[key], key))
    found = []
    for place, key in enumerate(order):
        following = approvals[order[place + 1]] if place + 1 < len(order) else None
        found.append(
            IdeaRank(
                key=key,
                approval=approvals[key],
                rank=1 + sum(lows[other] > lows[key] for other in order),
                is_surely_above_next=following is not None
                and following.high is not None
                and lows[key] > following.high,
            )
        )
    return tuple(found)


def bradley_terry(
    wins: Mapping[tuple[str, str], int], *, ridge: float | None = None, level: float = 0.95
) -> PairStrengths:
    """Strengths from comparisons of two.

    Args:
        wins: (winner, loser) to how often.
        ridge: Pull towards equality, 0 or more. When not given it is 0, and 0.1 where plain maximum likelihood
            has no answer: somebody beat all comers, lost to all, or groups were never compared.
        level: Of intervals.

    Raises:
        EmptySample: No comparison.
        BadCounts: Negative counts, or something compared with itself.
        NotIdentifiable: `ridge=0` was asked for where there is no answer.

    Example:
        >>> found = bradley_terry({("tea", "milk"): 7, ("milk", "tea"): 3, ("tea", "beer"): 6, ("beer", "tea"): 4,
        ...                        ("beer", "milk"): 5, ("milk", "beer"): 5})
        >>> found.order(), round(found.chance("tea", "milk").value, 2)
        (('tea', 'beer', 'milk'), 0.67)

    Source:
        Bradley & Terry (1952), *Biometrika* 39; when there is an answer: Ford (1957).
    """
    require_level(level)
    keys, table = _table(wins)
    chosen = ridge
    if chosen is None:
        chosen = 0.0 if _is_strongly_connected(table) else RIDGE
    elif not chosen >= 0:
        raise BadParameter("ridge", ridge, expected="0 or more")
    if chosen == 0 and not _is_strongly_connected(table):
        raise NotIdentifiable(
            "strengths", because="somebody only won, only lost, or was never compared with the rest"
        )
    strengths, information = _climb(table, chosen)
    even, weight = _even_move(information)
    covariance = np.linalg.inv(information + weight * even) - even / (weight + chosen)
    games = table + table.T
    pairs = games[np.triu_indices(len(keys), 1)]
    chance = expit(strengths[:, None] - strengths[None, :])
    fitted = games * chance
    deviance = 2 * float((xlogy(table, table) - xlogy(table, np.where(fitted > 0, fitted, 1))).sum())
    return PairStrengths(
        keys=tuple(keys),
        strengths=tuple(strengths.tolist()),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        deviance=deviance,
        df=int((pairs > 0).sum()) - (len(keys) - 1),
        ridge=chosen,
        n=int(table.sum()),
        level=level,
    )


def ideas_to_show(
    votes: Mapping[str, tuple[int, int]], *, count: int, seed: int, least_votes: int = LEAST_VOTES
) -> tuple[str, ...]:
    """What to put before the next visitor: first ideas that few have seen, then by lot weighted with promise.

    Ordering by votes alone makes early ideas win because they were early. Here ideas with fewer than
    `least_votes` come first, in random order; the others draw from what their approval may be (Thompson), so
    that good ones are shown often and the undecided get their chance.

    Args:
        votes: Key to (in favour, all votes).
        count: How many to show.
        seed: A new one for each visitor.

    Example:
        >>> ideas_to_show({"new": (0, 0), "good": (60, 80), "poor": (2, 90)}, count=2, seed=1)
        ('new', 'good')

    Source:
        Thompson (1933), *Biometrika* 25; Russo et al. (2018).
    """
    for name, number in (("count", count), ("seed", seed)):
        if number < 0:
            raise BadParameter(name, number, expected="0 or more")
    for key, (favourable, n) in votes.items():
        if not 0 <= favourable <= n:
            raise BadCounts(key, (favourable, n), expected="0 ≤ in favour ≤ votes")
    random = np.random.default_rng(seed)
    drawn = {}
    for key in sorted(votes):
        favourable, n = votes[key]
        promise = float(random.beta(favourable + 1, n - favourable + 1))
        lot = float(random.random())
        drawn[key] = (1.0, lot) if n < least_votes else (0.0, promise)
    return tuple(sorted(drawn, key=lambda key: drawn[key], reverse=True)[:count])


def _table(wins: Mapping[tuple[str, str], int]) -> tuple[list[str], Array]:
    keys = sorted({key for pair in wins for key in pair})
    place = {key: i for i, key in enumerate(keys)}
    table = np.zeros((len(keys), len(keys)))
    for (winner, loser), times in wins.items():
        if winner == loser or not times >= 0:
            raise BadCounts(f"{winner} over {loser}", times, expected="0 or more, between two that differ")
        table[place[winner], place[loser]] += times
    if not table.any():
        raise EmptySample("comparisons")
    return keys, table


def _is_strongly_connected(table: Array) -> bool:
    """From everyone a chain of wins leads to everyone else (Ford's condition)."""
    for wins in (table, table.T):
        reached, front = {0}, [0]
        while front:
            for other in np.flatnonzero(wins[front.pop()]):
                if int(other) not in reached:
                    reached.add(int(other))
                    front.append(int(other))
        if len(reached) < len(table):
            return False
    return True


def _even_move(information: Array) -> tuple[Array, float]:
    """The direction in which all strengths move alike, of which nothing is known, and a weight to hold it by."""
    k = len(information)
    return np.full((k, k), 1 / k), float(np.trace(information)) / k


def _climb(table: Array, ridge: float) -> tuple[Array, Array]:
    games = table + table.T
    strengths = np.zeros(len(table))
    for _ in range(STEPS):
        chance = expit(strengths[:, None] - strengths[None, :])
        gradient = (table * chance.T - table.T * chance).sum(axis=1) - ridge * strengths
        spread = games * chance * chance.T
        information = np.diag(spread.sum(axis=1)) - spread + ridge * np.eye(len(table))
        even, weight = _even_move(information)
        step = np.linalg.solve(information + weight * even, gradient)
        step *= min(1.0, 2.0 / max(1e-12, float(np.abs(step).max())))
        strengths = strengths + step
        strengths -= strengths.mean()
        if np.abs(step).max() < 1e-11:
            return strengths, information
    raise DidNotConverge("Bradley–Terry", iterations=STEPS, gap=float(np.abs(step).max()))
