"""The interval of a median without any assumption about the shape: which of the sorted values are its ends."""

from scipy.stats import binom

from candor.analytics.errors import BadParameter
from candor.analytics.estimates import require_level

__all__ = ["median_ranks"]


def median_ranks(n: int, level: float = 0.95) -> tuple[int, int] | None:
    """Places, counted from 1, of the two sorted values between which the true median lies.

    Each value falls below the true median with chance one half, so the number that does is binomial: the interval misses
    when fewer than the lower place do, or more than n less that. It covers with at least the stated chance for any
    distribution, ties included.

    Args:
        n: Number of values; they must be independent draws.
        level: Chance that the interval holds the true median.

    Returns:
        The lower and the upper place, as far from the first value as from the last; None where even the smallest and the
        largest value together are too close (fewer than 6 values at 95 %).

    Raises:
        BadParameter: n is negative, or the level lies not between 0 and 1.

    Source: Conover, W. J. (1999) Practical Nonparametric Statistics, 3rd edition, Wiley, section 3.2.

    >>> median_ranks(10), median_ranks(30), median_ranks(5)
    ((2, 9), (10, 21), None)
    """
    require_level(level)
    if n < 0:
        raise BadParameter("n", n, expected="at least 0")
    tail = (1 - level) / 2
    low = int(binom.ppf(tail, n, 0.5)) if n else 0
    if binom.cdf(low, n, 0.5) <= tail:  # the chance may be met exactly
        low += 1
    return (low, n + 1 - low) if low else None
