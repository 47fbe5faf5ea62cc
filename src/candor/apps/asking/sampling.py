"""Samples: how many to ask so that about so many answer, from how many answered so far."""

from datetime import datetime, timedelta
from math import ceil

from django.db.models import Count, Q
from django.utils import timezone

from .choices import Reason, Standing
from .governor import Sample
from .models import Plan, Request

PRIOR_ANSWERED, PRIOR_ASKED = 2, 10  # before anything is known: one in five, worth ten requests
RIPE = timedelta(days=7)  # a request that is younger may still be answered
LOOK_BACK = timedelta(days=90)
FLOW = timedelta(days=28)
MONTH_DAYS = 30
_COULD = Q(standing=Standing.ASKED) | Q(reason__in=[Reason.NOT_DRAWN, Reason.ENOUGH])
ANSWERED = Q(invitation__is_answered=True) | Q(invitation__feedback__isnull=False)


def rate_of_answers(plan: Plan, *, now: datetime) -> float:
    """The share of requests that are answered, 0 to 1: of those sent in 90 days and at least a week ago, drawn towards one in five."""
    ripe = Request.objects.filter(
        plan=plan, standing=Standing.ASKED, decided_at__gte=now - LOOK_BACK, decided_at__lt=now - RIPE,
        invitation__bounced_at=None, invitation__put_off_at=None,
    )  # fmt: skip
    counts = ripe.aggregate(asked=Count("pk"), answered=Count("pk", filter=ANSWERED))
    rate: float = (counts["answered"] + PRIOR_ANSWERED) / (counts["asked"] + PRIOR_ASKED)
    return rate


def sample_of(plan: Plan, *, now: datetime) -> Sample | None:
    """The chance of each who could be asked, and how many may still be asked today; None where the plan asks everybody.

    So many are wanted this month as bring the wanted number at the rate seen so far. The chance is what is left of them over those who
    can be expected to come up until the month ends, at the pace of the last four weeks. No day takes more than twice its even part, so
    that a new plan does not ask everybody on its first one.
    """
    if plan.answers_a_month is None:
        return None
    local = timezone.localtime(now)
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    days_left = max(((month + timedelta(days=32)).replace(day=1) - local).total_seconds() / 86_400, 0.04)
    wanted = ceil(plan.answers_a_month / rate_of_answers(plan, now=now))
    asked = Request.objects.filter(plan=plan, standing=Standing.ASKED, decided_at__gte=month)
    today = asked.filter(decided_at__gte=local.replace(hour=0, minute=0, second=0, microsecond=0)).count()
    n_asked = asked.count()
    if asked.filter(ANSWERED).count() >= plan.answers_a_month:
        return Sample(0.0, 0)
    left = wanted - n_asked
    even = ceil(2 * (left + today) / max(days_left, 1))
    expected = _pace(plan, now=now) * days_left
    return Sample(min(left / expected, 1.0) if expected > left else 1.0, max(min(left, even - today), 0))


def most_of_round(plan: Plan, *, now: datetime) -> int | None:
    """How many of a group to ask so that about the wanted number a month answers, over the days of the round; None for all."""
    if plan.answers_a_month is None:
        return None
    months = max(plan.spread_days / MONTH_DAYS, 1.0)
    return ceil(plan.answers_a_month * months / rate_of_answers(plan, now=now))


def sample_of_group(plan: Plan, *, now: datetime) -> Sample | None:
    """The same for the last group that was asked by hand, whose members were written down in the order of a draw: the first of them who
    can be asked are, and nobody takes the place of another by being quicker. Where it is spread over days, each has the chance of what
    is left over those still to come, less the share that could not be asked so far."""
    most = most_of_round(plan, now=now)
    if most is None:
        return None
    group = Request.objects.filter(plan=plan, round=plan.rounds)
    left = max(most - group.filter(standing=Standing.ASKED).count(), 0)
    fresh = group.filter(standing=Standing.WAITING).exclude(reason=Reason.RESTING)
    if plan.spread_days == 1 or not fresh.filter(due_at__gt=now).exists():
        return Sample(1.0, left)
    to_come = fresh.count()
    share = (group.filter(_COULD).count() + 1) / (group.count() - to_come + 1)
    return Sample(min(left / (to_come * share), 1.0), left)


def _pace(plan: Plan, *, now: datetime) -> float:
    """People a day who came up and could have been asked."""
    seen = Request.objects.filter(_COULD, plan=plan, decided_at__gte=now - FLOW).count()
    running = now - (plan.started_at or now)
    return seen / max(min(running, FLOW) / timedelta(days=1), 1.0)
