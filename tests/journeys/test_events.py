from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from candor.apps.customers.models import Customer
from candor.apps.imports import services
from candor.apps.journeys.models import Journey
from candor.foundation.components.numbers import duration, duration_range
from candor.foundation.storage import warehouse
from candor.warehouse.queries import log_health
from tests.world import World

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _events(world: World, customer: int | None = None, *, count: int = 40) -> None:
    rows = [
        {
            "journey": "loan", "case_id": f"case-{case}", "activity": activity, "unit": world.quay.pk, "customer": customer,
            "at": NOON + timedelta(hours=case if days else 0, days=days), "ordinal": days, "source": "test",
        }
        for case in range(count)
        for days, activity in ((0, "apply"), (9, "approve"))
    ]  # fmt: skip
    warehouse().append_events(rows)
    Journey.objects.create(key="loan", name="Loan")


def test_a_customers_page_tells_where_their_journey_stands(client: Client, world: World) -> None:
    customer = Customer.objects.create(name="Ines", unit=world.quay)
    _events(world, customer.pk)
    client.force_login(world.mona)
    strip = client.get(f"/journeys/for-customer/{customer.pk}/panel/").content
    assert strip.count(b"approve") == 1 and b'aria-current="step"' in strip
    client.force_login(world.rival)
    assert client.get(f"/journeys/for-customer/{customer.pk}/panel/").content == b""


def test_imported_events_make_their_journey_and_undo_takes_it_back(world: World, tmp_path: Path) -> None:
    path = tmp_path / "permits.csv"
    path.write_text("case,activity,time\n1,ask,2026-01-01T10:00:00Z\n1,get,2026-01-03T10:00:00Z\n")
    batch = services.take_path(kind="events", path=path, by=None)
    services.run_import(batch=services.start(batch=batch, by=None))
    assert Journey.objects.get().key == "permits"
    services.run_undo(batch=services.undo(batch=batch, by=None))
    assert not Journey.objects.exists()


def test_a_case_called_na_in_a_file_is_a_case_with_the_time_it_was_brought_in(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "permits.csv"
    path.write_text("case,activity,time\nNA,ask,1948-01-01T10:00:00Z\nnull,get,2101-01-03T10:00:00Z\n")
    batch = services.take_path(kind="events", path=path, by=None)
    services.run_import(batch=services.start(batch=batch, by=None))
    query = "SELECT case_id, received_at FROM events ORDER BY case_id"
    received = batch.created_at.astimezone(UTC).replace(tzinfo=None)
    assert warehouse().engine.rows(query) == [("NA", received), ("null", received)]
    (health,) = log_health(warehouse(), as_of=received)
    assert (health.events, health.too_old, health.future) == (2, 1, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(days=3), "3.0 days"),
        (timedelta(days=40), "40 days"),
        (None, ""),
    ],
)
def test_durations_are_told_in_a_fitting_unit(value: timedelta | None, words: str) -> None:
    assert duration(value) == words


def test_a_range_of_durations_bears_its_unit_once_where_it_is_one() -> None:
    days = [timedelta(days=value) for value in (6.9, 6.7, 7.2)]
    assert duration_range(*days) == "6.9 days (6.7 to 7.2)"
    assert duration_range(days[0], timedelta(hours=40), days[2]) == "6.9 days (40 hours to 7.2 days)"
