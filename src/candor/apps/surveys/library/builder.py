"""How a template is written: pages of questions by kind, each with its words by language."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from candor.apps.surveys.palette import KINDS, Element, Words, in_languages
from candor.apps.surveys.wordings import marked_up

THANKS: Words = {
    "en": "Thank you. Somebody reads every answer.",
    "de": "Vielen Dank. Jede Antwort wird gelesen.",
}


def both(en: str, de: str) -> dict[str, str]:
    """The same words in both languages."""
    return {"en": en, "de": de}


def ask(kind: str, key: str, en: str = "", de: str = "", **more: Any) -> Element:
    """A question of a kind; `more` are further fields of its element. Without words it keeps those of its kind."""
    element = deepcopy(dict(KINDS[kind].element)) | more | {"name": key}
    if kind == "note":
        return element | ({"html": both(en, de)} if en else {})
    return element | {"title": both(en, de) if en else dict(KINDS[kind].title)}


def options(*texts: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Choices or statements: value, English, German."""
    return [{"value": value, "text": both(en, de)} for value, en, de in texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A survey to start from. `name` and `use` are for colleagues; the rest is what customers read."""

    key: str
    group: Any
    name: Words
    use: Any
    icon: str
    pages: tuple[tuple[Element, ...], ...]
    type: str = "touchpoint"
    moment: str = "after"
    thanks: Words | None = None
    is_anonymous: bool = False

    @property
    def questions(self) -> int:
        """How many questions it asks at most."""
        return sum(one["type"] != "html" for page in self.pages for one in page)

    @property
    def minutes(self) -> int:
        """About how long it takes: a quarter of a minute for what is picked, three quarters for what is written."""
        seconds = sum(45 if one["type"] == "comment" else 15 for page in self.pages for one in page)
        return max(1, round(seconds / 60))

    def definition(self, *, main: str, others: tuple[str, ...] = ("en", "de")) -> dict[str, Any]:
        """Its definition with `main` as the language that is written in first, and those of `others` that it has."""
        made: dict[str, Any] = {} if main == "en" else {"locale": main}
        made |= {
            "title": self.name,
            "showQuestionNumbers": "off",
            "pages": [
                {"name": f"page{n}", "elements": deepcopy(list(page))}
                for n, page in enumerate(self.pages, start=1)
            ],
            "completedHtml": {
                language: marked_up(text) for language, text in (self.thanks or THANKS).items()
            },
        }
        if len(self.pages) > 1:
            made["showProgressBar"] = True
        translated: dict[str, Any] = in_languages(made, main=main, others=others)
        return translated
