"""Home: quiet when nothing happened, clear when something did, and a way to begin when there is nothing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from candor.apps.organization.models import Person
from tests.builders import a_feedback
from tests.scores.test_queries import answered
from tests.world import World

NOW = timezone.now() - timedelta(days=2)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def home(person: Person, query: str = "") -> str:
    client = Client()
    client.force_login(person)
    response = client.get(f"/{query}")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_home_asks_who_you_are(db: None) -> None:
    assert Client().get("/").status_code == 302


def test_before_any_feedback_those_who_may_are_asked_for_their_complaints(world: World) -> None:
    for person in (world.clara, world.hana, world.ada):
        shown = home(person)
        assert "Bring the complaints you already have" in shown and "/imports/new/complaints/" in shown
        assert "/imports/new/customers/" in shown and 'name="period"' in shown


def test_before_any_feedback_the_others_read_a_friendly_sentence(world: World) -> None:
    for person in (world.mona, world.theo, world.eve, world.olga, world.amos):
        shown = home(person)
        assert "There is nothing to read yet" in shown and "/imports/new/" not in shown


def test_a_quiet_day_looks_quiet(world: World) -> None:
    for days in (0, 90):
        answered([10] * 60 + [3] * 40, at=NOW - timedelta(days=days), unit_id=world.quay.pk)
    shown = home(world.eve)
    assert "Nothing changed beyond chance in the last 90 days." in shown
    assert "Nothing is late, and nothing is rising beyond chance." in shown
    assert "Nothing waits for you." in shown
    assert 'class="band-of-scores"' in shown


def test_a_planted_change_leads_to_its_evidence(world: World) -> None:
    for share, days in ((0.9, 0), (0.4, 90)):
        answered(
            [10] * round(200 * share) + [3] * round(200 * (1 - share)),
            at=NOW - timedelta(days=days),
            unit_id=world.quay.pk,
        )
        answered([10] * 50 + [3] * 50, at=NOW - timedelta(days=days), unit_id=world.mill.pk)
    shown = home(world.clara)
    assert "Net promoter score in North: up 100." in shown
    link = re.search(rf'<a href="(/scores/nps/[^"]*unit={world.north.pk}&[^"]*)"', shown)
    assert link
    client = Client()
    client.force_login(world.clara)
    assert (
        "Higher than in the 90 days before, beyond chance"
        in client.get(link[1].replace("&amp;", "&")).content.decode()
    )
    assert "up 100" not in home(world.rival) and "North" not in home(world.rival)


def test_data_that_end_in_the_past_are_said_to(world: World) -> None:
    answered([10] * 40, at=NOW - timedelta(days=400))
    day = (NOW - timedelta(days=400)).date()
    assert f"{day:%-d %b %Y}</time>, the last day with feedback" in home(world.clara)


def test_who_has_no_role_is_told_how_to_get_one(world: World) -> None:
    a_feedback(nps=9)
    assert "You have no role yet" in home(world.olga)
    assert "band-of-scores" not in home(world.olga)


def test_all_time_has_nothing_to_compare_with(world: World) -> None:
    answered([10] * 40, at=NOW)
    assert "All time has nothing before it" in home(world.clara, "?period=all")


def test_a_unit_that_is_not_yours_is_not_found(world: World) -> None:
    client = Client()
    client.force_login(world.rival)
    assert client.get(f"/?unit={world.quay.pk}").status_code == 404
