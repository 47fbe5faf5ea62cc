"""Trustpilot, reviews of its Business Units and Service Reviews APIs.

Layout: https://documentation-apidocumentation.trustpilot.com/business-units-api
"""

from collections.abc import Mapping
from typing import Any

from ..choices import Site
from .item import Shape, Values, list_at, moment_at, reference_at, stars_at, text_at, written_at


def items(document: Any) -> list[Any] | None:
    """The reviews of a page."""
    return list_at(document, "reviews", "stars", "createdAt", "consumer")


def values(item: Mapping[str, Any]) -> Values:
    """One review; a location's own id or the reference that an invitation bore, where there is one."""
    web = next(
        (link.get("href", "") for link in item.get("links") or [] if "review" in link.get("rel", "")), ""
    )
    reference = reference_at(item, "id")
    return Values(
        reference=reference,
        written_at=written_at(item, "createdAt"),
        changed_at=moment_at(item, "updatedAt"),
        stars=stars_at(item, "stars"),
        title=text_at(item, "title"),
        comment=text_at(item, "text"),
        author=text_at(item, "consumer.displayName"),
        language=text_at(item, "language"),
        url=web if web.startswith("https://www.") else f"https://www.trustpilot.com/reviews/{reference}",
        unit=text_at(item, "location.id") or text_at(item, "locationId"),
        customer=text_at(item, "referenceId"),
        reply_text=text_at(item, "companyReply.text"),
        replied_at=moment_at(item, "companyReply.updatedAt") or moment_at(item, "companyReply.createdAt"),
        site=Site.TRUSTPILOT.label,
    )


SHAPE = Shape(Site.TRUSTPILOT, "Trustpilot", items, values)
