"""Which passage a question is about: BM25 (Robertson and Zaragoza 2009, *The Probabilistic Relevance Framework*), and how sure that is.

BM25 orders passages; its numbers mean nothing across questions. Three things that come from the same pass over the counts do, and make up
`Hit.sureness`: how much of the question the passage holds, how far it is ahead of every other article, and its score in units of a word
that nobody uses. Forty lines of our own, not a library, because a library hands out the score alone.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from candor.assistant.passages import Passage, sentences
from candor.text.tokens import stem_english, tokenise

K1, B = 1.2, 0.75  # the usual values
HEADING_WEIGHT = 2  # a word of the title or heading counts as often as so many of the text
TYPO = 0.84  # least likeness of a mistyped word to one that the articles hold
MOST_SENTENCES = 3
MOST_QUESTION = 1_000  # characters of a question that are read

# Logistic regression of "the first hit is the right article" on 51,984 questions (docs/methods/chat-answers.md says which and how good).
_AT_ZERO, _PER_COVERAGE, _PER_LEAD, _PER_STRENGTH = -6.1, 2.2, 2.1, 3.7

_SNOWBALL = {
    "ar": "arabic", "da": "danish", "de": "german", "es": "spanish", "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian",
    "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


def terms(text: str, language: str) -> list[str]:
    """The words by which a text is found: stems without stop words, a denied word as the word itself.

    Examples:
        >>> terms("My cards aren't working", "en"), terms("Die Karten sind gesperrt", "de")
        (['card', 'work'], ['kart', 'gesperrt'])
    """
    return [_stem(token.surface.rsplit(" ", 1)[-1], language) for token in tokenise(text, language=language)]


@lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> str:
    if language == "en":
        return stem_english(word)
    name = _SNOWBALL.get(language)
    return str(_stemmer(name).stemWord(word)) if name else word


@cache
def _stemmer(name: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(name)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a question may be about.

    Attributes:
        passage: Where it is said.
        score: BM25, at least 0; comparable for one question only.
        coverage: The share of the question's words, each weighted by how rare it is in the articles, that the passage and its
            headings hold, 0 to 1. A word that no article knows weighs as much as the rarest.
        lead: How far it is ahead of the best passage of any other article, as a share of its score, 0 to 1; 0 unless it is the first.
        strength: The score in units of the weight of a word that no article holds.
    """

    passage: Passage
    score: float
    coverage: float
    lead: float
    strength: float

    @property
    def sureness(self) -> float:
        """How likely the first hit's article is the right one, 0 to 1, as it was on the questions it was fitted to."""
        return 1 / (
            1
            + math.exp(
                -_AT_ZERO
                - _PER_COVERAGE * self.coverage
                - _PER_LEAD * self.lead
                - _PER_STRENGTH * math.log1p(self.strength)
            )
        )


class Index:
    """The passages of one language, ready to be asked."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        """Count the words; the order of the passages breaks ties alone."""
        self.passages = tuple(passages)
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._of_article: dict[str, list[int]] = defaultdict(list)
        lengths = list[int]()
        for at, passage in enumerate(self.passages):
            self._of_article[passage.article].append(at)
            counts = _counts(passage)
            lengths.append(sum(counts.values()))
            for term, count in counts.items():
                self._postings[term].append((at, count))
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        self._norms = [K1 * (1 - B + B * length / max(mean, 1.0)) for length in lengths]
        self._by_length: dict[tuple[str, int], list[str]] = defaultdict(list)
        for term in sorted(self._postings):
            self._by_length[term[:1], len(term)].append(term)

    def search(self, question: str, language: str, *, most: int = 5) -> tuple[Hit, ...]:
        """The passages that hold a word of the question, the likeliest first, one an article."""
        asked = {self._known(term) for term in terms(question[:MOST_QUESTION], language)}
        if not asked or not self.passages:
            return ()
        scores, held = defaultdict[int, float](float), defaultdict[int, float](float)
        for term in sorted(asked):
            weight = self._weight(term)
            for at, count in self._postings.get(term, ()):
                scores[at] += weight * count * (K1 + 1) / (count + self._norms[at])
                held[at] += weight
        whole = sum(self._weight(term) for term in sorted(asked))
        best = self._best_of_each_article(scores)
        second = scores[best[1]] if len(best) > 1 else 0.0
        return tuple(
            Hit(
                self._piece(at, asked),
                score=scores[at],
                coverage=held[at] / whole,
                lead=1 - second / scores[at] if at == best[0] else 0.0,
                strength=scores[at] / self._weight(""),
            )
            for at in best[:most]
        )

    def _best_of_each_article(self, scores: dict[int, float]) -> list[int]:
        best: dict[str, int] = {}
        for at in sorted(scores, key=lambda at: (-scores[at], at)):
            best.setdefault(self.passages[at].article, at)
        return list(best.values())

    def _piece(self, at: int, asked: set[str]) -> Passage:
        """The passage of an article to quote: the one that holds most of what its title does not say already, else its first."""
        article = self._of_article[self.passages[at].article]
        beyond = asked.difference(terms(self.passages[at].title, self.passages[at].language))
        held = Counter[int]()
        for term in beyond:
            held.update(place for place, _count in self._postings.get(term, ()) if place in article)
        return self.passages[max(article, key=lambda place: (held[place], -place))]

    def _weight(self, term: str) -> float:
        n, df = len(self.passages), len(self._postings.get(term, ()))
        return math.log(1 + (n - df + 0.5) / (df + 0.5))

    @lru_cache(maxsize=10_000)  # noqa: B019  as many indices live as there are languages
    def _known(self, term: str) -> str:
        """The term, or where no article holds it and it is long enough to tell, the one it is likely mistyped for."""
        if term in self._postings or len(term) < 5:
            return term
        near = [word for off in (-1, 0, 1) for word in self._by_length.get((term[:1], len(term) + off), ())]
        return next(iter(get_close_matches(term, near, n=1, cutoff=TYPO)), term)


def _counts(passage: Passage) -> Counter[str]:
    counts = Counter(terms(passage.text, passage.language))
    for term in terms(f"{passage.title}. {passage.heading}", passage.language):
        counts[term] += HEADING_WEIGHT
    return counts


def best_sentences(passage: Passage, question: str, *, most: int = MOST_SENTENCES) -> tuple[str, ...]:
    """The neighbouring sentences of a passage that hold most of the question's words; the first ones where none holds any.

    Examples:
        >>> text = "We are a bank. A lost card can be blocked in the app. It is blocked at once. We like cards."
        >>> best_sentences(Passage("a", 0, "Cards", "", text, "en"), "how do I block my lost card", most=2)
        ('A lost card can be blocked in the app.', 'It is blocked at once.')
    """
    found = sentences(passage.text)
    asked = set(terms(question[:MOST_QUESTION], passage.language))
    held = [len(asked.intersection(terms(sentence, passage.language))) for sentence in found]
    starts = range(max(1, len(found) - most + 1))
    first = max(starts, key=lambda at: (sum(held[at : at + most]), held[at], -at))
    return tuple(found[first : first + most])


def index_articles(passages: Iterable[Passage]) -> dict[str, Index]:
    """An index for each language."""
    by_language: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        by_language[passage.language].append(passage)
    return {language: Index(group) for language, group in sorted(by_language.items())}
