"""Changes of a definition as its author makes them: questions, pages, keys. Each works on the definition it is given, in place."""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from django.utils.text import slugify
from django.utils.translation import gettext as _

from candor.questionnaire import BadExpression
from candor.questionnaire.expressions import parse

from .errors import DesignRefused
from .palette import KINDS, Element, fresh_element
from .wordings import languages_of, main_language, plain, put, said

Definition: TypeAlias = dict[str, Any]
Page: TypeAlias = dict[str, Any]

LONGEST_KEY = 60
MOST_QUESTIONS = 200
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def blank(title: str, language: str) -> Definition:
    """A definition with one empty page."""
    start: Definition = {
        "title": title,
        "showQuestionNumbers": "off",
        "pages": [{"name": "page1", "elements": []}],
    }
    return start if language == "en" else {"locale": language} | start


# -- Finding -----------------------------------------------------------------------------------------------------------


def pages(definition: Definition) -> list[Page]:
    """The pages, in order."""
    found: list[Page] = definition.setdefault("pages", [])
    return found


def elements(definition: Definition) -> Iterator[Element]:
    """Every element of every page, in the order in which people meet them."""
    for page in pages(definition):
        yield from page.get("elements", [])


def keys(definition: Definition) -> list[str]:
    """The keys of all elements, those inside panels of definitions from elsewhere too."""
    return [str(one.get("name", "")) for one in _with_inner(elements(definition))]


def _with_inner(found: Iterable[Element]) -> Iterator[Element]:
    for one in found:
        yield one
        yield from _with_inner(one.get("elements", ()))


def in_pages(definition: Definition) -> Definition:
    """A definition as the designer keeps it: questions stand on pages, which SurveyJS lets one leave out.

    >>> in_pages({"elements": [{"type": "comment", "name": "why"}]})["pages"]
    [{'name': 'page1', 'elements': [{'type': 'comment', 'name': 'why'}]}]
    """
    definition = deepcopy(definition)
    flat = definition.pop("elements", None) or definition.pop("questions", None)
    if "pages" not in definition:
        definition["pages"] = [{"name": "page1", "elements": flat or []}]
    for page in definition["pages"]:
        if "elements" not in page:
            page["elements"] = page.pop("questions", [])
    return definition


def element_of(definition: Definition, key: str) -> Element:
    """The element with this key.

    Raises:
        DesignRefused: there is none (any more).
    """
    for one in elements(definition):
        if one.get("name") == key:
            return one
    raise DesignRefused(_("There is no question “%(key)s” in this survey any more.") % {"key": key[:60]})


def page_at(definition: Definition, number: int) -> Page:
    """A page, counted from 0.

    Raises:
        DesignRefused: there is none.
    """
    all_pages = pages(definition)
    if not 0 <= number < len(all_pages):
        raise DesignRefused(_("There is no page %(number)s in this survey.") % {"number": number + 1})
    return all_pages[number]


def place_of(definition: Definition, key: str) -> tuple[int, int]:
    """On which page an element stands and where on it, both counted from 0."""
    for number, page in enumerate(pages(definition)):
        for place, one in enumerate(page.get("elements", [])):
            if one.get("name") == key:
                return number, place
    raise DesignRefused(_("There is no question “%(key)s” in this survey any more.") % {"key": key[:60]})


def heading(definition: Definition, element: Element) -> str:
    """How an element is called in a sentence: its text in the main language, short, else its key."""
    text = said(element.get("title")) or plain(said(element.get("html"))) or str(element.get("name", ""))
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"


# -- Questions ---------------------------------------------------------------------------------------------------------


def free_key(definition: Definition, wanted: str, *, taken: frozenset[str] = frozenset()) -> str:
    """`wanted`, or with the first number that makes it free among the survey's questions and the keys that were ever taken."""
    used = {key.lower() for key in keys(definition)} | {key.lower() for key in taken}
    stem = wanted[: LONGEST_KEY - 4]
    number, candidate = 1, stem
    while candidate.lower() in used:
        number += 1
        candidate = f"{stem}_{number}"
    return candidate


def add_question(
    definition: Definition,
    *,
    kind: str,
    page: int,
    taken: frozenset[str] = frozenset(),
) -> Element:
    """A new question of a kind, at the end of a page."""
    if kind not in KINDS:
        raise DesignRefused(_("There is no kind of question “%(kind)s”.") % {"kind": kind[:40]})
    if len(keys(definition)) >= MOST_QUESTIONS:
        raise DesignRefused(_("A survey holds at most %(n)s questions.") % {"n": MOST_QUESTIONS})
    made = fresh_element(
        KINDS[kind],
        name=free_key(definition, kind, taken=taken),
        main=main_language(definition),
        others=languages_of(definition)[1:],
    )
    page_at(definition, page).setdefault("elements", []).append(made)
    return made


def duplicate_question(definition: Definition, key: str, *, taken: frozenset[str] = frozenset()) -> Element:
    """A copy right below, under a key of its own."""
    number, place = place_of(definition, key)
    copy = deepcopy(element_of(definition, key))
    copy["name"] = free_key(definition, key, taken=taken)
    pages(definition)[number]["elements"].insert(place + 1, copy)
    return copy


def remove_question(definition: Definition, key: str) -> Element:
    """Take an element out; whatever asks for its answer is left as it is and shows up in the test run."""
    number, place = place_of(definition, key)
    removed: Element = pages(definition)[number]["elements"].pop(place)
    return removed


def place_question(definition: Definition, key: str, *, page: int, place: int) -> tuple[int, int]:
    """Put an element at a place on a page; returns where it came to stand."""
    target = page_at(definition, page)
    moved = remove_question(definition, key)
    row = target.setdefault("elements", [])
    place = min(max(place, 0), len(row))
    row.insert(place, moved)
    return page, place


def step_question(definition: Definition, key: str, *, down: bool) -> tuple[int, int]:
    """Move an element one place, over the edge of its page to the next; at the very ends it stays."""
    number, place = place_of(definition, key)
    row = pages(definition)[number]["elements"]
    if 0 <= (to := place + (1 if down else -1)) < len(row):
        return place_question(definition, key, page=number, place=to)
    neighbour = number + (1 if down else -1)
    if not 0 <= neighbour < len(pages(definition)):
        return number, place
    there = len(pages(definition)[neighbour].get("elements", []))
    return place_question(definition, key, page=neighbour, place=0 if down else there)


def rename_question(
    definition: Definition, key: str, to: str, *, taken: frozenset[str] = frozenset()
) -> Element:
    """Give a question another key, and say the new one wherever the old was asked for.

    Raises:
        DesignRefused: it is no key, or belongs to another question.
    """
    element = element_of(definition, key)
    if to == key:
        return element
    if not _KEY.fullmatch(to) or len(to) > LONGEST_KEY:
        raise DesignRefused(
            _(
                "“%(key)s” can’t be a key. Use up to %(n)s letters, digits and underscores, with a letter first."
            )
            % {"key": to[:80], "n": LONGEST_KEY}
        )
    if to.lower() in {one.lower() for one in keys(definition) if one != key} | {one.lower() for one in taken}:
        raise DesignRefused(
            _("“%(key)s” belongs to another question of this survey, now or in an earlier version.")
            % {"key": to}
        )
    element["name"] = to
    _say_instead(definition, key, to)
    return element


def _say_instead(value: Any, old: str, new: str) -> None:
    """Replace `{old}` by `{new}` in every text and expression, also `{old.row}` and `{old[0]}`."""
    pattern = re.compile(r"\{" + re.escape(old) + r"(?=[.\[}])")
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for at, one in list(pairs):
        if isinstance(one, str):
            value[at] = pattern.sub("{" + new, one)
        elif isinstance(one, dict | list):
            _say_instead(one, old, new)


# -- Pages -------------------------------------------------------------------------------------------------------------


def add_page(definition: Definition) -> Page:
    """An empty page at the end."""
    used = {page.get("name") for page in pages(definition)}
    number = len(used) + 1
    while f"page{number}" in used:
        number += 1
    made: Page = {"name": f"page{number}", "elements": []}
    pages(definition).append(made)
    return made


def move_page(definition: Definition, number: int, *, down: bool) -> int:
    """Swap a page with its neighbour; returns its place."""
    page_at(definition, number)
    to = number + (1 if down else -1)
    if not 0 <= to < len(pages(definition)):
        return number
    row = pages(definition)
    row[number], row[to] = row[to], row[number]
    return to


def remove_page(definition: Definition, number: int) -> Page:
    """Take a page out with its questions.

    Raises:
        DesignRefused: it is the only one.
    """
    page = page_at(definition, number)
    if len(pages(definition)) == 1:
        raise DesignRefused(_("A survey needs at least one page."))
    pages(definition).remove(page)
    return page


# -- What is said of one question --------------------------------------------------------------------------------------


def set_flag(holder: dict[str, Any], field: str, value: bool) -> None:
    """Put a yes or no; no is what a definition leaves out."""
    if value:
        holder[field] = True
    else:
        holder.pop(field, None)


def set_items(holder: dict[str, Any], field: str, lines: list[str]) -> None:
    """Put what can be chosen, one text a line; a text that was only reworded keeps its value, and so its answers and translations."""
    old = [_as_item(one) for one in holder.get(field, [])]
    holder[field] = aligned(old, [line.strip() for line in lines if line.strip()])


def _as_item(one: Any) -> dict[str, Any]:
    return deepcopy(one) if isinstance(one, dict) else {"value": one, "text": str(one)}


def aligned(old: list[dict[str, Any]], lines: list[str]) -> list[dict[str, Any]]:
    """Items for these texts. A text that was there keeps its item; of the rest, as many as were replaced at one place keep theirs reworded.

    >>> aligned([{"value": "a", "text": "Good"}, {"value": "b", "text": "Bad"}], ["Very good", "Bad", "New"])
    [{'value': 'a', 'text': 'Very good'}, {'value': 'b', 'text': 'Bad'}, {'value': 'new', 'text': 'New'}]
    """
    texts = [said(one.get("text")) or str(one.get("value", "")) for one in old]
    used = {str(one.get("value")) for one in old}
    made: list[dict[str, Any]] = []
    for what, a, b, c, d in SequenceMatcher(None, texts, lines, autojunk=False).get_opcodes():
        kept = old[a:b] if what in {"equal", "replace"} else []
        for at, line in enumerate(lines[c:d]):
            item = deepcopy(kept[at]) if at < len(kept) else {"value": _free_value(line, used, old)}
            if said(item.get("text")) != line:
                put(item, "text", line)
            used.add(str(item["value"]))
            made.append(item)
    return made


def _free_value(text: str, used: set[str], old: list[dict[str, Any]]) -> Any:
    numbers = [one["value"] for one in old if isinstance(one.get("value"), int)]
    if old and len(numbers) == len(old):
        return max([*numbers, *(int(one) for one in used if one.lstrip("-").isdecimal())]) + 1
    stem = slugify(text).replace("-", "_")[:40] or "choice"
    number, value = 1, stem
    while value in used:
        number += 1
        value = f"{stem}_{number}"
    return value


def set_scale(element: Element, lowest: int, highest: int) -> None:
    """Put the ends of a rating's scale.

    Raises:
        DesignRefused: no scale that people can answer on.
    """
    if not (0 <= lowest < highest <= 10 and lowest in {0, 1}):
        raise DesignRefused(
            _("A scale begins at 0 or 1 and ends at 10 at most; %(lowest)s to %(highest)s does not.")
            % {"lowest": lowest, "highest": highest}
        )
    element["rateMin"], element["rateMax"] = lowest, highest


def set_input(element: Element, kind: str, lowest: float | None, highest: float | None) -> None:
    """Put what may be written into one line; only a number has ends."""
    ends = {"min": lowest, "max": highest} if kind == "number" else {"min": None, "max": None}
    for field, value in {"inputType": None if kind == "text" else kind, **ends}.items():
        if value is None:
            element.pop(field, None)
        else:
            element[field] = int(value) if isinstance(value, float) and value.is_integer() else value


def set_expression(element: Element, expression: str) -> None:
    """Put the condition under which an element is shown, as an expert writes it; empty means always.

    Raises:
        DesignRefused: it can't be read.
    """
    expression = expression.strip()
    if not expression:
        element.pop("visibleIf", None)
        return
    try:
        parse(expression)
    except BadExpression as error:
        raise DesignRefused(_("This condition can’t be read: %(error)s") % {"error": error}) from error
    element["visibleIf"] = expression
