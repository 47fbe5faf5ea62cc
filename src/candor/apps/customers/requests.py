"""Kinds of request to customers: a room that asks customers for something registers what it asks; the governor above decides whether,
whom and when, and sends it. So no room asks past another.

A room gives its targets (what can be asked for, a survey or a place to review) and the letter that asks one customer for one of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAsk:
    """One customer who is asked: `key` is the request's own, the same whenever its letter is written again."""

    customer_id: int
    key: str
    language: str
    unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a request says, in `language`.

    `choices` are a row of short links (a scale), `ends` the words under its first and last; `button` is the one link besides.
    """

    subject: str
    heading: str
    text: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    ends: tuple[str, str] = ("", "")
    button: tuple[str, str] | None = None
    brand_color: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a room asks for: `targets` gives (key, name) of what is open, `letter(target, asked)` what to say, None once it is closed."""

    key: str
    name: "StrOrPromise"
    targets: Callable[[], list[tuple[str, str]]]
    letter: Callable[[str, ToAsk], Letter | None] = field(compare=False)


_kinds: dict[str, Kind] = {}


def register_request_kind(kind: Kind) -> None:
    """Add a kind; called from AppConfig.ready, twice is once."""
    _kinds[kind.key] = kind


def request_kinds() -> list[Kind]:
    """All of them, by key."""
    return [_kinds[key] for key in sorted(_kinds)]


def request_kind(key: str) -> Kind | None:
    """The kind of that key; None where no room offers it."""
    return _kinds.get(key)
