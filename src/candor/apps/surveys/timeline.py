"""Invitations that were not answered, on a customer's timeline; answers stand there as feedback."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.customers.timeline import Entry, Source, Until, newest, ordinal
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .models import Invitation


def unanswered(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Invitations of the customer without an answer, of units whose feedback the viewer may read."""
    if not viewer.can(Permission.READ_FEEDBACK):
        return []
    rows = Invitation.objects.filter(
        customer_id__in=customer_ids, feedback=None, is_answered=False
    ).select_related("survey", "unit")
    unit_ids = viewer.unit_ids(Permission.READ_FEEDBACK)
    if unit_ids is not None:
        rows = rows.filter(unit_id__in=unit_ids)
    return [
        Entry(
            at=row.sent_at, id=ordinal(row.pk), title=_title(row), icon="send",
            url=reverse("surveys:list"), facts=tuple(str(one) for one in (row.channel, row.unit) if one),
        )
        for row in newest(rows, "sent_at", until, most)
    ]  # fmt: skip


def _title(row: Invitation) -> str:
    words = (
        _("Asked, no answer: %(survey)s")
        if row.put_off_at is None
        else _("To be asked, not sent yet: %(survey)s")
    )
    return words % {"survey": row.survey}


SOURCE = Source("invitation", "asked", lazy("What we asked"), unanswered)
