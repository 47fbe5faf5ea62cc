"""Where to look first: importance against performance with doubt on both axes, and penalty against reward.

The classic four quadrants cut at the grand means, so that something always "fails". Here the caller states the
two cut-lines, and an item whose interval crosses one of them is undecided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from candor.analytics.errors import (
    BadParameter,
    EmptySample,
    NotEnoughHistory,
    NotIdentifiable,
    ShapeMismatch,
)
from candor.analytics.estimates import Estimate, Status, require_level, worst_of

__all__ = ["Asymmetry", "PlacedItem", "importance_performance", "penalty_reward"]

Array = npt.NDArray[np.float64]
Quadrant = Literal["look_here_first", "keep_it_up", "low_priority", "perhaps_more_than_needed", "undecided"]
Kind = Literal["must_be", "delighter", "both_ways", "other_way_round", "no_clear_link", "undecided"]

LEAST_SIDE = 10
METHOD = "penalty–reward regression, HC3"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedItem:
    """An item and its quadrant.

    Attributes:
        name: As given.
        importance, performance: The estimates handed in.
        quadrant: `undecided` when an interval crosses its cut-line, or an estimate may not be shown.
        undecided_on: Which of the two axes is open.
    """

    name: str
    importance: Estimate
    performance: Estimate
    quadrant: Quadrant
    undecided_on: tuple[Literal["importance", "performance"], ...]

    @property
    def n(self) -> int:
        """Answers of the axis that has fewer."""
        return min(self.importance.n, self.performance.n)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return f"{self.importance.method}; {self.performance.method}"

    @property
    def status(self) -> Status:
        """The worse of the two."""
        return worst_of(self.importance.status, self.performance.status)

    @property
    def words(self) -> str:
        """The quadrant in plain words."""
        return {
            "look_here_first": "Matters, and is below the line: look here first.",
            "keep_it_up": "Matters, and is above the line: keep it up.",
            "low_priority": "Matters less, and is below the line.",
            "perhaps_more_than_needed": "Matters less, and is above the line.",
            "undecided": f"Undecided: {' and '.join(self.undecided_on)} may lie on either side of the line.",
        }[self.quadrant]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asymmetry:
    """How much a low rating goes with a lower outcome, and a high rating with a higher one.

    Differences between customers who rated differently, not what a change of anybody's rating would bring.

    Attributes:
        name: As given.
        penalty: Outcome at low ratings less that at middling ones, others held equal (mostly below zero). Without a value where
            nobody rated the item low, middling or high; reward and balance likewise.
        reward: Outcome at high ratings less that at middling ones (mostly above zero).
        balance: reward + penalty: below zero, lows weigh more than highs.
        kind: `must_be` when lows weigh more, `delighter` when highs do, `both_ways` when both are there and
            not told apart, `other_way_round` when beyond chance low ratings go with a higher outcome or high ones with a lower
            (a scale turned round, or best in the middle), `no_clear_link` when neither is beyond chance, else `undecided`.
        n_low, n_middle, n_high: Answers on each side.
    """

    name: str
    penalty: Estimate
    reward: Estimate
    balance: Estimate
    kind: Kind
    n_low: int
    n_middle: int
    n_high: int

    @property
    def n(self) -> int:
        """Answers on all three sides."""
        return self.n_low + self.n_middle + self.n_high

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.balance.method

    @property
    def status(self) -> Status:
        """That of the balance."""
        return self.balance.status


def importance_performance(
    items: Mapping[str, tuple[Estimate, Estimate]], *, importance_line: float, performance_line: float
) -> tuple[PlacedItem, ...]:
    """Place items by importance and performance, each with its interval.

    Args:
        items: Name to (importance, performance). Importance may be a driver weight or a stated mean.
        importance_line: What counts as important; for driver weights 1 / number of drivers.
        performance_line: What counts as good: a target or a promise, not the mean of the items.

    Returns:
        Items by name.

    Example:
        >>> weight = Estimate(value=0.4, low=0.32, high=0.48, n=900, method="LMG")
        >>> score = Estimate(value=3.6, low=3.5, high=3.7, n=900, method="t")
        >>> placed, = importance_performance({"waiting": (weight, score)}, importance_line=0.2, performance_line=4)
        >>> placed.words
        'Matters, and is below the line: look here first.'

    Source:
        Martilla & James (1977), *Journal of Marketing* 41(1).
    """
    for name, line in (("importance_line", importance_line), ("performance_line", performance_line)):
        if not np.isfinite(line):
            raise BadParameter(name, line, expected="a finite number")
    return tuple(_placed(name, *items[name], importance_line, performance_line) for name in sorted(items))


def penalty_reward(
    ratings: Mapping[str, Sequence[float]],
    outcome: Sequence[float],
    *,
    low_up_to: float,
    high_from: float,
    level: float = 0.95,
) -> tuple[Asymmetry, ...]:
    """Regress the outcome on "low" and "high" of every item together, with middling ratings as the base.

    Standard errors are robust to unequal variance (HC3). Rows with a missing value are left out.

    Args:
        ratings: Name to ratings, each as long as `outcome`; NaN is missing.
        outcome: The score, e.g. overall satisfaction.
        low_up_to: Ratings at or below it are low (2 of 5).
        high_from: Ratings at or above it are high (4 of 5). With 5 the lows mostly lie further from the middle than the highs, and
            a plainly linear effect looks like a must-be.
        level: Of the intervals.

    Returns:
        Items by name. An item with fewer than 10 low, middling or high answers has status `too_few` and is
        `undecided`; one with none of a sort has no numbers either, and what its answers still tell is held equal for the others.

    Raises:
        EmptySample: No item, or no complete row.
        BadParameter: `low_up_to` is not below `high_from`.
        NotEnoughHistory: No more rows than coefficients.
        NotIdentifiable: The cut answers of an item follow from those of others (copies), or the outcome never varies or
            follows from the ratings without remainder.
        ShapeMismatch: Lengths differ.

    Example:
        >>> random = np.random.default_rng(1)
        >>> tidy = random.integers(1, 6, size=600)
        >>> overall = 7 - 2 * (tidy <= 2) + random.normal(size=600)
        >>> found, = penalty_reward({"tidy": tidy}, overall, low_up_to=2, high_from=4)
        >>> found.kind, round(found.penalty.value, 1), round(found.reward.value, 1)
        ('must_be', -2.0, 0.0)

    Source:
        Brandt (1987); Mikulić & Prebežac (2008), *Managing Service Quality* 18(6). HC3: MacKinnon & White
        (1985).
    """
    require_level(level)
    if not low_up_to < high_from:
        raise BadParameter("low_up_to", low_up_to, expected=f"below high_from ({high_from})")
    names, table = _complete(ratings, outcome)
    low, high = table[:, :-1] <= low_up_to, table[:, :-1] >= high_from
    sides = np.array([low.sum(axis=0), (~low & ~high).sum(axis=0), high.sum(axis=0)])
    kept = np.concatenate([_varies(low), _varies(high) & (sides[1] > 0)])
    design = np.column_stack([np.ones(len(table)), np.column_stack([low, high])[:, kept]]).astype(np.float64)
    places = np.cumsum(kept)  # of each low, then of each high, in the design
    _require_contrast(design, names, np.tile(np.arange(len(names)), 2)[kept])
    slopes, covariance, df = _robust_least_squares(design, table[:, -1])
    half = float(stdtrit(df, (1 + level) / 2))
    found = []
    for j, name in enumerate(names):
        effects: list[tuple[float, float] | None] = [None] * 3
        if sides[:, j].all():
            contrasts = np.zeros((3, len(slopes)))
            contrasts[[0, 2], places[j]] = 1
            contrasts[[1, 2], places[len(names) + j]] = 1
            errors = np.sqrt(np.einsum("ij,jk,ik->i", contrasts, covariance, contrasts))
            effects = [(float(v), half * float(e)) for v, e in zip(contrasts @ slopes, errors, strict=True)]
        found.append(_asymmetry(name, effects, [int(n) for n in sides[:, j]], level))
    return tuple(found)


def _placed(
    name: str, importance: Estimate, performance: Estimate, importance_line: float, performance_line: float
) -> PlacedItem:
    matters, good = _side(importance, importance_line), _side(performance, performance_line)
    quadrants: dict[tuple[bool | None, bool | None], Quadrant] = {
        (True, False): "look_here_first",
        (True, True): "keep_it_up",
        (False, False): "low_priority",
        (False, True): "perhaps_more_than_needed",
    }
    open_axes: list[Literal["importance", "performance"]] = []
    if matters is None:
        open_axes.append("importance")
    if good is None:
        open_axes.append("performance")
    return PlacedItem(
        name=name,
        importance=importance,
        performance=performance,
        quadrant=quadrants.get((matters, good), "undecided"),
        undecided_on=tuple(open_axes),
    )


def _side(estimate: Estimate, line: float) -> bool | None:
    """Above (True) or below (False) the line; None when the interval crosses it or must not be read."""
    hidden = estimate.status in ("too_few", "suppressed", "not_comparable")
    if hidden or estimate.low is None or estimate.high is None:
        return None
    if estimate.low >= line:
        return True
    return False if estimate.high < line else None


def _complete(ratings: Mapping[str, Sequence[float]], outcome: Sequence[float]) -> tuple[list[str], Array]:
    if not ratings:
        raise EmptySample("items")
    names = sorted(ratings)
    wrong = {name: len(ratings[name]) for name in names if len(ratings[name]) != len(outcome)}
    if wrong:
        raise ShapeMismatch(outcome=len(outcome), **wrong)
    columns = [np.asarray(values, dtype=np.float64) for values in (*(ratings[n] for n in names), outcome)]
    table = np.column_stack(columns)
    table = table[np.isfinite(table).all(axis=1)]
    if not len(table):
        raise EmptySample("complete answers")
    return names, table[np.lexsort(table.T)]


def _varies(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether a column has both."""
    varies: npt.NDArray[np.bool_] = np.logical_and(flags.any(axis=0), ~flags.all(axis=0))
    return varies


def _require_contrast(design: Array, names: Sequence[str], items: npt.NDArray[np.intp]) -> None:
    """Refuse columns that follow from those of other items; `items` says whose each column after the first is."""
    rank = int(np.linalg.matrix_rank(design))
    if len(design) <= design.shape[1] or rank == design.shape[1]:
        return
    owners = np.concatenate([[-1], items])
    copies = [
        name
        for j, name in enumerate(names)
        if rank - int(np.linalg.matrix_rank(design[:, owners != j])) < int((owners == j).sum())
    ]
    raise NotIdentifiable(
        "penalty and reward",
        because=f"low, middling and high answers follow from each other: {', '.join(copies)}",
    )


def _robust_least_squares(design: Array, outcome: Array) -> tuple[Array, Array, int]:
    """Slopes, their HC3 covariance, and the degrees of freedom left."""
    n, width = design.shape
    if n <= width:
        raise NotEnoughHistory(have=n, need=width + 1, what="complete answers")
    inverse = np.linalg.inv(design.T @ design)
    slopes = inverse @ design.T @ outcome
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    left = outcome - design @ slopes
    if np.abs(left).max() <= 1e-9 * np.abs(outcome).max():
        raise NotIdentifiable(
            "the doubt of penalty and reward",
            because="the outcome follows from the ratings without remainder",
        )
    scaled = left / np.clip(1 - leverage, 1e-8, None)
    meat = (design * scaled[:, None] ** 2).T @ design
    return slopes, inverse @ meat @ inverse, n - width


def _asymmetry(
    name: str, effects: Sequence[tuple[float, float] | None], sides: Sequence[int], level: float
) -> Asymmetry:
    status: Status = "too_few" if min(sides) < LEAST_SIDE else "ok"
    penalty, reward, balance = (_estimate(effect, sum(sides), status, level) for effect in effects)
    return Asymmetry(
        name=name,
        penalty=penalty,
        reward=reward,
        balance=balance,
        kind=_kind(penalty, reward, balance),
        n_low=sides[0],
        n_middle=sides[1],
        n_high=sides[2],
    )


def _estimate(effect: tuple[float, float] | None, n: int, status: Status, level: float) -> Estimate:
    """From a value and half the width of its interval, or of what could not be told at all."""
    value, low, high = (
        (None, None, None) if effect is None else (effect[0], effect[0] - effect[1], effect[0] + effect[1])
    )
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=n,
        method=METHOD,
        status=status,
        level=level,
        least_n=LEAST_SIDE if status == "too_few" else 0,
    )


def _kind(penalty: Estimate, reward: Estimate, balance: Estimate) -> Kind:
    if penalty.status == "too_few":
        return "undecided"
    if _beyond(penalty, 1) or _beyond(reward, -1):
        return "other_way_round"
    hurts, helps = _beyond(penalty, -1), _beyond(reward, 1)
    if not hurts and not helps:
        return "no_clear_link"
    if _beyond(balance, -1) and hurts:
        return "must_be"
    if _beyond(balance, 1) and helps:
        return "delighter"
    return "both_ways" if hurts and helps else "undecided"


def _beyond(estimate: Estimate, sign: int) -> bool:
    """Whether the whole interval lies on that side of zero."""
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low > 0 if sign > 0 else estimate.high < 0
