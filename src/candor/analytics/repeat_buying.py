"""Customers without a contract: how often they will buy again (BG/NBD), and what they spend (Gamma-Gamma).

A customer buys at a steady personal rate until, after some purchase, they silently leave. Rates differ between
customers as a gamma(r, α), the chance to leave as a beta(a, b). Spend per purchase is gamma with a personal
scale, independent of how often they buy: look at `SpendModel.correlation` before believing it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, gammaln, hyp2f1

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, EmptySample, NotEnoughHistory, NotIdentifiable, ShapeMismatch
from candor.analytics.estimates import Status, few_below
from candor.analytics.summit import climb

__all__ = [
    "BuyingModel",
    "PurchaseHistories",
    "SpendModel",
    "fit_buying",
    "fit_spend",
    "purchase_histories",
]

Array = npt.NDArray[np.float64]

LEAST_CUSTOMERS = 10
FEW_CUSTOMERS = 100
RELATED = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseHistories:
    """What is known of each customer, in arrays of one length.

    Attributes:
        customers: Who, in order.
        repeats: Purchases after the first (x).
        last: Time from the first to the last purchase (t_x), 0 without repeats.
        age: Time from the first purchase to the day of looking (T).
        mean_spend: Mean amount of the repeat purchases; NaN without repeats.
    """

    customers: tuple[Hashable, ...]
    repeats: Array
    last: Array
    age: Array
    mean_spend: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingModel:
    """A fitted BG/NBD.

    Attributes:
        r, alpha: Of the gamma of purchase rates; alpha in the unit of time.
        a, b: Of the beta of the chance to leave after a purchase.
        r_interval, alpha_interval, a_interval, b_interval: 95 % ends, symmetric in the logarithm.
        log_covariance: Of the logarithms of (r, alpha, a, b), 4 × 4.
        log_likelihood: At the summit.
        n: Customers.
        n_first_day: Customers left out because they first bought on the day of looking: nothing is known of them yet.
    """

    r: float
    alpha: float
    a: float
    b: float
    r_interval: tuple[float, float]
    alpha_interval: tuple[float, float]
    a_interval: tuple[float, float]
    b_interval: tuple[float, float]
    log_covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    n: int
    n_first_day: int = 0

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "BG/NBD, maximum likelihood"

    @property
    def status(self) -> Status:
        """``too_few`` below 100 customers."""
        return few_below(self.n, FEW_CUSTOMERS)

    @property
    def parameters(self) -> Array:
        """(r, alpha, a, b)."""
        return np.array([self.r, self.alpha, self.a, self.b])

    def chance_alive(self, repeats: npt.ArrayLike, last: npt.ArrayLike, age: npt.ArrayLike) -> Array:
        """Chance that a customer with this history still buys, 0 to 1 each."""
        return chance_alive(self.parameters, *_checked(repeats, last, age))

    def expected_purchases(
        self, repeats: npt.ArrayLike, last: npt.ArrayLike, age: npt.ArrayLike, *, horizon: float
    ) -> Array:
        """Purchases expected in the `horizon` after the day of looking, given the history."""
        return expected_purchases(self.parameters, *_checked(repeats, last, age), horizon)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendModel:
    """A fitted Gamma-Gamma.

    Attributes:
        p, q, v: Of the model; v in money.
        p_interval, q_interval, v_interval: 95 % ends, symmetric in the logarithm.
        log_covariance: Of the logarithms of (p, q, v).
        correlation: Between number of repeats and mean spend; the model assumes none.
        n: Customers with repeat purchases.
    """

    p: float
    q: float
    v: float
    p_interval: tuple[float, float]
    q_interval: tuple[float, float]
    v_interval: tuple[float, float]
    log_covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    correlation: float
    n: int

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "Gamma-Gamma, maximum likelihood"

    @property
    def status(self) -> Status:
        """``too_few`` below 100 customers who bought again."""
        return few_below(self.n, FEW_CUSTOMERS)

    @property
    def parameters(self) -> Array:
        """(p, q, v)."""
        return np.array([self.p, self.q, self.v])

    @property
    def mean(self) -> float | None:
        """Mean spend per purchase over all customers; None when q ≤ 1, where it is infinite."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know."""
        if abs(self.correlation) <= RELATED:
            return ()
        return (
            f"How often and how much go together (r = {self.correlation:.2f}); the model assumes they do not.",
        )

    def expected_spend(self, repeats: npt.ArrayLike, mean_spend: npt.ArrayLike) -> Array:
        """Mean spend per future purchase, given repeats and their mean; without repeats, that of all."""
        x = np.asarray(repeats, dtype=np.float64)
        return expected_spend(self.parameters, x, np.asarray(mean_spend, dtype=np.float64))


def purchase_histories(
    purchases: Iterable[tuple[Hashable, float, float]], *, as_of: float, unit: float = 1.0
) -> PurchaseHistories:
    """Histories from single purchases.

    Args:
        purchases: (customer, day, amount) in any order. Purchases of one customer on one day count as one.
        as_of: Day of looking; later purchases are left out.
        unit: Days per unit of time of the result (7 for weeks).

    Example:
        >>> found = purchase_histories([("ann", 0, 9.0), ("ann", 14, 20.0), ("bob", 7, 5.0)], as_of=70, unit=7)
        >>> found.customers, found.repeats.tolist(), found.last.tolist(), found.age.tolist()
        (('ann', 'bob'), [1.0, 0.0], [2.0, 0.0], [10.0, 9.0])
    """
    inputs.finite("as_of", as_of)
    inputs.positive("unit", unit)
    days: dict[Hashable, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    for customer, day, amount in sorted(purchases, key=lambda purchase: (str(purchase[0]), *purchase[1:])):
        if day <= as_of:
            days[customer][day] += amount
    customers = tuple(sorted(days, key=lambda who: (str(type(who)), str(who))))
    first = np.array([min(days[who]) for who in customers])
    last = np.array([max(days[who]) for who in customers])
    repeats = np.array([len(days[who]) - 1.0 for who in customers])
    later = [[amount for day, amount in days[who].items() if day > min(days[who])] for who in customers]
    return PurchaseHistories(
        customers=customers,
        repeats=repeats,
        last=(last - first) / unit,
        age=(as_of - first) / unit,
        mean_spend=np.array([sum(amounts) / len(amounts) if amounts else np.nan for amounts in later]),
    )


def fit_buying(repeats: npt.ArrayLike, last: npt.ArrayLike, age: npt.ArrayLike) -> BuyingModel:
    """Fit BG/NBD by maximum likelihood.

    Args:
        repeats: Purchases after the first, one per customer.
        last: Time from first to last purchase; 0 without repeats.
        age: Time from first purchase to the day of looking; the unit sets that of `alpha` and of horizons. Customers of
            age 0 are left out and counted in `n_first_day`.

    Raises:
        BadCounts: Negative repeats, or 0 ≤ last ≤ age does not hold.
        EmptySample: No customer.
        NotEnoughHistory: Fewer than 10 customers.
        NotIdentifiable: Nobody bought again, or a parameter has no summit (as when nobody seems to leave).

    Example:
        Two thousand customers whose true rates are gamma(0.5, 5) and chances to leave beta(0.8, 2.4).

        >>> random = np.random.default_rng(5)
        >>> rate, leaves = random.gamma(0.5, 0.2, 2000), random.beta(0.8, 2.4, 2000)
        >>> day = random.exponential(1 / rate, (60, 2000)).cumsum(axis=0)
        >>> seen = (day < 40) & (np.arange(60)[:, None] < random.geometric(leaves))
        >>> model = fit_buying(seen.sum(axis=0), (day * seen).max(axis=0), np.full(2000, 40.0))
        >>> model.r_interval[0] < 0.5 < model.r_interval[1], model.chance_alive([2], [30], [40]).round(1)
        (True, array([0.7]))

    Source:
        Fader, Hardie & Lee (2005), *Marketing Science* 24(2).
    """
    x, t, whole, first_day = _watched(repeats, last, age)
    if not len(x) and not first_day:
        raise EmptySample("customers")
    if len(x) < LEAST_CUSTOMERS:
        raise NotEnoughHistory(have=len(x), need=LEAST_CUSTOMERS, what="customers")
    if not x.any():
        raise NotIdentifiable("purchase rates", because="nobody bought a second time")
    rows, counts = np.unique(np.column_stack([x, t, whole]), axis=0, return_counts=True)
    start = np.array([0.5, float(whole.mean()) / 4, 1.0, 2.0])
    summit = climb(
        lambda at: _buying_surface(at, rows, counts), start, method="BG/NBD", names=("r", "alpha", "a", "b")
    )
    r, alpha, a, b = summit.parameters.tolist()
    return BuyingModel(
        r=r,
        alpha=alpha,
        a=a,
        b=b,
        r_interval=summit.interval(0, 0.95),
        alpha_interval=summit.interval(1, 0.95),
        a_interval=summit.interval(2, 0.95),
        b_interval=summit.interval(3, 0.95),
        log_covariance=_nested(summit.log_covariance),
        log_likelihood=summit.log_likelihood,
        n=len(x),
        n_first_day=first_day,
    )


def fit_spend(repeats: Sequence[float] | Array, mean_spend: Sequence[float] | Array) -> SpendModel:
    """Fit Gamma-Gamma to the customers who bought again.

    Args:
        repeats: Purchases after the first; customers with none are left out.
        mean_spend: Mean amount of those purchases, in money; customers with zero or nothing are left out.

    Raises:
        NotEnoughHistory: Fewer than 10 customers with repeat purchases of a positive amount.
        NotIdentifiable: All spend the same.
        ShapeMismatch: Lengths differ.

    Example:
        >>> random = np.random.default_rng(5)
        >>> scale = random.gamma(4, 1 / 15, 400)
        >>> x = random.integers(1, 9, 400)
        >>> model = fit_spend(x, random.gamma(6 * x, 1 / (x * scale)))
        >>> 25 < model.mean < 35
        True

    Source:
        Fader, Hardie & Lee (2005), *J. Marketing Research* 42(4); Fader & Hardie (2013), note 25.
    """
    x, m = np.asarray(repeats, dtype=np.float64), np.asarray(mean_spend, dtype=np.float64)
    if x.shape != m.shape:
        raise ShapeMismatch(repeats=len(x), mean_spend=len(m))
    kept = (x > 0) & np.isfinite(x) & np.isfinite(m) & (m > 0)
    x, m = x[kept], m[kept]
    if len(x) < LEAST_CUSTOMERS:
        raise NotEnoughHistory(have=len(x), need=LEAST_CUSTOMERS, what="customers with repeat purchases")
    if np.ptp(m) == 0:
        raise NotIdentifiable("spend", because="all customers spend the same")
    rows, counts = np.unique(np.column_stack([x, m]), axis=0, return_counts=True)
    start = np.array([3.0, 3.0, float(np.median(m))])
    summit = climb(
        lambda at: _spend_surface(at, rows, counts), start, method="Gamma-Gamma", names=("p", "q", "v")
    )
    p, q, v = summit.parameters.tolist()
    return SpendModel(
        p=p,
        q=q,
        v=v,
        p_interval=summit.interval(0, 0.95),
        q_interval=summit.interval(1, 0.95),
        v_interval=summit.interval(2, 0.95),
        log_covariance=_nested(summit.log_covariance),
        log_likelihood=summit.log_likelihood,
        correlation=_correlation(x, m),
        n=len(x),
    )


def chance_alive(parameters: Array, x: Array, t: Array, age: Array) -> Array:
    """P(alive) for raw parameters (r, alpha, a, b)."""
    return np.asarray(1 / (1 + _odds_gone(parameters, x, t, age)))


def expected_purchases(parameters: Array, x: Array, t: Array, age: Array, horizon: float) -> Array:
    """E[Y(horizon) | x, t, age] for raw parameters."""
    r, alpha, a, b = parameters
    if abs(a - 1) < 1e-7:
        a = 1 + 1e-7
    z = horizon / (alpha + age + horizon)
    shrunk = ((alpha + age) / (alpha + age + horizon)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z)
    bought = (a + b + x - 1) / (a - 1) * (1 - shrunk)
    return np.asarray(bought / (1 + _odds_gone(np.array([r, alpha, a, b]), x, t, age)))


def expected_spend(parameters: Array, x: Array, mean_spend: Array) -> Array:
    """E[M | x, mean] for raw parameters (p, q, v)."""
    p, q, v = parameters
    spent = np.where(x > 0, np.nan_to_num(mean_spend), 0.0)
    return np.asarray(p * (v + x * spent) / (p * x + q - 1))


def _odds_gone(parameters: Array, x: Array, t: Array, age: Array) -> Array:
    r, alpha, a, b = parameters
    safe = np.where(x > 0, x, 1.0)
    odds = a / (b + safe - 1) * ((alpha + age) / (alpha + t)) ** (r + x)
    return np.asarray(np.where(x > 0, odds, 0.0))


def _watched(
    repeats: npt.ArrayLike, last: npt.ArrayLike, age: npt.ArrayLike
) -> tuple[Array, Array, Array, int]:
    """Histories with some time in them, and how many have none: a first purchase on the day of looking itself."""
    columns = [np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (repeats, last, age)]
    if len({len(column) for column in columns}) > 1:
        return *_checked(*columns), 0
    new = (columns[0] == 0) & (columns[1] == 0) & (columns[2] == 0)
    return *_checked(*(column[~new] for column in columns)), int(new.sum())


def _checked(repeats: npt.ArrayLike, last: npt.ArrayLike, age: npt.ArrayLike) -> tuple[Array, Array, Array]:
    x, t, whole = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (repeats, last, age))
    if not len(x) == len(t) == len(whole):
        raise ShapeMismatch(repeats=len(x), last=len(t), age=len(whole))
    fits = (
        (x >= 0)
        & (x == np.floor(x))
        & (t >= 0)
        & (t <= whole)
        & np.isfinite(x)
        & np.isfinite(whole)
        & (whole > 0)
    )
    fits &= (x > 0) | (t == 0)
    if not fits.all():
        where = int(np.flatnonzero(~fits)[0])
        found = (float(x[where]), float(t[where]), float(whole[where]))
        raise BadCounts("(repeats, last, age)", found, expected="whole repeats, 0 ≤ last ≤ age, age above 0")
    return x, t, whole


def _buying_surface(parameters: Array, rows: Array, counts: npt.NDArray[np.intp]) -> tuple[float, Array]:
    """Log-likelihood and gradient of BG/NBD over distinct histories."""
    r, alpha, a, b = parameters
    x, t, age = rows.T
    bought = x > 0
    stayed = -(r + x) * np.log(alpha + age)
    after = np.where(bought, b + x - 1, 1)
    left = np.where(bought, np.log(a / after) - (r + x) * np.log(alpha + t), -np.inf)
    either = np.logaddexp(stayed, left)
    w_left = np.exp(left - either)
    w_stayed = 1 - w_left
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    value += either
    logs = w_stayed * np.log(alpha + age) + w_left * np.log(alpha + t)
    common = digamma(a + b) - digamma(a + b + x)
    gradient = np.array(
        [
            counts @ (digamma(r + x) - digamma(r) + np.log(alpha) - logs),
            counts @ (r / alpha - (r + x) * (w_stayed / (alpha + age) + w_left / (alpha + t))),
            counts @ (common + w_left / a),
            counts @ (common + digamma(b + x) - digamma(b) - w_left / after),
        ]
    )
    return float(counts @ value), gradient


def _spend_surface(parameters: Array, rows: Array, counts: npt.NDArray[np.intp]) -> tuple[float, Array]:
    """Log-likelihood and gradient of Gamma-Gamma over distinct (repeats, mean spend)."""
    p, q, v = parameters
    x, m = rows.T
    px, pool = p * x, v + m * x
    value = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v)
    value += (px - 1) * np.log(m) + px * np.log(x) - (px + q) * np.log(pool)
    rising = digamma(px + q)
    gradient = np.array(
        [
            counts @ (x * (rising - digamma(px) + np.log(m) + np.log(x) - np.log(pool))),
            counts @ (rising - digamma(q) + np.log(v) - np.log(pool)),
            counts @ (q / v - (px + q) / pool),
        ]
    )
    return float(counts @ value), gradient


def _correlation(x: Array, m: Array) -> float:
    x, m = x - x.mean(), m - m.mean()
    size = float(np.sqrt((x @ x) * (m @ m)))
    return float(x @ m) / size if size > 0 else 0.0


def _nested(matrix: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
