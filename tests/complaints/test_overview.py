"""The overview where complaints are so many that a page must not count them: a worker does, and the page says from when its numbers are."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from candor.apps.complaints import overviews
from candor.apps.complaints.services import NewComplaint, receive_complaints
from candor.apps.customers.models import Customer
from candor.foundation import lists
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from tests.world import World

DAY = date(2026, 6, 1)
PAGE = "/complaints/?period=all"


def _receive(world: World, *keys: str, customer: Customer | None = None) -> None:
    items = [
        NewComplaint(
            key=key, received_on=DAY, product="Loan", issue="Fees", unit_id=world.quay.pk,
            customer_id=customer.pk if customer else None,
        )
        for key in keys
    ]  # fmt: skip
    receive_complaints(items=items, source="test")


@pytest.fixture
def many(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Clara before five complaints, where four are many."""
    cache.clear()
    monkeypatch.setattr(lists, "MOST", 4)
    _receive(world, *"abcde", customer=Customer.objects.create(name="Ina Lund", unit=world.quay))
    Worker().run_all()
    client.force_login(world.clara)
    return client


def _counts() -> int:
    return Job.objects.filter(task_path__endswith="count_overview", state=Job.State.READY).count()


def test_what_is_late_shows_at_once_and_the_rest_when_a_worker_has_counted_it(many: Client) -> None:
    first = many.get(PAGE).content.decode()
    assert "(more than 4 open)" in first
    assert 'id="rising"' not in first
    assert 'hx-trigger="every 3s"' in first
    many.get(PAGE)
    assert _counts() == 1
    Worker().run_all()
    then = many.get(PAGE)
    assert (then.context["told"].n, then.context["found"].is_old) == (5, False)
    assert "What follows was counted on" in then.content.decode()
    assert "Ina Lund" in then.content.decode()
    assert _counts() == 0


def test_numbers_older_than_five_minutes_are_shown_as_such_and_counted_anew(
    many: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    many.get(PAGE)
    Worker().run_all()
    _receive(world, "f")
    assert many.get(PAGE).context["told"].n == 5
    later = timezone.now() + timedelta(minutes=6)
    monkeypatch.setattr(overviews.timezone, "now", lambda: later)
    old = many.get(PAGE)
    assert (old.context["told"].n, _counts()) == (5, 1)
    assert "It is being counted anew." in old.content.decode()
    monkeypatch.undo()
    monkeypatch.setattr(lists, "MOST", 4)
    cache.clear()
    overviews.keep(overviews._PART, old.context["scope"], overviews.count(old.context["scope"]))
    assert many.get(PAGE).context["told"].n == 6


def test_what_is_kept_holds_no_customer_and_is_not_shown_to_others(many: Client, world: World) -> None:
    many.get(PAGE)
    Worker().run_all()
    Customer.objects.all().delete()
    page = many.get(PAGE)
    assert page.context["told"].n == 5
    assert "Ina Lund" not in page.content.decode()
    many.force_login(world.rival)
    assert many.get(PAGE).context["told"].n == 0
