"""Which aggregates may be shown so that nobody can work out one person's answer.

A *view* is a set of people (or answers) whose size and score would be shown: a team, a filter, last month. From
shown views anyone can add and subtract: the department less one team is the other team. A view is shown only if
no sum and difference of everything shown isolates fewer than `least` people; larger views go first, so that the
whole picture stays and the narrow slices give way. What was shown before (another page, an earlier wave) is handed
in as `already` and counts as known.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import floor
from typing import Literal

from candor.analytics.disclosure import (
    LEAST,
    LEAST_WIDTH,
    Knowledge,
    Person,
    ViewScore,
    attack,
    check_scale,
)
from candor.analytics.errors import BadCounts, BadParameter, MissingColumns

__all__ = [
    "Protection",
    "ShownShare",
    "Thresholds",
    "may_compare_waves",
    "protect_scores",
    "protect_views",
    "shown_share",
    "views_of",
]

Reason = Literal["too_few", "reveals_few", "nearly_known"]

LEAST_COMMENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Fewest people behind a score and behind a slice of comments. After launch they only go up.

    Example:
        >>> Thresholds().raised(scores=8)
        Thresholds(scores=8, comments=10)
    """

    scores: int = LEAST
    comments: int = LEAST_COMMENTS

    def __post_init__(self) -> None:
        if self.scores < LEAST or self.comments < max(LEAST_COMMENTS, self.scores):
            raise BadParameter(
                "thresholds",
                (self.scores, self.comments),
                expected=f"at least {LEAST} for scores, {LEAST_COMMENTS} for comments, comments not below scores",
            )

    def raised(self, *, scores: int | None = None, comments: int | None = None) -> "Thresholds":
        """New thresholds, refused when one of them would fall."""
        new = (
            scores if scores is not None else self.scores,
            comments if comments is not None else self.comments,
        )
        if new[0] < self.scores or new[1] < self.comments:
            raise BadParameter("thresholds", new, expected=f"not below {(self.scores, self.comments)}")
        return Thresholds(scores=new[0], comments=new[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What may be shown.

    Attributes:
        shown: Names of the views that may be shown, larger first.
        hidden: The others, with the reason: `too_few` people, `reveals_few` (together with what is shown it
            would isolate a few people), `nearly_known` (answers so alike that each person's is nearly known).
        was_revealed: Whether what was shown before already isolates a few people; nothing can undo that.
    """

    shown: tuple[str, ...]
    hidden: dict[str, Reason]
    was_revealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownShare:
    """A share that gives away neither a count nor unanimity.

    Attributes:
        share: Rounded to 5 %, and never 0 or 1; None when too few answered.
        words: "About 60 %", "5 % or less", "95 % or more", "Too few answers to tell (4 of at least 5)".
    """

    share: float | None
    words: str


def protect_views(
    views: Mapping[str, Collection[Person]],
    *,
    least: int = LEAST,
    first: Sequence[str] = (),
    already: Mapping[str, Collection[Person]] | None = None,
) -> Protection:
    """Choose the views that may be shown, from who is in them alone.

    Args:
        views: Name to members. Members may be people or single answers (for windows that slide in time).
        least: Fewest people that may be isolated.
        first: Names to be considered before all others, most important first; then the larger before the
            smaller, then the alphabet.
        already: Views shown before, which cannot be taken back.

    Returns:
        The choice. No sum or difference of shown views isolates between one and `least − 1` people.

    Raises:
        BadParameter: `least` below 2.
        MissingColumns: `first` names a view that does not exist.

    Example:
        A department of eight is a team of six and a team of two: with the department shown, the team of six
        would give away the two.

        >>> found = protect_views({"department": range(8), "six": range(6), "two": range(6, 8)})
        >>> found.shown, found.hidden
        (('department',), {'six': 'reveals_few', 'two': 'too_few'})

    Source:
        Hundepool et al. (2012), *Statistical Disclosure Control*, ch. 4; tracker attacks: Denning, Denning &
        Schwartz (1979), *ACM TODS* 4(1).
    """
    if least < 2:
        raise BadParameter("least", least, expected="2 or more")
    members = {name: frozenset(people) for name, people in views.items()}
    known = [frozenset(people) for _, people in sorted((already or {}).items())]
    order = _in_order(members, first)
    knowledge = Knowledge([*known, *(members[name] for name in order)], least)
    was_revealed = False
    for place in range(len(known)):
        was_revealed |= knowledge.learn_what_is_out(place)
    shown: list[str] = []
    hidden: dict[str, Reason] = {}
    for place, name in enumerate(order, start=len(known)):
        if len(members[name]) < least:
            hidden[name] = "too_few"
        elif knowledge.is_new(place) and knowledge.would_reveal(place) is not None:
            hidden[name] = "reveals_few"
        else:
            knowledge.learn(place)
            shown.append(name)
    return Protection(shown=tuple(shown), hidden=hidden, was_revealed=was_revealed)


def protect_scores(
    views: Mapping[str, Collection[Person]],
    answers: Mapping[Person, float],
    *,
    lowest: float,
    highest: float,
    least: int = LEAST,
    least_width: float = LEAST_WIDTH,
    rounding: float = 0.0,
    first: Sequence[str] = (),
    already: Mapping[str, Collection[Person]] | None = None,
) -> Protection:
    """`protect_views`, and then hide what would pin down a person by the values themselves.

    Five people with a mean at the top of the scale have all said the same. After the choice by members, the
    attacker is let loose on the shown means, and the smallest view about anyone whose answer is known more
    closely than `least_width` of the scale is hidden, until the attacker finds nobody.

    Args:
        views, least, first, already: As for `protect_views`.
        answers: Who said what; people without an answer are left out of all views.
        lowest, highest: Ends of the scale.
        least_width: Share of the scale that must stay open for every person.
        rounding: Half the step to which means are shown.

    Example:
        >>> answers = dict.fromkeys("abcde", 5) | {"f": 1, "g": 3, "h": 4, "i": 2, "j": 5}
        >>> found = protect_scores({"all": "abcdefghij", "north": "abcde"}, answers, lowest=1, highest=5)
        >>> found.shown, found.hidden
        (('all',), {'north': 'nearly_known'})

    Source:
        Homogeneity: Machanavajjhala et al. (2007), *ACM TKDD* 1(1); interval protection: Hundepool et al. (2012).
    """
    check_scale(lowest, highest)
    if not 0 <= least_width < 1:
        raise BadParameter("least_width", least_width, expected="at least 0 and below 1")
    present = {name: frozenset(people) & answers.keys() for name, people in views.items()}
    before = {name: frozenset(people) & answers.keys() for name, people in (already or {}).items()}
    found = protect_views(present, least=least, first=first, already=before)
    shown, hidden = list(found.shown), dict(found.hidden)
    fixed = [_score(people, answers, rounding) for people in before.values() if people]
    scale = {"lowest": lowest, "highest": highest, "least_width": least_width}
    out: frozenset[Person] = frozenset().union(*(leak.people for leak in attack(fixed, **scale)))
    while shown:
        scores = [_score(present[name], answers, rounding) for name in shown]
        leaks = [leak for leak in attack([*fixed, *scores], **scale) if not leak.people <= out]
        if not leaks:
            break
        closest = min(leaks, key=lambda leak: (leak.high - leak.low, sorted(map(str, leak.people))))
        about = [name for name in shown if closest.people <= present[name]] or shown
        worst = min(about, key=lambda name: (len(present[name]), name))
        shown.remove(worst)
        hidden[worst] = "nearly_known"
    return Protection(shown=tuple(shown), hidden=hidden, was_revealed=found.was_revealed or bool(out))


def may_compare_waves(before: Collection[Person], now: Collection[Person], *, least: int = LEAST) -> bool:
    """Whether a group's score in two waves may stand side by side.

    When a single person joined or left, a jump of the score is read as that person's. Changes of nobody, or of
    at least `least` people on a side, are safe.

    Example:
        >>> may_compare_waves("abcdefg", "abcdefgh"), may_compare_waves("abcdefg", "gfedcba")
        (False, True)
    """
    left, joined = set(before) - set(now), set(now) - set(before)
    return all(not side or len(side) >= least for side in (left, joined))


def shown_share(favourable: int, n: int, *, least: int = LEAST) -> ShownShare:
    """A share for display: rounded to 5 %, and never "nobody" or "everybody".

    Example:
        >>> shown_share(7, 12).words, shown_share(12, 12).words, shown_share(3, 4).words
        ('About 60 %', '95 % or more', 'Too few answers to tell (4 of at least 5)')
    """
    if not 0 <= favourable <= n:
        raise BadCounts("favourable", (favourable, n), expected="0 ≤ favourable ≤ n")
    if n < least:
        return ShownShare(share=None, words=f"Too few answers to tell ({n} of at least {least})")
    rounded = floor(20 * favourable / n + 0.5) / 20
    if rounded <= 0.05:
        return ShownShare(share=0.05, words="5 % or less")
    if rounded >= 0.95:
        return ShownShare(share=0.95, words="95 % or more")
    return ShownShare(share=rounded, words=f"About {rounded:.0%}".replace("%", " %"))


def views_of(
    people: Mapping[Person, Mapping[str, str]], *, dimensions: Sequence[str], deepest: int = 2
) -> dict[str, frozenset[Person]]:
    """Every slice of a table of people: all, each value of a dimension, each pair of values, …

    Args:
        people: Who, with their value on each dimension.
        dimensions: Which to slice by.
        deepest: How many dimensions at once.

    Raises:
        MissingColumns: Somebody has no value on a dimension.

    Example:
        >>> staff = {"ann": {"team": "A", "site": "N"}, "bob": {"team": "B", "site": "N"}}
        >>> sorted(views_of(staff, dimensions=["team", "site"], deepest=1))
        ['all', 'site=N', 'team=A', 'team=B']
    """
    missing = sorted({d for values in people.values() for d in dimensions if d not in values})
    if missing:
        raise MissingColumns(missing)
    views: dict[str, set[Person]] = {"all": set(people)}
    for depth in range(1, deepest + 1):
        for chosen in combinations(sorted(dimensions), depth):
            for person, values in people.items():
                name = " & ".join(f"{dimension}={values[dimension]}" for dimension in chosen)
                views.setdefault(name, set()).add(person)
    return {name: frozenset(members) for name, members in views.items()}


def _in_order(members: Mapping[str, frozenset[Person]], first: Sequence[str]) -> list[str]:
    missing = [name for name in first if name not in members]
    if missing:
        raise MissingColumns(missing, present=sorted(members))
    rest = sorted(members.keys() - set(first), key=lambda name: (-len(members[name]), name))
    return [*first, *rest]


def _score(people: frozenset[Person], answers: Mapping[Person, float], rounding: float) -> ViewScore:
    values = sorted(answers[person] for person in people)
    return ViewScore(people=people, mean=sum(values) / len(values), rounding=rounding)
