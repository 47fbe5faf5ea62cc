"""What customers are still worth: expected purchases times expected spend, with the doubt of both models.

The interval is that of the expectation of the customers handed in, from the curvature of the two likelihoods. It does not
hold the luck of single customers, nor how other customers of their kind differ, nor that the future may not resemble the past.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from candor.analytics.errors import BadParameter, EmptySample, NotIdentifiable
from candor.analytics.estimates import Estimate, Status, require_level
from candor.analytics.repeat_buying import (
    FEW_CUSTOMERS,
    BuyingModel,
    PurchaseHistories,
    SpendModel,
    expected_purchases,
    expected_spend,
)
from candor.analytics.summit import delta_error

__all__ = ["CustomerValues", "customer_lifetime_value"]

Array = npt.NDArray[np.float64]

PIECES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerValues:
    """What each customer and all together are worth over the horizon, in money.

    Attributes:
        customers: Who, in the order of the histories.
        values: Expected value of each.
        total: Of all, with the interval of the expectation.
        mean: Per customer.
        mean_error: Standard error of `mean` for these customers, for `value_at_stake`; too small where they are a sample of others.
        warnings: What a reader should know.
    """

    customers: tuple[object, ...]
    values: tuple[float, ...]
    total: Estimate
    mean: Estimate
    mean_error: float
    warnings: tuple[str, ...]

    @property
    def n(self) -> int:
        """Customers."""
        return self.total.n

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.total.method

    @property
    def status(self) -> Status:
        """That of the total."""
        return self.total.status


def customer_lifetime_value(
    histories: PurchaseHistories,
    buying: BuyingModel,
    spend: SpendModel,
    *,
    horizon: float,
    margin: float = 1.0,
    discount: float = 0.0,
    level: float = 0.95,
) -> CustomerValues:
    """Expected margin of each customer over a horizon.

    Args:
        histories: Of the customers to be valued; they need not be those of the fit.
        buying: How often they buy.
        spend: How much.
        horizon: In the unit of time of the histories.
        margin: Share of spend that is kept, above 0 up to 1.
        discount: Per unit of time, 0 or more (0.002 a week is about 11 % a year); purchases of each twelfth of the horizon are
            discounted to its middle.
        level: Of the interval.

    Raises:
        BadParameter: Horizon, margin or discount out of range.
        EmptySample: No customer.
        NotIdentifiable: Mean spend is infinite (q ≤ 1).

    Example:
        >>> random = np.random.default_rng(5)
        >>> n = 1000
        >>> rate, leaves = random.gamma(0.5, 0.2, n), random.beta(0.8, 2.4, n)
        >>> day = random.exponential(1 / rate, (60, n)).cumsum(axis=0)
        >>> seen = (day < 40) & (np.arange(60)[:, None] < random.geometric(leaves))
        >>> x = seen.sum(axis=0)
        >>> known = PurchaseHistories(
        ...     customers=tuple(range(n)),
        ...     repeats=x,
        ...     last=(day * seen).max(axis=0),
        ...     age=np.full(n, 40.0),
        ...     mean_spend=np.where(x > 0, random.gamma(8 * np.maximum(x, 1), 4 / np.maximum(x, 1)) / random.gamma(4, 0.3, n), np.nan),
        ... )
        >>> from candor.analytics.repeat_buying import fit_buying, fit_spend
        >>> buying = fit_buying(known.repeats, known.last, known.age)
        >>> worth = customer_lifetime_value(
        ...     known, buying, fit_spend(known.repeats, known.mean_spend), horizon=52, margin=0.3
        ... )
        >>> worth.total.low < worth.total.value < worth.total.high
        True

    Source:
        Fader, Hardie & Lee (2005), *J. Marketing Research* 42(4).
    """
    _check(horizon, margin, discount, level)
    n = len(histories.customers)
    if not n:
        raise EmptySample("customers")
    if spend.mean is None:
        raise NotIdentifiable("lifetime value", because="mean spend is infinite (q is 1 or less)")
    worth = _worth(histories, horizon, margin, discount)
    at = np.concatenate([buying.parameters, spend.parameters])
    values = worth(at)
    total = float(values.sum())
    error = delta_error(lambda shifted: float(worth(shifted).sum()), at, _joint_covariance(buying, spend))
    few = min(buying.n, spend.n) < FEW_CUSTOMERS
    return CustomerValues(
        customers=histories.customers,
        values=tuple(values.tolist()),
        total=_estimate(total, error, n, level, few=few),
        mean=_estimate(total / n, error, n, level, few=few),
        mean_error=total / n * error,
        warnings=spend.warnings,
    )


def _joint_covariance(buying: BuyingModel, spend: SpendModel) -> Array:
    """Of the seven log parameters; the two models are fitted apart."""
    covariance = np.zeros((7, 7))
    covariance[:4, :4] = buying.log_covariance
    covariance[4:, 4:] = spend.log_covariance
    return covariance


def _estimate(value: float, log_error: float, n: int, level: float, *, few: bool) -> Estimate:
    spread = float(np.exp(float(ndtri((1 + level) / 2)) * log_error))
    status: Status = "too_few" if few else "ok"
    return Estimate(
        value=value,
        low=value / spread,
        high=value * spread,
        n=n,
        method="BG/NBD and Gamma-Gamma, delta method",
        status=status,
        level=level,
        least_n=FEW_CUSTOMERS if few else 0,
    )


def _check(horizon: float, margin: float, discount: float, level: float) -> None:
    require_level(level)
    if not (np.isfinite(horizon) and horizon > 0):
        raise BadParameter("horizon", horizon, expected="above 0")
    if not 0 < margin <= 1:
        raise BadParameter("margin", margin, expected="above 0 and at most 1")
    if not (np.isfinite(discount) and discount >= 0):
        raise BadParameter("discount", discount, expected="0 or more")


def _worth(
    histories: PurchaseHistories, horizon: float, margin: float, discount: float
) -> Callable[[Array], Array]:
    """Value of each customer as a function of the seven parameters; equal histories are computed once."""
    rows = np.column_stack([histories.repeats, histories.last, histories.age])
    distinct, where = np.unique(rows, axis=0, return_inverse=True)
    x, t, age = distinct.T
    ends = np.linspace(0, horizon, PIECES + 1)[1:] if discount else np.array([horizon])
    middles = ends - ends[0] / 2
    kept = (1 + discount) ** -middles if discount else np.ones(1)

    def worth(at: Array) -> Array:
        bought = np.stack([expected_purchases(at[:4], x, t, age, end) for end in ends])
        purchases = kept @ np.diff(bought, axis=0, prepend=0)
        each = expected_spend(at[4:], histories.repeats, histories.mean_spend)
        return np.asarray(margin * purchases[where.ravel()] * each)

    return worth
