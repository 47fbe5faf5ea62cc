"""Cases on a customer's timeline: when they were opened and when they were closed."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.customers.timeline import Entry, Source, Until, newest, ordinal
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .models import Case, CaseQuerySet


def opened(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Cases opened for the customer that the viewer may read."""
    rows = newest(_cases(viewer, customer_ids), "opened_at", until, most)
    return [
        Entry(
            at=row.opened_at, id=ordinal(row.pk), title=_("Case opened: %(title)s") % {"title": row.title}, icon="checklist",
            url=reverse("cases:case", args=[row.pk]), facts=_facts(row),
        )
        for row in rows
    ]  # fmt: skip


def closed(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Cases closed for the customer, with why it happened."""
    rows = newest(_cases(viewer, customer_ids).exclude(closed_at=None), "closed_at", until, most)
    return [
        Entry(
            at=row.closed_at, id=ordinal(row.pk), title=_("Case closed: %(title)s") % {"title": row.title}, icon="circle-check",
            url=reverse("cases:case", args=[row.pk]), facts=(row.get_root_cause_display(), *_facts(row)),
        )
        for row in rows
        if row.closed_at is not None
    ]  # fmt: skip


def _cases(viewer: Viewer, customer_ids: Sequence[int]) -> CaseQuerySet:
    if not viewer.can(Permission.READ_CASES):
        return Case.objects.none()
    return Case.objects.visible_to(viewer).filter(customer_id__in=customer_ids).select_related("owner")


def _facts(row: Case) -> tuple[str, ...]:
    return (str(row.owner),) if row.owner else ()


_NAME = lazy("Cases")
SOURCES = (
    Source("case_opened", "cases", _NAME, opened),
    Source("case_closed", "cases", _NAME, closed),
)
