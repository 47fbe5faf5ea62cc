"""Conversations over the API: in once, out as far as the key may see."""

from typing import Any

import pytest

from candor.apps.conversations.choices import Delivery
from candor.apps.conversations.models import Conversation, Message
from candor.apps.customers.models import Customer
from candor.apps.feedback.models import Feedback
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.models import AuditEntry
from candor.apps.webhooks.models import Message as News
from candor.apps.webhooks.services import make_endpoint
from tests.api.asking import System, a_system
from tests.world import World

POST: dict[str, Any] = {
    "key": "p-1", "conversation": "thread-9", "text": "Two hours on hold, 020 7946 0018!", "at": "2026-06-01T10:00:00Z", "channel": "social",
    "author": "@jane", "url": "https://social.example/p-1", "customer": {"system": "social", "value": "jane"}, "unit": "quay",
}  # fmt: skip


@pytest.fixture
def social(world: World) -> System:
    return a_system(world)


def test_a_post_is_taken_in_once_and_its_thread_is_one_conversation(social: System, world: World) -> None:
    make_endpoint(
        name="CRM",
        url="https://hook.example/a",
        events=["conversation.opened", "message.received"],
        by=world.amos,
    )
    first = social.post("conversations", POST)
    assert (first.status_code, first.json()["is_new"]) == (201, True)
    again = social.post("conversations", POST)
    assert (again.status_code, again.json()) == (200, first.json() | {"is_new": False})
    social.post("conversations", POST | {"key": "p-2", "text": "Still on hold."})
    row = Conversation.objects.get()
    assert (row.channel, row.name, row.unit, row.url) == ("social", "@jane", world.quay, POST["url"])
    assert Feedback.objects.get().comment == f"{POST['text']}\n\nStill on hold."
    assert sorted(News.objects.values_list("event", flat=True)) == [
        "conversation.opened",
        "message.received",
        "message.received",
    ]
    assert all("hold" not in body for body in News.objects.values_list("body", flat=True))


def test_what_is_read_is_masked_and_of_the_keys_unit(social: System, world: World) -> None:
    pk = social.post("conversations", POST).json()["id"]
    (listed,) = social.get("conversations", state="open", channel="social").json()["items"]
    assert (listed["id"], listed["unit"]) == (pk, "quay")
    read = social.get(f"conversations/{pk}").json()
    assert [one["author"] for one in read["messages"]] == ["customer"]
    elsewhere = a_system(world, unit=world.mill)
    assert elsewhere.get("conversations").json()["items"] == []
    assert elsewhere.get(f"conversations/{pk}").status_code == 404
    assert elsewhere.post("conversations", POST | {"key": "p-7"}).status_code == 422


@pytest.mark.parametrize(
    "change", [{"text": ""}, {"url": "javascript:alert(1)"}, {"channel": "mail"}, {"at": "yesterday"}]
)
def test_what_does_not_fit_is_refused_as_a_whole(social: System, change: dict[str, Any]) -> None:
    refused = social.post("conversations", POST | change)
    assert refused.status_code == 422 and refused["Content-Type"] == "application/problem+json"
    assert not Message.objects.exists()


def test_a_conversation_is_answered_handed_over_closed_and_opened_in_the_name_of_people(
    social: System, world: World
) -> None:
    make_endpoint(
        name="CRM", url="https://hook.example/a", events=["message.answered", "conversation.handed_over", "conversation.closed"], by=world.amos
    )  # fmt: skip
    pk = social.post("conversations", POST).json()["id"]
    place, mona = f"conversations/{pk}", {"person": "Mona@harbour.example"}
    reply = mona | {"key": "r-1", "text": "We call you back today."}
    first = social.post(f"{place}/replies", reply)
    assert (first.status_code, first.json()["is_new"], first.json()["delivery"]) == (201, True, "")
    again = social.post(f"{place}/replies", reply)
    assert (again.status_code, again.json()) == (200, first.json() | {"is_new": False})
    read = social.get(place).json()
    assert (read["state"], read["assigned_to"], len(read["messages"])) == ("waiting", "Mona", 2)
    given = social.post(f"{place}/hand-over", mona | {"to": "clara@harbour.example"})
    assert (given.status_code, given.json()["assigned_to"]) == (200, "Clara")
    whose = mona | {"unit": "mill", "customer": {"system": "crm", "value": "C-9"}}
    assert social.post(f"{place}/tie", whose).status_code == 403, "Mona does not work at the mill"
    tied = social.post(f"{place}/tie", whose | {"unit": "quay"}).json()
    assert tied["customer"] == Customer.objects.get(identifiers__value="C-9").pk
    assert Feedback.objects.get().customer_id == tied["customer"]
    assert social.post(f"{place}/hand-over", mona | {"to": None}).json()["assigned_to"] is None
    assert social.post(f"{place}/close", mona).json()["state"] == "closed"
    assert Feedback.objects.get().handled_by == world.mona
    twice = social.post(f"{place}/close", mona)
    assert (twice.status_code, twice["Content-Type"]) == (409, "application/problem+json")
    assert social.post(f"{place}/reopen", mona).json()["state"] == "open"
    assert list(News.objects.order_by("pk").values_list("event", flat=True)) == [
        "message.answered", "conversation.handed_over", "conversation.handed_over", "conversation.closed"
    ]  # fmt: skip
    done = AuditEntry.objects.filter(person=world.mona, action__startswith="conversation.")
    assert set(done.values_list("action", flat=True)) == {
        "conversation.replied", "conversation.assigned", "conversation.tied", "conversation.closed", "conversation.reopened"
    }  # fmt: skip


def test_a_reply_to_an_address_leaves_as_one_mail_whatever_is_sent_again(
    social: System, world: World
) -> None:
    pk = social.post("conversations", POST).json()["id"]
    Conversation.objects.update(address="jane@mail.example")
    reply = {"key": "r-1", "person": "mona@harbour.example", "text": "Today."}
    once = social.post(f"conversations/{pk}/replies", reply, idempotency_key="one")
    same = social.post(f"conversations/{pk}/replies", reply, idempotency_key="one")
    assert (once.json()["delivery"], same.json(), same["Idempotency-Replayed"]) == (
        "ready", once.json(), "true"
    )  # fmt: skip
    assert social.post(f"conversations/{pk}/replies", reply).json()["is_new"] is False
    assert Message.objects.filter(delivery=Delivery.READY).count() == 1


def test_who_may_not_handle_it_neither_answers_nor_gets_it(social: System, world: World) -> None:
    pk = social.post("conversations", POST).json()["id"]
    place, text = f"conversations/{pk}", {"key": "r", "text": "Hm."}
    theo, mona = {"person": "theo@harbour.example"}, {"person": "mona@harbour.example"}
    refused = social.post(f"{place}/replies", text | theo)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "person"), "he only reads"
    wrong = social.post(f"{place}/hand-over", mona | {"to": "theo@harbour.example"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "to")
    elsewhere = a_system(world, KeyScope.ANSWER_CONVERSATIONS, unit=world.mill, source="mill")
    assert elsewhere.post(f"{place}/replies", text | mona).status_code == 404
    sender = a_system(world, KeyScope.WRITE_CONVERSATIONS, source="sender")
    assert sender.post(f"{place}/close", mona).status_code == 403
    assert Message.objects.count() == 1 and Conversation.objects.get().state == "open"
