from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from candor.apps.cases import queries, services
from candor.apps.cases.choices import RootCause, State, Trigger
from candor.apps.cases.errors import CaseAlreadyClosed
from candor.apps.cases.models import Case
from candor.apps.feedback.models import Feedback
from candor.apps.imports import services as imports
from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import Role, UnitKind
from candor.apps.organization.models import AuditEntry, Workspace
from candor.apps.organization.scope import Scope
from candor.apps.organization.services import create_person, give_role
from candor.apps.scores.queries import estimate, estimates_by, trend
from candor.apps.scores.registry import MEASURES
from candor.apps.surveys.services import define_survey
from candor.foundation.periods import parse_period
from tests.builders import NOON, a_feedback
from tests.world import World

IN_TIME = MEASURES["closed_in_time"]


@pytest.fixture
def rules(world: World) -> None:
    services.install_standard_rules(active_since=NOON - timedelta(days=1))


def _case(world: World, **fields: object) -> Case:
    row = a_feedback(**{"nps": 2, "unit_id": world.red.pk, "comment": "Nobody called me back."} | fields)
    return services.open_cases(feedback_ids=[row.pk])[0]


def test_a_low_score_opens_a_case_owned_by_the_nearest_manager(world: World, rules: None) -> None:
    case = _case(world)
    assert case.owner == world.mona, "Mona manages Quay, above the team Red"
    assert case.due_at - case.opened_at == timedelta(hours=48)


def test_a_good_score_opens_nothing(world: World, rules: None) -> None:
    assert services.open_cases(feedback_ids=[a_feedback(nps=9).pk]) == []


def test_a_rule_reads_an_answer_where_low_is_good_turned_round(world: World) -> None:
    define_survey(
        key="effort", name="Effort", questions=[{"key": "ces", "text": "Effort", "kind": "ces", "is_high_good": False}]
    )  # fmt: skip
    services.define_rule(
        name="It was hard", trigger=Trigger.CES_AT_MOST, threshold=2, due_hours=24, owner_role=Role.MANAGER, by=world.clara,
        active_since=NOON,
    )  # fmt: skip
    easy, hard = (a_feedback(ces=effort, source="effort", unit_id=world.red.pk) for effort in (1, 7))
    as_asked = a_feedback(ces=1, source="ease", unit_id=world.red.pk)
    opened = services.open_cases(feedback_ids=[easy.pk, hard.pk, as_asked.pk])
    assert {case.feedback for case in opened} == {hard, as_asked}


def test_the_same_feedback_opens_a_case_once(world: World, rules: None) -> None:
    case = _case(world)
    assert services.open_cases(feedback_ids=[case.feedback_id]) == []


def test_feedback_from_before_the_rule_opens_nothing(world: World, rules: None) -> None:
    old = a_feedback(nps=0, received_at=NOON - timedelta(days=2))
    assert services.open_cases(feedback_ids=[old.pk]) == []


def test_a_rule_for_a_unit_leaves_the_others_alone(world: World) -> None:
    services.define_rule(
        name="Mill only", trigger=Trigger.NPS_AT_MOST, threshold=6, due_hours=24, owner_role=Role.MANAGER, by=world.clara,
        unit=world.mill, active_since=NOON,
    )  # fmt: skip
    ours, theirs = a_feedback(nps=5, unit_id=world.red.pk), a_feedback(nps=5, unit_id=world.mill.pk)
    cases = services.open_cases(feedback_ids=[ours.pk, theirs.pk])
    assert [case.feedback for case in cases] == [theirs]
    assert cases[0].owner == world.rival


def test_closing_asks_for_a_root_cause_and_what_was_done(client: Client, world: World, rules: None) -> None:
    case = _case(world)
    client.force_login(world.mona)
    refused = client.post(f"/cases/{case.pk}/close/", {"root_cause": "", "resolution": ""})
    assert refused.status_code == 422
    client.post(f"/cases/{case.pk}/close/", {"root_cause": "delay", "resolution": "Called and explained."})
    case.refresh_from_db()
    assert (case.state, case.root_cause) == (State.CLOSED, RootCause.DELAY)
    assert AuditEntry.objects.filter(action="case.closed", person=world.mona, object_id=case.pk).exists()


def test_a_closed_case_is_not_closed_twice_and_can_be_opened_again(world: World, rules: None) -> None:
    case = _case(world)
    services.close_case(case=case, root_cause=RootCause.ERROR, resolution="Mended.", by=world.mona)
    with pytest.raises(CaseAlreadyClosed):
        services.close_case(case=case, root_cause=RootCause.ERROR, resolution="Again.", by=world.mona)
    services.reopen_case(case=case, by=world.mona)
    assert case.state == State.OPEN
    assert not case.is_late(timezone.now())


def test_another_units_manager_can_neither_see_nor_touch_a_case(
    client: Client, world: World, rules: None
) -> None:
    case = _case(world)
    client.force_login(world.rival)
    assert client.get(f"/cases/{case.pk}/").status_code == 404
    assert (
        client.post(f"/cases/{case.pk}/close/", {"root_cause": "delay", "resolution": "x"}).status_code == 404
    )
    assert b"Nobody called" not in client.get("/cases/").content


def test_a_case_given_to_somebody_who_may_not_work_it_is_refused(
    client: Client, world: World, rules: None
) -> None:
    case = _case(world)
    client.force_login(world.mona)
    assert client.post(f"/cases/{case.pk}/assign/", {"owner": world.rival.pk}).status_code == 400
    client.post(f"/cases/{case.pk}/assign/", {"owner": world.theo.pk})
    case.refresh_from_db()
    assert case.owner == world.theo


@pytest.mark.django_db(transaction=True)
def test_received_feedback_opens_its_case_by_the_worker() -> None:
    from candor.foundation.jobs import Worker
    from tests.world import build_world

    world = build_world()
    services.install_standard_rules(active_since=NOON - timedelta(days=1))
    row = a_feedback(nps=1, unit_id=world.quay.pk)
    Worker().run_all()
    assert Case.objects.get().feedback == row


@pytest.mark.django_db(transaction=True)
def test_the_work_on_feedback_is_stored_with_it_or_not_at_all() -> None:
    from django.db import transaction

    from candor.foundation.models import Job
    from tests.world import build_world

    build_world()
    with transaction.atomic():
        a_feedback(nps=1)
        assert Job.objects.filter(task_path__endswith="open_cases_for").exists(), "before the commit"
        transaction.set_rollback(True)
    assert not Job.objects.filter(task_path__endswith="open_cases_for").exists()


def test_a_case_closed_meanwhile_by_a_colleague_is_not_closed_over(world: World, rules: None) -> None:
    case = _case(world)
    stale = Case.objects.get(pk=case.pk)
    services.close_case(case=case, root_cause=RootCause.ERROR, resolution="Mended.", by=world.mona)
    with pytest.raises(CaseAlreadyClosed):
        services.close_case(case=stale, root_cause=RootCause.DELAY, resolution="Mine.", by=world.clara)
    assert Case.objects.get(pk=case.pk).resolution == "Mended."


def test_cases_that_come_together_are_spread_over_those_who_may_own_them(world: World, rules: None) -> None:
    second = create_person(name="Max", unit=world.quay, by=None, email="max@harbour.example")
    give_role(person=second, role=Role.MANAGER, unit=world.quay, by=None)
    ids = [a_feedback(nps=1, unit_id=world.red.pk).pk for _ in range(10)]
    owners = [case.owner for case in services.open_cases(feedback_ids=ids)]
    assert (owners.count(world.mona), owners.count(second)) == (5, 5)


def test_undoing_an_import_writes_down_which_cases_went(world: World, rules: None, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("respondent id,date,NPS\n1,2026-06-01T12:00:00Z,2\n")
    batch = imports.take_path(kind="surveys", path=path, by=None)
    imports.run_import(batch=imports.start(batch=batch, by=None))
    case = services.open_cases(feedback_ids=[Feedback.objects.get().pk])[0]
    services.close_case(case=case, root_cause=RootCause.ERROR, resolution="Called her.", by=world.clara)
    imports.run_undo(batch=imports.undo(batch=batch, by=world.clara))
    entry = AuditEntry.objects.get(action="case.removed")
    assert entry.facts["resolution"] == "Called her."


def _closed_on(world: World, day: date, n: int, *, late: int = 0) -> None:
    """Cases closed at noon of a day, some of them past their clock."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for number in range(n):
        row = a_feedback(nps=2, unit_id=world.red.pk)
        due_at = at + timedelta(hours=-1 if number < late else 1)
        case = services.open_case(feedback=row, title="t", owner=None, due_at=due_at, by=world.mona)
        Case.objects.filter(pk=case.pk).update(state=State.CLOSED, closed_at=at, root_cause=RootCause.DELAY)


def _january(world: World) -> Scope:
    period = parse_period("2026-01-01..2026-01-31", as_of=NOON.date())
    return Scope(viewer_of(world.clara), None, period, NOON.date(), NOON.date())


def test_a_period_of_cases_ends_with_its_own_last_day(world: World) -> None:
    _closed_on(world, date(2026, 1, 31), 2)
    _closed_on(world, date(2026, 2, 1), 3)
    scope = _january(world)
    assert queries.root_causes(scope, **queries.instants(scope)) == [("delay", 2)]


def test_a_share_of_few_closed_cases_is_not_told(world: World) -> None:
    _closed_on(world, date(2026, 1, 31), 20, late=5)
    scope = _january(world)
    assert estimate(IN_TIME, scope=scope).estimate.status == "too_few"
    Workspace.objects.update(least_n_score=20)
    found = estimate(IN_TIME, scope=scope).estimate
    assert (found.value, found.n) == (0.75, 20)
    assert found.status != "too_few"


def test_the_registry_splits_and_runs_closed_cases_like_every_measure(world: World) -> None:
    Workspace.objects.update(least_n_score=5)
    _closed_on(world, date(2026, 1, 5), 10, late=5)
    _closed_on(world, date(2026, 2, 1), 3)
    scope = _january(world)
    assert {row.label: row.estimate.n for row in estimates_by(IN_TIME, "channel", scope=scope)} == {
        "Not stated": 10
    }
    assert (
        sum(row.estimate.n for row in estimates_by(IN_TIME, "unit", scope=scope, kind=UnitKind.LOCATION))
        == 10
    )
    assert [point.estimate.n for point in trend(IN_TIME, scope=scope, step="week")] == [0, 10, 0, 0, 0]
    assert estimate(IN_TIME, scope=replace(scope, unit=world.mill)).estimate.n == 0


def test_the_page_of_cases_and_the_page_of_the_measure_show_the_same_number(
    client: Client, world: World
) -> None:
    Workspace.objects.update(least_n_score=5)
    _closed_on(world, date(2026, 1, 5), 10, late=4)
    client.force_login(world.clara)
    period = "?period=2026-01-01..2026-01-31"
    cases = client.get(f"/cases/{period}").context["in_time"]
    assert cases == client.get(f"/scores/closed_in_time/{period}").context["result"].estimate
    assert cases.value == 0.6
