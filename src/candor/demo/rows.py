"""The rows that leave the generator: plain, typed, one kind a class."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple


class UnitRow(NamedTuple):
    """A unit of the organization; `kind` is organization, region, location or team."""

    key: str
    name: str
    kind: str
    parent: str | None


class StaffRow(NamedTuple):
    """Somebody who works there; `unit` is the team, branch or region they belong to."""

    key: str
    name: str
    email: str
    role: str
    unit: str
    joined_on: date


class CustomerRow(NamedTuple):
    """A customer; the three ids come from three systems and mean the same person."""

    key: str
    name: str
    email: str
    phone: str
    language: str
    segment: str
    unit: str
    state: str
    crm_id: str
    loan_system_id: str
    newsletter: bool
    welcome_pack: bool
    since: datetime


class JourneyRow(NamedTuple):
    """One customer's pass through a loan; `outcome` is open, closed, declined, withdrawn or left."""

    key: str
    customer: str
    unit: str
    product: str
    channel: str
    amount: int
    officer: str
    started_at: datetime
    ended_at: datetime | None
    stage: str
    outcome: str


class EventRow(NamedTuple):
    """Something that happened in a journey; `resource` did it, or nobody of the lender's."""

    key: str
    journey: str
    customer: str
    stage: str
    touchpoint: str
    activity: str
    at: datetime
    channel: str
    resource: str | None
    unit: str


class AnswerRow(NamedTuple):
    """One answer to one question; exactly one of `number` and `text` is set."""

    question: str
    number: float | None
    text: str | None


class InvitationRow(NamedTuple):
    """A survey sent, answered or not; `staff` did the work that is asked about, at that time."""

    key: str
    survey: str
    customer: str
    journey: str
    unit: str
    staff: str | None
    touchpoint: str
    channel: str
    language: str
    sent_at: datetime
    outcome: str
    answered_at: datetime | None
    answers: tuple[AnswerRow, ...]


class ComplaintRow(NamedTuple):
    """A complaint; `acknowledged_at` and `decided_at` are None while nobody did."""

    key: str
    customer: str
    journey: str
    unit: str
    staff: str | None
    handler: str
    product: str
    issue: str
    sub_issue: str
    severity: str
    channel: str
    language: str
    narrative: str
    received_at: datetime
    acknowledged_at: datetime | None
    decided_at: datetime | None
    decision: str | None
    redress: int
    root_cause: str | None
    repeat_of: str | None


class ReviewRow(NamedTuple):
    """A public review of a branch or, when `staff` is set, of a loan officer."""

    key: str
    source: str
    unit: str
    staff: str | None
    author: str
    stars: int
    text: str
    language: str
    posted_at: datetime
    reply: str | None
    replied_at: datetime | None


class IdeaRow(NamedTuple):
    """An idea of somebody on the frontline, with the colleagues who voted for it."""

    key: str
    title: str
    body: str
    staff: str | None
    unit: str
    voters: tuple[str, ...]
    status: str
    answer: str | None
    posted_at: datetime
    answered_at: datetime | None
