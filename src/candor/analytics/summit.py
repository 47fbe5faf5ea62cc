"""Maximum likelihood for models of a few positive parameters: climb on their logarithms, then measure the summit."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import ndtri

from candor.analytics.errors import DidNotConverge, NotIdentifiable

__all__: list[str] = []

Array = npt.NDArray[np.float64]
Surface = Callable[[Array], tuple[float, Array]]
"""Parameters to log-likelihood and its gradient, both in the parameters themselves."""

WIDEST = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Summit:
    """The highest point: parameters, covariance of their logarithms, log-likelihood."""

    parameters: Array
    log_covariance: Array
    log_likelihood: float

    def interval(self, place: int, level: float) -> tuple[float, float]:
        """Ends for one parameter, symmetric in its logarithm."""
        half = float(ndtri((1 + level) / 2)) * float(np.sqrt(self.log_covariance[place, place]))
        centre = float(self.parameters[place])
        return centre * float(np.exp(-half)), centre * float(np.exp(half))


def climb(surface: Surface, start: Array, *, method: str, names: tuple[str, ...]) -> Summit:
    """Find the summit from a start, and its curvature from differences of the gradient.

    Raises:
        DidNotConverge: The gradient is not flat where the climb stopped.
        NotIdentifiable: A parameter runs to 0 or infinity, or the summit is a ridge.
    """

    def downhill(log_parameters: Array) -> tuple[float, Array]:
        parameters = np.exp(np.clip(log_parameters, -30, 30))
        value, gradient = surface(parameters)
        return -value / scale, -gradient * parameters / scale

    scale = max(1.0, abs(surface(start)[0]))
    found = minimize(
        downhill, np.log(start), jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 1000}
    )
    place = np.asarray(found.x, dtype=np.float64)
    parameters = np.exp(place)
    for name, value in zip(names, parameters, strict=True):
        if not 1 / WIDEST < value < WIDEST:
            raise NotIdentifiable(name, because=f"the likelihood of {method} has no summit for it")
    steepest = float(np.abs(downhill(place)[1]).max())
    if not steepest < 1e-5:
        raise DidNotConverge(method, iterations=int(found.nit), gap=steepest)
    curvature = _curvature(lambda at: downhill(at)[1] * scale, place)
    values = np.linalg.eigvalsh(curvature)
    if values[0] <= 1e-9 * values[-1]:
        raise NotIdentifiable(names[0], because=f"the likelihood of {method} is a ridge")
    return Summit(
        parameters=parameters,
        log_covariance=np.asarray(np.linalg.inv(curvature)),
        log_likelihood=surface(parameters)[0],
    )


def delta_error(value_at: Callable[[Array], float], summit: Array, log_covariance: Array) -> float:
    """Standard error of log(value): the slope in the log parameters by central differences."""
    step = 1e-4
    slopes = np.empty(len(summit))
    for place in range(len(summit)):
        shift = np.zeros(len(summit))
        shift[place] = step
        up, down = value_at(summit * np.exp(shift)), value_at(summit * np.exp(-shift))
        slopes[place] = (log(up / down)) / (2 * step)
    return sqrt(max(0.0, float(slopes @ log_covariance @ slopes)))


def _curvature(slope: Callable[[Array], Array], place: Array) -> Array:
    step = 1e-5
    rows = [
        (slope(place + step * unit) - slope(place - step * unit)) / (2 * step) for unit in np.eye(len(place))
    ]
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2)
