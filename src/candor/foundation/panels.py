"""Upward presence on a page: an app higher up registers a panel, the page loads it by HTMX, a document asks for it in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Printed:
    """What a panel says in a document: a sentence, and a table under it unless it has no rows."""

    lede: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """A fragment shown on the page `place` (for example "customer"); `url_name` takes that page's id, if it has one.

    `printed` says the same for a document, from what the page is about and the scope; None for whoever may not take it away.
    """

    place: str
    title: str
    url_name: str
    order: int = 100
    printed: Callable[[Any, Any], Printed | None] | None = None


_panels: list[Panel] = []


def register_panel(panel: Panel) -> None:
    """Add a panel; called from AppConfig.ready, twice is once."""
    if panel not in _panels:
        _panels.append(panel)


def panels_for(place: str) -> list[Panel]:
    """The panels of a page in their order."""
    return sorted((p for p in _panels if p.place == place), key=lambda p: (p.order, p.title))
