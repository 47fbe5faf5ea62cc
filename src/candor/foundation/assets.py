"""Addresses of the built front end: scripts, styles and the icon sprite, by the names that the build gave them."""

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.templatetags.static import static

_ENTRIES = {
    "main": "frontend/main.ts",
    "answer": "frontend/answer.ts",
    "chat": "frontend/chat.ts",
    "chart": "frontend/chart.ts",
    "theme": "frontend/theme.ts",
    "widget": "frontend/widget.ts",
    "icons": "icons.svg",
}


class UnknownIcon(LookupError):
    """A template asks for an icon that is not in icons.json."""


def entry_url(name: str) -> str:
    """Address of a built entry; empty while nothing is built."""
    return _url(_manifest().get(_ENTRIES[name], {}).get("file"))


def built_text(name: str) -> str:
    """The text of a built entry, for scripts that are asked for at an address that never changes; empty while nothing is built."""
    path = _manifest().get(_ENTRIES[name], {}).get("file")
    return _text(_manifest_path().parent / path) if path else ""


@lru_cache(maxsize=8)
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")  # its name carries a hash, so that it never changes


def style_urls(entry: str = "main") -> list[str]:
    """Addresses of the style sheets of an entry."""
    return [_url(path) for path in _manifest().get(_ENTRIES[entry], {}).get("css", [])]


def font_urls() -> list[str]:
    """The one font file that nearly every page needs, to be fetched before the style sheet is read."""
    fonts = _manifest().get(_ENTRIES["main"], {}).get("assets", [])
    return [_url(path) for path in fonts if "inter-latin-wght-normal" in path]


def icon_url(name: str) -> str:
    """Address of one icon inside the sprite.

    Raises:
        UnknownIcon: the name is not in icons.json.
    """
    if name not in _icon_names():
        raise UnknownIcon(
            f"{name!r} is not in candor/foundation/icons.json; add it there and build the front end"
        )
    return f"{entry_url('icons')}#{name}"


def is_built() -> bool:
    """Whether the front end has been built."""
    return bool(_manifest())


def _url(path: str | None) -> str:
    return static(f"build/{path}") if path else ""


def _manifest() -> dict[str, Any]:
    path = _manifest_path()
    try:
        return _read_manifest(
            path, path.stat().st_mtime_ns
        )  # a build while the server runs takes effect at once
    except FileNotFoundError:
        return {}


@lru_cache(maxsize=1)
def _manifest_path() -> Path:
    found = finders.find("build/manifest.json")
    return (
        Path(found)
        if isinstance(found, str)
        else Path(__file__).parent.parent / "web/static/build/manifest.json"
    )


@lru_cache(maxsize=1)
def _read_manifest(path: Path, _written_at: int) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


@lru_cache(maxsize=1)
def _icon_names() -> frozenset[str]:
    return frozenset(
        json.loads(files("candor.foundation").joinpath("icons.json").read_text(encoding="utf-8"))
    )
