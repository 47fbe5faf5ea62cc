"""The doors through which numbers come in: each returns clean float arrays or raises a named error."""

from collections.abc import Hashable, Sequence
from typing import Any, SupportsFloat, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from candor.analytics.errors import BadCounts, BadParameter, BadWeights, ShapeMismatch

__all__ = [
    "FloatArray",
    "IntArray",
    "Labels",
    "alike",
    "at_least_one",
    "counts",
    "finite",
    "finite_or_missing",
    "flags",
    "in_a_row",
    "labels",
    "numbers",
    "part_of",
    "parts_of",
    "positive",
    "same_length",
    "weights",
    "whole",
]

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
Labels: TypeAlias = Sequence[Hashable] | NDArray[Any]

LARGEST = 1e100
"""Beyond this squares overflow and results would be nonsense."""
LARGEST_COUNT = 10**15
"""Beyond this doubles soon can't tell a count from the next one, and the quantiles behind intervals lose their digits or never end."""


def counts(name: str, value: ArrayLike) -> FloatArray:
    """Counts as floats: finite and not negative (fractions are let in: weighted counts are counts too)."""
    array = _floats(name, value)
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        raise BadCounts(name, _first(array, wrong))
    return array


def whole(name: str, count: float) -> None:
    """Refuse a count that is not a whole number, 0 or more."""
    number = float(counts(name, count))
    if number != np.floor(number):
        raise BadCounts(name, count, expected="a whole number, 0 or more")
    if number > LARGEST_COUNT:
        raise BadCounts(name, count, expected=f"at most {LARGEST_COUNT:,}")


def part_of(favourable: float, total: float) -> None:
    """Refuse a part that is larger than its total."""
    counts("favourable", favourable)
    counts("total", total)
    if favourable > total:
        raise BadCounts("favourable", favourable, expected=f"at most {total}")


def finite(name: str, value: ArrayLike) -> FloatArray:
    """Finite numbers of any sign, of a size whose square is finite too."""
    array = _floats(name, value)
    wrong = ~(np.abs(array) <= LARGEST)
    if wrong.any():
        raise BadParameter(name, _first(array, wrong), expected=f"finite numbers within ±{LARGEST:g}")
    return array


def positive(name: str, value: ArrayLike) -> FloatArray:
    """Finite numbers above zero."""
    array = finite(name, value)
    wrong = array < 1 / LARGEST
    if wrong.any():
        raise BadParameter(name, _first(array, wrong), expected="numbers above 0")
    return array


def weights(value: ArrayLike) -> FloatArray:
    """Weights: finite and not negative."""
    array = _floats("weights", value)
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        raise BadWeights(_first(array, wrong))
    return array


def in_a_row(**arrays: FloatArray) -> None:
    """Refuse a single number, or a table, where one value after another is meant."""
    for name, array in arrays.items():
        if array.ndim != 1:
            raise BadParameter(name, f"of shape {array.shape}", expected="one value after another")


def same_length(**arrays: FloatArray) -> None:
    """Refuse arrays that describe the same things with different lengths, and single numbers."""
    in_a_row(**{name: array for name, array in arrays.items() if array.ndim == 0})
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ShapeMismatch(**lengths)


def numbers(name: str, value: ArrayLike) -> FloatArray:
    """Numbers as floats, NaN allowed: what may be missing is the caller's to say."""
    return _floats(name, value)


def finite_or_missing(name: str, value: ArrayLike) -> FloatArray:
    """One number after another, NaN where it is missing; an endless one is a mistake and no gap."""
    array = _floats(name, value).ravel()
    wrong = ~((np.abs(array) <= LARGEST) | np.isnan(array))
    if wrong.any():
        raise BadParameter(
            name, _first(array, wrong), expected=f"numbers within ±{LARGEST:g}, or NaN where missing"
        )
    return array


def flags(name: str, value: ArrayLike) -> NDArray[np.bool_]:
    """Yes and no, as booleans or 1 and 0; what is missing (NaN) or another number is neither."""
    array = _floats(name, value).ravel()
    wrong = ~np.isin(array, (0.0, 1.0))
    if wrong.any():
        raise BadParameter(name, _first(array, wrong), expected="true and false, or 1 and 0")
    return np.asarray(array == 1, dtype=np.bool_)


def alike(**arrays: FloatArray) -> None:
    """Refuse arrays of shapes that cannot stand side by side."""
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        raise ShapeMismatch(**{name: array.shape for name, array in arrays.items()}) from None


def parts_of(favourable: ArrayLike, total: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Two columns of counts, the first never larger than the second but for rounding."""
    part, whole = counts("favourable", favourable), counts("n", total)
    alike(favourable=part, n=whole)
    wrong = part > whole * (1 + 1e-9)
    if wrong.any():
        raise BadCounts("favourable", _first(np.broadcast_to(part, wrong.shape), wrong), expected="at most n")
    if (whole > LARGEST_COUNT).any():
        raise BadCounts("n", float(whole.max()), expected=f"at most {LARGEST_COUNT:,}")
    return part, whole


def at_least_one(name: str, value: int) -> None:
    """Refuse a number of draws or resamples below 1, or that is not whole."""
    if not (value >= 1 and np.isfinite(value) and value == int(value)):
        raise BadParameter(name, value, expected="a whole number, 1 or more")


def labels(name: str, value: Labels) -> NDArray[Any]:
    """Names or numbers that say what a row belongs to; all of one kind, none missing."""
    given = np.asarray(value).ravel()
    kinds = {type(item) for item in given.tolist()} if given.dtype.kind == "O" else set()
    if len(kinds) > 1 or type(None) in kinds:
        raise BadParameter(name, repr(value)[:60], expected="names or numbers, all of one kind")
    return given


def _floats(name: str, value: ArrayLike) -> FloatArray:
    try:
        given = np.asarray(value)
        if given.dtype.kind in "USM" or (given.dtype.kind == "O" and not all(map(_is_number, given.ravel()))):
            raise BadParameter(name, repr(value)[:60], expected="numbers")
        return given.astype(np.float64)
    except BadParameter:
        raise
    except (TypeError, ValueError):
        raise BadParameter(name, repr(value)[:60], expected="numbers") from None


def _is_number(item: object) -> bool:
    return isinstance(item, SupportsFloat)


def _first(array: FloatArray, wrong: NDArray[np.bool_]) -> float:
    return float(np.atleast_1d(array)[np.atleast_1d(wrong)][0])
