"""What moves together with a score, how strongly, and whether the order of the drivers can be told at all.

Every ranking splits the explained variance (or likelihood) of the outcome into one part per driver, then
resamples the answers to see how far parts and order are chance. A line between tiers is drawn only where each driver above outweighs
each below beyond chance.

None of this shows cause: see `CAVEATS`, which a page should print beside every ranking.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from candor.analytics import cell_means, inputs
from candor.analytics.errors import EmptySample, NotEnoughHistory, NotIdentifiable, ShapeMismatch
from candor.analytics.estimates import Status, require_level
from candor.analytics.proportional_odds import log_likelihood_at_summit
from candor.analytics.relative_importance import (
    covariances,
    entry_orders,
    johnson_parts,
    lmg_parts,
    shapley_parts,
)

__all__ = [
    "CAVEATS",
    "Driver",
    "DriverRanking",
    "johnson_drivers",
    "lmg_drivers",
    "ordinal_drivers",
]

Array = npt.NDArray[np.float64]

CAVEATS = (
    "Associated with, not causing: the same person rated both, at the same moment and in the same mood.",
    "The outcome may colour the rating of the parts, rather than the parts the outcome.",
    "What was not asked, such as a late delivery, may stand behind both.",
    "A part that hardly varies shows little weight, however much it matters.",
    "Parts that move together share their weight; neither may be dropped for having little.",
)

RESAMPLES = 1000
ANSWERS_PER_DRIVER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One driver's part in the outcome.

    Attributes:
        name: As given.
        weight: Share of what all drivers together explain, 0 to 1.
        low, high: Interval of `weight` at the ranking's level, from the resamples; never down to 0, since no part is.
        part: The same in units of R² (or McFadden's R²); the parts sum to it.
        correlation: With the outcome, for its direction.
        best_rank, worst_rank: Places that stay possible, for all drivers together at the level; with few answers a little surer
            than stated (docs/methods/drivers.md has the rates).
        p_first: Share of resamples in which this driver had the largest weight. A frequency over resamples, no posterior probability.
        tier: 1 for the strongest. A tier ends only where everyone above surely outweighs everyone below; two of one tier may differ
            all the same, with a third between them (`best_rank`, `worst_rank`).
        n: Complete answers.
        method, status: Those of the ranking.
    """

    name: str
    weight: float
    low: float
    high: float
    part: float
    correlation: float
    best_rank: int
    worst_rank: int
    p_first: float
    tier: int
    n: int
    method: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRanking:
    """Drivers by tier, and by the alphabet within a tier.

    Attributes:
        drivers: Each with its interval and tier.
        r2: Explained part of the outcome by all drivers together.
        n: Complete answers used.
        n_incomplete: Answers left out because the outcome or a driver was missing.
        status: `too_few` under ten answers per driver (at least 50); `wide` when no order can be told.
    """

    drivers: tuple[Driver, ...]
    r2: float
    n: int
    n_incomplete: int
    method: str
    status: Status
    level: float

    @property
    def is_ranked(self) -> bool:
        """Whether a line can be drawn: some drivers surely outweigh all the others."""
        return len({driver.tier for driver in self.drivers}) > 1

    @property
    def words(self) -> str:
        """One sentence on what the order is worth."""
        if self.status == "too_few":
            return f"Too few answers to rank drivers ({self.n} of at least {_least_n(len(self.drivers))})."
        if len(self.drivers) == 1:
            return "There is only one driver: nothing to rank."
        first = [driver.name for driver in self.drivers if driver.tier == 1]
        some_differ = any(driver.best_rank > 1 for driver in self.drivers if driver.tier == 1)
        if not self.is_ranked:
            if some_differ:
                return f"No line can be drawn between these {len(first)} drivers: some differ beyond chance, none from all the others."
            return f"These {len(first)} drivers can’t be told apart."
        if len(first) == 1:
            return f"{first[0]} is most strongly associated with the outcome."
        told = "no line can be drawn between them" if some_differ else "not to be told apart"
        return f"Most strongly associated, and {told}: {', '.join(first)}."


def lmg_drivers(
    drivers: Mapping[str, Sequence[float]],
    outcome: Sequence[float],
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = 1980,
) -> DriverRanking:
    """Rank drivers of a numeric outcome by LMG, with bootstrap intervals for weights and order.

    Args:
        drivers: Name to ratings, each as long as `outcome`. NaN is a missing rating.
        outcome: The score; NaN is missing.
        resamples: Bootstrap resamples of whole answers.
        level: Of intervals and of the order, the latter for all drivers together.
        seed: Of resamples (and of sampled orders beyond 12 drivers).

    Returns:
        The ranking; the order of rows and of drivers changes nothing.

    Raises:
        EmptySample: No driver, or no complete answer.
        ShapeMismatch: Lengths differ.
        NotEnoughHistory: No more complete answers than drivers + 2.
        NotIdentifiable: The outcome is constant.
        BadParameter: An endless rating or score.

    Example:
        >>> random = np.random.default_rng(3)
        >>> speed, tone, tidy = random.normal(size=(3, 400))
        >>> ranking = lmg_drivers({"speed": speed, "tone": tone, "tidy": tidy}, 2 * speed + tone + random.normal(size=400))
        >>> [(driver.name, driver.tier) for driver in ranking.drivers], ranking.words
        ([('speed', 1), ('tone', 2), ('tidy', 3)], 'speed is most strongly associated with the outcome.')

    Source:
        Grömping (2006), *J. Stat. Software* 17(1), with bootstrap; simultaneous order: Mogstad, Romano,
        Shaikh & Wilhelm (2024), *Review of Economic Studies* 91(1).
    """
    return _linear_ranking(
        drivers, outcome, lambda moments: lmg_parts(moments, seed), "LMG (Shapley R²)", resamples, level, seed
    )


def johnson_drivers(
    drivers: Mapping[str, Sequence[float]],
    outcome: Sequence[float],
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = 1980,
) -> DriverRanking:
    """Rank drivers by Johnson's relative weights; arguments, result and errors as in `lmg_drivers`.

    Example:
        >>> random = np.random.default_rng(3)
        >>> speed, tone = random.normal(size=(2, 400))
        >>> johnson_drivers({"speed": speed, "tone": tone}, speed + tone + random.normal(size=400)).words
        'These 2 drivers can’t be told apart.'

    Source:
        Johnson (2000) Multivariate Behavioral Research 35:1; bootstrap: Tonidandel, LeBreton & Johnson (2009)
        Psychological Methods 14:387.
    """
    return _linear_ranking(
        drivers, outcome, johnson_parts, "Johnson relative weights", resamples, level, seed
    )


def ordinal_drivers(
    drivers: Mapping[str, Sequence[float]],
    outcome: Sequence[float],
    *,
    resamples: int = 200,
    level: float = 0.95,
    seed: int = 1980,
) -> DriverRanking:
    """Rank drivers of an ordered outcome: Shapley parts of McFadden's R² in the proportional-odds model.

    Each resample fits 2^k models (or 20 orders beyond 6 drivers), so this is for some thousand answers and
    few drivers; it takes seconds to minutes. Arguments, result and errors as in `lmg_drivers`.

    Example:
        >>> random = np.random.default_rng(3)
        >>> speed, tone = random.normal(size=(2, 300))
        >>> answer = np.digitize(2 * speed + 0.2 * tone + random.logistic(size=300), [-1, 1])
        >>> ranking = ordinal_drivers({"speed": speed, "tone": tone}, answer, resamples=50)
        >>> ranking.words
        'speed is most strongly associated with the outcome.'

    Source:
        McCullagh (1980), *JRSS-B* 42(2); McFadden (1974); Lipovetsky & Conklin (2001).
    """
    names, table, incomplete = _complete(drivers, outcome, level)
    codes = np.unique(table[:, -1], return_inverse=True)[1]

    def parts(counts: Array) -> Array:
        return np.stack([_ordinal_parts(table[:, :-1], codes, row, seed) for row in counts])

    return _ranking(names, table, incomplete, parts, "Shapley of McFadden’s R²", resamples, level, seed)


def _linear_ranking(
    drivers: Mapping[str, Sequence[float]],
    outcome: Sequence[float],
    split: Callable[[Array], Array],
    method: str,
    resamples: int,
    level: float,
    seed: int,
) -> DriverRanking:
    names, table, incomplete = _complete(drivers, outcome, level)
    return _ranking(
        names,
        table,
        incomplete,
        lambda counts: split(covariances(table, counts)),
        method,
        resamples,
        level,
        seed,
    )


def _complete(
    drivers: Mapping[str, Sequence[float]], outcome: Sequence[float], level: float
) -> tuple[list[str], Array, int]:
    """Names in the order of the alphabet, and the complete rows in an order that only their values fix."""
    require_level(level)
    if not drivers:
        raise EmptySample("drivers")
    names = sorted(drivers)
    lengths = {name: len(drivers[name]) for name in names if len(drivers[name]) != len(outcome)}
    if lengths:
        raise ShapeMismatch(outcome=len(outcome), **lengths)
    columns = [inputs.finite_or_missing(name, drivers[name]) for name in names]
    table = np.column_stack([*columns, inputs.finite_or_missing("outcome", outcome)])
    whole = np.isfinite(table).all(axis=1)
    if not whole.any():
        raise EmptySample("complete answers")
    table = table[whole]
    if len(table) < len(names) + 3:
        raise NotEnoughHistory(have=len(table), need=len(names) + 3, what="complete answers")
    if np.ptp(table[:, -1]) == 0:
        raise NotIdentifiable("drivers", because="all outcomes are the same")
    return names, table[np.lexsort(table.T)], int((~whole).sum())


def _ordinal_parts(design: Array, codes: npt.NDArray[np.intp], counts: Array, seed: int) -> Array:
    kept = counts > 0
    design, counts = design[kept], counts[kept]
    codes = np.unique(codes[kept], return_inverse=True)[1]
    k = design.shape[1]
    if codes.max() == 0:
        return np.zeros(k)
    known: dict[tuple[int, ...], float] = {}

    def height(chosen: tuple[int, ...]) -> float:
        if chosen not in known:
            known[chosen] = log_likelihood_at_summit(design[:, list(chosen)], codes, counts)
        return known[chosen]

    null = height(())
    if k <= 6:
        subsets = [tuple(j for j in range(k) if mask >> j & 1) for mask in range(2**k)]
        values = np.array([[1 - height(subset) / null] for subset in subsets])
        return np.asarray(shapley_parts(values)[0])
    parts = np.zeros(k)
    orders = entry_orders(k, 10, seed)
    for order in orders:
        for place, driver in enumerate(order):
            gain = height(tuple(sorted(order[: place + 1]))) - height(tuple(sorted(order[:place])))
            parts[driver] += gain / -null / len(orders)
    return parts


def _ranking(
    names: list[str],
    table: Array,
    incomplete: int,
    parts_of: Callable[[Array], Array],
    method: str,
    resamples: int,
    level: float,
    seed: int,
) -> DriverRanking:
    inputs.at_least_one("resamples", resamples)
    n, k = len(table), len(names)
    parts = parts_of(np.ones((1, n)))[0]
    r2 = float(parts.sum())
    weights = _normalised(parts[None])[0]
    drawn_parts = _bootstrap(parts_of, n, resamples, seed)
    drawn = _normalised(drawn_parts)
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    first = drawn == drawn.max(axis=1, keepdims=True)
    p_first = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    beats = _surely_larger(parts, drawn_parts, n - k - 1, level)
    best, worst = 1 + beats.sum(axis=0), k - beats.sum(axis=1)
    tiers = _tiers(weights, beats)
    status: Status = "ok" if max(tiers) > 1 or k == 1 else "wide"
    status = "too_few" if n < _least_n(k) else status
    method = f"{method}, bootstrap of {resamples} resamples"
    spread = table.std(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = (table - table.mean(axis=0)) / spread
        correlation = np.nan_to_num(centred[:, :-1].T @ centred[:, -1] / n)
    found = [
        Driver(
            name=name,
            weight=float(weights[j]),
            low=float(low[j]),
            high=float(high[j]),
            part=float(parts[j]),
            correlation=float(correlation[j]),
            best_rank=int(best[j]),
            worst_rank=int(worst[j]),
            p_first=float(p_first[j]),
            tier=int(tiers[j]),
            n=n,
            method=method,
            status=status,
        )
        for j, name in enumerate(names)
    ]
    return DriverRanking(
        drivers=tuple(sorted(found, key=lambda driver: (driver.tier, driver.name))),
        r2=r2,
        n=n,
        n_incomplete=incomplete,
        method=method,
        status=status,
        level=level,
    )


def _least_n(drivers: int) -> int:
    return max(50, ANSWERS_PER_DRIVER * drivers)


def _normalised(parts: Array) -> Array:
    """Shares of the whole; an outcome that nothing explains is shared equally."""
    positive = np.clip(parts, 0, None)
    total = positive.sum(axis=1, keepdims=True)
    return np.asarray(
        np.divide(positive, total, out=np.full_like(positive, 1 / parts.shape[1]), where=total > 1e-12)
    )


def _bootstrap(parts_of: Callable[[Array], Array], n: int, resamples: int, seed: int) -> Array:
    random = np.random.default_rng([seed, n])
    chunk = max(1, min(250, 20_000_000 // n))
    drawn: list[Array] = []
    for start in range(0, resamples, chunk):
        size = min(chunk, resamples - start)
        drawn.append(parts_of(random.multinomial(n, np.full(n, 1 / n), size=size).astype(np.float64)))
    return np.concatenate(drawn)


def _surely_larger(parts: Array, drawn: Array, freedom: int, level: float) -> npt.NDArray[np.bool_]:
    """[j, m] is True when driver j surely outweighs m: a studentised bootstrap over all pairs at once.

    Of the parts and not of their shares of the whole, which say the same of the order and are unsteady where little is explained.
    """
    gaps = parts[:, None] - parts[None, :]
    drawn_gaps = drawn[:, :, None] - drawn[:, None, :]
    spread = drawn_gaps.std(axis=0)
    scale = np.where(spread > 0, spread, np.inf)
    centred = np.abs(drawn_gaps - drawn_gaps.mean(axis=0)) / scale
    # The bootstrap is a little too sure of few answers: what Student's t and the fitted drivers add to the normal is added here too.
    few = (
        cell_means.t_quantile(freedom, level)
        / float(ndtri((1 + level) / 2))
        * np.sqrt(1 + (len(parts) + 1) / freedom)
    )
    limit = few * float(np.quantile(centred.reshape(len(drawn), -1).max(axis=1), level))
    sure: npt.NDArray[np.bool_] = gaps > limit * spread
    sure &= gaps > 0
    return sure


def _tiers(weights: Array, beats: npt.NDArray[np.bool_]) -> list[int]:
    """A new tier starts where everyone above surely outweighs everyone below."""
    order = np.argsort(-weights, kind="stable")
    tiers = [1] * len(order)
    for place in range(1, len(order)):
        above, below = order[:place], order[place:]
        parted = bool(beats[np.ix_(above, below)].all())
        tiers[order[place]] = tiers[order[place - 1]] + parted
    return tiers
