"""How many journeys come as far as a step, when some are still under way: those are open, not lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, BadParameter, EmptySample, ShapeMismatch
from candor.analytics.estimates import Estimate, require_level
from candor.analytics.inputs import FloatArray
from candor.analytics.proportions import wilson_limits

__all__ = ["Arrivals", "StepShares", "arrivals", "step_shares"]

CLOSED = "share of all journeys, Wilson"
OPEN = "product over the steps of those whose way is known (Kaplan–Meier), Wilson on the effective n"
BY_TIME = "Aalen–Johansen, Wilson on the effective n"
LEAST_KNOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShares:
    """The share of journeys that come to each step, of one group or of many: arrays of groups × steps.

    Attributes:
        steps: Names, in order.
        share, low, high: Share that comes to the step, with its interval; NaN where nothing is known.
        reached, lost, still_open: Journeys that came to the step; of them those that ended there, and that are still at it. The last
            step loses nobody.
        n: Journeys of each group.
        level: Of intervals.
        method: Wilson on plain shares where no journey is open; otherwise the product over steps.
    """

    steps: tuple[str, ...]
    share: FloatArray
    low: FloatArray
    high: FloatArray
    reached: inputs.IntArray
    lost: inputs.IntArray
    still_open: inputs.IntArray
    n: inputs.IntArray
    level: float
    method: str

    @property
    def status(self) -> Literal["ok", "too_few"]:
        """`too_few` when no group has ten journeys of which it is known whether they came to the second step."""
        known = self.reached[:, 0] - self.still_open[:, 0] if len(self.steps) > 1 else self.n
        return "ok" if (known >= LEAST_KNOWN).any() else "too_few"

    def of(self, step: int, group: int = 0) -> Estimate:
        """One share as an estimate."""
        known = self._known(step, group)
        value, low, high = (float(table[group, step]) for table in (self.share, self.low, self.high))
        told = bool(np.isfinite(value))
        return Estimate(
            value=value if told else None, low=low if told else None, high=high if told else None, n=int(self.n[group]),
            method=self.method, status="ok" if told and known >= LEAST_KNOWN else "too_few", level=self.level,
            least_n=0 if known >= LEAST_KNOWN else LEAST_KNOWN,
        )  # fmt: skip

    def _known(self, step: int, group: int) -> int:
        """Journeys whose way on is known, at the step before this with open ones that has the fewest; with none open, all."""
        reached, waiting = self.reached[group, :step], self.still_open[group, :step]
        return int((reached - waiting)[waiting > 0].min(initial=self.n[group]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Of those who came to a step, the shares that have come to the next one, and that have left, by time since then.

    Attributes:
        times: When anybody came or left, ascending.
        at_risk: Still on their way just before each time.
        came, left: How many came and left at each time.
        open_times, still_open: When those still under way were last seen, ascending, and how many at each time.
        share_came, share_left: By each time.
        n, n_came, n_left, n_open: Journeys: all, and how they stand.
        longest: Until when anybody was watched.
        level: Of intervals.
    """

    times: tuple[float, ...]
    at_risk: tuple[float, ...]
    came: tuple[float, ...]
    left: tuple[float, ...]
    open_times: tuple[float, ...]
    still_open: tuple[float, ...]
    share_came: tuple[float, ...]
    share_left: tuple[float, ...]
    n: int
    n_came: int
    n_left: int
    n_open: int
    longest: float
    level: float
    method: str = BY_TIME

    @property
    def status(self) -> Literal["ok", "too_few"]:
        return "ok" if self.n >= LEAST_KNOWN else "too_few"

    def came_by(self, time: float) -> Estimate:
        """Share that has come by a time; `too_few` where fewer than ten were watched so long, no value beyond the longest watch."""
        return self._by(time, self.came, self.share_came)

    def left_by(self, time: float) -> Estimate:
        """Share that has left by a time."""
        return self._by(time, self.left, self.share_left)

    def _by(self, time: float, events: tuple[float, ...], shares: tuple[float, ...]) -> Estimate:
        if not time >= 0:
            raise BadParameter("time", time, expected="0 or more")
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        at_last = self._under_way(place)
        if not self.n or (time > self.longest and at_last > 0):
            return self._estimate(None, None, None, 0.0)
        lost_since = self._open_before(time) - self._open_before(self.times[place] if place >= 0 else 0.0)
        seen = at_last - lost_since
        share = shares[place] if place >= 0 else 0.0
        effective = watched = self._watched(place, time, seen)
        variance = _variance(self, place, events) if 0 < share < 1 else 0.0
        if variance > 0:
            effective = share * (1 - share) / variance * (seen / at_last if at_last else 1.0)
        low, high = wilson_limits(
            np.asarray(min(share * effective, effective)), np.asarray(effective), level=self.level
        )
        return self._estimate(share, float(low), float(high), watched)

    def _under_way(self, place: int) -> float:
        """Journeys still on their way and seen just after the moment at a place, or at the start (-1)."""
        return self.at_risk[place] - self.came[place] - self.left[place] if place >= 0 else float(self.n)

    def _open_before(self, time: float) -> float:
        """Journeys under way that were last seen before a time."""
        return float(sum(self.still_open[: int(np.searchsorted(self.open_times, time))]))

    def _watched(self, place: int, time: float, seen: float) -> float:
        """As many journeys as, had none been lost from sight, would have left so many still on their way at a time."""
        if not self._open_before(time):
            return float(self.n)
        if not seen:  # all have come or left: as many as would have left those of the last moment
            seen, place = self.at_risk[place], place - 1
        staying = 1 - self.share_came[place] - self.share_left[place] if place >= 0 else 1.0
        return round(seen / staying, 9)

    def _estimate(self, value: float | None, low: float | None, high: float | None, known: float) -> Estimate:
        enough = known >= LEAST_KNOWN
        return Estimate(
            value=value, low=low, high=high, n=self.n, method=BY_TIME, status="ok" if enough else "too_few",
            level=self.level, least_n=0 if enough else LEAST_KNOWN,
        )  # fmt: skip


def step_shares(
    steps: Sequence[str], *, reached: ArrayLike, still_open: ArrayLike | None = None, level: float = 0.95
) -> StepShares:
    """The share of journeys that come to each step of a funnel, for one group or thousands at once.

    Where journeys are still open the share is the product, over the steps before, of the share that goes on among those whose
    way on is known. That takes those still open to be as likely to go on as the others. Those who decide quickly are known first:
    where they go on more often, the share is too high until the others are known; :func:`arrivals` with times does better.

    Args:
        steps: Names in order.
        reached: Journeys that came to each step, groups × steps or steps alone; never more than came to the step before.
        still_open: Of them, those still under way that have come no further; the same shape, None for none.
        level: Of intervals.

    Raises:
        EmptySample: No step.
        ShapeMismatch: Counts for more or fewer steps.
        BadCounts: A count that is negative or no whole number, more than came before, or more open than stopped there.

    Source:
        Wilson (1927); Kaplan & Meier (1958) JASA 53; Greenwood (1926); effective n: Korn & Graubard (1998).

    Example:
        >>> found = step_shares(["ask", "papers", "sign"], reached=[1000, 700, 500], still_open=[100, 60, 0])
        >>> found.share.round(3).tolist(), found.lost.tolist()
        ([[1.0, 0.778, 0.608]], [[200, 140, 0]])
    """
    require_level(level)
    came, waiting = _tables(len(steps), reached, still_open)
    lost = came - np.concatenate([came[:, 1:], (came - waiting)[:, -1:]], axis=1) - waiting
    if (lost < 0).any():
        raise BadCounts(
            "still_open", float(waiting[lost < 0][0]), expected="at most those who came no further"
        )
    known = (came - waiting)[:, :-1]
    on = came[:, 1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(known > 0, on / known, np.where(on == 0, 0.0, np.nan))
        factor = np.where((known <= 0) & (came[:, :-1] > 0), np.nan, factor)
        greenwood = np.cumsum(np.where(on > 0, (known - on) / (known * on), np.inf), axis=1)
    start = np.where(came[:, :1] > 0, 1.0, np.nan)
    share = np.concatenate([start, start * np.cumprod(factor, axis=1)], axis=1)
    effective = _effective(share, greenwood, came, waiting)
    going = np.where(_closed(waiting), on, np.nan_to_num(share[:, 1:], nan=0.0) * effective)
    low, high = wilson_limits(np.minimum(going, effective), effective, level=level)
    return StepShares(
        steps=tuple(str(step) for step in steps), share=share,
        low=np.concatenate([start, np.where(np.isfinite(share[:, 1:]), low, np.nan)], axis=1),
        high=np.concatenate([start, np.where(np.isfinite(share[:, 1:]), high, np.nan)], axis=1),
        reached=came.astype(np.int64), lost=lost.astype(np.int64), still_open=waiting.astype(np.int64),
        n=came[:, 0].astype(np.int64), level=level, method=OPEN if waiting[:, :-1].any() else CLOSED,
    )  # fmt: skip


def arrivals(
    times: ArrayLike,
    *,
    came: ArrayLike,
    left: ArrayLike,
    still_open: ArrayLike,
    level: float = 0.95,
) -> Arrivals:
    """Shares that have come to the next step, and that have left, by time; with those under way neither.

    Coming and leaving compete: who has left will not come. Taking those who left as if they were still under way would promise too
    much, and so does leaving out those who are under way when the quick ones are done first.

    Args:
        times: Time since the step before at which journeys came, left, or were last seen; 0 or more, each once or more often.
        came, left, still_open: Journeys of each kind at each time (for single journeys one of the three is 1).
        level: Of intervals.

    Raises:
        EmptySample: No journey.
        BadCounts: A time or a count that is negative, not finite, or no whole number.
        ShapeMismatch: Lengths differ.

    Source:
        Aalen & Johansen (1978) Scandinavian Journal of Statistics 5:141; variance: Marubini & Valsecchi (1995) section 10.3;
        widened by those lost from sight since the last moment: Dorey & Korn (1987) Statistics in Medicine 6:679.

    Example:
        >>> found = arrivals([1, 2, 3, 4, 5], came=[30, 20, 10, 5, 0], left=[5, 5, 5, 5, 0], still_open=[0, 10, 0, 0, 5])
        >>> share = found.came_by(3)
        >>> round(share.value, 3), round(share.low, 3), round(share.high, 3), found.n_open
        (0.633, 0.529, 0.726, 15)
    """
    require_level(level)
    when = inputs.counts("times", times).ravel()
    columns = [
        inputs.counts(name, column).ravel()
        for name, column in (("came", came), ("left", left), ("still_open", still_open))
    ]
    if len({len(when), *map(len, columns)}) > 1:
        raise ShapeMismatch(
            times=len(when), came=len(columns[0]), left=len(columns[1]), still_open=len(columns[2])
        )
    for name, column in zip(("came", "left", "still_open"), columns, strict=True):
        for count in column:
            inputs.whole(name, float(count))
    if not sum(float(column.sum()) for column in columns):
        raise EmptySample("journeys")
    moments, where = np.unique(when, return_inverse=True)
    came_at, left_at, open_at = (
        np.bincount(where, weights=column, minlength=len(moments)) for column in columns
    )
    gone = came_at + left_at + open_at
    at_risk = np.cumsum(gone[::-1])[::-1]
    moved = came_at + left_at > 0
    d1, d2, risk = came_at[moved], left_at[moved], at_risk[moved]
    still = np.concatenate([[1.0], np.cumprod(1 - (d1 + d2) / risk)])[:-1] if len(risk) else np.zeros(0)
    return Arrivals(
        times=tuple(moments[moved].tolist()), at_risk=tuple(risk.tolist()), came=tuple(d1.tolist()), left=tuple(d2.tolist()),
        open_times=tuple(moments[open_at > 0].tolist()), still_open=tuple(open_at[open_at > 0].tolist()),
        share_came=tuple(np.cumsum(still * d1 / risk).tolist()), share_left=tuple(np.cumsum(still * d2 / risk).tolist()),
        n=int(gone.sum()), n_came=int(d1.sum()), n_left=int(d2.sum()), n_open=int(open_at.sum()),
        longest=float(moments[gone > 0].max()), level=level,
    )  # fmt: skip


def _tables(size: int, reached: ArrayLike, still_open: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    if not size:
        raise EmptySample("steps")
    came = np.atleast_2d(inputs.counts("reached", reached))
    waiting = (
        np.zeros_like(came) if still_open is None else np.atleast_2d(inputs.counts("still_open", still_open))
    )
    if came.shape[-1] != size or came.ndim != 2 or waiting.shape != came.shape:
        raise ShapeMismatch(steps=size, reached=came.shape, still_open=waiting.shape)
    for name, table in (("reached", came), ("still_open", waiting)):
        if (table != np.floor(table)).any():
            raise BadCounts(
                name, float(table[table != np.floor(table)][0]), expected="whole numbers, 0 or more"
            )
    more = came[:, 1:] > came[:, :-1]
    if more.any():
        raise BadCounts(
            "reached", float(came[:, 1:][more][0]), expected="no more than came to the step before"
        )
    if (waiting > came).any():
        raise BadCounts("still_open", float(waiting[waiting > came][0]), expected="at most those who came")
    return came, waiting


def _closed(waiting: FloatArray) -> NDArray[np.bool_]:
    """Whether no journey is open at any step before: groups × steps from the second on."""
    closed: NDArray[np.bool_] = np.cumsum(waiting, axis=1)[:, :-1] == 0
    return closed


def _effective(share: FloatArray, greenwood: FloatArray, came: FloatArray, waiting: FloatArray) -> FloatArray:
    """Journeys that, all closed, would tell as much: all of them where none is open before.

    Where nobody comes to a step, or nobody was lost before it, the variance says nothing of that: there it is that of the step
    before, times the part whose way on is known.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (1 - share[:, 1:]) / (share[:, 1:] * greenwood)
        part = np.where(came > 0, (came - waiting) / came, 1.0)
    told = np.isfinite(found) & (came[:, 1:] < (came - waiting)[:, :-1])
    effective = came.copy()
    for step in range(1, came.shape[1]):
        carried = effective[:, step - 1] * part[:, step - 1]
        effective[:, step] = np.where(told[:, step - 1], found[:, step - 1], carried)
    return np.maximum(np.where(_closed(waiting), came[:, :1], effective[:, 1:]), 1e-9)


def _variance(found: Arrivals, place: int, events: tuple[float, ...]) -> float:
    """Delta method for the cumulative share of one of two competing events."""
    d = np.array(events[: place + 1])
    both = np.array(found.came[: place + 1]) + np.array(found.left[: place + 1])
    n = np.array(found.at_risk[: place + 1])
    still = np.concatenate([[1.0], np.cumprod(1 - both / n)])[:-1]
    share = np.cumsum(still * d / n)
    rest = share[-1] - share
    ended = both >= n  # the last ones: from there on nothing is left to vary
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(ended, 0.0, rest**2 * both / (n * (n - both)))
    second = still**2 * (n - d) / n * d / n**2
    third = rest * still * d / n**2
    return float(max((first + second - 2 * third).sum(), 0.0))
