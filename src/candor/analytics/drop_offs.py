"""Where people leave a journey: of those who came as far as a step and whose way is known, the share that went no further.

A journey that is still under way at a step is not lost there: it is left out of that step's share, and counted beside it. A
*bend* is a step where people leave more often than at the steps beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, BadParameter, ShapeMismatch
from candor.analytics.estimates import Estimate, require_level
from candor.analytics.inputs import FloatArray
from candor.analytics.multiple_tests import benjamini_hochberg
from candor.analytics.proportions import newcombe_limits, same_share_p_values
from candor.analytics.scores import top_box_share

__all__ = ["DropOff", "drop_off_bends"]

METHOD = "share lost of those whose way is known, Wilson; against the steps beside it, Newcombe and score test, exact where few"
LEAST_KNOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DropOff:
    """How many leave at one step.

    Attributes:
        step: Its name.
        share: Lost at the step, of those whose way on from it is known.
        expected: The same share at the step before and the one after together; None without a neighbour.
        excess, low, high: Share less expected, with its interval; None when either is unknown.
        p_value, q_value: Two-sided, against the steps beside it; adjusted for all steps (Benjamini–Hochberg).
        is_bend: More leave here than beside it, beyond chance.
        reached, lost, still_open: Journeys that came to the step; that ended there; that are still at it.
        status: `too_few` below the least number of journeys whose way is known.
    """

    step: str
    share: Estimate
    expected: float | None
    excess: float | None
    low: float | None
    high: float | None
    p_value: float | None
    q_value: float | None
    is_bend: bool
    reached: int
    lost: int
    still_open: int
    status: Literal["ok", "too_few"]
    method: str = METHOD

    @property
    def n(self) -> int:
        """Journeys whose way on from the step is known."""
        return self.reached - self.still_open


def drop_off_bends(
    steps: Sequence[str],
    *,
    reached: ArrayLike,
    lost: ArrayLike,
    still_open: ArrayLike | None = None,
    false_discovery_rate: float = 0.05,
    least_n: int = LEAST_KNOWN,
    level: float = 0.95,
) -> tuple[DropOff, ...]:
    """The drop-off of each step, and which steps bend.

    Steps need not be nested: some may be skipped by some journeys. Each journey is lost at one step at most. The steps a step is
    held against are the nearest ones with enough journeys on either side. Journeys are taken as independent, and those still
    open as no more likely to be lost than those whose way is known.

    Args:
        steps: Names in the order of the journey, the goal not among them.
        reached: Journeys that came to each step.
        lost: Of them, those that ended there.
        still_open: Of them, those that are still at it; None for none.
        false_discovery_rate: Of the bends named, the share that chance may explain.
        least_n: Journeys whose way is known, below which a step is neither told nor held against.
        level: Of intervals.

    Raises:
        BadCounts: A count that is negative or no whole number, or more lost and open than reached.
        ShapeMismatch: Counts for more or fewer steps than named.
        BadParameter: A rate or level outside 0 to 1.

    Source:
        Wilson (1927); Newcombe (1998) method 10; Fisher (1935) with mid-p; Benjamini & Hochberg (1995). That the conditional
        shares of successive steps are independent in large samples: Kaplan & Meier (1958).

    Example:
        >>> found = drop_off_bends(["request", "papers", "offer"], reached=[1000, 940, 700], lost=[50, 200, 40],
        ...     still_open=[10, 40, 20])
        >>> [(one.step, round(one.share.value, 3), one.is_bend) for one in found]
        [('request', 0.051, False), ('papers', 0.222, True), ('offer', 0.059, False)]
    """
    require_level(level)
    if not 0 < false_discovery_rate < 1:
        raise BadParameter("false_discovery_rate", false_discovery_rate, expected="between 0 and 1")
    came, gone, waiting = _checked(len(steps), reached, lost, still_open)
    known = came - waiting
    enough = known >= max(least_n, 1)
    beside = [_beside(k, enough) for k in range(len(steps))]
    their_n = np.array([known[places].sum() for places in beside])
    their_lost = np.array([gone[places].sum() for places in beside])
    testable = enough & (their_n > 0)
    low, high = newcombe_limits(gone, known, their_lost, their_n, level=level)
    p_values = same_share_p_values(gone, known, their_lost, their_n)
    q_values = np.ones(len(steps))
    q_values[testable] = benjamini_hochberg(p_values[testable])
    found = []
    for k, step in enumerate(steps):
        share = top_box_share(favourable=int(gone[k]), n=int(known[k]), level=level, least_n=least_n)
        expected = float(their_lost[k] / their_n[k]) if testable[k] else None
        excess = None if expected is None or share.value is None else share.value - expected
        found.append(
            DropOff(
                step=str(step), share=share, expected=expected, excess=excess,
                low=None if excess is None else float(low[k]), high=None if excess is None else float(high[k]),
                p_value=float(p_values[k]) if testable[k] else None,
                q_value=float(q_values[k]) if testable[k] else None,
                is_bend=bool(testable[k] and q_values[k] <= false_discovery_rate and (excess or 0) > 0 and low[k] > 0),
                reached=int(came[k]), lost=int(gone[k]), still_open=int(waiting[k]),
                status="ok" if enough[k] else "too_few",
            )
        )  # fmt: skip
    return tuple(found)


def _checked(
    size: int, reached: ArrayLike, lost: ArrayLike, still_open: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    columns = []
    given = (
        ("reached", reached),
        ("lost", lost),
        ("still_open", [0] * size if still_open is None else still_open),
    )
    for name, values in given:
        column = inputs.counts(name, values).ravel()
        if len(column) != size:
            raise ShapeMismatch(steps=size, **{name: len(column)})
        for count in column:
            inputs.whole(name, float(count))
        columns.append(column)
    came, gone, waiting = columns
    over = gone + waiting > came
    if over.any():
        raise BadCounts(
            "lost and still_open",
            float((gone + waiting)[over][0]),
            expected="at most those who reached the step",
        )
    return came, gone, waiting


def _beside(k: int, enough: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> list[int]:
    """The nearest step before and the nearest after that have enough journeys."""
    before = [j for j in range(k) if enough[j]][-1:]
    after = [j for j in range(k + 1, len(enough)) if enough[j]][:1]
    return before + after
