"""The API keeps to its description: whatever a sender makes of it, it answers as described and never breaks."""

import re
from collections.abc import Iterator

import pytest
import schemathesis
from django.conf import LazySettings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import make_key
from candor.web.openapi import description
from tests.builders import a_feedback
from tests.world import World

DOCUMENT = description()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.app = get_wsgi_application()
EXAMPLES = {
    "/api/v1/customers": {"system": "a", "value": "b"},
    "/api/v1/feedback": {"key": "a", "comment": "b"},
    "/api/v1/surveys": {"name": "a", "definition": {}},
    "/api/v1/surveys/x/draft": {"definition": {}},
    "/api/v1/surveys/x/responses": {"key": "a", "data": {}},
    "/api/v1/surveys/x/invite": {"items": [{"key": "a", "customer": {"system": "a", "value": "b"}}]},
    "/api/v1/complaints": {"key": "a", "comment": "b"},
    "/api/v1/complaints/1/acknowledge": {"person": "a@b.example"},
    "/api/v1/complaints/1/notes": {"person": "a@b.example", "text": "b"},
    "/api/v1/complaints/1/decide": {
        "person": "a@b.example",
        "outcome": "upheld",
        "response": "a",
        "root_cause": "b",
    },
    "/api/v1/complaints/1/reopen": {"person": "a@b.example", "why": "b"},
    "/api/v1/complaints/1/hand-over": {"person": "a@b.example", "to": None},
    "/api/v1/complaints/1/details": {
        "person": "a@b.example",
        "product": "a",
        "issue": "b",
        "severity": None,
    },
    "/api/v1/complaints/1/pause": {"person": "a@b.example", "reason": "consent"},
    "/api/v1/complaints/1/resume": {"person": "a@b.example"},
    "/api/v1/complaints/1/redresses": {"person": "a@b.example", "kind": "apology"},
    "/api/v1/complaints/1/escalations": {"person": "a@b.example", "kind": "appeal"},
    "/api/v1/complaints/escalations/1/end": {"person": "a@b.example", "outcome": "stands"},
    "/api/v1/complaints/1/letters": {
        "person": "a@b.example",
        "kind": "holding",
        "to": None,
        "subject": "a",
        "body": "b",
    },
    "/api/v1/complaints/letters/1/posted": {"person": "a@b.example"},
    "/api/v1/complaints/letters/1/again": {"person": "a@b.example"},
    "/api/v1/conversations": {"key": "a", "text": "b"},
    "/api/v1/conversations/1/replies": {"key": "a", "person": "a@b.example", "text": "b"},
    "/api/v1/conversations/1/close": {"person": "a@b.example"},
    "/api/v1/conversations/1/reopen": {"person": "a@b.example"},
    "/api/v1/conversations/1/tie": {"person": "a@b.example", "unit": None, "customer": None},
    "/api/v1/conversations/1/hand-over": {"person": "a@b.example", "to": None},
    "/api/v1/ideas": {"title": "a"},
    "/api/v1/ideas/1/votes": {"person": "a@b.example", "is_for": True},
    "/api/v1/ideas/1/comments": {"person": "a@b.example", "text": "b"},
    "/api/v1/ideas/1/answer": {"person": "a@b.example", "state": "done", "answer": "b"},
    "/api/v1/reviews/1/reply": {"text": "a"},
    "/api/v1/reviews/1/reply/approve": {"person": "a@b.example"},
    "/api/v1/reviews/1/reply/return": {"person": "a@b.example", "why": "b"},
}
"""Bodies that fit, since what does not fit is told before what the key may do."""
FEW = settings(
    max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate], derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _connections_stay_open() -> Iterator[None]:
    """The server would close the connection whose transaction the test rolls back, as Django's own client knows."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def secret(world: World, settings: LazySettings) -> str:
    settings.CANDOR_API_PER_MINUTE = 0
    a_feedback(nps=9, comment="Fine.", unit_id=world.quay.pk)
    return make_key(name="All", source="all", scopes=list(KeyScope), by=world.amos)[1]


def _operations() -> list[tuple[str, str, str]]:
    """Method, address and scope of each."""
    return [
        (
            method,
            re.sub(r"{\w+}", lambda found: "1" if found[0] == "{pk}" else "x", path),
            one["security"][0]["key"][0],
        )
        for path, methods in DOCUMENT["paths"].items()
        for method, one in methods.items()
    ]


def test_no_address_opens_without_a_key_or_with_one_that_lacks_its_scope(world: World) -> None:
    assert len(_operations()) > 15
    client = Client()
    client.force_login(world.clara)
    opened = []
    for method, path, scope in _operations():
        ask = getattr(client, method)
        others = [one for one in KeyScope if one.value != scope]
        lacking = make_key(name="x", source="x", scopes=others, by=world.amos)[1]
        statuses = [
            ask(path, *body, headers=headers).status_code
            for headers in ({}, {"authorization": f"Bearer {lacking}"})
            for body in ([EXAMPLES.get(path, {}), "application/json"] if method != "get" else [],)
        ]
        if statuses != [401, 403]:
            opened.append((method, path, statuses))
    assert opened == []


def test_the_description_and_its_page_load_nothing_from_elsewhere(client: Client, db: None) -> None:
    SCHEMA.validate()
    served = client.get("/api/v1/openapi.json").json()
    assert served["openapi"].startswith("3.1")
    assert served["paths"].keys() == DOCUMENT["paths"].keys()
    page = client.get("/api/v1/").content.decode()
    for path, methods in DOCUMENT["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    names = [one["operationId"] for methods in DOCUMENT["paths"].values() for one in methods.values()]
    assert [name for name in names if f'id="{name}"' not in page] == []
    assert len(set(names)) == len(names)


def test_a_misspelt_filter_is_refused_everywhere_and_told_what_there_is(secret: str) -> None:
    client, headers = Client(), {"authorization": f"Bearer {secret}"}
    taken = []
    for method, path, _ in _operations():
        if path.startswith("/v1/"):
            continue  # the intake takes events as other systems send them
        body = [{}, "application/json"] if method != "get" else []
        answer = getattr(client, method)(f"{path}?sinse=2026-01-01", *body, headers=headers)
        if answer.status_code != 422 or answer.json()["errors"][0]["field"] != "sinse":
            taken.append((method, path, answer.status_code))
    assert taken == []
    told = client.get("/api/v1/reviews?sinse=2026-01-01", headers=headers).json()["errors"]
    assert told[0]["expected"] == "one of cursor, level, limit, since, source, until"


@SCHEMA.parametrize()
@FEW
def test_every_answer_is_one_that_is_described(case: schemathesis.Case, secret: str) -> None:
    excluded = [positive_data_acceptance]  # a name may fit its description and belong to nothing
    if case.path.startswith("/v1/"):
        excluded.append(
            negative_data_rejection
        )  # the intake takes whatever it understands, and keeps the rest apart
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, excluded_checks=excluded)
