"""Comments that can't wait, found by rules.

Each flag names the words it saw, so that a person can judge at a glance. The rules know English only, read words and not
meaning, and aim to miss little: expect false alarms. They sort a queue; they decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

UrgencyKind = Literal["safety", "fraud", "legal", "vulnerable", "deadline", "leaving"]

LANGUAGES: Final = ("en",)
LIMITS: Final = (
    "The rules know English only.",
    "They read words, not meaning: irony, quotations and rare wordings mislead them.",
    "No public benchmark exists; check how many urgent comments they miss in a sample of your own.",
)


@dataclass(frozen=True, slots=True)
class UrgencyFlag:
    """One reason to look soon.

    Attributes:
        kind: Which rule.
        words: What it saw, as written, each wording once, in the order of the text.
    """

    kind: UrgencyKind
    words: tuple[str, ...]


def find_urgency(text: str) -> tuple[UrgencyFlag, ...]:
    """Flag an English comment, the gravest kind first; empty when no rule applies.

    A wording that the three words before it deny ("not a fraud", "never threatened") does not count.

    Examples:
        >>> find_urgency("My attorney will write to you. Pay within 5 days or I will cancel my account.")
        ... # doctest: +NORMALIZE_WHITESPACE
        (UrgencyFlag(kind='legal', words=('attorney',)),
         UrgencyFlag(kind='deadline', words=('within 5 days',)),
         UrgencyFlag(kind='leaving', words=('cancel my account',)))
    """
    plain = text.replace("’", "'")
    flags = ((kind, tuple(dict.fromkeys(_undenied(pattern, plain)))) for kind, pattern in _RULES)
    return tuple(UrgencyFlag(kind, words) for kind, words in flags if words)


def _undenied(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for match in pattern.finditer(text):
        if not _DENIED.search(text, max(0, match.start() - 40), match.start()):
            yield match.group()


_DENIED = re.compile(
    r"\b(?:not|no|never|without|isn't|wasn't|don't|didn't|won't|wouldn't)\s+(?:[\w']+\s+){0,2}$",
    re.IGNORECASE,
)


def _rule(*wordings: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(wordings)})\b", re.IGNORECASE)


_RULES: Final[tuple[tuple[UrgencyKind, re.Pattern[str]], ...]] = (
    (
        "safety",
        _rule(
            r"suicid(?:e|al)",
            r"(?:kill|hurt|harm)(?:ing)? (?:myself|himself|herself|themselves)",
            r"end (?:my|his|her) (?:own )?life",
            r"(?:fear|afraid|scared) for (?:my|our|his|her|their) (?:life|lives|safety)",
            r"(?:threaten(?:ed|ing|s)?|attack(?:ed|ing|s)?|assault(?:ed|ing|s)?) (?:me|us|him|her|my|our)",
            r"death threats?",
            r"domestic (?:violence|abuse)",
            r"(?:unsafe|dangerous|injur(?:y|ies|ed)|life.threatening|gas leak|caught fire|electric shock)",
        ),
    ),
    (
        "fraud",
        _rule(
            r"fraud(?:ulent(?:ly)?|ster|sters)?",
            r"scam(?:s|med|mer|mers)?",
            r"identity theft",
            r"stole(?:n)? (?:my|our) (?:identity|money|card|account|information)",
            r"(?:card|identity|phone|wallet|money|information|account) (?:was|were|has been|have been|got) (?:stolen|hacked|compromised)",
            r"hacked",
            r"phishing",
            r"unauthori[sz]ed (?:charges?|transactions?|transfers?|withdrawals?|payments?|purchases?|access|use)",
        ),
    ),
    (
        "legal",
        _rule(
            r"attorney general|attorneys?",
            r"lawyers?",
            r"solicitors?",
            r"law ?suits?",
            r"(?:sue|suing) (?:you|them|the|this|your)",
            r"(?:take|taking|took) (?:you|them|this|the company|the bank) to court",
            r"small claims",
            r"legal action",
            r"class action",
            r"ombudsm[ae]n",
            r"regulators?",
            r"(?:CFPB|FCA|FTC|BBB|OCC|FDIC|GDPR)",
            r"consumer (?:financial )?protection bureau",
            r"data protection (?:authority|commissioner|office)",
            r"subpoena(?:ed|s)?",
        ),
    ),
    (
        "vulnerable",
        _rule(
            r"(?:i am|i'm|he is|she is|my (?:mother|father|mom|dad|husband|wife|parents?|grandmother|grandfather)) (?:is |are )?"
            r"(?:an? )?(?:elderly|disabled|terminally ill|blind|deaf|bedridden)",
            r"elderly (?:mother|father|parents?|woman|man|couple|lady|gentleman|person)",
            r"dementia|alzheimer'?s",
            r"bereave(?:d|ment)|passed away|widow(?:ed|er)?",
            r"homeless(?:ness)?|evict(?:ed|ion)|foreclos(?:e|ed|ure)",
            r"(?:cancer|dialysis|chemotherapy|wheelchair|hospitali[sz]ed)",
            r"(?:can't|cannot|can not|unable to) (?:afford|buy|pay for) (?:food|rent|groceries|medicine|medication|heating|my rent)",
            r"domestic (?:violence|abuse)",
            r"single (?:mother|mom|father|dad|parent)",
            r"lost my job|unemployed",
        ),
    ),
    (
        "deadline",
        _rule(
            r"urgent(?:ly)?",
            r"asap|as soon as possible",
            r"immediate(?:ly)? (?:action|attention|help|response|assistance)",
            r"emergency",
            r"deadline",
            r"(?:within|in the next) (?:\d+|one|two|three|five|seven|ten|a few) (?:business |working )?(?:hours?|days?)",
            r"by (?:tomorrow|tonight|today|the end of (?:the day|today|this week|the week)|monday|tuesday|wednesday|thursday|friday)",
            r"last (?:chance|warning)|final (?:notice|warning)",
        ),
    ),
    (
        "leaving",
        _rule(
            r"(?:cancel|cancell?ing|close|closing|terminate|terminating) (?:my|our|the|this|all my) "
            r"(?:accounts?|cards?|subscription|contract|polic(?:y|ies)|membership|service)",
            r"(?:want|like|going|need|decided|trying) to cancel(?! (?:my|our|the|this|all my) )",
            r"(?:leave|leaving|left) (?:your|this|the) (?:bank|company|service)",
            r"(?:switch(?:ed|ing)?|mov(?:e|ed|ing)|chang(?:e|ed|ing)) (?:to )?(?:another|a different|a new|my) "
            r"(?:bank|provider|company|lender|supplier|account to)",
            r"tak(?:e|ing) (?:my|our) (?:business|money|custom) elsewhere",
            r"never (?:use|buy|bank|shop|come|deal|do business) (?:with )?(?:you|them|here|again|back|this)",
            r"(?:lost|losing) (?:me as )?a (?:loyal )?customer",
        ),
    ),
)
