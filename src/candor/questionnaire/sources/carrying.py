"""What every source shares: losses, names that are taken once, texts without their markup, and the last check of what was made."""

import copy
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import BadDefinition, Fault, FileRefused
from ..reader import LONGEST_NAME
from ..reading import read_definition

MOST_ROUNDS = 6
LONGEST_TEXT = 50_000
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that could not be carried over: where it was, what it was, what to do about it."""

    place: str
    code: str
    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what} {self.advice}".strip()


@dataclass(frozen=True, slots=True)
class Carried:
    """A definition as SurveyJS JSON, made from another tool's file, and everything that is not in it."""

    name: str
    tool: str
    definition: dict[str, Any]
    losses: tuple[Loss, ...]


@dataclass(slots=True)
class Carrying:
    """One file on its way: losses so far, names taken, languages."""

    losses: list[Loss] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def lose(self, place: str, code: str, what: str, advice: str) -> None:
        """Note a loss; the same one at the same place once."""
        loss = Loss(place[:200], code, what[:600], advice)
        if loss not in self.losses:
            self.losses.append(loss)

    def name(self, wanted: str, instead: str) -> str:
        """A name like the wanted one that conditions can use and nobody has: letters, digits, `_` and `-`."""
        clean = re.sub(r"[^\w-]+", "_", wanted, flags=re.UNICODE).strip("_") or instead
        clean = clean[: LONGEST_NAME - 24]
        name, number = clean, 2
        while name.lower() in self.taken:
            name, number = f"{clean}_{number}", number + 1
        self.taken.add(name.lower())
        return name

    def plain(self, given: object, place: str) -> str:
        """A text without its markup; pictures, media and scripts are told as losses."""
        if given is None or isinstance(given, list | dict | bool):
            return ""
        text = str(given)
        if len(text) > LONGEST_TEXT:
            self.lose(
                place,
                "text_cut",
                f"A text has {len(text):,} characters.",
                f"The first {LONGEST_TEXT:,} are kept; shorten it.",
            )
            text = text[:LONGEST_TEXT]
        reader = _Plain(text)
        for tag, what in reader.lost[:20]:
            self.lose(
                place, "markup", f"A text holds {what} ({tag}).", "Put it in again by hand, or do without."
            )
        return reader.text()


_MEDIA = {"img": "a picture", "video": "a film", "audio": "a sound", "iframe": "another page", "object": "an object", "embed": "an object", "table": "a table",
          "script": "a script", "style": "styles", "input": "a field", "form": "a form"}  # fmt: skip
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table"})
_SILENT = frozenset({"script", "style"})


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b([^<>]{0,4000})>|<!--[^<>]{0,4000}-->")
_ADDRESS = re.compile(r"\b(?:src|href|data)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


class _Plain:
    """Takes the words out of HTML, and notes what is more than words; in time that grows with the text and no faster."""

    def __init__(self, text: str) -> None:
        self.parts: list[str] = []
        self.lost: list[tuple[str, str]] = []
        self.silent = ""
        end = 0
        for found in _TAG.finditer(text):
            self._words(text[end : found.start()])
            end = found.end()
            if found[2]:
                self._tag(found[2].lower(), found[3], is_end=bool(found[1]))
        self._words(text[end:])

    def _tag(self, tag: str, attributes: str, *, is_end: bool) -> None:
        if is_end:
            self.silent = "" if tag == self.silent else self.silent
        elif tag in _SILENT:
            self.silent = tag
        address = _ADDRESS.search(attributes)
        where = address[1][:_SHOWN] if address else ""
        if not is_end and tag in _MEDIA:
            self.lost.append((f"<{tag}> {where}".strip(), _MEDIA[tag]))
        elif not is_end and tag == "a" and where:
            self.lost.append((where, "a link"))
        if tag in _BREAKS:
            self.parts.append("\n")

    def _words(self, text: str) -> None:
        if not self.silent:
            self.parts.append(html.unescape(text))

    def text(self) -> str:
        """The words, with breaks where there were some."""
        words = re.sub(r"[^\S\n]+", " ", "".join(self.parts).replace("\xa0", " "))
        return "\n".join(line.strip() for line in words.split("\n") if line.strip())


def literal(value: object) -> str:
    """A value as conditions write it.

    >>> literal("it's"), literal(5), literal("5")
    ('"it\\'s"', '5', '5')
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    if re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d+)?", text):
        return text
    text = text.replace("\\", "")
    return (
        f'"{text}"'
        if "'" in text and '"' not in text
        else "'" + text.replace("'", "\\'").replace('"', '\\"') + "'"
    )


def number_or_text(value: object) -> int | str:
    """A code as the number it spells, else as it is."""
    text = str(value)
    return int(text) if re.fullmatch(r"-?(0|[1-9]\d{0,8})", text) else text


def localized(texts: Mapping[str, str], default: str) -> str | dict[str, str]:
    """Words as SurveyJS writes them: a text where there is one language, else texts by language; empty ones are left out."""
    found = {
        ("default" if language == default else language): words for language, words in texts.items() if words
    }
    return found.get("default", "") if set(found) <= {"default"} else found


def as_html(words: str) -> str:
    """Plain words as HTML that says nothing else.

    >>> as_html("a < b\\nc")
    '<p>a &lt; b<br>c</p>'
    """
    safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p>{safe.replace(chr(10), '<br>')}</p>"


def all_of(conditions: Iterable[str]) -> str:
    """Conditions that must hold together."""
    found = list(dict.fromkeys(one for one in conditions if one))
    return found[0] if len(found) == 1 else " and ".join(f"({one})" for one in found)


def finish(carrying: Carrying, name: str, tool: str, definition: dict[str, Any]) -> Carried:
    """The last check: whatever is still no part of a definition is taken out and told.

    Raises FileRefused when nothing that can be asked is left, or too much.
    """
    definition = copy.deepcopy(definition)
    for _ in range(MOST_ROUNDS):
        try:
            read_definition(definition)
        except BadDefinition as error:
            if not any(_take_out(carrying, definition, fault) for fault in reversed(error.faults)):
                raise FileRefused(f"What was read is no questionnaire: {error}") from error
        else:
            return Carried(name[:120] or tool, tool, definition, tuple(carrying.losses))
    raise FileRefused("What was read is no questionnaire: too much of it can't be carried over.")


_STEP = re.compile(r"([\w]+)|\[(\d+)\]")
_ADVICE = "Make it again by hand."


def _take_out(carrying: Carrying, definition: dict[str, Any], fault: Fault) -> bool:
    """Remove the part that a fault names; an element where what is wrong is inside of one."""
    steps = [int(found[2]) if found[2] else found[1] for found in _STEP.finditer(fault.place)]
    if not steps:
        return False
    at, last = _cut(definition, steps, fault)
    if at is None:
        return False
    part = at[last]
    carrying.lose(
        _told_place(fault, part),
        fault.code,
        f"{fault.message} Left out: {_shown(part)}",
        _ADVICE,
    )
    del at[last]
    return True


def _shown(part: object) -> str:
    """What was left out, by its words where it has any."""
    title = part.get("title") if isinstance(part, Mapping) else None
    words = next((one for one in title.values() if one), "") if isinstance(title, Mapping) else title
    return f"“{str(words)[:120]}”" if words else json.dumps(part, ensure_ascii=False)[:_SHOWN]


def _told_place(fault: Fault, part: object) -> str:
    name = part.get("name") if isinstance(part, Mapping) else None
    return str(name or fault.place)


def _cut(definition: dict[str, Any], steps: list[int | str], fault: Fault) -> tuple[Any, Any]:
    """The container and key of what is to go: a condition, a choice, a trigger alone; else the whole element."""
    node: Any = definition
    path: list[tuple[Any, Any]] = []
    for step in steps:
        if not _has(node, step):
            break
        path.append((node, step))
        node = node[step]
    alone = {
        "visibleIf",
        "enableIf",
        "requiredIf",
        "choicesVisibleIf",
        "choicesEnableIf",
        "rowsVisibleIf",
        "columnsVisibleIf",
        "expression",
        "measure",
    }
    for container, step in reversed(path):
        is_item = isinstance(step, int)
        if (is_item and fault.code != "no_list") or step in alone:
            return container, step
    return path[-1] if path else (None, None)


def _has(node: Any, step: int | str) -> bool:
    if isinstance(step, int):
        return isinstance(node, list) and step < len(node)
    return isinstance(node, dict) and step in node


Pipe = Callable[[str], str | None]


def piped_anew(text: str, pattern: re.Pattern[str], translate: Pipe, lost: Callable[[str], None]) -> str:
    """A text whose places for answers are written anew as `{name}`; what can't be is told and leaves “…”.

    Braces that are none are made round, since SurveyJS would take them for names.
    """
    parts: list[str] = []
    end = 0
    for found in pattern.finditer(text):
        parts.append(_round(text[end : found.start()]))
        name = translate(found[0])
        if name is None:
            lost(found[0])
        parts.append("…" if name is None else f"{{{name}}}")
        end = found.end()
    return "".join([*parts, _round(text[end:])])


def _round(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")
