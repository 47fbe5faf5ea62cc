"""Articles into passages: what one answer can quote.

An article is Markdown; plain text is Markdown without marks. A passage is one or more whole paragraphs or list entries under one heading,
so that a quotation never begins in the middle of a thought.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

MOST_WORDS = 90  # of a passage, unless a single paragraph is longer
_SENTENCE_END = re.compile(r"(?<=[.!?؟…])[\"'”’»)]*\s+(?=[^\W\d_]|[\d\"'“‘«(¿¡])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|mr|mrs|ms|dr|no|nr|approx|bzw|usw|ca|z\.\s?b|d\.\s?h|p\.\s?ex|sr|sra|núm|art)|\b[^\W\d_]|\b\d{1,2})\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Article:
    """What the company has written.

    Attributes:
        key: Tells articles apart.
        title: Its heading.
        body: Markdown or plain text.
        language: ISO 639-1 code, by which its words are stemmed.
    """

    key: str
    title: str
    body: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article in plain text, as it can be quoted.

    Attributes:
        article: The article's key.
        place: Which piece of it, from 0.
        title: The article's title.
        heading: The heading that it stands under; empty at the beginning.
        text: The paragraphs, parted by newlines.
        language: The article's.
    """

    article: str
    place: int
    title: str
    heading: str
    text: str
    language: str


def split_article(article: Article) -> tuple[Passage, ...]:
    """Cut an article into passages, in its own order.

    Examples:
        >>> lost = Article("lost", "Lost cards", "Block it at once.\\n\\n## New card\\n\\nIt comes in **5 days**.")
        >>> [(passage.heading, passage.text) for passage in split_article(lost)]
        [('', 'Block it at once.'), ('New card', 'It comes in 5 days.')]
    """
    pieces = _gather(_blocks(article.body))
    return tuple(
        Passage(article.key, place, article.title, heading, text, article.language)
        for place, (heading, text) in enumerate(pieces)
    )


def _gather(blocks: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Neighbouring paragraphs under one heading, as long as they stay short."""
    under, kept = "", list[str]()
    for heading, text in blocks:
        is_full = sum(len(part.split()) for part in kept) + len(text.split()) > MOST_WORDS
        if kept and (heading != under or is_full):
            yield under, "\n".join(kept)
            kept = []
        under = heading
        kept.append(text)
    if kept:
        yield under, "\n".join(kept)


def _blocks(body: str) -> Iterator[tuple[str, str]]:
    """Each paragraph, list entry, row of a table or block of code with the heading above it."""
    heading, in_heading = "", False
    cells = list[str]()
    for token in _markdown().parse(body):
        if token.type in {"heading_open", "heading_close"}:
            in_heading = token.type == "heading_open"
        elif token.type == "tr_close":
            yield heading, " · ".join(filter(None, cells))
            cells = []
        elif text := _plain(token):
            if in_heading:
                heading = text
            elif token.level and _is_cell(token):
                cells.append(text)
            else:
                yield heading, text


def _is_cell(token: Token) -> bool:
    return token.type == "inline" and bool(token.meta.get("cell"))


def _plain(token: Token) -> str:
    """The words of a block without its marks."""
    if token.type in {"fence", "code_block"}:
        return token.content.strip()
    parts = list[str]()
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type == "image":
            parts.append(child.content)  # what stands for the picture
    return " ".join("".join(parts).split())


def render(body: str) -> str:
    """Markdown as HTML. HTML in it stays text, and only addresses of the web, of mail and of telephones become links."""
    return str(_markdown().render(body))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    def mark_cells(state: object) -> None:
        inside = False
        for token in state.tokens:  # type: ignore[attr-defined]
            inside = token.type in {"td_open", "th_open"} or (
                inside and token.type not in {"td_close", "th_close"}
            )
            if token.type == "inline":
                token.meta["cell"] = inside

    markdown = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
    markdown.core.ruler.push("cells", mark_cells)
    return markdown


def sentences(text: str) -> list[str]:
    """The sentences of a passage in their order; an entry of a list counts as one or more of its own.

    Examples:
        >>> sentences("Call us, e.g. by phone. We answer at once!\\nOr write.")
        ['Call us, e.g. by phone.', 'We answer at once!', 'Or write.']
    """
    found = list[str]()
    for line in text.split("\n"):
        held = ""
        for part in _SENTENCE_END.split(line):
            held = f"{held} {part}".strip()
            if not _ABBREVIATION.search(held):
                found.append(held)
                held = ""
        if held:
            found.append(held)
    return found
