"""An administrator adds a webhook, sees what was sent and answered, and sends it again."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from candor.apps.webhooks.models import Delivery, Endpoint
from candor.demo.systems import connect_systems
from candor.foundation.jobs import Worker
from tests.listening import Listener, listening
from tests.world import World


@pytest.fixture
def listener(settings: LazySettings) -> Iterator[Listener]:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    with listening() as one:
        yield one


@pytest.fixture
def amos(client: Client, world: World) -> Client:
    client.force_login(world.amos)
    return client


def _add(client: Client, url: str) -> tuple[Endpoint, str]:
    form = {"name": "CRM", "url": url, "events": ["webhook.tested"]}
    response = client.post("/webhooks/new/", form)
    page = response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"
    return Endpoint.objects.get(), page[page.index("whsec_") :].split("<")[0]


def test_it_is_added_tested_looked_at_and_sent_again(amos: Client, listener: Listener) -> None:
    endpoint, secret = _add(amos, listener.address)
    assert len(secret) == len("whsec_") + 44
    here = f"/webhooks/{endpoint.pk}/"
    listener.status, listener.body = 500, b"<b>out of order</b>"
    amos.post(f"{here}test/")
    Worker().run_all()
    page = amos.get(here).content.decode()
    assert "It has taken nothing since" in page
    assert secret not in page
    delivery = Delivery.objects.get()
    detail = amos.get(f"/webhooks/deliveries/{delivery.pk}/").content.decode()
    assert "&lt;b&gt;out of order&lt;/b&gt;" in detail
    assert delivery.message.uid in detail
    listener.status = 200
    Endpoint.objects.update(rests_until=None)
    amos.post(f"{here}replay/", {"picked": [delivery.pk]})
    Worker().run_all()
    assert "has taken nothing" not in amos.get(here).content.decode()
    assert len(listener.requests) == 2


def test_a_secret_is_shown_once_when_it_is_made_anew_too(amos: Client, listener: Listener) -> None:
    endpoint, first = _add(amos, listener.address)
    page = amos.post(f"/webhooks/{endpoint.pk}/rotate/").content.decode()
    assert "whsec_" in page
    assert first not in page
    assert "The old secret signs as well until" in page
    assert "whsec_" not in amos.get(f"/webhooks/{endpoint.pk}/").content.decode()


def test_an_address_that_must_not_be_asked_is_named_in_the_form(amos: Client) -> None:
    page = amos.post(
        "/webhooks/new/", {"name": "x", "url": "http://hook.example", "events": ["webhook.tested"]}
    )
    assert "Only https://" in page.content.decode()
    assert not Endpoint.objects.exists()


def test_pause_resume_change_and_remove(amos: Client, listener: Listener) -> None:
    endpoint, _ = _add(amos, listener.address)
    here = f"/webhooks/{endpoint.pk}/"
    amos.post(f"{here}pause/")
    assert amos.post(f"{here}pause/").status_code == 409
    amos.post(f"{here}resume/")
    amos.post(f"{here}change/", {"name": "ERP", "url": listener.address, "events": ["webhook.tested"]})
    assert "ERP" in amos.get("/webhooks/").content.decode()
    amos.post(f"{here}test/")
    amos.post(f"{here}remove/")
    assert not Delivery.objects.exists()
    assert amos.get(here).status_code == 404


def test_picking_nothing_sends_nothing(amos: Client, listener: Listener) -> None:
    endpoint, _ = _add(amos, listener.address)
    assert amos.post(f"/webhooks/{endpoint.pk}/replay/").status_code == 400


def test_the_demo_shows_a_connected_system_that_is_sent_nothing(amos: Client) -> None:
    connect_systems()
    connect_systems()
    endpoint = Endpoint.objects.get()
    assert (endpoint.state, Delivery.objects.get().state) == ("paused", "waiting")
    Worker().run_all()
    assert not Delivery.objects.get().attempts.exists()
    assert "Paused" in amos.get(f"/webhooks/{endpoint.pk}/").content.decode()
