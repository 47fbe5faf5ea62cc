"""Conversations over the API: in once, out as far as the key may see."""

from typing import Any

import pytest

from candor.apps.conversations.models import Conversation, Message
from candor.apps.feedback.models import Feedback
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
