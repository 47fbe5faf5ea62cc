"""The simulated lender's complaints desk: the rules it works by, its letters and its form, and what it did in the last weeks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from candor.apps.complaints import handling, letters, public_form
from candor.apps.complaints.choices import (
    EscalationKind,
    LetterKind,
    Outcome,
    PauseReason,
    RedressKind,
    Vulnerability,
)
from candor.apps.complaints.clocks import Terms
from candor.apps.complaints.escalations import escalate
from candor.apps.complaints.models import Complaint, Redress, RuleSet, Topic
from candor.apps.complaints.rule_sets import define_rule_set
from candor.apps.complaints.working_time import Term, TimeUnit, WorkCalendar
from candor.demo.complaints import ACKNOWLEDGE_DAYS, DECIDE_DAYS, ISSUES
from candor.demo.places import LENDER_NAME

OUTCOMES: Final = {
    "upheld": Outcome.UPHELD, "partly upheld": Outcome.PARTLY, "not upheld": Outcome.REJECTED,
}  # fmt: skip
WORKED: Final = 40  # open complaints that somebody did something about
APPEALED_SHARE: Final = 0.2
TERMS: Final = Terms(
    acknowledge=Term(int(ACKNOWLEDGE_DAYS), TimeUnit.DAYS),
    decide=Term(int(DECIDE_DAYS), TimeUnit.DAYS),
    appeal=Term(10, TimeUnit.WORKING_DAYS),
    refer=Term(6, TimeUnit.MONTHS),
    ombudsman_name="State Mortgage Ombudsman",
    most_paused_days=10,
    calendar=WorkCalendar(country="US"),
)
_LETTERS: Final = (
    ("We have your complaint", LetterKind.ACKNOWLEDGEMENT, "Your complaint {reference}",
     "Dear {name},\n\nwe received your complaint on {received}. We look into it, and you have our answer by {decide_by}.\n\n"
     "Its number is {reference}; please say it when you call.\n\n{company}"),
    ("We need more time", LetterKind.HOLDING, "Your complaint {reference}",
     "Dear {name},\n\nwe are still looking into your complaint {reference}. You have our answer by {decide_by}.\n\n{company}"),
    ("Our decision", LetterKind.DECISION, "Our answer to your complaint {reference}",
     "Dear {name},\n\nwe looked into your complaint {reference} of {received}.\n\n{answer}\n\n{redress}\n\n"
     "If you are not content, tell us, or write to the {ombudsman} by {refer_by}.\n\n{company}"),
)  # fmt: skip
_NOTES: Final = (
    "Called the customer, went through the papers with them.",
    "Asked the branch for the dates of the appraisal order.",
    "The appraiser confirms that the order was placed twice.",
    "Waiting for the escrow statement from servicing.",
)


def set_up_desk() -> None:
    """The rules, products and issues, letters and the public form, unless they stand."""
    if RuleSet.objects.exists():
        return
    define_rule_set(name=f"{LENDER_NAME}’s promise", terms=TERMS, by=None)
    Topic.objects.bulk_create(
        Topic(product="", issue=issue) for issue in sorted({one.issue for one in ISSUES})
    )
    for name, kind, subject, body in _LETTERS:
        letters.define_template(name=name, kind=kind, language="en", subject=subject, body=body, by=None)
    welcome = "Tell us what went wrong. You get a number at once, and our answer within fifteen days."
    public_form.change_form(is_open=True, welcome=welcome, thanks="", unit=None, by=None)


def work_complaints(*, seed: int, now: datetime) -> int:
    """What the desk did about open complaints, money that was given, and appeals; returns how many were touched."""
    rng = np.random.default_rng([seed, 77])
    waiting = Complaint.objects.filter(is_open=True, owner__isnull=False).select_related("owner", "feedback")
    touched = list(waiting.order_by("-received_on", "pk")[:WORKED])
    for number, complaint in enumerate(touched):
        _work(complaint, number, rng, now)
    _give_money()
    decided = Complaint.objects.filter(
        outcome=Outcome.REJECTED, decided_on__gte=now.date() - timedelta(days=30)
    )
    appealed = [row for row in decided.order_by("pk") if rng.random() < APPEALED_SHARE]
    _appeal(appealed, now)
    return len(touched) + len(appealed)


def _work(complaint: Complaint, number: int, rng: np.random.Generator, now: datetime) -> None:
    by, at = complaint.owner, now - timedelta(hours=float(rng.uniform(2, 40)))
    assert by is not None
    at = max(at, complaint.feedback.received_at)
    handling.add_note(complaint=complaint, text=_NOTES[number % len(_NOTES)], by=by, at=at)
    is_late = complaint.decide_due_at is None or at >= complaint.decide_due_at
    if number % 5 == 0 and not is_late:
        handling.pause_clock(
            complaint=complaint, reason=PauseReason.CUSTOMER_INFORMATION, words="Copy of the settlement statement", by=by, at=at
        )  # fmt: skip
    if number % 11 == 0:
        handling.set_vulnerability(
            complaint=complaint, vulnerability=Vulnerability.LIFE_EVENT, note="Bereaved this spring; calls in the morning.", by=by, at=at
        )  # fmt: skip


def _give_money() -> None:
    """Amounts that the complaints bear, as redress that can be added up."""
    paid = Complaint.objects.filter(redress__startswith="$", decided_on__isnull=False, redresses=None)
    Redress.objects.bulk_create(
        Redress(complaint_id=pk, kind=RedressKind.MONEY, amount=Decimal(words[1:].replace(",", "")), currency="USD", given_on=on)
        for pk, words, on in paid.order_by("pk").values_list("pk", "redress", "decided_on")
        if on is not None
    )  # fmt: skip


def _appeal(rows: Sequence[Complaint], now: datetime) -> None:
    for row in rows:
        assert row.decided_on is not None
        opened_at = min(now, now - timedelta(days=(now.date() - row.decided_on).days - 3))
        escalate(
            complaint=row,
            kind=EscalationKind.APPEAL,
            words="The customer does not agree.",
            by=None,
            opened_at=opened_at,
        )
