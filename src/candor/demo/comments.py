"""Comments as people write them, put together from phrases by what truly happened to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from candor.demo.names import plain
from candor.demo.phrases import Clause, book
from candor.demo.places import PLACES
from candor.demo.streams import Dice
from candor.demo.voices import VOICES, finish

TALKED_OF: Final[Mapping[str, Mapping[str, float]]] = {
    "expectation": {"hope": 5.0, "communication": 0.8, "warmth": 0.8, "website": 0.5, "overall": 0.3},
    "documents": {"documents": 3.0, "competence": 0.9, "communication": 0.9, "website": 0.4, "overall": 0.5},
    "appraisal": {"informed": 3.2, "appraisal": 2.0, "speed": 0.8, "communication": 0.5},
    "decision": {
        "speed": 1.8,
        "informed": 1.2,
        "communication": 0.8,
        "competence": 0.6,
        "rate": 0.4,
        "overall": 0.6,
    },
    "closing": {
        "informed": 1.8,
        "speed": 1.4,
        "communication": 1.1,
        "warmth": 1.0,
        "competence": 0.7,
        "fees": 0.65,
        "closing": 0.8,
        "documents": 0.5,
        "rate": 0.4,
        "website": 0.2,
        "overall": 0.8,
    },
    "relationship": {
        "service": 2.0,
        "payments": 1.2,
        "rate": 0.5,
        "website": 0.5,
        "communication": 0.6,
        "overall": 0.9,
    },
    "review": {
        "warmth": 1.8,
        "communication": 1.3,
        "speed": 1.2,
        "closing": 0.8,
        "informed": 0.9,
        "fees": 0.6,
        "rate": 0.6,
        "competence": 0.7,
        "overall": 0.9,
    },
}
"""How readily each aspect comes to mind on each occasion."""

_AND: Final = {
    "en": (" and ", ". ", ". ", ", ", ", also ", ". Plus ", " - "),
    "es": (" y ", ". ", ". ", ", ", ", además "),
}
_BUT: Final = {
    "en": (" but ", ", but ", ". But ", ", though ", " although ", ". However, ", ". On the other hand "),
    "es": (" pero ", ", pero ", ". Pero ", " aunque "),
}
_WEEKDAYS: Final = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes"),
}
_MONTHS: Final = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July",
        "August", "September", "October", "November", "December",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio",
        "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip
_PAPERS: Final = {
    "en": (
        "pay stubs", "bank statements", "tax returns", "W-2s", "1099s", "gift letter", "insurance papers",
        "divorce papers", "profit and loss sheet", "last two statements", "lease", "ID",
    ),
    "es": ("talones de pago", "estados de cuenta", "impuestos", "identificación"),
}  # fmt: skip
_NUMBERS: Final = {
    "en": ("two", "three", "four", "five", "six", "2", "3", "4", "5", "6"),
    "es": ("dos", "tres", "cuatro", "cinco", "2", "3", "4"),
}
_WEEKS: Final = {
    "en": ("two weeks", "three weeks", "a week", "2 weeks", "3 weeks", "a week and a half", "10 days", "almost a month"),
    "es": ("dos semanas", "tres semanas", "una semana"),
}  # fmt: skip
_WORDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "n": _NUMBERS,
    "doc": _PAPERS,
    "weeks": _WEEKS,
    "weekday": _WEEKDAYS,
}
_AFTER_SHORT: Final = (", ", ", ", " - ", ": ")
_AFTER_LONG: Final = (". ", ": ", ", ")
_NAMED_BY: Final = {
    "informed": ("apprais",),
    "speed": ("clos", "decision", "underwrit", "approval", "delay"),
    "communication": ("call", "phone", "email"),
    "warmth": ("officer", "branch"),
    "competence": ("officer",),
    "fees": ("fee", "cost", "charge"),
    "documents": ("document", "paper"),
    "closing": ("clos",),
    "service": ("care", "escrow", "closing"),
    "payments": ("payment", "fee"),
    "rate": ("rate",),
}
"""Words that name an aspect; a clause without any of them often gets a tail that does."""

NAMING: Final = 0.75
LONGEST_WITH_TAIL: Final = 60
DWELLING: Final = 0.55
"""How often the next clause stays with what was just spoken of."""

STRONG: Final = 1.0
"""Beyond this feeling, good or bad colours nearly everything a person says."""

_SLOT: Final = re.compile(r"\{(\w+)\}")


class Story(NamedTuple):
    """What a comment is about.

    `values` holds what was truly done per aspect (0 average); an aspect that is missing
    there is felt as the whole was. `focus` forces aspects, all bad, as in a complaint.
    """

    occasion: str
    feeling: float
    values: Mapping[str, float]
    language: str
    persona: str
    officer: str
    branch: str
    customer: str
    phone: str
    wait_days: int
    month: int
    declined: bool = False
    portal: bool = False
    focus: tuple[str, ...] = ()


class Writer:
    """Writes one comment after another from a stream of dice."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    def comment(self, story: Story) -> str:
        """A comment of 1 to about 80 words."""
        dice, voice = self._dice, VOICES[story.persona]
        tone = self._tone(story)
        length = self._length(voice.lengths)
        if length == 0 and not story.portal and not story.declined:
            return finish(self._say(f"tiny {tone}", story), story.persona, story.feeling, dice)
        count = (1, 1, 2, 3)[length] + (length == 3 and dice.chance(0.4))
        text = self._body(story, self._aspects(story, count))
        if length >= 2 and tone != "mixed" and story.occasion != "expectation":
            text = self._framed(text, tone, story, length)
        return finish(text, story.persona, story.feeling, dice)

    def _framed(self, text: str, tone: str, story: Story, length: int) -> str:
        """The body with a beginning, something by the way, and an end, as the persona likes."""
        dice, voice = self._dice, VOICES[story.persona]
        if dice.chance(voice.opener):
            opener = self._say(f"opener {tone}", story)
            text = f"{opener}{dice.pick(_AFTER_SHORT if len(opener) < 25 else _AFTER_LONG)}{text}"
        if length == 3 and dice.chance(voice.aside):
            text = f"{text}. {self._say(f'aside {tone}', story)}"
        if dice.chance(voice.closer):
            text = f"{text}. {self._say(f'closer {tone}', story)}"
        return text

    def complaint(self, story: Story) -> str:
        """A complaint: what happened, what it did to them, what they ask for."""
        dice = self._dice
        count = 2 + dice.below(3)
        aspects = [(story.focus[number % len(story.focus)], "bad") for number in range(count)]
        parts = [self._body(story, aspects)]
        if dice.chance(0.5):
            parts.insert(0, self._say("opener bad", story))
        if dice.chance(0.6):
            parts.append(self._say("aside bad", story))
        demands: set[Clause] = set()
        parts += [self._say("demand bad", story, demands) for _ in range(1 + dice.chance(0.5))]
        if dice.chance(0.18):
            parts.append(self._say("closer bad", story))
        return finish(". ".join(parts), story.persona, story.feeling, dice)

    def reply(self, story: Story, author: str) -> str:
        """What the branch answers to a review."""
        tone = "good" if story.feeling > 0 else "bad"
        english = story._replace(language="en")
        return self._say(f"reply {tone}", english).replace("{author}", author)

    def _tone(self, story: Story) -> str:
        feeling = story.feeling + 0.35 * (self._dice.roll() - 0.5)
        if story.portal or story.declined:
            feeling -= 0.5
        return "good" if feeling > -0.15 else "bad" if feeling < -0.75 else "mixed"

    def _length(self, shares: tuple[float, float, float, float]) -> int:
        roll = self._dice.roll()
        for length, share in enumerate(shares):
            roll -= share
            if roll < 0:
                return length
        return len(shares) - 1

    def _aspects(self, story: Story, count: int) -> list[tuple[str, str]]:
        """What is spoken of, clause by clause, with the tone of each; people dwell on what matters."""
        topics = self._topics(story)
        spoken = [topics.pop(0)]
        while len(spoken) < count:
            dwells = self._dice.chance(DWELLING) and spoken[-1][0] not in ("overall", "hope")
            spoken.append(spoken[-1] if dwells else topics.pop(0))
        return spoken

    def _topics(self, story: Story) -> list[tuple[str, str]]:
        """Every aspect with its tone, the one that comes to mind first in front."""
        forced = [("portal", "bad")] if story.portal else []
        if story.declined:
            forced.append(("decline", "good" if story.feeling > 0.3 else "bad"))
        ranked = []
        for aspect, weight in TALKED_OF[story.occasion].items():
            value = story.values.get(aspect, story.feeling)
            ranked.append((weight * (0.25 + abs(value)) * (0.15 + self._dice.roll()), aspect, value))
        ranked.sort(reverse=True)
        return forced + [(aspect, self._tone_of(aspect, value, story)) for _, aspect, value in ranked]

    def _tone_of(self, aspect: str, value: float, story: Story) -> str:
        if aspect == "hope":
            return "good"
        if aspect == "overall" and -0.75 < story.feeling < -0.15:
            return "mixed"
        if abs(story.feeling) > STRONG and self._dice.chance(0.93):
            return "good" if story.feeling > 0 else "bad"
        felt = 0.6 * value + 0.4 * story.feeling + 0.5 * (self._dice.roll() - 0.5)
        return "good" if felt > -0.1 else "bad"

    def _body(self, story: Story, aspects: list[tuple[str, str]]) -> str:
        """Clauses joined: good with good by "and", good with bad by "but"."""
        dice, text, before = self._dice, "", ""
        used: set[Clause] = set()
        for aspect, tone in aspects:
            clause = self._say(f"{aspect} {tone}", story, used)
            if self._is_unnamed(aspect, clause, story) and dice.chance(NAMING):
                clause = f"{clause} {self._say(f'{aspect} tail', story)}"
            if text:
                turn = before != tone and "mixed" not in (before, tone)
                text += dice.pick((_BUT if turn else _AND)[story.language])
            text, before = text + clause, tone
        return text

    def _is_unnamed(self, aspect: str, clause: str, story: Story) -> bool:
        names = _NAMED_BY.get(aspect, ())
        has_tails = f"{aspect} tail" in book(story.language)
        return has_tails and len(clause) < LONGEST_WITH_TAIL and not any(name in clause for name in names)

    def _say(self, section: str, story: Story, used: set[Clause] | None = None) -> str:
        clauses = book(story.language).get(section) or book(story.language)[f"overall {section.split()[1]}"]
        clause = self._dice.pick(clauses)
        if used is not None:
            for _ in range(4):
                if clause not in used:
                    break
                clause = self._dice.pick(clauses)
            used.add(clause)
        text = "".join(piece if isinstance(piece, str) else self._dice.pick(piece) for piece in clause)
        return _SLOT.sub(lambda found: self._fill(found[1], story), text) if "{" in text else text

    def _fill(self, slot: str, story: Story) -> str:
        """What stands for a slot: a word of the language, or a fact of the story."""
        dice = self._dice
        if slot in _WORDS:
            return dice.pick(_WORDS[slot][story.language])
        match slot:
            case "days":
                return str(story.wait_days)
            case "late":
                return str(max(story.wait_days, 11 + dice.below(4)))
            case "d" | "tens":
                return str(1 + dice.below(8))
            case "hundreds":
                return f"{1 + dice.below(9)}{dice.below(10)}0"
            case "month":
                return _MONTHS[story.language][(story.month + dice.below(3)) % 12]
            case "city":
                return dice.pick(PLACES).city
            case "phone":
                return self._phone(story.phone)
            case "email":
                return f"{plain(story.customer)}@example.com"
            case _:
                return {"officer": story.officer, "branch": story.branch}.get(slot, f"{{{slot}}}")

    def _phone(self, phone: str) -> str:
        """The customer's number as people write it: +1 617 555 0107, (617) 555-0107, 617-555-0107."""
        _, area, exchange, line = phone.split()
        forms = (
            f"({area}) {exchange}-{line}",
            f"{area}-{exchange}-{line}",
            f"{area}.{exchange}.{line}",
            phone,
        )
        return self._dice.pick(forms)
