"""Most improved: which units' scores rose by more than chance, among all that were looked at.

Of 40 unchanged teams with 60 answers a month, a naive board names a "significant improver" in about 89 of 100 months, and
the team at the top of it has risen by 34 points by luck alone. So p-values are adjusted for the number of units, the
change shown is shrunken, and what a unit that was low would regain by mere regression to the mean is stated.

Scores also move from period to period for reasons that no sample explains (a busy week, a storm). How much all units
do so is read off the table itself and widens every error; without that, 40 units of 400 answers that wander by 0.05
would see somebody named in two months of three. In a month in which nobody rose the list is empty at least 95 times in 100,
provided that all units are about equally restless without jumps, that most of them did not rise, and that there are five or more.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtr

from candor.analytics import inputs
from candor.analytics.errors import BadParameter
from candor.analytics.estimates import Status, Verdict, few_below
from candor.analytics.inputs import FloatArray, IntArray
from candor.analytics.multiple_tests import benjamini_hochberg
from candor.analytics.score_tables import ScoreTable
from candor.analytics.shrinkage import shrink

__all__ = ["LEAST_ANSWERS", "Improvement", "most_improved", "most_improved_scores"]

BoolArray: TypeAlias = NDArray[np.bool_]

LEAST_ANSWERS = 30
"""Units with fewer answers in either period are left out, and counted as left out."""
LEAST_UNITS = 5
"""With fewer units how restless they are can't be told from one that rose: then chance alone is allowed for."""
_CAP = 1.5
"""A squared standardised change counts at most this squared, so that units that truly rose hardly pass for restlessness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """Changes of all units between two periods, in the order given. NaN where a unit was left out.

    Attributes:
        change: Now minus before, as observed.
        shrunken, low, high: The change after shrinkage towards the change of all units: show this one.
        from_regression: What a unit regains on average only because it was extreme before (its score before,
            shrunken, less the score itself): positive for units that were low. Both periods are taken to wander alike
            around a lasting score, each by τ/√2. 0 with fewer than three units, where it can't be told.
        restlessness: Standard deviation by which changes vary beyond chance, as seen over all units (τ); part of
            every error and p-value. 0 with fewer than five units.
        p_value: One-sided, that the unit did not rise; ``adjusted_p`` holds the rate of false discoveries.
        is_improved: Adjusted p-value at most ``rate``, and the shrunken change is a rise.
        is_compared: Whether the unit had enough answers in both periods.
        order: The improved units, the largest shrunken change first: indices into the units given.
        rate: The share of the named that rose by chance alone is at most this, on average over boards, those that name
            nobody counted as 0. In a month in which nobody rose whoever is named rose by chance.
    """

    change: FloatArray
    shrunken: FloatArray
    low: FloatArray
    high: FloatArray
    from_regression: FloatArray
    restlessness: float
    p_value: FloatArray
    adjusted_p: FloatArray
    is_improved: BoolArray
    is_compared: BoolArray
    order: IntArray
    rate: float
    least_n: int

    @property
    def n(self) -> int:
        """Units compared."""
        return int(self.is_compared.sum())

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "change shrunken towards that of all units; Benjamini–Hochberg over units"

    @property
    def status(self) -> Status:
        """``too_few`` when no unit had enough answers in both periods."""
        return few_below(self.n, 1)

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

    Source: Benjamini & Hochberg (1995) JRSS-B 57:289; shrinkage: Morris (1983) JASA 78:47; restlessness: Huber
    (1981) Robust Statistics (proposal 2).

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
    """As :func:`most_improved`, from any scores with standard errors (NaN or infinite allowed where n is too small).

    Source: Benjamini & Hochberg (1995) JRSS-B 57:289; degrees of freedom: Satterthwaite (1946) Biometrics
    Bulletin 2:110.
    """
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
    restless = 0.0
    if compared.any():
        now, before, error_now, error_before, n_now, n_before = (
            column[compared] for column in columns.values()
        )
        inputs.finite("scores of units with enough answers", np.r_[now, before])
        inputs.positive("standard errors of units with enough answers", np.r_[error_now, error_before])
        by_chance = np.hypot(error_now, error_before)
        restless = _restlessness(now - before, by_chance**2)
        error = np.hypot(by_chance, restless)
        drawn = shrink(now - before, error)
        freedom = _freedom(by_chance**2, restless**2, np.maximum(n_now + n_before - 2, 1))
        # Student's tail: with 30 answers and 40 units the normal one would name somebody in 8 months of 100, not 5.
        p = stdtr(freedom, -(now - before) / error)
        for name, column in {
            "change": now - before,
            "shrunken": drawn.values,
            "low": drawn.low,
            "high": drawn.high,
            "back": shrink(before, np.hypot(error_before, restless / np.sqrt(2))).values - before,
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
        restlessness=restless,
        p_value=blank["p"],
        adjusted_p=blank["q"],
        is_improved=improved,
        is_compared=compared,
        order=order.astype(np.int64),
        rate=rate,
        least_n=least_n,
    )


def _restlessness(change: FloatArray, variance: FloatArray) -> float:
    """Standard deviation τ of changes beyond chance: at it the capped squares of standardised changes, around the median
    change, are as large on average as those of a normal variable (Huber's proposal 2). 0 where chance explains them."""
    units = len(change)
    if units < LEAST_UNITS:
        return 0.0
    squared = (change - np.median(change)) ** 2

    def excess(tau: float) -> float:
        return float(np.minimum(squared / (variance + tau**2), _CAP**2).sum()) / (units - 1) - _CAPPED_MEAN

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(np.sqrt(squared.max() * units))
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high


def _freedom(by_chance: FloatArray, restless: float, answers: FloatArray) -> FloatArray:
    """Satterthwaite's degrees of freedom: the variance by chance is known from the answers, the total from the units."""
    if restless == 0:
        return answers
    of_units = _CAPPED_FREEDOM * (len(by_chance) - 1)
    return (by_chance + restless) ** 2 / (by_chance**2 / answers + (by_chance + restless) ** 2 / of_units)


def _capped_moments(cap: float) -> tuple[float, float]:
    """Mean of ``min(z², cap²)`` of a normal variable, and what share of a unit's information on the spread it keeps."""
    inside, height = 2 * float(ndtr(cap)) - 1, float(np.exp(-(cap**2) / 2) / np.sqrt(2 * np.pi))
    below = inside - 2 * cap * height
    mean = below + cap**2 * (1 - inside)
    square = 3 * inside - 2 * height * (cap**3 + 3 * cap) + cap**4 * (1 - inside)
    return mean, 2 * below**2 / (square - mean**2)


_CAPPED_MEAN, _CAPPED_FREEDOM = _capped_moments(_CAP)
