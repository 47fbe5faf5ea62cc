"""What a colleague heard is tied to a theme: a guess is offered, and what the colleague says stays."""

import re

import pytest
from django.test import Client

from candor.apps.feedback.models import Feedback
from candor.apps.insights.models import ReadComment
from candor.apps.insights.queries import themes_of
from candor.apps.insights.services import read_comments
from candor.foundation.jobs import Worker
from tests.insights.telling import TOPICS, comments_about, look, tell_everything, theme_about
from tests.world import World


@pytest.fixture
def theo(client: Client, world: World) -> Client:
    """At the desk, after customers have said much."""
    tell_everything(unit=world.red)
    look()
    client.force_login(world.theo)
    return client


def _note(theo: Client, said: str, **more: object) -> Feedback:
    assert theo.post("/frontline/note/", {"said": said} | more).status_code == 302
    Worker().run_all()
    return Feedback.objects.filter(source="frontline").latest("pk")


def test_a_guess_is_offered_and_counts_only_when_ticked(theo: Client) -> None:
    (said,) = comments_about("app", 1, seed=5)
    offered = theo.post("/frontline/note/guess/", {"said": said}).content.decode()
    found = re.search(r'name="guess" value="(\d+)"', offered)
    assert found is not None
    assert int(found[1]) == theme_about("app").pk
    assert "checked" not in offered
    assert not Feedback.objects.filter(source="frontline").exists()
    ticked = _note(theo, said, guess=found[1])
    assert ReadComment.objects.get(pk=ticked.pk).is_by_hand
    left = _note(theo, f"{said} again")
    assert not ReadComment.objects.get(pk=left.pk).is_by_hand
    unlike = theo.post("/frontline/note/guess/", {"said": "Zebras galore tonight, honestly"}).content.decode()
    assert "none of the themes" in unlike
    assert "checkbox" not in unlike


def test_the_way_to_what_was_noted_stands_on_the_next_page(client: Client, world: World) -> None:
    client.force_login(world.theo)
    page = client.post(
        "/frontline/note/", {"said": "The lift is broken again."}, follow=True
    ).content.decode()
    row = Feedback.objects.get(source="frontline")
    assert f'href="/feedback/{row.pk}/"' in page
    assert client.get(f"/feedback/{row.pk}/").status_code == 200


def test_what_a_colleague_chose_stays_whatever_words_and_runs_say(theo: Client) -> None:
    one, other = (theme_about(topic) for topic in TOPICS[:2])
    (said,) = comments_about(TOPICS[0], 1, seed=6)
    made = _note(theo, said, guess=one.pk, theme=other.pk)
    assert themes_of(made) == [other]
    read_comments(feedback_ids=[made.pk])
    look()
    assert themes_of(made) == [other]
    assert ReadComment.objects.get(pk=made.pk).unit == made.unit


def test_a_theme_that_only_others_customers_speak_of_is_neither_offered_nor_guessed(
    theo: Client, world: World
) -> None:
    theo.force_login(world.rival)
    (said,) = comments_about("app", 1, seed=5)
    assert theo.post("/frontline/note/guess/", {"said": said}).content.strip() == b""
    assert 'name="theme"' not in theo.get("/frontline/note/").content.decode()


def test_without_themes_there_is_nothing_to_choose(client: Client, world: World) -> None:
    client.force_login(world.theo)
    page = client.get("/frontline/note/").content.decode()
    assert 'name="theme"' not in page
    assert client.post("/frontline/note/guess/", {"said": "The app is slow again"}).content.strip() == b""
