"""A large log is counted by a worker: the page says how far it is, keeps the answer, and says of when it is."""

import pytest
from django.test import Client

from candor.apps.journeys import asking
from candor.apps.journeys.models import JourneyCount
from candor.foundation.jobs.worker import Worker
from candor.foundation.models import Job
from tests.journeys.lending import designed_loan, loan_events
from tests.world import World

MAP = "/journeys/loan/?period=all"


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every log is too large to be counted while somebody waits."""
    monkeypatch.setattr(asking, "AT_ONCE", 0)


def _page(client: Client, address: str = MAP) -> str:
    return client.get(address).content.decode()


def test_the_page_shows_progress_then_numbers_then_as_of_when_they_are(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    assert "Counting the events" in _page(client)
    assert "40 passes" not in _page(client)
    row = JourneyCount.objects.get()
    assert Job.objects.filter(pk=row.job).count() == 1, "two looks are one job"
    polled = client.get(f"/journeys/counting/{row.pk}/")
    assert (polled.status_code, "HX-Refresh" in polled.headers) == (200, False)
    Worker().run_all()
    assert client.get(f"/journeys/counting/{row.pk}/").headers["HX-Refresh"] == "true"
    counted = _page(client)
    assert "40 passes" in counted
    assert "Newer events are being counted" not in counted
    loan_events(world.quay.pk, count=50)
    stale = _page(client)
    assert "40 passes" in stale, "what is known stands there meanwhile"
    assert "Newer events are being counted" in stale
    assert "As of" in stale
    Worker().run_all()
    assert "50 passes" in _page(client)


def test_a_kept_answer_is_not_counted_again(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    _page(client)
    Worker().run_all()
    monkeypatch.setitem(asking.KINDS, "", asking.Kind(_never, asking.KINDS[""].shape))
    assert "40 passes" in _page(client)
    assert not Job.objects.filter(state=Job.State.READY, task_path__endswith="count_journey").exists()


def test_a_closer_look_is_counted_by_a_worker_too(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    address = "/journeys/loan/depth/?period=all&start=apply&end=approve"
    _page(client, address)
    Worker().run_all()
    assert "Counting the events" in _page(client, address), "the paths are known, the closer look is not"
    Worker().run_all()
    assert "in the median of 40 episodes" in _page(client, address)


def _never(question: object, told: object) -> None:
    raise AssertionError("it is known already")
