"""The words of a definition in each of its languages: which there are, what is missing, and putting one."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as lazy

Holder = dict[str, Any]

MAIN = "default"  # what SurveyJS calls the text that stands where a language has none of its own
LANGUAGES: dict[str, str] = {
    "ar": "العربية", "cs": "Čeština", "da": "Dansk", "de": "Deutsch", "en": "English", "es": "Español", "fi": "Suomi",
    "fr": "Français", "he": "עברית", "hu": "Magyar", "it": "Italiano", "ja": "日本語", "ko": "한국어", "nl": "Nederlands",
    "no": "Norsk", "pl": "Polski", "pt": "Português", "ro": "Română", "ru": "Русский", "sv": "Svenska", "tr": "Türkçe",
    "uk": "Українська", "vi": "Tiếng Việt", "zh-cn": "简体中文",
}  # fmt: skip

MAIL_SUBJECT, MAIL_TEXT = (
    "mailSubject",
    "mailText",
)  # ours: SurveyJS passes over properties that it does not know
OUTDATED = "outdatedWords"  # ours too: translations that are older than the words they are of
_OF_SURVEY = ("title", "description", "completedHtml", MAIL_SUBJECT, MAIL_TEXT)
_OF_PAGE = ("title", "description")
_OF_ELEMENT = (
    "title", "description", "html", "minRateDescription", "maxRateDescription", "placeholder", "otherText", "noneText", "labelTrue", "labelFalse",
)  # fmt: skip
_OF_LISTS = ("choices", "rows", "columns", "rateValues")
NAMES = {
    MAIL_SUBJECT: lazy("Subject of the mail"), MAIL_TEXT: lazy("Words in the mail"), "title": lazy("Text"), "description": lazy("Explanation"), "completedHtml": lazy("Thanks at the end"), "html": lazy("Text to read"),
    "minRateDescription": lazy("Lowest end"), "maxRateDescription": lazy("Highest end"), "placeholder": lazy("Hint in the field"),
    "choices": lazy("Choice"), "rows": lazy("Statement"), "columns": lazy("Point of the scale"), "rateValues": lazy("Point of the scale"),
    "otherText": lazy("“Other”"), "noneText": lazy("“None”"), "labelTrue": lazy("Yes"), "labelFalse": lazy("No"),
}  # fmt: skip


def main_language(definition: Holder) -> str:
    """The language that the author writes in first."""
    return str(definition.get("locale") or "en")


def said(value: Any, language: str = "") -> str:
    """A text in a language, exactly: empty where that language has none. Without a language: the main one.

    >>> said({"default": "Yes", "de": "Ja"}, "de"), said("Yes", "de"), said("Yes")
    ('Ja', '', 'Yes')
    """
    if isinstance(value, dict):
        return str(value.get(language or MAIN, ""))
    return "" if value is None or language else str(value)


def put(holder: Holder, field: str, text: str, language: str = "") -> None:
    """Put a text in a language, the main one unless named. A text in one language is stored plain, an empty one not at all."""
    value = holder.get(field)
    texts = dict(value) if isinstance(value, dict) else {MAIN: str(value)} if value not in {None, ""} else {}
    if text:
        texts[language or MAIN] = text
    else:
        texts.pop(language or MAIN, None)
    if not texts:
        holder.pop(field, None)
    elif list(texts) == [MAIN]:
        holder[field] = texts[MAIN]
    else:
        holder[field] = {MAIN: texts.pop(MAIN, "")} | texts


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a definition: where it lies, whose it is, and how it reads in each language."""

    path: str
    holder: Holder
    field: str
    part: str
    owner: str

    @property
    def label(self) -> Any:
        return NAMES[self.part]

    def in_language(self, language: str = "") -> str:
        """As the author wrote it; paragraphs, where it is stored as HTML."""
        text = said(self.holder.get(self.field), language)
        return plain(text) if self.is_html else text

    @property
    def is_html(self) -> bool:
        return self.field in {"html", "completedHtml"}

    @property
    def is_long(self) -> bool:
        return self.is_html or self.field in {"description", MAIL_TEXT} or len(self.in_language()) > 70

    def set(self, text: str, language: str = "") -> None:
        """Put it."""
        put(self.holder, self.field, marked_up(text) if self.is_html else text, language)


def texts(definition: Holder) -> Iterator[Text]:
    """Every text there is, in the order in which people meet them; only what has words in some language."""
    yield from _of(definition, "", _OF_SURVEY, "")
    for number, page in enumerate(definition.get("pages", [])):
        yield from _of(page, f"pages/{number}/", _OF_PAGE, "")
        yield from _of_elements(page, f"pages/{number}/")


def _of_elements(holder: Holder, above: str) -> Iterator[Text]:
    """The texts of a page's or a panel's elements."""
    for place, element in enumerate(holder.get("elements", [])):
        owner, path = str(element.get("name", "")), f"{above}elements/{place}/"
        yield from _of(element, path, _OF_ELEMENT, owner)
        for part in _OF_LISTS:
            for at, item in enumerate(element.get(part, [])):
                if isinstance(item, dict) and not _is_number(item.get("text", "")):
                    yield from _of(item, f"{path}{part}/{at}/", ("text",), owner, part)
        yield from _of_elements(element, path)


def _of(holder: Holder, path: str, fields: tuple[str, ...], owner: str, part: str = "") -> Iterator[Text]:
    for field in fields:
        if holder.get(field):
            yield Text(f"{path}{field}", holder, field, part or field, owner)


def _is_number(text: Any) -> bool:
    return isinstance(text, str) and (not text or re.fullmatch(r"-?\d+", text) is not None)


def languages_of(definition: Holder) -> tuple[str, ...]:
    """The main language first, then those that any text is in, in the order of their codes."""
    main = main_language(definition)
    found: set[str] = set()
    for text in texts(definition):
        value = text.holder.get(text.field)
        if isinstance(value, dict):
            found |= set(value)
    return (main, *sorted(found - {MAIN, main}))


def missing(definition: Holder, language: str) -> list[Text]:
    """The texts that a language has no words for yet."""
    return [text for text in texts(definition) if not text.in_language(language)]


@dataclass(frozen=True, slots=True)
class Outdated:
    """A translation that was made of other words: in which language, of which words, and how they read now."""

    language: str
    was: str
    now: str


def outdated(definition: Holder) -> list[Outdated]:
    """The translations that nobody has looked at since the words in the main language changed."""
    return [Outdated(*one) for one in definition.get(OUTDATED, [])]


def note_outdated(before: Holder, after: Holder) -> None:
    """Note in a changed definition which translations stayed while the words they are of changed."""
    of = {(text.part, *said_there): was for text, was in _mains(before) for said_there in _translations(text)}
    older = {(one.language, one.now): one.was for one in outdated(before)}
    known = {(one.language, one.now): one.was for one in outdated(after)}
    found = {}
    for text, now in _mains(after):
        for language, words in _translations(text):
            stood = of.get((text.part, language, words))
            if stood is None:
                continue  # translated just now
            was = known.get((language, now)) or older.get((language, stood), stood)
            if was != now and (stood != now or (language, now) in known):
                found[language, was, now] = True
    after.pop(OUTDATED, None)
    if found:
        after[OUTDATED] = [list(one) for one in found]


def settle(definition: Holder, text: Text, language: str) -> None:
    """Somebody has looked at a text in a language: it is no longer outdated there."""
    now = text.in_language()
    left = [one for one in outdated(definition) if (one.language, one.now) != (language, now)]
    definition[OUTDATED] = [[one.language, one.was, one.now] for one in left]


def _mains(definition: Holder) -> Iterator[tuple[Text, str]]:
    return ((text, text.in_language()) for text in texts(definition))


def _translations(text: Text) -> Iterator[tuple[str, str]]:
    value = text.holder.get(text.field)
    if isinstance(value, dict):
        yield from ((language, words) for language, words in value.items() if language != MAIN and words)


def drop_language(definition: Holder, language: str) -> None:
    """Take a language out of every text."""
    for text in list(texts(definition)):
        put(text.holder, text.field, "", language)


def plain(text: str) -> str:
    """The paragraphs of stored HTML as the author typed them.

    >>> plain("<p>Thank you &amp; good-bye.</p><p>Until soon.</p>")
    'Thank you & good-bye.\\n\\nUntil soon.'
    """
    broken = re.sub(r"(?i)<br\s*/?>", "\n", re.sub(r"(?i)</(p|h\d|div|li)>\s*", "\n\n", text))
    return html.unescape(re.sub(r"<[^>]+>", "", broken)).strip()


def marked_up(text: str) -> str:
    """Paragraphs as HTML that means nothing but paragraphs.

    >>> marked_up("a < b\\n\\nc")
    '<p>a &lt; b</p><p>c</p>'
    """
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    return "".join("<p>{}</p>".format(html.escape(part, quote=False).replace("\n", "<br>")) for part in parts)
