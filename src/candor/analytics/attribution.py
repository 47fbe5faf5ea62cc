"""Markov attribution: how much of the success passes through each touchpoint of a journey, read as a chain.

Journeys are read as a chain that forgets: where somebody goes next depends only on where they are. The removal effect
of a touchpoint is the part of the successes that would be lost if everybody who comes to it were lost there. It
describes paths as they were walked; it is no estimate of what would happen without the touchpoint.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array

from candor.analytics import inputs
from candor.analytics.errors import EmptySample, NotIdentifiable
from candor.analytics.estimates import Estimate, Status, require_level, status_of
from candor.analytics.inputs import FloatArray, IntArray
from candor.analytics.proportions import wilson_limits

__all__ = ["JourneyPath", "RemovalEffect", "RemovalEffects", "removal_effects"]

LEAST_JOURNEYS = 50
"""Journeys through a touchpoint below which its effect is called too few."""
LEAST_SUCCESSES = 30
"""Journeys that reached the goal below which every effect is too few: an effect is a part of the successes, and resamples of
a handful are too sure of them, however many journeys were lost."""

RESAMPLES = 1000
_CHUNK = 100  # resamples solved at a time, to bound memory
_ROUNDING = 1e-12


class JourneyPath(NamedTuple):
    """A way that customers went, in order, and how many of those reached the goal or were lost at its end."""

    steps: tuple[Hashable, ...]
    reached: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalEffect:
    """One touchpoint.

    Attributes:
        touchpoint: As given.
        effect: Part of the successes of the chain whose way leads through it, 0 to 1.
        share: Its effect over the sum of all effects; 0 to 1, adding to 1.
        n: Journeys through it.
        method: How it was found.
        status: ``too_few`` below 50 journeys through it or 30 successes in all, ``not_comparable`` where no journey went
            without it.
    """

    touchpoint: Hashable
    effect: Estimate
    share: Estimate
    n: int
    method: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalEffects:
    """All touchpoints, the largest effect first.

    Attributes:
        effects: One a touchpoint; equal effects stand in the order of their names.
        reached: Share of journeys that reached the goal; the fitted chain gives exactly the same.
        n: Journeys.
    """

    effects: tuple[RemovalEffect, ...]
    reached: Estimate
    n: int
    method: str
    status: Status


def removal_effects(
    paths: Sequence[JourneyPath],
    *,
    level: float = 0.95,
    least_n: int = LEAST_JOURNEYS,
    resamples: int = RESAMPLES,
    seed: int = 2016,
) -> RemovalEffects:
    """Removal effect of each touchpoint, with bootstrap intervals over journeys.

    With Q the chances to go from touchpoint to touchpoint and r those to reach the goal next, all from the counts,
    success from each touchpoint is ``h = (I − Q)⁻¹ r``. Who comes to c is lost: ``effect = N_c h_c / (N_cc h_start)``
    with ``N = (I − Q)⁻¹``, the row of the start.

    Args:
        paths: Ways with their counts; the same way may come more than once. Leave out journeys that are still open:
            they have not ended.
        level: Of the intervals.
        least_n: Journeys through a touchpoint below which its effect is ``too_few``.
        resamples: Of the journeys, whole ways at a time.
        seed: Of the resamples.

    Raises:
        EmptySample: No journey, or none with a touchpoint.
        BadCounts: A count that is no whole number, 0 or more.
        NotIdentifiable: No journey reached the goal: there is no success to lose.

    Source: Anderl, Becker, von Wangenheim & Schumann (2016), Mapping the customer journey, International Journal of
    Research in Marketing 33:457.

    >>> ways = [JourneyPath(("ad", "mail", "shop"), 1, 0), JourneyPath(("ad",), 0, 1),
    ...         JourneyPath(("mail", "shop"), 0, 1)]
    >>> found = removal_effects(ways)
    >>> round(found.reached.value, 3), found.n, found.status
    (0.333, 3, 'too_few')
    >>> [(one.touchpoint, round(one.effect.value, 3), round(one.share.value, 3)) for one in found.effects]
    [('mail', 1.0, 0.4), ('shop', 1.0, 0.4), ('ad', 0.5, 0.2)]
    """
    require_level(level)
    inputs.at_least_one("resamples", resamples)
    counted = _Ways(paths)
    value = counted.effects(counted.journeys)[0]
    if not np.isfinite(value).all():
        raise NotIdentifiable("removal effects", because="no journey reached the goal")
    random = np.random.default_rng(seed)
    n = int(counted.journeys.sum())
    drawn = np.concatenate(
        [
            counted.effects(random.multinomial(n, counted.journeys / n, size=min(_CHUNK, resamples - done)))
            for done in range(0, resamples, _CHUNK)
        ]
    )
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    method = f"removal effect, first-order chain, bootstrap over journeys ({resamples:,} resamples)"
    ends = _limits(value, drawn, counted.successes, level)
    share, shares = _shares(value, ends, drawn, level)
    found = [
        _effect(counted, place, ((value, *ends), (share, *shares)), method, level, least_n)
        for place in sorted(range(len(value)), key=lambda place: (-round(float(value[place]), 12), place))
    ]
    low, high = wilson_limits(np.asarray(float(counted.successes)), np.asarray(float(n)), level=level)
    status = status_of(n=n, low=float(low), high=float(high), scale_width=1.0, least_n=least_n)
    reached = Estimate(
        value=counted.successes / n,
        low=float(low),
        high=float(high),
        n=n,
        method="Wilson",
        status=status,
        level=level,
        least_n=least_n,
    )
    return RemovalEffects(effects=tuple(found), reached=reached, n=n, method=method, status=status)


class _Ways:
    """The ways as counts of moves: one row an outcome, one column a move from a place (start last) to a place, the goal
    or the loss.
    """

    def __init__(self, paths: Sequence[JourneyPath]) -> None:
        outcomes: dict[tuple[tuple[Hashable, ...], bool], int] = {}
        for steps, reached, lost in paths:
            for count, success in ((reached, True), (lost, False)):
                inputs.whole("journeys", count)
                key = (tuple(steps), success)
                outcomes[key] = outcomes.get(key, 0) + int(count)
        kept = sorted(
            ((key, count) for key, count in outcomes.items() if count), key=lambda row: repr(row[0])
        )
        if not kept:
            raise EmptySample("journeys")
        self.touchpoints = sorted({step for (steps, _), _ in kept for step in steps}, key=repr)
        if not self.touchpoints:
            raise EmptySample("touchpoints in the journeys")
        self.journeys = np.array([count for _, count in kept], dtype=np.int64)
        self.successes = sum(count for (_, success), count in kept if success)
        place = {name: i for i, name in enumerate(self.touchpoints)}
        k = len(place)
        rows: list[int] = []
        moves: list[int] = []
        self.through = np.zeros(k, dtype=np.int64)
        for row, ((steps, success), count) in enumerate(kept):
            stops = [k, *(place[step] for step in steps), k if success else k + 1]
            moves += [one * (k + 2) + other for one, other in pairwise(stops)]
            rows += [row] * (len(stops) - 1)
            self.through[list(set(stops[1:-1]))] += count
        shape = (len(kept), (k + 1) * (k + 2))
        self.moves = coo_array((np.ones(len(rows)), (rows, moves)), shape=shape).tocsr()

    def effects(self, journeys: IntArray) -> FloatArray:
        """Removal effects for every row of counts of outcomes; NaN where nobody reached the goal."""
        k = len(self.touchpoints)
        table = (np.atleast_2d(journeys) @ self.moves).reshape(-1, k + 1, k + 2)
        left = table.sum(axis=2, keepdims=True)
        chance = table / np.where(left > 0, left, 1.0)
        # A touchpoint that a resample never visits keeps an empty row: the matrix stays regular.
        visits = np.linalg.inv(np.eye(k) - chance[:, :k, :k])
        success = (visits @ chance[:, :k, k, None])[:, :, 0]
        from_start = (chance[:, k, None, :k] @ visits)[:, 0, :]
        whole = chance[:, k, k] + (chance[:, k, :k] * success).sum(axis=1)
        lost = from_start / np.einsum("rii->ri", visits) * success
        return np.where(
            whole[:, None] > 0, np.clip(lost / np.where(whole > 0, whole, 1.0)[:, None], 0.0, 1.0), np.nan
        )


def _limits(
    value: FloatArray, drawn: FloatArray, successes: int, level: float
) -> tuple[FloatArray, FloatArray]:
    """Bootstrap limits; where all or no successes pass, resamples know no doubt and Wilson's limit takes their place."""
    low, high = _quantiles(value, drawn, level)
    least, _ = wilson_limits(np.asarray(float(successes)), np.asarray(float(successes)), level=level)
    low = np.where(value >= 1 - _ROUNDING, np.minimum(low, float(least)), low)
    high = np.where(value <= _ROUNDING, np.maximum(high, 1 - float(least)), high)
    return np.minimum(low, value), np.maximum(high, value)


def _shares(
    value: FloatArray, ends: tuple[FloatArray, FloatArray], drawn: FloatArray, level: float
) -> tuple[FloatArray, tuple[FloatArray, FloatArray]]:
    """Shares of the sum of effects with their limits, which know of the doubt that resamples don't have where an effect is 0 or 1."""
    total = drawn.sum(axis=1, keepdims=True)
    share = value / value.sum() if value.any() else value
    low, high = _quantiles(share, drawn / np.where(total > 0, total, 1.0), level)
    others = value.sum() - value
    least, most = (end / np.maximum(end + others, _ROUNDING) for end in ends)
    low = np.where(value >= 1 - _ROUNDING, np.minimum(low, least), low)
    high = np.where(value <= _ROUNDING, np.maximum(high, most), high)
    return share, (np.minimum(low, share), np.maximum(high, share))


def _quantiles(value: FloatArray, drawn: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(drawn if len(drawn) else value[None, :], tails, axis=0)
    return low, high


def _effect(
    ways: _Ways,
    place: int,
    found: tuple[tuple[FloatArray, FloatArray, FloatArray], tuple[FloatArray, FloatArray, FloatArray]],
    method: str,
    level: float,
    least_n: int,
) -> RemovalEffect:
    n = int(ways.through[place])
    _, low, high = found[0]
    status = status_of(n=n, low=float(low[place]), high=float(high[place]), scale_width=1.0, least_n=least_n)
    if ways.successes < LEAST_SUCCESSES:
        status = "too_few"
    elif status != "too_few" and n == ways.journeys.sum():
        status = "not_comparable"  # no journey went without it
    effect, share = (
        Estimate(
            value=float(value[place]),
            low=float(low[place]),
            high=float(high[place]),
            n=n,
            method=method,
            status=status,
            level=level,
            least_n=least_n,
        )
        for value, low, high in found
    )
    return RemovalEffect(
        touchpoint=ways.touchpoints[place], effect=effect, share=share, n=n, method=method, status=status
    )
