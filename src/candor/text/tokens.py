"""Comments into words, the same way every time.

A token is a lower-case stem. A negator joins the word it denies ("not working" is one token, ``not_work``), so that the
two never count as the same word. Masks, addresses, numbers and stop words are dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from candor.text.stopwords import NEGATORS, STOP_WORDS

_DROPPED = re.compile(
    r"https?://\S+|www\.\S+|[^\s@]{1,64}@[^\s@]{3,255}"  # addresses; the bounds keep the search linear
    r"|\[(?:e-mail|phone|card|iban|ip|ssn|number)\]"  # our own masks
    r"|\b[Xx]{2,}(?:[-/.][Xx\d]{2,})*\b"  # the regulator's masks: XXXX, XX/XX/2019
    r"|\{\$?[\d.,]*\}",  # and its amounts: {$500.00}
)
_WORD_OR_PAUSE = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[.!?;:,()\n]")
_LONGEST_WORD = 40  # anything longer is a pasted key or keyboard noise
_REACH = 2  # how many stop words a negator may jump: "not at all helpful"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a comment.

    Attributes:
        stem: What is counted, for instance ``charg`` or ``not_work``.
        surface: What was written, lower case, for instance ``charged`` or ``not working``.
        starts: True when a pause or a dropped number stands before it, so that no phrase reaches across.
    """

    stem: str
    surface: str
    starts: bool


def tokenise(text: str, *, language: str = "en") -> list[Token]:
    """Cut a comment into tokens.

    Args:
        text: One comment.
        language: ISO 639-1 code. Stop words and negators are known for en, de, fr, es, nl, pt and ar; English is stemmed
            lightly. Any other language is only cut into words.

    Returns:
        The tokens in the order of the text, without stop words.

    Examples:
        >>> [token.stem for token in tokenise("The app is not working, I was charged a fee")]
        ['app', 'not_work', 'charg', 'fee']
    """
    stop_words = STOP_WORDS.get(language, frozenset())
    negators = NEGATORS.get(language, frozenset())
    stem = _STEMMERS.get(language, _unchanged)
    return list(_tokens(text, stop_words, negators, stem))


def _tokens(
    text: str, stop_words: frozenset[str], negators: frozenset[str], stem: Callable[[str], str]
) -> Iterator[Token]:
    negator, reach, starts = "", 0, True
    for word in _words(text):
        if not word[0].isalpha():
            negator, starts = "", True
        elif word in negators or word.endswith("n't"):
            negator, reach = ("no" if word == "no" else "not"), _REACH
        elif word in stop_words or len(word) < 2 or len(word) > _LONGEST_WORD:
            reach -= 1
            negator = negator if reach >= 0 else ""
        elif negator:
            yield Token(f"not_{stem(word)}", f"{negator} {word}", starts)
            negator, starts = "", False
        else:
            yield Token(stem(word), word, starts)
            starts = False


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    return _WORD_OR_PAUSE.findall(_DROPPED.sub(" . ", plain).lower())


def phrases(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Every word and every pair of neighbouring words.

    Yields:
        The stem or the two stems with a space between, and what was written.
    """
    before: Token | None = None
    for token in tokens:
        yield token.stem, token.surface
        if before is not None and not token.starts:
            yield f"{before.stem} {token.stem}", f"{before.surface} {token.surface}"
        before = token


def _unchanged(word: str) -> str:
    return word


@lru_cache(maxsize=200_000)
def stem_english(word: str) -> str:
    """Take plural, -ed, -ing and a final e off a word, no more.

    Lighter than Porter (1980): it joins *charge, charges, charged, charging* and leaves *charity* alone. Stems are never
    shown to people.

    Examples:
        >>> sorted({stem_english(word) for word in ("charge", "charges", "charged", "charging")})
        ['charg']
        >>> stem_english("transferred"), stem_english("fees"), stem_english("business")
        ('transfer', 'fee', 'business')
    """
    word = word.removesuffix("'s").replace("'", "")
    word = _singular(word)
    for suffix in ("ing", "ed"):
        root = word.removesuffix(suffix)
        if root != word and len(root) >= 3 and _VOWEL.search(root):
            word = _undoubled(root)
            break
    if len(word) > 4 and word.endswith("e") and not word.endswith("ee"):
        word = word[:-1]
    if len(word) > 3 and word.endswith("y"):
        word = word[:-1] + "i"
    return word


_VOWEL = re.compile(r"[aeiouy]")


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word.removesuffix("s")


def _undoubled(root: str) -> str:
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "aeioulsz":
        return root[:-1]
    return root


_STEMMERS: dict[str, Callable[[str], str]] = {"en": stem_english}
