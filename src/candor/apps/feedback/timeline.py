"""What a customer told us, on their timeline."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from candor.apps.customers.timeline import Entry, Source, Until, newest, ordinal
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .choices import Kind
from .models import Feedback
from .questions import words_of

ICONS = {
    Kind.COMPLAINT: "message-report", Kind.REVIEW: "star", Kind.SURVEY: "clipboard-list", Kind.IDEA: "bulb",
}  # fmt: skip
SHOWN_WORDS = 60


def entries(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Feedback of the customer that the viewer may read."""
    if not viewer.can(Permission.READ_FEEDBACK):
        return []
    rows = Feedback.objects.visible_to(viewer).filter(customer_id__in=customer_ids)
    rows = rows.select_related("unit", "touchpoint").prefetch_related("answers")
    return [_entry(row) for row in newest(rows, "received_at", until, most)]


def _entry(row: Feedback) -> Entry:
    answers = [answer for answer in row.answers.all() if answer.number is not None]
    asked = words_of(row.source, [answer.question for answer in answers])
    said = tuple(f"{asked.get(answer.question, answer.question)}: {answer.number:g}" for answer in answers)
    places = tuple(str(one) for one in (row.channel, row.unit, row.touchpoint) if one)
    return Entry(
        at=row.received_at,
        id=ordinal(row.pk),
        title=row.title or row.get_kind_display(),
        icon=ICONS.get(Kind(row.kind), "message"),
        url=reverse("feedback:item", args=[row.pk]),
        knows_time=row.knows_time,
        text=Truncator(row.comment_masked).words(SHOWN_WORDS),
        facts=(*([row.get_kind_display()] if row.title else []), *places, *said),
    )


SOURCE = Source("feedback", "told", _("What they told us"), entries)
