"""The proportional-odds model: an ordered outcome (1–5, detractor/passive/promoter) on several predictors.

    logit P(y ≤ j) = ζⱼ − xβ

Fitted by Newton's method: the log-likelihood is concave in (ζ, β), so there is one summit.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from candor.analytics import inputs
from candor.analytics.errors import BadWeights, DidNotConverge, EmptySample, NotIdentifiable, ShapeMismatch
from candor.analytics.estimates import Status, few_below

__all__ = ["OrdinalFit", "fit_proportional_odds"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalFit:
    """A fitted proportional-odds model.

    Attributes:
        coefficients: β, one per column of x; positive moves answers up.
        standard_errors: Of β, from the observed information.
        cuts: ζ, ascending, one fewer than there are outcome levels.
        log_likelihood: At the summit.
        null_log_likelihood: Of the model without predictors.
        levels: The distinct outcome values, ascending.
        n: Rows with weight, or the sum of whole-number weights.
    """

    coefficients: Array
    standard_errors: Array
    cuts: Array
    log_likelihood: float
    null_log_likelihood: float
    levels: tuple[float, ...]
    n: float

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "proportional odds, maximum likelihood"

    @property
    def status(self) -> Status:
        """``too_few`` below ten answers a coefficient."""
        return few_below(self.n, 10 * (len(self.coefficients) + len(self.cuts)))

    @property
    def mcfadden_r2(self) -> float:
        """1 − log-likelihood / null log-likelihood: 0 is no help, 1 is certainty."""
        return 1 - self.log_likelihood / self.null_log_likelihood


def fit_proportional_odds(
    x: npt.ArrayLike, outcome: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> OrdinalFit:
    """Fit the model.

    Args:
        x: Predictors, shape (n, k); k may be 0.
        outcome: Ordered codes, length n; only their order counts.
        weights: How often each row stands for (counts of a table), length n.

    Raises:
        EmptySample: No row.
        NotIdentifiable: One outcome level only, a constant or collinear predictor, or values that are not
            finite.
        ShapeMismatch: x, outcome and weights differ in length.
        BadWeights: Negative or not finite weights.
        DidNotConverge: No summit in 100 steps, as when a predictor separates the outcome completely.

    Example:
        >>> x = [[0.0], [0.0], [1.0], [1.0], [0.0], [1.0]]
        >>> fit = fit_proportional_odds(x, [1, 2, 1, 2, 3, 3], weights=[30, 20, 5, 20, 5, 25])
        >>> fit.coefficients.round(2).tolist(), len(fit.cuts)
        ([2.34], 2)

    Source:
        McCullagh (1980), *JRSS-B* 42(2); concavity: Pratt (1981), *JASA* 76.
    """
    design, levels, codes, counts = _prepared(x, outcome, weights)
    k = len(levels)
    shares = np.bincount(codes, weights=counts, minlength=k) / counts.sum()
    cuts = logit(np.cumsum(shares)[:-1])
    null = float(counts @ np.log(shares[codes]))
    theta, value, information = _climb(
        design, codes, counts, np.concatenate([cuts, np.zeros(design.shape[1])])
    )
    covariance = _inverse(information)
    return OrdinalFit(
        coefficients=theta[k - 1 :],
        standard_errors=np.sqrt(np.diag(covariance)[k - 1 :]),
        cuts=theta[: k - 1],
        log_likelihood=value,
        null_log_likelihood=null,
        levels=tuple(float(level) for level in levels),
        n=float(counts.sum()),
    )


def log_likelihood_at_summit(design: Array, codes: Codes, counts: Array) -> float:
    """The bare log-likelihood, for callers that fit thousands of models on prepared data.

    A separating predictor is no error here: its likelihood approaches a limit, which is returned.
    """
    totals = np.bincount(codes, weights=counts)
    cuts = logit(np.cumsum(totals / totals.sum())[:-1])
    start = np.concatenate([cuts, np.zeros(design.shape[1])])
    return _climb(design, codes, counts, start, must_settle=False)[1]


def _prepared(
    x: npt.ArrayLike, outcome: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[Array, Array, Codes, Array]:
    y = np.asarray(outcome, dtype=np.float64)
    rows = np.atleast_1d(np.asarray(x, dtype=np.float64))
    counts = np.ones(len(y)) if weights is None else inputs.numbers("weights", weights)
    inputs.in_a_row(weights=counts)
    if not len(y):
        raise EmptySample("answers")
    if len(rows) != len(y) or len(counts) != len(y):
        raise ShapeMismatch(x=len(rows), outcome=len(y), weights=len(counts))
    design = rows.reshape(len(y), -1)
    if not (np.isfinite(counts).all() and (counts >= 0).all() and counts.any()):
        raise BadWeights(counts.tolist()[:5])
    if not (np.isfinite(design).all() and np.isfinite(y).all()):
        raise NotIdentifiable("the model", because="some values are missing or not finite")
    design, y, counts = design[counts > 0], y[counts > 0], counts[counts > 0]
    levels, codes = np.unique(y, return_inverse=True)
    if len(levels) < 2:
        raise NotIdentifiable("the model", because="all answers are the same")
    if np.linalg.matrix_rank(design - design.mean(axis=0)) < design.shape[1]:
        raise NotIdentifiable("the model", because="a predictor is constant or follows from the others")
    return design, levels, codes, counts


def _climb(
    design: Array, codes: Codes, counts: Array, theta: Array, *, must_settle: bool = True
) -> tuple[Array, float, Array]:
    """Newton with halved steps; returns the summit, its height and the information matrix."""
    upper, lower = _selectors(design, codes, int(codes.max()) + 1)
    value, gradient, information = _surface(theta, upper, lower, codes, counts)
    gain = np.inf
    for _ in range(STEPS):
        step = _solve(information, gradient)
        size = 1.0
        moved = _surface(theta + step, upper, lower, codes, counts)
        while not moved[0] >= value and size > 1e-8:
            size /= 2
            moved = _surface(theta + size * step, upper, lower, codes, counts)
        gain = moved[0] - value
        if not gain > 0:
            break
        theta, (value, gradient, information) = theta + size * step, moved
        if gain < 1e-10 * (1 + abs(value)) and np.abs(gradient).max() < 1e-9 * (1 + abs(value)):
            break
    settled = np.abs(gradient).max() < 1e-4 * (1 + abs(value)) and np.abs(theta).max() < 1e4
    if must_settle and (not settled or _runs_away(theta, design)):
        raise DidNotConverge("proportional odds", iterations=STEPS, gap=float(np.abs(gradient).max()))
    return theta, value, information


def _runs_away(theta: Array, design: Array) -> bool:
    """A predictor that separates the outcome sends its linear score beyond any sensible log-odds."""
    slopes = theta[len(theta) - design.shape[1] :]
    return bool(design.size and np.ptp(design @ slopes) > 15)


def _selectors(design: Array, codes: Codes, levels: int) -> tuple[Array, Array]:
    """Rows that pick ζ above and below each answer, less its linear score."""
    n = len(codes)
    upper = np.zeros((n, levels - 1 + design.shape[1]))
    lower = upper.copy()
    has_upper, has_lower = codes < levels - 1, codes > 0
    upper[has_upper, codes[has_upper]] = 1
    lower[has_lower, codes[has_lower] - 1] = 1
    upper[has_upper, levels - 1 :] = -design[has_upper]
    lower[has_lower, levels - 1 :] = -design[has_lower]
    return upper, lower


def _surface(
    theta: Array, upper: Array, lower: Array, codes: Codes, counts: Array
) -> tuple[float, Array, Array]:
    """Log-likelihood, gradient, and minus the Hessian."""
    u = np.where(codes < codes.max(), upper @ theta, np.inf)
    low = np.where(codes > 0, lower @ theta, -np.inf)
    above_u, above_l = expit(u), expit(low)
    chance = np.where(low > 0, expit(-low) - expit(-u), above_u - above_l)
    if not (chance > 0).all():
        return -np.inf, theta, np.eye(len(theta))
    f_u, f_l = above_u * expit(-u), above_l * expit(-low)
    g_u, g_l = f_u / chance, f_l / chance
    gradient = upper.T @ (counts * g_u) - lower.T @ (counts * g_l)
    h_uu = f_u * (1 - 2 * above_u) / chance - g_u**2
    h_ll = -f_l * (1 - 2 * above_l) / chance - g_l**2
    cross = upper.T @ ((counts * g_u * g_l)[:, None] * lower)
    hessian = (
        upper.T @ ((counts * h_uu)[:, None] * upper)
        + lower.T @ ((counts * h_ll)[:, None] * lower)
        + cross
        + cross.T
    )
    return float(counts @ np.log(chance)), gradient, -hessian


def _solve(information: Array, gradient: Array) -> Array:
    ridge = 1e-10 * np.trace(information) / len(information)
    try:
        return np.asarray(np.linalg.solve(information + ridge * np.eye(len(information)), gradient))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(information, gradient, rcond=None)[0])


def _inverse(information: Array) -> Array:
    return np.asarray(np.linalg.pinv(information, hermitian=True))
