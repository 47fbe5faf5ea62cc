"""What a connector to a review site is, and how it talks to the site.

A connector lists pages of reviews from a cursor on, the newest first, and posts a reply. It keeps nothing: what it must remember
between calls, such as an access token, it hands to `Access.keep`.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from candor.foundation.errors import AddressRefused, NoAnswer
from candor.foundation.outgoing import Answer, send

from ..choices import Site
from ..errors import SiteRefused, SiteUnwell, SlowDown
from ..sources.item import Shape, UnfitItem, Values

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

USUAL_WAIT = 15 * 60  # seconds, where a site says that we are too fast and not for how long
LONGEST_WAIT = 24 * 3600
EARLY = 60  # seconds before its end at which an access token is renewed


@dataclass(frozen=True, slots=True)
class Setting:
    """Something a person fills in; secrets are sealed and never shown again."""

    key: str
    label: "StrOrPromise"
    help: "StrOrPromise" = ""
    is_secret: bool = False
    is_long: bool = False


@dataclass(slots=True)
class Access:
    """What a connector needs to get in; `keep` stores secrets that the site renewed."""

    settings: Mapping[str, str]
    secrets: dict[str, Any]
    keep: Callable[[dict[str, Any]], None]

    def address(self, usual: str) -> str:
        """Where the site's API is: at its own address, unless a gateway or stand-in is named."""
        return (self.settings.get("address") or usual).rstrip("/")

    def remember(self, **renewed: Any) -> None:
        """Keep what the site renewed."""
        self.secrets = self.secrets | renewed
        self.keep(self.secrets)


@dataclass(frozen=True, slots=True)
class PageOfReviews:
    """Reviews of one page and where the next begins; "" at the end. `unfit` tells items that could not be read."""

    items: tuple[Values, ...]
    next: str
    unfit: tuple[str, ...] = ()


class Connector(Protocol):
    """A review site.

    `lists_everything` says whether a review that is on no page is gone at the site; `longest_reply` is in characters.
    """

    @property
    def site(self) -> Site: ...
    @property
    def settings(self) -> tuple[Setting, ...]: ...
    @property
    def lists_everything(self) -> bool: ...
    @property
    def longest_reply(self) -> int: ...

    def page(self, access: Access, cursor: str) -> PageOfReviews:
        """The page at the cursor, "" for the first.

        Raises:
            SlowDown: the site wants us to wait.
            SiteRefused: it did not do it; the words say why.
        """

    def reply(self, access: Access, key: str, text: str) -> None:
        """Post our answer to a review, in place of an earlier one.

        Raises:
            SlowDown, SiteRefused: as for a page.
        """


ADDRESS = Setting(
    "address", _("Address of the API"), _("Leave empty for the site’s own. For a gateway of your company.")
)


class AccessRefused(SiteRefused):
    """The site does not take the access it was shown; a new token may help once."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a site."""

    method: str
    url: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None


def ask(site: Site, question: Ask) -> Any:
    """The site's answer as JSON; None where it says nothing.

    Raises:
        SlowDown: 429, or 503 with a time to wait.
        AccessRefused: 401.
        SiteRefused: anything else that is no success, with what the site said.
    """
    headers = {"Accept": "application/json"} | dict(question.headers)
    body = None
    if question.form is not None:
        body, headers["Content-Type"] = urlencode(question.form).encode(), "application/x-www-form-urlencoded"
    elif question.body is not None:
        body, headers["Content-Type"] = json.dumps(question.body).encode(), "application/json"
    url = f"{question.url}?{urlencode(question.query)}" if question.query else question.url
    try:
        answer = send(question.method, url, headers=headers, body=body, deadline=30)
        _refuse(site, answer)
        return answer.json() if answer.body.strip() else None
    except NoAnswer as error:
        raise SiteUnwell(f"{site.label}: {error}") from error
    except AddressRefused as error:
        raise SiteRefused(f"{site.label}: {error}") from error


def _refuse(site: Site, answer: Answer) -> None:
    if answer.is_success:
        return
    said = _what_it_said(answer)
    words = f"{site.label} answered {answer.status}{f': {said}' if said else ''}."
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        seconds = wait_of(answer.headers.get("retry-after", ""), now=datetime.now(UTC))
        raise SlowDown(f"{site.label} asked us to slow down.", seconds=seconds)
    if answer.status == 401:
        raise AccessRefused(f"{words} It no longer accepts the keys of this connection. Enter them anew.")
    if answer.status == 403:
        raise SiteRefused(f"{words} The keys of this connection may not do this.")
    if answer.status == 404:
        raise SiteRefused(
            f"{words} There is no such place or review; look at the numbers of this connection."
        )
    raise SiteUnwell(words) if answer.status >= 500 else SiteRefused(words)


def wait_of(header: str, *, now: datetime) -> int:
    """Seconds to wait that Retry-After asks for, as seconds or as a day and time; bounded.

    >>> wait_of("120", now=datetime(2026, 1, 1, tzinfo=UTC)), wait_of("", now=datetime(2026, 1, 1, tzinfo=UTC))
    (120, 900)
    """
    text = header.strip()
    if text.isdecimal():
        return min(max(int(text), 1), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return USUAL_WAIT
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(int((until - now).total_seconds()), 1), LONGEST_WAIT)


def _what_it_said(answer: Answer) -> str:
    """The site's own words about an error, short and without what is no text."""
    try:
        told = answer.json()
    except NoAnswer:
        return ""
    errors = told.get("errors") if isinstance(told, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors else told
    places = ("error_description", "message", "detail", "title", "error")
    for place in places:
        found = first.get(place) if isinstance(first, Mapping) else None
        found = found.get("message") if isinstance(found, Mapping) else found
        if isinstance(found, str) and found:
            return " ".join(found.split())[:200]
    return ""


def read_page(shape: Shape, document: Any, next_: str) -> PageOfReviews:
    """The reviews of a page in plain values, and which could not be read. A page without reviews is an empty page."""
    items, unfit = [], []
    for item in shape.items(document) or []:
        try:
            items.append(shape.values(item))
        except (UnfitItem, AttributeError, TypeError) as error:
            unfit.append(str(error))
    return PageOfReviews(tuple(items), next_, tuple(unfit))


def token(access: Access, renew: Callable[[], tuple[str, float]]) -> str:
    """The access token at hand, or a new one where it has ended; `renew` gives the token and the seconds it lasts."""
    at_hand, until = access.secrets.get("token", ""), float(access.secrets.get("token_until", 0))
    if at_hand and until > time.time() + EARLY:
        return str(at_hand)
    fresh, seconds = renew()
    access.remember(token=fresh, token_until=time.time() + seconds)
    return fresh


def with_token(access: Access, renew: Callable[[], tuple[str, float]], use: Callable[[str], Any]) -> Any:
    """What `use` gives with an access token; once more with a new one where the site does not take the one at hand."""
    try:
        return use(token(access, renew))
    except AccessRefused:
        access.remember(token="", token_until=0)
        return use(token(access, renew))
