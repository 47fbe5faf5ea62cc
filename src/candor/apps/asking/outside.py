"""Requests that another system sends itself: the governor decides about each as about any other, the links are handed back.

They belong to a plan that each survey has for them, so that they stand in the log with their reasons and count in its sums. What the
governor would have wait is refused: who sends it decides when to come again. The night is the sender's to heed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.surveys.models import Invitation, Survey
from candor.apps.surveys.services import NewInvitation, invite

from .choices import PlanState, Reason, Standing, Trigger
from .deciding import invitation_key, the_rule
from .facts import Facts, facts_about, plan_terms, terms_of
from .governor import Candidate, Decision, Governor, Terms
from .links import answer_link
from .models import Plan, Request
from .services import refuse_unready

TARGET = "api"  # marks the plan of a survey that holds what other systems send
_WAY = "outside"  # the channel in the governor's eyes: every customer can be reached by it
_FAR = timedelta(days=366)  # so that the governor says until when somebody rests, however long


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A customer whom another system wants to ask; `key` is its own id of the request."""

    key: str
    customer_id: int
    unit_id: int | None = None
    channel: str = ""
    language: str = ""
    touchpoint_id: int | None = None
    episode: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one: `secret` belongs into the link of who is asked, is handed out once and kept nowhere."""

    key: str
    standing: Standing
    is_new: bool
    reason: str = ""
    again_at: datetime | None = None
    invitation: str = ""
    secret: str = ""

    @property
    def link(self) -> str:
        """The address at which they answer."""
        return answer_link(self.secret) if self.secret else ""


@transaction.atomic
def ask_outside(*, survey: Survey, source: str, wanted: Sequence[Wanted], now: datetime) -> list[Told]:
    """Decide about each, once for its key, and make the invitations of those who may be asked.

    Raises:
        PlanNotReady: the survey is not open.
    """
    rule = the_rule(is_held=True)
    plan = _plan_of(survey)
    refuse_unready(plan=plan)
    own = {_key(source, one): one for one in wanted}
    known = {
        row.key: row for row in Request.objects.filter(plan=plan, key__in=own).select_related("invitation")
    }
    fresh = {key: one for key, one in own.items() if key not in known}
    made = _decide(plan, fresh, terms_of(rule), now)
    return [made.get(key) or _told_before(one.key, known[key]) for key, one in own.items()]


def _key(source: str, one: Wanted) -> str:
    return f"{source}:{one.key}"


def _plan_of(survey: Survey) -> Plan:
    plan, _is_new = Plan.objects.get_or_create(
        survey=survey,
        target=TARGET,
        trigger=Trigger.BY_HAND,
        defaults={
            "name": (_("%(survey)s, asked by other systems") % {"survey": survey})[:120],
            "state": PlanState.RUNNING,
            "started_at": timezone.now(),
        },
    )
    return plan


def _decide(plan: Plan, fresh: Mapping[str, Wanted], terms: Terms, now: datetime) -> dict[str, Told]:
    facts = facts_about({one.customer_id for one in fresh.values()}, terms=terms, now=now)
    for person in facts.people.values():
        person.channels = person.channels | {_WAY}
    running = Plan.objects.filter(state=PlanState.RUNNING).exclude(pk=plan.pk).select_related("survey")
    ours = replace(plan_terms(plan, now=now), channels=(_WAY,))
    governor = Governor(
        terms=replace(terms, quiet_from=time(0), quiet_until=time(0), days=range(7)),
        plans=[ours, *(plan_terms(other, now=now) for other in running)],
        people=facts.people,
        now=now,
    )
    keys = list(fresh)
    decisions = governor.decide(_candidates(plan, keys, fresh, facts, now))
    by_key = {keys[one.candidate.id]: one for one in decisions}
    asked = [key for key in keys if by_key[key].standing == Standing.ASKED]
    invited = _invite(plan, {key: fresh[key] for key in asked}, now)
    _write_down(plan, fresh, by_key, invited, now)
    return {key: _told(fresh[key].key, by_key[key], invited.get(key)) for key in keys}


def _candidates(
    plan: Plan, keys: Sequence[str], fresh: Mapping[str, Wanted], facts: Facts, now: datetime
) -> Iterable[Candidate]:
    for number, key in enumerate(keys):
        person = facts.of(fresh[key].customer_id)
        yield Candidate(
            id=number, key=key, plan_id=plan.pk, person_id=person, came_up_at=now, late_at=now + _FAR,
            about=fresh[key].episode,
        )  # fmt: skip


def _invite(plan: Plan, asked: Mapping[str, Wanted], now: datetime) -> dict[str, tuple[Invitation, str]]:
    if not asked or plan.survey is None:
        return {}
    until = now + timedelta(days=plan.expires_days)
    items = [
        NewInvitation(
            key=invitation_key(plan, key),
            sent_at=now,
            customer_id=one.customer_id,
            unit_id=one.unit_id,
            channel=one.channel,
            language=one.language,
            touchpoint_id=one.touchpoint_id or plan.survey.touchpoint_id,
            episode=one.episode,
            expires_at=one.expires_at or until,
        )
        for key, one in asked.items()
    ]
    made = {one.key: (one, secret) for one, secret in invite(survey=plan.survey, items=items)}
    return {key: made[named] for key in asked if (named := invitation_key(plan, key)) in made}


def _write_down(
    plan: Plan,
    fresh: Mapping[str, Wanted],
    decided: Mapping[str, Decision],
    invited: Mapping[str, tuple[Invitation, str]],
    now: datetime,
) -> None:
    Request.objects.bulk_create(
        (
            Request(
                plan=plan,
                key=key,
                customer_id=one.customer_id,
                day=timezone.localdate(now),
                came_up_at=now,
                due_at=now,
                late_at=now,
                unit_id=one.unit_id,
                episode=one.episode,
                standing=Standing.ASKED if key in invited else Standing.NOT_ASKED,
                reason=decided[key].reason or "",
                kept_for_id=decided[key].kept_for,
                decided_at=now,
                invitation=invited[key][0] if key in invited else None,
            )
            for key, one in fresh.items()
        ),
        batch_size=500,
    )


def _told(key: str, decision: Decision, made: tuple[Invitation, str] | None) -> Told:
    if made is None:
        reason = (decision.reason or Reason.PLAN_ENDED).value
        return Told(key, Standing.NOT_ASKED, True, reason=reason, again_at=decision.again_at)
    return Told(key, Standing.ASKED, True, invitation=made[0].key, secret=made[1])


def _told_before(key: str, row: Request) -> Told:
    invitation = row.invitation.key if row.invitation else ""
    return Told(key, Standing(row.standing), False, reason=row.reason, invitation=invitation)
