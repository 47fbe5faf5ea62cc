"""Frequent words and phrases with quotes: what can be said of comments that are too few for themes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from candor.text.corpus import CommentId, Corpus

MOST_CODES = 15
LEAST_COMMENTS_PER_CODE = 3
MOST_QUOTES_PER_CODE = 3
_PAIR_REPLACES_WORD = 0.5


@dataclass(frozen=True, slots=True)
class Code:
    """A word or phrase that several comments use.

    Attributes:
        term: As people wrote it.
        n: How many comments use it. A comment may carry several codes; these are no shares.
        quotes: Up to three ids of comments with it, each with another text.
    """

    term: str
    n: int
    quotes: tuple[CommentId, ...]


def frequent_codes(corpus: Corpus) -> tuple[Code, ...]:
    """The most frequent terms that at least three different comments use, phrases before the words they are made of."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, bag in enumerate(corpus.bags):
        for stem in bag:
            places[stem].append(place)
    usual = {stem: found for stem, found in places.items() if len(found) >= LEAST_COMMENTS_PER_CODE}
    said_by_pairs = {
        word
        for stem in usual
        if " " in stem
        for word in stem.split()
        if len(usual[stem]) >= _PAIR_REPLACES_WORD * len(usual[word])
    }
    codes = [
        Code(
            term=corpus.surfaces[stem],
            n=sum(len(corpus.ids[place]) for place in found),
            quotes=tuple(corpus.ids[place][0] for place in found[:MOST_QUOTES_PER_CODE]),
        )
        for stem, found in usual.items()
        if stem not in said_by_pairs
    ]
    codes.sort(key=lambda code: (-code.n, code.term))
    return tuple(codes[:MOST_CODES])
