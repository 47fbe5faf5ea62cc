"""Raking: weights that make the answers match known shares of the population, one margin after the other.

Weighting mends only what the margins explain: if angry customers of every age stay silent, no margin of age helps.
Source of the method: Deming & Stephan (1940) Annals of Mathematical Statistics 11; Deville & Särndal (1992) JASA 87.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from candor.analytics import cell_means, inputs
from candor.analytics.errors import (
    BadParameter,
    BadWeights,
    DidNotConverge,
    EmptySample,
    MissingColumns,
    ShapeMismatch,
)
from candor.analytics.estimates import Estimate, Status, require_level, status_of
from candor.analytics.inputs import FloatArray, IntArray
from candor.analytics.weighting import Weighting

__all__ = ["Raking", "rake", "raked_mean"]

CAP = 5.0
"""No weight above this many times the median weight."""
LEAST_CELL = 5
"""A cell of a margin with fewer answers than this is merged with the next smallest of its margin."""

_STEPS = 1000
_TOLERANCE = 1e-12
_MET = 1e-8
_CAPPINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Raking:
    """Weights, one an answer in the order given, summing to the population.

    Attributes:
        weights: The weights.
        base: The weights before raking, in the same order.
        margins: For each margin the code of every answer's (possibly merged) cell.
        merged: For each margin the groups of labels that were merged because they held too few answers.
        capped: How many weights were held down.
        gap: Largest distance between a weighted share and its target, in share; above 0 only when weights are capped.
    """

    weights: FloatArray
    base: FloatArray
    margins: tuple[IntArray, ...]
    merged: Mapping[str, tuple[tuple[str, ...], ...]]
    capped: int
    gap: float

    @property
    def n(self) -> int:
        """Answers."""
        return len(self.weights)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return f"raking over {', '.join(self.merged)}, weights capped"

    @property
    def status(self) -> Status:
        """``not_comparable`` where capped weights miss the margins."""
        return "ok" if self.gap <= _MET else "not_comparable"

    @property
    def weighting(self) -> Weighting:
        """What the weights cost: effective n and design effect."""
        return Weighting(
            n=len(self.weights),
            total=float(np.sort(self.weights).sum()),
            squared=float((np.sort(self.weights) ** 2).sum()),
        )


def rake(
    margins: Mapping[str, Sequence[str]],
    targets: Mapping[str, Mapping[str, float]],
    *,
    base_weights: Sequence[float] | None = None,
    cap: float = CAP,
    least_cell: int = LEAST_CELL,
) -> Raking:
    """Weights that meet every margin at once, capped at ``cap`` times their median.

    Args:
        margins: For each margin (age, region…) the label of every answer.
        targets: For each margin the population of every label; all margins must add up to the same population.
        base_weights: Weights before raking (of the sampling); equal when left out.
        cap: Largest weight in medians; ``inf`` for none.
        least_cell: Cells with fewer answers are merged with the next smallest cell of their margin.

    Raises:
        MissingColumns: A margin has no targets, or the other way round.
        BadParameter: A label without target, or margins that add up differently.
        DidNotConverge: The margins contradict each other in this sample (a cell empty where both say it is not).

    >>> raking = rake({"size": ["small"] * 60 + ["large"] * 40}, {"size": {"small": 400, "large": 600}})
    >>> sorted({round(float(w), 3) for w in raking.weights})
    [6.667, 15.0]

    Source:
        Deming & Stephan (1940) Annals of Mathematical Statistics 11:427.
    """
    _same_names(margins, targets)
    n = len(next(iter(margins.values())))
    if n == 0:
        raise EmptySample("answers to weight")
    base = np.ones(n) if base_weights is None else inputs.weights(base_weights)
    if len(base) != n:
        raise ShapeMismatch(answers=n, base_weights=len(base))
    if base.sum() <= 0:
        raise BadWeights(0.0)
    codes, wanted, merged = _coded(margins, targets, n, least_cell)
    # Answers that share all their cells and their base weight share their weight: work on those few.
    table = np.column_stack([*codes, base])
    distinct, where, times = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    cells = [distinct[:, column].astype(np.int64) for column in range(len(codes))]
    each, capped = _capped(distinct[:, -1], times.astype(np.float64), cells, wanted, cap)
    where = where.reshape(-1)
    return Raking(
        weights=each[where],
        base=base,
        margins=tuple(codes),
        merged=merged,
        capped=int(times[capped].sum()),
        gap=_gap(each * times, cells, wanted),
    )


def raked_mean(
    answers: Sequence[float], raking: Raking, *, level: float = 0.95, least_n: int = 0
) -> Estimate:
    """Weighted mean whose standard error knows that the margins were met exactly.

    The error is linearised on the residuals of a regression on the margins (by the base weights), which is what
    R's ``survey::rake`` reports: raking on something related to the answer makes the estimate surer. Where capped
    weights miss the margins (``raking.gap`` above 0) nothing may be gained from them: the error is then that of a
    plain weighted mean, and the status ``not_comparable``, since the mean is not that of the population asked for.

    ``n`` are the answers with a weight above 0: the others say nothing of the population.

    Source: Deville & Särndal (1992) JASA 87:376.
    """
    require_level(level)
    given = inputs.finite("answers", answers)
    weights = raking.weights
    inputs.same_length(answers=given, weights=weights)
    n, total = int((weights > 0).sum()), float(weights.sum())
    mean = float(weights @ given) / total
    if n < 2:
        return Estimate(
            value=mean, low=None, high=None, n=n, method="raked mean", status="too_few", level=level
        )
    is_met = raking.gap <= _MET
    residual = _beside_the_margins(given, raking) if is_met else given - mean
    error = float(np.sqrt(n / (n - 1) * ((weights * residual) ** 2).sum())) / total
    # Answers that do not vary, or only with the margins, know no doubt at all: no interval, as with Student's elsewhere.
    varies = error > 1e-9 * max(abs(mean), float(np.ptp(given)))
    half = cell_means.t_quantile(n - 1, level) * error
    low, high = (mean - half, mean + half) if varies else (None, None)
    weighting = raking.weighting
    status = status_of(n=n, low=low, high=high, scale_width=float(np.ptp(given)), least_n=least_n)
    return Estimate(
        value=mean,
        low=low,
        high=high,
        n=n,
        method=f"Student t, linearised{' for raking' if is_met else '; margins missed by capped weights'}",
        status=status if is_met or status == "too_few" else "not_comparable",
        level=level,
        n_effective=weighting.effective_n,
        design_effect=weighting.design_effect,
        least_n=least_n,
    )


def _beside_the_margins(answers: FloatArray, raking: Raking) -> FloatArray:
    """What a regression on the margins leaves of the answers."""
    columns = np.column_stack([_dummies(codes) for codes in raking.margins])
    root = np.sqrt(raking.base)
    slopes = np.linalg.lstsq(columns * root[:, None], answers * root, rcond=None)[0]
    return np.asarray(answers - columns @ slopes, dtype=np.float64)


def _same_names(margins: Mapping[str, Sequence[str]], targets: Mapping[str, Mapping[str, float]]) -> None:
    missing = sorted(set(margins) ^ set(targets))
    if missing or not margins:
        raise MissingColumns(missing or ["a margin"], present=sorted(set(margins) & set(targets)))
    lengths = {name: len(labels) for name, labels in margins.items()}
    if len(set(lengths.values())) > 1:
        raise ShapeMismatch(**lengths)
    totals = {
        name: float(inputs.counts(name, list(wanted.values())).sum()) for name, wanted in targets.items()
    }
    if min(totals.values()) <= 0 or not np.allclose(list(totals.values()), max(totals.values()), rtol=1e-6):
        raise BadParameter("targets", totals, expected="margins that add up to one population above 0")


def _coded(
    margins: Mapping[str, Sequence[str]], targets: Mapping[str, Mapping[str, float]], n: int, least_cell: int
) -> tuple[list[IntArray], list[FloatArray], dict[str, tuple[tuple[str, ...], ...]]]:
    """Cell code of every answer and population of every cell, small cells merged; margins in order of name."""
    codes, wanted, merged = [], [], {}
    for name in sorted(margins):
        labels = np.asarray(margins[name], dtype=str)
        unknown = sorted(set(labels.tolist()) - set(targets[name]))
        if unknown:
            raise BadParameter(name, unknown[0], expected="a label that has a target")
        groups = _merged_cells(labels, targets[name], min(least_cell, n))
        home = {label: code for code, group in enumerate(groups) for label in group}
        codes.append(np.array([home[label] for label in labels.tolist()], dtype=np.int64))
        wanted.append(
            np.array([sum(targets[name][label] for label in group) for group in groups], dtype=float)
        )
        merged[name] = tuple(group for group in groups if len(group) > 1)
    return codes, wanted, merged


def _merged_cells(
    labels: "np.ndarray[tuple[int, ...], np.dtype[np.str_]]", target: Mapping[str, float], least_cell: int
) -> list[tuple[str, ...]]:
    """Smallest cell joins the next smallest until all are large enough."""
    found, times = np.unique(labels, return_counts=True)
    size = dict(zip(found.tolist(), times.tolist(), strict=True))
    groups: list[tuple[tuple[str, ...], int]] = [
        ((label,), size.get(label, 0)) for label in sorted(target) if target[label] > 0 or label in size
    ]
    while len(groups) > 1:
        groups.sort(key=lambda group: (group[1], group[0]))
        if groups[0][1] >= least_cell:
            break
        first, second = groups[0], groups[1]
        groups[:2] = [(tuple(sorted(first[0] + second[0])), first[1] + second[1])]
    return sorted(group for group, _ in groups)


def _capped(
    base: FloatArray, times: FloatArray, cells: list[IntArray], wanted: list[FloatArray], cap: float
) -> tuple[FloatArray, "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]"]:
    """Rake; hold down what is above the cap; rake the rest again, until nothing is above it."""
    if not cap > 1:
        raise BadParameter("cap", cap, expected="more than 1 median")
    each = _raked(base, times, cells, wanted)
    held = np.zeros(len(each), dtype=bool)
    for _ in range(_CAPPINGS):
        limit = cap * _weighted_median(each, times)
        over = each > limit * (1 + 1e-9)
        if not over.any():
            break
        held |= over
        each = np.where(held, np.minimum(each, limit), each)
        each = _raked(each, times, cells, wanted, steps=25, strict=False)
    each = np.minimum(each, cap * _weighted_median(each, times))
    return np.asarray(each * (wanted[0].sum() / (each @ times)), dtype=np.float64), held


def _raked(
    base: FloatArray,
    times: FloatArray,
    cells: list[IntArray],
    wanted: list[FloatArray],
    *,
    steps: int = _STEPS,
    strict: bool = True,
) -> FloatArray:
    each: FloatArray = base * (wanted[0].sum() / (base @ times))
    gap = np.inf
    for _ in range(steps):
        for codes, target in zip(cells, wanted, strict=True):
            have = np.bincount(codes, weights=each * times, minlength=len(target))
            with np.errstate(invalid="ignore", divide="ignore"):
                each = each * np.where(have > 0, target / have, 1.0)[codes]
        gap = _gap(each * times, cells, wanted)
        if gap < _TOLERANCE:
            return each
    if strict and gap > _MET:
        raise DidNotConverge("raking", iterations=steps, gap=gap)
    return each


def _gap(mass: FloatArray, cells: list[IntArray], wanted: list[FloatArray]) -> float:
    return max(
        float(
            np.abs(
                np.bincount(codes, weights=mass, minlength=len(target)) / mass.sum() - target / target.sum()
            ).max()
        )
        for codes, target in zip(cells, wanted, strict=True)
    )


def _weighted_median(each: FloatArray, times: FloatArray) -> float:
    """Of the answers that have a weight: base weights of 0 must not hold all others down to 0."""
    order = np.argsort(each, kind="stable")
    reached = np.cumsum(np.where(each > 0, times, 0.0)[order])
    return float(each[order][np.searchsorted(reached, reached[-1] / 2)])


def _dummies(codes: IntArray) -> FloatArray:
    return np.asarray(codes[:, None] == np.unique(codes)[None, :], dtype=np.float64)
