"""The attacker: what sums and differences of shown views, and the values in them, give away about few people.

`privacy` decides what may be shown by letting this attacker try first.
"""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, floor, isfinite
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from candor.analytics import inputs
from candor.analytics.errors import BadParameter

__all__ = ["Leak", "ViewScore", "attack", "can_all_be_true", "revealed_groups"]

Array = npt.NDArray[np.float64]
Person = Hashable
End = Literal["", "or less", "or more"]

LEAST = 5
LEAST_WIDTH = 0.25
TINY = 1e-8
SAME = 1e-11
MOST_HALVES = 600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewScore:
    """A view as it is shown: who is in it (an insider knows), and the mean, rounded or not.

    Attributes:
        people: Members.
        mean: As shown.
        rounding: Half the step of rounding: 0.05 for one decimal, 0 for exact.
        end: For a mean so near an end of the scale that only a limit is shown: "or more" with `low`, "or less"
            with `high`; `mean` and `rounding` are then middle and half the width of what is left open.
    """

    people: frozenset[Person]
    mean: float
    rounding: float = 0.0
    end: End = ""

    @property
    def low(self) -> float:
        """The least the mean can be."""
        return self.mean - self.rounding

    @property
    def high(self) -> float:
        """The most the mean can be."""
        return self.mean + self.rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """What an attacker learns about each of a few people who cannot be told apart.

    Attributes:
        people: Who.
        low, high: Range in which the answer of *each* of them must lie.
        is_exact: Whether nothing is left to guess.
    """

    people: frozenset[Person]
    low: float
    high: float
    is_exact: bool


def attack(
    shown: Sequence[ViewScore],
    *,
    lowest: float,
    highest: float,
    least_width: float = LEAST_WIDTH,
    step: float | None = None,
) -> tuple[Leak, ...]:
    """Try to learn one person's answer from everything shown, knowing who is in which view.

    The attacker splits people into those who are always seen together, and bounds what each of these groups,
    and then each person in it, can have said (linear programming).

    Args:
        shown: All that is visible, on all pages and waves.
        lowest, highest: Ends of the scale, known to the attacker.
        least_width: Ranges narrower than this share of the scale are leaks.
        step: Step of the scale (1 for whole points), if the attacker knows it. Each person's range is kept to it, sums are not, so
            that an attacker who reckons those in whole points may come a little closer.

    Returns:
        People whose answer is pinned down, in the order of the views.

    Example:
        A team of six with mean 7.5; without one member five remain with mean 8.6.

        >>> team = ViewScore(people=frozenset("abcdef"), mean=7.5)
        >>> rest = ViewScore(people=frozenset("abcde"), mean=8.6)
        >>> leak = attack([team, rest], lowest=0, highest=10)[0]
        >>> sorted(leak.people), round(leak.low, 6), leak.is_exact
        (['f'], 2.0, True)

    Source:
        Denning, Denning & Schwartz (1979) ACM TODS 4:76 (trackers).
    """
    check_scale(lowest, highest)
    if step is not None and not step > 0:
        raise BadParameter("step", step, expected="above 0, or None where the attacker does not know it")
    views = [view for view in shown if view.people]
    if not views:
        return ()
    atoms, sizes, rows = _atoms([view.people for view in views])
    slack = 1e-9 * (highest - lowest)
    matrix, limit = _equations(views, sizes, rows, slack)
    bounds = [(n * lowest, n * highest) for n in sizes]
    seen_low, seen_high = np.full(len(atoms), np.inf), np.full(len(atoms), -np.inf)
    leaks = []
    for place, people in enumerate(atoms):
        for sign in (1, -1):
            low, high = _of_one(seen_low[place], seen_high[place], sizes[place], lowest, highest, step)
            if high - low >= least_width * (highest - lowest):
                break
            goal = np.zeros(len(atoms))
            goal[place] = sign
            solved = linprog(goal, A_ub=matrix, b_ub=limit, bounds=bounds, method="highs")
            if solved.x is None:
                raise BadParameter("shown", "means", expected="means that can all be true together")
            seen_low, seen_high = np.minimum(seen_low, solved.x), np.maximum(seen_high, solved.x)
        low, high = _of_one(seen_low[place], seen_high[place], sizes[place], lowest, highest, step)
        if high - low < least_width * (highest - lowest) - 1e-6:
            exact = high - low <= 1e-6 * (highest - lowest) + 2 * (slack + max(v.rounding for v in views))
            leaks.append(Leak(people=people, low=low, high=high, is_exact=bool(exact)))
    return tuple(leaks)


def can_all_be_true(shown: Sequence[ViewScore], *, lowest: float, highest: float) -> bool:
    """Whether some answers on the scale give all these means at once; if not, somebody has changed an answer.

    Example:
        >>> before, now = (ViewScore(people=frozenset("abcde"), mean=m) for m in (3.0, 4.0))
        >>> can_all_be_true([before, now], lowest=1, highest=5)
        False
    """
    check_scale(lowest, highest)
    views = [view for view in shown if view.people]
    if not views:
        return True
    _, sizes, rows = _atoms([view.people for view in views])
    matrix, limit = _equations(views, sizes, rows, 1e-9 * (highest - lowest))
    bounds = [(n * lowest, n * highest) for n in sizes]
    solved = linprog(np.zeros(len(sizes)), A_ub=matrix, b_ub=limit, bounds=bounds, method="highs")
    return solved.x is not None


def _equations(views: Sequence[ViewScore], sizes: Array, rows: Array, slack: float) -> tuple[Array, Array]:
    """What the means say of the sums of atoms: matrix · sums ≤ limit."""
    totals = rows @ sizes
    least = np.array([view.low for view in views]) - slack
    most = np.array([view.high for view in views]) + slack
    return np.vstack([rows, -rows]), np.concatenate([totals * most, -totals * least])


def revealed_groups(shown: Sequence[Collection[Person]], *, least: int = LEAST) -> frozenset[Person] | None:
    """A group of fewer than `least` people that sums and differences of shown views isolate; None if there is none.

    Example:
        >>> sorted(revealed_groups(["abcdefgh", "abc", "defg"], least=3))
        ['h']

    Source:
        Denning, Denning & Schwartz (1979) ACM TODS 4:76.
    """
    inputs.whole("least", least)
    knowledge = Knowledge([frozenset(people) for people in shown], least)
    for place in range(len(shown)):
        found = knowledge.would_reveal(place) if knowledge.is_new(place) else None
        if found is not None:
            return found
        knowledge.learn(place)
    return None


class Knowledge:
    """What sums and differences of the learnt views determine, kept as the null space of their matrix.

    People who are in the same views are one atom. A group U of atoms is determined exactly when the rows of the
    null space that belong to U sum to zero.
    """

    def __init__(self, views: Sequence[frozenset[Person]], least: int) -> None:
        self.atoms, self.sizes, self.rows = _atoms(views)
        self.least = least
        self.null = np.eye(len(self.atoms))
        self.small = [place for place, size in enumerate(self.sizes) if size < least]
        self.random = np.random.default_rng(1979)
        self.known_halves: tuple[int, list[npt.NDArray[np.intp]]] | None = None

    def is_new(self, place: int) -> bool:
        """Whether the view tells anything that is not known."""
        seen = self.rows[place] @ self.null
        return bool(seen.size) and float(np.abs(seen).max()) > TINY

    def learn(self, place: int) -> None:
        if self.is_new(place):
            self.null = self._after(place)

    def learn_what_is_out(self, place: int) -> bool:
        """Learn a view that cannot be taken back; whoever it isolates has nothing left to protect."""
        has_revealed = False
        while (found := self.would_reveal(place)) is not None:
            self.small = [atom for atom in self.small if not self.atoms[atom] <= found]
            has_revealed = True
        self.learn(place)
        return has_revealed

    def would_reveal(self, place: int) -> frozenset[Person] | None:
        """A group of fewer than `least` people that would be isolated."""
        if not self.small:
            return None
        null = self._after(place) if self.is_new(place) else self.null
        found = self._isolated(null[self.small])
        if found is None:
            return None
        return frozenset().union(*(self.atoms[self.small[i]] for i in found))

    def _after(self, place: int) -> Array:
        seen = self.rows[place] @ self.null
        pivot = int(np.argmax(np.abs(seen)))
        reduced = self.null - np.outer(self.null[:, pivot], seen / seen[pivot])
        kept = np.delete(reduced, pivot, axis=1)
        kept[np.abs(kept) < 1e-11] = 0
        return np.asarray(kept)

    def _isolated(self, vectors: Array) -> tuple[int, ...] | None:
        """Few atoms whose vectors sum to zero: halves that meet in the middle, or an integer programme."""
        sizes = [int(self.sizes[place]) for place in self.small]
        if vectors.shape[1] == 0:
            return (0,)
        half = ceil((self.least - 1) / 2)
        if _number_of_halves(len(sizes), half) > MOST_HALVES:
            return self._isolated_by_programme(vectors, np.array(sizes))
        key = vectors @ self.random.normal(size=vectors.shape[1])
        halves = self._halves(half, sizes)
        sums = np.concatenate([key[subset].sum(axis=1) for subset in halves])
        totals = np.concatenate([np.array(sizes)[subset].sum(axis=1) for subset in halves])
        for total in range(self.least // 2 + 1):
            one = np.flatnonzero(totals == total)
            rest = np.flatnonzero((totals >= max(1, total)) & (totals < self.least - total))
            for place, other in _cancelling(sums, one, rest):
                whole = tuple(sorted({*_pick(halves, place), *_pick(halves, other)}))
                if sum(sizes[i] for i in whole) == totals[place] + totals[other] and _is_zero(vectors, whole):
                    return whole
        return None

    def _halves(self, half: int, sizes: list[int]) -> list[npt.NDArray[np.intp]]:
        """All sets of up to `half` atoms and fewer than `least` people, one array per number of atoms."""
        if self.known_halves is None or self.known_halves[0] != len(sizes):
            found = []
            for count in range(half + 1):
                sets = [
                    c for c in combinations(range(len(sizes)), count) if sum(sizes[i] for i in c) < self.least
                ]
                found.append(np.array(sets, dtype=np.intp).reshape(len(sets), count))
            self.known_halves = (len(sizes), found)
        return self.known_halves[1]

    def _isolated_by_programme(self, vectors: Array, sizes: npt.NDArray[np.intp]) -> tuple[int, ...] | None:
        constraints = [
            LinearConstraint(vectors.T, -TINY, TINY),
            LinearConstraint(sizes[None, :].astype(float), 1, self.least - 1),
        ]
        solved = milp(
            sizes.astype(float),
            constraints=constraints,
            integrality=np.ones(len(sizes), dtype=int),
            bounds=Bounds(0, 1),
        )
        return tuple(np.flatnonzero(solved.x > 0.5).tolist()) if solved.x is not None else None


def _atoms(views: Sequence[frozenset[Person]]) -> tuple[list[frozenset[Person]], Array, Array]:
    """People by the views they are in: members, sizes, and a 0/1 row per view."""
    signature: dict[Person, int] = {}
    for place, people in enumerate(views):
        for person in people:
            signature[person] = signature.get(person, 0) | 1 << place
    groups: dict[int, set[Person]] = {}
    for person, mark in signature.items():
        groups.setdefault(mark, set()).add(person)
    marks = sorted(groups)
    rows = np.array([[float(mark >> place & 1) for mark in marks] for place in range(len(views))])
    sizes = np.array([float(len(groups[mark])) for mark in marks])
    return [frozenset(groups[mark]) for mark in marks], sizes, rows.reshape(len(views), len(marks))


def _number_of_halves(atoms: int, half: int) -> float:
    total = term = 1.0
    for k in range(half):
        term *= (atoms - k) / (k + 1)
        total += max(0.0, term)
    return total


def _cancelling(
    sums: Array, one: npt.NDArray[np.intp], rest: npt.NDArray[np.intp]
) -> Iterator[tuple[int, int]]:
    """Pairs, one from each list, whose sums add up to nothing."""
    targets = np.sort(sums[rest])
    wanted = np.sort(-sums[one])
    if (np.searchsorted(targets, wanted + SAME) == np.searchsorted(targets, wanted - SAME)).all():
        return
    order = rest[np.argsort(sums[rest], kind="stable")]
    start = np.searchsorted(targets, -sums[one] - SAME)
    end = np.searchsorted(targets, -sums[one] + SAME)
    for place in np.flatnonzero(end > start):
        for other in order[start[place] : end[place]]:
            yield int(one[place]), int(other)


def _pick(halves: Sequence[npt.NDArray[np.intp]], place: int) -> tuple[int, ...]:
    for subset in halves:
        if place < len(subset):
            return tuple(subset[place].tolist())
        place -= len(subset)
    raise IndexError(place)


def _is_zero(vectors: Array, subset: Sequence[int]) -> bool:
    return float(np.abs(vectors[list(subset)].sum(axis=0)).max()) < 1e-6


def _of_one(
    low: float, high: float, size: float, lowest: float, highest: float, step: float | None
) -> tuple[float, float]:
    """Range of one person's answer when the sum of `size` people lies between low and high."""
    if low > high:
        return lowest, lowest
    least = max(lowest, float(low - (size - 1) * highest))
    most = min(highest, float(high - (size - 1) * lowest))
    if step is not None:
        least = lowest + ceil((least - lowest) / step - 1e-6) * step
        most = lowest + floor((most - lowest) / step + 1e-6) * step
    return least, max(least, most)


def check_scale(lowest: float, highest: float) -> None:
    if not (isfinite(lowest) and isfinite(highest) and lowest < highest):
        raise BadParameter("scale", (lowest, highest), expected="lowest below highest")
