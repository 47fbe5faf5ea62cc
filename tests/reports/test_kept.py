"""The home page after a change: what was found before, said to be so, until a worker has found it anew."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from candor.apps.organization.models import Workspace
from candor.apps.reports import queries
from candor.apps.scores.services import project_pending
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from tests.builders import NOON, a_feedback
from tests.world import World


@pytest.fixture
def home(client: Client, world: World) -> Client:
    """Clara's home page, seen once with forty answers."""
    cache.clear()
    Workspace.objects.update(least_n_score=5)
    for place in range(40):
        a_feedback(nps=10, received_at=NOON - timedelta(days=place))
    project_pending()
    Worker().run_all()
    client.force_login(world.clara)
    client.get("/")
    return client


def _n(client: Client) -> tuple[int, bool]:
    told = client.get("/").context["told"]
    return told.band[0].result.estimate.n, told.old_since is not None


def _one_more() -> None:
    a_feedback(nps=10, received_at=NOON - timedelta(days=1))
    project_pending()


def test_the_first_page_after_a_change_shows_what_was_found_and_says_so(home: Client) -> None:
    assert _n(home) == (40, False)
    _one_more()
    assert _n(home) == (40, True)
    assert "Answers have come in since then" in home.get("/").content.decode()
    assert Job.objects.filter(task_path__endswith="reports.tasks.brief", state=Job.State.READY).count() == 1


def test_the_worker_finds_it_anew_for_every_process(home: Client) -> None:
    _one_more()
    home.get("/")
    Worker().run_all()
    cache.clear()  # another process knows nothing of this one's memory
    assert _n(home) == (41, False)


def test_a_digest_is_never_old(home: Client, world: World) -> None:
    _one_more()
    told = queries.briefing(home.get("/").context["scope"], now=NOON)
    assert (told.band[0].result.estimate.n, told.old_since) == (41, None)


def test_who_may_see_less_is_not_shown_what_others_were(home: Client, world: World) -> None:
    _one_more()
    home.force_login(world.rival)
    assert home.get("/").context["told"].band == ()
