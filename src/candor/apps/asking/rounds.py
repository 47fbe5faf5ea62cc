"""Groups that come up at one time: the rounds of a recurring survey, and a group that somebody asks once.

A round is laid out as long ahead as people rest, so that whoever it will ask is kept for it. Who of the group is asked is drawn then,
by the plan's seed: of those who can be asked at all, so many as bring the wanted number of answers.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from candor.foundation.parts import in_parts

from .choices import PlanState, Reason, Trigger
from .coming_up import Member, customers_of, in_a_group
from .deciding import the_rule
from .facts import facts_about, plan_terms, terms_of
from .governor import draw, refusal_of
from .models import Plan, Rule
from .sampling import most_of_round

_AT_ONCE = 4_000
SENDING_BEGINS = time(9)  # of the company's day; nobody's night ends later for it


def lay_out_rounds(*, now: datetime) -> int:
    """Lay out every round that begins within the time that people rest; returns how many came up."""
    ahead = timezone.localdate(now) + timedelta(days=the_rule().rest_days)
    due = Plan.objects.filter(state=PlanState.RUNNING, trigger=Trigger.SCHEDULE, next_on__lte=ahead)
    return sum(_lay_out_next(pk, now) for pk in due.order_by("rank", "pk").values_list("pk", flat=True))


@transaction.atomic
def _lay_out_next(plan_id: int, now: datetime) -> int:
    rule = the_rule(is_held=True)
    plan = Plan.objects.select_related("survey").get(pk=plan_id)
    if plan.next_on is None:  # another worker was quicker
        return 0
    begins = timezone.make_aware(datetime.combine(plan.next_on, SENDING_BEGINS))
    plan.rounds += 1
    plan.next_on = _following(plan)
    plan.save(update_fields=["rounds", "next_on"])
    name = f"round-{plan.rounds}"
    members = drawn(plan, rule, name=name, now=now)
    return in_a_group(plan=plan, members=members, name=name, at=begins, now=now, round_=plan.rounds)


def _following(plan: Plan) -> date | None:
    if plan.next_on is None or not plan.every_days:
        return None
    return plan.next_on + timedelta(days=plan.every_days)


def drawn(plan: Plan, rule: Rule, *, name: str, now: datetime) -> list[Member]:
    """Everybody whom the plan's filter means: who is to be asked, and for all others the reason. A group by hand is drawn when it is
    decided, since it is known only then who rests."""
    able: list[Member] = []
    members: list[Member] = []
    rows = customers_of(plan.customers).order_by("pk").values_list("pk", "unit_id")
    for part in in_parts(rows.iterator(chunk_size=_AT_ONCE), _AT_ONCE):
        facts = facts_about([pk for pk, _ in part], terms=terms_of(rule), now=now)
        told = plan_terms(plan, now=now)
        for pk, unit in part:
            reason = refusal_of(facts.people[pk], told, needs_consent=rule.needs_consent)
            if reason is None and draw(plan.seed, "share", f"{name}:{pk}") >= plan.share:
                reason = Reason.OUT_OF_SHARE
            (able if reason is None else members).append(
                Member(pk, unit, draw(plan.seed, "place", name, pk), reason)
            )
    able.sort(key=lambda one: draw(plan.seed, "sample", name, one.customer_id))
    most = None if plan.trigger == Trigger.BY_HAND else most_of_round(plan, now=now)
    members += able[:most]
    if most is not None:
        members += (replace(one, reason=Reason.NOT_DRAWN) for one in able[most:])
    return members
