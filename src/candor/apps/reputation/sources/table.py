"""Reviews from a table: Trustpilot's and Google Play's exports by their columns, any other by the usual words.

Google Play: monthly files, UTF-16, https://support.google.com/googleplay/android-developer/answer/6135870
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import Any

from candor.apps.imports.people import DONE_BY
from candor.intake import Field

from ..choices import Site
from .item import Values

_REVIEW_ID = re.compile(r"[?&#]reviewId=([^&#]+)", re.IGNORECASE)
_PLAY = {"Star Rating", "Review Submit Date and Time"}
_TRUSTPILOT = {"Review Stars", "Domain URL", "Review Username", "Business unit ID"}

FIELDS = (
    Field(
        "reference", "Review id", is_identifier=True, official=("Review Id", "Review ID", "reviewId"), max_length=120,
        synonyms=("id", "review key", "uuid", "post id", "message id", "identifier"),
        help="Its id at the site; importing it again adds nothing. Without one, day, author and words tell it apart.",
    ),
    Field(
        "written_at", "Written", "instant", required=True,
        official=("Review Submit Millis Since Epoch", "Review Created (UTC)", "Review Submit Date and Time"),
        synonyms=("date", "created", "created at", "created date", "createdDate", "review date", "published", "published at", "posted", "posted at", "time", "timestamp", "submitted at", "date posted"),
        help="When the review was written.",
    ),
    Field(
        "changed_at", "Changed", "instant",
        official=("Review Last Update Millis Since Epoch", "Review Last Update Date and Time"),
        synonyms=("updated", "updated at", "updatedDate", "last modified", "modified", "edited at"),
    ),
    Field(
        "stars", "Stars", "number", minimum=1, maximum=5,
        official=("Star Rating", "Review Stars"),
        synonyms=("rating", "score", "star", "review rating", "starRating"),
    ),
    Field("title", "Title", official=("Review Title",), synonyms=("headline", "subject", "summary"), max_length=1_000),
    Field(
        "comment", "What they wrote", official=("Review Text", "Review Content"),
        synonyms=("text", "content", "body", "review", "comment", "message", "post", "post text", "caption", "review body", "tweet"),
    ),
    Field(
        "author", "Author", official=("Review Username",), max_length=160,
        synonyms=("name", "user", "username", "user name", "reviewer", "reviewer name", "authorName", "author name", "nickname", "reviewerNickname", "consumer", "consumer name", "handle", "profile"),
        help="As the site shows it.",
    ),
    Field(
        "site", "Site", official=("reviewProfileSource",), max_length=40,
        synonyms=("network", "platform", "source", "source name", "channel", "review site", "social network"),
    ),
    Field("url", "Address", official=("Review Link",), synonyms=("link", "permalink", "review url", "post url"), max_length=500),
    Field("language", "Language", official=("Reviewer Language", "Review Language"), synonyms=("locale", "lang"), max_length=12),
    Field(
        "product", "Product or version", official=("App Version Name",), max_length=120,
        synonyms=("product name", "app version", "version", "app", "app name"),
    ),
    Field(
        "unit", "Unit", official=("Location ID",), max_length=120,
        synonyms=("branch", "location", "location name", "store", "store code", "office", "unit code", "subjectId"),
        help="Code or name of the unit it is about; empty: the organization.",
    ),
    DONE_BY,
    Field(
        "customer", "Customer number", is_identifier=True, official=("Reference Id", "Reference ID"), max_length=160,
        synonyms=("customer id", "reference number", "reference", "order id", "client id"),
        help="Only where the site knows it, as with invitations of your own.",
    ),
    Field(
        "reply_text", "Our reply", official=("Developer Reply Text", "Company Reply", "Reply Content"),
        synonyms=("reply", "response", "owner response", "owner reply", "company response", "reply text"),
    ),
    Field(
        "replied_at", "Replied", "instant",
        official=("Developer Reply Millis Since Epoch", "Company Reply Date (UTC)", "Developer Reply Date and Time"),
        synonyms=("reply date", "response date", "replied at", "reply created"),
    ),
)  # fmt: skip


def site_of(columns: Collection[str]) -> Site | None:
    """The site whose own export has these columns, None for any other table."""
    named = {column.strip() for column in columns}
    if named >= _PLAY:
        return Site.GOOGLE_PLAY
    return Site.TRUSTPILOT if len(named & _TRUSTPILOT) > 1 else None


def completed(values: Mapping[str, Any], cells: Mapping[str, str], written_column: str) -> Values:
    """The values of a row with an id of its own, and with noon where only the day is known."""
    done: Values = {name: value for name, value in values.items() if name in Values.__annotations__}  # type: ignore[assignment]
    cell = cells.get(written_column, "").strip()
    done["knows_time"] = ":" in cell or (cell.isdecimal() and len(cell) > 8)
    if not done["knows_time"]:
        done["written_at"] = datetime.combine(
            done["written_at"].date(), time(12), tzinfo=done["written_at"].tzinfo
        )
    if not done.get("reference"):
        done["reference"] = _reference(done, cells)
    return done


def _reference(values: Values, cells: Mapping[str, str]) -> str:
    """The id in the address, else a digest of what does not change when the review is edited, or of the row as it stands."""
    linked = _REVIEW_ID.search(values.get("url") or "")
    if linked:
        return linked[1][:120]
    author = values.get("author") or ""
    lasting = [values["written_at"].isoformat(), author, values.get("unit") or "", values.get("url") or ""]
    told = (
        lasting
        if author
        else [
            *lasting,
            values.get("comment") or "",
            *(cells.get(name, "") for name in ("Device", "App Version Code")),
        ]
    )
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:40]
