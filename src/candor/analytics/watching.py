"""EWMA and CUSUM: alerts that add up small shifts, with the rate of false alarms said beforehand.

Both watch standardised values ``z = (score − usual level) / standard error``; make them with :func:`standardised`.
The stated rates hold for a usual level and spread that are known. Taken from earlier periods, false alarms come sooner: within 100
periods in 44 of 100 series if from 20 periods and in 25 if from 100, not in 17. Where the process varies beyond chance take Laney's widened
errors (``control_charts.score_chart``).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from candor.analytics import inputs
from candor.analytics.errors import BadParameter
from candor.analytics.estimates import Status, few_below
from candor.analytics.inputs import FloatArray, IntArray

__all__ = [
    "Watch",
    "cusum_average_run",
    "cusum_limit_for",
    "cusum_watch",
    "ewma_average_run",
    "ewma_limit_for",
    "ewma_watch",
    "standardised",
]

EWMA_WEIGHT = 0.2
EWMA_LIMIT = 2.962
CUSUM_ALLOWANCE = 0.5
CUSUM_LIMIT = 5.0

LEAST_WEIGHT = 1e-3
MOST_LIMIT = {"EWMA": 10.0, "CUSUM": 100.0}
_NODES = 80
_NODES_A_STEP = 2  # to the standard deviation of one step, lest the quadrature miss it
_NEVER = 1e-12  # a period: too seldom to be told from never by an equation solved in doubles
_LONGEST = 1e9  # periods: beyond it rounding decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A watched series: one entry a period.

    Attributes:
        path: The EWMA, or the larger of the two sums with its sign (CUSUM), in standard errors.
        limit: An alarm is where the path lies beyond ± this.
        alarms: Periods beyond the limit.
        since: For each alarm the period in which its shift probably began.
        average_run: Periods from a fresh start to the first false alarm, on average, while nothing changes. The path is not set back
            after an alarm: more alarms follow at once than this rate says.
    """

    path: FloatArray
    limit: float
    alarms: IntArray
    since: IntArray
    average_run: float
    method: str

    @property
    def n(self) -> int:
        """Periods watched."""
        return len(self.path)

    @property
    def status(self) -> Status:
        """``too_few`` when nothing was watched."""
        return few_below(self.n, 1)

    @property
    def words(self) -> str:
        """How sure an alarm is."""
        if not np.isfinite(self.average_run):
            return f"Less than one false alarm in {_LONGEST:,.0f} periods while nothing changes"
        return f"About one false alarm in {self.average_run:.0f} periods while nothing changes"


def standardised(values: ArrayLike, standard_errors: ArrayLike, *, usual: float) -> FloatArray:
    """Distances from the usual level in standard errors of each period.

    Source: Montgomery (2012) Introduction to Statistical Quality Control, 7th ed., ch. 9.
    """
    x, error = inputs.finite("values", values), inputs.positive("standard_errors", standard_errors)
    inputs.same_length(values=x, standard_errors=error)
    return (x - usual) / error


def ewma_watch(z: ArrayLike, *, weight: float = EWMA_WEIGHT, limit: float = EWMA_LIMIT) -> Watch:
    """Exponentially weighted moving average; the recommended alert: one false alarm in 500 periods.

    ``limit`` is in standard deviations of the settled average, √(weight / (2 − weight)).

    Sources: Roberts (1959) Technometrics 1:239; Lucas & Saccucci (1990) Technometrics 32:1.

    >>> watch = ewma_watch([0.1, -0.4, 0.3, 1.5, 2.0, 1.8, 2.2])
    >>> watch.alarms.tolist(), watch.since.tolist(), watch.words
    ([6], [2], 'About one false alarm in 500 periods while nothing changes')
    """
    _ewma_parameters(weight, limit)
    values = _in_a_row(z)
    path, level = np.empty(len(values)), 0.0
    for period, value in enumerate(values):
        level += weight * (float(value) - level)
        path[period] = level
    reach = limit * float(np.sqrt(weight / (2 - weight)))
    alarms = np.flatnonzero(np.abs(path) > reach).astype(np.int64)
    return Watch(
        path=path,
        limit=reach,
        alarms=alarms,
        since=_since(path, alarms),
        average_run=ewma_average_run(weight=weight, limit=limit),
        method=f"EWMA (weight {weight:g}, limit {limit:g})",
    )


def cusum_watch(z: ArrayLike, *, allowance: float = CUSUM_ALLOWANCE, limit: float = CUSUM_LIMIT) -> Watch:
    """Two cumulative sums, upward and downward, that forget what is within ``allowance``.

    Quickest for a lasting shift of twice the allowance. Source: Page (1954) Biometrika 41:100.

    >>> cusum_watch([0.2, -0.1, 1.9, 2.1, 2.4, 1.8]).alarms.tolist()
    [5]
    """
    _cusum_parameters(allowance, limit)
    values = _in_a_row(z)
    up, down = _one_sided(values, allowance), _one_sided(-values, allowance)
    path = np.where(up >= down, up, -down)
    alarms = np.flatnonzero(np.abs(path) > limit).astype(np.int64)
    return Watch(
        path=path,
        limit=limit,
        alarms=alarms,
        since=np.array(
            [_start(up if path[alarm] > 0 else down, int(alarm)) for alarm in alarms], dtype=np.int64
        ),
        average_run=cusum_average_run(allowance=allowance, limit=limit),
        method=f"CUSUM (allowance {allowance:g}, limit {limit:g})",
    )


def ewma_average_run(*, weight: float = EWMA_WEIGHT, limit: float = EWMA_LIMIT, shift: float = 0.0) -> float:
    """Periods until an alarm on average, when the level has moved by ``shift`` standard errors (0: false alarms).

    Infinite where it is more than a billion periods.

    Solves the integral equation by Gauss–Legendre quadrature. Source: Crowder (1987) Technometrics 29:401.

    >>> round(ewma_average_run(), 1), round(ewma_average_run(shift=1.0), 2)
    (499.7, 10.54)
    """
    _ewma_parameters(weight, limit)
    reach = limit * float(np.sqrt(weight / (2 - weight)))
    node, share = _quadrature(-reach, reach, step=weight)
    density = _normal((node[None, :] - (1 - weight) * node[:, None]) / weight - shift) / weight
    run = np.linalg.solve(np.eye(len(node)) - density * share, np.ones(len(node)))
    return _within_reach(float(1 + _normal(node / weight - shift) / weight * share @ run))


def cusum_average_run(
    *, allowance: float = CUSUM_ALLOWANCE, limit: float = CUSUM_LIMIT, shift: float = 0.0
) -> float:
    """Periods until an alarm of either sum, on average; infinite where it is more than a billion.

    Sources: Page (1954); for two sides 1/ARL = 1/ARL⁺ + 1/ARL⁻, van Dobben de Bruyn (1968).

    >>> round(cusum_average_run(limit=4), 2), round(cusum_average_run(limit=4, shift=1.0), 3)
    (167.68, 8.383)
    """
    _cusum_parameters(allowance, limit)
    up = _one_sided_run(allowance - shift, limit)
    down = _one_sided_run(allowance + shift, limit)
    alarms = 1 / up + 1 / down  # a period
    return _within_reach(1 / alarms) if alarms else np.inf


def ewma_limit_for(average_run: float, *, weight: float = EWMA_WEIGHT) -> float:
    """The limit that gives one false alarm in ``average_run`` periods.

    Source: Crowder (1987) Technometrics 29:401; solved for the limit.

    >>> round(ewma_limit_for(500), 2)
    2.96
    """
    return _solved(average_run, lambda limit: ewma_average_run(weight=weight, limit=limit), 0.5, 6.0)


def cusum_limit_for(average_run: float, *, allowance: float = CUSUM_ALLOWANCE) -> float:
    """The limit that gives one false alarm in ``average_run`` periods.

    Source: Page (1954) Biometrika 41:100; solved for the limit.
    """
    return _solved(average_run, lambda limit: cusum_average_run(allowance=allowance, limit=limit), 0.5, 15.0)


def _solved(average_run: float, run: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    if not run(low) <= average_run <= run(high):
        raise BadParameter("average_run", average_run, expected=f"{run(low):.1f} to {run(high):.0f} periods")
    return float(brentq(lambda limit: np.log(run(limit) / average_run), low, high, xtol=1e-9))


def _one_sided(values: FloatArray, allowance: float) -> FloatArray:
    path, level = np.empty(len(values)), 0.0
    for period, value in enumerate(values):
        level = max(0.0, level + float(value) - allowance)
        path[period] = level
    return path


def _one_sided_run(reference: float, limit: float) -> float:
    """Average run of max(0, S + z − reference) started at 0, z standard normal; 0 is a state of its own."""
    if ndtr(-reference) < _NEVER:
        return np.inf
    node, share = _quadrature(0.0, limit, step=1.0)
    states = np.r_[0.0, node]
    moves = np.empty((len(states), len(states)))
    moves[:, 0] = ndtr(reference - states)
    moves[:, 1:] = _normal(node[None, :] - states[:, None] + reference) * share
    run = np.linalg.solve(np.eye(len(states)) - moves, np.ones(len(states)))
    return _within_reach(float(run[0]))


def _quadrature(low: float, high: float, *, step: float) -> tuple[FloatArray, FloatArray]:
    """Gauss–Legendre nodes and weights from low to high, close enough for steps of that standard deviation."""
    nodes = max(_NODES, int(np.ceil(_NODES_A_STEP * (high - low) / step)))
    node, share = np.polynomial.legendre.leggauss(nodes)
    return low + (node + 1) * (high - low) / 2, share * (high - low) / 2


def _within_reach(run: float) -> float:
    """A run length that doubles can tell; beyond it the equation is as good as singular, and its answer may even be below 0."""
    return run if 0 < run <= _LONGEST else np.inf


def _in_a_row(z: ArrayLike) -> FloatArray:
    values = inputs.finite("z", z)
    inputs.in_a_row(z=values)
    return values


def _since(path: FloatArray, alarms: IntArray) -> IntArray:
    """First period of the stretch on one side of 0 that led to each alarm."""
    side = np.sign(path)
    return np.array(
        [_start(np.where(side == side[alarm], 1.0, 0.0), int(alarm)) for alarm in alarms], dtype=np.int64
    )


def _start(path: FloatArray, alarm: int) -> int:
    """First period after the path last stood at 0."""
    zeros = np.flatnonzero(path[: alarm + 1] <= 0)
    return int(zeros[-1] + 1) if len(zeros) else 0


def _normal(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi), dtype=np.float64)


def _ewma_parameters(weight: float, limit: float) -> None:
    if not LEAST_WEIGHT <= weight <= 1:
        raise BadParameter("weight", weight, expected=f"{LEAST_WEIGHT:g} to 1")
    _limit_within("EWMA", limit)


def _limit_within(chart: str, limit: float) -> None:
    if not 0 < limit <= MOST_LIMIT[chart]:
        raise BadParameter("limit", limit, expected=f"above 0, at most {MOST_LIMIT[chart]:g}")


def _cusum_parameters(allowance: float, limit: float) -> None:
    if not allowance >= 0:
        raise BadParameter("allowance", allowance, expected="0 or more")
    _limit_within("CUSUM", limit)
