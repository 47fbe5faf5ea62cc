"""Customers with a contract: how many renew next time, and how much longer they stay (shifted beta-geometric).

Each customer leaves at every renewal with a personal chance that never changes; the chances differ between
customers as a beta(a, b). Renewal rates rise with age because the restless leave first, not because anybody
changes their mind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, hyp2f1

from candor.analytics.errors import BadCounts, BadParameter, NotEnoughHistory, NotIdentifiable
from candor.analytics.estimates import Estimate, Status, few_below
from candor.analytics.summit import Summit, climb, delta_error

__all__ = ["RenewalModel", "fit_renewals"]

Array = npt.NDArray[np.float64]

Z95 = 1.959963984540054
FEW_LEAVERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalModel:
    """A fitted shifted beta-geometric.

    Attributes:
        a, b: Of the beta of the chance to leave at a renewal.
        a_interval, b_interval: 95 % ends, symmetric in the logarithm.
        log_covariance: Of the logarithms of (a, b).
        log_likelihood: At the summit.
        n: Customers at the start.
        n_left: How many of them left while watched.
    """

    a: float
    b: float
    a_interval: tuple[float, float]
    b_interval: tuple[float, float]
    log_covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    n: int
    n_left: int

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "shifted beta-geometric, maximum likelihood"

    @property
    def status(self) -> Status:
        """``too_few`` below 20 leavers."""
        return few_below(self.n_left, FEW_LEAVERS)

    def survival(self, renewals: int) -> Estimate:
        """Share of a new cohort still there after so many renewals."""
        _whole("renewals", renewals)
        return self._estimate(lambda at: float(_survival(at, renewals)), "survival, shifted beta-geometric")

    def renewal_rate(self, renewal: int) -> Estimate:
        """Share that renews at the given renewal (1 is the first), among those who came so far."""
        if renewal < 1:
            raise BadParameter("renewal", renewal, expected="1 or more")

        def rate(at: Array) -> float:
            a, b = at
            return float((b + renewal - 1) / (a + b + renewal - 1))

        return self._estimate(rate, "renewal rate, shifted beta-geometric")

    def expected_remaining(self, renewals: int, *, discount: float = 0.1) -> Estimate:
        """Discounted expected remaining renewals of a customer who has renewed so often, before the next one.

        Times what one period earns, this is what the customer is still worth, the coming renewal included.

        Args:
            renewals: Renewals made so far.
            discount: Per period, above 0 (0.1 is 10 %).

        Source:
            Fader & Hardie (2010), *Marketing Science* 29(1).
        """
        _whole("renewals", renewals)
        if not discount > 0:
            raise BadParameter("discount", discount, expected="above 0")

        def remaining(at: Array) -> float:
            a, b = at
            n = renewals + 1
            return float((b + n - 1) / (a + b + n - 1) * hyp2f1(1, b + n, a + b + n, 1 / (1 + discount)))

        return self._estimate(remaining, "discounted expected remaining renewals", most=np.inf)

    def _estimate(self, value_at: Callable[[Array], float], method: str, most: float = 1.0) -> Estimate:
        at = np.array([self.a, self.b])
        value = value_at(at)
        error = delta_error(value_at, at, np.array(self.log_covariance))
        return Estimate(
            value=value,
            low=value * float(np.exp(-Z95 * error)),
            high=min(most, value * float(np.exp(Z95 * error))),
            n=self.n,
            method=method,
            status="too_few" if self.n_left < FEW_LEAVERS else "ok",
            least_n=0,
        )


def fit_renewals(still_there: Sequence[float]) -> RenewalModel:
    """Fit the shifted beta-geometric to one cohort.

    Args:
        still_there: Customers at the start, after the first renewal, after the second, … Never rising.

    Raises:
        BadCounts: Negative, rising or not finite counts.
        NotEnoughHistory: Fewer than two renewals watched.
        NotIdentifiable: Nobody left, everybody left at once, or all customers are alike.

    Example:
        >>> model = fit_renewals([1000, 631, 468, 382, 326, 289, 262, 241])
        >>> round(model.a, 3), round(model.b, 3), round(model.survival(12).value, 2)
        (0.704, 1.182, 0.17)

    Source:
        Fader & Hardie (2007), *J. Interactive Marketing* 21(1).
    """
    alive = np.asarray(still_there, dtype=np.float64)
    if len(alive) < 3:
        raise NotEnoughHistory(have=max(0, len(alive) - 1), need=2, what="renewals")
    if not np.isfinite(alive).all() or (alive < 0).any() or (np.diff(alive) > 0).any() or alive[0] == 0:
        raise BadCounts("still_there", alive.tolist(), expected="counts that start above 0 and never rise")
    left = -np.diff(alive)
    if not left.any():
        raise NotIdentifiable("the chance to leave", because="nobody left")
    if not _rates_rise(left, float(alive[-1])):
        raise NotIdentifiable("a", because="renewal rates do not rise, so that customers look alike")
    summit = climb(
        lambda at: _surface(at, left, float(alive[-1])),
        np.ones(2),
        method="shifted beta-geometric",
        names=("a", "b"),
    )
    return _model(summit, n=round(alive[0]), n_left=round(float(left.sum())))


def _model(summit: Summit, *, n: int, n_left: int) -> RenewalModel:
    a, b = summit.parameters.tolist()
    return RenewalModel(
        a=a,
        b=b,
        a_interval=summit.interval(0, 0.95),
        b_interval=summit.interval(1, 0.95),
        log_covariance=tuple(tuple(row) for row in summit.log_covariance.tolist()),
        log_likelihood=summit.log_likelihood,
        n=n,
        n_left=n_left,
    )


def _rates_rise(left: Array, alive: float) -> bool:
    """Whether customers that differ a little fit better than all alike: the slope of the likelihood in the variance of their chances,
    at none, times what is positive. Where it is 0 or less the climb leads to infinity, on a ridge so flat that it may stop early."""
    t = np.arange(1, len(left) + 1)
    leavers = float(left.sum())
    renewed = float(left @ (t - 1)) + alive * len(left)
    slope = (
        left @ ((t - 1) * ((t - 2) * leavers - 2 * renewed)) + alive * len(left) * (len(left) - 1) * leavers
    )
    return bool(slope > 0)


def _survival(at: Array, renewals: int) -> float:
    a, b = at
    return float(np.exp(betaln(a, b + renewals) - betaln(a, b)))


def _surface(at: Array, left: Array, alive: float) -> tuple[float, Array]:
    """P(leaves at t) = B(a + 1, b + t − 1) / B(a, b);  P(stays t) = B(a, b + t) / B(a, b)."""
    a, b = at
    t = np.arange(1, len(left) + 1)
    total = float(left.sum() + alive)
    value = left @ betaln(a + 1, b + t - 1) + alive * betaln(a, b + t[-1]) - total * betaln(a, b)
    ends = digamma(a + b + t)
    d_a = left @ (digamma(a + 1) - ends) + alive * (digamma(a) - digamma(a + b + t[-1]))
    d_b = left @ (digamma(b + t - 1) - ends) + alive * (digamma(b + t[-1]) - digamma(a + b + t[-1]))
    both = digamma(a + b)
    gradient = np.array([d_a - total * (digamma(a) - both), d_b - total * (digamma(b) - both)])
    return float(value), gradient


def _whole(name: str, value: int) -> None:
    if value < 0:
        raise BadParameter(name, value, expected="0 or more")
