"""Upward presence on a page: an app higher up registers a panel, the page loads it by HTMX."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """A fragment shown on the page `place` (for example "customer"); `url_name` takes that page's id, if it has one."""

    place: str
    title: str
    url_name: str
    order: int = 100


_panels: list[Panel] = []


def register_panel(panel: Panel) -> None:
    """Add a panel; called from AppConfig.ready, twice is once."""
    if panel not in _panels:
        _panels.append(panel)


def panels_for(place: str) -> list[Panel]:
    """The panels of a page in their order."""
    return sorted((p for p in _panels if p.place == place), key=lambda p: (p.order, p.title))
