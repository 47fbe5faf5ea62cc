"""A file of Markdown or plain text: its title is what front matter or its first heading says, else the name of the file."""

import re
from pathlib import PurePath

from candor.apps.chat.articles import NewArticle
from candor.apps.chat.models import TITLE_LENGTH

ENDINGS = (".md", ".markdown", ".txt")
_FRONT = re.compile(r"\A---\s*\n(.*?)\n(?:---|\.\.\.)\s*(?:\n|\Z)", re.DOTALL)
_FACT = re.compile(r"^(title|language|lang|url)\s*:\s*(.+?)\s*$", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"\A\s*(?:#\s+(.+?)\s*#*|(.+?)\n=+)\s*(?:\n|\Z)")


def read(name: str, content: bytes) -> NewArticle:
    """The article in a file.

    Raises:
        ValueError: it is no text in UTF-8, or says nothing.

    >>> read("help/lost-card.md", b"# A lost card\\n\\nBlock it.").title
    'A lost card'
    >>> read("lost-card.md", b"---\\ntitle: Lost\\nlang: en\\n---\\nBlock it.").body
    'Block it.'
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError("expected text in UTF-8") from error
    if "\0" in text:
        raise ValueError("expected text, found a NUL character")
    facts: dict[str, str] = {}
    if front := _FRONT.match(text):
        facts = {key.lower(): value.strip("\"'") for key, value in _FACT.findall(front.group(1))}
        text = text[front.end() :]
    title = facts.get("title", "")
    if not title and (heading := _HEADING.match(text)):
        title = heading.group(1) or heading.group(2)
        text = text[heading.end() :]
    if not text.strip():
        raise ValueError("expected an article, found no words below its title")
    title = title or PurePath(name).stem.replace("-", " ").replace("_", " ").strip().capitalize()
    url = facts.get("url", "")
    return NewArticle(
        title=title[:TITLE_LENGTH], body=text.strip(), language=facts.get("language") or facts.get("lang", ""),
        url=url if url.startswith(("https://", "http://")) else "", source_key=name[-200:],
    )  # fmt: skip
