"""Outcomes: a frozen baseline, a target that can be kept and measured, a number that comes from scores only."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from django.test import Client

from candor.analytics import Histogram
from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import AuditEntry, Person, Unit
from candor.apps.organization.scope import Scope
from candor.apps.scores.measures import Tally
from candor.apps.scores.registry import MEASURES
from candor.apps.strategy import measures, pages, queries, services
from candor.apps.strategy.choices import Status
from candor.apps.strategy.errors import NothingToUndo, OutcomeNotOpen, TargetRefused
from candor.apps.strategy.models import Outcome
from candor.foundation.periods import parse_period
from tests.scores.test_queries import answered
from tests.world import World

START = date(2026, 3, 31)
NOW = date(2026, 6, 30)
NPS = MEASURES["nps"]


def scope_of(person: Person, as_of: date = NOW, unit: Unit | None = None) -> Scope:
    return Scope(viewer_of(person), unit, parse_period("90d", as_of=as_of), as_of, as_of)


def nps_on(day: date, share: float, n: int, unit: Unit | None = None) -> None:
    """n answers of which this share are promoters and the others detractors."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    answered([10] * round(n * share) + [3] * round(n * (1 - share)), at=at, unit_id=unit.pk if unit else None)


def define(world: World, *, unit: Unit | None = None, target: float = 0.5, **fields: Any) -> Outcome:
    person = world.clara
    values: dict[str, Any] = {
        "title": "Customers recommend us", "strand": "what", "horizon": 1, "measure": NPS, "by_on": date(2027, 3, 31),
        "owner": person, "baseline": queries.baseline_for(NPS, unit, scope_of(person, START)), "baseline_until": START, "by": person,
    }  # fmt: skip
    return services.define_outcome(unit=unit, target=target, **values | fields)


def standing(outcome: Outcome, person: Person, as_of: date = NOW) -> queries.Standing:
    return queries.standing_of(outcome, scope_of(person, as_of))


def test_the_baseline_is_frozen_when_the_outcome_is_defined(world: World) -> None:
    nps_on(START, 0.6, 200)
    outcome = Outcome.objects.get(pk=define(world).pk)
    nps_on(START - timedelta(days=1), 0.0, 500)
    outcome.refresh_from_db()
    assert outcome.baseline.value == pytest.approx(0.2)
    assert outcome.baseline.n == 200
    assert outcome.baseline.method
    assert outcome.baseline.low is not None and outcome.baseline.low < 0.2
    assert (outcome.baseline_until - outcome.baseline_since).days == 89


@pytest.mark.parametrize("target", [1.0, -1.0, 1.2])
def test_a_target_at_or_beyond_the_end_of_the_scale_is_refused(world: World, target: float) -> None:
    with pytest.raises(TargetRefused):
        define(world, target=target)


def test_no_complaints_at_all_is_refused(world: World) -> None:
    with pytest.raises(TargetRefused):
        define(world, measure=MEASURES["complaint_rate"], target=0.0)


def test_a_target_that_can_not_be_measured_by_its_date_is_said_so(world: World) -> None:
    nps_on(START, 0.6, 200)
    small = standing(define(world, target=0.22), world.clara).check
    large = standing(define(world, target=0.6), world.clara).check
    assert small is not None and not small.is_measurable and "can’t be told from chance" in small.words
    assert large is not None and large.is_measurable and not large.problems


def test_a_date_too_near_has_fewer_answers_to_measure_with(world: World) -> None:
    nps_on(START, 0.6, 200)
    near = measures.check_of(define(world, target=0.5, by_on=START + timedelta(days=9)), NPS)
    assert near.n == 20
    assert "few_answers" in near.problems


def test_the_live_number_is_compared_with_the_answers_of_the_baseline(world: World) -> None:
    nps_on(START, 0.6, 300)
    outcome = define(world, target=0.9)
    nps_on(NOW, 0.8, 300)
    found = standing(outcome, world.clara)
    assert found.now is not None and found.now.value == pytest.approx(0.6)
    assert found.change is not None and found.change.verdict == "higher"
    assert (found.change.n_before, found.change.n_now) == (300, 300)
    assert found.progress == "toward"
    assert "up 40, could be" in found.sentence


@pytest.mark.parametrize(
    ("share", "target", "progress"),
    [(0.62, 0.6, "no_clear_change"), (0.3, 0.6, "away"), (0.9, 0.5, "reached"), (0.81, 0.6, "maybe_reached")],
)
def test_where_it_stands_is_no_surer_than_the_answers(
    world: World, share: float, target: float, progress: str
) -> None:
    nps_on(START, 0.6, 300)
    outcome = define(world, target=target)
    nps_on(NOW, share, 300)
    assert standing(outcome, world.clara).progress == progress


def test_a_target_below_is_reached_from_above(world: World) -> None:
    rate = MEASURES["complaint_rate"]
    before, now = (
        rate.formula.estimate(Tally(Histogram.from_counts({1.0: n}), 90), least_n=30) for n in (150, 60)
    )
    change = rate.formula.compare(
        *(Tally(Histogram.from_counts({1.0: n}), 90) for n in (60, 150)), least_n=30
    )
    outcome = define(world, measure=rate, target=30.0, baseline=before)
    assert measures.progress_of(outcome, rate, now, change, NOW) == "reached"
    assert measures.progress_of(outcome, rate, before, change, NOW) == "toward"


def test_after_its_date_an_outcome_is_missed_not_forgotten(world: World) -> None:
    nps_on(START, 0.6, 300)
    outcome = define(world, target=0.8, by_on=NOW - timedelta(days=1))
    nps_on(NOW, 0.62, 300)
    assert standing(outcome, world.clara).progress == "missed"


def test_too_few_answers_stay_words(world: World) -> None:
    nps_on(START, 0.6, 300)
    outcome = define(world)
    nps_on(NOW, 1.0, 7)
    found = standing(outcome, world.clara)
    assert found.progress == "too_few"
    assert "Too few answers to tell (7 of at least 30)" in found.sentence


def test_the_days_of_the_baseline_never_count_as_progress(world: World) -> None:
    nps_on(START, 0.6, 300)
    outcome = define(world)
    assert standing(outcome, world.clara, START).progress == "just_set"
    soon = standing(outcome, world.clara, START + timedelta(days=1))
    assert soon.now is not None and soon.now.n == 0


def test_a_measure_that_was_redefined_is_not_compared(world: World) -> None:
    outcome = define(world)
    outcome.measure_version = 0
    found = standing(outcome, world.clara)
    assert (found.progress, found.now) == ("not_comparable", None)


def _values(outcome: Outcome) -> dict[str, Any]:
    return {
        name: getattr(outcome, name) for name in ("title", "strand", "horizon", "target", "by_on", "owner")
    }


def test_a_change_can_be_taken_back_once(world: World) -> None:
    outcome = define(world)
    before = _values(outcome)
    services.change_outcome(
        outcome=outcome, **before | {"title": "Else", "target": 0.3, "owner": world.eve}, by=world.clara
    )
    services.undo_change(outcome=Outcome.objects.get(pk=outcome.pk), by=world.clara)
    assert _values(Outcome.objects.get(pk=outcome.pk)) == before
    with pytest.raises(NothingToUndo):
        services.undo_change(outcome=outcome, by=world.clara)
    actions = AuditEntry.objects.filter(object_kind="outcome").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["outcome.defined", "outcome.changed", "outcome.change_undone"]


def test_a_dropped_outcome_is_not_changed_but_can_be_opened_again(world: World) -> None:
    outcome = define(world)
    services.drop_outcome(outcome=outcome, by=world.clara)
    with pytest.raises(OutcomeNotOpen):
        services.change_outcome(outcome=outcome, **_values(outcome), by=world.clara)
    assert services.reopen_outcome(outcome=outcome, by=world.clara).status == Status.OPEN


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def posted(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Recommended", "strand": "how", "horizon": "2", "measure": "nps", "unit": "", "target": "45",
        "by_on": (date.today() + timedelta(days=400)).isoformat(),
    } | fields  # fmt: skip


def test_the_form_takes_the_target_as_pages_show_it(world: World) -> None:
    response = as_(world.clara).post("/strategy/define/", posted(owner=world.clara.pk))
    outcome = Outcome.objects.get()
    assert response.headers["Location"] == f"/strategy/{outcome.pk}/"
    assert outcome.target == pytest.approx(0.45)
    changed = as_(world.clara).get(f"/strategy/{outcome.pk}/change/").content.decode()
    assert 'value="45.0"' in changed


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"target": "100"}, "one customer breaks it"),
        ({"by_on": "2020-01-01"}, "in the future"),
        ({"target": "900"}, "beyond the scale"),
    ],
)
def test_the_form_says_what_is_wrong_beside_the_field(
    world: World, fields: dict[str, str], words: str
) -> None:
    response = as_(world.clara).post("/strategy/define/", posted(owner=world.clara.pk, **fields))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Outcome.objects.exists()


def test_the_page_begins_with_one_button(world: World) -> None:
    assert "Define the first outcome" in as_(world.clara).get("/strategy/").content.decode()
    assert "Define the first outcome" not in as_(world.eve).get("/strategy/").content.decode()


def test_the_pages_show_number_target_and_words(world: World) -> None:
    today = date.today()
    nps_on(today - timedelta(days=1), 0.7, 200)
    outcome = define(
        world,
        baseline_until=today - timedelta(days=100),
        by_on=today + timedelta(days=90),
        baseline=queries.baseline_for(NPS, None, scope_of(world.clara, START)),
    )
    listed = as_(world.clara).get("/strategy/").content.decode()
    assert "Within one year" in listed and "What customers get" in listed
    shown = as_(world.clara).get(f"/strategy/{outcome.pk}/").content.decode()
    assert "Target 50 by" in shown
    assert "/scores/nps/?" in shown


def _reads(person: Person, outcomes: Iterable[Outcome]) -> list[int]:
    return [as_(person).get(f"/strategy/{outcome.pk}/").status_code for outcome in outcomes]


def test_people_see_the_outcomes_of_their_own_units_only(world: World) -> None:
    outcomes = [define(world), define(world, unit=world.quay), define(world, unit=world.mill)]
    assert _reads(world.clara, outcomes) == [200, 200, 200]
    assert _reads(world.rival, outcomes) == [404, 404, 200]
    assert _reads(world.mona, outcomes) == [404, 200, 404]
    assert _reads(world.olga, outcomes) == [403, 403, 403]
    assert {found.unit_id for found in queries.outcomes_of(scope_of(world.rival))} == {world.mill.pk}


@pytest.mark.parametrize("path", ["change", "undo-change", "drop", "reached", "reopen"])
def test_only_who_manages_strategy_changes_an_outcome(world: World, path: str) -> None:
    outcome = define(world, unit=world.quay)
    for person in (world.mona, world.eve, world.rival):
        assert as_(person).post(f"/strategy/{outcome.pk}/{path}/").status_code == 403
    assert Outcome.objects.get(pk=outcome.pk).status == Status.OPEN


def test_dropping_offers_the_way_back(world: World) -> None:
    outcome = define(world)
    client = as_(world.clara)
    shown = client.post(f"/strategy/{outcome.pk}/drop/", follow=True).content.decode()
    assert f"/strategy/{outcome.pk}/reopen/" in shown
    client.post(f"/strategy/{outcome.pk}/reopen/")
    assert Outcome.objects.get(pk=outcome.pk).status == Status.OPEN


def test_every_state_has_words(world: World) -> None:
    outcome = define(world)
    for progress in get_args(measures.Progress):
        state = pages.state_of(queries.Standing(outcome, NPS, None, None, progress, None))
        assert state["text"] and state["icon"]
