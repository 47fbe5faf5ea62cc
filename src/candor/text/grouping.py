"""Points into groups, and how far to trust each group.

Ward's tree (Ward 1963) is cut at several heights; each cut is refined by moving every point to its nearest centre. The same
is done on 15 bootstrap samples: the stability of a group is the mean of its best Jaccard agreement with a group of
each sample (Hennig 2007, *Cluster-wise assessment of cluster stability*). The cut that tells most in stable groups wins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from candor.text.vectors import Floats, principal_axes, project, unit_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Labels = npt.NDArray[np.intp]

BOOTSTRAPS = 15
STABLE = 0.75
TENTATIVE = 0.60
CUTS = (3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40)
LEAST_POINTS_PER_GROUP = 10
_REFINEMENTS = 10


@dataclass(frozen=True, slots=True)
class Grouping:
    """A cut of the tree.

    Attributes:
        labels: n group numbers, 0 to K − 1.
        centres: (K, d) unit rows.
        stability: K mean Jaccard agreements, 0 to 1.
    """

    labels: Labels
    centres: Floats
    stability: Floats


def best_grouping(
    matrix: csr_array[Any], points: Floats, *, most: int, can_name: Callable[[Labels], npt.NDArray[np.bool_]]
) -> Grouping:
    """Group n points, with as many groups as the data bear.

    A cut scores the information in its groups, the sum of −p log2 p over their shares p: whole where a group is stable,
    half where it is tentative, none where it can't be named. Many small stable groups beat a few that say little,
    and splitting on beyond what repeats itself is punished at once.

    Args:
        matrix: (n, V) TF-IDF rows behind the points; every bootstrap sample finds its own axes from it.
        points: (n, d) unit rows.
        most: How many stable and tentative groups there may be.
        can_name: Given n labels, says of each of the K groups whether words set it apart.
    """
    cuts = [cut for cut in CUTS if cut <= len(points) / LEAST_POINTS_PER_GROUP and cut <= 1.6 * most]
    groupings = _cut_tree(points, cuts)
    stabilities = _stabilities(matrix, groupings)
    candidates = [
        Grouping(labels, _centres(points, labels), stability)
        for labels, stability in zip(groupings, stabilities, strict=True)
    ]
    fitting = [one for one in candidates if np.count_nonzero(one.stability >= TENTATIVE) <= most]
    # Of equals the first, the coarsest.
    return max(fitting or candidates[:1], key=lambda one: _information(one, can_name(one.labels)))


def _information(grouping: Grouping, is_named: npt.NDArray[np.bool_]) -> float:
    shares = np.bincount(grouping.labels) / len(grouping.labels)
    credit = (
        np.where(grouping.stability >= STABLE, 1.0, np.where(grouping.stability >= TENTATIVE, 0.5, 0.0))
        * is_named
    )
    return round(float(-(credit * shares * np.log2(shares)).sum()), 9)


def _cut_tree(points: Floats, cuts: Sequence[int]) -> list[Labels]:
    from scipy.cluster.hierarchy import cut_tree, linkage

    tree = linkage(points, method="ward")
    labels = cut_tree(tree, n_clusters=list(cuts)).astype(np.intp)
    return [_refined(points, labels[:, place]) for place in range(len(cuts))]


def _refined(points: Floats, labels: Labels) -> Labels:
    for _ in range(_REFINEMENTS):
        nearest = (points @ _centres(points, labels).T).argmax(axis=1)
        renumbered = np.unique(nearest, return_inverse=True)[1].astype(np.intp)
        if np.array_equal(renumbered, labels):
            break
        labels = renumbered
    return labels


def _centres(points: Floats, labels: Labels) -> Floats:
    from scipy.sparse import csr_array

    n = len(labels)
    belongs = csr_array((np.ones(n), (labels, np.arange(n))), shape=(int(labels.max()) + 1, n))
    return unit_rows(np.asarray(belongs @ points))


def _stabilities(matrix: csr_array[Any], groupings: Sequence[Labels]) -> list[Floats]:
    generator = np.random.default_rng(2007)
    cuts = [int(labels.max()) + 1 for labels in groupings]
    sums = [np.zeros(cut) for cut in cuts]
    n = matrix.shape[0]
    for _ in range(BOOTSTRAPS):
        drawn = np.unique(generator.integers(0, n, n))
        sample = matrix[drawn]
        again = _cut_tree(project(sample, principal_axes(sample)), cuts)
        for total, labels, relabelled in zip(sums, groupings, again, strict=True):
            total += _best_jaccard(labels[drawn], relabelled, len(total))
    return [total / BOOTSTRAPS for total in sums]


def _best_jaccard(labels: Labels, others: Labels, groups: int) -> Floats:
    """For each group, its highest |A ∩ B| / |A ∪ B| over the other groups."""
    width = int(others.max()) + 1
    shared = (
        np.bincount(labels * width + others, minlength=groups * width)
        .reshape(groups, width)
        .astype(np.float64)
    )
    union = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    best: Floats = (shared / np.maximum(union, 1)).max(axis=1)
    return best
