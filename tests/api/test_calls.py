"""What holds for every call: the key comes first, errors have one form, nothing is done twice, nobody asks without end."""

import gzip
import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.organization import limits
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.models import AuditEntry, RememberedCall
from candor.apps.organization.services import record_audit
from candor.apps.organization.tasks import forget_remembered_calls
from tests.api.asking import System, a_system
from tests.world import World, build_world

IDA = {"system": "crm", "value": "C-1", "name": "Ida Moor"}


@pytest.fixture(autouse=True)
def _full_buckets() -> None:
    limits.buckets.clear()


@pytest.fixture
def crm(world: World) -> System:
    return a_system(world)


def _problem(response: Any) -> dict[str, Any]:
    assert response.headers["Content-Type"] == "application/problem+json"
    words: dict[str, Any] = response.json()
    assert words["status"] == response.status_code
    assert set(words) >= {"type", "title", "detail", "code"}
    return words


def test_without_a_key_nothing_is_told_not_even_what_does_not_fit(crm: System) -> None:
    for headers in ({}, {"authorization": "Bearer candor_wrong"}, {"authorization": "Basic !!"}):
        response = Client().post("/api/v1/customers", b"{", content_type="application/json", headers=headers)
        assert _problem(response)["code"] == "key-refused"
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_session_opens_nothing(client: Client, world: World) -> None:
    client.force_login(world.clara)
    assert client.get("/api/v1/feedback").status_code == 401
    assert client.post("/api/v1/customers", IDA, content_type="application/json").status_code == 401


def test_a_key_does_what_its_scopes_say_and_nothing_else(world: World) -> None:
    reader = a_system(world, KeyScope.READ_CUSTOMERS)
    assert reader.get("customers").status_code == 200
    for response in (reader.post("customers", IDA), reader.get("feedback"), reader.delete("customers/1")):
        assert (response.status_code, _problem(response)["code"]) == (403, "not-allowed")
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "nothing-here", 404), ("get", "customers/999999", 404), ("get", f"customers/{'9' * 40}", 404),
     ("put", "customers", 405), ("delete", "feedback", 405)],
)  # fmt: skip
def test_whatever_leads_nowhere_is_told_in_the_same_form(
    crm: System, method: str, path: str, status: int
) -> None:
    response = getattr(crm, method)(path, *([{}] if method == "put" else []))
    assert response.status_code == status
    assert _problem(response)["code"] in {"not-found", "method-not-allowed"}
    assert status != 405 or "GET" in response.headers["Allow"]
    assert not response.cookies


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"system": 7, "value": "x"}', b'{"system": "a", "value": "b", "more": 1}',
     b'{"system": "a", "value": "\\u0000"}', b'{"system": "a", "value": "\\ud800"}', b'{"system": "a", "value": NaN}',
     b'{"system": "a", "value": "b", "since_on": "0000-13-40"}', b'{"system": "a", "value": "b", "since_on": 20000}',
     b"[" * 200_000, b'{"system": "a", "value": "b", "email": "no address"}', b"\xff\xfe", b'{"system": "a", "value": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_refused_by_name_and_breaks_nothing(crm: System, body: bytes) -> None:
    assert _problem(crm.post("customers", body))["code"] == "invalid-request"
    assert not Customer.objects.exists()


def test_each_value_that_does_not_fit_is_named_and_not_sent_back(crm: System) -> None:
    words = _problem(
        crm.post("customers", {"system": "", "value": "s3cret", "also": [{"system": "a"}], "x": 1})
    )
    assert {one["field"] for one in words["errors"]} == {"given.system", "given.also.0.value", "given.x"}
    assert "s3cret" not in json.dumps(words)


def test_bodies_are_bounded_typed_and_may_be_gzipped(crm: System) -> None:
    assert _problem(crm.post("customers", b'{"name": "' + b"x" * 1_000_000 + b'"}'))["code"] == "too-large"
    bomb = gzip.compress(b" " * 50_000_000)
    assert _problem(crm.post("customers", bomb, content_encoding="gzip"))["code"] == "too-large"
    packed = gzip.compress(json.dumps(IDA).encode())
    assert crm.post("customers", packed, content_encoding="gzip").status_code == 201
    response = crm.client.post(
        "/api/v1/customers",
        "a=b",
        content_type="text/plain",
        headers={"authorization": f"Bearer {crm.secret}"},
    )
    assert _problem(response)["code"] == "unknown-format"


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "9" * 30}, {"cursor": "x"}, {"cursor": "W10"},
                                   {"cursor": "WzFd" * 50}, {"system": "\x00", "value": "b"}])  # fmt: skip
def test_lists_have_bounds(crm: System, query: dict[str, Any]) -> None:
    assert _problem(crm.get("customers", **query))["code"] == "invalid-request"


# -- Once -------------------------------------------------------------------------------------------------------------


def test_what_is_sent_again_under_the_same_key_is_done_once_and_answered_as_before(crm: System) -> None:
    message = {"key": "m-1", "comment": "Thanks."}
    first = crm.post("feedback", message, idempotency_key="k1")
    again = crm.post("feedback", message, idempotency_key="k1")
    assert (first.status_code, again.status_code) == (201, 201), "without the key the second would be 200"
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_the_same_key_with_another_request_is_a_conflict(crm: System, world: World) -> None:
    crm.post("customers", IDA, idempotency_key="k1")
    other = crm.post("customers", IDA | {"name": "Max"}, idempotency_key="k1")
    assert (other.status_code, _problem(other)["code"]) == (409, "idempotency-key-reused")
    assert crm.post("feedback", {"key": "m", "comment": "x"}, idempotency_key="k1").status_code == 409
    assert Customer.objects.get().name == "Ida Moor"
    assert (
        a_system(world, source="erp")
        .post("customers", IDA | {"value": "2"}, idempotency_key="k1")
        .status_code
        == 201
    )


def test_what_failed_may_be_repeated(crm: System) -> None:
    assert crm.post("customers", IDA | {"unit": "nowhere"}, idempotency_key="k1").status_code == 422
    assert not RememberedCall.objects.exists()
    assert crm.post("customers", IDA, idempotency_key="k1").status_code == 201


def test_after_a_day_the_answer_is_forgotten_and_until_then_it_lies_sealed(crm: System) -> None:
    crm.post("customers", IDA, idempotency_key="k1")
    call = RememberedCall.objects.get()
    assert "is_new" not in call.sealed_answer
    assert forget_remembered_calls.call() == 0
    RememberedCall.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert crm.post("customers", IDA, idempotency_key="k1").status_code == 200
    RememberedCall.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert forget_remembered_calls.call() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_are_done_once() -> None:
    crm = a_system(build_world())
    message = {"key": "m-1", "comment": "Thanks."}
    answers: list[Any] = []
    gate = threading.Barrier(4)

    def ask() -> None:
        gate.wait()
        while (answer := crm.post("feedback", message, idempotency_key="k1")).status_code == 503:
            time.sleep(0.02)  # the record in memory, as tests have it, does not wait for others
        answers.append(answer)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1


# -- How often --------------------------------------------------------------------------------------------------------


def test_who_asks_too_often_is_told_when_to_ask_again(world: World, settings: LazySettings) -> None:
    settings.CANDOR_API_PER_MINUTE = 3
    crm, erp = a_system(world), a_system(world, source="erp")
    statuses = [crm.get("webhooks/events").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    response = crm.get("webhooks/events")
    assert _problem(response)["code"] == "too-many-requests"
    assert 1 <= int(response.headers["Retry-After"]) <= 20
    assert erp.get("webhooks/events").status_code == 200, "each key has its own"


# -- Who did it -------------------------------------------------------------------------------------------------------


def test_the_audit_log_names_the_key_and_only_while_it_acts(crm: System, world: World) -> None:
    crm.post("customers", IDA)
    entry = AuditEntry.objects.get(action="customer.put")
    assert entry.person is None
    assert entry.facts["api_key"].startswith("crm (candor_")
    assert "api_key" not in record_audit(by=world.clara, action="customer.merged").facts
