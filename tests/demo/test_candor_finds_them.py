"""Candor, asked through its own queries, finds what was planted, and finds nothing where nothing is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django import DjangoDbBlocker

from candor.analytics.multiple_tests import benjamini_hochberg
from candor.apps.insights import critical_moments
from candor.apps.insights.queries import rising, theme_table
from candor.apps.insights.services import discover
from candor.apps.journeys.models import Journey
from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import UnitKind
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.scope import Scope
from candor.apps.scores.queries import ScoreRow, estimate, estimates_by, split
from candor.apps.scores.registry import measure_named
from candor.demo import Lender, truths
from candor.demo.places import PLACES
from candor.demo.staging import JOURNEY
from candor.foundation.periods import Period
from candor.foundation.storage import warehouse
from candor.warehouse.queries import EventFilter, event_cases
from tests.demo.conftest import TODAY, loaded_once

pytestmark = [pytest.mark.django_db, pytest.mark.anywhere]
YESTERDAY = TODAY - timedelta(days=1)
NPS = measure_named("nps")
BEFORE_DECISION = (
    "Documents requested",
    "Documents received",
    "Documents complete",
    "Appraisal received",
    "Loan approved",
)


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    lender = Lender(today=TODAY, seed=2026)
    with loaded_once(lender, tmp_path_factory.mktemp("lender"), django_db_blocker) as home:
        yield home


@pytest.fixture(autouse=True)
def _there(_own_home: None, settings: LazySettings, loaded: Path) -> None:
    settings.CANDOR_HOME = loaded


def scope(*, days: int = 730, until: date = YESTERDAY, branch: str | None = None) -> Scope:
    lead = Person.objects.get(email="lead@harbourhome.example")
    unit = Unit.objects.get(name=branch) if branch else None
    period = Period("x", f"the last {days} days", until - timedelta(days=days - 1), until)
    return Scope(viewer_of(lead), unit, period, until, until)


def appraisal_wait(branch: str) -> float:
    """Median seconds from ordering an appraisal to having it, without news between, at one branch."""
    units = Unit.objects.below(Unit.objects.get(name=branch)).values_list("pk", flat=True)
    only = EventFilter(
        units=list(units), activities=["Appraisal ordered", "Appraisal received"], whole_cases=False
    )
    (edge,) = event_cases(warehouse(), journey=JOURNEY, where=only).edges
    return edge.median_wait


def by_branch(days: int) -> dict[str, ScoreRow]:
    rows = estimates_by(NPS, "unit", scope=scope(days=days), compare=True, kind=UnitKind.LOCATION)
    return {row.label: row for row in rows}


def test_the_appraisal_is_where_satisfaction_is_lowest_beyond_doubt() -> None:
    rows = estimates_by(measure_named("csat_mean"), "touchpoint", scope=scope())
    highs = {row.label: row.estimate.high for row in rows}
    lows = {row.label: row.estimate.low for row in rows}
    worst = min(rows, key=lambda row: row.estimate.value or 9.0).label
    assert worst == "Appraisal"
    assert all((highs[worst] or 9.0) < (low or 0.0) for label, low in lows.items() if label != worst)


def test_only_the_improved_branch_changed_beyond_chance_among_twenty() -> None:
    rows = by_branch(truths.IMPROVED_SINCE_DAYS)
    testable = {
        name: row.comparison.p_value
        for name, row in rows.items()
        if row.comparison is not None
        and row.comparison.verdict != "too_few"
        and row.comparison.p_value is not None
    }
    assert len(testable) >= 17
    adjusted = dict(zip(testable, benjamini_hochberg(list(testable.values())), strict=True))
    assert [name for name, p in adjusted.items() if p < 0.05] == [truths.IMPROVED_BRANCH]
    assert rows[truths.IMPROVED_BRANCH].comparison.verdict == "higher"  # type: ignore[union-attr]


def test_the_lucky_branch_is_not_called_better() -> None:
    found = estimate(NPS, scope=scope(days=truths.LUCKY_DAYS, branch=truths.LUCKY_BRANCH))
    assert found.estimate.status == "too_few"
    assert found.estimate.value is None
    assert found.comparison.verdict == "too_few"


def test_regions_can_not_be_told_apart() -> None:
    found = split(NPS, "unit", scope=scope())
    regions = [tier for tier, row in zip(found.tiers, found.rows, strict=True) if row.estimate.n >= 30]
    assert len(regions) == 4
    assert set(regions) == {"same"}


def test_nothing_changed_for_the_company_as_a_whole_this_quarter() -> None:
    assert estimate(NPS, scope=scope(days=90)).comparison.verdict == "no_clear_change"


def test_nothing_takes_appraisals_longer_than_at_the_slow_branch() -> None:
    waits = {name: appraisal_wait(name) for name in (place.name for place in PLACES)}
    slow = waits.pop(truths.SLOW_BRANCH)
    assert slow > 1.2 * max(waits.values())


def test_being_late_with_the_appraisal_is_the_wait_that_stands_out() -> None:
    found = event_cases(warehouse(), journey=JOURNEY)
    assert found.cases > 20_000
    waits = {(edge.before, edge.after): edge.median_wait for edge in found.edges if edge.n > 1_000}
    before_decision = {pair: wait for pair, wait in waits.items() if pair[1] in BEFORE_DECISION}
    assert max(before_decision, key=before_decision.__getitem__) == (
        "Appraisal ordered",
        "Appraisal received",
    )


def test_the_portal_is_the_one_thing_that_rises() -> None:
    discover(as_of=YESTERDAY)
    confirmed = {term for row in theme_table(scope()).rows if row.is_confirmed for term in row.theme.terms}
    assert {"appraisal", "portal"} <= confirmed
    found = rising(scope(days=90))
    assert found.n_themes >= 5
    assert [("portal" in issue.name.lower(), issue.theme is not None) for issue in found.issues] == [
        (True, True)
    ]
    assert found.issues[0].rise.low > 1.5
    assert found.all_comments is None


def test_response_rates_are_counted_from_those_who_were_asked() -> None:
    found = estimate(measure_named("response_rate"), scope=scope())
    assert found.estimate.n > 55_000, "all but the invitations of the last two weeks"
    assert 0.10 < (found.estimate.value or 0) < 0.25


def test_the_appraisal_is_the_moment_where_feeling_turns_and_quiet_places_stay_quiet() -> None:
    answer = critical_moments.find(critical_moments.question_of(Journey.objects.get(key=JOURNEY), scope()))
    assert answer is not None
    found = {one.touchpoint.removeprefix("loan-"): one for one in answer.moments.moments}
    turning = found[truths.TURNING_MOMENT]
    assert answer.moments.moments[0] is turning
    assert turning.is_lowest
    assert turning.contrast == "ok", "refinancers may go without"
    assert turning.against_others is not None
    assert (turning.against_others.high or 0.0) < -0.5
    assert [name for name, one in found.items() if "feeling_falls" in one.reasons and one.is_lowest] == [
        "appraisal"
    ]
    leaving = [name for name, one in found.items() if "people_leave" in one.reasons]
    assert leaving == ["first-contact", "underwriting"], "one in five never applies; those who are declined"
    assert {name for name, one in found.items() if "promise_broken" in one.reasons} == {
        "documents",
        "appraisal",
        "decision",
    }
    unheard = {name for name, one in found.items() if "no_feedback" in one.reasons}
    assert unheard == {"first-contact", "underwriting", "first-payment", "leaving"}, "where nobody is asked"
