"""Two groups of journeys, or this month against the one before: which parts of the path differ beyond chance.

The unit is the journey: a part of the path (an edge, a step, a variant) is in so many of so many journeys. Differences are
described; why they are there is another question.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, BadParameter
from candor.analytics.estimates import Verdict, require_level
from candor.analytics.inputs import FloatArray, IntArray
from candor.analytics.multiple_tests import benjamini_hochberg
from candor.analytics.proportions import newcombe_limits, same_share_p_values

__all__ = ["PathDifference", "PathDrift", "PathPart", "compare_parts", "compare_variants", "path_drift"]

Key = TypeVar("Key", bound=Hashable)

PERMUTATIONS = 1_999
SEED = 20261126
LEAST_EXPECTED = 5.0
_CELLS_AT_ONCE = 4_000_000
_TOO_MANY_TO_DEAL = 1_000_000_000

PARTS = "difference of shares of journeys: Newcombe interval, score test (exact where few), Benjamini–Hochberg over all parts"
VARIANTS = "total variation of variants, seeded permutation of journeys"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPart(Generic[Key]):
    """How much more often a part of the path is in the journeys of one group than of the other.

    Attributes:
        key: The part: an edge, a step, a variant.
        share_now, share_before: Of the journeys of each group, those with this part.
        change, low, high: Their difference, with its interval.
        n_now, n_before: Journeys of each group.
        p_value, q_value: Two-sided; adjusted for all parts that were tested. None for parts too seldom to test.
        verdict: `higher` or `lower` by the adjusted p-value, with an interval that leaves out none.
    """

    key: Key
    share_now: float
    share_before: float
    change: float
    low: float
    high: float
    n_now: int
    n_before: int
    p_value: float | None
    q_value: float | None
    verdict: Verdict
    method: str = PARTS

    @property
    def n(self) -> int:
        return self.n_now + self.n_before

    @property
    def status(self) -> Literal["ok", "too_few"]:
        return "too_few" if self.verdict == "too_few" else "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathDifference:
    """How far two groups of journeys are apart in the paths they take.

    Attributes:
        distance: Half the sum of absolute differences of the shares of all variants, 0 to 1: the least share of one
            group's journeys that would have to take another path for the groups to be alike.
        by_chance: What the distance would be on average if the same journeys were dealt out at random to groups of these sizes. Many
            rare variants make it large, so a distance alone says nothing.
        p_value: Chance of a distance at least so large if the groups took the same paths.
        n_now, n_before: Journeys of each group.
        status: `too_few` without a journey in either.
    """

    distance: float | None
    by_chance: float | None
    p_value: float | None
    n_now: int
    n_before: int
    permutations: int
    seed: int
    status: Literal["ok", "too_few"]
    method: str = VARIANTS

    @property
    def n(self) -> int:
        return self.n_now + self.n_before

    @property
    def words(self) -> str:
        """One honest sentence."""
        if self.p_value is None:
            return "Too few journeys to compare"
        if self.p_value < 0.05:
            return "The paths differ beyond chance"
        return "No difference of paths beyond chance"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathDrift(Generic[Key]):
    """What changed in the path from one stretch of time to the next.

    Attributes:
        overall: All variants together.
        moved: The parts whose share moved beyond chance, the largest move first; empty when nothing did.
        n_tested: Parts that were tested.
        is_quiet: Nothing changed beyond chance, neither as a whole nor in a part.
        false_alarm_rate: How often at most this is not quiet although nothing changed.
    """

    overall: PathDifference
    moved: tuple[PathPart[Key], ...]
    n_tested: int
    is_quiet: bool
    false_alarm_rate: float

    @property
    def n(self) -> int:
        return self.overall.n

    @property
    def method(self) -> str:
        return f"{VARIANTS}; {PARTS}"

    @property
    def status(self) -> Literal["ok", "too_few"]:
        return self.overall.status

    @property
    def words(self) -> str:
        """One honest sentence."""
        if self.status == "too_few":
            return "Too few journeys to compare"
        if self.is_quiet:
            return "Nothing changed in the path beyond chance"
        if not self.moved:
            return "The path changed as a whole; no single part of it stands out"
        return f"{len(self.moved)} part{'s' if len(self.moved) > 1 else ''} of the path changed beyond chance"


def compare_parts(
    now: Mapping[Key, int],
    before: Mapping[Key, int],
    *,
    n_now: int,
    n_before: int,
    false_discovery_rate: float = 0.05,
    level: float = 0.95,
) -> tuple[PathPart[Key], ...]:
    """Hold the parts of the paths of two groups of journeys against each other.

    A part is tested when, were the groups alike, five journeys with it and five without would be expected in each; others are
    `too_few`. Journeys are taken as independent of each other, and a journey as belonging to one group only.

    Args:
        now, before: Journeys of each group that have the part, by part; a part that is missing has none.
        n_now, n_before: Journeys of each group.
        false_discovery_rate: Of the parts said to differ, the share that chance may explain.
        level: Of intervals.

    Returns:
        Every part, in the order of its key's words.

    Raises:
        BadCounts: A count that is negative, no whole number, or larger than its group.
        BadParameter: A rate or level outside 0 to 1.

    Source:
        Newcombe (1998) Statistics in Medicine 17:873, method 10; Fisher (1935) with mid-p; Benjamini & Hochberg (1995).

    Example:
        >>> found = compare_parts({"ask again": 90, "sign": 380}, {"ask again": 40, "sign": 390}, n_now=500, n_before=500)
        >>> [(one.key, round(one.change, 2), one.verdict) for one in found]
        [('ask again', 0.1, 'higher'), ('sign', -0.02, 'no_clear_change')]
    """
    require_level(level)
    if not 0 < false_discovery_rate < 1:
        raise BadParameter("false_discovery_rate", false_discovery_rate, expected="between 0 and 1")
    keys = sorted({*now, *before}, key=repr)
    here, there = _counts(keys, now, n_now, "now"), _counts(keys, before, n_before, "before")
    if not (keys and n_now and n_before):
        return tuple(_untested(key, here[i], there[i], n_now, n_before) for i, key in enumerate(keys))
    pooled = (here + there) / (n_now + n_before)
    smaller = min(n_now, n_before)
    testable = smaller * np.minimum(pooled, 1 - pooled) >= LEAST_EXPECTED
    sizes = np.full(len(keys), float(n_now)), np.full(len(keys), float(n_before))
    p_values = same_share_p_values(here, sizes[0], there, sizes[1])
    q_values = np.ones(len(keys))
    q_values[testable] = benjamini_hochberg(p_values[testable])
    low, high = newcombe_limits(here, sizes[0], there, sizes[1], level=level)
    return tuple(
        PathPart(
            key=key, share_now=float(here[i] / n_now), share_before=float(there[i] / n_before),
            change=float(here[i] / n_now - there[i] / n_before), low=float(low[i]), high=float(high[i]),
            n_now=n_now, n_before=n_before,
            p_value=float(p_values[i]) if testable[i] else None, q_value=float(q_values[i]) if testable[i] else None,
            verdict=_verdict(bool(testable[i]), q_values[i], low[i], high[i], false_discovery_rate),
        )
        for i, key in enumerate(keys)
    )  # fmt: skip


def compare_variants(
    now: Mapping[Key, int],
    before: Mapping[Key, int],
    *,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> PathDifference:
    """How far two groups of journeys are apart in the variants they take, and whether by more than chance.

    Labels now and before are dealt out anew among all journeys; same seed, same result, and swapping the groups changes nothing.

    Args:
        now, before: Journeys of each group by variant, every journey in one variant; put the rest of a cut list under a key of
            its own.
        permutations: How often labels are dealt out.

    Raises:
        BadCounts: A count that is negative or no whole number; a billion journeys or more.
        BadParameter: No permutation.

    Source:
        Fisher (1935), permutation test; the distance is total variation, as for two mixes in Good (2005), chapter 3.

    Example:
        >>> found = compare_variants({"abc": 300, "ac": 100}, {"abc": 340, "ac": 60})
        >>> round(found.distance, 2), round(found.by_chance, 2), found.words
        (0.1, 0.02, 'The paths differ beyond chance')
    """
    inputs.at_least_one("permutations", permutations)
    keys = sorted({*now, *before}, key=repr)
    here, there = (
        _counts(keys, side, None, name).astype(np.int64) for side, name in ((now, "now"), (before, "before"))
    )
    n_now, n_before = int(here.sum()), int(there.sum())
    if not (n_now and n_before):
        return PathDifference(
            distance=None, by_chance=None, p_value=None, n_now=n_now, n_before=n_before, permutations=permutations,
            seed=seed, status="too_few",
        )  # fmt: skip
    if n_now + n_before >= _TOO_MANY_TO_DEAL:
        raise BadCounts("journeys", n_now + n_before, expected=f"fewer than {_TOO_MANY_TO_DEAL:,} to permute")
    # Always deal the same one of the two sides, so that swapping them gives the same draws.
    dealt, rest = sorted((here, there), key=lambda side: (int(side.sum()), side.tolist()))
    distance = _distance(dealt[None, :], (dealt + rest))[0]
    drawn = _dealt(dealt + rest, int(dealt.sum()), permutations, seed)
    further = int((drawn >= distance - 1e-12).sum())
    return PathDifference(
        distance=float(distance),
        by_chance=float(drawn.mean()),
        p_value=(1 + further) / (permutations + 1),
        n_now=n_now,
        n_before=n_before,
        permutations=permutations,
        seed=seed,
        status="ok",
    )


def path_drift(
    parts_now: Mapping[Key, int],
    parts_before: Mapping[Key, int],
    *,
    variants_now: Mapping[Hashable, int],
    variants_before: Mapping[Hashable, int],
    false_alarm_rate: float = 0.05,
    level: float = 0.95,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> PathDrift[Key]:
    """What changed in the path this month against before; quiet when nothing did.

    Half of the false alarms allowed go to the variants as a whole, half to the parts: when nothing changed, anything is named in
    at most `false_alarm_rate` of months. Months of real business vary by more than chance between journeys (a campaign, a strike):
    what is found is a change of the month, and need not last.

    Args:
        parts_now, parts_before: Journeys that have each part (an edge, a step).
        variants_now, variants_before: Journeys by variant; they also tell how many journeys there are.
        false_alarm_rate: As above.
        level: Of intervals.
        permutations, seed: Of the test of variants.

    Raises:
        BadCounts: A count that is negative, no whole number, or larger than its group.
        BadParameter: A rate or level outside 0 to 1.

    Source:
        As :func:`compare_parts` and :func:`compare_variants`; the split: Bonferroni (1936).

    Example:
        >>> same = {"ask": 400, "sign": 300}
        >>> path_drift(same, same, variants_now={"as": 300, "a": 100}, variants_before={"as": 300, "a": 100}).words
        'Nothing changed in the path beyond chance'
    """
    if not 0 < false_alarm_rate < 1:
        raise BadParameter("false_alarm_rate", false_alarm_rate, expected="between 0 and 1")
    overall = compare_variants(variants_now, variants_before, permutations=permutations, seed=seed)
    parts = compare_parts(
        parts_now,
        parts_before,
        n_now=overall.n_now,
        n_before=overall.n_before,
        false_discovery_rate=false_alarm_rate / 2,
        level=level,
    )
    moved = [one for one in parts if one.verdict in {"higher", "lower"}]
    has_moved = overall.p_value is not None and overall.p_value <= false_alarm_rate / 2
    return PathDrift(
        overall=overall,
        moved=tuple(sorted(moved, key=lambda one: (-abs(one.change), repr(one.key)))),
        n_tested=sum(one.p_value is not None for one in parts),
        is_quiet=not moved and not has_moved,
        false_alarm_rate=false_alarm_rate,
    )


def _counts(keys: list[Key], given: Mapping[Key, int], most: int | None, name: str) -> FloatArray:
    if most is not None:
        inputs.whole(f"n_{name}", most)
    for key, count in given.items():
        inputs.whole(f"{key!r} {name}", count)
        if most is not None and count > most:
            raise BadCounts(f"{key!r} {name}", count, expected=f"at most {most}")
    return np.array([given.get(key, 0) for key in keys], dtype=np.float64)


def _untested(key: Key, here: float, there: float, n_now: int, n_before: int) -> PathPart[Key]:
    shares = [count / n if n else 0.0 for count, n in ((here, n_now), (there, n_before))]
    return PathPart(
        key=key, share_now=float(shares[0]), share_before=float(shares[1]), change=float(shares[0] - shares[1]),
        low=-1.0, high=1.0, n_now=n_now, n_before=n_before, p_value=None, q_value=None, verdict="too_few",
    )  # fmt: skip


def _verdict(is_testable: bool, q: float, low: float, high: float, rate: float) -> Verdict:
    if not is_testable:
        return "too_few"
    if q > rate or low <= 0 <= high:
        return "no_clear_change"
    return "higher" if low > 0 else "lower"


def _distance(dealt: IntArray, both: IntArray) -> FloatArray:
    """Half the sum of absolute differences between the shares of those dealt and of the rest, for each row."""
    size = dealt.sum(axis=1, keepdims=True)
    rest = both.sum() - size
    distance: FloatArray = np.abs(dealt / size - (both - dealt) / rest).sum(axis=1) / 2
    return distance


def _dealt(both: IntArray, size: int, permutations: int, seed: int) -> FloatArray:
    """Distances when labels are dealt out anew, a few draws at a time so that many variants fit into memory."""
    random = np.random.default_rng(seed)
    at_once = max(1, _CELLS_AT_ONCE // len(both))
    found = []
    for start in range(0, permutations, at_once):
        draws = random.multivariate_hypergeometric(
            both, size, size=min(at_once, permutations - start), method="marginals"
        )
        found.append(_distance(draws, both))
    return np.concatenate(found)
