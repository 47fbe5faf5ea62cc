"""Scores of thousands of units in one call: the same methods as for one, on arrays.

Columns in, columns out: entry j of every result belongs to unit j. Units without answers have NaN for value and
limits; everything else agrees with the function for one unit to the last digits.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from candor.analytics import cell_means, inputs, net_promoter, proportions
from candor.analytics.errors import BadCounts, BadParameter, ShapeMismatch
from candor.analytics.estimates import WIDE_SHARE, Estimate, require_level
from candor.analytics.inputs import FloatArray, IntArray

__all__ = [
    "ScoreTable",
    "mean_table",
    "net_promoter_table",
    "pooled_standard_errors",
    "top_box_table",
]

Code: TypeAlias = Literal["ok", "wide", "too_few"]
_LEANING = 20
"""Answers of the whole table lent to each unit's variance. With three, 30 equal teams of 20 answers would be split into
tiers in up to 16 of 100 tables, since a team that is lucky also looks surer; with twenty in 8 at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """Scores of many units, in the order given.

    Attributes:
        values, low, high: As in :class:`Estimate`; NaN where there are no answers.
        n: Answers of each unit.
        standard_errors: For shrinkage, ranks and funnels: from each unit's n and a variance of answers that leans on
            all units together, so that a lucky unit doesn't look surer than it is. Infinite where n is 0.
        scale_width: Length of the scale, for the status.
        level, least_n: As given.
        method: The interval, in words.
    """

    values: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray
    standard_errors: FloatArray
    scale_width: float
    method: str
    level: float
    least_n: int

    @property
    def is_shown(self) -> NDArray[np.bool_]:
        """Units with at least ``least_n`` answers, and at least one."""
        return self.n >= max(self.least_n, 1)

    @property
    def status(self) -> NDArray[np.str_]:
        """``ok``, ``wide`` or ``too_few`` of each unit."""
        with np.errstate(invalid="ignore"):
            wide = self.high - self.low > WIDE_SHARE * self.scale_width
        return np.where(self.is_shown & ~np.isnan(self.low), np.where(wide, "wide", "ok"), "too_few")

    def __len__(self) -> int:
        return len(self.values)

    def estimate(self, unit: int) -> Estimate:
        """One row as an :class:`Estimate`."""
        known = bool(self.n[unit] > 0)
        code: Code = {"ok": "ok", "wide": "wide"}.get(str(self.status[unit]), "too_few")  # type: ignore[assignment]
        return Estimate(
            value=float(self.values[unit]) if known else None,
            low=float(self.low[unit]) if known else None,
            high=float(self.high[unit]) if known else None,
            n=int(self.n[unit]),
            method=self.method,
            status=code,
            level=self.level,
            least_n=self.least_n,
        )


def net_promoter_table(
    *, detractors: ArrayLike, passives: ArrayLike, promoters: ArrayLike, level: float = 0.95, least_n: int = 0
) -> ScoreTable:
    """NPS of every unit: Tango's interval below 30 answers (mid-p below 8), adjusted Wald from there on.

    Source: Rocks (2016) The American Statistician 70:365; Tango (1998) Statistics in Medicine 17:891.

    >>> board = net_promoter_table(detractors=[10, 0], passives=[25, 2], promoters=[65, 8])
    >>> board.values.round(2).tolist(), board.low.round(2).tolist(), board.status.tolist()
    ([0.55, 0.8], [0.4, 0.3], ['ok', 'wide'])
    """
    require_level(level)
    down, middle, up = _columns(detractors=detractors, passives=passives, promoters=promoters)
    low, high = net_promoter.net_promoter_limits(down, middle, up, level=level)
    cells = np.stack([down, middle, up], axis=-1)
    return _table(
        cells,
        np.array([-1.0, 0.0, 1.0]),
        low,
        high,
        "Tango score below 30 answers (mid-p below 8), adjusted Wald from there",
        level=level,
        least_n=least_n,
    )


def top_box_table(
    *, favourable: ArrayLike, n: ArrayLike, level: float = 0.95, least_n: int = 0
) -> ScoreTable:
    """Share of favourable answers of every unit, with Wilson's interval.

    Source: Wilson (1927) JASA 22:209.
    """
    require_level(level)
    top, size = _columns(favourable=favourable, n=n)
    if (top > size).any():
        raise BadCounts("favourable", float(top[top > size][0]), expected="at most n")
    low, high = proportions.wilson_limits(top, size, level=level)
    cells = np.stack([size - top, top], axis=-1)
    return _table(cells, np.array([0.0, 1.0]), low, high, "Wilson", level=level, least_n=least_n)


def mean_table(*, counts: ArrayLike, values: ArrayLike, level: float = 0.95, least_n: int = 0) -> ScoreTable:
    """Mean answer of every unit: ``counts`` has one row a unit and one column a cell of the scale ``values``.

    Source: Student (1908) Biometrika 6:1; Gelman et al. (2013) Bayesian Data Analysis, 3rd ed., §3.4.
    """
    require_level(level)
    cells, scale = inputs.counts("counts", counts), inputs.finite("values", values)
    if cells.ndim != 2 or cells.shape[1] != len(scale):
        raise ShapeMismatch(counts=cells.shape, values=len(scale))
    if len(scale) < 2 or (np.diff(scale) <= 0).any():
        raise BadParameter("values", scale.tolist(), expected="two or more cells in rising order")
    low, high = cell_means.mean_limits(cells, scale, level=level)
    method = "Student t where it holds, Dirichlet over cells elsewhere"
    return _table(cells, scale, low, high, method, level=level, least_n=least_n)


def pooled_standard_errors(counts: ArrayLike, values: ArrayLike) -> FloatArray:
    """Standard error of every unit's mean from a variance that leans on all units together.

    Each unit's cells get twenty more answers, spread as all answers of the table are; the variance of that is divided
    by the unit's true n. A unit with one answer gets the variance of the company, a unit with a thousand its own.

    Source: pooling variances over groups: Cochran (1977) §5.3; why a unit's own is not to be used: Morris
    (1983) JASA 78:47.
    """
    cells, scale = cell_means.checked_cells(counts, values)
    if cells.ndim != 2:
        raise ShapeMismatch(counts=cells.shape, values=len(scale))
    n = cells.sum(axis=1)
    # A few prior answers, so that a company where all gave the same answer still isn't sure without end.
    everyone = cells.sum(axis=0) + cell_means.PRIOR_TOTAL / len(scale)
    leaning = cells + _LEANING * everyone / everyone.sum()
    share = leaning / leaning.sum(axis=1, keepdims=True)
    variance = np.maximum(share @ scale**2 - (share @ scale) ** 2, 0.0)
    with np.errstate(divide="ignore"):
        return np.where(n > 0, np.sqrt(variance / np.maximum(n, 1e-300)), np.inf)


def _table(
    cells: FloatArray,
    scale: FloatArray,
    low: FloatArray,
    high: FloatArray,
    method: str,
    *,
    level: float,
    least_n: int,
) -> ScoreTable:
    n = cells.sum(axis=-1)
    known = n > 0
    return ScoreTable(
        values=cell_means.row_means(cells, scale),
        low=np.where(known, low, np.nan),
        high=np.where(known, high, np.nan),
        n=n.astype(np.int64),
        standard_errors=pooled_standard_errors(cells, scale),
        scale_width=float(np.ptp(scale)),
        method=method,
        level=level,
        least_n=least_n,
    )


def _columns(**named: ArrayLike) -> list[FloatArray]:
    columns = [np.atleast_1d(inputs.counts(name, column)) for name, column in named.items()]
    inputs.same_length(**dict(zip(named, columns, strict=True)))
    return columns
