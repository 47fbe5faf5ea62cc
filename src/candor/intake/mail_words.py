"""The words of a mail: out of HTML, and those that are new in it.

Kept small and linear in the length of the text on purpose, since strangers write it: what is cut is only what is certain to be a quote or
a signature, and whoever calls this keeps the whole beside it.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_TAGS: Final = 10_000  # what comes after is left out: elements nested in each other take time by the square of their number
_SKIPPED: Final = frozenset({"script", "style", "head", "title", "template", "object", "svg", "-comment"})
_BREAKS: Final = frozenset(
    {"p", "div", "br", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre", "section", "article"}
)  # fmt: skip
_BEFORE: Final = {"li": "- ", "td": " ", "th": " "}
_MOST_QUOTED: Final = 5  # levels that are marked
_WROTE: Final = re.compile(
    r"\b(?:wrote|writes|schrieb|schrieben|écrit|escribió|scritto|schreef|skrev|pisze|napisał|napsal|escreveu|kirjoitti|yazdı)\b",
    re.IGNORECASE,
)
_SEPARATOR: Final = re.compile(
    r"^\W*-{3,}\s*(?:original message|original appointment|ursprüngliche nachricht|message d'origine|messaggio originale|mensaje original|"
    r"oorspronkelijk bericht|mensagem original|original meddelelse|ursprungligt meddelande|wiadomość oryginalna)\s*-{3,}\W*$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"^[*\s]*(?:From|Von|De|Da|Van|Från|Fra|Od|Lähettäjä)\s?:[*\s]*\S", re.IGNORECASE)
_FIELD: Final = re.compile(
    r"^[*\s]*(?:Sent|To|Subject|Date|Cc|Gesendet|An|Betreff|Datum|Envoyé|À|Objet|Inviato|A|Oggetto|Data|Enviado|Para|Asunto|Fecha|Verzonden|"
    r"Aan|Onderwerp|Skickat|Till|Ämne|Sendt|Til|Emne|Wysłano|Do|Temat)\s?:",
    re.IGNORECASE,
)
_SENT_FROM: Final = re.compile(
    r"^(?:sent from my|sent from outlook|sent via|get outlook for|von meinem .{1,30} gesendet|gesendet mit der|envoyé de mon|envoyé depuis|"
    r"inviato da|enviado desde|verzonden vanaf|skickat från)\b.{0,80}$",
    re.IGNORECASE,
)
_MOST_FIELDS_APART: Final = 6
_LONGEST_SEPARATOR: Final = (
    200  # characters; to look for one in a line of dashes takes the square of its length
)


def from_html(html: str) -> str:
    """What a page says up to `MOST_TAGS` tags, in lines; quoted parts begin with ">", hidden ones are left out.

    >>> from_html("<p>Hello&nbsp;<b>you</b></p><blockquote>Dear Jane</blockquote>")
    'Hello you\n\n> Dear Jane'
    """
    out: list[str] = []
    quoted = 0
    tag_places = islice(re.finditer("<", html), MOST_TAGS, None)
    page = html[: next((found.start() for found in tag_places), len(html))]
    for node, is_end in _walk(LexborHTMLParser(page).root):
        tag = node.tag or ""
        if tag == "blockquote":
            quoted += -1 if is_end else 1
        if tag in _BREAKS and not (is_end and tag in {"br", "li"}):
            out.append(("\n\n" if tag in {"p", "blockquote"} else "\n") + "> " * min(quoted, _MOST_QUOTED))
        elif tag == "-text" and not is_end:
            out.append((node.text_content or "").replace("\n", " ").replace("\r", " "))
        if not is_end:
            out.append(_BEFORE.get(tag, ""))
    lines = [" ".join(line.split()) for line in "".join(out).split("\n")]
    kept = [
        line
        for place, line in enumerate(lines)
        if line.strip("> ") or (place and lines[place - 1].strip("> "))
    ]
    return "\n".join(line if line.strip("> ") else "" for line in kept).strip()


def _walk(root: LexborNode | None) -> Iterator[tuple[LexborNode, bool]]:
    """Every node that is shown, once when it begins and once when it ends."""
    waiting = [(root, False)] if root is not None else []
    while waiting:
        node, is_end = waiting.pop()
        yield node, is_end
        if is_end or node.tag == "-text":
            continue
        waiting.append((node, True))
        inside = node.last_child
        while inside is not None:
            if _is_shown(inside):
                waiting.append((inside, False))
            inside = inside.prev


def _is_shown(node: LexborNode) -> bool:
    if node.tag in _SKIPPED:
        return False
    style = "" if node.tag == "-text" else node.attributes.get("style") or ""
    return "display:none" not in style.replace(" ", "").lower()


def new_words(text: str) -> str:
    """A mail's words without what it quotes, without the lines that say so, and without its signature; the whole where nothing is left.

    >>> new_words("It broke.\\n\\nOn 1 June 2026, Mona wrote:\\n> How is it?\\n\\n-- \\nJane")
    'It broke.'
    """
    lines = text.split("\n")
    lines = _unquoted(lines[: _end(lines)])
    while lines and (not lines[-1].strip() or _SENT_FROM.match(lines[-1].strip())):
        lines.pop()
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return kept or text.strip()


def _end(lines: list[str]) -> int:
    """Where the part begins that a mail program put under the words: the message answered, or the signature."""
    for place, line in enumerate(lines):
        if line.rstrip() == "--" or (len(line) <= _LONGEST_SEPARATOR and _SEPARATOR.match(line.strip())):
            return place
        if (
            _FROM.match(line)
            and sum(bool(_FIELD.match(one)) for one in lines[place + 1 : place + _MOST_FIELDS_APART]) >= 2
        ):
            above = (
                place and set(lines[place - 1].strip()) <= {"_", "-"} and len(lines[place - 1].strip()) >= 10
            )
            return place - 1 if above else place
    return len(lines)


def _unquoted(lines: list[str]) -> list[str]:
    """Without lines that begin with ">", and without the line or two above them that say who wrote it."""
    kept: list[str] = []
    was_quoted = False
    for line in lines:
        if line.lstrip().startswith(">"):
            if not was_quoted:
                _drop_attribution(kept)
            was_quoted = True
        else:
            kept.append(line)
            was_quoted = was_quoted and not line.strip()
    if kept and not was_quoted:
        _drop_attribution(kept, ends_there=True)
    return kept


def _drop_attribution(kept: list[str], *, ends_there: bool = False) -> None:
    """Drop "On 1 June 2026, Mona wrote:" from the end: up to three lines, the last with a colon."""
    place = len(kept)
    while place and not kept[place - 1].strip():
        place -= 1
    if not place or not kept[place - 1].rstrip().endswith((":", "：")):
        return
    first = place - 1
    while first and place - first < 3 and kept[first - 1].strip():
        first -= 1
    for start in range(place - 1, first - 1, -1):
        words = " ".join(kept[start:place])
        if _WROTE.search(words) and re.search(r"\d|@", words):
            del kept[start:]
            return
    if not ends_there and (_WROTE.search(kept[place - 1]) or re.search(r"\d{1,4}[./: -]\d", kept[place - 1])):
        del kept[place - 1 :]
