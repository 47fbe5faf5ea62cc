"""The same theme keeps its key from run to run, so that what people renamed or merged stays renamed or merged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Protocol

import numpy as np

from candor.text.corpus import CommentId

LEAST_JACCARD = 0.5
LEAST_COSINE = 0.75
_WORDS_IN_A_KEY = 10


class KnownTheme(Protocol):
    """A theme of an earlier run, as `candor.text.themes.Theme` is."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def members(self) -> Sequence[CommentId]:
        """The comments it held."""

    @property
    def words(self) -> Mapping[str, float]:
        """Its words by stem, with weights of length one together."""


def keys_for(
    words: Sequence[Mapping[str, float]],
    members: Sequence[Collection[CommentId]],
    previous: Sequence[KnownTheme],
) -> list[str]:
    """Give each theme the key of the earlier theme that it continues, or a new one.

    A theme continues another when at least half of the comments that both runs placed agree (Jaccard) or its words have a
    cosine of at least 0.75 with the earlier ones. The pairing is the best one overall (Hungarian method).
    """
    known = sorted(previous, key=lambda theme: theme.key)
    keys: list[str | None] = [None] * len(words)
    for now, before in _pairs(words, members, known):
        keys[now] = known[before].key
    taken = {theme.key for theme in known}
    for now, key in enumerate(keys):
        if key is None:
            keys[now] = _new_key(words[now], taken)
            taken.add(str(keys[now]))
    return [str(key) for key in keys]


def _pairs(
    words: Sequence[Mapping[str, float]],
    members: Sequence[Collection[CommentId]],
    known: Sequence[KnownTheme],
) -> list[tuple[int, int]]:
    if not known or not words:
        return []
    from scipy.optimize import linear_sum_assignment

    placed_now = set[CommentId]().union(*members)
    placed_before = set[CommentId]().union(*(theme.members for theme in known))
    scores = np.zeros((len(words), len(known)))
    for now, weights in enumerate(words):
        ids = set(members[now]) & placed_before
        for before, theme in enumerate(known):
            jaccard = _jaccard(ids, set(theme.members) & placed_now)
            scores[now, before] = max(jaccard / LEAST_JACCARD, _cosine(weights, theme.words) / LEAST_COSINE)
    scores[scores < 1] = 0
    rows, columns = linear_sum_assignment(scores.round(9), maximize=True)
    return [
        (int(row), int(column)) for row, column in zip(rows, columns, strict=True) if scores[row, column] > 0
    ]


def _jaccard(some: set[CommentId], others: set[CommentId]) -> float:
    return len(some & others) / (len(some | others) or 1)


def _cosine(some: Mapping[str, float], others: Mapping[str, float]) -> float:
    return sum(weight * others.get(word, 0.0) for word, weight in some.items())


def _new_key(words: Mapping[str, float], taken: Collection[str]) -> str:
    leading = sorted(words, key=lambda word: (-words[word], word))[:_WORDS_IN_A_KEY]
    content = " ".join(sorted(leading))
    for attempt in range(len(taken) + 1):
        key = "t" + blake2b(f"{content} {attempt}".encode(), digest_size=5).hexdigest()
        if key not in taken:
            return key
    raise AssertionError("one more attempt than keys are taken must find a free one")
