"""Which aggregates may be shown so that nobody can work out one person's answer.

A *view* is a set of people (or answers) whose size and score would be shown: a team, a filter, last month. From
shown views anyone can add and subtract: the department less one team is the other team. A view is shown only if
no sum and difference of everything shown isolates fewer than `least` people; larger views go first, so that the
whole picture stays and the narrow slices give way. What was shown before (another page, an earlier wave) is handed
in as `already` and counts as known, with everybody who was in it then, gone or not.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import ceil, floor, isfinite
from typing import Literal, NamedTuple

from scipy.special import betaincinv

from candor.analytics import inputs
from candor.analytics.disclosure import (
    LEAST,
    LEAST_WIDTH,
    TINY,
    End,
    Knowledge,
    Leak,
    Person,
    ViewScore,
    attack,
    can_all_be_true,
    check_scale,
)
from candor.analytics.errors import BadCounts, BadParameter, EmptySample, MissingColumns
from candor.analytics.estimates import Estimate, Status, estimate_of, require_level

__all__ = [
    "Protection",
    "ShownShare",
    "Thresholds",
    "may_compare_waves",
    "protect_scores",
    "protect_views",
    "shown_mean",
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
        hidden: The others, in the order in which they were considered. A display says `words` of each and
            nothing more: a reason that depends on the answers would tell of the answers.
        was_revealed: Whether what was shown before already isolates a few people; nothing can undo that.
        scores: From `protect_scores`: each shown view as it may be displayed, rounded, near the ends of the scale
            only as a limit. To be kept as it is, and handed in as `already` the next time.
        reasons_for_logs: Why each hidden view is hidden, for logs that no reader of the scores sees: `too_few`
            people, `reveals_few` (with what is shown it would isolate a few people), `nearly_known` (with what is
            shown, the values leave little open about somebody).
    """

    shown: tuple[str, ...]
    hidden: tuple[str, ...]
    was_revealed: bool
    scores: dict[str, ViewScore] = field(default_factory=dict)
    reasons_for_logs: dict[str, Reason] = field(default_factory=dict, repr=False)

    @property
    def n(self) -> int:
        """Views considered."""
        return len(self.shown) + len(self.hidden)

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "cell suppression against sums and differences of views"

    @property
    def status(self) -> Status:
        """``suppressed`` when nothing may be shown."""
        return "ok" if self.shown or not self.hidden else "suppressed"

    @property
    def words(self) -> str:
        """What a display says of every hidden view, whatever the reason."""
        return "Hidden to keep answers private"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownShare:
    """A share that gives away neither a count nor unanimity.

    Attributes:
        share: Middle of the range that the words name, never 0 or 1; None when too few answered.
        words: "About 60 %", "Under 15 %", "Between 20 % and 40 %", "Over two thirds", "Too few answers to tell
            (4 of at least 5)". Every wording fits two counts or more.
        low, high: Ends of the range that the words name; None when too few answered.
        n: Answers.
    """

    share: float | None
    words: str
    low: float | None = None
    high: float | None = None
    n: int = 0

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "share in coarse steps"

    @property
    def status(self) -> Status:
        """``too_few`` below the least n."""
        return "too_few" if self.share is None else "ok"


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
        already: Views shown before, which cannot be taken back, with all their members of then.

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
        (('department',), ('six', 'two'))
        >>> found.reasons_for_logs
        {'six': 'reveals_few', 'two': 'too_few'}

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
    reasons: dict[str, Reason] = {}
    for place, name in enumerate(order, start=len(known)):
        if len(members[name]) < least:
            reasons[name] = "too_few"
        elif knowledge.is_new(place) and knowledge.would_reveal(place) is not None:
            reasons[name] = "reveals_few"
        else:
            knowledge.learn(place)
            shown.append(name)
    return Protection(
        shown=tuple(shown), hidden=tuple(reasons), was_revealed=was_revealed, reasons_for_logs=reasons
    )


def protect_scores(
    views: Mapping[str, Collection[Person]],
    answers: Mapping[Person, float],
    *,
    lowest: float,
    highest: float,
    least: int = LEAST,
    least_width: float = LEAST_WIDTH,
    rounding: float = 0.0,
    step: float = 0.0,
    first: Sequence[str] = (),
    already: Mapping[str, ViewScore] | None = None,
) -> Protection:
    """`protect_views`, and then nothing that would pin down a person by the values themselves.

    Five people with a mean at the top of the scale have all said the same. Near an end of the scale a view
    therefore shows a limit only, at a place that depends on its size and not on its answers. After that the
    attacker is let loose on exactly what would be displayed, today and before; the smallest view about anyone
    whose answer is known more closely than `least_width` of the scale is hidden, until the attacker finds nobody.

    Args:
        views, least, first: As for `protect_views`.
        answers: Who said what; people without an answer are left out of all of today's views.
        lowest, highest: Ends of the scale.
        least_width: Share of the scale that must stay open for every person.
        rounding: Half the step to which means are shown: 0.05 for one decimal.
        step: Step of the answers' scale: 1 for whole points, also of −1, 0, 1. A limit near an end then covers three outcomes at
            least; without it "or more" would be said on such a scale exactly when all are of one mind. 0 for answers of any size.
        already: What was shown before, as it was shown: the members of then (those who left included) and the
            mean on display. The same key stands for the same answer; if everybody is asked anew in each wave and
            means move, before and now contradict each other, and the earlier mean then counts for its members only.

    Returns:
        The choice, with `scores` to be displayed as they are.

    Raises:
        BadParameter: An answer or an earlier mean outside the scale, a width or rounding out of range.

    Example:
        >>> answers = dict.fromkeys("abcde", 5) | {"f": 1, "g": 3, "h": 4, "i": 2, "j": 5}
        >>> found = protect_scores({"all": "abcdefghij", "north": "abcde"}, answers, lowest=1, highest=5)
        >>> for name, score in found.scores.items():
        ...     print(round(score.low, 2), score.end or "exactly", name)
        4.0 exactly all
        4.8 or more north

    Source:
        Homogeneity: Machanavajjhala et al. (2007), *ACM TKDD* 1(1); interval protection and top coding: Hundepool
        et al. (2012).
    """
    earlier = [view for _, view in sorted((already or {}).items()) if view.people]
    _check_scores(answers, earlier, lowest, highest, least_width, rounding)
    present = {name: frozenset(people) & answers.keys() for name, people in views.items()}
    known = {name: view.people for name, view in (already or {}).items()}
    found = protect_views(present, least=least, first=first, already=known)
    if not 0 <= step <= highest - lowest:
        raise BadParameter("step", step, expected="between 0 and the width of the scale")
    scale = _Scale(lowest, highest, least_width, step)
    scores = {name: _displayed(present[name], answers, rounding, scale) for name in found.shown}
    out: frozenset[Person] = frozenset().union(*(leak.people for leak in _leaks(earlier, [], scale)))
    reasons = dict(found.reasons_for_logs)
    while leaks := [leak for leak in _leaks(earlier, [*scores.values()], scale) if not leak.people <= out]:
        if not scores:
            break
        closest = min(leaks, key=lambda leak: (leak.high - leak.low, sorted(map(str, leak.people))))
        worst = min(_about(closest.people, scores, earlier), key=lambda name: (len(present[name]), name))
        del scores[worst]
        reasons[worst] = "nearly_known"
    hidden = [name for name in _in_order(present, first) if name in reasons]
    return Protection(
        shown=tuple(scores),
        hidden=tuple(hidden),
        was_revealed=found.was_revealed or bool(out),
        scores=scores,
        reasons_for_logs={name: reasons[name] for name in hidden},
    )


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
    """A share for display that fits at least two counts: never "nobody", "everybody", or one count exactly.

    Up to 9 answers in thirds, up to 19 in fifths, up to 39 rounded to 10 %, above to 5 %. The wording of the
    others (n less favourable) is its mirror image, so that both together tell no more than one.

    Example:
        >>> [shown_share(f, n).words for f, n in ((6, 6), (7, 12), (12, 12), (23, 38), (41, 41))]
        ['Over two thirds', 'Between 40 % and 60 %', 'Over 80 %', 'About 60 %', 'Over 92.5 %']
        >>> shown_share(3, 4).words
        'Too few answers to tell (4 of at least 5)'

    Source:
        Hundepool et al. (2012) Statistical Disclosure Control, ch. 4–5 (rounding, group disclosure).
    """
    if not 0 <= favourable <= n:
        raise BadCounts("favourable", (favourable, n), expected="0 ≤ favourable ≤ n")
    wanted = max(least, LEAST)
    if n < wanted:
        return ShownShare(share=None, words=f"Too few answers to tell ({n} of at least {wanted})", n=n)
    is_many = 2 * favourable > n
    low, high = _coarse(n - favourable if is_many else favourable, n)
    if is_many:
        low, high = 1 - high, 1 - low
    return ShownShare(share=(low + high) / 2, words=_share_words(low, high, n), low=low, high=high, n=n)


def shown_mean(score: ViewScore, *, lowest: float, highest: float, level: float = 0.95) -> Estimate:
    """The interval of a mean that may be shown, made from nothing but what is shown: the mean and how many answered.

    The usual interval would tell how far the answers lie apart. This one takes the widest spread that answers with this mean can have: all at
    the two ends of the scale. The mean is then a share of n, and Clopper and Pearson's interval for it covers at least `level`, whatever n. Answers
    that lie between the ends spread less, so that it covers more for them. It is wide, and tells nothing more.
    A score shown as a limit has the interval that holds for its every mean.

    Raises:
        BadParameter: The scale has no width, or the mean lies outside of it.
        EmptySample: Nobody is in the view.

    Example:
        >>> found = shown_mean(ViewScore(people=frozenset(range(40)), mean=0.25), lowest=-1, highest=1)
        >>> found.value, round(found.low, 2), round(found.high, 2), found.n
        (0.25, -0.08, 0.55, 40)

    Source:
        Clopper & Pearson (1934) Biometrika 26:404. Largest variance at a mean: Bhatia & Davis (2000) American Mathematical Monthly 107:353.
    """
    check_scale(lowest, highest)
    require_level(level)
    if not score.people:
        raise EmptySample("people of the view")
    if not lowest <= score.mean <= highest:
        raise BadParameter("mean", score.mean, expected=f"between {lowest} and {highest}")
    n, width, tail = len(score.people), highest - lowest, (1 - level) / 2
    least, most = (n * min(max((mean - lowest) / width, 0.0), 1.0) for mean in (score.low, score.high))
    low = lowest + width * (float(betaincinv(least, n - least + 1, tail)) if least > 0 else 0.0)
    high = lowest + width * (float(betaincinv(most + 1, n - most, 1 - tail)) if most < n else 1.0)
    return estimate_of(
        score.mean, min(low, score.low), max(high, score.high), n=n, method="mean, widest interval (Clopper–Pearson)",
        scale_width=width, level=level, least_n=0,
    )  # fmt: skip


def views_of(
    people: Mapping[Person, Mapping[str, str]], *, dimensions: Sequence[str], deepest: int = 2
) -> dict[str, frozenset[Person]]:
    """Every slice of a table of people: all, each value of a dimension, each pair of values, …

    A name reads `dimension=value & dimension=value`; `&`, `=` and the backslash inside a dimension or value carry a
    backslash, so that no two slices share a name.

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

    Source:
        lattice of margins: Hundepool et al. (2012) Statistical Disclosure Control, ch. 4.
    """
    inputs.whole("deepest", deepest)
    unnamed = [d for d in dimensions if not isinstance(d, str)]
    if unnamed:
        raise BadParameter("dimensions", unnamed[0], expected="names")
    missing = sorted({d for values in people.values() for d in dimensions if d not in values})
    if missing:
        raise MissingColumns(missing)
    views: dict[str, set[Person]] = {"all": set(people)}
    for depth in range(1, min(deepest, len(dimensions)) + 1):
        for chosen in combinations(sorted(dimensions), depth):
            for person, values in people.items():
                name = " & ".join(f"{_escaped(d)}={_escaped(values[d])}" for d in chosen)
                views.setdefault(name, set()).add(person)
    return {name: frozenset(members) for name, members in views.items()}


def _in_order(members: Mapping[str, frozenset[Person]], first: Sequence[str]) -> list[str]:
    missing = [name for name in first if name not in members]
    if missing:
        raise MissingColumns(missing, present=sorted(members))
    rest = sorted(members.keys() - set(first), key=lambda name: (-len(members[name]), name))
    return [*first, *rest]


def _escaped(text: str) -> str:
    return re.sub(r"([\\&=])", r"\\\1", text)


class _Scale(NamedTuple):
    lowest: float
    highest: float
    least_width: float
    step: float = 0.0

    @property
    def width(self) -> float:
        return self.highest - self.lowest


def _check_scores(
    answers: Mapping[Person, float],
    earlier: Sequence[ViewScore],
    lowest: float,
    highest: float,
    least_width: float,
    rounding: float,
) -> None:
    check_scale(lowest, highest)
    if not 0 <= least_width < 1:
        raise BadParameter("least_width", least_width, expected="at least 0 and below 1")
    if not (isfinite(rounding) and rounding >= 0):
        raise BadParameter("rounding", rounding, expected="0 or more")
    for answer in answers.values():
        if not lowest <= answer <= highest:
            raise BadParameter("answers", answer, expected=f"between {lowest:g} and {highest:g}")
    for view in earlier:
        if not can_all_be_true([view], lowest=lowest, highest=highest):
            raise BadParameter("already", view.mean, expected=f"a mean between {lowest:g} and {highest:g}")


def _displayed(
    people: frozenset[Person], answers: Mapping[Person, float], rounding: float, scale: _Scale
) -> ViewScore:
    """The mean as shown: rounded, and only a limit where n answers alone would leave too little open.

    With n people, a mean within `least_width`/n of an end leaves less than `least_width` open for each of them; and on a scale of
    steps the limit covers the end and two steps of one person beside it, so that it is not said of unanimous groups alone.
    """
    values = sorted(answers[person] for person in people)
    mean = sum(values) / len(values)
    near = max(scale.least_width * scale.width, 2 * scale.step) / len(people)
    floor_end, ceiling = scale.lowest + near, scale.highest - near
    if rounding:
        step = 2 * rounding
        mean = round(round(mean / step) * step, 12)
        floor_end = round(ceil(floor_end / step - 1e-9) * step, 12)
        ceiling = round(floor(ceiling / step + 1e-9) * step, 12)
    if near and mean >= ceiling - TINY:
        return _limit(people, ceiling - rounding, scale.highest, "or more")
    if near and mean <= floor_end + TINY:
        return _limit(people, scale.lowest, floor_end + rounding, "or less")
    return ViewScore(people=people, mean=mean, rounding=rounding)


def _limit(people: frozenset[Person], low: float, high: float, end: End) -> ViewScore:
    return ViewScore(people=people, mean=(low + high) / 2, rounding=(high - low) / 2, end=end)


def _leaks(earlier: Sequence[ViewScore], now: Sequence[ViewScore], scale: _Scale) -> tuple[Leak, ...]:
    """What the attacker learns from today and from as much of the past as can be true beside it."""
    ends = {"lowest": scale.lowest, "highest": scale.highest}
    believed = list(earlier)
    if not can_all_be_true([*earlier, *now], **ends):
        believed = []
        for view in earlier:
            if can_all_be_true([*believed, view, *now], **ends):
                believed.append(view)
    return attack([*believed, *now], **ends, least_width=scale.least_width, step=scale.step or None)


def _about(
    people: frozenset[Person], scores: Mapping[str, ViewScore], earlier: Sequence[ViewScore]
) -> list[str]:
    """Views to choose from when these people are known too well: theirs, else those that meet an earlier one of theirs."""
    own = [name for name, view in scores.items() if people <= view.people]
    beside = [
        name
        for name, view in scores.items()
        if any(people <= before.people and before.people & view.people for before in earlier)
    ]
    return own or beside or list(scores)


def _coarse(few: int, n: int) -> tuple[float, float]:
    """Range of a share of at most one half that fits two counts or more; what lies on an edge goes to the middle."""
    for parts, below in ((3, 10), (5, 20)):
        if n < below:
            place = few * parts // n
            return place / parts, (place + 1) / parts
    parts = 10 if n < 40 else 20
    place = (2 * few * parts + n) // (2 * n)
    return (0.0, 1.5 / parts) if place <= 1 else ((place - 0.5) / parts, (place + 0.5) / parts)


def _share_words(low: float, high: float, n: int) -> str:
    if n < 10:
        place = round(low * 3)
        return ("Under a third", "Between a third and two thirds", "Over two thirds")[place]
    if low <= 0:
        return f"Under {100 * high:.3g} %"
    if high >= 1:
        return f"Over {100 * low:.3g} %"
    if n < 20:
        return f"Between {100 * low:.0f} % and {100 * high:.0f} %"
    return f"About {50 * (low + high):.0f} %"
