"""Plans of asking in the simulated lender: the log of what was asked after the decision, and a round of the relationship that is to come.

The lender asked four in five customers after the decision, by chance, so that is the reason of all others. Its plan rests; the round is
laid out by the governor itself.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from candor.apps.asking.choices import PlanState, Reason, Standing, Trigger
from candor.apps.asking.models import Plan, Request
from candor.apps.asking.rounds import lay_out_rounds
from candor.apps.asking.services import change_rule, make_plan, start_plan
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.models import Person, Unit
from candor.apps.surveys.models import Invitation, Survey
from candor.demo.rows import EventRow

ACTIVITY: Final = "Loan approved"
TOUCHPOINT: Final = "decision"
DAYS: Final = 30  # of the log
SETTLED: Final = 3  # days after which it is certain that nobody is asked any more
SHARE: Final = 0.8
NAME: Final = "After the decision"
_IDS: Final = 500


def write_log(
    *, survey: Survey, events: Sequence[EventRow], customers: dict[str, int], units: dict[str, int]
) -> None:
    """Write down who came up after a decision, once; whoever was asked has the invitation that is there."""
    plan = Plan.objects.filter(name=NAME).first() or _plan_of_the_past(survey)
    asked = _invitations(survey, sorted({_key(event) for event in events}))
    rows = []
    for event in events:
        invitation = asked.pop(_key(event), None)
        rows.append(
            Request(
                plan=plan, key=event.key, customer_id=customers[event.customer], day=timezone.localdate(event.at), came_up_at=event.at,
                due_at=event.at + timedelta(hours=plan.delay_hours), late_at=event.at + timedelta(hours=96),
                unit_id=units[event.unit], episode=event.journey, invitation_id=invitation, channel="email" if invitation else "",
                standing=Standing.ASKED if invitation else Standing.NOT_ASKED,
                reason="" if invitation else Reason.OUT_OF_SHARE, decided_at=event.at + timedelta(hours=plan.delay_hours),
            )
        )  # fmt: skip
    Request.objects.bulk_create(rows, batch_size=_IDS, ignore_conflicts=True)


def is_told(event: EventRow, now: datetime) -> bool:
    """Whether an event belongs into the log."""
    age = now - event.at
    return event.activity == ACTIVITY and timedelta(days=SETTLED) < age <= timedelta(days=DAYS)


def plan_a_round(*, today: date, lead: Person | None, branch: Unit | None) -> None:
    """A survey of the relationship in three weeks, for one branch, laid out now so that nobody else asks whom it will ask; once."""
    survey = (
        Survey.objects.filter(type=Survey.Type.RELATIONSHIP, state=Survey.State.OPEN).order_by("pk").first()
    )
    if survey is None or Plan.objects.filter(trigger=Trigger.SCHEDULE).exists():
        return
    change_rule(facts={"rest_days": 30, "rest_days_by_type": {"relationship": 90}}, by=lead)
    facts = {
        "name": "How are we doing, every quarter", "survey": survey, "next_on": today + timedelta(days=21), "every_days": 91,
        "spread_days": 14, "window_hours": 240, "answers_a_month": 25, "rank": 1, "reminders": 1,
        "customers": {"units": [branch.pk] if branch else []},
    }  # fmt: skip
    plan = make_plan(trigger=Trigger.SCHEDULE, facts=facts, by=lead)
    start_plan(plan=plan, now=timezone.now(), by=lead)
    lay_out_rounds(now=timezone.now())


def _plan_of_the_past(survey: Survey) -> Plan:
    return Plan.objects.create(
        name=NAME, survey=survey, trigger=Trigger.TOUCHPOINT, touchpoint=Touchpoint.objects.filter(activity=ACTIVITY).first(),
        delay_hours=24, share=SHARE, rank=4, state=PlanState.PAUSED, started_at=timezone.now() - timedelta(days=DAYS),
    )  # fmt: skip


def _invitations(survey: Survey, keys: Sequence[str]) -> dict[str, int]:
    """Numbers of invitations by their key."""
    found: dict[str, int] = {}
    for start in range(0, len(keys), _IDS):
        rows = Invitation.objects.filter(survey=survey, key__in=keys[start : start + _IDS])
        found.update(rows.values_list("key", "pk"))
    return found


def _key(event: EventRow) -> str:
    """Of the invitation that this event led to, if it did."""
    return f"{event.journey}-{TOUCHPOINT[:3].upper()}"
