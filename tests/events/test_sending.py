"""What other systems send: Segment's calls and CloudEvents, each once, good ones kept though others are bad."""

import base64
import gzip
import json
from typing import Any

import pytest
from django.test import Client

from candor.apps.customers.models import Customer, Identifier
from candor.apps.events.models import Delivery, Misfit
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import make_key, revoke_key
from candor.apps.organization.models import ApiKey, AuditEntry
from tests.events.conftest import Sender, in_log, shop, take_in
from tests.world import World

ORDER = {
    "messageId": "m1", "userId": "u1", "event": "Order Completed", "timestamp": "2026-06-01T10:00:00.250+02:00",
    "properties": {"order_id": 7, "total": 19.9, "items": [{"sku": "a"}]}, "context": {"library": {"name": "analytics.js"}},
}  # fmt: skip
CLOUD = {
    "specversion": "1.0", "id": "A234-1234-1234", "source": "/mycontext", "type": "com.example.loan.asked",
    "time": "2026-06-01T08:00:00Z", "subject": "loan-7", "datacontenttype": "application/json", "data": {"userId": "u1", "sum": 100},
}  # fmt: skip


# -- Segment ---------------------------------------------------------------------------------------------------------


def test_an_event_is_acknowledged_and_comes_into_the_log(sender: Sender) -> None:
    response = sender.post("track", ORDER)
    assert (response.status_code, response.json()) == (
        200,
        {"success": True, "accepted": 1, "quarantined": 0},
    )
    assert take_in() == 1
    (event,) = in_log()
    assert (event["journey"], event["case_id"], event["activity"]) == ("shop", "u1", "Order Completed")
    assert event["at"].isoformat() == "2026-06-01T08:00:00.250000"
    assert json.loads(event["attributes"]) == ORDER["properties"]
    assert event["customer"] == Identifier.objects.get(system="shop", value="u1").customer_id
    assert event["received_at"] is not None
    assert not Delivery.objects.exists()


def test_the_same_message_again_is_the_same_event_even_with_another_key(sender: Sender, world: World) -> None:
    _, other = make_key(name="Shop, new", source="shop", scopes=[KeyScope.WRITE_EVENTS], by=world.amos)
    for key in (sender.key, sender.key, other):
        assert Sender(sender.client, key).post("track", ORDER).status_code == 200
    take_in()
    assert sender.post("track", ORDER).status_code == 200
    take_in()
    assert len(in_log()) == 1
    day = shop().days.get()
    assert (day.received, day.known) == (4, 3)


def test_a_message_without_an_id_is_known_by_what_it_says(sender: Sender) -> None:
    message = {key: value for key, value in ORDER.items() if key != "messageId"}
    for body in (message, dict(reversed(message.items())), message | {"timestamp": "2026-06-01T11:00:00Z"}):
        assert sender.post("track", body).status_code == 200
    take_in()
    assert len(in_log()) == 2


def test_a_batch_of_all_calls_comes_in_unedited(sender: Sender) -> None:
    batch = {
        "batch": [
            {"type": "identify", "messageId": "1", "userId": "u1", "anonymousId": "v1", "timestamp": "2026-06-01T09:00:00Z",
             "traits": {"name": "Ida Moor", "email": "ida@x.example", "phone": "+49 30 1"}, "context": {"locale": "de-DE"}},
            {"type": "page", "messageId": "2", "anonymousId": "v1", "category": "Docs", "name": "Prices", "timestamp": "2026-06-01T09:01:00Z"},
            {"type": "track", "messageId": "3", "userId": "u1", "event": "Asked", "timestamp": "2026-06-01T09:02:00Z", "properties": {"channel": "web"}},
            {"type": "screen", "messageId": "4", "userId": "u1", "name": "Home", "timestamp": "2026-06-01T09:03:00Z"},
            {"type": "group", "messageId": "5", "userId": "u1", "groupId": "acme", "traits": {"plan": "pro"}, "timestamp": "2026-06-01T09:04:00Z"},
            {"type": "alias", "messageId": "6", "userId": "u1", "previousId": "old-1", "timestamp": "2026-06-01T09:05:00Z"},
        ],
        "sentAt": "2026-06-01T09:06:00Z", "context": {"app": {"name": "x"}}, "writeKey": "ignored",
    }  # fmt: skip
    response = sender.post("batch", batch)
    assert response.json()["accepted"] == 6
    take_in()
    customer = Customer.objects.get()
    assert (customer.name, customer.email, customer.language) == ("Ida Moor", "ida@x.example", "de-DE")
    assert set(customer.identifiers.values_list("system", "value")) == {
        ("shop", "u1"), ("shop", "old-1"), ("shop:anonymous", "v1"),
    }  # fmt: skip
    log = in_log()
    assert [e["activity"] for e in log] == [
        "Viewed Docs Prices page",
        "Asked",
        "Viewed Home screen",
        "Joined a group",
    ]
    assert {e["customer"] for e in log} == {customer.pk}
    assert [e["channel"] for e in log] == [None, "web", None, None]


def test_segments_own_way_of_signing_in_is_taken(sender: Sender) -> None:
    basic = base64.b64encode(f"{sender.key}:".encode()).decode()
    response = Client().post(
        "/v1/track",
        json.dumps(ORDER),
        content_type="application/json",
        headers={"authorization": f"Basic {basic}"},
    )
    assert response.status_code == 200


def test_good_events_are_kept_and_bad_ones_answered_and_kept_apart(sender: Sender) -> None:
    good = [
        {
            "type": "track",
            "messageId": str(n),
            "userId": "u",
            "event": "E",
            "timestamp": "2026-06-01T09:00:00Z",
        }
        for n in range(4)
    ]
    bad: list[Any] = [
        good[0] | {"event": 7}, good[0] | {"timestamp": "yesterday"}, good[0] | {"type": "click"}, good[0] | {"event": " "},
        good[0] | {"userId": ""}, 5, good[0] | {"properties": []}, good[0] | {"properties": {"x": "y" * 40_000}},
        good[0] | {"userId": "u" * 161}, good[0] | {"messageId": None, "timestamp": None}, good[0] | {"timestamp": 1e30},
    ]  # fmt: skip
    response = sender.post("batch", {"batch": [*good[:2], *bad, *good[2:]]})
    body = response.json()
    assert (response.status_code, body["accepted"], body["quarantined"]) == (200, 4, len(bad))
    assert [e["index"] for e in body["errors"]] == list(range(2, 2 + len(bad)))
    assert body["errors"][0] == {"index": 2, "field": "event", "value": "7", "expected": "str or null"}
    assert body["errors"][1] == {
        "index": 3, "field": "timestamp", "value": "yesterday", "expected": "a time such as 2026-01-31T12:00:00Z",
    }  # fmt: skip
    assert [e["field"] for e in body["errors"][2:]] == [
        "type", "event", "userId", "", "properties", "", "userId", "messageId", "timestamp",
    ]  # fmt: skip
    take_in()
    assert len(in_log()) == 4
    assert Misfit.objects.count() == len(bad)
    sender.post("batch", {"batch": [*good[:2], *bad]})
    assert set(Misfit.objects.values_list("times", flat=True)) == {2}


def test_nothing_but_bad_events_is_refused_as_problem_details(sender: Sender) -> None:
    response = sender.post("track", ORDER | {"event": None})
    assert (response.status_code, response.headers["Content-Type"]) == (422, "application/problem+json")
    body = response.json()
    assert (body["code"], body["status"], body["accepted"]) == ("events-not-understood", 422, 0)
    assert body["errors"] == [
        {"index": 0, "field": "event", "value": "", "expected": "the name of what happened"}
    ]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"batch": 1}', b'{"batch": []}', b"\xff", b'{"a":' * 100_000]
)
def test_what_is_no_request_is_refused_whole(sender: Sender, body: bytes) -> None:
    for call in ("track", "batch"):
        response = sender.post(call, body)
        assert (response.status_code, response.headers["Content-Type"]) in {
            (400, "application/problem+json"), (422, "application/problem+json"),
        }  # fmt: skip
    assert not Delivery.objects.exists()


def test_sizes_are_bounded_before_and_after_unpacking(sender: Sender) -> None:
    assert sender.post("track", b"x" * 500_001).status_code == 413
    assert sender.post("track", b"x" * 6_000_000).status_code == 413
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    response = sender.post("track", bomb, **{"content-encoding": "gzip"})
    assert (response.status_code, response.json()["code"]) == (413, "too-large")
    assert (
        sender.post(
            "track", gzip.compress(json.dumps(ORDER).encode()), **{"content-encoding": "gzip"}
        ).status_code
        == 200
    )
    for broken in (b"not gzip", gzip.compress(b"{}")[:-9]):
        assert sender.post("track", broken, **{"content-encoding": "gzip"}).status_code == 400
    assert sender.post("track", b"x", **{"content-encoding": "br"}).status_code == 415
    many = {"batch": [{"type": "track"}] * 1_001}
    assert "1 to 1,000 events were expected, 1,001 found" in sender.post("batch", many).json()["detail"]


# -- CloudEvents -----------------------------------------------------------------------------------------------------


def test_cloud_events_come_in_structured_batched_and_binary(sender: Sender) -> None:
    assert sender.post("events", CLOUD, "application/cloudevents+json; charset=utf-8").status_code == 200
    batch = [CLOUD | {"id": "2", "time": "2026-06-01T08:01:00Z"}, CLOUD]
    assert sender.post("events", batch, "application/cloudevents-batch+json").json()["accepted"] == 2
    binary = {f"ce-{name}": str(CLOUD[name]) for name in ("specversion", "source", "type", "subject")}
    headers = binary | {"ce-id": "3", "ce-time": "2026-06-01T08:02:00Z", "ce-traceparent": "00-ab"}
    assert sender.post("events", CLOUD["data"], **headers).status_code == 200
    assert sender.post("events", b"as text", "text/plain", **(headers | {"ce-id": "4"})).status_code == 200
    take_in()
    log = in_log()
    assert len(log) == 4, "source and id together are the event"
    assert {(e["case_id"], e["activity"]) for e in log} == {("loan-7", "com.example.loan.asked")}
    assert json.loads(log[0]["attributes"]) == CLOUD["data"]
    assert json.loads(log[2]["attributes"])["traceparent"] == "00-ab"
    assert json.loads(log[3]["attributes"])["data"] == "as text"
    assert log[0]["customer"] == Customer.objects.get().pk


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"source": None}, "source"),
        ({"type": 5}, "type"),
        ({"time": "noon"}, "time"),
    ],
)
def test_a_cloud_event_that_is_none_is_answered_by_field(
    sender: Sender, change: dict[str, Any], field: str
) -> None:
    response = sender.post("events", CLOUD | change, "application/cloudevents+json")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)


def test_json_that_is_announced_as_nothing_is_no_cloud_event(sender: Sender) -> None:
    response = sender.post("events", CLOUD)
    assert (response.status_code, response.json()["code"]) == (415, "unknown-format")


# -- Keys ------------------------------------------------------------------------------------------------------------


def test_without_a_good_key_nothing_is_read(sender: Sender, world: World) -> None:
    for key in ("", "candor_wrong", sender.key[:-1], f"{sender.key} "):
        response = Sender(Client(), key).post("track", b"not even JSON")
        expected = 400 if key.strip() == sender.key else 401
        assert response.status_code == expected
    made = ApiKey.objects.get()
    assert made.last_used_at is not None
    revoke_key(key=made, by=world.amos)
    assert sender.post("track", ORDER).status_code == 401
    assert Delivery.objects.count() == 0


def test_a_key_for_something_else_is_not_enough(sender: Sender) -> None:
    ApiKey.objects.update(scopes=[])
    response = sender.post("track", ORDER)
    assert (response.status_code, response.json()["code"]) == (403, "not-allowed")


def test_a_key_is_shown_once_and_kept_as_a_digest(client: Client, world: World) -> None:
    client.force_login(world.amos)
    made = client.post(
        "/organization/keys/",
        {"name": "Loans", "source": "loans", "scopes": ["events:write"], "unit": world.quay.pk},
    )
    assert made.headers["Cache-Control"] == "no-store"
    key = ApiKey.objects.get()
    shown = next(
        w
        for w in made.content.decode().replace("<", " ").replace(">", " ").split()
        if w.startswith("candor_") and "…" not in w
    )
    assert shown.startswith(key.prefix)
    assert shown not in client.get("/organization/keys/").content.decode()
    assert shown not in str(ApiKey.objects.values()) + str(AuditEntry.objects.values())
    assert Sender(Client(), shown).post("track", ORDER).status_code == 200
    take_in()
    assert in_log()[0]["unit"] == world.quay.pk
    client.post(f"/organization/keys/{key.pk}/revoke/")
    assert Sender(Client(), shown).post("track", ORDER).status_code == 401
    actions = (
        AuditEntry.objects.filter(action__startswith="api_key")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert list(actions) == ["api_key.made", "api_key.revoked"]
    client.force_login(world.clara)
    assert client.get("/organization/keys/").status_code == 403


def test_a_key_of_one_unit_says_nothing_of_another(sender: Sender, world: World) -> None:
    ApiKey.objects.update(unit=world.north)
    for n, unit in enumerate(("red", "mill", "nowhere")):
        sender.track("E", n=n, properties={"unit": unit})
    take_in()
    assert [e["unit"] for e in in_log()] == [world.red.pk, world.north.pk, world.north.pk]
