"""What goes with leaving sooner: Cox's proportional hazards, with Efron's ties and values that change in time.

A hazard ratio of 2 says: at any moment, twice the chance to leave *now*, among those who are still there. Give a
score that changes as one row per stretch of time (`entry`); to call somebody "satisfied" from the first day
because they said so after a year counts the year they could not leave (immortal time).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr, ndtri

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, DidNotConverge, EmptySample, NotIdentifiable, ShapeMismatch
from candor.analytics.estimates import Estimate, Status, require_level

__all__ = ["CoxFit", "HazardRatio", "fit_hazards"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

EVENTS_PER_COLUMN = 10
STEPS = 50
FAR_LOG = 15.0  # of the ratio between the ends of a column, beyond which a flat likelihood is its doing
LARGEST_LOG = 700.0  # of a ratio, beyond which it overflows


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardRatio:
    """One column of the model.

    Attributes:
        name: As given.
        ratio: Of hazards per unit of the column, others held equal, with its interval.
        coefficient: Its logarithm.
        standard_error: Of the coefficient.
        p_value: Two-sided (Wald).
        p_proportional: Small values speak against one ratio for all times.
    """

    name: str
    ratio: Estimate
    coefficient: float
    standard_error: float
    p_value: float
    p_proportional: float

    @property
    def n(self) -> int:
        """Rows."""
        return self.ratio.n

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.ratio.method

    @property
    def status(self) -> Status:
        """That of the ratio."""
        return self.ratio.status


@dataclass(frozen=True, slots=True, kw_only=True)
class CoxFit:
    """A fitted model.

    Attributes:
        ratios: One per column, by name.
        log_likelihood, null_log_likelihood: Partial, with and without the columns.
        concordance: Share of comparable pairs in which the one with the higher hazard left first; ½ is chance.
            None for rows that enter late.
        p_proportional: Of all columns together.
        n, n_left: Rows, and how many left.
    """

    ratios: tuple[HazardRatio, ...]
    log_likelihood: float
    null_log_likelihood: float
    concordance: float | None
    p_proportional: float
    n: int
    n_left: int
    status: Status
    level: float

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "Cox’s proportional hazards, Efron ties"


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows in a fixed order, with what every step needs of the risk sets."""

    design: Array
    leavers: Places
    fraction: Array
    moment: Places
    by_stop: Places
    by_entry: Places
    first_stop: Places
    first_entry: Places


def fit_hazards(
    columns: Mapping[str, Sequence[float]],
    durations: npt.ArrayLike,
    has_left: npt.ArrayLike,
    *,
    entry: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Fit Cox's model by maximum partial likelihood (Efron).

    Args:
        columns: Name to values, one per row, no missing ones.
        durations: Until when each row was watched.
        has_left: Whether that row ended by leaving.
        entry: From when each row was watched (0 when not given); a customer whose score changed at day 90 is
            two rows, (0, 90] and (90, …].
        level: Of intervals.

    Raises:
        EmptySample: No row or no column.
        BadCounts: A duration that is not above its entry.
        NotIdentifiable: Nobody left, missing values, columns that are constant, follow from others, or have far too small a unit.
        DidNotConverge: A column parts leavers from stayers completely.
        ShapeMismatch: Lengths differ.

    Example:
        >>> random = np.random.default_rng(4)
        >>> unhappy = random.integers(0, 2, 800)
        >>> left_on = random.exponential(1 / (0.01 * 2.0**unhappy))
        >>> fit = fit_hazards({"unhappy": unhappy}, np.minimum(left_on, 90), left_on < 90)
        >>> fit.ratios[0].ratio.low < 2 < fit.ratios[0].ratio.high
        True

    Source:
        Cox (1972), *JRSS-B* 34(2); Efron (1977), *JASA* 72; test of proportionality: Grambsch & Therneau (1994).
    """
    require_level(level)
    names, design, start, stop, flags = _checked(columns, durations, has_left, entry)
    spread, middle = design.std(axis=0), design.mean(axis=0)
    rows = _prepare((design - middle) / spread, start, stop, flags)
    slopes, value, information = _climb(rows, names)
    covariance = np.asarray(np.linalg.inv(information)) / np.outer(spread, spread)
    coefficients, errors = slopes / spread, np.sqrt(np.diag(covariance))
    each, together = _proportional(rows, slopes, _km_before(stop, start, flags, rows))
    n_left = int(flags.sum())
    status: Status = "ok" if n_left >= EVENTS_PER_COLUMN * len(names) else "too_few"
    z = float(ndtri((1 + level) / 2))
    _refuse_endless(names, np.abs(coefficients) + z * errors)
    ratios = tuple(
        HazardRatio(
            name=name,
            ratio=Estimate(
                value=float(np.exp(coefficients[j])),
                low=float(np.exp(coefficients[j] - z * errors[j])),
                high=float(np.exp(coefficients[j] + z * errors[j])),
                n=len(stop),
                method="Cox, Efron ties, Wald interval",
                status=status,
                level=level,
            ),
            coefficient=float(coefficients[j]),
            standard_error=float(errors[j]),
            p_value=float(2 * ndtr(-abs(coefficients[j] / errors[j]))),
            p_proportional=float(each[j]),
        )
        for j, name in enumerate(names)
    )
    return CoxFit(
        ratios=ratios,
        log_likelihood=value,
        null_log_likelihood=_surface(np.zeros(len(names)), rows)[0],
        concordance=None if (start > 0).any() else _concordance(rows.design @ slopes, stop, flags),
        p_proportional=together,
        n=len(stop),
        n_left=n_left,
        status=status,
        level=level,
    )


def _refuse_endless(names: Sequence[str], logs: Array) -> None:
    for name, log in zip(names, logs, strict=True):
        if log > LARGEST_LOG:
            raise NotIdentifiable(
                "hazards", because=f"the ratio for 1 more of {name!r} is no number; give it in a larger unit"
            )


def _checked(
    columns: Mapping[str, Sequence[float]],
    durations: npt.ArrayLike,
    has_left: npt.ArrayLike,
    entry: npt.ArrayLike | None,
) -> tuple[list[str], Array, Array, Array, Flags]:
    stop = inputs.numbers("durations", durations)
    flags = inputs.flags("has_left", has_left)
    start = np.zeros(len(stop)) if entry is None else inputs.numbers("entry", entry)
    inputs.in_a_row(durations=stop, entry=start)
    names = sorted(columns)
    lengths = {"durations": len(stop), "has_left": len(flags), "entry": len(start)}
    lengths |= {name: len(columns[name]) for name in names}
    if len(set(lengths.values())) > 1:
        raise ShapeMismatch(**lengths)
    if not names or not len(stop):
        raise EmptySample("columns" if len(stop) else "rows")
    design = np.column_stack([np.asarray(columns[name], dtype=np.float64) for name in names])
    if not np.isfinite(design).all():
        raise NotIdentifiable("hazards", because="some values are missing or not finite")
    wrong = ~(np.isfinite(stop) & (start >= 0) & (stop >= start) & ((stop > start) | (entry is None)))
    if wrong.any():
        raise BadCounts("durations", float(stop[wrong][0]), expected="finite, and above the entry")
    if not flags.any():
        raise NotIdentifiable("hazards", because="nobody left")
    if np.linalg.matrix_rank(design - design.mean(axis=0)) < len(names):
        raise NotIdentifiable("hazards", because="a column is constant or follows from the others")
    if entry is None:
        start = start - 1.0  # watched before the start of time, so that who leaves at 0 was at risk then
    order = np.lexsort((*design.T, flags, start, stop))
    return names, design[order], start[order], stop[order], flags[order]


def _prepare(design: Array, start: Array, stop: Array, flags: Flags) -> _Rows:
    leavers = np.flatnonzero(flags)
    moments, moment, ties = np.unique(stop[leavers], return_inverse=True, return_counts=True)
    rank = np.arange(len(leavers)) - np.searchsorted(stop[leavers], stop[leavers], side="left")
    by_entry = np.argsort(start, kind="stable")
    return _Rows(
        design=design,
        leavers=leavers,
        fraction=rank / ties[moment],
        moment=moment,
        by_stop=np.arange(len(stop)),
        by_entry=by_entry,
        first_stop=np.searchsorted(stop, moments, side="left"),
        first_entry=np.searchsorted(start[by_entry], moments, side="left"),
    )


def _risk_sums(values: Array, rows: _Rows) -> Array:
    """Sum over the risk set of each leaver, thinned by Efron for those who left at the same moment before."""
    tail = np.zeros((1, *values.shape[1:]))
    until = np.concatenate([np.cumsum(values[rows.by_stop][::-1], axis=0)[::-1], tail])[rows.first_stop]
    not_yet = np.concatenate([np.cumsum(values[rows.by_entry][::-1], axis=0)[::-1], tail])[rows.first_entry]
    leaving = np.zeros_like(until)
    np.add.at(leaving, rows.moment, values[rows.leavers])
    shape = (-1, *([1] * (values.ndim - 1)))
    at_risk: Array = (until - not_yet)[rows.moment] - rows.fraction.reshape(shape) * leaving[rows.moment]
    return at_risk


def _moments(slopes: Array, rows: _Rows) -> tuple[Array, Array, Array, float]:
    """Per leaver: mean and covariance of the columns over its risk set; log of the risk sum; shift used."""
    linear = rows.design @ slopes
    shift = float(linear.max())
    hazard = np.exp(linear - shift)
    weighted = hazard[:, None] * rows.design
    total = _risk_sums(hazard, rows)
    mean = _risk_sums(weighted, rows) / total[:, None]
    second = _risk_sums(weighted[:, :, None] * rows.design[:, None, :], rows) / total[:, None, None]
    return mean, second - mean[:, :, None] * mean[:, None, :], np.log(total), shift


def _surface(slopes: Array, rows: _Rows) -> tuple[float, Array, Array]:
    mean, spread, log_total, shift = _moments(slopes, rows)
    own = rows.design[rows.leavers]
    value = float((own @ slopes - shift - log_total).sum())
    return value, (own - mean).sum(axis=0), spread.sum(axis=0)


def _climb(rows: _Rows, names: Sequence[str]) -> tuple[Array, float, Array]:
    slopes = np.zeros(rows.design.shape[1])
    width = np.ptp(rows.design, axis=0)
    value, gradient, information = _surface(slopes, rows)
    for _ in range(STEPS):
        step, size = np.linalg.lstsq(information, gradient, rcond=None)[0], 1.0
        moved = _surface(slopes + step, rows)
        while not moved[0] >= value - 1e-12 and size > 1e-6:
            size /= 2
            moved = _surface(slopes + size * step, rows)
        slopes = slopes + size * step
        gain, (value, gradient, information) = moved[0] - value, moved
        if abs(gain) < 1e-11 * (1 + abs(value)):
            break
    # Where a column parts them, the likelihood is flat and every further step is as long as the one before.
    apart = np.abs(step) * width
    is_unsettled = np.abs(slopes).max() > 15 or np.abs(gradient).max() > 1e-4 * (1 + abs(value))
    is_flat = np.linalg.eigvalsh(information)[0] < 1e-9 * len(rows.leavers)
    if is_unsettled or is_flat:  # or one step went so far that nothing was left to climb
        far = np.abs(slopes) * width
        apart = np.maximum(apart, np.where(far > FAR_LOG, far, 0.0))
    if apart.max() > 0.1:
        name = names[int(np.argmax(apart))]
        raise DidNotConverge(
            f"Cox regression (column {name!r} parts leavers from stayers)",
            iterations=STEPS,
            gap=float(apart.max()),
        )
    if is_unsettled:
        raise DidNotConverge("Cox regression", iterations=STEPS, gap=float(np.abs(gradient).max()))
    if is_flat:
        raise NotIdentifiable("hazards", because="the columns never differ among those at risk")
    return slopes, value, information


def _km_before(stop: Array, start: Array, flags: Flags, rows: _Rows) -> Array:
    """Kaplan–Meier just before each leaver: the clock on which proportionality is tested."""
    moments, left = np.unique(stop[flags], return_counts=True)
    at_risk = (len(stop) - rows.first_stop) - (len(stop) - rows.first_entry)
    after = np.cumprod(1 - left / at_risk)
    before = np.concatenate([[1.0], after[:-1]])
    clock: Array = before[rows.moment]
    assert len(moments) == len(after)
    return clock


def _proportional(rows: _Rows, slopes: Array, clock: Array) -> tuple[Array, float]:
    """Score test for adding column × clock: p for each column alone, and for all together."""
    mean, spread, _, _ = _moments(slopes, rows)
    clock = clock - clock.mean()
    score = ((rows.design[rows.leavers] - mean) * clock[:, None]).sum(axis=0)
    plain = spread.sum(axis=0)
    once = (clock[:, None, None] * spread).sum(axis=0)
    twice = (clock[:, None, None] ** 2 * spread).sum(axis=0)
    left = twice - once @ np.linalg.solve(plain, once)
    if not clock.any():
        return np.ones(len(score)), 1.0
    together = float(score @ np.linalg.pinv(left, hermitian=True) @ score)
    each = []
    for j in range(len(score)):
        alone = twice[j, j] - once[j] @ np.linalg.solve(plain, once[:, j])
        each.append(float(chdtrc(1, score[j] ** 2 / alone)) if alone > 1e-12 else 1.0)
    return np.array(each), float(chdtrc(len(score), max(0.0, together)))


def _concordance(risk: Array, stop: Array, flags: Flags) -> float:
    """Harrell's C: ties in risk count half; who leaves at the moment another is last seen left first.

    Counted as a merge sort would: of each two neighbouring halves, the leavers in the earlier one against all in the later one.
    """
    rising = np.argsort(risk, kind="stable")
    rank = np.empty(len(risk), dtype=np.int64)
    rank[rising] = np.cumsum(np.diff(risk[rising], prepend=risk[rising[:1]]) >= 1e-12)
    order = np.lexsort((rank, ~flags, stop))
    rank, stop, flags, place = rank[order], stop[order], flags[order], np.arange(len(order))
    size = len(order) + 1
    agree = pairs = 0.0
    half = 1
    while half < len(order):
        block, is_later = place // (2 * half), place // half % 2 == 1
        later = np.sort(block[is_later] * size + rank[is_later])
        first = flags & ~is_later
        own = block[first] * size
        begin, end = np.searchsorted(later, own), np.searchsorted(later, own + size)
        below = np.searchsorted(later, own + rank[first])
        up_to = np.searchsorted(later, own + rank[first], side="right")
        pairs += float((end - begin).sum())
        agree += float((below - begin).sum() + (up_to - begin).sum()) / 2
        half *= 2
    # Those who left at the same moment are no pair; by rising risk, they agreed only by half, where their risk is the same.
    together = np.unique(stop[flags], return_counts=True)[1]
    alike = np.unique(np.column_stack([stop, rank])[flags], axis=0, return_counts=True)[1]
    pairs -= float((together * (together - 1) // 2).sum())
    agree -= float((alike * (alike - 1) // 2).sum()) / 2
    return agree / pairs if pairs else 0.5
