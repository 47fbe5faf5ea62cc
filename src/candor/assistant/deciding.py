"""What the assistant does with a message: answer it, ask back, take it as feedback, or hand over to a person.

A person is always one step away: asked for, owed because something is urgent or a complaint, or because the machine was unsure twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from candor.assistant.index import MOST_QUESTION, Hit, Index, terms
from candor.assistant.words import asks_for_person, complains, tells_something
from candor.text.language import UNDETERMINED, detect_language
from candor.text.urgency import UrgencyKind, find_urgency

Kind = Literal["answer", "ask_back", "feedback", "hand_over"]
Reason = Literal[
    "found",  # answer: an article says it
    "several",  # ask back: one of these?
    "nothing",  # ask back: no article says it, say it in other words
    "empty",  # ask back: nothing to look for, such as a greeting
    "remark",  # feedback: praise, blame or an idea
    "asked",  # hand over: the visitor wants a person
    "urgent",  # hand over: danger, fraud, law, or somebody vulnerable
    "complaint",  # hand over: words of a complaint
    "unsure",  # hand over: the second question in a row that it is unsure of
]

SURE: Final = 0.65  # answers from here on
LIKELY: Final = 0.3  # asks back which one is meant from here on
MOST_UNSURE: Final = 2  # turns in a row; the last of them hands over
MOST_OFFERED: Final = 3
LEAST_OFFERED: Final = 0.5  # of the first one’s score
_URGENT: Final[frozenset[UrgencyKind]] = frozenset({"safety", "fraud", "legal", "vulnerable"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, and why.

    Attributes:
        kind: What.
        reason: Why.
        hits: For an answer the one passage to quote; when asking back those it may be, at most three. A hand-over for something urgent may
            carry one too, for what to do until somebody reads it.
        words: What decided it, as the visitor wrote it; empty where no single words did.
        language: In which the articles were searched; empty where they were not.
    """

    kind: Kind
    reason: Reason
    hits: tuple[Hit, ...] = ()
    words: str = ""
    language: str = ""

    @property
    def is_unsure(self) -> bool:
        """Whether this counts as a turn in which it did not know."""
        return self.reason in {"several", "nothing", "unsure"}


def decide(
    text: str, *, indices: Mapping[str, Index], language: str, unsure_before: int = 0, is_remark: bool = False
) -> Decision:
    """Decide about one message of a visitor.

    Args:
        text: As written. Whatever stands in it is looked for and quoted back at most; nothing in it is followed.
        indices: The articles by language.
        language: That the page speaks; used where the message is too short to tell its own.
        unsure_before: How many turns just before this one it was unsure in.
        is_remark: The visitor said that this is feedback and no question.
    """
    if words := asks_for_person(text):
        return Decision("hand_over", "asked", words=words)
    tongue = spoken(text, language, indices)
    hits = indices[tongue].search(text, tongue, most=MOST_OFFERED) if tongue else ()
    is_sure = bool(hits) and hits[0].sureness >= SURE
    urgent = [flag for flag in find_urgency(text[:MOST_QUESTION]) if flag.kind in _URGENT]
    if urgent:
        return Decision(
            "hand_over", "urgent", hits[:1] if is_sure else (), ", ".join(urgent[0].words), tongue
        )
    if words := complains(text):
        return Decision("hand_over", "complaint", words=words, language=tongue)
    if is_remark or (not is_sure and tells_something(text)):
        return Decision("feedback", "remark", words=tells_something(text), language=tongue)
    if is_sure:
        return Decision("answer", "found", hits[:1], language=tongue)
    return _unsure(text, hits, tongue or language, unsure_before)


def _unsure(text: str, hits: tuple[Hit, ...], language: str, unsure_before: int) -> Decision:
    if not terms(text[:MOST_QUESTION], language):
        return Decision("ask_back", "empty", language=language)
    if unsure_before + 1 >= MOST_UNSURE:
        return Decision("hand_over", "unsure", language=language)
    if hits and (hits[0].sureness >= LIKELY or hits[0].coverage == 1):  # every word of it stands there
        near = tuple(hit for hit in hits if hit.score >= LEAST_OFFERED * hits[0].score)
        return Decision("ask_back", "several", near, language=language)
    return Decision("ask_back", "nothing", language=language)


def spoken(text: str, language: str, indices: Mapping[str, Index]) -> str:
    """The language to search in: the message's own if there are articles in it, else the page's, else none ("")."""
    own = detect_language(text[:MOST_QUESTION])
    page = language.lower().partition("-")[0]
    return next((code for code in ((own,) if own != UNDETERMINED else ()) + (page,) if code in indices), "")
