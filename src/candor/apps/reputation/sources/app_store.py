"""Apple's App Store: customer reviews of the App Store Connect API, and the public feed of reviews.

Layouts: https://developer.apple.com/documentation/appstoreconnectapi/customerreview and
https://itunes.apple.com/us/rss/customerreviews/id=…/json
"""

from collections.abc import Mapping
from typing import Any

from ..choices import Site
from .item import Shape, Values, given, list_at, moment_at, reference_at, stars_at, text_at, written_at


def items(document: Any) -> list[Any] | None:
    """The reviews of a page, each with our response, which the page holds among what it includes."""
    found = list_at(document, "data", "attributes.rating", "attributes.createdDate")
    if found is None:
        return None
    included = document.get("included") if isinstance(document, Mapping) else None
    responses = {one.get("id"): one for one in included or [] if one.get("type") == "customerReviewResponses"}
    return [
        item | {"response": responses.get(given(item, "relationships.response.data.id"))} for item in found
    ]


def values(item: Mapping[str, Any]) -> Values:
    """One review. The API tells when it was made and not when it was changed: an edit shows by its words alone."""
    return Values(
        reference=reference_at(item, "id"),
        written_at=written_at(item, "attributes.createdDate"),
        stars=stars_at(item, "attributes.rating"),
        title=text_at(item, "attributes.title"),
        comment=text_at(item, "attributes.body"),
        author=text_at(item, "attributes.reviewerNickname"),
        reply_text=text_at(item, "response.attributes.responseBody"),
        replied_at=moment_at(item, "response.attributes.lastModifiedDate"),
        site=Site.APP_STORE.label,
    )


def feed_items(document: Any) -> list[Any] | None:
    """The reviews of the public feed; its first entry may be the app itself."""
    entries = given(document, "feed.entry")
    entries = [entries] if isinstance(entries, Mapping) else entries
    if not isinstance(entries, list):
        return None
    found = [entry for entry in entries if given(entry, "im:rating.label") is not None]
    return found or None


def feed_values(item: Mapping[str, Any]) -> Values:
    """One review of the feed, which knows when it was changed last and no more."""
    at = written_at(item, "updated.label")
    return Values(
        reference=reference_at(item, "id.label"),
        written_at=at,
        changed_at=at,
        stars=stars_at(item, "im:rating.label"),
        title=text_at(item, "title.label"),
        comment=text_at(item, "content.label"),
        author=text_at(item, "author.name.label"),
        product=text_at(item, "im:version.label"),
        site=Site.APP_STORE.label,
    )


SHAPE = Shape(Site.APP_STORE, "App Store Connect", items, values)
FEED = Shape(Site.APP_STORE, "App Store, public feed", feed_items, feed_values)
