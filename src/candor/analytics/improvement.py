"""Most improved: which units' scores rose by more than chance, among all that were looked at.

Of 40 unchanged teams with 60 answers a month, a naive board names a "significant improver" in 86 of 100 months, and
the team at the top of it has risen by 34 points by luck alone. So p-values are adjusted for the number of units, the
change shown is shrunken, and what a unit that was low would regain by mere regression to the mean is stated.
In a month of pure chance the list is empty 95 times in 100.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from candor.analytics import inputs
from candor.analytics.errors import BadParameter
from candor.analytics.estimates import Verdict
from candor.analytics.inputs import FloatArray, IntArray
from candor.analytics.multiple_tests import benjamini_hochberg
from candor.analytics.score_tables import ScoreTable
from candor.analytics.shrinkage import shrink

__all__ = ["LEAST_ANSWERS", "Improvement", "most_improved", "most_improved_scores"]

BoolArray: TypeAlias = NDArray[np.bool_]

LEAST_ANSWERS = 30
"""Units with fewer answers in either period are left out, and counted as left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """Changes of all units between two periods, in the order given. NaN where a unit was left out.

    Attributes:
        change: Now minus before, as observed.
        shrunken, low, high: The change after shrinkage towards the change of all units: show this one.
        from_regression: What a unit regains on average only because it was extreme before (its score before,
            shrunken, less the score itself): positive for units that were low.
        p_value: One-sided, that the unit did not rise; ``adjusted_p`` holds the rate of false discoveries.
        is_improved: Adjusted p-value at most ``rate``, and the shrunken change is a rise.
        is_compared: Whether the unit had enough answers in both periods.
        order: The improved units, the largest shrunken change first: indices into the units given.
        rate: Of the units named, at most this share rose by chance alone, on average.
    """

    change: FloatArray
    shrunken: FloatArray
    low: FloatArray
    high: FloatArray
    from_regression: FloatArray
    p_value: FloatArray
    adjusted_p: FloatArray
    is_improved: BoolArray
    is_compared: BoolArray
    order: IntArray
    rate: float
    least_n: int

    @property
    def words(self) -> str:
        """One sentence for the head of the board."""
        compared = int(self.is_compared.sum())
        if compared == 0:
            return f"No unit has at least {self.least_n} answers in both periods"
        if len(self.order) == 0:
            return f"No unit rose beyond chance ({compared} compared)"
        named = "One unit" if len(self.order) == 1 else f"{len(self.order)} units"
        return f"{named} of {compared} rose by more than chance would explain"

    def verdict(self, unit: int) -> Verdict:
        """Of one unit. This board looks for rises only: nobody is called lower by it."""
        if not self.is_compared[unit]:
            return "too_few"
        return "higher" if self.is_improved[unit] else "no_clear_change"


def most_improved(
    now: ScoreTable, before: ScoreTable, *, rate: float = 0.05, least_n: int = LEAST_ANSWERS
) -> Improvement:
    """Units that rose, from the score tables of two periods (the same units in the same order).

    >>> from candor.analytics.score_tables import net_promoter_table
    >>> before = net_promoter_table(detractors=[30, 40, 30], passives=[30, 30, 30], promoters=[40, 30, 40])
    >>> now = net_promoter_table(detractors=[31, 10, 29], passives=[30, 20, 30], promoters=[39, 70, 41])
    >>> found = most_improved(now, before)
    >>> found.order.tolist(), found.words
    ([1], 'One unit of 3 rose by more than chance would explain')
    """
    return most_improved_scores(
        now=now.values,
        before=before.values,
        errors_now=now.standard_errors,
        errors_before=before.standard_errors,
        n_now=now.n,
        n_before=before.n,
        rate=rate,
        least_n=least_n,
    )


def most_improved_scores(
    *,
    now: ArrayLike,
    before: ArrayLike,
    errors_now: ArrayLike,
    errors_before: ArrayLike,
    n_now: ArrayLike,
    n_before: ArrayLike,
    rate: float = 0.05,
    least_n: int = LEAST_ANSWERS,
) -> Improvement:
    """As :func:`most_improved`, from any scores with standard errors (NaN or infinite allowed where n is too small)."""
    if not 0 < rate < 1:
        raise BadParameter("rate", rate, expected="between 0 and 1")
    columns = {
        "now": np.asarray(now, dtype=np.float64),
        "before": np.asarray(before, dtype=np.float64),
        "errors_now": np.asarray(errors_now, dtype=np.float64),
        "errors_before": np.asarray(errors_before, dtype=np.float64),
        "n_now": inputs.counts("n_now", n_now),
        "n_before": inputs.counts("n_before", n_before),
    }
    inputs.same_length(**columns)
    least = np.minimum(columns["n_now"], columns["n_before"])
    compared = least >= max(least_n, 1)
    return _improvement(columns, compared, rate, least_n)


def _improvement(
    columns: dict[str, FloatArray], compared: BoolArray, rate: float, least_n: int
) -> Improvement:
    units = len(compared)
    blank = {name: np.full(units, np.nan) for name in ("change", "shrunken", "low", "high", "back", "p", "q")}
    if compared.any():
        now, before, error_now, error_before, n_now, n_before = (
            column[compared] for column in columns.values()
        )
        inputs.finite("scores of units with enough answers", np.r_[now, before])
        error = np.hypot(error_now, error_before)
        drawn = shrink(now - before, error)
        # Student's tail: with 30 answers and 40 units the normal one would name somebody in 8 months of 100, not 5.
        p = stdtr(np.maximum(n_now + n_before - 2, 1), -(now - before) / error)
        for name, column in {
            "change": now - before,
            "shrunken": drawn.values,
            "low": drawn.low,
            "high": drawn.high,
            "back": shrink(before, error_before).values - before,
            "p": p,
            "q": benjamini_hochberg(p),
        }.items():
            blank[name][compared] = column
    improved = (
        compared & (np.nan_to_num(blank["q"], nan=1.0) <= rate) & (np.nan_to_num(blank["shrunken"]) > 0)
    )
    # Largest first; the observed change breaks ties, so that the order of rows never shows.
    found = np.flatnonzero(improved)
    order = found[np.lexsort((-blank["change"][found], -blank["shrunken"][found]))]
    return Improvement(
        change=blank["change"],
        shrunken=blank["shrunken"],
        low=blank["low"],
        high=blank["high"],
        from_regression=blank["back"],
        p_value=blank["p"],
        adjusted_p=blank["q"],
        is_improved=improved,
        is_compared=compared,
        order=order.astype(np.int64),
        rate=rate,
        least_n=least_n,
    )
