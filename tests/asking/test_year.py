"""A simulated year: the log adds up to everybody on every day, the rule is never broken, and the frequent survey starves nobody."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Count

from candor.apps.asking.choices import Reason, Standing
from candor.apps.asking.models import Request
from candor.apps.asking.queries import log_by_day
from candor.apps.customers.models import Customer
from tests.asking.year import BEGINS, Year, a_year, asked
from tests.world import World


def check_everybody_has_one_fate(year: Year) -> None:
    """The log holds exactly whom the ledger saw, plan by plan and day by day, and each has one standing."""
    rows = Request.objects.values_list("plan_id", "day").annotate(n=Count("pk")).order_by()
    logged = Counter({(plan, day): n for plan, day, n in rows})
    assert logged == year.ledger
    for plan in year.plans.values():
        for day, tally in log_by_day(plan, since=BEGINS.date()):
            assert tally.came_up == tally.asked + tally.on_the_way + tally.waiting + sum(
                tally.reasons.values()
            )
            assert tally.came_up == year.ledger[plan.pk, day], (plan, day)
    assert not Request.objects.filter(standing=Standing.NOT_ASKED, reason="").exists()
    assert (
        not Request.objects.exclude(standing=Standing.NOT_ASKED)
        .filter(reason__in=["not_drawn", "cap"])
        .exists()
    )
    assert {Reason(r) for r in Request.objects.filter(standing=Standing.NOT_ASKED).values_list("reason", flat=True).distinct()} >= {
        Reason.RESTING, Reason.NO_ADDRESS, Reason.BOUNCED, Reason.KEPT, Reason.OUT_OF_SHARE, Reason.NOT_DRAWN,
    }  # fmt: skip


def check_the_rule_held(year: Year) -> None:
    """For every person, merged records being one, held against what was sent and nothing else."""
    zones = dict(Customer.objects.values_list("pk", "time_zone"))
    for twice, kept in year.person.items():
        zones[kept] = zones[kept] or zones[twice]
    sent: defaultdict[int, list[tuple[datetime, str]]] = defaultdict(list)
    rows = Request.objects.filter(standing=Standing.ASKED).values_list(
        "customer_id", "decided_at", "plan__survey__type"
    )
    for customer, at, type_ in rows:
        sent[year.person.get(customer, customer)].append((at, type_))
        local = at.astimezone(ZoneInfo(zones[year.person.get(customer, customer)] or "UTC"))
        assert 8 <= local.hour < 20, f"{local} is in the night"
        assert local.weekday() != 6, f"{local} is a Sunday"
    for person, times in sent.items():
        times.sort()
        for (first, _), (second, _) in pairwise(times):
            assert second - first >= timedelta(days=30)
        same = [at for at, type_ in times if type_ == "relationship"]
        assert all(b - a >= timedelta(days=90) for a, b in pairwise(same))
        assert len(times) <= 6
        assert all(at < year.opted_out.get(person, at + timedelta(1)) for at, _ in times)


def check_nobody_starves(year: Year) -> None:
    """Rare questions get their part although the frequent one would ask everybody all the time."""
    assert asked(year.plans["Claim"]) > 0.3
    relationship = year.plans["Relationship"]
    laid_out = relationship.requests.filter(standing__in=["asked", "not_asked"]).exclude(
        reason__in=["no_address", "bounced", "opted_out", "not_drawn"]
    )
    drawn, reached = laid_out.count(), laid_out.filter(standing=Standing.ASKED).count()
    assert reached / drawn > 0.8, f"{reached} of {drawn} drawn for a round were asked"
    assert year.plans["Contact"].requests.filter(standing=Standing.ASKED).count() > reached, (
        "the frequent one is alive"
    )


def test_the_log_adds_up_and_the_rule_holds_in_a_small_company(world: World) -> None:
    year = a_year(160)
    year.live(days=100)
    check_everybody_has_one_fate(year)
    check_the_rule_held(year)
    check_nobody_starves(year)


@pytest.mark.slow
def test_without_ranks_and_reserve_the_rare_question_would_go_short(world: World) -> None:
    year = a_year(1_000, reserve=0.0, claim_rank=6)
    year.live(days=120)
    assert asked(year.plans["Claim"]) < 0.4, "with them it is more than a half"


@pytest.mark.slow
def test_the_log_adds_up_to_ten_thousand_customers_on_every_day_of_a_year(world: World) -> None:
    year = a_year(10_000)
    year.live(days=365)
    check_everybody_has_one_fate(year)
    check_the_rule_held(year)
    check_nobody_starves(year)
    assert asked(year.plans["Claim"]) > 0.5
    monthly = Counter(
        at.strftime("%Y-%m")
        for at in year.plans["Delivery"]
        .requests.filter(invitation__is_answered=True)
        .values_list("decided_at", flat=True)
    )
    assert all(70 <= n <= 130 for month, n in monthly.items() if "2026-03" <= month <= "2026-12"), monthly
