"""Did it help? Changes where something was done, less changes where nothing was: difference in differences.

The comparison stands on one assumption that the data cannot prove: without the measure, both would have moved
alike. What can be looked at is whether they did *before* (`pre_trend`).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.special import stdtr, stdtrit

from candor.analytics import cell_means, inputs
from candor.analytics.errors import BadParameter, EmptySample, NotIdentifiable
from candor.analytics.estimates import Estimate, Status, require_level

__all__ = [
    "Effect",
    "PanelRow",
    "difference_in_changes",
    "difference_in_differences",
    "staggered_effect",
    "two_way_fixed_effects",
]

Array = npt.NDArray[np.float64]

FEW_UNITS = 10
FEW_IN_A_START = 5
FEW_ANSWERS = 30


class PanelRow(NamedTuple):
    """One unit (branch, team, customer) in one period, and whether the measure was in force there."""

    unit: Hashable
    period: float
    outcome: float
    is_treated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The change beyond that of the comparison.

    Attributes:
        effect: In the unit of the outcome, with interval. `not_comparable` when the two moved apart before,
            or when roll-outs at several dates make this method misleading; `too_few` also where nothing varies.
        p_value: Two-sided.
        pre_trend: How far the two moved apart from the first to the last period before anything was done. None without two such
            periods, or without two units a side seen in both (as where all units start sooner or later).
        n_treated, n_comparison: Units (or answers after, for repeated samples).
        words: One sentence.
    """

    effect: Estimate
    p_value: float | None
    pre_trend: Estimate | None
    n_treated: int
    n_comparison: int

    @property
    def n(self) -> int:
        """Units (or answers) of the smaller side."""
        return min(self.n_treated, self.n_comparison)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.effect.method

    @property
    def status(self) -> Status:
        """That of the effect."""
        return self.effect.status

    @property
    def words(self) -> str:
        """What may be said."""
        if self.effect.status == "too_few" and self.effect.n >= self.effect.least_n:
            return "Can’t be told: nothing varies, so there is nothing to measure chance by."
        if self.effect.status == "too_few":
            return f"Too few to tell ({self.effect.n} of at least {self.effect.least_n})."
        if self.effect.status == "not_comparable":
            return "Not comparable: the two moved apart before, or started at different times."
        if self.p_value is None or self.p_value >= 1 - self.effect.level:
            return "No effect seen beyond chance."
        assert self.effect.value is not None
        return f"Moved {'up' if self.effect.value > 0 else 'down'} against the comparison, beyond chance."


def difference_in_differences(
    treated_before: npt.ArrayLike,
    treated_after: npt.ArrayLike,
    comparison_before: npt.ArrayLike,
    comparison_after: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> Effect:
    """From four samples of answers of different people (repeated cross-sections), each taken as independent of all others.

    Where whole branches were treated it knows too little doubt, for answers of one branch rise and fall together: give the
    branches to :func:`difference_in_changes`, :func:`two_way_fixed_effects` or :func:`staggered_effect`.

    Args:
        treated_before, treated_after, comparison_before, comparison_after: Scores; NaN is left out.
        level: Of the interval.

    Raises:
        EmptySample: One of the four is empty.
        BadParameter: A score that is endless.

    Example:
        >>> found = difference_in_differences([6, 7, 8] * 20, [8, 8, 9] * 20, [6, 7, 8] * 20, [7, 7, 8] * 20)
        >>> round(found.effect.value, 2), found.words
        (1.0, 'Moved up against the comparison, beyond chance.')

    Source:
        Ashenfelter & Card (1985), *Review of Economics and Statistics* 67(4).
    """
    names = ("treated before", "treated after", "comparison before", "comparison after")
    data = (treated_before, treated_after, comparison_before, comparison_after)
    cells = [_clean(values, name) for values, name in zip(data, names, strict=True)]
    means = [float(cell.mean()) for cell in cells]
    variances = [float(cell.var(ddof=1)) / len(cell) if len(cell) > 1 else np.nan for cell in cells]
    value = (means[1] - means[0]) - (means[3] - means[2])
    df = cell_means.welch_freedom(variances, [len(cell) for cell in cells])
    return _effect(
        value,
        _error(variances, *cells),
        df,
        n=min(len(cell) for cell in cells),
        least=FEW_ANSWERS,
        sizes=(len(cells[1]), len(cells[3])),
        method="difference in differences, four samples",
        level=level,
    )


def difference_in_changes(
    treated: npt.ArrayLike, comparison: npt.ArrayLike, *, level: float = 0.95
) -> Effect:
    """From the change (after − before) of each unit that was there both times; Welch interval.

    Sharper than four samples, since each unit is its own comparison.

    Args:
        treated: Change of each treated unit; NaN is left out.
        comparison: Change of each unit left alone.
        level: Of the interval.

    Raises:
        EmptySample: One side is empty.
        BadParameter: A change that is endless.

    Example:
        >>> found = difference_in_changes([2, 3, 1, 2, 3, 2, 1, 2, 2, 3], [0, 1, -1, 0, 0, 1, 0, -1, 0, 1])
        >>> round(found.effect.value, 2), found.effect.low > 0
        (2.0, True)

    Source:
        Card & Krueger (1994), *American Economic Review* 84(4), table 3.
    """
    one, other = _clean(treated, "treated units"), _clean(comparison, "comparison units")
    variances = [float(side.var(ddof=1)) / len(side) if len(side) > 1 else np.nan for side in (one, other)]
    return _effect(
        float(one.mean() - other.mean()),
        _error(variances, one, other),
        cell_means.welch_freedom(variances, [len(one), len(other)]),
        n=min(len(one), len(other)),
        least=FEW_UNITS,
        sizes=(len(one), len(other)),
        method="difference in differences, changes of units",
        level=level,
    )


def two_way_fixed_effects(rows: Iterable[PanelRow], *, level: float = 0.95) -> Effect:
    """From a panel of units over periods, one start for all treated units.

    Outcome = unit + period + effect × treated. Errors are clustered by unit; treated and untreated units have their own
    variance, as in Welch's test, of which a panel without holes is a case (change of means before and after). When units start at different times the estimate can have the wrong sign: the status is then
    `not_comparable`; use `staggered_effect`.

    Args:
        rows: One row per unit and period; rows with a missing outcome are left out.
        level: Of the interval.

    Raises:
        EmptySample: No row.
        BadParameter: A unit twice in one period; an endless outcome.
        NotIdentifiable: No unit is treated at some time and not at another, or there is no comparison.

    Example:
        >>> rows = [PanelRow(u, t, u + t + 2 * (u < 6 and t > 1) + (u * t % 3) / 10, u < 6 and t > 1)
        ...         for u in range(12) for t in range(4)]
        >>> round(two_way_fixed_effects(rows).effect.value, 2)
        2.0

    Source:
        Bertrand, Duflo & Mullainathan (2004), *QJE* 119(1); few units: Imbens & Kolesár (2016), *Review of Economics and
        Statistics* 98(4); on several starts: Goodman-Bacon (2021).
    """
    kept = _panel(rows)
    units, unit = _codes([row.unit for row in kept])
    _periods, period = _codes([row.period for row in kept])
    outcome = np.array([row.outcome for row in kept])
    treated = np.array([float(row.is_treated) for row in kept])
    d = _residual(treated, unit, period)
    if d @ d < 1e-9:
        raise NotIdentifiable(
            "the effect", because="nobody changes from untreated to treated beside a comparison"
        )
    y = _residual(outcome, unit, period)
    value = float(d @ y / (d @ d))
    scores = np.bincount(unit, weights=d * (y - value * d))
    starts = _starts(kept)
    is_ever = np.array([starts[name] is not None for name in units])
    sides = [side for side in (scores[is_ever], scores[~is_ever]) if len(side)]
    variances = [
        float(side @ side) / float(d @ d) ** 2 * len(side) / (len(side) - 1) if len(side) > 1 else np.nan
        for side in sides
    ]
    trend = _pre_trend(kept, starts, level)
    sizes = (int(is_ever.sum()), int((~is_ever).sum()))
    several = len({start for start in starts.values() if start is not None}) > 1
    return _effect(
        value,
        _error(variances, outcome),
        cell_means.welch_freedom(variances, [len(side) for side in sides]),
        n=min(sizes) or max(sizes),
        least=FEW_UNITS // 2,
        sizes=sizes,
        method="two-way fixed effects, clustered by unit",
        level=level,
        pre_trend=trend,
        not_comparable=several or _moved_apart(trend),
    )


def staggered_effect(rows: Iterable[PanelRow], *, level: float = 0.95) -> Effect:
    """From a complete panel in which units start at different times, or never.

    Each group of units that starts together is compared, period by period, with the units that have not started
    yet, from its last period before; the mean over treated units and periods is the effect. That is a weighted sum of
    the groups' means, so that its variance is the sum of theirs, each from its own units, with Welch's degrees of
    freedom. A group of one unit has no spread to tell its doubt by. `too_few` when fewer than five units start
    together, or fewer than five never do (where some don't).

    Args:
        rows: One row per unit and period, every unit in every period. Once treated, always treated.
        level: Of the interval.

    Raises:
        EmptySample: No row.
        BadParameter: A unit twice in one period, missing periods, a measure that ends, or an endless outcome.
        NotIdentifiable: No group has both an earlier period and units that have not started yet.

    Example:
        >>> rows = [PanelRow(u, t, u + t + 2 * (t >= 2 + u % 3) + (u * t % 5) / 10, t >= 2 + u % 3)
        ...         for u in range(30) for t in range(5)]
        >>> round(staggered_effect(rows).effect.value, 1)
        2.0

    Source:
        Callaway & Sant'Anna (2021), *Journal of Econometrics* 225(2), with not-yet-treated comparison.
    """
    require_level(level)
    kept = _panel(rows)
    starts = _starts(kept)
    periods = sorted({row.period for row in kept})
    table = _complete_table(kept, starts, periods)
    groups: dict[float, Array] = {}
    for start in sorted({np.inf if s is None else s for s in starts.values()}):
        members = [unit for unit, s in starts.items() if (np.inf if s is None else s) == start]
        stacked = np.array([table[unit] for unit in members])
        groups[start] = stacked[np.lexsort(stacked.T)]
    weights = _group_time_weights({start: len(g) for start, g in groups.items()}, periods)
    if weights is None:
        raise NotIdentifiable(
            "the effect", because="no group has an earlier period and units not yet started"
        )
    units = [group @ weights[start] for start, group in groups.items()]
    sizes = [len(unit) for unit in units]
    variances = [float(unit.var(ddof=1)) / len(unit) if len(unit) > 1 else np.nan for unit in units]
    trend = _pre_trend(kept, starts, level)
    treated = sum(len(g) for start, g in groups.items() if start < np.inf)
    never = len(starts) - treated
    smallest = min(sizes)
    return _effect(
        float(sum(unit.mean() for unit in units)),
        _error(variances, *groups.values()),
        cell_means.welch_freedom(variances, sizes),
        n=smallest if smallest < FEW_IN_A_START else len(starts),
        least=FEW_IN_A_START if smallest < FEW_IN_A_START else FEW_UNITS,
        sizes=(treated, never),
        method="group-time effects against units not yet started",
        level=level,
        pre_trend=trend,
        not_comparable=_moved_apart(trend),
    )


def _clean(values: npt.ArrayLike, name: str) -> Array:
    array = inputs.finite_or_missing(name, values)
    array = np.sort(array[~np.isnan(array)])
    if not len(array):
        raise EmptySample(name)
    return array


def _error(variances: list[float], *data: Array) -> float | None:
    """Standard error; None where a variance is unknown, or nothing varies but the rounding: there it would know no doubt at all."""
    if not all(map(isfinite, variances)):
        return None
    error = sqrt(sum(variances))
    return error if error > 1e-12 * max(float(np.abs(part).max()) for part in data) else None


def _effect(
    value: float,
    error: float | None,
    df: float,
    *,
    n: int,
    least: int,
    sizes: tuple[int, int],
    method: str,
    level: float,
    pre_trend: Estimate | None = None,
    not_comparable: bool = False,
) -> Effect:
    status: Status = "ok"
    if error is None or n < least:
        status = "too_few"
    elif not_comparable:
        status = "not_comparable"
    return Effect(
        effect=_estimate(value, error, df, n, method, level, status, least),
        p_value=_p_value(value, error, df),
        pre_trend=pre_trend,
        n_treated=sizes[0],
        n_comparison=sizes[1],
    )


def _estimate(
    value: float,
    error: float | None,
    df: float,
    n: int,
    method: str,
    level: float,
    status: Status,
    least: int,
) -> Estimate:
    require_level(level)
    half = None if error is None else float(stdtrit(df, (1 + level) / 2)) * error
    return Estimate(
        value=value,
        low=None if half is None else value - half,
        high=None if half is None else value + half,
        n=n,
        method=method,
        status=status,
        level=level,
        least_n=least,
    )


def _p_value(value: float, error: float | None, df: float) -> float | None:
    if error is None:
        return None
    return float(2 * stdtr(df, -abs(value / error)))


def _panel(rows: Iterable[PanelRow]) -> list[PanelRow]:
    kept = [PanelRow(*row) for row in rows]
    inputs.finite_or_missing("outcome", [row.outcome for row in kept])
    kept = sorted((row for row in kept if isfinite(row.outcome)), key=lambda row: (str(row.unit), row.period))
    if not kept:
        raise EmptySample("panel rows")
    for one, other in pairwise(kept):
        if (one.unit, one.period) == (other.unit, other.period):
            raise BadParameter("rows", (one.unit, one.period), expected="each unit once in a period")
    return kept


def _codes(values: list[Hashable] | list[float]) -> tuple[list[object], npt.NDArray[np.intp]]:
    names: dict[object, int] = {}
    codes = np.array([names.setdefault(value, len(names)) for value in values])
    return list(names), codes


def _residual(values: Array, unit: npt.NDArray[np.intp], period: npt.NDArray[np.intp]) -> Array:
    """What is left after unit and period means: units are taken out, then periods by their normal equations."""
    rows = np.bincount(unit)
    seen = coo_array((np.ones(len(values)), (unit, period))).tocsr()
    shares = coo_array((1 / rows[unit], (unit, period))).tocsr()
    within = values - (np.bincount(unit, weights=values) / rows)[unit]
    equations = np.diag(np.bincount(period)) - (seen.T @ shares).toarray()
    steps = np.linalg.lstsq(equations, np.bincount(period, weights=within), rcond=1e-12)[0]
    return np.asarray(within - steps[period] + (shares @ steps)[unit])


def _starts(rows: list[PanelRow]) -> dict[Hashable, float | None]:
    starts: dict[Hashable, float | None] = {}
    for row in rows:
        starts.setdefault(row.unit, None)
        if row.is_treated and starts[row.unit] is None:
            starts[row.unit] = row.period
    return starts


def _pre_trend(
    rows: list[PanelRow], starts: Mapping[Hashable, float | None], level: float
) -> Estimate | None:
    """Change from the first to the last period before the first start: treated later less never treated."""
    first = min((start for start in starts.values() if start is not None), default=None)
    if first is None:
        return None
    before = sorted({row.period for row in rows if row.period < first})
    if len(before) < 2:
        return None
    seen: dict[Hashable, dict[float, float]] = defaultdict(dict)
    for row in rows:
        seen[row.unit][row.period] = row.outcome
    sides: dict[bool, list[float]] = {True: [], False: []}
    for unit, outcomes in seen.items():
        if before[0] in outcomes and before[-1] in outcomes:
            sides[starts[unit] is not None].append(outcomes[before[-1]] - outcomes[before[0]])
    if min(len(side) for side in sides.values()) < 2:
        return None
    return difference_in_changes(sides[True], sides[False], level=level).effect


def _moved_apart(trend: Estimate | None) -> bool:
    return (
        trend is not None
        and trend.low is not None
        and trend.high is not None
        and not trend.low <= 0 <= trend.high
    )


def _complete_table(
    rows: list[PanelRow], starts: Mapping[Hashable, float | None], periods: list[float]
) -> dict[Hashable, list[float]]:
    table: dict[Hashable, list[float]] = defaultdict(list)
    for row in rows:
        start = starts[row.unit]
        if not row.is_treated and start is not None and row.period > start:
            raise BadParameter("rows", (row.unit, row.period), expected="once treated, always treated")
        table[row.unit].append(row.outcome)
    for unit, outcomes in table.items():
        if len(outcomes) != len(periods):
            raise BadParameter("rows", unit, expected=f"all {len(periods)} periods for every unit")
    return table


def _group_time_weights(sizes: Mapping[float, int], periods: list[float]) -> dict[float, Array] | None:
    """What the mean effect takes of each group's mean in each period; None where nothing can be compared."""
    weights = {start: np.zeros(len(periods)) for start in sizes}
    total = 0
    for start, size in sizes.items():
        base = int(np.searchsorted(periods, start)) - 1
        if start == np.inf or base < 0:
            continue
        for place in range(base + 1, len(periods)):
            waiting = {other: n for other, n in sizes.items() if other > periods[place]}
            rest = sum(waiting.values())
            for group, share in ((start, -1.0), *((other, n / rest) for other, n in waiting.items())):
                weights[group][place] -= size * share if rest else 0.0
                weights[group][base] += size * share if rest else 0.0
            total += size if rest else 0
    return {start: taken / total for start, taken in weights.items()} if total else None
