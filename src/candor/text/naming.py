"""Names for groups of comments: the words that the group uses and the others do not.

Class-based TF-IDF (Grootendorst 2022): ``tf · ln(1 + A / f)``, with tf the share of a group's comments that use a term, f the
share of all comments that do, and A the mean number of terms in a comment. Comments are counted, not uses, so that no
single long comment names a theme.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from candor.text.vectors import Bag

MOST_NAME_TERMS = 5
LEAST_NAME_TERMS = 3
LEAST_SHARE_IN_GROUP = 0.06
LEAST_LIFT = 2.5
LEAST_NAMED_SHARE = 0.6
LEAST_ODDS = 4.0
PROFILE_TERMS = 50
_PAIR_BONUS = 1.6  # two words say what one leaves open: "overdraft fee", not "fee"
_PAIR_REPLACES_WORD = 0.35  # share of the comments with the word that have the pair


@dataclass(frozen=True, slots=True)
class Profile:
    """The words of one group.

    Attributes:
        terms: Up to five words or pairs of words as people wrote them, the most telling first.
        words: The fifty highest c-TF-IDF weights by stem, of length one together.
        named_share: Share of the group's comments that use at least one of `terms`.
    """

    terms: tuple[str, ...]
    words: dict[str, float]
    named_share: float

    @property
    def is_named(self) -> bool:
        """Whether enough of the comments use the words that set the group apart."""
        return len(self.terms) > 0 and self.named_share >= LEAST_NAMED_SHARE


class Surfaces:
    """What people wrote for a stem: the most frequent form, of equals the first in the alphabet."""

    def __init__(self) -> None:
        self._forms: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, stem: str, surface: str) -> None:
        self._forms[stem][surface] += 1

    def __getitem__(self, stem: str) -> str:
        return min(self._forms[stem].items(), key=lambda form: (-form[1], form[0]))[0]


def profile_groups(groups: Sequence[Sequence[Bag]], surfaces: Surfaces) -> list[Profile]:
    """Name every group against all the others. Groups may not be empty."""
    counts = [_comments_by_term(group) for group in groups]
    overall = Counter[str]()
    for count in counts:
        overall.update(count)
    n = sum(map(len, groups))
    return [
        _profile(group, _Contrast(count, len(group), overall, n), surfaces)
        for group, count in zip(groups, counts, strict=True)
    ]


def _comments_by_term(group: Sequence[Bag]) -> Counter[str]:
    counts = Counter[str]()
    for bag in group:
        counts.update(bag.keys())
    return counts


def _profile(group: Sequence[Bag], contrast: _Contrast, surfaces: Surfaces) -> Profile:
    weights = contrast.weights()
    telling = {term: weight * (_PAIR_BONUS if " " in term else 1) for term, weight in weights.items()}
    stems = _distinct(
        {term: weight for term, weight in telling.items() if contrast.sets_apart(term)}, contrast
    )
    named = sum(any(stem in bag for stem in stems) for bag in group) / len(group)
    return Profile(tuple(surfaces[stem] for stem in stems), _leading(weights), named)


@dataclass(frozen=True, slots=True)
class _Contrast:
    """One group's use of terms against everybody's: numbers of comments, never of uses."""

    inside: Counter[str]
    n_inside: int
    overall: Counter[str]
    n: int

    def weights(self) -> dict[str, float]:
        mean = sum(self.overall.values()) / self.n
        return {
            term: count / self.n_inside * math.log(1 + mean * self.n / self.overall[term])
            for term, count in self.inside.items()
            if count > 1
        }

    def sets_apart(self, term: str) -> bool:
        share = self.inside[term] / self.n_inside
        outside = (self.overall[term] - self.inside[term]) / max(self.n - self.n_inside, 1)
        # A theme that is most of the corpus can't have that lift, but its words can be rare elsewhere.
        is_telling = share >= LEAST_LIFT * self.overall[term] / self.n or share >= LEAST_ODDS * outside
        return share >= LEAST_SHARE_IN_GROUP and is_telling


def _distinct(telling: dict[str, float], contrast: _Contrast) -> list[str]:
    """The most telling terms; none repeats a word of another while there are three that do not."""
    ranked = sorted(telling, key=lambda term: (-telling[term], term))
    chosen: list[str] = []
    for term in ranked:
        rivals = [other for other in chosen if _shared_words(term, other)]
        if not rivals and len(chosen) < MOST_NAME_TERMS:
            chosen.append(term)
        elif len(rivals) == 1 and _says_more(term, rivals[0], contrast):
            chosen[chosen.index(rivals[0])] = term
    for term in ranked:
        if len(chosen) >= LEAST_NAME_TERMS:
            break
        if " " in term and all(
            _shared_words(term, other) < 2 and other not in term.split() for other in chosen
        ):
            chosen.append(term)
    return chosen


def _says_more(pair: str, word: str, contrast: _Contrast) -> bool:
    is_pair_of_word = " " in pair and " " not in word
    return is_pair_of_word and contrast.inside[pair] >= _PAIR_REPLACES_WORD * contrast.inside[word]


def _shared_words(some: str, others: str) -> int:
    return len(
        {word.removeprefix("not_") for word in some.split()}
        & {word.removeprefix("not_") for word in others.split()}
    )


def _leading(weights: dict[str, float]) -> dict[str, float]:
    leading = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:PROFILE_TERMS]
    length = math.sqrt(sum(weight**2 for _, weight in leading)) or 1.0
    return {term: weight / length for term, weight in leading}
