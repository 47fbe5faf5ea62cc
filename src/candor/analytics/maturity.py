"""Where a programme stands, part by part: a profile with its weakest part, the wish, and how far assessors agree.

An average of levels hides the part that holds everything back, so that minimum, median and the whole profile
stand side by side. Levels are ordered, not measured: the distance from 1 to 2 need not be that from 4 to 5.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from statistics import median

import numpy as np
import numpy.typing as npt

from candor.analytics import inputs
from candor.analytics.errors import BadParameter, EmptySample, NotIdentifiable, ShapeMismatch
from candor.analytics.estimates import Estimate, Status, few_below, require_level, status_of
from candor.analytics.proportions import wilson_limits

__all__ = [
    "AreaLevel",
    "MaturityProfile",
    "cohen_kappa",
    "krippendorff_alpha_interval",
    "krippendorff_alpha_nominal",
    "krippendorff_alpha_ordinal",
    "maturity_profile",
    "weighted_kappa",
]

Array = npt.NDArray[np.float64]

RESAMPLES = 1000
DISPUTED = 2
LEAST_UNITS = 10
STEADY_UNITS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLevel:
    """One part of the programme.

    Attributes:
        area: Name.
        level: Median of the assessors; None when nobody assessed it.
        lowest, highest: Of the assessors.
        wanted: Level wished for, if any.
        gap: wanted − level, if both are known.
        is_disputed: Whether assessors differ by two levels or more: talk before acting.
        has_evidence: Whether something was attached; None when not asked.
        n: Assessors.
    """

    area: str
    level: float | None
    lowest: float | None
    highest: float | None
    wanted: float | None
    gap: float | None
    is_disputed: bool
    has_evidence: bool | None
    n: int

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "median of the assessors"

    @property
    def status(self) -> Status:
        """``too_few`` when nobody assessed it."""
        return few_below(self.n, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaturityProfile:
    """The whole.

    Attributes:
        areas: By name.
        minimum: Of the areas: what the whole can rely on (staged reading).
        middle: Median of the areas.
        mean: Of the areas, for comparison with other tools; it hides the weakest.
        weakest: Areas at the minimum.
        widest_gaps: Areas with a gap, the widest first.
        without_evidence: Areas rated without anything attached.
    """

    areas: tuple[AreaLevel, ...]
    minimum: float | None
    middle: float | None
    mean: float | None
    weakest: tuple[str, ...]
    widest_gaps: tuple[str, ...]
    without_evidence: tuple[str, ...]

    @property
    def n(self) -> int:
        """Areas that somebody assessed."""
        return sum(area.n > 0 for area in self.areas)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "minimum, median and mean of the areas’ medians"

    @property
    def status(self) -> Status:
        """``too_few`` when nothing was assessed."""
        return few_below(self.n, 1)


def maturity_profile(
    ratings: Mapping[str, Sequence[float | None]],
    *,
    wanted: Mapping[str, float] | None = None,
    evidence: Mapping[str, int] | None = None,
    lowest: float = 1,
    highest: float = 5,
) -> MaturityProfile:
    """Profile from the ratings of one or more assessors.

    Args:
        ratings: Area to levels, one per assessor; None where an assessor did not say.
        wanted: Area to the level wished for.
        evidence: Area to the number of things attached.
        lowest, highest: Ends of the scale.

    Raises:
        EmptySample: No area.
        BadParameter: A level outside the scale.

    Example:
        >>> found = maturity_profile({"people": [4], "policy": [4], "process": [4], "product": [1],
        ...                           "technology": [5], "measures": [4]})
        >>> round(found.mean, 2), found.minimum, found.weakest
        (3.67, 1, ('product',))

    Source:
        Staged and continuous reading: CMMI Product Team (2010), *CMMI for Services*, ch. 3.
    """
    if not ratings:
        raise EmptySample("areas")
    areas = tuple(
        _area(
            name,
            ratings[name],
            (wanted or {}).get(name),
            None if evidence is None else evidence.get(name, 0),
            lowest,
            highest,
        )
        for name in sorted(ratings)
    )
    known = [area.level for area in areas if area.level is not None]
    gaps = [area for area in areas if area.gap is not None and area.gap > 0]
    return MaturityProfile(
        areas=areas,
        minimum=min(known, default=None),
        middle=median(known) if known else None,
        mean=sum(known) / len(known) if known else None,
        weakest=tuple(area.area for area in areas if known and area.level == min(known)),
        widest_gaps=tuple(area.area for area in sorted(gaps, key=lambda area: (-(area.gap or 0), area.area))),
        without_evidence=tuple(
            area.area for area in areas if area.has_evidence is False and area.level is not None
        ),
    )


def cohen_kappa(
    one: Sequence[object], other: Sequence[object], *, level: float = 0.95, seed: int = 1960
) -> Estimate:
    """Agreement of two raters beyond chance: 1 is complete, 0 what chance gives. Bootstrap interval over items.

    Args:
        one, other: Category given to each item, in the same order; leave out items that one of them did not rate.
        level: Of the interval.
        seed: Of the resamples.

    Raises:
        EmptySample: No item.
        ShapeMismatch: Lengths differ.
        BadParameter: A missing rating (None or NaN).
        NotIdentifiable: Both raters gave one and the same category to all: agreement by chance is complete.

    Example:
        >>> round(cohen_kappa("aaabbbabab", "aabbbbabaa").value, 2)
        0.6

    Source:
        Cohen (1960), *Educational and Psychological Measurement* 20(1).
    """
    first, second, categories = _two_raters(one, other)
    differs = 1 - np.eye(len(categories))
    return _kappa(first, second, differs, "Cohen’s kappa", level, seed)


def weighted_kappa(
    one: Sequence[float], other: Sequence[float], *, level: float = 0.95, seed: int = 1968
) -> Estimate:
    """Agreement of two raters on ordered levels, far misses counting more (squared). As `cohen_kappa`.

    Example:
        >>> round(weighted_kappa([1, 2, 3, 4, 5], [1, 2, 3, 5, 5]).value, 2)
        0.96

    Source:
        Cohen (1968), *Psychological Bulletin* 70(4).
    """
    first, second, categories = _two_raters(one, other)
    values = inputs.finite("levels", np.array(categories, dtype=np.float64))
    differs = (values[:, None] - values[None, :]) ** 2
    return _kappa(first, second, differs, "quadratically weighted kappa", level, seed)


def krippendorff_alpha_nominal(
    ratings: Sequence[Sequence[float | None]], *, level: float = 0.95, seed: int = 1970
) -> Estimate:
    """Agreement of any number of raters on categories; missing ratings are allowed.

    Args:
        ratings: One row per rater, one column per item, None (or NaN) where missing.
        level: Of the bootstrap interval over items.
        seed: Of the resamples.

    Raises:
        EmptySample: No item with two ratings.
        ShapeMismatch: Rows of different length.
        NotIdentifiable: All ratings are the same.

    Example:
        >>> round(krippendorff_alpha_nominal([[1, 2, 3, 3], [1, 2, 3, 1], [None, 2, 3, 3]]).value, 2)
        0.74

    Source:
        Krippendorff (2004), *Content Analysis*, ch. 11; worked data: Krippendorff (2011).
    """
    return _alpha(ratings, _categories_apart, "nominal", level, seed)


def krippendorff_alpha_ordinal(
    ratings: Sequence[Sequence[float | None]], *, level: float = 0.95, seed: int = 1970
) -> Estimate:
    """As `krippendorff_alpha_nominal`, for ordered levels: distance is how many ratings lie between two levels.

    Example:
        >>> round(krippendorff_alpha_ordinal([[1, 2, 3, 3], [1, 2, 3, 1], [None, 2, 3, 3]]).value, 2)
        0.54

    Source:
        Krippendorff (2004) Content Analysis, ch. 11.
    """
    return _alpha(ratings, _ranks_apart, "ordinal", level, seed)


def krippendorff_alpha_interval(
    ratings: Sequence[Sequence[float | None]], *, level: float = 0.95, seed: int = 1970
) -> Estimate:
    """As `krippendorff_alpha_nominal`, for numbers whose differences have a meaning.

    Example:
        >>> round(krippendorff_alpha_interval([[1, 2, 3, 3], [1, 2, 3, 1], [None, 2, 3, 3]]).value, 2)
        0.52

    Source:
        Krippendorff (2004) Content Analysis, ch. 11.
    """
    return _alpha(ratings, _values_apart, "interval", level, seed)


def _categories_apart(counts: Array, values: Array) -> Array:
    return np.asarray(1 - np.eye(len(values)))


def _ranks_apart(counts: Array, values: Array) -> Array:
    """Ratings from one level to the other, each end counted half, squared."""
    middle = np.cumsum(counts) - counts / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)


def _values_apart(counts: Array, values: Array) -> Array:
    return np.asarray((values[:, None] - values[None, :]) ** 2)


def _area(
    name: str,
    levels: Sequence[float | None],
    wanted: float | None,
    attached: int | None,
    lowest: float,
    highest: float,
) -> AreaLevel:
    known = [level for level in levels if level is not None]
    for level in (*known, *(() if wanted is None else (wanted,))):
        if not lowest <= level <= highest:
            raise BadParameter(name, level, expected=f"a level from {lowest:g} to {highest:g}")
    middle = median(known) if known else None
    return AreaLevel(
        area=name,
        level=middle,
        lowest=min(known, default=None),
        highest=max(known, default=None),
        wanted=wanted,
        gap=None if wanted is None or middle is None else wanted - middle,
        is_disputed=bool(known) and max(known) - min(known) >= DISPUTED,
        has_evidence=None if attached is None else attached > 0,
        n=len(known),
    )


def _two_raters(one: Sequence[object], other: Sequence[object]) -> tuple[Array, Array, list[object]]:
    if len(one) != len(other):
        raise ShapeMismatch(one=len(one), other=len(other))
    if not len(one):
        raise EmptySample("items")
    for rating in (*one, *other):
        if rating is None or rating != rating:
            raise BadParameter("ratings", rating, expected="items that both have rated")
    pairs = sorted(zip(one, other, strict=True), key=lambda pair: (str(pair[0]), str(pair[1])))
    categories = sorted({rating for pair in pairs for rating in pair}, key=str)
    place = {category: i for i, category in enumerate(categories)}
    codes = np.array([[place[rating] for rating in pair] for pair in pairs])
    return codes[:, 0], codes[:, 1], categories


def _kappa(first: Array, second: Array, differs: Array, method: str, level: float, seed: int) -> Estimate:
    k = len(differs)

    def kappa(joint: Array) -> float:
        share = joint / joint.sum()
        by_chance = float((np.outer(share.sum(axis=1), share.sum(axis=0)) * differs).sum())
        return 1 - float((share * differs).sum()) / by_chance if by_chance > 0 else nan

    joint = np.bincount((first * k + second).astype(int), minlength=k * k).reshape(k, k).astype(np.float64)
    value = kappa(joint)
    if not isfinite(value):
        raise NotIdentifiable("agreement", because="both raters gave one category to all items")
    n = len(first)
    random = np.random.default_rng(seed)
    drawn = random.multinomial(n, joint.ravel() / n, size=RESAMPLES).reshape(-1, k, k).astype(np.float64)
    by_chance = 1 - float(joint.sum(axis=1) @ joint.sum(axis=0)) / n**2
    return _estimate(
        value, np.array([kappa(again) for again in drawn]), n, method, level, by_chance=by_chance
    )


def _alpha(
    ratings: Sequence[Sequence[float | None]],
    distance: Callable[[Array, Array], Array],
    kind: str,
    level: float,
    seed: int,
) -> Estimate:
    values, counts = _counts_by_item(ratings)

    def alpha(weights: Array) -> float:
        per_item = counts.sum(axis=1)
        coincidences = np.einsum("i,ij,ik->jk", weights / (per_item - 1), counts, counts)
        coincidences -= np.diag((weights / (per_item - 1)) @ counts)
        totals = coincidences.sum(axis=1)
        n = totals.sum()
        apart = distance(totals, values)
        expected = float((np.outer(totals, totals) * apart).sum() / (n - 1))
        return 1 - float((coincidences * apart).sum()) / expected if expected > 0 else nan

    items = len(counts)
    value = alpha(np.ones(items))
    if not isfinite(value):
        raise NotIdentifiable("agreement", because="all ratings are the same")
    random = np.random.default_rng(seed)
    again = random.multinomial(items, np.full(items, 1 / items), size=RESAMPLES).astype(np.float64)
    shares = counts.sum(axis=0) / counts.sum()
    return _estimate(
        value,
        np.array([alpha(row) for row in again]),
        items,
        f"Krippendorff’s alpha, {kind}",
        level,
        by_chance=1 - float(shares @ shares),
    )


def _counts_by_item(ratings: Sequence[Sequence[float | None]]) -> tuple[Array, Array]:
    """Distinct values, and how often each was given to each item that has two ratings or more."""
    if len({len(row) for row in ratings}) > 1:
        raise ShapeMismatch(**{f"rater_{i + 1}": len(row) for i, row in enumerate(ratings)})
    table = np.array([[np.nan if r is None else float(r) for r in row] for row in ratings], dtype=np.float64)
    if not table.size:
        raise EmptySample("items with two ratings")
    inputs.finite_or_missing("ratings", table)
    values = np.unique(table[np.isfinite(table)])
    if not len(values):
        raise EmptySample("items with two ratings")
    counts = np.stack([(table == value).sum(axis=0) for value in values], axis=1).astype(np.float64)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        raise EmptySample("items with two ratings")
    return values, counts[np.lexsort(counts.T)]


def _estimate(value: float, drawn: Array, n: int, method: str, level: float, *, by_chance: float) -> Estimate:
    """Bootstrap interval; where all agree it would have no width, and what n items can't rule out takes its place."""
    require_level(level)
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn if len(drawn) else [value], [(1 - level) / 2, (1 + level) / 2])
    how = "bootstrap over items"
    if value == 1:
        low, how = max(-1.0, _agreement_not_ruled_out(n, by_chance, level)), "Wilson limit of disagreement"
    low, high = min(float(low), value), max(float(high), value)
    status = status_of(n=n, low=low, high=high, scale_width=1, least_n=LEAST_UNITS)
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=n,
        method=f"{method}, {how}",
        status="wide" if status == "ok" and n < STEADY_UNITS else status,
        level=level,
        least_n=LEAST_UNITS,
    )


def _agreement_not_ruled_out(n: int, by_chance: float, level: float) -> float:
    """Kappa if items disagreed as often as is still credible after n without any disagreement.

    Disagreements are taken to be as far apart as those of chance, so that distances cancel.
    """
    _, most = wilson_limits(np.zeros(1), np.full(1, float(n)), level=level)
    return 1 - float(most[0]) / by_chance
