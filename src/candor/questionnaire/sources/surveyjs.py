"""SurveyJS JSON in and out.

In: unknown properties stay. What is not supported here is told and taken out; markup that could do more than set words becomes words, since the
file is a stranger's and its pages are shown to customers. Out: as it is, to the last property.
"""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from ..json_texts import bound
from .carrying import Carried, Carrying, as_html, finish

TOOL = "SurveyJS"
_HARMLESS = re.compile(r"(?:[^<>]|</?(?:p|br|b|i|u|em|strong|ul|ol|li|h[1-6]|div|span)\s*/?>)*+")
_HTML = frozenset({"html", "completedHtml", "completedBeforeHtml", "loadingHtml"})
_ADDRESSES = frozenset({"navigateToUrl", "url"})
_PICTURES = frozenset({"imageLink", "logo", "backgroundImage"})
_DEEPEST = 50


def read(source: Mapping[str, Any], file_name: str = "") -> Carried:
    """A definition that somebody made elsewhere with SurveyJS.

    Raises FileRefused when nothing of it can be asked here.
    """
    carrying = Carrying()
    definition = _harmless(carrying, _paged(copy.deepcopy(dict(source))), "", "", 0)
    title = definition.get("title")
    words = title.get("default") or next(iter(title.values()), "") if isinstance(title, Mapping) else title
    return finish(carrying, str(words or file_name.rpartition(".")[0] or TOOL), TOOL, definition)


def _paged(definition: dict[str, Any]) -> dict[str, Any]:
    """Older files name elements "questions", or have them without a page."""
    for key in ("elements", "questions"):
        if "pages" not in definition and isinstance(definition.get(key), list):
            definition["pages"] = [{"name": "page1", "elements": definition.pop(key)}]
    for page in definition["pages"] if isinstance(definition.get("pages"), list) else ():
        if isinstance(page, dict) and "questions" in page and "elements" not in page:
            page["elements"] = page.pop("questions")
    return definition


def _harmless(carrying: Carrying, node: Any, key: str, place: str, depth: int) -> Any:
    """The definition without markup, addresses and pictures that reach further than words."""
    if depth > _DEEPEST:
        return node
    if isinstance(node, dict):
        name = str(node.get("name") or place)
        is_words = key in _HTML
        return {
            one: _harmless(carrying, inner, key if is_words else one, name, depth + 1)
            for one, inner in node.items()
        }
    if isinstance(node, list):
        return [_harmless(carrying, one, key, place, depth + 1) for one in node]
    if not isinstance(node, str):
        return node
    return _harmless_text(carrying, node, key, place or "Survey")


def _harmless_text(carrying: Carrying, text: str, key: str, place: str) -> str:
    if key in _HTML and not _HARMLESS.fullmatch(text):
        carrying.lose(
            place,
            "markup",
            f"The markup of {key} could do more than set words: {text[:200]}",
            "Its words are kept; set them in the designer.",
        )
        return as_html(carrying.plain(text, place))
    if key in _ADDRESSES and not text.lower().startswith(("https://", "http://", "/")):
        carrying.lose(
            place, "address", f"An address that no browser should open: {text[:200]}", "Set a web address."
        )
        return ""
    if key in _PICTURES and text.lower().startswith(("http:", "https:", "//")):
        carrying.lose(
            place,
            "picture",
            f"A picture on another server: {text[:200]}",
            "Pages here load none from elsewhere; do without, or put it in as data.",
        )
    return text


def write(definition: Mapping[str, Any]) -> bytes:
    """A definition as a file that SurveyJS and its Creator read: nothing added, nothing left out, keys in their order.

    >>> write({"pages": [], "own": {"kept": True}}).decode().split()
    ['{', '"pages":', '[],', '"own":', '{', '"kept":', 'true', '}', '}']
    """
    bound(definition)
    return (json.dumps(definition, ensure_ascii=False, indent=2) + "\n").encode()
