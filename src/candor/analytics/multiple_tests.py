"""Many tests at once: adjusted p-values, so that a board of a thousand units doesn't shout in a month of chance.

A test is rejected at ``rate`` when its adjusted p-value is at most ``rate``. Ties and order change nothing.
"""

import numpy as np
from numpy.typing import ArrayLike

from candor.analytics import inputs
from candor.analytics.errors import BadParameter
from candor.analytics.inputs import FloatArray

__all__ = ["benjamini_hochberg", "benjamini_yekutieli", "holm"]


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Adjusted p-values that hold the share of false discoveries, for independent or positively dependent tests.

    Source: Benjamini & Hochberg (1995) JRSS-B 57:289.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    p = _checked(p_values)
    return _step_up(p, np.arange(1, len(p) + 1))


def benjamini_yekutieli(p_values: ArrayLike) -> FloatArray:
    """As Benjamini–Hochberg, but whatever the dependence; costs a factor of about ln(tests).

    Source: Benjamini & Yekutieli (2001) Annals of Statistics 29:1165.
    """
    p = _checked(p_values)
    harmonic = float((1 / np.arange(1, len(p) + 1)).sum()) if len(p) else 1.0
    return np.minimum(_step_up(p, np.arange(1, len(p) + 1) / harmonic), 1.0)


def holm(p_values: ArrayLike) -> FloatArray:
    """Adjusted p-values that hold the chance of *any* false discovery. Source: Holm (1979) Scand. J. Stat. 6:65."""
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    return _put_back(np.minimum(stepped, 1.0), order)


def _step_up(
    p: FloatArray, divisor: "np.ndarray[tuple[int, ...], np.dtype[np.float64 | np.int64]]"
) -> FloatArray:
    order = np.argsort(p, kind="stable")
    raised = p[order] * len(p) / divisor
    stepped = np.minimum.accumulate(raised[::-1])[::-1]
    return _put_back(np.minimum(stepped, 1.0), order)


def _put_back(ordered: FloatArray, order: "np.ndarray[tuple[int, ...], np.dtype[np.intp]]") -> FloatArray:
    back = np.empty_like(ordered)
    back[order] = ordered
    return back


def _checked(p_values: ArrayLike) -> FloatArray:
    p = inputs.finite("p_values", p_values)
    inputs.in_a_row(p_values=p)
    if ((p < 0) | (p > 1)).any():
        raise BadParameter("p_values", float(p[(p < 0) | (p > 1)][0]), expected="0 to 1")
    return p
