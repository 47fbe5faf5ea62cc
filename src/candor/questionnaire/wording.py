"""Words that bend answers, in English and German: leading, two things at once, denials, absolutes; and what labels of an English scale say.

Rules of thumb, not a reader: each names the words it found, so that a person can disagree. Sources: Dillman, Smyth and Christian, Internet,
Phone, Mail, and Mixed-Mode Surveys (2014), chapter 4; Krosnick and Presser, Question and Questionnaire Design (2010).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Tongue:
    """What to look for in one language; `pairs` find two words that are joined, `one_thing` holds pairs that are one all the same."""

    leading: re.Pattern[str]
    absolute: re.Pattern[str]
    negation: re.Pattern[str]
    or_not: re.Pattern[str]
    pairs: tuple[re.Pattern[str], ...]
    good: re.Pattern[str]
    bad: re.Pattern[str]
    one_thing: frozenset[tuple[str, str]]


ENGLISH = Tongue(
    leading=_LEADING, absolute=_ABSOLUTE, negation=_NEGATION, or_not=re.compile(r"\bor not\b"), pairs=(_ALSO, _OR, _SLASH), good=_GOOD,
    bad=_BAD, one_thing=_ONE_THING,
)  # fmt: skip
_ARTICLE = r"(?:der |die |das |den |dem |des |unser\w* |ihr\w* |eine?\w? |wie )?"
GERMAN = Tongue(
    leading=re.compile(
        r"\b(?:finden sie nicht|meinen sie nicht|sind sie nicht auch|stimmen sie (?:uns|mir) zu|würden sie (?:nicht )?zustimmen|nicht wahr"
        r"|bekanntlich|natürlich|selbstverständlich|offensichtlich|wie sie wissen|experten sagen|die meisten (?:menschen|kunden))\b"
        r"|\bwie (?:toll|großartig|hervorragend|ausgezeichnet|fantastisch|wunderbar|exzellent|furchtbar|schrecklich)\b"
        r"|\bwie (?:sehr|gut) (?:gefällt|gefallen|lieben|mögen)\b"
        r"|\bunser\w* (?:toll|großartig|freundlich|hervorragend|ausgezeichnet|preisgekrönt|professionell|hilfsbereit|beliebt)\w*"
        r"|\b(?:unser\w*|de[rmns]|die|das) (?:schrecklich|furchtbar|unfair|überzogen|übertrieben|unverschämt|lästig)\w*"
        r"|\bgeben sie uns (?:bitte )?(?:eine |die )?(?:10|zehn|5|fünf|bestnote|beste)\b"
    ),
    absolute=re.compile(r"\b(?:immer|nie|niemals|niemand|stets|völlig|vollkommen|absolut|ausnahmslos|jederzeit|jedes mal)\b"),
    negation=re.compile(r"\b(?:nicht|kein\w{0,2}|nie|niemals|niemand|nichts|ohne)\b"),
    or_not=re.compile(r"\boder nicht\b"),
    pairs=(
        re.compile(rf"([\w-]+),? (?:und|sowie|&) {_ARTICLE}([\w-]+)"),
        re.compile(rf"\b(?:mit|von|über|für) {_ARTICLE}(?:[\w-]+ )?([\w-]+) oder {_ARTICLE}([\w-]+)"),
        _SLASH,
    ),
    good=re.compile(r"gut|einfach|leicht|zufrieden|wahrscheinlich|schnell|klar|fair|freundlich|hilfreich|besser"),
    bad=re.compile(r"schlecht|schwer|schwierig|kompliziert|langsam|unzufrieden|unwahrscheinlich|unklar|unfair|unfreundlich|schlechter"),
    one_thing=frozenset(
        {
            ("freunden", "kollegen"), ("freunden", "bekannten"), ("freunden", "familie"), ("familie", "freunden"), ("freunde", "kollegen"),
            ("produkten", "dienstleistungen"), ("art", "weise"), ("vor-", "nachteile"), ("vor-", "nachteilen"), ("datum", "uhrzeit"),
            ("name", "anschrift"), ("hin", "her"), ("nach", "nach"), ("rund", "um"), ("und", "oder"),
        }
    ),
)  # fmt: skip
TONGUES: Mapping[str, Tongue] = {"en": ENGLISH, "de": GERMAN}


def leading(text: str, tongue: Tongue = ENGLISH) -> str:
    """The words that suggest an answer, or "".

    >>> leading("Don't you love our friendly staff?")
    "don't you"
    >>> leading("Wie toll war unser Service?", GERMAN)
    'wie toll'
    """
    found = tongue.leading.search(text.lower())
    return found[0] if found else ""


def two_things(text: str, tongue: Tongue = ENGLISH) -> str:
    """The words that ask about two things at once, or "".

    >>> two_things("How satisfied are you with the speed and quality of our help?")
    'speed and quality'
    >>> two_things("Would you recommend us to a friend or colleague?")
    ''
    >>> two_things("Wie zufrieden sind Sie mit Tempo und Qualität?", GERMAN)
    'tempo und qualität'
    """
    low = re.sub(r"\b(?:between|zwischen)\b[^,.?]*?\b(?:and|und)\b", " ", text.lower())
    for pattern in tongue.pairs:
        for found in pattern.finditer(low):
            pair = (found[1], found[2])
            if pair not in tongue.one_thing and not _is_one_scale(*pair, tongue):
                return re.sub(r"^(?:with|of|about|by|for|mit|von|über|für) ", "", found[0])
    return ""


def _is_one_scale(one: str, other: str, tongue: Tongue) -> bool:
    """satisfied or dissatisfied, likely or unlikely: the two ends of one thing."""
    good, bad = tongue.good.fullmatch, tongue.bad.fullmatch
    return one in other or other in one or bool(good(one) and bad(other)) or bool(bad(one) and good(other))


def negations(text: str, tongue: Tongue = ENGLISH) -> list[str]:
    """Every denial in a text.

    >>> negations("The staff did not keep me waiting without reason")
    ['not', 'without']
    """
    return tongue.negation.findall(tongue.or_not.sub(" ", text.lower()))


def absolute(text: str, tongue: Tongue = ENGLISH) -> str:
    """The word that leaves no room, or ""."""
    found = tongue.absolute.search(text.lower())
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
