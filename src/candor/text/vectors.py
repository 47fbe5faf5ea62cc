"""Comments as points: weighted words, then a few axes on which words that go together lie together.

TF-IDF over stems and pairs of stems, with logarithmic counts and unit length, projected on the leading right singular
vectors (latent semantic analysis, Deerwester et al. 1990). The singular vectors are exact (ARPACK from a fixed start), and
their signs are fixed, so that the same rows give the same axes every time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Bag = Counter[str]

MOST_AXES = 100
LEAST_COMMENTS_PER_TERM = 3
MOST_SHARE_PER_TERM = 0.5
MOST_TERMS = 8_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms that count, and how much each of them counts.

    Attributes:
        terms: V stems and pairs of stems, the most frequent first.
        weights: V inverse document frequencies, ``ln((1 + n) / (1 + df)) + 1``.
    """

    terms: tuple[str, ...]
    weights: Floats


def learn_vocabulary(bags: Sequence[Bag]) -> Vocabulary:
    """Choose the terms that at least 3 comments and at most half of them use, 8,000 of them at the most."""
    frequencies = Counter[str]()
    for bag in bags:
        frequencies.update(bag.keys())
    most = MOST_SHARE_PER_TERM * len(bags)
    kept = [term for term, count in frequencies.items() if LEAST_COMMENTS_PER_TERM <= count <= most]
    kept.sort(key=lambda term: (-frequencies[term], term))
    terms = tuple(kept[:MOST_TERMS])
    counts = np.array([frequencies[term] for term in terms], dtype=np.float64)
    return Vocabulary(terms, np.log((1 + len(bags)) / (1 + counts)) + 1)


def weigh(bags: Sequence[Bag], vocabulary: Vocabulary) -> csr_array[Any]:
    """Turn n bags into an (n, V) sparse matrix of TF-IDF rows of length one; a bag without known terms is a zero row."""
    from scipy.sparse import csr_array

    columns_of = {term: column for column, term in enumerate(vocabulary.terms)}
    starts, columns, counts = [0], list[int](), list[int]()
    for bag in bags:
        known = sorted((columns_of[term], count) for term, count in bag.items() if term in columns_of)
        columns += [column for column, _ in known]
        counts += [count for _, count in known]
        starts.append(len(columns))
    at = np.array(columns, dtype=np.int64)
    values = (1 + np.log(np.array(counts, dtype=np.float64))) * vocabulary.weights[at]
    rows = np.repeat(np.arange(len(bags)), np.diff(starts))
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(bags)))
    return csr_array((values / lengths[rows], at, np.array(starts)), shape=(len(bags), len(vocabulary.terms)))


def principal_axes(matrix: csr_array[Any]) -> Floats:
    """The leading right singular vectors of an (n, V) matrix, as (V, d) columns, d at most 100.

    Each column points to where its largest entry is positive.
    """
    from scipy.sparse.linalg import svds

    wanted = min(MOST_AXES, min(matrix.shape) - 2)
    start = np.ones(min(matrix.shape))
    _, strengths, rows = svds(matrix, k=wanted, v0=start, rng=0)
    rows = rows[np.argsort(-strengths, kind="stable")]
    largest = np.abs(rows).argmax(axis=1)
    signs = np.where(rows[np.arange(len(rows)), largest] < 0, -1.0, 1.0)
    return np.ascontiguousarray((rows * signs[:, None]).T)


def project(matrix: csr_array[Any], axes: Floats) -> Floats:
    """(n, V) rows on (V, d) axes, as (n, d) points of length one; what has no length stays at the origin."""
    return unit_rows(np.asarray(matrix @ axes))


def unit_rows(points: Floats) -> Floats:
    """Scale every row to length one; rows of zeros stay."""
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return points / np.where(lengths < 1e-12, 1.0, lengths)
