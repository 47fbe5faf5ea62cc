"""Google Business Profile, reviews of API v4.

Layout: https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews
"""

import re
from collections.abc import Mapping
from typing import Any

from ..choices import Site
from .item import Shape, Values, list_at, moment_at, needed, reference_at, stars_at, text_at, written_at

_PLACE = re.compile(r"locations/([^/]+)")
_ORIGINAL = re.compile(r"\(Original\)\s*(.*)\Z", re.DOTALL)
_TRANSLATION = re.compile(r"\n*\(Translated by Google\).*\Z", re.DOTALL)


def items(document: Any) -> list[Any] | None:
    """The reviews of a page of `reviews.list`, or of `locations.batchGetReviews`."""
    grouped = list_at(document, "locationReviews", "review.starRating")
    if grouped is not None:
        return [
            one.get("review", {}) | {"location": one.get("name", "")}
            for one in grouped
            if isinstance(one, Mapping)
        ]
    return list_at(document, "reviews", "starRating", "createTime")


def values(item: Mapping[str, Any]) -> Values:
    """One review; Google's own translation of the comment is left out."""
    name = text_at(item, "name") or text_at(item, "location")
    place = _PLACE.search(name)
    is_anonymous = bool((item.get("reviewer") or {}).get("isAnonymous"))
    return Values(
        reference=reference_at(
            item if item.get("reviewId") else {"reviewId": str(needed(item, "name")).rsplit("/", 1)[-1]},
            "reviewId",
        ),
        written_at=written_at(item, "createTime"),
        changed_at=moment_at(item, "updateTime"),
        stars=stars_at(item, "starRating"),
        comment=as_written(text_at(item, "comment")),
        author="" if is_anonymous else text_at(item, "reviewer.displayName"),
        unit=place[1] if place else "",
        reply_text=as_written(text_at(item, "reviewReply.comment")),
        replied_at=moment_at(item, "reviewReply.updateTime"),
        site=Site.GOOGLE.label,
    )


def as_written(text: str) -> str:
    """A text without the translation that Google puts before or behind it.

    >>> as_written("(Translated by Google) Good bread\\n\\n(Original)\\nGutes Brot")
    'Gutes Brot'
    """
    original = _ORIGINAL.search(text)
    return (original[1] if original else _TRANSLATION.sub("", text)).strip()


SHAPE = Shape(Site.GOOGLE, "Google Business Profile", items, values)
