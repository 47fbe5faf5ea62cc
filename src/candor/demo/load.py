"""Brings a simulated lender into an empty workspace, through the services of the apps, in bulk.

Loading twice adds nothing; loading after an interruption adds what is missing. A workspace with real
data is refused, so that nobody ever mixes the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar

from django.db import transaction
from django.utils import timezone

from candor.apps.complaints.households import Who
from candor.apps.complaints.rule_sets import RuleBook
from candor.apps.complaints.services import NewComplaint, receive_complaints
from candor.apps.customers.services import EMAIL, NewCustomer, add_customers
from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, receive
from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person, Unit, Workspace
from candor.apps.organization.queries import audit_entries, root_unit
from candor.apps.organization.services import create_workspace, record_audit
from candor.apps.reputation.services import NewReview, receive_reviews
from candor.apps.scores.services import project_pending
from candor.apps.surveys.services import NewInvitation, record_invitations
from candor.demo.asked import TOUCHPOINT, is_told, plan_a_round, write_log
from candor.demo.board import fill_the_board
from candor.demo.chats import open_the_chat
from candor.demo.complaint_desk import OUTCOMES, set_up_desk
from candor.demo.conversations import hold_conversations
from candor.demo.designed import design_surveys
from candor.demo.lender import Chunk, Lender
from candor.demo.places import LENDER_NAME
from candor.demo.pulses import fill_a_pulse
from candor.demo.questions import BY_KEY
from candor.demo.reputation import tend_reviews
from candor.demo.rows import AnswerRow, ComplaintRow, EventRow, InvitationRow, JourneyRow, ReviewRow
from candor.demo.staging import JOURNEY, LOGINS, Staging, answer_key, answer_kind, set_the_stage
from candor.foundation.errors import Conflict
from candor.foundation.parts import in_parts
from candor.foundation.storage import warehouse

Progress: TypeAlias = Callable[[str, float], None]
"""Called with what is being done and the share of the whole that is done, 0 to 1."""

LOADED: Final = "demo.loaded"
COMPLETE: Final = "demo.complete"
COMPLAINTS: Final = "lender-complaints"
IDEAS: Final = "frontline-ideas"
EVENTS: Final = "loan-system"
CRM: Final = "crm"
AT_ONCE: Final = 5_000
SEVERITIES: Final = {"low": 1, "medium": 2, "high": 3, "critical": 3}
LOADING_SHARE: Final = 0.7  # of the time; counting takes the rest
T = TypeVar("T")


def _silently(words: str, share: float) -> None:
    """Tell nobody."""


def load_lender(*, lender: Lender, progress: Progress = _silently) -> None:
    """Fill the workspace with this lender and bring the warehouse up to date.

    Raises:
        Conflict: the workspace holds real data, or another simulated lender.
    """
    _claim(lender)
    done = 0.0
    for chunk in lender.chunks():
        weight = LOADING_SHARE * len(chunk.people) / lender.customers
        for words, share in _load_chunk(chunk):
            progress(words, done + weight * share)
        done += weight
    _load_ideas(lender)
    fill_the_board(lender.idea_rows())
    fill_a_pulse(today=lender.today, seed=lender.seed)
    _design_surveys()
    tend_reviews()
    _hold_conversations(lender)
    open_the_chat(lender.today)
    progress("Counting", LOADING_SHARE)
    project_pending()
    progress("Loaded", 1.0)


def loaded_lender() -> Lender | None:
    """The simulated lender that this workspace holds, None if it holds none."""
    entry = audit_entries(action=LOADED).order_by("pk").first()
    if entry is None:
        return None
    facts = entry.facts
    return Lender(today=date.fromisoformat(facts["today"]), seed=facts["seed"], size=facts["size"])


def is_complete() -> bool:
    """Whether a load has run to its end here."""
    return audit_entries(action=COMPLETE).exists()


def mark_complete() -> None:
    """Note that the load, and what it left to a worker, is done."""
    record_audit(by=None, action=COMPLETE)


@transaction.atomic
def _claim(lender: Lender) -> None:
    """Make the workspace, marked as simulated, or see that it is this lender's already."""
    root = root_unit()
    if root is None:
        root = create_workspace(name=LENDER_NAME, is_simulated=True)
        facts = {"today": lender.today.isoformat(), "seed": lender.seed, "size": lender.size}
        record_audit(by=None, action=LOADED, target=root, **facts)
        return
    held = loaded_lender()
    if held is None or not Workspace.objects.filter(is_simulated=True).exists():
        raise Conflict("This workspace holds real data. Simulated data goes into an empty CANDOR_HOME only.")
    if (held.today, held.seed, held.size) != (lender.today, lender.seed, lender.size):
        raise Conflict(
            f"This workspace holds the simulated lender of {held.today:%-d %b %Y} (seed {held.seed}, size {held.size:g}). "
            "Use another CANDOR_HOME for another one."
        )


def _load_chunk(chunk: Chunk) -> Iterator[tuple[str, float]]:
    """Load a chunk step by step; yields what comes next and the share of the chunk that is done."""
    yield "Hiring staff", 0.0
    cast = _cast(chunk, set_the_stage(chunk))
    yield "Writing down what happened", 0.2
    decided = _load_events(chunk, cast)
    yield "Asking customers", 0.4
    _load_surveys(chunk, cast)
    write_log(
        survey=cast.stage.surveys[TOUCHPOINT],
        events=decided,
        customers=cast.customers,
        units=cast.stage.units,
    )
    yield "Taking complaints", 0.9
    set_up_desk()
    rules = RuleBook()
    for complaints in in_parts(chunk.complaint_rows(), AT_ONCE):
        items = [_complaint(row, cast) for row in complaints]
        receive_complaints(items=items, source=COMPLAINTS, rules=rules)
    yield "Reading reviews", 0.95
    for source, reviews in _by(chunk.review_rows(), lambda row: row.source).items():
        receive_reviews(items=[_review(row, cast) for row in reviews], source=source)


@dataclass(frozen=True, slots=True)
class _Cast:
    """Ids and facts that rows of a chunk refer to by key."""

    stage: Staging
    customers: dict[str, int]
    segments: dict[str, str]
    journeys: dict[str, JourneyRow]
    who: dict[str, Who]

    def of_customer(self, key: str) -> dict[str, Any]:
        return {"customer_id": self.customers[key], "segment": self.segments[key]}

    def of_work(self, unit: str, staff: str | None) -> dict[str, Any]:
        return {
            "unit_id": self.stage.units[unit],
            "done_by_id": self.stage.people[staff] if staff else None,
            "journey_id": self.stage.journey_id,
        }


def _cast(chunk: Chunk, stage: Staging) -> _Cast:
    rows = chunk.customer_rows()
    ids: dict[str, int] = {}
    for part in in_parts(rows, AT_ONCE):
        ids |= add_customers(
            items=[
                NewCustomer(
                    identifiers=((CRM, row.crm_id), (EVENTS, row.loan_system_id), (EMAIL, row.email)),
                    name=row.name,
                    email=row.email,
                    phone=row.phone,
                    language=row.language,
                    segment=row.segment.capitalize(),
                    unit_id=stage.units[row.unit],
                    since_on=timezone.localdate(row.since),
                )
                for row in part
            ]
        )
    return _Cast(
        stage=stage,
        customers={row.key: ids[row.crm_id] for row in rows},
        segments={row.key: row.segment.capitalize() for row in rows},
        journeys={row.key: row for row in chunk.journey_rows()},
        who={
            row.key: Who(name=row.name, email=row.email, phone=row.phone, language=row.language)
            for row in rows
        },
    )


def _load_events(chunk: Chunk, cast: _Cast) -> list[EventRow]:
    """Append what happened; returns what the log of asking tells of."""
    now, told = timezone.now(), list[EventRow]()

    def rows() -> Iterator[dict[str, Any]]:
        for row in chunk.event_rows():
            if is_told(row, now):
                told.append(row)
            yield _event(row, cast)

    warehouse().append_events(rows())
    return told


def _event(row: EventRow, cast: _Cast) -> dict[str, Any]:
    journey = cast.journeys[row.journey]
    return {
        "event_id": row.key,
        "journey": JOURNEY,
        "case_id": row.journey,
        "activity": row.activity,
        "at": row.at,
        "resource": row.resource,
        "channel": row.channel,
        "unit": cast.stage.units[row.unit],
        "customer": cast.customers[row.customer],
        "attributes": {"product": journey.product, "amount": journey.amount},
        "source": EVENTS,
        "ordinal": int(row.key[-2:]),
    }


def _load_surveys(chunk: Chunk, cast: _Cast) -> None:
    """Answers first, then who was asked, so that each invitation knows its answer."""
    for part in in_parts(chunk.invitation_rows(), AT_ONCE):
        for key, rows in _by(part, lambda row: row.survey).items():
            survey = cast.stage.surveys[key]
            answered = [_answered(row, survey.key, cast) for row in rows if row.answered_at is not None]
            ids = _ids_of(answered)
            record_invitations(
                survey=survey, items=[_invitation(row, ids.get(row.key), cast) for row in rows]
            )


def _ids_of(items: list[NewFeedback]) -> dict[str, int]:
    """Receive the items; ids of all of them by key, those that were here before included."""
    if not items:
        return {}
    received = receive(items=items)
    ids = dict(received.new_ids)
    known = sorted(received.known_keys)
    for start in range(0, len(known), 500):
        rows = Feedback.objects.filter(source=items[0].source, key__in=known[start : start + 500])
        ids.update(rows.values_list("key", "pk"))
    return ids


def _answered(row: InvitationRow, source: str, cast: _Cast) -> NewFeedback:
    assert row.answered_at is not None
    comment = next((answer.text for answer in row.answers if answer.text), "")
    return NewFeedback(
        kind=Kind.SURVEY,
        source=source,
        key=row.key,
        received_at=row.answered_at,
        channel=row.channel,
        touchpoint_id=cast.stage.touchpoints[row.touchpoint],
        episode=row.journey,
        product=_named(cast.journeys[row.journey].product),
        comment=comment,
        language=row.language,
        answers=tuple(_answer(answer) for answer in row.answers if answer.number is not None),
        **cast.of_customer(row.customer),
        **cast.of_work(row.unit, row.staff),
    )


def _answer(row: AnswerRow) -> NewAnswer:
    question = BY_KEY[row.question]
    return NewAnswer(question=answer_key(question), kind=answer_kind(question), number=row.number)


def _invitation(row: InvitationRow, feedback_id: int | None, cast: _Cast) -> NewInvitation:
    return NewInvitation(
        key=row.key,
        sent_at=row.sent_at,
        unit_id=cast.stage.units[row.unit],
        channel=row.channel,
        product=_named(cast.journeys[row.journey].product),
        feedback_id=feedback_id,
        **cast.of_customer(row.customer),
    )


def _complaint(row: ComplaintRow, cast: _Cast) -> NewComplaint:
    def day(moment: Any) -> date | None:
        return None if moment is None else timezone.localdate(moment)

    return NewComplaint(
        key=row.key,
        received_on=timezone.localdate(row.received_at),
        received_at=row.received_at,
        product=_named(row.product),
        issue=row.issue,
        sub_issue=row.sub_issue,
        comment=row.narrative,
        channel=row.channel,
        severity=SEVERITIES[row.severity],
        acknowledged_on=day(row.acknowledged_at),
        decided_on=day(row.decided_at),
        is_open=row.decided_at is None,
        response=(row.decision or "").capitalize(),
        root_cause=row.root_cause or "",
        redress=f"${row.redress:,}" if row.redress else "",
        outcome=OUTCOMES.get(row.decision or "", ""),
        owner_id=cast.stage.people[row.handler],
        who=cast.who[row.customer],
        episode=row.journey,
        **cast.of_customer(row.customer),
        **cast.of_work(row.unit, row.staff),
    )


def _review(row: ReviewRow, cast: _Cast) -> NewReview:
    return NewReview(
        key=row.key,
        site_name=row.source,
        written_at=row.posted_at,
        changed_at=row.posted_at,
        stars=row.stars,
        author=row.author,
        comment=row.text,
        language=row.language,
        reply_text=row.reply or "",
        replied_at=row.replied_at,
        unit_id=cast.stage.units[row.unit],
        is_of_location=True,
        done_by_id=cast.stage.people[row.staff] if row.staff else None,
    )


def _load_ideas(lender: Lender) -> None:
    units = dict(Unit.objects.values_list("code", "pk"))
    receive(
        items=[
            NewFeedback(
                kind=Kind.IDEA,
                source=IDEAS,
                key=row.key,
                received_at=row.posted_at,
                channel="staff",
                title=row.title,
                comment=row.body,
                language="en",
                unit_id=units[row.unit],
                answers=(
                    NewAnswer(question="votes", kind=AnswerKind.NUMBER, number=float(len(row.voters))),
                    NewAnswer(question="status", kind=AnswerKind.CHOICE, text=row.status),
                ),
            )
            for row in lender.idea_rows()
        ]
    )


def _design_surveys() -> None:
    lead, manager = (next(one for one in LOGINS if one.role == role) for role in (Role.CX_LEAD, Role.MANAGER))
    person = Person.objects.filter(email=lead.email).first()
    branch = Unit.objects.filter(code=manager.unit).first()
    design_surveys(lead=person, branch=branch)
    plan_a_round(today=timezone.localdate(), lead=person, branch=branch)


def _hold_conversations(lender: Lender) -> None:
    lead, manager = (next(one for one in LOGINS if one.role == role) for role in (Role.CX_LEAD, Role.MANAGER))
    people = {one.email: one for one in Person.objects.filter(email__in=[lead.email, manager.email])}
    hold_conversations(today=lender.today, lead=people.get(lead.email), manager=people.get(manager.email))


def _named(product: str) -> str:
    """A product as it stands on a page."""
    return product[0].upper() + product[1:]


def _by(rows: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)
