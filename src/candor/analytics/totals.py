"""The share of one total in another, where both are sums over the same units: how much of all the time passes in one place."""

from math import exp, isfinite, sqrt

from scipy.special import stdtrit

from candor.analytics.errors import BadCounts
from candor.analytics.estimates import Estimate, require_level, status_of

__all__ = ["share_of_total"]


def share_of_total(
    *,
    n: int,
    part: float,
    part_squares: float,
    products: float,
    total: float,
    total_squares: float,
    level: float = 0.95,
    least_n: int = 0,
    n_part: int | None = None,
) -> Estimate:
    """How much of a total over all units belongs to one part of each, with the units (episodes, customers) drawn at random.

    Whole units vary, not single minutes: one very long episode widens the interval, though not enough. The ratio of two sums with
    its linearised variance; the interval is Student's on the log-odds, with the units that can have any of the part, less one, as
    degrees of freedom. Assumes independent units.

    Args:
        n: Units.
        part: Sum of the part over the units, in any unit of measure, at least 0.
        part_squares: Sum of its squares.
        products: Sum of the part times the total of the unit.
        total: Sum of the totals.
        total_squares: Sum of their squares.
        level: Chance that the interval holds the share.
        least_n: Units below which the share is not told.
        n_part: Units that can have any of the part (episodes that came to the place), where that are not all. Fewer than
            `least_n` of them are too few as well: few hold the interval up, however many had none of it.

    Raises:
        BadCounts: a sum is negative or not finite, the part is more than the total, or more units have it than there are.

    Source: Cochran, W. G. (1977) Sampling Techniques, 3rd edition, Wiley, section 2.11, equation 2.46; log-odds: Dean & Pagano (2015)
    Journal of Survey Statistics and Methodology 3:484.

    >>> found = share_of_total(n=3, part=6, part_squares=14, products=40, total=18, total_squares=116, least_n=2)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.333, 0.212, 0.482)
    """
    require_level(level)
    sums = {"part": part, "part_squares": part_squares, "products": products, "total": total}
    units = n if n_part is None else n_part
    for name, value in {"n": n, "n_part": units, **sums, "total_squares": total_squares}.items():
        if not isfinite(value) or value < 0:
            raise BadCounts(name, value)
    if part > total * (1 + 1e-9):
        raise BadCounts("part", part, expected=f"at most the total {total}")
    if units > n:
        raise BadCounts("n_part", units, expected=f"at most the {n} units")
    method = "ratio of two sums, linearised variance between episodes, Student t on log-odds"
    if n < 2 or units < least_n or total <= 0:
        return Estimate(
            value=None,
            low=None,
            high=None,
            n=units,
            method=method,
            status="too_few",
            level=level,
            least_n=max(2, least_n),
        )
    share = min(part / total, 1.0)
    scatter = max(part_squares - 2 * share * products + share**2 * total_squares, 0.0) / (n - 1)
    low, high = _on_log_odds(share, sqrt(n * scatter) / total, freedom=max(units - 1, 1), level=level)
    status = status_of(n=n, low=low, high=high, scale_width=1, least_n=least_n)
    return Estimate(
        value=share, low=low, high=high, n=n, method=method, status=status, level=level, least_n=least_n
    )


def _on_log_odds(share: float, error: float, *, freedom: int, level: float) -> tuple[float, float]:
    """The share's ends at equal distances of log-odds: few long times say more about how much it is at least than at most."""
    if error == 0 or not 0 < share < 1:
        return share, share
    half = float(stdtrit(freedom, (1 + level) / 2)) * error / (share * (1 - share))
    shrunk = exp(-min(half, 700.0))  # beyond that an exponential is no number
    return (
        min(share, share * shrunk / (share * shrunk + 1 - share)),
        max(share, share / (share + (1 - share) * shrunk)),
    )
