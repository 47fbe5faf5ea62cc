"""Another system with a key that asks the API."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import make_key
from candor.apps.organization.models import Unit
from tests.world import World


@dataclass
class System:
    """A system with a key."""

    secret: str
    client: Client

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1/{path}", query, headers=self._headers({}))

    def post(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self._send("post", path, body, headers)

    def put(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self._send("put", path, body, headers)

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(f"/api/v1/{path}", headers=self._headers({}))

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        ask = getattr(self.client, method)
        response: HttpResponse = ask(
            f"/api/v1/{path}", sent, content_type="application/json", headers=self._headers(headers)
        )
        return response

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}"} | {k.replace("_", "-"): v for k, v in more.items()}


def a_system(world: World, *scopes: KeyScope, unit: Unit | None = None, source: str = "crm") -> System:
    """A system whose key has these scopes, or all there are."""
    _, secret = make_key(
        name=source, source=source, scopes=list(scopes or KeyScope), by=world.amos, unit=unit
    )
    client = Client()
    client.raise_request_exception = False
    return System(secret, client)
