"""A key, and a client that sends with it."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from candor.apps.events import fan_out, services
from candor.apps.events.models import Source
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import make_key
from candor.foundation.storage import warehouse
from tests.world import World


@dataclass
class Sender:
    """A system with a key."""

    client: Client
    key: str

    def post(self, call: str, body: Any, kind: str = "application/json", **headers: str) -> HttpResponse:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        with_key = {"authorization": f"Bearer {self.key}"} | headers
        return self.client.post(f"/v1/{call}", sent, content_type=kind, headers=with_key)

    def track(self, event: str, user: str = "u1", n: int = 0, **more: Any) -> HttpResponse:
        at = f"2026-06-01T10:{n % 60:02}:00Z"
        message = {"messageId": f"{event}-{user}-{n}", "userId": user, "event": event, "timestamp": at}
        return self.post("track", message | more)


@pytest.fixture(autouse=True)
def _nothing_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test counts what waits for itself."""
    monkeypatch.setattr(services, "_waiting", services._Counted())
    monkeypatch.setattr("candor.apps.events.tasks._soon.covered_until", float("-inf"))


@pytest.fixture
def sender(world: World) -> Sender:
    _, secret = make_key(name="Shop", source="shop", scopes=[KeyScope.WRITE_EVENTS], by=world.amos)
    return Sender(Client(), secret)


def take_in() -> int:
    return fan_out.take_in(most_seconds=60).events


def in_log() -> list[dict[str, Any]]:
    """Every event of the log, in order of time."""
    import duckdb

    files = warehouse().files("events")
    if not files:
        return []
    found = duckdb.connect().execute('SELECT * FROM read_parquet(?) ORDER BY "at", ordinal', [files])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def shop() -> Source:
    return Source.objects.get(name="shop")
