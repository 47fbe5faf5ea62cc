"""Decisions, letters and further steps of complaints on a customer's timeline; the complaint itself stands there as feedback."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.customers.timeline import Entry, Source, Until, newest, ordinal
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .choices import StepKind
from .models import Complaint, Escalation, Letter, Step


def decided(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Complaints of the customer that were decided and that the viewer may read."""
    if not viewer.can(Permission.READ_FEEDBACK):
        return []
    rows = Complaint.objects.visible_to(viewer).filter(feedback__customer_id__in=customer_ids)
    rows = rows.exclude(decided_on=None).select_related("feedback").order_by("-decided_on", "-pk")
    rows = rows.annotate(noted_at=Subquery(_LAST_DECISION))
    if until is not None:  # a day may have begun elsewhere before it does in UTC
        rows = rows.filter(decided_on__lte=until.at.astimezone(UTC).date() + timedelta(days=1))
    found = [_entry(row) for row in rows[: most + _SAME_DAY]]
    found.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return [entry for entry in found if until is None or until.takes(entry.at, entry.id)][:most]


_LAST_DECISION = (
    Step.objects.filter(complaint=OuterRef("pk"), kind=StepKind.DECIDED)
    .order_by("-at", "-pk")
    .values("at")[:1]
)
_SAME_DAY = 200  # complaints of one customer that may be decided on one day


def _entry(row: Complaint) -> Entry:
    assert row.decided_on is not None
    outcome = str(row.get_outcome_display())
    noted_at: datetime | None = row.noted_at  # type: ignore[attr-defined]
    knows_time = noted_at is not None and timezone.localtime(noted_at).date() == row.decided_on
    return Entry(
        at=noted_at if noted_at and knows_time else datetime.combine(row.decided_on, time(12), tzinfo=UTC),
        id=ordinal(row.pk),
        title=_("Complaint answered: %(response)s") % {"response": outcome or row.response or _("decided")},
        icon="scale",
        url=reverse("complaints:complaint", args=[row.pk]),
        knows_time=knows_time,
        facts=tuple(
            filter(None, (row.feedback.title, row.response if outcome else "", row.root_cause, row.redress))
        ),
    )


def letters(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Letters to the customer about complaints that the viewer may read; their words are for the page of the complaint."""
    if not viewer.can(Permission.READ_FEEDBACK):
        return []
    rows = Letter.objects.filter(
        complaint__feedback__customer_id__in=customer_ids, complaint__in=Complaint.objects.visible_to(viewer)
    )
    return [_letter(row) for row in newest(rows, "made_at", until, most)]


def _letter(row: Letter) -> Entry:
    return Entry(
        at=row.made_at,
        id=ordinal(row.pk),
        title=str(row.get_kind_display()),
        icon="mail",
        url=reverse("complaints:complaint", args=[row.complaint_id]),
        facts=(str(row.get_state_display()),),
    )


def escalations(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Appeals and ombudsman's steps about complaints that the viewer may read."""
    if not viewer.can(Permission.READ_FEEDBACK):
        return []
    rows = Escalation.objects.filter(
        complaint__feedback__customer_id__in=customer_ids, complaint__in=Complaint.objects.visible_to(viewer)
    )
    return [
        Entry(
            at=row.opened_at, id=ordinal(row.pk), title=str(row), icon="arrow-up",
            url=reverse("complaints:complaint", args=[row.complaint_id]),
        )
        for row in newest(rows, "opened_at", until, most)
    ]  # fmt: skip


SOURCES = (
    Source("complaint_decided", "told", lazy("What they told us"), decided),
    Source("complaint_letter", "told", lazy("What they told us"), letters),
    Source("complaint_escalated", "told", lazy("What they told us"), escalations),
)
