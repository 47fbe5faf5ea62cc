"""Observed against expected: comparing units whose customers differ.

A branch with more loan refusals gets lower scores whoever works there. So each answer's expected value is taken from
what is known of the customer and the case, never of the unit; a unit is judged by the difference. What the mix leaves
out still counts against the unit: say so beside the number.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtri

from candor.analytics import inputs
from candor.analytics.errors import BadParameter, DidNotConverge, EmptySample, NotIdentifiable, ShapeMismatch
from candor.analytics.estimates import Estimate, Status, require_level, status_of
from candor.analytics.event_rates import event_rate
from candor.analytics.inputs import FloatArray, IntArray

__all__ = [
    "UnitAgainstExpected",
    "expected_scores",
    "expected_shares",
    "observed_against_expected",
    "observed_to_expected_events",
]

_STEPS = 100
LEAST_ANSWERS = 10
"""An adjusted score of fewer answers is too few to show."""
RIDGE = 1e-6
"""Pulls coefficients towards 0 by a hair, so that a group with only favourable answers still has an end."""
_SEPARATED = 1e-3
"""If no answer is further from its expectation than this, only the ridge keeps the coefficients finite."""
_LEAST_VARIANCE = 1e-3
"""Of the favourable answers of a unit. Below it only the ridge keeps what is expected off 0 and 1."""
_ROUNDING = 1e-9
"""A difference below this part of the scale is one of rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAgainstExpected:
    """One unit: what was observed, what its mix of cases leads one to expect, and the score adjusted for the mix.

    ``adjusted`` is the score of all answers plus the unit's difference between observed and expected.
    """

    unit: Hashable
    observed: float
    expected: float
    adjusted: Estimate
    z: float

    @property
    def n(self) -> int:
        """Answers of the unit."""
        return self.adjusted.n

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.adjusted.method

    @property
    def status(self) -> Status:
        """That of the adjusted score."""
        return self.adjusted.status


def expected_shares(mix: ArrayLike, favourable: ArrayLike) -> FloatArray:
    """Expected share of every answer from a logistic regression on the mix.

    Args:
        mix: One row an answer, one column a known trait, in any unit of measure; no column for the unit.
        favourable: 0 or 1 an answer.

    Returns:
        One probability an answer; they add up to the number of favourable answers.

    Raises:
        NotIdentifiable: The mix tells favourable from unfavourable without a miss: there is no chance left to estimate.
        DidNotConverge: The regression did not settle.

    Source:
        Hosmer & Lemeshow (1995) Statistics in Medicine 14:2161.
    """
    x, y = _design(mix, favourable)
    if not np.isin(y, (0.0, 1.0)).all():
        raise BadParameter("favourable", float(y[~np.isin(y, (0.0, 1.0))][0]), expected="0 or 1")
    coefficients = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], RIDGE)
    penalty[0] = 0.0  # the constant is free, so that expected and observed totals agree
    step = np.inf
    for _ in range(_STEPS):
        share = expit(x @ coefficients)
        gradient = x.T @ (y - share) - penalty * coefficients
        curvature = (x * (share * (1 - share))[:, None]).T @ x + np.diag(penalty)
        move = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        coefficients = coefficients + move
        step = float(np.abs(move).max())
        if step < 1e-8:  # the next step of Newton’s would be its square
            return _expected(expit(x @ coefficients), y)
        if np.abs(coefficients).max() > 500:
            break
    raise DidNotConverge("logistic regression on the mix", iterations=_STEPS, gap=step)


def expected_scores(mix: ArrayLike, scores: ArrayLike) -> FloatArray:
    """Expected score of every answer from a linear regression on the mix (NPS: answers coded −1, 0, 1).

    Source: DeLong et al. (1997) Statistics in Medicine 16:2645.
    """
    x, y = _design(mix, scores)
    coefficients = np.linalg.lstsq(x, y, rcond=None)[0]
    return np.asarray(x @ coefficients, dtype=np.float64)


def observed_against_expected(
    units: Sequence[Hashable],
    observed: ArrayLike,
    expected: ArrayLike,
    *,
    level: float = 0.95,
    least_n: int = LEAST_ANSWERS,
    scale: tuple[float, float] | None = None,
) -> tuple[UnitAgainstExpected, ...]:
    """Every unit's observed mean against its expected one, in order of the units' names (numbers as numbers, before words).

    The variance of an answer comes from what was expected, never from how the unit did, so that its luck doesn't narrow its
    interval. Of a share it is ``e(1 − e)``, by the unit's own cases: hard ones vary more than those that nearly always go well.
    Of a score it is pooled over all units, and intervals depend on n only. Adjusted scores and limits are cut off at the ends
    of the ``scale`` (what was observed, if left out): a few lucky answers to hard cases would else give a share above 1. Units
    with fewer than ``least_n`` answers are ``too_few``, and so are those whose expectations leave no doubt to measure.

    Args:
        units: Whose each answer is; none missing.
        observed: 0 or 1, or the score, an answer.
        expected: Of the same answers, by :func:`expected_shares` or :func:`expected_scores` learnt from them: then both agree
            in sum. What another year expected would count the whole company's change for or against every unit.
        level: Of the intervals.
        least_n: Answers below which a unit is ``too_few``.
        scale: Its two ends.

    Raises:
        EmptySample: No answer.
        ShapeMismatch: Columns differ in length.
        BadParameter: A scale that does not hold all that was observed, or an answer without a unit.

    Source: Hosmer & Lemeshow (1995) Statistics in Medicine 14:2161; DeLong et al. (1997) Statistics in Medicine
    16:2645.
    """
    require_level(level)
    y, e = inputs.finite("observed", observed), inputs.finite("expected", expected)
    inputs.same_length(observed=y, expected=e)
    if len(units) != len(y):
        raise ShapeMismatch(units=len(units), observed=len(y))
    if len(y) == 0:
        raise EmptySample("answers")
    names, codes = _units(units)
    n = np.bincount(codes, minlength=len(names)).astype(np.float64)
    mean_observed = np.bincount(codes, weights=y, minlength=len(names)) / n
    mean_expected = np.bincount(codes, weights=e, minlength=len(names)) / n
    lowest, highest = scale if scale is not None else (float(y.min()), float(y.max()))
    if not lowest <= float(y.min()) <= float(y.max()) <= highest:
        raise BadParameter("scale", scale, expected="to hold all that was observed")
    overall, width = float(y.mean()), highest - lowest
    way, errors = _standard_errors(y, e, codes, n, width)
    z_level = float(ndtri((1 + level) / 2))
    found = []
    for name, size, mean, expectation, error in zip(
        names, n, mean_observed, mean_expected, errors.tolist(), strict=True
    ):
        off, is_known = float(mean - expectation), error > 0
        adjusted = overall + off
        low, adjusted, high = np.clip(adjusted + z_level * error * np.arange(-1, 2), lowest, highest).tolist()
        ends = (low, high) if is_known else (None, None)
        found.append(
            UnitAgainstExpected(
                unit=name,
                observed=float(mean),
                expected=float(expectation),
                adjusted=Estimate(
                    value=adjusted,
                    low=ends[0],
                    high=ends[1],
                    n=int(size),
                    method=f"observed less expected, {way}",
                    status=status_of(
                        n=int(size), low=ends[0], high=ends[1], scale_width=width, least_n=least_n
                    ),
                    level=level,
                    least_n=least_n,
                ),
                z=off / error if is_known else 0.0,
            )
        )
    return tuple(found)


def observed_to_expected_events(*, observed: int, expected: float, level: float = 0.95) -> Estimate:
    """Ratio of observed to expected events (complaints, escalations) with its exact interval; 1 is as expected.

    Source: Breslow & Day (1987) Statistical Methods in Cancer Research II, §2.3.

    >>> ratio = observed_to_expected_events(observed=15, expected=10.0)
    >>> ratio.value, round(ratio.low, 2), round(ratio.high, 2)
    (1.5, 0.84, 2.47)
    """
    return event_rate(events=observed, exposure=expected, level=level)


def _expected(share: FloatArray, y: FloatArray) -> FloatArray:
    if 0 < y.sum() < len(y) and float(np.abs(y - share).max()) < _SEPARATED:
        raise NotIdentifiable(
            "expected shares", because="the mix tells favourable from unfavourable without a miss"
        )
    return share


def _design(mix: ArrayLike, outcome: ArrayLike) -> tuple[FloatArray, FloatArray]:
    traits, y = inputs.finite("mix", mix), inputs.finite("outcome", outcome)
    if len(y) == 0 or len(traits) == 0:
        raise EmptySample("answers")
    traits = traits.reshape(len(traits), -1) if traits.ndim < 2 else traits
    if len(traits) != len(y):
        raise ShapeMismatch(mix=len(traits), outcome=len(y))
    spread = traits.std(axis=0)
    scaled = (traits - traits.mean(axis=0)) / np.where(
        spread > 0, spread, 1.0
    )  # in cents or in euros: no other answer
    return np.column_stack([np.ones(len(y)), scaled]), y


def _standard_errors(
    y: FloatArray, e: FloatArray, codes: IntArray, n: FloatArray, width: float
) -> tuple[str, FloatArray]:
    """Of each unit's difference, and how they were made; 0 where what is expected leaves no doubt to measure."""
    if np.isin(y, (0.0, 1.0)).all() and (np.abs(e - 0.5) <= 0.5 + _ROUNDING).all():
        share = np.clip(e, 0.0, 1.0)
        variances = np.bincount(codes, weights=share * (1 - share), minlength=len(n))
        return "variance of the unit’s own cases", np.sqrt(
            np.where(variances > _LEAST_VARIANCE, variances, 0.0)
        ) / n
    spread = float(np.sqrt(np.mean((y - e) ** 2)))
    is_known = spread > _ROUNDING * max(width, 1e-300)
    return "pooled variance", spread * is_known / np.sqrt(n)


def _units(units: Sequence[Hashable]) -> tuple[list[Hashable], IntArray]:
    missing = [name for name in units if name is None or name != name]  # NaN is unlike itself
    if missing:
        raise BadParameter("units", missing[0], expected="a name for every answer, none missing")
    names = sorted(set(units), key=_in_order)
    place = {name: index for index, name in enumerate(names)}
    return names, np.array([place[name] for name in units], dtype=np.int64)


def _in_order(name: Hashable) -> tuple[bool, Real | int, str, str]:
    """Numbers by size, then the rest as text: 1, 2, 10."""
    is_number = isinstance(name, Real)
    return not is_number, name if isinstance(name, Real) else 0, str(type(name)), str(name)
