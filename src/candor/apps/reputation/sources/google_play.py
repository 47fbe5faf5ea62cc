"""Google Play, reviews of the Android Publisher API v3.

Layout: https://developers.google.com/android-publisher/api-ref/rest/v3/reviews
"""

from collections.abc import Mapping
from typing import Any

from ..choices import Site
from .item import Shape, Values, given, list_at, moment_at, reference_at, stars_at, text_at, written_at


def items(document: Any) -> list[Any] | None:
    """The reviews of a page."""
    return list_at(document, "reviews", "reviewId", "comments")


def values(item: Mapping[str, Any]) -> Values:
    """One review. The first line of a text, before a tab, is its title."""
    comments = [one for one in item.get("comments") or [] if isinstance(one, Mapping)]
    said: Mapping[str, Any] = next((one["userComment"] for one in comments if "userComment" in one), {})
    reply: Mapping[str, Any] = next(
        (one["developerComment"] for one in comments if "developerComment" in one), {}
    )
    title, tab, text = text_at(said, "text").partition("\t")
    at = written_at(said, "lastModified.seconds")
    return Values(
        reference=reference_at(item, "reviewId"),
        written_at=at,
        changed_at=at,
        stars=stars_at(said, "starRating"),
        title=title if tab else "",
        comment=(text if tab else title).strip(),
        author=text_at(item, "authorName"),
        language=str(given(said, "reviewerLanguage") or ""),
        product=str(given(said, "appVersionName") or ""),
        reply_text=text_at(reply, "text"),
        replied_at=moment_at(reply, "lastModified.seconds"),
        site=Site.GOOGLE_PLAY.label,
    )


SHAPE = Shape(Site.GOOGLE_PLAY, "Google Play", items, values)
