"""Answers as a histogram: how often each value was given, weighted or not, and the scores of it.

This is what a warehouse hands over: a value, its answers, and for weighted samples the sum of weights and of squared
weights. Histograms add up, so a year is the sum of its months.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from candor.analytics import inputs, scores, weighted_scores
from candor.analytics.errors import BadParameter, BadWeights
from candor.analytics.estimates import Estimate
from candor.analytics.inputs import FloatArray
from candor.analytics.weighting import Weighting

__all__ = [
    "Cell",
    "Histogram",
    "bottom_box_of",
    "mean_of",
    "net_promoter_cells",
    "nps_of",
    "top_box_of",
    "total_of",
]


class Cell(NamedTuple):
    """One value of the scale: its answers, and their sums of weights and squared weights."""

    value: float
    n: int
    weight: float
    squared: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often each value was answered. Cells are distinct and in rising order of value.

    Build it with :meth:`from_counts`, :meth:`from_weighted` or :meth:`from_answers`.

    >>> june = Histogram.from_counts({9: 3, 10: 2, 4: 1})
    >>> july = Histogram.from_counts({10: 1})
    >>> (june + july).counts
    {4: 1, 9: 3, 10: 3}
    """

    cells: tuple[Cell, ...] = ()

    def __post_init__(self) -> None:
        values = [cell.value for cell in self.cells]
        inputs.finite("values", values)
        if values != sorted(set(values)):
            raise BadParameter("cells", values, expected="distinct values in rising order")
        for cell in self.cells:
            _check(cell)

    @classmethod
    def from_counts(cls, counts: Mapping[float, int]) -> "Histogram":
        """From value → answers."""
        return cls(tuple(Cell(v, n, float(n), float(n)) for v, n in sorted(counts.items())))

    @classmethod
    def from_weighted(cls, cells: Mapping[float, tuple[int, float, float]]) -> "Histogram":
        """From value → (answers, sum of weights, sum of squared weights)."""
        return cls(tuple(Cell(v, n, weight, squared) for v, (n, weight, squared) in sorted(cells.items())))

    @classmethod
    def from_answers(cls, answers: Iterable[float], *, weights: Iterable[float] | None = None) -> "Histogram":
        """From single answers, each with its weight if any; NaN is refused, leave blanks out."""
        given = inputs.finite("answers", list(answers))
        weight = np.ones_like(given) if weights is None else inputs.weights(list(weights))
        inputs.same_length(answers=given, weights=weight)
        values, where = np.unique(given, return_inverse=True)
        # Sorting the weights first makes sums of floats the same for every order of the rows.
        order = np.lexsort((weight, where))
        n, sums, squares = (
            np.bincount(where[order], weights=part, minlength=len(values))
            for part in (np.ones_like(given), weight[order], weight[order] ** 2)
        )
        return cls(
            tuple(
                Cell(float(v), int(c), float(w), float(q))
                for v, c, w, q in zip(values, n, sums, squares, strict=True)
            )
        )

    def __add__(self, other: "Histogram") -> "Histogram":
        """Both together."""
        merged: dict[float, Cell] = {cell.value: cell for cell in self.cells}
        for cell in other.cells:
            mine = merged.get(cell.value, Cell(cell.value, 0, 0.0, 0.0))
            merged[cell.value] = Cell(
                cell.value, mine.n + cell.n, mine.weight + cell.weight, mine.squared + cell.squared
            )
        return Histogram(tuple(merged[value] for value in sorted(merged)))

    @property
    def n(self) -> int:
        """Answers."""
        return sum(cell.n for cell in self.cells)

    @property
    def total_weight(self) -> float:
        """Sum of weights; equals ``n`` when unweighted."""
        return float(sum(cell.weight for cell in self.cells))

    @property
    def is_weighted(self) -> bool:
        """Whether any answer counts for more or less than one."""
        return any(cell.weight != cell.n or cell.squared != cell.n for cell in self.cells)

    @property
    def counts(self) -> dict[float, int]:
        """Value → answers."""
        return {cell.value: cell.n for cell in self.cells}

    @property
    def values(self) -> FloatArray:
        """Distinct values, rising."""
        return np.array([cell.value for cell in self.cells], dtype=np.float64)

    @property
    def weighting(self) -> Weighting:
        """What the weights cost: effective n and design effect."""
        return Weighting(
            n=self.n, total=self.total_weight, squared=float(sum(cell.squared for cell in self.cells))
        )

    @property
    def effective_counts(self) -> FloatArray:
        """Sums of weights scaled to the effective n; the plain counts when unweighted."""
        sums = np.array([cell.weight for cell in self.cells], dtype=np.float64)
        if not self.is_weighted:
            return sums
        weighting = self.weighting
        return sums * (weighting.effective_n / weighting.total)

    def between(self, low: float, high: float) -> Cell:
        """The cells from ``low`` to ``high``, both included, as one (its value is ``low``)."""
        inside = [cell for cell in self.cells if low <= cell.value <= high]
        return Cell(
            low,
            sum(cell.n for cell in inside),
            float(sum(cell.weight for cell in inside)),
            float(sum(cell.squared for cell in inside)),
        )


def total_of(histograms: Iterable[Histogram]) -> Histogram:
    """All of them added up; empty for none."""
    return reduce(Histogram.__add__, histograms, Histogram())


def nps_of(
    histogram: Histogram,
    *,
    detractors_to: float = 6,
    promoters_from: float = 9,
    level: float = 0.95,
    least_n: int = 0,
) -> Estimate:
    """NPS of answers on 0–10: promoters from 9, detractors to 6 (see ``net_promoter_score``).

    Source: Rocks (2016) The American Statistician 70:365; Tango (1998) Statistics in Medicine 17:891; weights:
    Kish (1965).

    >>> score = nps_of(Histogram.from_counts({3: 10, 8: 25, 10: 65}))
    >>> score.value, score.n
    (0.55, 100)
    """
    down, middle, up = net_promoter_cells(
        histogram, detractors_to=detractors_to, promoters_from=promoters_from
    )
    if not histogram.is_weighted:
        return scores.net_promoter_score(
            detractors=down.n, passives=middle.n, promoters=up.n, level=level, least_n=least_n
        )
    return weighted_scores.weighted_net_promoter_score(
        detractors=down.weight,
        passives=middle.weight,
        promoters=up.weight,
        n=histogram.n,
        squared_weights=histogram.weighting.squared,
        level=level,
        least_n=least_n,
    )


def top_box_of(
    histogram: Histogram, *, favourable_from: float = 4, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """Share of answers at ``favourable_from`` or above (CSAT on 1–5: from 4).

    Source: Wilson (1927) JASA 22:209; weights: Kish (1965).

    >>> top_box_of(Histogram.from_counts({1: 20, 4: 50, 5: 30})).value
    0.8
    """
    return _box(histogram, histogram.between(favourable_from, np.inf), level=level, least_n=least_n)


def bottom_box_of(
    histogram: Histogram, *, favourable_to: float = 2, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """Share of answers at ``favourable_to`` or below: for items where low is good, and for "how many are unhappy".

    Source: Wilson (1927) JASA 22:209; weights: Kish (1965).
    """
    return _box(histogram, histogram.between(-np.inf, favourable_to), level=level, least_n=least_n)


def mean_of(
    histogram: Histogram, *, scale: Sequence[float] | None = None, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """Mean answer. ``scale`` lists every cell that could be chosen, for instance ``range(1, 6)``.

    Without it the scale is what was answered, which is too narrow when only part of the scale was used: all answers
    equal then leave no interval, and the status is ``too_few``.

    Source: Student (1908) Biometrika 6:1; Gelman et al. (2013) Bayesian Data Analysis, 3rd ed., §3.4; weights:
    Kish (1965).

    >>> mean_of(Histogram.from_counts({4: 1, 5: 9}), scale=range(1, 6)).value
    4.9
    """
    cells = {cell.value: (cell.n, cell.weight, cell.squared) for cell in histogram.cells}
    if scale is not None:
        outside = sorted(set(cells) - {float(value) for value in scale})
        if outside:
            raise BadParameter("scale", list(scale), expected=f"to contain the answers {outside}")
        cells = {**{float(value): (0, 0.0, 0.0) for value in scale}, **cells}
    if not cells:
        cells = {0.0: (0, 0.0, 0.0)}
    if histogram.is_weighted:
        return weighted_scores.weighted_mean_score(cells=cells, level=level, least_n=least_n)
    return scores.mean_score(
        counts={value: cell[0] for value, cell in cells.items()}, level=level, least_n=least_n
    )


def net_promoter_cells(
    histogram: Histogram, *, detractors_to: float = 6, promoters_from: float = 9
) -> tuple[Cell, Cell, Cell]:
    """Detractors, passives and promoters of answers on 0–10.

    Source: Reichheld (2003) Harvard Business Review 81:46.
    """
    if not detractors_to < promoters_from:
        raise BadParameter(
            "detractors_to", detractors_to, expected=f"below promoters_from ({promoters_from})"
        )
    down = histogram.between(-np.inf, detractors_to)
    up = histogram.between(promoters_from, np.inf)
    whole = histogram.between(-np.inf, np.inf)
    # Taken as what is left, so that half points between the two borders count as passive.
    middle = Cell(
        0.0,
        whole.n - down.n - up.n,
        max(whole.weight - down.weight - up.weight, 0.0),
        max(whole.squared - down.squared - up.squared, 0.0),
    )
    return down, middle, up


def _box(histogram: Histogram, box: Cell, *, level: float, least_n: int) -> Estimate:
    if not histogram.is_weighted:
        return scores.top_box_share(favourable=box.n, n=histogram.n, level=level, least_n=least_n)
    return weighted_scores.weighted_top_box_share(
        favourable=min(box.weight, histogram.total_weight),
        total=histogram.total_weight,
        n=histogram.n,
        squared_weights=histogram.weighting.squared,
        level=level,
        least_n=least_n,
    )


def _check(cell: Cell) -> None:
    inputs.whole(f"answers of {cell.value}", cell.n)
    inputs.weights([cell.weight, cell.squared])
    if cell.n == 0 and (cell.weight or cell.squared):
        raise BadWeights(cell.weight, expected=f"0 where nobody answered {cell.value}")
