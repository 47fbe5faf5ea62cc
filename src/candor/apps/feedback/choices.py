"""Words of the hub."""

import hashlib

from django.db import models


class Kind(models.TextChoices):
    COMPLAINT = "complaint", "Complaint"
    SURVEY = "survey", "Survey answer"
    REVIEW = "review", "Review"
    IDEA = "idea", "Staff idea"
    MESSAGE = "message", "Message"


class AnswerKind(models.TextChoices):
    """What sort of question an answer answers; decides which measures may count it."""

    NPS = "nps", "Likelihood to recommend, 0–10"
    CSAT = "csat", "Satisfaction, 1–5"
    CES = "ces", "Ease, 1–7"
    TRUST = "trust", "Trust"
    EMOTION = "emotion", "Emotion"
    EXPECTATION = "expectation", "Expectation before"
    RATING = "rating", "Rating"
    STARS = "stars", "Stars, 1–5"
    NUMBER = "number", "Number"
    YES_NO = "yes_no", "Yes or no"
    CHOICE = "choice", "Choice"
    TEXT = "text", "Text"


IN_WORDS = frozenset({AnswerKind.TEXT, AnswerKind.CHOICE, AnswerKind.EMOTION})
"""The kinds whose answers files hold as words; all others are numbers there."""

SCALES: dict[str, tuple[float, float]] = {
    AnswerKind.NPS: (0, 10),
    AnswerKind.CSAT: (1, 5),
    AnswerKind.CES: (1, 7),
    AnswerKind.TRUST: (1, 5),
    AnswerKind.STARS: (1, 5),
    AnswerKind.YES_NO: (0, 1),
}  # the lowest and the highest answer of each kind that has a scale of its own, for imports and measures alike

MANY = "\n"  # between the choices of an answer that chose several; a choice of one's own may hold commas and semicolons

LONGEST_QUESTION = 80  # characters of the key of a question


def key_of_question(name: str) -> str:
    """The key under which answers to a question are kept: what its source calls it, or, where that is too long, its beginning with a mark
    that tells it from others that begin so.

    >>> key_of_question("Q4_1")
    'Q4_1'
    >>> key_of_question("In the last seven days, I have received recognition or praise for doing good work")
    'In the last seven days, I have received recognition or praise for doing-034c2d95'
    """
    if len(name) <= LONGEST_QUESTION:
        return name
    return f"{name[: LONGEST_QUESTION - 9].rstrip()}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
