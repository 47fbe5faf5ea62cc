"""A run of the governor over what is due: reads, lets it decide, and writes every decision with what follows from it in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from candor.apps.surveys.services import NewInvitation, invite
from candor.foundation.parts import in_parts
from candor.foundation.sealed import seal

from .choices import PlanState, Standing, Trigger
from .facts import Facts, facts_about, plan_terms, terms_of
from .governor import Candidate, Decision, Governor
from .models import Message, Plan, Request, Rule, message_id_of
from .sampling import sample_of, sample_of_group

AT_ONCE = 4_000  # decisions a transaction takes
_IDS = 900


@transaction.atomic
def decide_due(*, now: datetime, most: int = AT_ONCE) -> int:
    """Decide what is due, of the highest rank and the longest waiting first; returns how many decisions were made.

    Two workers at once decide one after the other: the second sees what the first one asked.
    """
    rule = the_rule(is_held=True)
    running = Plan.objects.filter(state=PlanState.RUNNING).select_related("survey")
    plans = {plan.pk: plan for plan in running}
    due = Request.objects.filter(standing=Standing.WAITING, due_at__lte=now, plan__in=plans)
    rows = {row.pk: row for row in due.order_by("plan__rank", "came_up_at", "pk")[:most]}
    if not rows:
        return 0
    terms = terms_of(rule)
    facts = facts_about({row.customer_id for row in rows.values() if row.customer_id}, terms=terms, now=now)
    waited_for = {row.plan_id for row in rows.values()}
    told = [
        replace(plan_terms(plan, now=now), sample=_sample(plan, now) if pk in waited_for else None)
        for pk, plan in plans.items()
    ]
    governor = Governor(terms=terms, plans=told, people=facts.people, now=now)
    decisions = governor.decide(_candidate(row, facts) for row in rows.values())
    _write(decisions, rows, plans, facts, now)
    return len(decisions)


def the_rule(*, is_held: bool = False) -> Rule:
    """The rule as it stands. With `is_held`, inside a transaction, nobody else decides or changes it until that ends."""
    if not is_held:
        return Rule.objects.filter(pk=1).first() or Rule(pk=1)
    Rule.objects.get_or_create(pk=1)
    return Rule.objects.select_for_update().get(pk=1)


def _sample(plan: Plan, now: datetime) -> Any:
    """Rounds were drawn when they were laid out."""
    if plan.trigger == Trigger.SCHEDULE:
        return None
    return sample_of_group(plan, now=now) if plan.trigger == Trigger.BY_HAND else sample_of(plan, now=now)


def _candidate(row: Request, facts: Facts) -> Candidate:
    return Candidate(
        id=row.pk,
        key=row.key,
        plan_id=row.plan_id,
        person_id=facts.of(row.customer_id),
        came_up_at=row.came_up_at,
        late_at=row.late_at,
        about=row.episode,
    )


def _write(
    decisions: Sequence[Decision],
    rows: dict[int, Request],
    plans: dict[int, Plan],
    facts: Facts,
    now: datetime,
) -> None:
    _write_refusals((one for one in decisions if one.standing == Standing.NOT_ASKED), now)
    later = []
    for one in decisions:
        if one.standing == Standing.WAITING and one.again_at is not None and one.reason is not None:
            row = rows[one.candidate.id]
            row.due_at, row.reason = one.again_at, one.reason
            later.append(row)
    Request.objects.bulk_update(later, ["due_at", "reason"], batch_size=300)
    asked: defaultdict[int, list[Decision]] = defaultdict(list)
    for one in decisions:
        if one.standing == Standing.ASKED:
            asked[one.candidate.plan_id].append(one)
    for plan_id, chosen in asked.items():
        _ask(plans[plan_id], chosen, rows, facts, now)


def _write_refusals(refused: Iterable[Decision], now: datetime) -> None:
    groups: defaultdict[tuple[Any, int | None], list[int]] = defaultdict(list)
    for one in refused:
        groups[one.reason, one.kept_for].append(one.candidate.id)
    for (reason, kept_for), ids in groups.items():
        for part in in_parts(ids, _IDS):
            Request.objects.filter(pk__in=part).update(
                standing=Standing.NOT_ASKED, reason=reason, kept_for=kept_for, decided_at=now
            )


def _ask(
    plan: Plan, chosen: Sequence[Decision], rows: dict[int, Request], facts: Facts, now: datetime
) -> None:
    """Store that they are asked, their invitations and the messages that are to go, in one breath."""
    asked = [rows[one.candidate.id] for one in chosen]
    secrets: dict[str, str] = {}
    if plan.survey is not None:
        items = [_invitation(plan, row, one, facts, now) for row, one in zip(asked, chosen, strict=True)]
        made = {
            invitation.key: (invitation, secret)
            for invitation, secret in invite(survey=plan.survey, items=items)
        }
        for row in asked:
            row.invitation, secrets[row.key] = made[invitation_key(plan, row.key)]
    for row, one in zip(asked, chosen, strict=True):
        row.standing, row.reason, row.channel, row.decided_at = Standing.ASKED, "", one.channel, now
    Request.objects.bulk_update(
        asked, ["standing", "reason", "channel", "decided_at", "invitation"], batch_size=300
    )
    Message.objects.bulk_create(
        (
            Message(
                request=row,
                channel=row.channel,
                address=facts.addresses[facts.kept[row.customer_id or 0]][row.channel],
                language=facts.languages[facts.kept[row.customer_id or 0]],
                message_id=message_id_of(row.pk, 0),
                sealed=seal(secrets[row.key]) if row.key in secrets else "",
                ready_at=now,
            )
            for row in asked
        ),
        batch_size=500,
    )


def _invitation(plan: Plan, row: Request, one: Decision, facts: Facts, now: datetime) -> NewInvitation:
    return NewInvitation(
        key=invitation_key(plan, row.key),
        sent_at=now,
        customer_id=facts.of(row.customer_id),
        unit_id=row.unit_id,
        channel=one.channel,
        language=facts.languages[facts.kept[row.customer_id or 0]],
        touchpoint_id=plan.touchpoint_id or (plan.survey.touchpoint_id if plan.survey else None),
        journey_id=_journey_of(plan),
        episode=row.episode[:120] if plan.trigger in {Trigger.TOUCHPOINT, Trigger.TRAFFIC} else "",
        done_by_id=row.done_by_id,
        expires_at=now + timedelta(days=plan.expires_days),
    )


def _journey_of(plan: Plan) -> int | None:
    if plan.journey_id:
        return plan.journey_id
    stage = plan.touchpoint.stage if plan.touchpoint else None
    return stage.journey_id if stage else None


def invitation_key(plan: Plan, key: str) -> str:
    """What the invitation is called in its survey that a request of this key brings."""
    return f"plan-{plan.pk}:{key}"
