"""Navigation: the six words, and the pages that apps register under them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest

SETTINGS = "Settings"  # pages of the person menu rather than of the rail
_ICONS = {
    "Listen": "ear",
    "Measure": "ruler-measure",
    "Understand": "bulb",
    "Act": "checklist",
    "Share": "speakerphone",
    "Plan": "map-2",
    SETTINGS: "settings",
}
WORDS = tuple(word for word in _ICONS if word != SETTINGS)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the navigation; `permission` None stands for everybody who is signed in. Pages of one `group` stand together under its name."""

    word: str
    name: str
    url_name: str
    icon: str
    permission: str | None = None
    order: int = 100
    group: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """One of the six words with the pages a person may open; `slug` is its id in the page."""

    name: str
    icon: str
    pages: tuple[Page, ...]

    @property
    def slug(self) -> str:
        return self.name.lower()

    @property
    def groups(self) -> list[tuple[str, list[Page]]]:
        """Its pages by group, the groups in the order of their first pages; those without a name first."""
        found: dict[str, list[Page]] = {"": []}
        for page in self.pages:
            found.setdefault(page.group, []).append(page)
        return [(name, pages) for name, pages in found.items() if pages]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request is: the word to mark, and the page when it is one of the navigation's own."""

    word: str | None = None
    url_name: str | None = None


CAME_FROM = "via"  # the key of an address that says from which page of the navigation a page was opened
_pages: list[Page] = []
_beneath: dict[str, str] = {}


def register_page(page: Page) -> None:
    """Add a page; called from AppConfig.ready, twice is once.

    Raises:
        ValueError: the word is not one of the six, nor Settings.
    """
    if page.word not in _ICONS:
        raise ValueError(f"{page.word!r} is no word of the navigation; expected one of {', '.join(_ICONS)}")
    if page not in _pages:
        _pages.append(page)


def register_beneath(page: str, *url_names: str) -> None:
    """Say that pages of another app stand beneath a page of the navigation; called from AppConfig.ready, twice is once."""
    _beneath.update(dict.fromkeys(url_names, page))


def pages_for(permissions: Collection[str]) -> list[Word]:
    """The six words, and Settings last, each with the pages that these permissions open; words without a page are left out."""
    allowed = [page for page in _pages if page.permission is None or page.permission in permissions]
    allowed.sort(key=lambda page: (page.order, page.name))
    words = (
        Word(name, icon, tuple(page for page in allowed if page.word == name))
        for name, icon in _ICONS.items()
    )
    return [word for word in words if word.pages]


def came_from(request: HttpRequest) -> Page | None:
    """The page of the navigation from which the address says that this one was opened."""
    named = request.GET.get(CAME_FROM, "")
    return next((page for page in _pages if page.url_name == named), None)


def current_place(request: HttpRequest) -> Place:
    """The page that the request is on, or that it was opened from. A page "x_of" belongs to the page "x"; any other page deeper in an app
    is in the word of that app's first page, Settings last."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return Place()
    if opener := came_from(request):
        return Place(opener.word, opener.url_name)
    url_name = _beneath.get(match.view_name, match.view_name)
    for page in _pages:
        if url_name in {page.url_name, f"{page.url_name}_of"}:
            return Place(page.word, page.url_name)
    siblings = [page for page in _pages if match.namespace and page.url_name.split(":")[0] == match.namespace]
    if not siblings:
        return Place()
    return Place(min(siblings, key=lambda page: (page.word == SETTINGS, page.order, page.name)).word)
