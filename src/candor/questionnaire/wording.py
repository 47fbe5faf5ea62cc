"""Words that bend answers, in English: leading, two things at once, denials, absolutes; and what labels of a scale say.

Rules of thumb, not a reader: each names the words it found, so that a person can disagree. Sources: Dillman, Smyth and Christian, Internet,
Phone, Mail, and Mixed-Mode Surveys (2014), chapter 4; Krosnick and Presser, Question and Questionnaire Design (2010).
"""

import re
from collections.abc import Sequence

_LEADING = re.compile(
    r"\b(?:do|does|did|would|should|could|are|is|was|were|have|has)n['’]t (?:you|it|we|they|our)\b"
    r"|\b(?:wouldn['’]t you|don['’]t you|you (?:would|must|will) agree|would you agree)\b|\bagree that our\b"
    r"|\bhow (?:great|excellent|amazing|awesome|wonderful|fantastic|superb|outstanding|delightful|terrible|awful|horrible|bad|good)\b"
    r"|\bhow much (?:better|worse)\b|\bhow much (?:did|do) you (?:like|love|enjoy)\b"
    r"|\b(?:given|considering) (?:how|that)\b"
    r"|\b(?:our|the|their) (?:terrible|awful|horrible|unfair|excessive|annoying|outrageous|ridiculous)\b"
    r"|\bour (?:great|excellent|award[- ]winning|friendly|fantastic|amazing|famous|outstanding|new and improved|helpful|professional)\b"
    r"|\b(?:as you know|of course|obviously|clearly|everybody knows|most people|experts (?:say|agree))\b"
    r"|\bgive us (?:a |an )?(?:ten|10|9|five|5|top|high|good|the best)\b"
)
_ABSOLUTE = re.compile(
    r"\b(?:always|never|nobody|everyone|everybody|completely|totally|absolutely|entirely|every (?:time|single)|at all times|in every)\b"
)
_NEGATION = re.compile(r"\b(?:not|never|no|nobody|nothing|without|cannot)\b|n['’]t\b")
_ALSO = re.compile(r"([\w'’-]+),? (?:and|as well as|&) (?:the |our |your |its |a |an |how )?([\w'’-]+)")
_OR = re.compile(
    r"\b(?:with|of|about|by|for) (?:the |our |your )?(?:[\w'’-]+ )?([\w'’-]+) or (?:the |our |your )?([\w'’-]+)"
)
_SLASH = re.compile(r"\b([a-z'’-]{2,})/([a-z'’-]{2,})\b")
_ONE_THING = frozenset(
    {
        ("friend", "colleague"), ("friends", "colleagues"), ("friends", "family"), ("family", "friends"), ("colleague", "friend"),
        ("friend", "relative"), ("friends", "relatives"), ("terms", "conditions"), ("pros", "cons"), ("name", "address"), ("first", "last"),
        ("advantages", "disadvantages"), ("products", "services"), ("questions", "answers"), ("research", "development"), ("date", "time"),
        ("health", "safety"), ("bed", "breakfast"), ("black", "white"), ("again", "again"), ("more", "more"), ("one", "only"), ("yes", "no"), ("and", "or"),
        ("he", "she"), ("his", "her"), ("him", "her"), ("colleague", "friend"),
    }
)  # fmt: skip

_GOOD = re.compile(
    r"\b(?:good|great|excellent|easy|satisfied|likely|agree|happy|pleased|best|better|helpful|fast|clear|fair|friendly|delighted|trust|positive|well|high)\b"
)
_BAD = re.compile(
    r"\b(?:bad|poor|terrible|awful|difficult|hard|dissatisfied|unsatisfied|unlikely|disagree|unhappy|worst|worse|unhelpful|slow|unclear|unfair|"
    r"unfriendly|angry|distrust|negative|badly|low|never|not|no)\b"
)


def leading(text: str) -> str:
    """The words that suggest an answer, or "".

    >>> leading("Don't you love our friendly staff?")
    "don't you"
    """
    found = _LEADING.search(text.lower())
    return found[0] if found else ""


def two_things(text: str) -> str:
    """The words that ask about two things at once, or "".

    >>> two_things("How satisfied are you with the speed and quality of our help?")
    'speed and quality'
    >>> two_things("Would you recommend us to a friend or colleague?")
    ''
    """
    low = re.sub(r"\bbetween\b[^,.?]*?\band\b", " ", text.lower())
    for pattern in (_ALSO, _OR, _SLASH):
        for found in pattern.finditer(low):
            pair = (found[1], found[2])
            if pair not in _ONE_THING and not _is_one_scale(*pair):
                return re.sub(r"^(?:with|of|about|by|for) ", "", found[0])
    return ""


def _is_one_scale(one: str, other: str) -> bool:
    """satisfied or dissatisfied, likely or unlikely: the two ends of one thing."""
    return one in other or other in one or bool(_GOOD.fullmatch(one) and _BAD.fullmatch(other)) or bool(
        _BAD.fullmatch(one) and _GOOD.fullmatch(other)
    )  # fmt: skip


def negations(text: str) -> list[str]:
    """Every denial in a text.

    >>> negations("The staff did not keep me waiting without reason")
    ['not', 'without']
    """
    return _NEGATION.findall(re.sub(r"\bor not\b", " ", text.lower()))


def absolute(text: str) -> str:
    """The word that leaves no room, or ""."""
    found = _ABSOLUTE.search(text.lower())
    return found[0] if found else ""


def tone(label: str) -> int:
    """Whether a label of a scale is good (1), bad (-1), or neither.

    >>> tone("Very dissatisfied"), tone("Neither satisfied nor dissatisfied"), tone("Good"), tone("Not at all likely")
    (-1, 0, 1, -1)
    """
    low = label.lower()
    if re.search(r"\b(?:neither|neutral|nor|undecided|mixed|average|okay|ok)\b", low):
        return 0
    if _BAD.search(low):
        return -1
    return 1 if _GOOD.search(low) else 0


def balance(labels: Sequence[str]) -> tuple[int, int]:
    """How many labels are good and how many bad."""
    tones = [tone(label) for label in labels]
    return tones.count(1), tones.count(-1)
