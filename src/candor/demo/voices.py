"""How different people write: length, capitals, slips of the finger, habits."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from candor.demo.streams import Dice


class Voice(NamedTuple):
    """A persona's habits; the four lengths are the shares of tiny, short, middle and long comments."""

    lengths: tuple[float, float, float, float]
    opener: float
    aside: float
    closer: float
    typo: float
    lower: float
    stop: float
    exclaim: float


VOICES: Final = {
    "plain": Voice((0.07, 0.20, 0.50, 0.23), 0.22, 0.12, 0.22, 0.16, 0.06, 0.80, 0.06),
    "terse": Voice((0.26, 0.42, 0.30, 0.02), 0.02, 0.00, 0.03, 0.14, 0.40, 0.35, 0.03),
    "chatty": Voice((0.02, 0.08, 0.35, 0.55), 0.45, 0.40, 0.45, 0.26, 0.05, 0.75, 0.35),
    "formal": Voice((0.02, 0.14, 0.50, 0.34), 0.30, 0.15, 0.35, 0.04, 0.00, 1.00, 0.00),
    "texting": Voice((0.16, 0.30, 0.42, 0.12), 0.12, 0.06, 0.12, 0.36, 0.85, 0.15, 0.15),
    "shouting": Voice((0.15, 0.30, 0.40, 0.15), 0.15, 0.10, 0.20, 0.20, 0.00, 0.30, 0.60),
}
_TEXTING: Final = (
    (r"\byou\b", "u"),
    (r"\bbecause\b", "bc"),
    (r"\bthank you\b", "thx"),
    (r"\bthanks\b", "thx"),
    (r"\bplease\b", "pls"),
    (r"\band\b", "&"),
    (r"\bare\b", "r"),
    (r"\bporque\b", "xq"),
    (r"\bque\b", "q"),
)
_TEXTING_PATTERNS: Final = tuple((re.compile(pattern), short) for pattern, short in _TEXTING)
_GLAD: Final = (" 🙂", " 😀", " 👍", " ❤️", " :)", "", "", "", "", "")
_SAD: Final = (" 😡", " 🙁", " 👎", " :(", " smh", "", "", "", "", "")
_NEIGHBOURS: Final = {
    "a": "s", "e": "r", "i": "o", "o": "p", "t": "y", "n": "m", "s": "d", "r": "t", "l": "k", "c": "v",
}  # fmt: skip
_KEPT: Final = re.compile(r"\S*(?:@|\d)\S*")
_SENTENCE_START: Final = re.compile(r"(^|[.!?]\s+)(\w)")
_LONE_I: Final = re.compile(r"\bi\b")


def finish(text: str, persona: str, feeling: float, dice: Dice) -> str:
    """The text as this persona would have typed it."""
    voice = VOICES[persona]
    text = re.sub(r"\s+([,.!?])", r"\1", " ".join(text.split()))
    if persona == "texting":
        text = _shortened(text, feeling, dice)
    if persona == "shouting":
        text = text.upper() + ("!!!" if dice.chance(voice.exclaim) else "")
    elif not dice.chance(voice.lower):
        text = _capitalised(text)
    if dice.chance(voice.typo):
        text = _slip(text, dice)
        if len(text) > 160 and dice.chance(0.5):
            text = _slip(text, dice)
    return _ended(text, voice, dice)


def _shortened(text: str, feeling: float, dice: Dice) -> str:
    for pattern, short in _TEXTING_PATTERNS:
        if dice.chance(0.45):
            text = pattern.sub(short, text)
    return text + dice.pick(_GLAD if feeling > 0 else _SAD)


def _capitalised(text: str) -> str:
    text = _LONE_I.sub("I", text)
    return _SENTENCE_START.sub(lambda found: found[1] + found[2].upper(), text)


def _ended(text: str, voice: Voice, dice: Dice) -> str:
    if text[-1] in ".!?" or not text[-1].isascii() or text.endswith((":)", ":(")):
        return text
    if dice.chance(voice.exclaim):
        return text + dice.pick(("!", "!", "!!", "!!!"))
    return text + "." if dice.chance(voice.stop) else text


def _slip(text: str, dice: Dice) -> str:
    """One slip of the finger in a word of more than three letters; never in a number or address."""
    words = text.split(" ")
    places = [at for at, word in enumerate(words) if len(word) > 3 and not _KEPT.fullmatch(word)]
    if not places:
        return text
    at = dice.pick(places)
    words[at] = _mistyped(words[at], dice)
    return " ".join(words)


def _mistyped(word: str, dice: Dice) -> str:
    place = 1 + dice.below(len(word) - 2)
    roll = dice.roll()
    if roll < 0.34:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if roll < 0.62:
        return word[:place] + word[place + 1 :]
    if roll < 0.76:
        return word[:place] + word[place] + word[place:]
    if roll < 0.88:
        return word[:place] + _NEIGHBOURS.get(word[place], word[place]) + word[place + 1 :]
    return word.replace("'", "").replace("ó", "o").replace("á", "a").replace("é", "e").replace("í", "i")
