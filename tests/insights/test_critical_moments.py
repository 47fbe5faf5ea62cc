"""Critical moments of a journey: gathered from what was said and done, within what the asker may see."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.test import Client

from candor.analytics import CriticalMoment
from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.services import NewAnswer, NewFeedback, receive
from candor.apps.insights import critical_moments, moment_searches, tasks
from candor.apps.insights.critical_moments import Found, question_of
from candor.apps.insights.models import MomentSearch
from candor.apps.insights.moment_proposals import Question
from candor.apps.journeys.models import Journey, Touchpoint
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey, take_draft
from candor.apps.organization.models import Person, Unit
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from candor.foundation.storage import warehouse
from tests.insights.telling import TODAY, scope_for
from tests.world import World

YEAR = "period=2026-01-01..2026-06-30"
START = datetime(2026, 2, 1, 9, tzinfo=UTC)
STEPS = ("ask", "papers", "visit", "offer", "sign")


@pytest.fixture
def loan() -> Journey:
    stages = [
        NewStage(name="Before", touchpoints=tuple(_point(name) for name in STEPS[:-1])),
        NewStage(name="After", touchpoints=(_point("sign"),)),
    ]
    return define_journey(key="loan", name="Loan", stages=stages, by=None)


def _point(name: str) -> NewTouchpoint:
    promised = 48 if name == "papers" else None
    return NewTouchpoint(
        key=f"loan-{name}", name=name.title(), activity=f"did {name}", promised_hours=promised
    )


def live(
    unit: Unit,
    *,
    episodes: int = 120,
    falls: float = -1.2,
    slow: float = 0.0,
    prefix: str = "e",
    silent: tuple[str, ...] = (),
    left_at: str = "",
    seed: int = 1,
) -> None:
    """Episodes in which feeling falls at the visit; a share of papers is late; some leave at a step."""
    random = np.random.default_rng(seed)
    events, items = [], []
    for number in range(episodes):
        level, case = random.normal(4, 0.6), f"{prefix}{number}"
        at, late, leaves = START + timedelta(hours=number), random.random() < slow, random.random() < 0.35
        for step in STEPS:
            at += timedelta(days=5 if step == "papers" and late else 1)
            events.append(
                {
                    "journey": "loan",
                    "case_id": case,
                    "activity": f"did {step}",
                    "at": at,
                    "unit": unit.pk,
                    "source": "t",
                }
            )
            level += falls if step == "visit" else 0
            if step not in silent:
                score = float(np.clip(round(level + random.normal(0, 0.5)), 1, 5))
                items.append(_feedback(case, step, at + timedelta(hours=3), score, unit))
            if step == left_at and leaves:
                break
    warehouse().append_events(events)
    receive(items=items)


def _feedback(case: str, step: str, at: datetime, score: float, unit: Unit) -> NewFeedback:
    point = Touchpoint.objects.select_related("stage").get(key=f"loan-{step}")
    return NewFeedback(
        kind=Kind.SURVEY, source="asked", key=f"{case}-{step}", received_at=at, unit_id=unit.pk, episode=case,
        touchpoint_id=point.pk, journey_id=point.stage.journey_id, comment="",
        answers=(NewAnswer(question="csat", kind=AnswerKind.CSAT, number=score),),
    )  # fmt: skip


def found(person: Person) -> Found:
    answer = critical_moments.find(question_of(Journey.objects.get(key="loan"), scope_for(person)))
    assert answer is not None
    return answer


def moment(of: Found, name: str) -> CriticalMoment:
    return next(one for one in of.moments.moments if one.touchpoint == f"loan-{name}")


def test_the_touchpoint_where_feeling_falls_stands_first(world: World, loan: Journey) -> None:
    live(world.quay)
    answer = found(world.clara)
    assert (answer.kind, answer.episodes) == ("csat", 120)
    first = answer.moments.moments[0]
    assert (first.touchpoint, first.reasons, first.is_lowest) == ("loan-visit", ("feeling_falls",), True)
    assert first.change is not None
    assert first.change.value == pytest.approx(-1.2, abs=0.2)
    assert first.contrast == "not_identifiable"
    assert [one.touchpoint for one in answer.moments.listed] == ["loan-visit", "loan-ask", "loan-sign"]


def test_where_nothing_was_planted_only_first_and_last_contact_are_listed(
    world: World, loan: Journey
) -> None:
    live(world.quay, falls=0.0)
    listed = found(world.clara).moments.listed
    assert [one.reasons for one in listed] == [("first_contact",), ("last_contact",)]


def test_a_broken_promise_silence_and_leaving_are_reasons_of_their_own(world: World, loan: Journey) -> None:
    live(world.quay, falls=0.0, slow=0.4, silent=("offer",), left_at="papers")
    answer = found(world.clara)
    papers, offer = moment(answer, "papers"), moment(answer, "offer")
    assert set(papers.reasons) == {"people_leave", "promise_broken"}
    assert papers.promise is not None
    assert papers.promise.promised == 2.0
    assert papers.promise.lateness.value == pytest.approx(3.0)
    assert papers.drop_off is not None
    assert papers.drop_off.lost == papers.n - moment(answer, "visit").n
    assert offer.reasons == ("no_feedback",)
    assert (offer.coverage.value, offer.n) == (0.0, moment(answer, "visit").n)
    assert moment(answer, "sign").drop_off is None, "nobody is lost where they have arrived"


def test_episodes_that_may_still_go_on_are_not_lost(world: World, loan: Journey) -> None:
    live(world.quay, falls=0.0, left_at="papers")
    early = Question(
        journey="loan", design=0, since=date(2026, 1, 1), until=TODAY, as_of=date(2026, 2, 20), units=None
    )
    answer = critical_moments.find(early)
    assert answer is not None
    papers = moment(answer, "papers").drop_off
    assert papers is not None
    assert (papers.lost, papers.still_open > 20) == (0, True)


def test_everybody_counts_only_what_they_may_see(world: World, loan: Journey) -> None:
    live(world.quay)
    live(world.mill, falls=0.0, prefix="m", seed=2)
    assert found(world.mona).episodes == 120
    assert found(world.mona).moments.moments[0].is_lowest
    assert found(world.rival).moments.moments[0].touchpoint == "loan-ask"
    assert found(world.clara).episodes == 240


def test_few_episodes_are_told_in_words(client: Client, world: World, loan: Journey) -> None:
    live(world.quay, episodes=40)
    client.force_login(world.clara)
    page = client.get(f"/insights/moments/loan/?{YEAR}").content.decode()
    assert "Too little is known to find critical moments" in page
    assert "Too few episodes with an answer on both sides (40 of at least 50)" in page
    assert "Feeling falls" not in page


def test_the_page_says_why_with_number_interval_and_n_and_leads_to_the_words(
    client: Client, world: World, loan: Journey
) -> None:
    live(world.quay)
    client.force_login(world.clara)
    page = client.get(f"/insights/moments/?{YEAR}").content.decode()
    assert "Of the touchpoints that can be told, “Visit” is where feeling turns" in page, (
        "nobody answers before Ask"
    )
    assert "Everyone passes through, so the change can’t be told apart from what time brings." in page
    assert "touchpoint=loan-visit&amp;state=all" in page
    inbox = client.get(f"/feedback/?{YEAR}&touchpoint=loan-visit&state=all").content.decode()
    assert "120 items wait here" in inbox
    assert "<b>Visit</b>" in inbox
    panel = client.get(f"/insights/moments/of-journey/{loan.pk}/panel/?{YEAR}").content.decode()
    assert "“Visit” is where feeling turns" in panel


def test_outsiders_see_no_moments(world: World, loan: Journey) -> None:
    for path in (
        "/insights/moments/",
        "/insights/moments/loan/",
        f"/insights/moments/of-journey/{loan.pk}/panel/",
    ):
        assert Client().get(path).status_code == 302
        for person in (world.olga, world.amos, world.theo):
            client = Client()
            client.force_login(person)
            assert client.get(path).status_code == 403


def test_pages_stand_before_there_is_a_journey_or_an_event(client: Client, world: World) -> None:
    client.force_login(world.clara)
    assert "No journey yet" in client.get("/insights/moments/").content.decode()
    assert client.get("/insights/moments/nowhere/").status_code == 404
    define_journey(
        key="loan", name="Loan", stages=[NewStage(name="A", touchpoints=(_point("ask"),))], by=None
    )
    page = client.get(f"/insights/moments/?{YEAR}").content.decode()
    assert "Too little is known to find critical moments" in page


def test_a_journey_without_design_and_events_says_what_its_moments_need(client: Client, world: World) -> None:
    journey = define_journey(key="bare", name="Bare", stages=[], by=None)
    client.force_login(world.clara)
    panel = client.get(f"/insights/moments/of-journey/{journey.pk}/panel/").content.decode()
    assert "Nobody has designed this journey yet, and no event of it is known here" in panel


def undesigned(unit: Unit, *, episodes: int = 200) -> Journey:
    """Three in five of the episodes end at the papers; the visit comes four days after them."""
    days = (("ask", 0), ("papers", 1), ("visit", 5), ("offer", 30), ("sign", 31))
    events = [
        {"journey": "loan", "case_id": f"e{case}", "activity": f"did_{step}", "unit": unit.pk, "source": "t",
         "at": START + timedelta(days=day, hours=case / 10)}
        for case in range(episodes)
        for step, day in (days[:2] if case % 5 < 3 else days)
    ]  # fmt: skip
    warehouse().append_events(events)
    return define_journey(key="loan", name="Loan", stages=[], by=None)


def test_where_nobody_designed_the_journey_its_proposal_takes_the_place(world: World) -> None:
    undesigned(world.quay)
    answer = found(world.clara)
    assert answer.proposal is not None
    assert [point.name for point in answer.proposal.touchpoints] == [f"Did {step}" for step in STEPS]
    listed = {one.touchpoint: one.reasons for one in answer.moments.listed}
    assert listed == {
        "did_papers": ("people_leave",),
        "did_ask": ("first_contact",),
        "did_sign": ("last_contact",),
    }, "silence about what nobody could speak of is no reason"
    left = next(one for one in answer.moments.moments if one.touchpoint == "did_papers").drop_off
    assert left is not None
    assert (left.lost, left.reached) == (120, 200)
    longest = answer.proposal.waits[0]
    assert (longest.before, longest.after, longest.cases) == ("did_visit", "did_offer", 80)
    assert longest.median == longest.low == longest.high == 25 * 86_400


def test_the_proposal_is_named_as_one_and_ends_with_the_design(client: Client, world: World) -> None:
    journey = undesigned(world.quay)
    client.force_login(world.clara)
    for address in (f"/insights/moments/?{YEAR}", f"/insights/moments/of-journey/{journey.pk}/panel/?{YEAR}"):
        page = client.get(address).content.decode()
        assert "A proposal from the events" in page
        assert "“Did papers” stands out" in page
        assert "25 days (25 to 25)" in page
        assert "at=did_papers" in page
        assert "is of all time" not in page
    deeper = client.get("/insights/moments/loan/?period=2020-01-01..2020-02-01")
    assert deeper.context["place"].word == "Measure", "where its own page is"
    early = deeper.content.decode()
    assert "The period holds no episode; this is of all time." in early
    stages = [NewStage(name="All", touchpoints=(_point("ask"), _point("sign")))]
    take_draft(journey=journey, stages=stages, version=journey.version, by=world.clara)
    assert "A proposal from the events" not in client.get(f"/insights/moments/?{YEAR}").content.decode()


def test_the_proposal_is_of_what_the_asker_may_see(client: Client, world: World) -> None:
    undesigned(world.quay)
    client.force_login(world.rival)
    page = client.get(f"/insights/moments/loan/?{YEAR}").content.decode()
    assert "This journey has no touchpoints yet" in page
    assert "papers" not in page


def test_what_was_found_is_remembered_until_something_new_is_known(
    world: World, loan: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world.quay)
    scope = scope_for(world.clara)
    first = moment_searches.ask(loan, scope)
    assert moment_searches.ask(loan, scope).as_of == first.as_of
    monkeypatch.setattr(moment_searches, "FRESH", timedelta(0))
    assert moment_searches.ask(loan, scope).as_of == first.as_of
    live(world.quay, episodes=1, prefix="new")
    again = moment_searches.ask(loan, scope)
    assert again.as_of > first.as_of  # type: ignore[operator]
    assert again.found != first.found


def test_a_long_search_is_a_job_that_tells_how_far_it_is(
    client: Client, world: World, loan: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world.quay)
    Job.objects.all().delete()
    monkeypatch.setattr(moment_searches, "AT_ONCE", 0)
    client.force_login(world.clara)
    waiting = client.get(f"/insights/moments/loan/?{YEAR}").content.decode()
    assert "Looking for critical moments" in waiting
    search = MomentSearch.objects.get()
    MomentSearch.objects.update(share_done=0.6)
    assert "60" in client.get(f"/insights/moments/searches/{search.pk}/").content.decode()
    client.get(f"/insights/moments/loan/?{YEAR}")
    assert Job.objects.filter(task_path=tasks.find_moments.module_path).count() == 1
    Worker().run_all()
    assert client.get(f"/insights/moments/searches/{search.pk}/").headers["HX-Refresh"] == "true"
    assert "“Visit” is where feeling turns" in client.get(f"/insights/moments/loan/?{YEAR}").content.decode()


def test_searches_that_nobody_asks_for_are_forgotten(world: World, loan: Journey) -> None:
    moment_searches.ask(loan, scope_for(world.clara))
    assert moment_searches.forget_old(now=datetime.now(UTC) + timedelta(days=39)) == 0
    assert moment_searches.forget_old(now=datetime.now(UTC) + timedelta(days=41)) == 1
