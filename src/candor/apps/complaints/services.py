"""Writes of complaints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db import transaction

from candor.apps.events import own
from candor.apps.feedback.choices import Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewFeedback, Received, announce_changed, receive
from candor.apps.imports.models import ImportBatch
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict

from .clocks import STANDARD, Clock
from .models import Complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComplaint:
    """A complaint to be received; fields as in the Complaint and Feedback models."""

    key: str
    received_on: date
    received_at: datetime | None = None
    product: str = ""
    sub_product: str = ""
    issue: str = ""
    sub_issue: str = ""
    company: str = ""
    comment: str = ""
    channel: str = ""
    state_code: str = ""
    postcode: str = ""
    tags: str = ""
    severity: int | None = None
    sent_on: date | None = None
    acknowledged_on: date | None = None
    decided_on: date | None = None
    is_open: bool = True
    is_timely: bool | None = None
    is_disputed: bool | None = None
    response: str = ""
    public_response: str = ""
    root_cause: str = ""
    redress: str = ""
    customer_id: int | None = None
    segment: str = ""
    unit_id: int | None = None
    done_by_id: int | None = None
    done_by_given: str = ""
    journey_id: int | None = None
    touchpoint_id: int | None = None
    episode: str = ""


_OWN = (
    "product", "sub_product", "issue", "sub_issue", "company", "state_code", "postcode", "tags", "severity", "received_on",
    "sent_on", "acknowledged_on", "decided_on", "is_open", "is_timely", "is_disputed", "response", "public_response",
    "root_cause", "redress",
)  # fmt: skip
_HUB = (
    "product", "company", "issue", "comment", "channel", "customer_id", "segment", "unit_id", "done_by_id", "done_by_given", "journey_id",
    "touchpoint_id", "episode",
)  # fmt: skip


def receive_complaints(
    *, items: Sequence[NewComplaint], source: str, batch: ImportBatch | None = None, clock: Clock = STANDARD
) -> Received:
    """Store complaints of one source, once each, with their clocks running."""
    by_key = {item.key: item for item in items}

    def complete(new_ids: dict[str, int]) -> None:
        rows = (_complaint(by_key[key], feedback_id, clock) for key, feedback_id in new_ids.items())
        Complaint.objects.bulk_create(rows, batch_size=500)
        own.tell("complaint", list(new_ids.values()))

    return receive(
        items=[_feedback(item, source) for item in by_key.values()], batch=batch, complete=complete
    )


def _feedback(item: NewComplaint, source: str) -> NewFeedback:
    noon = datetime.combine(item.received_on, time(12), tzinfo=UTC)  # a file that knows the day only
    title = item.sub_issue or item.issue
    return NewFeedback(
        kind=Kind.COMPLAINT,
        source=source,
        key=item.key,
        received_at=item.received_at or noon,
        knows_time=item.received_at is not None,
        title=title[:200],
        **{name: getattr(item, name) for name in _HUB},
    )


def _complaint(item: NewComplaint, feedback_id: int, clock: Clock) -> Complaint:
    acknowledge_by, decide_by = clock.deadlines(item.sent_on or item.received_on)
    own = {name: getattr(item, name) for name in _OWN}
    if item.is_timely is None and item.decided_on is not None:
        own["is_timely"] = item.decided_on <= decide_by
    return Complaint(feedback_id=feedback_id, acknowledge_by=acknowledge_by, decide_by=decide_by, **own)


@transaction.atomic
def decide_complaint(
    *, complaint: Complaint, response: str, root_cause: str, redress: str, on: date, by: Person
) -> Complaint:
    """Close a complaint with what was decided and why it happened.

    Raises:
        Conflict: it was decided already.
    """
    complaint.is_open = (
        Complaint.objects.select_for_update().values_list("is_open", flat=True).get(pk=complaint.pk)
    )
    if not complaint.is_open:
        raise Conflict("This complaint was decided already.")
    complaint.is_open, complaint.decided_on, complaint.response = False, on, response
    complaint.root_cause, complaint.redress = root_cause, redress
    if complaint.is_timely is None and complaint.decide_by is not None:
        complaint.is_timely = on <= complaint.decide_by
    complaint.save(update_fields=["is_open", "decided_on", "response", "root_cause", "redress", "is_timely"])
    record_audit(
        by=by, action="complaint.decided", target=Feedback(pk=complaint.feedback_id), response=response
    )
    announce_changed([complaint.feedback_id])
    own.tell("complaint", [complaint.pk])
    return complaint


@transaction.atomic
def acknowledge_complaint(*, complaint: Complaint, on: date, by: Person) -> Complaint:
    """Note that the customer was told that the complaint is being looked at."""
    if complaint.acknowledged_on:
        raise Conflict("This complaint was acknowledged already.")
    complaint.acknowledged_on = on
    complaint.save(update_fields=["acknowledged_on"])
    record_audit(by=by, action="complaint.acknowledged", target=Feedback(pk=complaint.feedback_id))
    own.tell("complaint", [complaint.pk])
    return complaint
