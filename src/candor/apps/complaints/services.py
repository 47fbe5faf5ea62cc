"""Writes of complaints: received many at a time, acknowledged, decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.events import own
from candor.apps.feedback.choices import Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewFeedback, Received, announce_changed, receive
from candor.apps.imports.models import ImportBatch
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict

from .choices import Entry, Outcome, StepKind
from .clocks import STANDARD, Clock
from .households import Who, complainant_of, mark_repeats
from .models import Complainant, Complaint
from .news import tell_decided
from .rule_sets import RuleBook
from .steps import end_pause, held, note_step, refuse_own_work
from .topics import current_words


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
    entry: Entry = Entry.IMPORT
    jurisdiction: str = ""
    outcome: str = ""
    owner_id: int | None = None
    vulnerability: str = ""
    vulnerability_note: str = ""
    who: Who | None = None


_OWN = (
    "product", "sub_product", "issue", "sub_issue", "company", "state_code", "postcode", "tags", "severity", "received_on",
    "sent_on", "acknowledged_on", "decided_on", "is_open", "is_timely", "is_disputed", "response", "public_response",
    "root_cause", "redress", "entry", "jurisdiction", "outcome", "owner_id", "vulnerability", "vulnerability_note",
)  # fmt: skip
_HUB = (
    "product", "company", "issue", "comment", "channel", "customer_id", "segment", "unit_id", "done_by_id", "done_by_given", "journey_id",
    "touchpoint_id", "episode",
)  # fmt: skip


def receive_complaints(
    *,
    items: Sequence[NewComplaint],
    source: str,
    batch: ImportBatch | None = None,
    clock: Clock = STANDARD,
    rules: RuleBook | None = None,
) -> Received:
    """Store complaints of one source, once each, with their clocks running.

    Each runs by the rule set of `rules` that fits it; by the simple `clock` where none does, or none are given.
    """
    by_key = {item.key: item for item in current_words(items)}

    def complete(new_ids: dict[str, int]) -> None:
        rows = [_complaint(by_key[key], feedback_id, clock, rules) for key, feedback_id in new_ids.items()]
        Complaint.objects.bulk_create(rows, batch_size=500)
        _store_people({new_ids[key]: by_key[key].who for key in new_ids})
        mark_repeats(complaint_ids=list(new_ids.values()))
        own.tell("complaint", list(new_ids.values()))

    return receive(
        items=[_feedback(item, source) for item in by_key.values()], batch=batch, complete=complete
    )


def _store_people(people: dict[int, Who | None]) -> None:
    rows = [complainant_of(who, complaint_id=pk) for pk, who in people.items() if who is not None]
    Complainant.objects.bulk_create(rows, batch_size=500)


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


def _complaint(
    item: NewComplaint, feedback_id: int, clock: Clock, rules: RuleBook | None = None
) -> Complaint:
    own: dict[str, Any] = {name: getattr(item, name) for name in _OWN} | deadlines(
        item=item, clock=clock, rules=rules
    )
    if item.is_timely is None and item.decided_on is not None:
        own["is_timely"] = item.decided_on <= own["decide_by"]
    return Complaint(feedback_id=feedback_id, **own)


def deadlines(*, item: NewComplaint, clock: Clock, rules: RuleBook | None) -> dict[str, Any]:
    """By when it is acknowledged and decided, by the rule set that fits it or else by the simple clock."""
    version = rules.version_for(item.product, item.jurisdiction, item.severity) if rules else None
    if version is None:
        acknowledge_by, decide_by = clock.deadlines(item.sent_on or item.received_on)
        return {"acknowledge_by": acknowledge_by, "decide_by": decide_by}
    terms = version.terms
    start = item.received_at or terms.calendar.start_of(item.sent_on or item.received_on)
    acknowledge, decide = terms.due(terms.acknowledge, start), terms.due(terms.decide, start)
    return {
        "rules": version,
        "acknowledge_due_at": acknowledge,
        "acknowledge_by": terms.last_day(acknowledge),
        "decide_due_at": decide,
        "decide_by": terms.last_day(decide),
    }


@transaction.atomic
def decide_complaint(
    *, complaint: Complaint, response: str, root_cause: str, redress: str, on: date, by: Person | None,
    outcome: Outcome | None = None, at: datetime | None = None,
) -> Complaint:  # fmt: skip
    """Close a complaint with what was decided and why it happened; `at` is the moment, now unless said.

    Raises:
        Conflict: it was decided already.
        NotAllowed: it is about the work of whoever would decide it.
    """
    at = at or timezone.now()
    complaint = held(complaint)
    if not complaint.is_open:
        raise Conflict(_("This complaint was decided already."))
    refuse_own_work(complaint, by)
    complaint.is_open, complaint.decided_on, complaint.response = False, on, response
    complaint.root_cause, complaint.outcome = root_cause, outcome or ""
    complaint.redress = redress or complaint.redress  # what was given before it was decided stays
    end_pause(complaint, at=at)
    if complaint.is_timely is None and complaint.decide_by is not None and outcome != Outcome.WITHDRAWN:
        complaint.is_timely = on <= complaint.decide_by
    complaint.save(
        update_fields=["is_open", "decided_on", "response", "root_cause", "redress", "outcome", "is_timely"]
    )
    words = ". ".join(filter(None, (outcome.label if outcome else "", response.rstrip(". "), root_cause)))
    note_step(complaint, StepKind.DECIDED, words, by=by, at=at)
    record_audit(
        by=by, action="complaint.decided", target=Feedback(pk=complaint.feedback_id), response=response
    )
    announce_changed([complaint.feedback_id])
    own.tell("complaint", [complaint.pk])
    tell_decided(complaint)
    return complaint


@transaction.atomic
def acknowledge_complaint(
    *, complaint: Complaint, on: date, by: Person | None, at: datetime | None = None
) -> Complaint:
    """Note that the customer was told that the complaint is being looked at."""
    complaint = held(complaint)
    if complaint.acknowledged_on:
        raise Conflict(_("This complaint was acknowledged already."))
    complaint.acknowledged_on = on
    complaint.save(update_fields=["acknowledged_on"])
    note_step(complaint, StepKind.ACKNOWLEDGED, "", by=by, at=at)
    record_audit(by=by, action="complaint.acknowledged", target=Feedback(pk=complaint.feedback_id))
    own.tell("complaint", [complaint.pk])
    return complaint
