"""Our answers to a customer's reviews on their timeline; the review itself stands there as feedback."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.customers.timeline import Entry, Source, Until, newest, ordinal
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.masking import mask

from .models import Review

SHOWN_WORDS = 60


def replied(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Reviews of the customer that were answered and that the viewer may read."""
    if not viewer.can(Permission.READ_FEEDBACK):
        return []
    rows = Review.objects.visible_to(viewer).filter(feedback__customer_id__in=customer_ids)
    rows = rows.exclude(replied_at=None).select_related("feedback")
    return [_entry(row) for row in newest(rows, "replied_at", until, most)]


def _entry(row: Review) -> Entry:
    assert row.replied_at is not None
    return Entry(
        at=row.replied_at,
        id=ordinal(row.pk),
        title=_("We answered the review on %(site)s") % {"site": row.feedback.channel},
        icon="message-2",
        url=reverse("feedback:item", args=[row.pk]),
        text=Truncator(mask(row.reply_text).text).words(SHOWN_WORDS),
    )


SOURCE = Source("review_replied", "told", lazy("What they told us"), replied)
