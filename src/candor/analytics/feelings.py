"""Where feeling turns on a journey: how the score of one and the same journey changes across a touchpoint.

The model is a mixed one, with a random intercept a journey and the journey's own means held (Mundlak), which gives the same
changes as a fixed level a journey: who is a friendly person, or answers more because content on the whole, does not matter;
answering only when content does. What happens between the same two answers to everybody can not be told apart, and is said to be so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from candor.analytics import cell_means, inputs
from candor.analytics.errors import BadParameter, EmptySample, ShapeMismatch
from candor.analytics.estimates import Estimate, require_level
from candor.analytics.inputs import FloatArray, IntArray, Labels
from candor.analytics.multiple_tests import benjamini_hochberg

__all__ = ["LEAST_JOURNEYS", "Contrast", "FeelingChange", "FeelingChanges", "feeling_changes"]

BoolArray: TypeAlias = NDArray[np.bool_]

LEAST_JOURNEYS = 50
"""Journeys with an answer on both sides of a touchpoint, below which its change is not told."""
LEAST_OTHERS = 20
"""Persons with a stretch with, and as many with one without the touchpoint, below which they are not held against each other."""

_ROUNDING = 1e-9
_LIGHT = 0.01  # of what all persons weigh together, which is the number of changes
_SOLE = 1e-8
_CELLS_AT_ONCE = 2_000_000

METHOD = "within-journey change (mixed model, random intercept and Mundlak means), cluster-robust t"
AGAINST = (
    "change of those who passed against those who did not, over the same other touchpoints; cluster-robust t"
)
Contrast = Literal["ok", "too_few", "not_identifiable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeelingChange:
    """How the score of the same journeys changes across one touchpoint.

    Attributes:
        touchpoint: Its name.
        change: After less before, in points of the scale; without a value unless `status` is `ok`.
        p_value, q_value: Two-sided, against no change; adjusted for all touchpoints that were tested.
        against_others: The change less that of journeys that never passed this one, on stretches as far along in the journey and
            past the same other touchpoints.
        contrast: Whether there are such journeys. `not_identifiable`: everyone passes through, so that the change can not be
            told apart from what time, or anything else that happens meanwhile, brings.
        together_with: Touchpoints that were always passed between the same answers: the change is of all of them together.
        n: Journeys with an answer on both sides.
        n_passed: Journeys with two answers or more that passed it.
        status: `not_identifiable` when nobody answered on both sides, other touchpoints always share the stretch, or every journey
            changed by the same.
        because: Why there is no change to tell, in words; empty when there is.
    """

    touchpoint: str
    change: Estimate
    p_value: float | None
    q_value: float | None
    against_others: Estimate | None
    contrast: Contrast
    together_with: tuple[str, ...]
    n: int
    n_passed: int
    status: Literal["ok", "too_few", "not_identifiable"]
    because: str
    method: str = METHOD

    @property
    def words(self) -> str:
        """One honest sentence."""
        if self.status != "ok":
            return self.because
        if self.q_value is None or self.q_value > 0.05 or self.change.value is None:
            return "No change of feeling beyond chance"
        turn = "falls" if self.change.value < 0 else "rises"
        where = (
            f"across {told_together(self.touchpoint, self.together_with)} together"
            if self.together_with
            else "here"
        )
        return f"Feeling {turn} {where}, by more than chance would explain"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeelingChanges:
    """All touchpoints of a journey, in the order given.

    Attributes:
        changes: One a touchpoint.
        lowest: The touchpoint whose change is below that of every other that can be told, beyond doubt; None when the data do not
            decide. Where others are told with it, it is one of them.
        n: Journeys with two answers or more.
        n_answers: Their answers.
        status: `too_few` when no touchpoint has enough journeys.
    """

    changes: tuple[FeelingChange, ...]
    lowest: str | None
    n: int
    n_answers: int
    status: Literal["ok", "too_few"]
    method: str = METHOD


def told_together(touchpoint: str, others: Sequence[str]) -> str:
    """The touchpoint with those that share its change: "ship and deliver"."""
    return f"{', '.join(others)} and {touchpoint}" if others else touchpoint


@dataclass(frozen=True, slots=True)
class _Fit:
    """Changes, their covariance and the degrees of freedom of each, of the columns that could be told."""

    values: FloatArray
    covariance: FloatArray
    freedom: FloatArray
    told: BoolArray
    is_still: BoolArray
    """No doubt but that of rounding: everybody changed by the same, which leaves nothing to measure chance by."""


def feeling_changes(
    *,
    touchpoints: Sequence[str],
    journeys: Labels,
    at: ArrayLike,
    scores: ArrayLike,
    passed_journeys: Labels,
    passed_touchpoints: Labels,
    passed_at: ArrayLike,
    persons: Labels | None = None,
    level: float = 0.95,
    least_n: int = LEAST_JOURNEYS,
) -> FeelingChanges:
    """The within-journey change of a score across each touchpoint.

    A touchpoint counts as passed from its first pass on. Journeys of one person are not taken as independent. Order of rows
    does not matter.

    Args:
        touchpoints: Names, in the order of the journey.
        journeys: The journey of each answer (numbers or words).
        at: When it was given, on any scale of time; an answer at the time of a pass counts as after it.
        scores: The answer, all on one scale.
        passed_journeys, passed_touchpoints, passed_at: The passes: journey, name of the touchpoint (those not among
            `touchpoints` are left aside), time.
        persons: Who answered; None takes each journey as another person.
        level: Of intervals.
        least_n: Journeys with answers on both sides below which a change is not told.

    Raises:
        EmptySample: No touchpoint.
        BadParameter: A touchpoint twice, a score or a time that is no finite number, `least_n` below 2.
        ShapeMismatch: Columns of one table differ in length.

    Source:
        Laird & Ware (1982) Biometrics 38:963; Mundlak (1978) Econometrica 46:69; Liang & Zeger (1986) Biometrika 73:13, for
        few and unequal persons as Bell & McCaffrey (2002) and Pustejovsky & Tipton (2018) JBES 36:672;
        the lowest: Gutmann & Maymin (1987) Annals of Statistics 15:456.

    Example:
        >>> import numpy as np
        >>> random, n = np.random.default_rng(1), 200
        >>> level = random.normal(4, 1, n)
        >>> asked = np.tile(np.arange(n), 3)
        >>> score = np.concatenate([level, level + 0.2, level - 0.7]) + random.normal(0, 0.5, 3 * n)
        >>> found = feeling_changes(touchpoints=["order", "delivery"], journeys=asked, at=np.repeat([0, 2, 4], n),
        ...     scores=score, passed_journeys=np.tile(np.arange(n), 2),
        ...     passed_touchpoints=np.repeat(["order", "delivery"], n), passed_at=np.repeat([1, 3], n))
        >>> [(one.touchpoint, round(one.change.value, 2), one.contrast) for one in found.changes], found.lowest
        ([('order', 0.26, 'not_identifiable'), ('delivery', -0.99, 'not_identifiable')], 'delivery')
    """
    require_level(level)
    names = _names(touchpoints)
    if not least_n >= 2:
        raise BadParameter("least_n", least_n, expected="2 or more")
    told = _Answers.of(journeys, at, scores, persons)
    passed = told.passes(names, passed_journeys, passed_touchpoints, passed_at)
    return _changes(names, told, passed, level, least_n)


def _changes(
    names: Sequence[str], told: "_Answers", passed: BoolArray, level: float, least_n: int
) -> FeelingChanges:
    crossed = _spread(passed, told.journey)
    n = _how_many_with(crossed != 0, told.journey)
    groups = _alike(crossed)
    heads = [group[-1] for group in groups]
    fit = _fit(crossed[:, heads], told.within(told.score), told.person, largest=_largest(told.score))
    place = {member: (row, group) for row, group in enumerate(groups) for member in group}
    stretches, reached = _stretches(told, passed), _how_many_with(passed, told.journey)
    found = []
    for j, name in enumerate(names):
        row, group = place.get(j, (None, []))
        one = _change(name, names, row, j, group, fit, int(n[j]), least_n=least_n, level=level)
        against, contrast = _against_others(stretches, j, group, level=level)
        if one.status != "ok":
            against, contrast = None, "too_few" if one.status == "too_few" else "not_identifiable"
        found.append(replace(one, against_others=against, contrast=contrast, n_passed=int(reached[j])))
    adjusted = _adjusted(found)
    tested = [place[j][0] for j, one in enumerate(adjusted) if one.status == "ok"]
    return FeelingChanges(
        changes=tuple(adjusted),
        lowest=_lowest([names[heads[row]] for row in tested], tested, fit, level),
        n=len(np.unique(told.journey)),
        n_answers=len(told.score),
        status="ok" if tested else "too_few",
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    """Answers of journeys that have at least two, sorted by journey and time."""

    keys: NDArray[np.generic]
    journey: IntArray
    person: IntArray
    at: FloatArray
    score: FloatArray

    @classmethod
    def of(cls, journeys: Labels, at: ArrayLike, scores: ArrayLike, persons: Labels | None) -> "_Answers":
        keys, journey = np.unique(inputs.labels("journeys", journeys), return_inverse=True)
        score, when = inputs.finite("scores", scores).ravel(), inputs.finite("at", at).ravel()
        person = (
            journey
            if persons is None
            else np.unique(inputs.labels("persons", persons), return_inverse=True)[1]
        )
        if len({len(journey), len(score), len(when), len(person)}) > 1:
            raise ShapeMismatch(journeys=len(journey), at=len(when), scores=len(score), persons=len(person))
        enough = np.bincount(journey, minlength=len(keys)) >= 2
        kept = enough[journey]
        renumbered = np.cumsum(enough) - 1
        # The score comes last, so that answers of the same moment lie alike whatever the order of rows.
        order = np.lexsort((score[kept], when[kept], journey[kept]))
        return cls(
            keys[enough],
            renumbered[journey[kept]][order].astype(np.int64),
            person[kept][order].astype(np.int64),
            when[kept][order],
            score[kept][order],
        )

    def passes(self, names: Sequence[str], journeys: Labels, touchpoints: Labels, at: ArrayLike) -> BoolArray:
        """For each answer and touchpoint, whether it had been passed by then."""
        journey = inputs.labels("passed_journeys", journeys)
        touchpoint = inputs.labels("passed_touchpoints", touchpoints)
        when = inputs.finite("passed_at", at).ravel()
        if len({len(journey), len(touchpoint), len(when)}) > 1:
            raise ShapeMismatch(
                passed_journeys=len(journey), passed_touchpoints=len(touchpoint), passed_at=len(when)
            )
        first = np.full((len(self.keys), len(names)), np.inf)
        number = {name: j for j, name in enumerate(names)}
        column = np.array([number.get(str(name), -1) for name in touchpoint.tolist()], dtype=np.int64)
        if len(self.keys) and len(journey):
            row = np.minimum(np.searchsorted(self.keys, journey), len(self.keys) - 1)
            known = (self.keys[row] == journey) & (column >= 0)
            np.minimum.at(first, (row[known], column[known]), when[known])
        return self.at[:, None] >= first[self.journey]

    def within(self, values: FloatArray) -> FloatArray:
        """Less the journey's own mean."""
        return _spread(values[:, None], self.journey)[:, 0]


def _names(touchpoints: Sequence[str]) -> list[str]:
    names = [str(name) for name in touchpoints]
    if not names:
        raise EmptySample("touchpoints")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadParameter("touchpoints", twice, expected="each touchpoint once")
    return names


def _spread(values: NDArray[np.generic], journey: IntArray) -> FloatArray:
    """Values less the mean of their journey."""
    table = values.astype(np.float64)
    if not len(table):
        return table
    size = np.bincount(journey).astype(np.float64)
    sums = np.stack([np.bincount(journey, weights=column, minlength=len(size)) for column in table.T], axis=1)
    spread: FloatArray = table - (sums / size[:, None])[journey]
    return spread


def _how_many_with(flags: BoolArray, who: IntArray) -> IntArray:
    """For each column the number of journeys, or persons, with any such answer."""
    return np.array([np.count_nonzero(np.bincount(who[column])) for column in flags.T], dtype=np.int64)


def _alike(crossed: FloatArray) -> list[list[int]]:
    """Touchpoints that split every journey's answers alike, those that split none left out."""
    groups: dict[bytes, list[int]] = {}
    for j, column in enumerate(crossed.T):
        if column.any():
            groups.setdefault(np.ascontiguousarray(column).tobytes(), []).append(j)
    return list(groups.values())


def _largest(scores: FloatArray) -> float:
    return float(np.abs(scores).max(initial=0.0))


def _fit(columns: FloatArray, score: FloatArray, person: IntArray, *, largest: float) -> _Fit:
    """Least squares with a sandwich over persons; what the columns can not tell apart is marked."""
    if not columns.shape[1]:
        return _Fit(
            np.zeros(0), np.zeros((0, 0)), np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
        )
    scale = np.sqrt((columns**2).sum(axis=0))
    unit = columns / scale
    gram = unit.T @ unit
    inverse = np.linalg.pinv(gram, rcond=1e-9, hermitian=True)
    told = np.abs(np.diag(gram @ inverse) - 1) < 1e-6
    values = inverse @ (unit.T @ score)
    size, turned = np.linalg.eigh(inverse)
    root = turned * np.sqrt(np.maximum(size, 0.0))
    meat, freedom = _by_person(unit @ root, score - unit @ values, person, root)
    covariance = root @ meat @ root.T / np.outer(scale, scale)
    is_still = np.diag(covariance) <= (_ROUNDING * largest) ** 2
    return _Fit(values / scale, covariance, freedom, told, is_still)


def _by_person(
    design: FloatArray, residual: FloatArray, person: IntArray, root: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The middle of the sandwich, and the degrees of freedom of each change (a row of the root), for a design whose columns are
    orthonormal.

    Who has many journeys bends the fit towards them: their residuals are too short by what they weigh, and few such persons leave few
    degrees of freedom. Both are put right as if noise were independent with one variance (CR2 and Satterthwaite).

    Source: Bell & McCaffrey (2002) Survey Methodology 28:169; Pustejovsky & Tipton (2018) JBES 36:672.
    """
    k = design.shape[1]
    order = np.argsort(person, kind="stable")
    starts = np.flatnonzero(np.diff(person[order], prepend=person[order[:1]] - 1))
    ends = np.append(starts, len(order))
    at_once = max(1, _CELLS_AT_ONCE // k**2)
    meat, own, square, both, crossed = (
        np.zeros((k, k)),
        np.zeros(k),
        np.zeros(k),
        np.zeros(k),
        np.zeros((k, k, k)),
    )
    for first in range(0, len(starts), at_once):
        last = min(first + at_once, len(starts))
        rows, begins = order[ends[first] : ends[last]], ends[first:last] - ends[first]
        part = design[rows]
        weight = np.stack([np.add.reduceat(part * column[:, None], begins) for column in part.T], axis=1)
        longer = _inverse_roots(weight)
        scores = np.einsum("gij,gj->gi", longer, np.add.reduceat(part * residual[rows][:, None], begins))
        meat += scores.T @ scores
        lent = np.einsum("gij,lj->gli", longer, root)
        bent = np.einsum("gli,gij->glj", lent, weight)
        alone, shared = (lent * bent).sum(axis=2), (bent**2).sum(axis=2)
        own += (alone - shared).sum(axis=0)
        square += (alone**2).sum(axis=0)
        both += (alone * shared).sum(axis=0)
        crossed += np.einsum("gli,glj->lij", bent, bent)
    spread = square - 2 * both + (crossed**2).sum(axis=(1, 2))
    return meat, np.maximum(np.divide(own**2, spread, out=np.ones(k), where=spread > 1e-12), 1.0)


def _inverse_roots(weight: FloatArray) -> FloatArray:
    """(I − W)^−½ of what each person weighs in the fit; a direction that one person tells alone is left out."""
    # Of light ones two terms of the series are exact to a millionth.
    found = np.eye(weight.shape[1]) + weight / 2 + 3 / 8 * weight @ weight
    large = np.trace(weight, axis1=1, axis2=2) > _LIGHT
    size, turned = np.linalg.eigh(weight[large])
    left = 1 - size
    stretch = np.where(left > _SOLE, 1 / np.sqrt(np.maximum(left, _SOLE)), 0.0)
    found[large] = np.einsum("gij,gj,gkj->gik", turned, stretch, turned)
    return found


def _change(
    name: str,
    names: Sequence[str],
    row: int | None,
    j: int,
    group: Sequence[int],
    fit: _Fit,
    n: int,
    *,
    least_n: int,
    level: float,
) -> FeelingChange:
    others = tuple(names[k] for k in group if k != j)
    because, status = "", "ok"
    if row is None:
        because, status = "Nobody answered both before and after it", "not_identifiable"
    elif j != group[-1]:
        because = f"Always passed between the same answers as {names[group[-1]]}, and told there"
        status = "not_identifiable"
    elif n < least_n:
        because = f"Too few journeys with an answer on both sides ({n} of at least {least_n})"
        status = "too_few"
    elif not fit.told[row]:
        because, status = "Can’t be told apart from the touchpoints around it", "not_identifiable"
    elif fit.is_still[row]:
        because, status = (
            "Every journey changed by the same: nothing to measure chance by",
            "not_identifiable",
        )
    change, p = _estimate(fit, row, n, level, least_n) if status == "ok" and row is not None else (None, None)
    empty = Estimate(
        value=None, low=None, high=None, n=n, method=METHOD, level=level, least_n=least_n,
        status="too_few" if status == "too_few" else "not_comparable",
    )  # fmt: skip
    return FeelingChange(
        touchpoint=name,
        change=change or empty,
        p_value=p,
        q_value=None,
        against_others=None,
        contrast="not_identifiable",
        together_with=others,
        n=n,
        n_passed=0,
        status=status,  # type: ignore[arg-type]
        because=because,
    )


def _estimate(fit: _Fit, row: int, n: int, level: float, least_n: int) -> tuple[Estimate, float]:
    value, error = float(fit.values[row]), float(np.sqrt(max(fit.covariance[row, row], 0.0)))
    return _with_t(value, error, n, float(fit.freedom[row]), METHOD, level, least_n)


def _with_t(
    value: float, error: float, n: int, freedom: float, method: str, level: float, least_n: int
) -> tuple[Estimate, float]:
    half = float(cell_means.t_quantile(freedom, level)) * error
    p = float(2 * cell_means.t_tail(abs(value / error), freedom))
    return (
        Estimate(
            value=value, low=value - half, high=value + half, n=n, method=method, level=level, least_n=least_n
        ),
        min(p, 1.0),
    )


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Pairs of moments with answers that follow each other in a journey: the change of the mean score, what was passed between, what
    the journey passed by its last answer, and the how-manieth stretch of the journey it is."""

    change: FloatArray
    passed: BoolArray
    ever: BoolArray
    place: IntArray
    person: IntArray


def _stretches(told: _Answers, passed: BoolArray) -> _Stretches:
    if not len(told.score):
        return _Stretches(told.score, passed, passed, told.journey, told.person)
    is_new = np.r_[True, (np.diff(told.journey) != 0) | (np.diff(told.at) != 0)]
    first = np.flatnonzero(is_new)  # of the answers of one moment, which are one mean
    score = np.add.reduceat(told.score, first) / np.diff(np.r_[first, len(is_new)])
    journey, crossed = told.journey[first], passed[first]
    same = journey[1:] == journey[:-1]
    begins = np.flatnonzero(np.r_[True, ~same])
    place = np.arange(len(journey)) - np.repeat(begins, np.diff(np.r_[begins, len(journey)]))
    last = np.r_[begins[1:], len(journey)] - 1
    ever = crossed[last][np.searchsorted(begins, np.arange(len(journey)), side="right") - 1]
    return _Stretches(
        np.diff(score)[same], (crossed[1:] & ~crossed[:-1])[same], ever[1:][same], place[1:][same], told.person[first][1:][same],
    )  # fmt: skip


def _against_others(
    stretches: _Stretches, j: int, group: Sequence[int], *, level: float
) -> tuple[Estimate | None, Contrast]:
    """The stretches on which it was passed against stretches of journeys that never passed it, as far along in their journey and with
    the same other touchpoints passed meanwhile.

    Stretches of one person hang together: it is the persons on the smaller side that count, for the threshold and for Student's t.
    """
    rest = [k for k in range(stretches.passed.shape[1]) if k != j and k not in group]
    counts = stretches.passed[:, j] | ~stretches.ever[:, j]
    has = stretches.passed[counts, j]
    if not has.any() or has.all():
        return None, "not_identifiable"
    meanwhile = _strata(stretches.passed[counts][:, rest])
    stratum = np.unique(np.c_[meanwhile, stretches.place[counts]], axis=0, return_inverse=True)[1].ravel()
    person, difference = stretches.person[counts], stretches.change[counts]
    with_it = np.bincount(stratum, weights=has)
    without = np.bincount(stratum, weights=~has)
    mixed = ((with_it > 0) & (without > 0))[stratum]
    if not mixed.any():
        return None, "not_identifiable"
    n = int(mixed.sum())
    sides = min(len(np.unique(person[mixed & side])) for side in (has, ~has))
    if sides < LEAST_OTHERS:
        return None, "too_few"
    _kept, stratum = np.unique(stratum[mixed], return_inverse=True)
    column = _spread(has[mixed][:, None], stratum)
    change = _spread(difference[mixed][:, None], stratum)[:, 0]
    fit = _fit(column, change, person[mixed], largest=_largest(difference))
    if fit.is_still[0]:
        return None, "not_identifiable"
    error = float(np.sqrt(max(fit.covariance[0, 0], 0.0)))
    freedom = min(float(sides - 1), float(fit.freedom[0]))
    found, _p = _with_t(float(fit.values[0]), error, n, freedom, AGAINST, level, 0)
    return found, "ok"


def _strata(passed: BoolArray) -> IntArray:
    """A number for each stretch, the same for those in which the same touchpoints were passed."""
    stratum = np.zeros(len(passed), dtype=np.int64)
    for start in range(0, passed.shape[1], 32):  # bits at once, so that the numbers stay small
        part = passed[:, start : start + 32]
        bits = part @ (1 << np.arange(part.shape[1], dtype=np.int64))
        both = stratum * (1 << 32) + bits if start else bits
        stratum = np.unique(both, return_inverse=True)[1].ravel().astype(np.int64)
    return stratum


def _adjusted(found: list[FeelingChange]) -> list[FeelingChange]:
    tested = [k for k, one in enumerate(found) if one.p_value is not None]
    q_values = benjamini_hochberg([found[k].p_value or 0.0 for k in tested])
    adjusted = list(found)
    for k, q in zip(tested, q_values, strict=True):
        adjusted[k] = replace(found[k], q_value=float(q))
    return adjusted


def _lowest(names: Sequence[str], rows: Sequence[int], fit: _Fit, level: float) -> str | None:
    """The lowest change, if one-sided tests put it below zero and below each other one that can be told.

    All tests must agree, so that looking at many costs nothing, and neither does having picked the lowest.
    """
    if not rows:
        return None
    low = min(range(len(rows)), key=lambda k: (fit.values[rows[k]], names[k]))
    freedom = float(min(fit.freedom[row] for row in rows))
    p_values = [_below(fit.values[rows[low]], fit.covariance[rows[low], rows[low]], freedom)]
    for k in range(len(rows)):
        if k != low:
            a, b = rows[low], rows[k]
            variance = fit.covariance[a, a] + fit.covariance[b, b] - 2 * fit.covariance[a, b]
            p_values.append(_below(fit.values[a] - fit.values[b], variance, freedom))
    return names[low] if max(p_values) < (1 - level) / 2 else None


def _below(difference: float, variance: float, freedom: float) -> float:
    if variance <= 0:
        return 0.0 if difference < 0 else 1.0
    return cell_means.t_tail(float(-difference / np.sqrt(variance)), freedom)
