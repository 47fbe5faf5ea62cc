"""Personal data with a shape, found and masked.

Only what has a shape can be found this way: addresses on the internet, telephone, card, bank and social security numbers,
and long numbers that look like an account. `CANNOT_FIND` says what stays in the text; show it wherever masking is offered.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from candor.text.banks import IBAN_LENGTHS

MaskedKind = Literal["e-mail", "phone", "card", "iban", "ip", "ssn", "number"]
Span = tuple[int, int]

DEFAULT_REGIONS: Final = ("US", "GB")

CANNOT_FIND: Final = (
    "Names of people are not found.",
    "Street addresses, towns and postcodes are not found.",
    "Dates of birth, ages and places of work are not found.",
    "User names, passwords and numbers shorter than eight digits are not found.",
    "Addresses and numbers written out in words, such as 'jane at example dot com', are not found.",
    "Telephone numbers of other countries are found only when they begin with + and the country code.",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Where something was masked. The value itself is not kept.

    Attributes:
        kind: What it looked like.
        start: First character, counted in the original text.
        end: One past the last character, counted in the original text.
    """

    kind: MaskedKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without the personal data that could be found, and where it stood."""

    text: str
    found: tuple[Finding, ...]


def mask(text: str, *, regions: Iterable[str] = DEFAULT_REGIONS) -> Masked:
    """Replace personal data that has a shape by its kind in brackets.

    Cards must pass the Luhn check, IBANs the country's length and mod 97 (ISO 13616), IP addresses must parse, telephone
    numbers must be valid in the numbering plan of their country (`phonenumbers`). A long number that passes none of
    these is still masked, as ``[number]``: a mistyped card number is as private as a right one. So is whatever might be a telephone
    number after the first 1,000 digits that might, since numbering plans are slow to ask. Dates, amounts of money
    and masks that are already there (``XXXX``) are left alone. Masking a masked text changes nothing.

    Args:
        text: One comment.
        regions: ISO 3166 codes of the countries whose national telephone numbers are recognised without a leading ``+``.

    Returns:
        The masked text and the findings in the order of the text.

    Examples:
        >>> mask("Call me on (212) 555-2368 or write to jo@example.com").text
        'Call me on [phone] or write to [e-mail]'
        >>> mask("I paid $12,500.00 on 03/14/2024, ref XXXX").found
        ()
    """
    if not _WORTH_A_LOOK.search(text):
        return Masked(text, ())
    codes = tuple(regions)
    covered, found = text, list[Finding]()
    while fresh := _first_findings(covered, codes):
        found += fresh
        covered = _replaced(covered, fresh, _cover)
    found.sort(key=lambda finding: finding.start)
    return Masked(_replaced(text, found, lambda finding: f"[{finding.kind}]"), tuple(found))


def _first_findings(text: str, regions: tuple[str, ...]) -> list[Finding]:
    """What the first finder that finds anything finds; the caller covers it and asks again."""
    for kind, find in _FINDERS:
        spans = [Finding(kind, start, end) for start, end in find(text, regions)]
        if spans:
            return spans
    return []


def _cover(finding: Finding) -> str:
    # As long as what it covers, so that positions stay, and to every finder the same neighbour as the final mask.
    return "[" + "x" * (finding.end - finding.start - 2) + "]"


def _replaced(text: str, found: list[Finding], words: Callable[[Finding], str]) -> str:
    parts, at = list[str](), 0
    for finding in sorted(found, key=lambda finding: finding.start):
        parts += (text[at : finding.start], words(finding))
        at = finding.end
    return "".join([*parts, text[at:]])


# Each finder yields spans that do not overlap. Cheap patterns come first; the costly checks see only what they let through.

_WORTH_A_LOOK = re.compile(r"@|::|\d(?:[^\d\n]{0,3}\d){6}|\d(?:\.\d{1,3}){3}|(?::[0-9A-Fa-f]{1,4}){7}")
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-](?:[\w.+%'-]{0,62}[\w.+%-])?@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?![\w@])"
)
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])")
_CARD = re.compile(r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?![\d])")
_SSN = re.compile(r"(?<![\d-])(?!000|666)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w)")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]*\d)[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:]|\.\d)")
_PHONE_LIKE = re.compile(r"\d(?:[^\d\n]{0,3}\d){6}")
_NOT_A_PHONE = re.compile(
    r"[$€£¥]\s?\d[\d.,]*"  # amounts
    r"|(?<!\d)\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)"  # grouped thousands
    r"|(?<![\d.])\d+\.\d{1,2}(?![\d.])"  # decimals
    r"|(?<!\d)\d{1,2}([/.-])\d{1,2}\1(?:19|20)?\d{2}(?!\d)"  # 03/14/2024
    r"|(?<!\d)(?:19|20)\d{2}([/.-])\d{1,2}\2\d{1,2}(?!\d)"  # 2024-03-14
    r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"  # times
)
_LONG_NUMBER = re.compile(
    r"(?<![\w$€£¥.,])(?<![$€£¥] )(?:[A-Z]{0,3}\d{8,30}|\d{4}(?:[ -]\d{4}){2,6}|\d{3,6}-\d{3,10}(?:-\d{2,10})*)(?![\w]|[.,]\d)"
)
_COMPACT_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_YEARS = re.compile(r"(?:(?:19|20)\d{2}[ -]?)+")
_LEAST_DIGITS = 8
# `phonenumbers` tries each group of digits alone and with its neighbours, in Python and for each country: up to 0.2 ms a digit.
_MOST_PHONE_DIGITS = 1_000
_PHONE_STRETCH = re.compile(r"\d(?:[^\d\n\[\]]{0,3}\d){6,40}")


def _emails(text: str, _regions: tuple[str, ...]) -> Iterator[Span]:
    if "@" in text:
        yield from (match.span() for match in _EMAIL.finditer(text))


def _ibans(text: str, _regions: tuple[str, ...]) -> Iterator[Span]:
    at = 0
    for match in _IBAN_START.finditer(text):
        length = IBAN_LENGTHS.get(match.group()[:2].upper())
        if length is None or match.start() < at:
            continue
        end = _end_of_characters(text, match.start(), length)
        if end is not None and _passes_mod_97(text[match.start() : end]):
            at = end
            yield match.start(), end


def _end_of_characters(text: str, start: int, wanted: int) -> int | None:
    """Where so many letters and digits end, single spaces and hyphens between them not counted."""
    at, seen = start, 0
    while at < len(text) and seen < wanted:
        if text[at].isascii() and text[at].isalnum():
            seen += 1
        elif text[at] not in " -" or text[at - 1] in " -":
            return None
        at += 1
    is_whole = seen == wanted and not (at < len(text) and text[at].isalnum())
    return at if is_whole else None


def _passes_mod_97(iban: str) -> bool:
    compact = re.sub(r"[ -]", "", iban).upper()
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def _cards(text: str, _regions: tuple[str, ...]) -> Iterator[Span]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"[ -]", "", match.group())
        if digits[0] != "0" and _passes_luhn(digits):
            yield match.span()


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _social_security_numbers(text: str, _regions: tuple[str, ...]) -> Iterator[Span]:
    yield from (match.span() for match in _SSN.finditer(text))


def _ip_addresses(text: str, _regions: tuple[str, ...]) -> Iterator[Span]:
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            if _is_ip_address(match.group()):
                yield match.span()


def _is_ip_address(candidate: str) -> bool:
    try:
        ipaddress.ip_address(candidate)
    except ValueError:
        return False
    return True


def _without_amounts(text: str) -> str:
    """Dates, times and amounts become letters of the same length, so that nothing joins their digits."""
    return _NOT_A_PHONE.sub(lambda match: "x" * len(match.group()), text)


def _crowded_numbers(text: str, _regions: tuple[str, ...]) -> Iterator[Span]:
    """What might be telephone numbers beyond the digits that are looked up; comes before the looking up, which it bounds."""
    seen = 0
    for match in _PHONE_STRETCH.finditer(_without_amounts(text)):
        seen += sum(map(str.isdigit, match.group()))
        if seen > _MOST_PHONE_DIGITS:
            yield match.span()


def _phones(text: str, regions: tuple[str, ...]) -> list[Span]:
    plain = _without_amounts(text)
    if not _PHONE_LIKE.search(plain):
        return []
    from phonenumbers import Leniency, PhoneNumberMatcher

    spans: list[Span] = []
    for region in regions or ("ZZ",):  # ZZ: no country, only numbers with +
        for match in PhoneNumberMatcher(plain, region, leniency=Leniency.VALID):
            if all(match.end <= start or end <= match.start for start, end in spans):
                spans.append((match.start, match.end))
    return spans


def _long_numbers(text: str, _regions: tuple[str, ...]) -> Iterator[Span]:
    for match in _LONG_NUMBER.finditer(text):
        number = match.group()
        least = _LEAST_DIGITS + ("-" in number)  # "sections 6801-6809" is no account
        is_date = _COMPACT_DATE.fullmatch(number) or _YEARS.fullmatch(number)
        if sum(map(str.isdigit, number)) >= least and not is_date:
            yield match.span()


_Finder = Callable[[str, tuple[str, ...]], Iterable[Span]]
_FINDERS: Final[tuple[tuple[MaskedKind, _Finder], ...]] = (
    ("e-mail", _emails),
    ("iban", _ibans),
    ("card", _cards),
    ("ssn", _social_security_numbers),
    ("ip", _ip_addresses),
    ("number", _crowded_numbers),
    ("phone", _phones),
    ("number", _long_numbers),
)
