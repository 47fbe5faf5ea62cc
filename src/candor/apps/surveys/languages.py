"""Which language an answering page speaks: the one picked on it, the customer's, the browser's, the survey's own."""

from collections.abc import Iterable, Sequence

from django.utils.translation import get_language_info
from django.utils.translation.trans_real import parse_accept_lang_header

from candor.questionnaire import Questionnaire, Text

INTERFACE = ("en", "de", "fr", "es", "ar")
_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}


def language_for(offered: Sequence[str], *, picked: str, customers: str, accepted: str) -> str:
    """One of the languages that the survey is offered in; the first of them is its own.

    >>> language_for(["en", "de", "ar"], picked="", customers="de-AT", accepted="ar")
    'de'
    >>> language_for(["en", "de", "ar"], picked="", customers="nl", accepted="fr-FR,ar;q=0.8")
    'ar'
    """
    browsers = [language for language, _ in parse_accept_lang_header(accepted[:200].lower())]
    for wish in (picked, customers, *browsers):
        if found := _match(wish, offered):
            return found
    return offered[0]


def _match(wish: str, offered: Iterable[str]) -> str:
    wish = wish.lower().replace("_", "-")
    alike = {language.lower(): language for language in offered}
    return alike.get(wish) or alike.get(wish.partition("-")[0]) or ""


def interface_language(language: str) -> str:
    """The language of buttons and sentences that are ours, on a page in this one."""
    return _match(language, INTERFACE) or INTERFACE[0]


def direction(language: str) -> str:
    """Which way its lines run, as HTML says it.

    >>> direction("ar"), direction("de-AT")
    ('rtl', 'ltr')
    """
    return "rtl" if language.lower().partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def own_name(language: str) -> str:
    """What speakers of the language call it, as it stands in a list."""
    try:
        name = str(get_language_info(language)["name_local"])
        return name[:1].upper() + name[1:]
    except KeyError:
        return language


def name_in_ours(language: str) -> str:
    """What the reader's own language calls it, with the region where it names one.

    >>> name_in_ours("de-AT"), name_in_ours("de"), name_in_ours("tlh")
    ('German (AT)', 'German', 'tlh')
    """
    base, _sign, region = language.replace("_", "-").partition("-")
    try:
        name = str(get_language_info(base.lower())["name_translated"])
    except KeyError:
        return language
    return f"{name} ({region.upper()})" if region else name


def own_words(asks: Questionnaire, field: str, language: str) -> str:
    """What the survey itself says somewhere beside its questions; empty where it says nothing."""
    given = asks.source.get(field)
    by_language = given if isinstance(given, dict) else {"default": given} if isinstance(given, str) else {}
    return Text(by_language).in_language(language)
