"""Promises: how many waits were as short as promised, and how late the others were; and how many journeys went as designed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, BadParameter, ShapeMismatch
from candor.analytics.estimates import Estimate, empty_estimate, require_level
from candor.analytics.inputs import FloatArray
from candor.analytics.medians import median_ranks
from candor.analytics.scores import top_box_share

__all__ = ["Conformity", "PromiseKept", "conformity", "promise_from_counts", "promise_kept"]

LATENESS = "median of the late ones, interval from order statistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseKept:
    """Waits held against what was promised.

    Attributes:
        kept: Share that took no longer than promised, of those that are decided.
        lateness: By how much the late ones that are over exceeded the promise: their median, in the unit of the waits.
        promised: The longest wait promised, in the same unit.
        n: Waits that are decided: over, or open for longer than promised already.
        n_late: Of them, broken.
        n_undecided: Still open and within the promise; in neither count.
        status: That of `kept`.
    """

    kept: Estimate
    lateness: Estimate
    promised: float
    n: int
    n_late: int
    n_undecided: int

    @property
    def status(self) -> str:
        return self.kept.status

    @property
    def method(self) -> str:
        return f"{self.kept.method}; {LATENESS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformity:
    """How many journeys went the designed way, and in what the others differ; one journey may differ in more than one way.

    Attributes:
        as_designed: Share that passed every designed step, in order, none twice, and nothing else.
        skipped, added, repeated, reordered: Shares of journeys that left out a step, had one that is not designed, passed one
            again, or passed them in another order.
        n: Journeys that are over; those under way may still keep to the design and are not counted.
        n_open: Journeys under way.
    """

    as_designed: Estimate
    skipped: Estimate
    added: Estimate
    repeated: Estimate
    reordered: Estimate
    n: int
    n_open: int

    @property
    def status(self) -> str:
        return self.as_designed.status

    @property
    def method(self) -> str:
        return self.as_designed.method


def promise_kept(
    waits: ArrayLike,
    *,
    promised: float,
    is_over: ArrayLike | None = None,
    level: float = 0.95,
    least_n: int = 0,
) -> PromiseKept:
    """Share of waits within a promise, and how late the late ones were.

    A wait still open beyond the promise is broken already, whatever comes; one still open within it is not decided.

    Args:
        waits: How long each took, or has taken so far; 0 or more, in the unit of `promised`.
        promised: The longest wait promised; a wait of exactly that length keeps it.
        is_over: Whether each wait is over; None for all.
        level: Of intervals.
        least_n: Decided waits below which the share is too little to show.

    Raises:
        BadCounts: A wait below zero or not finite.
        BadParameter: `promised` is not above zero.
        ShapeMismatch: Lengths differ.

    Source:
        Wilson (1927); median: Conover (1999) section 3.2.

    Example:
        >>> found = promise_kept([3, 8, 10, 12, 15, 2, 20], promised=10, is_over=[1, 1, 1, 1, 1, 0, 0])
        >>> found.kept.value, found.n, found.n_undecided, found.lateness.value
        (0.5, 6, 1, 3.5)
    """
    require_level(level)
    _above_zero(promised)
    took = inputs.counts("waits", waits).ravel()
    over = np.ones(len(took), dtype=bool) if is_over is None else inputs.flags("is_over", is_over)
    if len(over) != len(took):
        raise ShapeMismatch(waits=len(took), is_over=len(over))
    late = took > promised
    decided = over | late
    n, n_late = int(decided.sum()), int(late.sum())
    return PromiseKept(
        kept=top_box_share(favourable=n - n_late, n=n, level=level, least_n=least_n),
        lateness=_median(np.sort(took[late & over] - promised), level),
        promised=float(promised),
        n=n,
        n_late=n_late,
        n_undecided=int((~decided).sum()),
    )


def promise_from_counts(
    *,
    kept: int,
    late: int,
    promised: float,
    late_open: int = 0,
    undecided: int = 0,
    lateness: tuple[float, float | None, float | None] | None = None,
    level: float = 0.95,
    least_n: int = 0,
) -> PromiseKept:
    """The same as :func:`promise_kept`, from what a warehouse counted.

    Args:
        kept, late: Decided waits within the promise, and beyond it.
        promised: The longest wait promised.
        late_open: Of the late ones, those still open: they have no lateness yet.
        undecided: Waits still open and within the promise.
        lateness: Median excess of the late ones that are over, and their excess at the two places of :func:`median_ranks`; None without any.
        level: Of intervals.
        least_n: Decided waits below which the share is too little to show.

    Raises:
        BadCounts: A count that is negative or no whole number, or more late ones open than late.
        BadParameter: `promised` is not above zero, a lateness without late waits that are over, not above zero, or with a median
            outside of its limits.

    Source:
        Wilson (1927); median: Conover (1999) section 3.2, as :func:`promise_kept`.

    Example:
        >>> found = promise_from_counts(kept=300, late=100, promised=10, lateness=(3.0, 2.5, 4.0))
        >>> found.kept.value, found.n, found.lateness.high
        (0.75, 400, 4.0)
    """
    require_level(level)
    for name, count in (("kept", kept), ("late", late), ("late_open", late_open), ("undecided", undecided)):
        inputs.whole(name, count)
    if late_open > late:
        raise BadCounts("late_open", late_open, expected=f"at most the {late} that are late")
    _above_zero(promised)
    over = late - late_open
    if lateness is not None and not over:
        raise BadParameter("lateness", lateness, expected="none where nothing was late and is over")
    value, low, high = lateness or (None, None, None)
    told = [end for end in (low, value, high) if end is not None]
    inputs.positive("lateness", told)
    if told != sorted(told):
        raise BadParameter("lateness", lateness, expected="a median between its limits")
    return PromiseKept(
        kept=top_box_share(favourable=kept, n=kept + late, level=level, least_n=least_n),
        lateness=_lateness(value, low, high, over if lateness is not None else 0, level),
        promised=float(promised),
        n=kept + late,
        n_late=late,
        n_undecided=undecided,
    )


def _above_zero(promised: float) -> None:
    if not (np.isfinite(promised) and promised > 0):
        raise BadParameter("promised", promised, expected="a finite number above 0")


def _median(sorted_values: FloatArray, level: float) -> Estimate:
    n = len(sorted_values)
    if not n:
        return _lateness(None, None, None, 0, level)
    places = median_ranks(n, level) or (0, 0)
    low, high = (float(sorted_values[place - 1]) if place else None for place in places)
    return _lateness(float(np.median(sorted_values)), low, high, n, level)


def _lateness(value: float | None, low: float | None, high: float | None, n: int, level: float) -> Estimate:
    if value is None:
        return empty_estimate(LATENESS, level=level, least_n=0)
    known = low is not None and high is not None
    return Estimate(
        value=value, low=low, high=high, n=n, method=LATENESS, status="ok" if known else "too_few", level=level,
        least_n=0 if known else 6,
    )  # fmt: skip


def conformity(
    *,
    journeys: int,
    as_designed: int,
    skipped: int = 0,
    added: int = 0,
    repeated: int = 0,
    reordered: int = 0,
    still_open: int = 0,
    level: float = 0.95,
    least_n: int = 0,
) -> Conformity:
    """Shares of closed journeys that went as designed, and that differ in each way.

    Args:
        journeys: Journeys that are over.
        as_designed: Of them, those that went exactly as designed.
        skipped, added, repeated, reordered: Of them, those that differ in this way.
        still_open: Journeys under way, counted beside.
        level: Of intervals.
        least_n: Journeys below which shares are too little to show.

    Raises:
        BadCounts: A count that is negative, no whole number, or more than did not go as designed; or a journey that did not
            go as designed differs in no way.

    Source:
        Wilson (1927). Designed against real: van der Aalst (2016) Process Mining, chapter 8.

    Example:
        >>> found = conformity(journeys=400, as_designed=260, skipped=90, repeated=70)
        >>> round(found.as_designed.value, 2), round(found.as_designed.low, 2), round(found.as_designed.high, 2)
        (0.65, 0.6, 0.7)
    """
    ways = {"skipped": skipped, "added": added, "repeated": repeated, "reordered": reordered}
    for name, count in {
        "journeys": journeys,
        "as_designed": as_designed,
        "still_open": still_open,
        **ways,
    }.items():
        inputs.whole(name, count)
    if as_designed > journeys:
        raise BadCounts("as_designed", as_designed, expected=f"at most {journeys}")
    other = journeys - as_designed
    for name, count in ways.items():
        if count > other:
            raise BadCounts(name, count, expected=f"at most the {other} that did not go as designed")
    if sum(ways.values()) < other:
        raise BadCounts(
            "skipped + added + repeated + reordered", sum(ways.values()),
            expected=f"at least {other}: each journey that did not go as designed differs in one way or more",
        )  # fmt: skip

    def share(count: int) -> Estimate:
        return top_box_share(favourable=count, n=journeys, level=level, least_n=least_n)

    return Conformity(
        as_designed=share(as_designed),
        skipped=share(skipped),
        added=share(added),
        repeated=share(repeated),
        reordered=share(reordered),
        n=journeys,
        n_open=still_open,
    )
