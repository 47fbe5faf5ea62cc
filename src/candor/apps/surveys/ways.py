"""What a test run walked, in words: every way through a draft, and the answers that lead along it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from candor.questionnaire import Walk

from .conditions import values_of
from .designing import Definition, elements, heading

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class WayShown:
    """One way: the answers that lead along it, in a sentence, and what is asked, page by page."""

    answers: str
    pages: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class WaysShown:
    """The first ways through a draft, the shortest first, and how many more there are."""

    ways: Sequence[WayShown] = ()
    more: int = 0


def ways_shown(definition: Definition, walked: Walk | None) -> WaysShown:
    """Every way that a test run found, as far as a page can show them; a survey without branches has one."""
    found = sorted(walked.ways, key=lambda way: len(way.questions)) if walked else []
    names = headings(definition)
    shown = tuple(
        WayShown(
            answers_in_words(definition, way.answers),
            tuple(tuple(names.get(key, key) for key in keys) for _page, keys in way.pages),
        )
        for way in found[:MOST_SHOWN]
    )
    return WaysShown(shown, len(found) - len(shown))


def answers_in_words(definition: Definition, answers: Mapping[str, Any]) -> str:
    """Answers as their author knows them: each question by its words, each choice by its label.

    >>> nps = {"type": "rating", "name": "nps", "title": "Would you recommend us?", "rateMin": 0, "rateMax": 10}
    >>> answers_in_words({"pages": [{"elements": [nps]}]}, {"nps": 3})
    'Would you recommend us? 3'
    """
    by_key = {str(one.get("name", "")): one for one in elements(definition)}
    names = headings(definition)
    said = (
        f"{_asking(names.get(key, key))} {_value(by_key.get(key, {}), value)}"
        for key, value in answers.items()
        if value is not None or key in by_key
    )
    return " · ".join(said)


def _asking(name: str) -> str:
    """What stands before an answer: a sentence ends by itself, anything else with a colon."""
    return name if name.endswith((".", "?", "!", ":", "…", "؟")) else f"{name}:"


def headings(definition: Definition) -> dict[str, str]:
    """What each question of a draft is called, by its key."""
    return {str(one.get("name", "")): heading(definition, one) for one in elements(definition)}


def _value(element: Mapping[str, Any], value: Any) -> str:
    """An answer in words; of several choices each."""
    if value is None:
        return _("not answered")
    if isinstance(value, list):
        return ", ".join(_value(element, one) for one in value)
    if isinstance(value, bool):
        value = "true" if value else "false"
    words = dict(values_of(dict(element)))
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return words.get(text, text)
