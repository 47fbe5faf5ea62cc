"""Who comes up for a question: by an event, by a round of a recurring survey, by a group that somebody chose.

Coming up is written down first; whether they are asked is decided when it is due (`deciding`). So nobody is passed over in silence.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.events.signals import TakenIn
from candor.apps.organization.models import Unit
from candor.apps.organization.queries import people_by_email_or_code
from candor.foundation.parts import in_parts

from .choices import PlanState, Reason, Standing, Trigger
from .models import Plan, Request

DONE_BY = ("done_by", "agent", "employee")  # attributes of an event that name who did the work
_AT_ONCE = 1_000
_IDS = 900


@transaction.atomic
def by_events(*, events: Sequence[TakenIn]) -> int:
    """Write down who comes up because of what happened; returns how many. The same event twice is once."""
    plans = _listening()
    if not plans:
        return 0
    found: list[Request] = []
    staff: dict[str, int] | None = None
    for plan in plans:
        heard = [event for event in events if _is_meant(plan, event)]
        chosen = _chosen(plan, heard)
        for event in heard:
            if event.customer is not None and event.customer not in chosen:
                continue
            if staff is None and _who(event.attributes):
                staff = people_by_email_or_code()
            found.append(_request(plan, event, (staff or {}).get(_who(event.attributes))))
    return write_down(requests=found)


def write_down(*, requests: Iterable[Request]) -> int:
    """Store coming-ups, once each by their plan and key."""
    rows = list(requests)
    Request.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)
    return len(rows)


def customers_of(wanted: Mapping[str, Any]) -> QuerySet[Customer]:
    """The living customers that a plan's filter means: `segments` (ids), `units` (ids, each with all below it), `languages`
    (codes, each with all its regions)."""
    rows = Customer.objects.living()
    if wanted.get("segments"):
        rows = rows.filter(segment_id__in=wanted["segments"])
    if wanted.get("languages"):
        spoken = Q(pk__in=[])
        for code in wanted["languages"]:
            spoken |= Q(language__iexact=code) | Q(language__iregex=rf"^{re.escape(code)}[-_]")
        rows = rows.filter(spoken)
    if wanted.get("units"):
        paths = Unit.objects.filter(pk__in=wanted["units"]).values_list("path", flat=True)
        below = Q(pk__in=[])
        for path in paths:
            below |= Q(unit__path__startswith=path)
        rows = rows.filter(below)
    return rows


def _listening() -> list[Plan]:
    running = Plan.objects.filter(state=PlanState.RUNNING, trigger__in=[Trigger.TOUCHPOINT, Trigger.TRAFFIC])
    return list(running.select_related("touchpoint__stage__journey", "journey", "survey"))


def _is_meant(plan: Plan, event: TakenIn) -> bool:
    if plan.trigger == Trigger.TRAFFIC:
        return plan.journey is not None and event.journey == plan.journey.key
    touchpoint = plan.touchpoint
    if touchpoint is None or touchpoint.stage is None or not touchpoint.activity:
        return False
    return (event.journey, event.activity) == (touchpoint.stage.journey.key, touchpoint.activity)


def _chosen(plan: Plan, events: Iterable[TakenIn]) -> Collection[int]:
    """Customers of these events that the plan's filter means."""
    ids = sorted({event.customer for event in events if event.customer is not None})
    if not any(plan.customers.values()):
        return set(ids)
    meant = customers_of(plan.customers)
    return {
        pk for part in in_parts(ids, _IDS) for pk in meant.filter(pk__in=part).values_list("pk", flat=True)
    }


def _who(attributes: Mapping[str, Any]) -> str:
    named = next((attributes[key] for key in DONE_BY if isinstance(attributes.get(key), str)), "")
    return named.strip().casefold()


def _request(plan: Plan, event: TakenIn, done_by_id: int | None) -> Request:
    due = event.at + timedelta(hours=plan.delay_hours)
    return Request(
        plan=plan,
        key=event.event_id,
        customer_id=event.customer,
        day=timezone.localdate(event.at),
        came_up_at=event.at,
        due_at=due,
        late_at=due + timedelta(hours=plan.window_hours),
        unit_id=event.unit,
        done_by_id=done_by_id,
        episode=event.case_id,
    )


@dataclass(frozen=True, slots=True)
class Member:
    """One of a group that comes up at one time: `place` in [0, 1) spreads the group over the plan's days; `reason` is given where it is
    known already that they won't be asked."""

    customer_id: int
    unit_id: int | None
    place: float
    reason: Reason | None = None


def in_a_group(
    *, plan: Plan, members: Iterable[Member], name: str, at: datetime, now: datetime, round_: int = 0
) -> int:
    """Write down a group that comes up `at` one time under a `name` of its own; returns how many."""
    spread = timedelta(days=max(plan.spread_days - 1, 0))
    late = at + spread + timedelta(hours=plan.window_hours)
    day = timezone.localdate(at)
    return write_down(
        requests=(
            Request(
                plan=plan,
                key=f"{name}:{one.customer_id}",
                customer_id=one.customer_id,
                day=day,
                came_up_at=at,
                due_at=at + spread * one.place,
                late_at=late,
                round=round_,
                unit_id=one.unit_id,
                episode=name,
                standing=Standing.NOT_ASKED if one.reason else Standing.WAITING,
                reason=one.reason or "",
                decided_at=now if one.reason else None,
            )
            for one in members
        )
    )
