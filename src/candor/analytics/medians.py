"""The interval of a median, or of another quantile, without any assumption about the shape: which of the sorted values are its ends."""

from scipy.stats import binom

from candor.analytics import inputs
from candor.analytics.errors import BadParameter
from candor.analytics.estimates import require_level

__all__ = ["median_ranks", "quantile_ranks"]


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
        BadParameter: n is no whole number from 0 to 10¹⁵, or the level lies not between 0 and 1.

    Source: Conover, W. J. (1999) Practical Nonparametric Statistics, 3rd edition, Wiley, section 3.2.

    >>> median_ranks(10), median_ranks(30), median_ranks(5)
    ((2, 9), (10, 21), None)
    """
    require_level(level)
    _whole(n)
    tail = (1 - level) / 2
    low = int(binom.ppf(tail, n, 0.5)) if n else 0
    if binom.cdf(low, n, 0.5) <= tail:  # the chance may be met exactly
        low += 1
    return (low, n + 1 - low) if low else None


def quantile_ranks(n: int, share: float, level: float = 0.95) -> tuple[int, int] | None:
    """Places, counted from 1, of the two sorted values between which a quantile lies.

    As :func:`median_ranks`, for the value below which any `share` lies. Each side misses with at most half of the chance left.

    Args:
        n: Number of values; they must be independent draws.
        share: Of the values below the quantile: 0.9 for the wait that nine in ten do not exceed.
        level: Chance that the interval holds the true quantile.

    Returns:
        The lower and the upper place; None where there are too few values (fewer than 36 for 0.9 at 95 %).

    Raises:
        BadParameter: n is no whole number from 0 to 10¹⁵, or share or level lies not between 0 and 1.

    Source: Conover, W. J. (1999) Practical Nonparametric Statistics, 3rd edition, Wiley, section 3.2.

    >>> quantile_ranks(100, 0.9), quantile_ranks(36, 0.9), quantile_ranks(35, 0.9)
    ((84, 96), (29, 36), None)
    """
    require_level(level)
    _whole(n)
    if not 0 < share < 1:
        raise BadParameter("share", share, expected="between 0 and 1")
    tail = (1 - level) / 2
    low = int(binom.ppf(tail, n, share)) if n else 0
    if binom.cdf(low, n, share) <= tail:
        low += 1
    high = int(binom.isf(tail, n, share)) + 1 if n else 1
    if n and binom.sf(high - 2, n, share) <= tail:  # the chance may be met exactly
        high -= 1
    return (low, high) if low and high <= n else None


def _whole(n: int) -> None:
    if not (0 <= n <= inputs.LARGEST_COUNT and n == n // 1):
        raise BadParameter("n", n, expected=f"a whole number, 0 to {inputs.LARGEST_COUNT:,}")
