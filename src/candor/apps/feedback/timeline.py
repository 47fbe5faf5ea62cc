"""What a customer told us, on their timeline."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from candor.apps.customers.timeline import Entry, Source, Until, newest, ordinal
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .choices import Kind
from .models import Feedback
from .questions import words_of
from .unconfirmed import unconfirmed_among

ICONS = {
    Kind.COMPLAINT: "message-report", Kind.REVIEW: "star", Kind.SURVEY: "clipboard-list", Kind.IDEA: "bulb",
}  # fmt: skip
SHOWN_WORDS = 60
SHOWN_ANSWERS = 4


def entries(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Feedback of the customer that the viewer may read."""
    if not viewer.can(Permission.READ_FEEDBACK):
        return []
    rows = Feedback.objects.visible_to(viewer).filter(customer_id__in=customer_ids)
    rows = rows.select_related("unit", "touchpoint").prefetch_related("answers")
    found = newest(rows, "received_at", until, most)
    unconfirmed = unconfirmed_among([row.pk for row in found])
    return [_entry(row, is_unconfirmed=row.pk in unconfirmed) for row in found]


def _entry(row: Feedback, *, is_unconfirmed: bool) -> Entry:
    answers = [answer for answer in row.answers.all() if answer.number is not None]
    asked = words_of(row.source, [answer.question for answer in answers])
    said = [f"{_ended(asked.get(one.question, one.question))} {one.number:g}" for one in answers]
    if len(said) > SHOWN_ANSWERS:
        rest = len(said) - SHOWN_ANSWERS + 1
        more = ngettext("and %(n)d further answer", "and %(n)d further answers", rest) % {"n": rest}
        said = [*said[: SHOWN_ANSWERS - 1], more]
    places = tuple(str(one) for one in (row.channel, row.unit, row.touchpoint) if one)
    return Entry(
        at=row.received_at,
        id=ordinal(row.pk),
        title=row.title or row.get_kind_display(),
        icon=ICONS.get(Kind(row.kind), "message"),
        url=reverse("feedback:item", args=[row.pk]),
        knows_time=row.knows_time,
        text=Truncator(row.comment_masked).words(SHOWN_WORDS),
        facts=(
            *([row.get_kind_display()] if row.title else []),
            *places,
            *([_("Address not confirmed")] if is_unconfirmed else []),
        ),
        answers=tuple(said),
    )


def _ended(question: str) -> str:
    """A question as it stands before its answer."""
    return question if question.endswith(("?", ".", "!", ":")) else f"{question}:"


SOURCE = Source("feedback", "told", lazy("What they told us"), entries)
