"""How the texts of a file become answers on a scale, and the words there that are not numbers."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from candor.apps.feedback.choices import IN_WORDS, AnswerKind

from .formats import Asked

MOST_WORDS = 30  # of one kind that are asked about; a scale has fewer
_WITH_WORDS = (  # “10 - Extremely likely”, “Extremely likely - 10”
    re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:[-–—:=(].*)?", re.DOTALL),
    re.compile(r".*[-–—:=(]\s*(\d+(?:\.\d+)?)\)?", re.DOTALL),
)
YES = frozenset({
    "yes", "y", "true", "ja", "wahr", "oui", "vrai", "sí", "si", "verdadero", "sim", "verdadeiro", "sì", "vero", "tak", "prawda", "waar",
    "ano", "evet", "igen", "kyllä", "да", "はい", "是", "نعم",
})  # fmt: skip
NO = frozenset({
    "no", "n", "false", "nein", "falsch", "non", "faux", "falso", "não", "nee", "nie", "fałsz", "onwaar", "ne", "nej", "nei", "hayır", "nem",
    "ei", "нет", "いいえ", "否", "لا",
})  # fmt: skip
_YES_NO = dict.fromkeys(YES, 1.0) | dict.fromkeys(NO, 0.0)


class Reading:
    """How texts become answers to one question; remembers what it has read, since scales are short.

    `numbers`: the number that each word stands for, as a person said.
    """

    def __init__(self, asked: Asked, numbers: Mapping[str, float] | None = None) -> None:
        self.kind, self.blanks = asked.kind, frozenset(asked.blanks)
        self.is_text = asked.kind in IN_WORDS
        self._lowest = float("-inf") if asked.lowest is None else asked.lowest
        self._highest = float("inf") if asked.highest is None else asked.highest
        is_open = asked.lowest is None or asked.highest is None
        self.expected = "a number" if is_open else f"a number from {asked.lowest:g} to {asked.highest:g}"
        self._numbers = numbers or {}
        self._known: dict[str, float | None] = {}

    def number(self, text: str) -> float | None:
        """The number, within the scale; None where it is none."""
        if text not in self._known:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, text: str) -> float | None:
        number = self._numbers.get(text)
        if number is None and self.kind in {AnswerKind.YES_NO, AnswerKind.NUMBER}:
            number = _YES_NO.get(text.casefold())
        number = number_in(text) if number is None else number
        if number is None and self.kind != AnswerKind.NUMBER:
            matches = (pattern.fullmatch(text) for pattern in _WITH_WORDS)
            number = next((float(match[1]) for match in matches if match), None)
        return number if number is not None and self._lowest <= number <= self._highest else None


def number_in(text: str) -> float | None:
    """The number that a text is, with a point or a comma; None where it is none."""
    try:
        return float(text.replace(",", ".", 1))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Worded:
    """Words where a kind of question has numbers.

    Attributes:
        words: how many answers each word is, most first; at most `MOST_WORDS`.
        n_unread: answers in words that no number is known for.
        n: all answers to questions of the kind.
    """

    kind: AnswerKind
    words: tuple[tuple[str, int], ...]
    n_unread: int
    n: int

    @property
    def must_be_said(self) -> bool:
        """Whether most answers would go back as bad rows."""
        return self.n_unread * 2 > self.n


def worded(
    questions: Sequence[Asked],
    people: Iterable[Mapping[str, str]],
    numbers: Mapping[str, Mapping[str, float]],
) -> list[Worded]:
    """Which words stand where numbers belong, by the kind of question, in the answers of these people.

    `numbers`: what a person said each word stands for, by kind.
    """
    scales = {one.key: Reading(one) for one in questions if one.kind not in IN_WORDS}
    found: dict[AnswerKind, Counter[str]] = {}
    n: Counter[AnswerKind] = Counter()
    for answers in people:
        for key, reading in scales.items():
            text = answers.get(key, "")
            if not text or text in reading.blanks:
                continue
            n[reading.kind] += 1
            if reading.number(text) is None and not any(letter.isdigit() for letter in text):
                found.setdefault(reading.kind, Counter())[text] += 1
    return [_worded(kind, words, numbers.get(kind, {}), n[kind]) for kind, words in found.items()]


def _worded(kind: AnswerKind, words: Counter[str], numbers: Mapping[str, float], n: int) -> Worded:
    shown = sorted(words.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORDS]
    return Worded(kind, tuple(shown), sum(m for word, m in words.items() if word not in numbers), n)
