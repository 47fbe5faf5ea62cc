"""Results taken out of the house: by a link that can't be guessed and runs out, and as a PDF."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from candor.apps.organization.choices import Role
from candor.apps.organization.models import AuditEntry, Person
from candor.apps.organization.services import give_role
from candor.apps.scores.models import SharedResults
from candor.apps.scores.sharing import shared_by
from candor.apps.scores.survey_pages import results_page
from candor.apps.scores.survey_pdf import results_in_words
from candor.apps.scores.survey_results import survey_result
from candor.apps.surveys.models import Survey
from candor.apps.surveys.services import define_survey
from candor.foundation.errors import NotFound
from tests.builders import NOON
from tests.scores.conftest import ScopeFor
from tests.scores.test_survey_results import QUESTIONS, said
from tests.world import World

JUNE = "period=2026-06-01..2026-06-30"


@pytest.fixture
def survey(world: World) -> Survey:
    survey = define_survey(key="visit", name="After a visit", questions=QUESTIONS)
    said(40, answers={"nps": 9, "why": "Quick as lightning"}, channel="app", unit_id=world.quay.pk)
    said(3, answers={"wait": 5}, channel="branch", unit_id=world.mill.pk)
    return survey


def link_of(person: Person, survey: Survey, **fields: str) -> str:
    client = Client()
    client.force_login(person)
    shown = client.post(
        f"/scores/surveys/{survey.pk}/share/?{JUNE}", {"days": "7", **fields}
    ).content.decode()
    return "/scores/shared/" + shown.partition("/scores/shared/")[2].partition('"')[0]


def test_whoever_holds_the_link_sees_numbers_and_no_comments(world: World, survey: Survey) -> None:
    link = link_of(world.clara, survey)
    response = Client().get(link)
    page = response.content.decode()
    assert response.status_code == 200
    assert "What 40 people answered" in page and "After a visit" in page
    assert "Quick as lightning" not in page
    assert "What 3 people answered" not in page, "too few answers show no number"
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")


def test_comments_stand_there_only_where_that_was_allowed(world: World, survey: Survey) -> None:
    page = Client().get(link_of(world.clara, survey, comments="on")).content.decode()
    assert "Quick as lightning" in page
    assert "/feedback/" not in page, "nothing leads inside"


def test_the_secret_is_kept_nowhere_and_is_long(world: World, survey: Survey) -> None:
    secret = link_of(world.clara, survey).split("/")[-2]
    assert len(secret) >= 43
    assert secret not in str(SharedResults.objects.values().get())
    assert secret not in str(list(AuditEntry.objects.values()))


def test_a_link_ends_when_it_is_revoked_runs_out_or_its_maker_may_not_any_more(
    world: World, survey: Survey
) -> None:
    link = link_of(world.clara, survey)
    secret = link.split("/")[-2]
    now = timezone.now()
    assert shared_by(secret, now=now)[0].survey == survey
    with pytest.raises(NotFound):
        shared_by(secret, now=now + timedelta(days=8))
    with pytest.raises(NotFound):
        shared_by(secret[:-1] + "x", now=now)
    client = Client()
    client.force_login(world.ada)
    assert client.post(f"/scores/shared/{SharedResults.objects.get().pk}/revoke/").status_code == 404
    client.force_login(world.clara)
    client.post(f"/scores/shared/{SharedResults.objects.get().pk}/revoke/")
    assert Client().get(link).status_code == 404
    another = link_of(world.clara, survey)
    assert Client().get(another).status_code == 200
    world.clara.role_assignments.all().delete()
    assert Client().get(another).status_code == 404


def test_the_list_of_links_says_in_words_what_each_shows(world: World, survey: Survey) -> None:
    link_of(world.clara, survey)
    client = Client()
    client.force_login(world.clara)
    shown = client.get(f"/scores/surveys/{survey.pk}/share/?{JUNE}").content.decode()
    assert "All units · 1 Jun 2026 to 30 Jun 2026" in shown


def test_a_link_shows_no_units_that_its_maker_may_no_longer_take_away(world: World, survey: Survey) -> None:
    link = link_of(world.clara, survey)
    world.clara.role_assignments.all().delete()
    give_role(person=world.clara, role=Role.EXECUTIVE, unit=world.harbour, by=None)
    give_role(person=world.clara, role=Role.ANALYST, unit=world.mill, by=None)
    assert Client().get(link).status_code == 404, "they may see all of it, and take away what is Mill's"


def test_a_manager_shares_only_what_they_see(world: World, survey: Survey) -> None:
    said(40, answers={"effort": 2}, unit_id=world.mill.pk)
    page = Client().get(link_of(world.mona, survey)).content.decode()
    assert "Would you recommend us?" in page and "How much effort was it?" not in page


def test_who_may_not_take_data_away_shares_nothing_and_gets_no_pdf(
    client: Client, world: World, survey: Survey
) -> None:
    for person in (world.theo, world.eve, world.olga):
        client.force_login(person)
        assert client.post(f"/scores/surveys/{survey.pk}/share/", {"days": "7"}).status_code == 403
        assert client.get(f"/scores/surveys/{survey.pk}/results.pdf").status_code == 403
    assert not SharedResults.objects.exists()


def test_the_pdf_tells_the_run_and_the_change_that_the_page_tells(
    world: World, survey: Survey, scope_for: ScopeFor
) -> None:
    said(40, answers={"nps": 2, "wait": 1}, at=NOON - timedelta(days=61))
    scope = scope_for(world.clara)
    words = results_in_words(results_page(survey_result(survey, scope=scope, by=None), scope), scope)
    nps, wait = (
        next(one for one in words["questions"] if text in one["text"]) for text in ("recommend", "wait")
    )
    assert "Net promoter score over time" in nps["run"]["svg"]
    assert nps["run"]["alt"].startswith("Jun 2025: no answers yet; ")
    assert "Apr 2026: −100 (" in nps["run"]["alt"] and "Jun 2026: 100 (" in nps["run"]["alt"]
    assert "Quick as lightning" not in str(words)
    assert (wait["run"]["svg"], wait["run"]["alt"]) == ("", ""), "one month with enough answers is no run"


def test_the_pdf_is_tagged_for_screen_readers_and_logged(
    client: Client, world: World, survey: Survey
) -> None:
    client.force_login(world.clara)
    response = client.get(f"/scores/surveys/{survey.pk}/results.pdf?{JUNE}&by=channel")
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-") and b"pdfuaid" in response.content
    assert AuditEntry.objects.filter(action="survey_results.exported").exists()
