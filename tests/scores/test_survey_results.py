"""The results of one survey: every question with its n, interval and spread, its groups held against each other, and who was asked."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db.models import F
from django.test import Client

from candor.apps.feedback.choices import MANY, AnswerKind, Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, receive
from candor.apps.scores import survey_counts
from candor.apps.scores.survey_pages import results_page
from candor.apps.scores.survey_results import QuestionResult, SurveyResult, survey_result
from candor.apps.surveys.models import Invitation, Response, Survey, SurveyVersion
from candor.apps.surveys.services import define_survey
from candor.foundation.periods import Period
from tests.builders import NOON
from tests.scores.conftest import ScopeFor
from tests.world import World

_numbers = count(1)
QUESTIONS = [
    {"key": "nps", "text": "Would you recommend us?", "kind": "nps", "lowest": 0, "highest": 10},
    {
        "key": "effort",
        "text": "How much effort was it?",
        "kind": "ces",
        "lowest": 1,
        "highest": 7,
        "is_high_good": False,
    },
    {"key": "wait", "text": "How was the wait?", "kind": "rating", "lowest": 1, "highest": 5},
    {"key": "used", "text": "What did you use?", "kind": "choice"},
    {"key": "age", "text": "Your age?", "kind": "number"},
    {"key": "why", "text": "Why?", "kind": "text"},
]


@pytest.fixture
def survey(world: World) -> Survey:
    return define_survey(key="visit", name="After a visit", questions=QUESTIONS)


def said(
    people: int = 1,
    *,
    source: str = "visit",
    at: datetime = NOON,
    answers: dict[str, float | str],
    **fields: object,
) -> None:
    """So many people who answered the same."""
    kinds = {str(one["key"]): AnswerKind(str(one["kind"])) for one in QUESTIONS}
    given = tuple(
        NewAnswer(question=key, kind=kinds[key], text=value)
        if isinstance(value, str)
        else NewAnswer(question=key, kind=kinds[key], number=value)
        for key, value in answers.items()
    )
    items = [
        NewFeedback(
            kind=Kind.SURVEY,
            source=source,
            key=f"visit-{next(_numbers)}",
            received_at=at,
            answers=given,
            comment=str(answers.get("why", "")),
            **fields,
        )  # type: ignore[arg-type]
        for _ in range(people)
    ]
    receive(items=items)


def by_key(result: SurveyResult) -> dict[str, QuestionResult]:
    return {one.key: one for one in result.questions}


def test_each_question_has_its_own_n_number_interval_and_spread(
    world: World, survey: Survey, scope_for: ScopeFor
) -> None:
    said(30, answers={"nps": 10, "wait": 5, "used": MANY.join(["App", "Branch"])})
    said(20, answers={"nps": 2, "wait": 3, "used": "App", "why": "Slow"})
    said(10, source="another", answers={"nps": 0})
    found = by_key(survey_result(survey, scope=scope_for(world.clara), by=None))
    nps, wait, used, why = found["nps"], found["wait"], found["used"], found["why"]
    assert nps.estimate is not None and nps.measure is not None
    assert (nps.n, nps.estimate.n, nps.measure.key) == (50, 50, "nps"), (
        "another survey’s answers are not these"
    )
    assert nps.estimate.value == pytest.approx(0.2)
    assert nps.estimate.low is not None and nps.estimate.low < 0.2
    assert [share.label for share in nps.spread] == [str(value) for value in range(11)], (
        "steps that nobody chose stand there too"
    )
    assert nps.spread[10].estimate.value == pytest.approx(0.6)
    assert [share.count for share in nps.spread] == [0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 30]
    assert wait.estimate is not None and wait.estimate.value == pytest.approx(4.2)
    assert {share.label: share.estimate.value for share in used.spread} == {
        "App": pytest.approx(1.0),
        "Branch": pytest.approx(0.6),
    }
    assert {share.label: share.count for share in used.spread} == {"App": 50, "Branch": 30}
    assert (why.n, why.is_text, why.estimate) == (20, True, None)


def test_where_low_is_good_the_score_counts_turned_round_and_the_spread_as_given(
    world: World, survey: Survey, scope_for: ScopeFor
) -> None:
    said(40, answers={"effort": 1})
    effort = by_key(survey_result(survey, scope=scope_for(world.clara), by=None))["effort"]
    assert effort.estimate is not None and effort.estimate.value == 1.0
    assert effort.is_turned
    assert effort.spread[0].label == "1" and effort.spread[0].estimate.value == 1.0


def test_too_few_answers_show_no_number_and_no_spread(
    client: Client, world: World, survey: Survey, scope_for: ScopeFor
) -> None:
    said(3, answers={"nps": 10})
    nps = by_key(survey_result(survey, scope=scope_for(world.clara), by=None))["nps"]
    assert nps.estimate is not None and (nps.estimate.value, nps.estimate.n) == (None, 3)
    assert all(share.estimate.value is None for share in nps.spread)
    client.force_login(world.clara)
    assert (
        "What 3 people answered"
        not in client.get(f"/scores/surveys/{survey.pk}/?period=all").content.decode()
    )


def test_groups_that_differ_stand_apart_and_groups_that_do_not_are_said_to_be_the_same(
    world: World, survey: Survey, scope_for: ScopeFor
) -> None:
    said(80, channel="app", segment="Gold", answers={"nps": 10, "wait": 3})
    said(80, channel="branch", segment="Gold", answers={"nps": 3, "wait": 3})
    result = survey_result(survey, scope=scope_for(world.clara), by="channel")
    assert result.offered == ("channel",), "one segment has nothing to be compared with"
    nps, wait = by_key(result)["nps"].split, by_key(result)["wait"].split
    assert nps is not None and wait is not None
    assert {row.label: tier for row, tier in zip(nps.rows, nps.tiers, strict=True)} == {
        "app": "higher",
        "branch": "lower",
    }
    assert set(wait.tiers) == {"same"}


def test_a_manager_sees_the_answers_of_their_own_units(
    world: World, survey: Survey, scope_for: ScopeFor
) -> None:
    said(40, unit_id=world.quay.pk, answers={"nps": 10})
    said(40, unit_id=world.mill.pk, answers={"nps": 0})
    found = by_key(survey_result(survey, scope=scope_for(world.mona), by=None))["nps"]
    assert found.n == 40 and found.estimate is not None and found.estimate.value == 1.0


def test_the_run_has_a_step_for_every_month_and_gaps_for_few_answers(
    world: World, survey: Survey, scope_for: ScopeFor
) -> None:
    said(40, at=NOON, answers={"nps": 10})
    said(40, at=NOON - timedelta(days=61), answers={"nps": 0})
    months = by_key(survey_result(survey, scope=scope_for(world.clara), by=None))["nps"].months
    values = [point.estimate.value for point in months]
    assert len(values) == 13
    assert values[-1] == 1.0 and values[-3] == -1.0 and values[-2] is None


def test_the_response_rate_counts_whom_the_invitation_reached_and_who_had_time(
    world: World, survey: Survey, scope_for: ScopeFor
) -> None:
    def invite(keys: Iterable[int], **fields: object) -> None:
        Invitation.objects.bulk_create(
            Invitation(survey=survey, key=f"i{key}", **{"sent_at": NOON - timedelta(days=20)} | fields)
            for key in keys
        )

    invite(range(40), is_answered=True)
    invite(range(40, 100))
    invite(range(100, 120), bounced_at=NOON)
    invite(range(120, 150), sent_at=datetime(2026, 6, 29, tzinfo=UTC))
    scope = scope_for(world.clara, period=Period("p", "May and June", date(2026, 5, 1), date(2026, 6, 30)))
    result = survey_result(survey, scope=scope, by=None)
    assert (result.who.asked, result.who.asked_and_answered, result.who.came_back) == (100, 40, 20)
    assert result.response_rate is not None and result.response_rate.value == pytest.approx(0.4)
    said = results_page(result, scope)["rate_of"]
    assert (
        said
        == "Invitations that arrived, by the day they were sent, once they are 14 days old; 20 more came back"
    )


def test_the_results_of_a_survey_designed_here_lead_back_to_its_other_pages(
    client: Client, world: World, survey: Survey
) -> None:
    said(1, answers={"nps": 9})
    address, links = f"/scores/surveys/{survey.pk}/?period=all", f"/surveys/{survey.pk}/links/"
    client.force_login(world.clara)
    from_a_file = client.get(address).content.decode()
    assert links not in from_a_file
    assert from_a_file.count("Too few answers to tell") == 1, "said once"
    Survey.objects.filter(pk=survey.pk).update(draft={"pages": []})
    page = client.get(address).content.decode()
    assert links in page and f'href="{address}"' in page, (
        "the tab leads to all answers, as the list of surveys does"
    )
    client.force_login(world.mona)
    assert links not in client.get(address).content.decode(), "who may not change surveys has no way there"


def test_partial_answers_are_told(client: Client, world: World, survey: Survey, scope_for: ScopeFor) -> None:
    said(40, answers={"nps": 9, "why": "Quick"})
    said(5, answers={"nps": 1}, is_partial=True)
    assert survey_counts.respondents(survey, scope_for(world.clara)).partial == 5
    client.force_login(world.clara)
    page = client.get(f"/scores/surveys/{survey.pk}/?period=all").content.decode()
    assert "45 people answered." in page and "5 of them gave up before the end" in page
    assert "What 45 people answered" in page and "Quick" in page


def test_an_anonymous_survey_says_when_its_answers_come_to_stand_there(
    client: Client, world: World, survey: Survey
) -> None:
    client.force_login(world.clara)
    address = f"/scores/surveys/{survey.pk}/"
    assert "the day after they were given" not in client.get(address).content.decode()
    Survey.objects.filter(pk=survey.pk).update(is_anonymous=True)
    assert "the day after they were given" in client.get(address).content.decode()


def test_who_reads_no_feedback_sees_numbers_and_no_words(
    client: Client, world: World, survey: Survey
) -> None:
    said(40, answers={"nps": 9, "why": "Quick as lightning"})
    client.force_login(world.olga)
    assert client.get(f"/scores/surveys/{survey.pk}/").status_code == 403
    client.force_login(world.amos)
    assert client.get(f"/scores/surveys/{survey.pk}/").status_code == 403


def test_days_of_one_week_are_counted_together(world: World, survey: Survey, scope_for: ScopeFor) -> None:
    said(20, at=datetime(2026, 6, 2, 12, tzinfo=UTC), answers={"nps": 10})
    said(20, at=datetime(2026, 6, 4, 12, tzinfo=UTC), answers={"nps": 10})
    weeks = by_key(survey_result(survey, scope=scope_for(world.clara), by=None, step="week"))["nps"].months
    assert [point.estimate.n for point in weeks if point.estimate.n] == [40]


def test_versions_of_a_survey_are_held_against_each_other(
    world: World, survey: Survey, scope_for: ScopeFor
) -> None:
    said(80, answers={"nps": 10})
    said(80, answers={"nps": 2})
    versions = [
        SurveyVersion.objects.create(survey=survey, number=number, definition={}) for number in (1, 2)
    ]
    for row in Feedback.objects.filter(source="visit", answers__question="nps").annotate(
        nps=F("answers__number")
    ):
        Response.objects.create(
            survey=survey, version=versions[row.nps < 5], key=row.key, feedback=row, started_at=NOON, changed_at=NOON, finished_at=NOON
        )  # fmt: skip
    scope = scope_for(world.clara)
    result = survey_result(survey, scope=scope, by="version")
    assert results_page(result, scope)["version_words"].startswith("A file does not say")
    split = by_key(result)["nps"].split
    assert result.offered == ("version",) and split is not None
    assert {row.label: tier for row, tier in zip(split.rows, split.tiers, strict=True)} == {
        "1": "higher",
        "2": "lower",
    }
