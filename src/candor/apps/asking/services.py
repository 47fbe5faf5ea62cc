"""Writes of asking: the rule, plans and their life, and a group that is asked once by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit

from . import tasks
from .choices import PlanState, Reason, Standing, Trigger
from .coming_up import customers_of, in_a_group
from .deciding import the_rule
from .errors import CountChanged, NobodyToAsk, PickRefused, PlanNotReady
from .models import Plan, Request, Rule
from .rounds import drawn

LEAST_PICKED = 10
"""Customers that a group asked by hand must have: a handful can be picked by how they will answer."""

CHANGEABLE = (
    "name", "survey", "target", "kind", "touchpoint", "journey", "delay_hours", "window_hours", "every_days", "next_on", "spread_days",
    "customers", "channels", "rank", "reserve", "share", "answers_a_month", "expires_days", "reminders", "remind_after_days", "pair_of",
)  # fmt: skip


@transaction.atomic
def change_rule(*, facts: Mapping[str, Any], by: Person | None) -> Rule:
    """Change the one rule; it holds from the next decision on."""
    rule = the_rule(is_held=True)
    before = {name: str(getattr(rule, name)) for name in facts}
    for name, value in facts.items():
        setattr(rule, name, value)
    rule.save(update_fields=[*facts])
    after = {name: str(getattr(rule, name)) for name in facts}
    record_audit(by=by, action="asking_rule.changed", target=rule, before=before, after=after)
    return rule


@transaction.atomic
def make_plan(*, trigger: Trigger, facts: Mapping[str, Any], by: Person | None) -> Plan:
    """Write a plan down as a draft; nobody comes up for it before it is started."""
    plan = Plan.objects.create(trigger=trigger, made_by=by, **facts)
    record_audit(by=by, action="asking_plan.made", target=plan, name=plan.name, trigger=trigger.value)
    return plan


@transaction.atomic
def change_plan(*, plan: Plan, facts: Mapping[str, Any], by: Person | None) -> Plan:
    """Change a plan; who came up already stays as it was written down."""
    changed = {name: value for name, value in facts.items() if name in CHANGEABLE}
    before = {name: str(getattr(plan, name)) for name in changed}
    for name, value in changed.items():
        setattr(plan, name, value)
    plan.save(update_fields=[*changed])
    after = {name: str(value) for name, value in changed.items()}
    told = {
        name: {"before": before[name], "after": after[name]}
        for name in changed
        if before[name] != after[name]
    }
    record_audit(by=by, action="asking_plan.changed", target=plan, changes=told)
    return plan


@transaction.atomic
def start_plan(*, plan: Plan, now: datetime, by: Person | None) -> Plan:
    """Let customers come up for it from now on.

    Raises:
        PlanNotReady: what it asks is not open, or what makes customers come up is missing.
    """
    refuse_unready(plan=plan)
    return _turn(plan, PlanState.RUNNING, "started", by, started_at=plan.started_at or now)


@transaction.atomic
def pause_plan(*, plan: Plan, by: Person | None) -> Plan:
    """Decide nothing while it rests; who came up waits, and is too late in time."""
    return _turn(plan, PlanState.PAUSED, "paused", by)


@transaction.atomic
def end_plan(*, plan: Plan, now: datetime, by: Person | None) -> Plan:
    """End it for good: who waits is not asked, and what is ready to go is withdrawn when its turn comes."""
    waiting = Request.objects.filter(plan=plan, standing=Standing.WAITING)
    waiting.update(standing=Standing.NOT_ASKED, reason=Reason.PLAN_ENDED, decided_at=now)
    return _turn(plan, PlanState.ENDED, "ended", by)


def _turn(plan: Plan, state: PlanState, verb: str, by: Person | None, **facts: Any) -> Plan:
    plan.state = state
    for name, value in facts.items():
        setattr(plan, name, value)
    plan.save(update_fields=["state", *facts])
    record_audit(by=by, action=f"asking_plan.{verb}", target=plan, name=plan.name)
    return plan


def refuse_unready(*, plan: Plan) -> None:
    """Say what a plan lacks.

    Raises:
        PlanNotReady: it lacks something.
    """
    survey = plan.survey
    if survey is not None and (survey.state != survey.State.OPEN or not survey.versions.exists()):
        raise PlanNotReady(_("“%(survey)s” is not open. Publish it first.") % {"survey": survey})
    if survey is None and not plan.target:
        raise PlanNotReady(_("Choose what this plan asks for."))
    lacks = {
        Trigger.TOUCHPOINT: plan.touchpoint is None or not plan.touchpoint.activity,
        Trigger.TRAFFIC: plan.journey is None,
        Trigger.SCHEDULE: plan.next_on is None,
    }.get(Trigger(plan.trigger), False)
    if lacks:
        raise PlanNotReady(
            _(
                "Choose what makes customers come up: a touchpoint that the event log knows, a journey, or a date."
            )
        )


def count_group(*, plan: Plan) -> int:
    """How many customers the filter of a plan means now."""
    return customers_of(plan.customers).count()


@transaction.atomic
def ask_group(*, plan: Plan, confirmed: int, now: datetime, by: Person) -> int:
    """Have a group come up once, as counted and confirmed; the governor decides about each of them. Returns how many came up.

    Raises:
        PlanNotReady: what it asks is not open.
        NobodyToAsk: the filter means nobody.
        CountChanged: it means others by now than were confirmed.
        PickRefused: so few would be picked, or by somebody whose own work is asked about.
    """
    refuse_unready(plan=plan)
    found = count_group(plan=plan)
    if not found:
        raise NobodyToAsk(_("No customer fits this filter. Widen it."))
    if found != confirmed:
        raise CountChanged(
            _("%(found)s customers fit by now, not %(confirmed)s. Look at them and confirm again.")
            % {"found": found, "confirmed": confirmed}
        )
    refuse_pick(plan=plan, found=found, by=by)
    plan.rounds += 1
    plan.state, plan.started_at = PlanState.RUNNING, plan.started_at or now
    plan.save(update_fields=["rounds", "state", "started_at"])
    name = f"group-{plan.rounds}"
    members = drawn(plan, the_rule(is_held=True), name=name, now=now)
    came = in_a_group(plan=plan, members=members, name=name, at=now, now=now, round_=plan.rounds)
    record_audit(by=by, action="asking_plan.asked_group", target=plan, customers=came, filter=plan.customers)
    tasks.decide_and_send.enqueue()  # who asks by hand does not wait for the next minute
    return came


def refuse_pick(*, plan: Plan, found: int, by: Person) -> None:
    """Let nobody pick who is asked about their own work: no handful of customers, and nobody their own unit's.

    Raises:
        PickRefused: that would be so.
    """
    if found < LEAST_PICKED:
        raise PickRefused(
            ngettext(
                "%(n)s customer fits. So few would be picked by hand, and whoever picks can pick the contented.",
                "%(n)s customers fit. So few would be picked by hand, and whoever picks can pick the contented.",
                found,
            )
            % {"n": found}
            + " "
            + _("Choose at least %(least)s, or let a touchpoint ask.") % {"least": LEAST_PICKED}
        )
    units = Unit.objects.filter(pk__in=plan.customers.get("units") or [])
    own = [unit for unit in units if unit.parent_id is not None and by.unit.path.startswith(unit.path)]
    if own:
        raise PickRefused(
            _(
                "You belong to %(unit)s, and the answers would be about its work. Let somebody from elsewhere ask."
            )
            % {"unit": own[0]}
        )
