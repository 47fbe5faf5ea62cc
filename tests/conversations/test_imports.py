"""Posts of social networks from a file: each a conversation, once, and taken back whole."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from candor.apps.conversations import services
from candor.apps.conversations.choices import Channel, State
from candor.apps.conversations.models import Conversation, Message
from candor.apps.customers.models import Identifier
from candor.apps.customers.services import erase_customer
from candor.apps.feedback.models import Feedback
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.services import run_import, run_undo, start, take_path, undo
from tests.api.asking import a_system
from tests.world import World

pytestmark = pytest.mark.django_db


def imported(path: Path, world: World) -> ImportBatch:
    batch = take_path(kind="social", path=path, by=world.amos)
    run_import(batch=start(batch=batch, by=world.amos))
    batch.refresh_from_db()
    return batch


def test_posts_become_conversations_once_bad_rows_come_back_and_undo_takes_all(
    world: World, tmp_path: Path
) -> None:
    fresh = timezone.now() - timedelta(hours=2)
    path = tmp_path / "posts.csv"
    path.write_text(
        "Post ID,Published at,Network,Username,User ID,Post text,Permalink,Branch\n"
        f"p1,{fresh:%Y-%m-%dT%H:%M:%SZ},Chirp,@jane,9,Two hours on hold!,https://chirp.example/p1,quay\n"
        "p2,2025-05-01T10:00:00Z,Chirp,@tim,,Thank you,javascript:alert(1),\n"
        ",2025-05-01,Chirp,@tim,,Well done,,\n"
        "p4,yesterday,Chirp,@tim,,Hello,,\n"
        "p5,2025-05-01T10:00:00Z,Chirp,@tim,,,,\n"
    )
    batch = imported(path, world)
    assert (batch.rows_added, batch.rows_bad) == (3, 2)
    jane = Conversation.objects.get(key="p1")
    assert (jane.channel, jane.source, jane.state, jane.name, jane.unit) == (
        Channel.SOCIAL,
        "chirp",
        State.OPEN,
        "@jane",
        world.quay,
    )
    assert Identifier.objects.get(system="chirp", value="9").customer_id == jane.customer_id
    tim = Conversation.objects.get(key="p2")
    assert (tim.state, tim.url, tim.waits_since) == (State.CLOSED, "", None)
    assert Feedback.objects.filter(knows_time=False).get().comment == "Well done"
    services.reply(conversation=jane, text="We are sorry.", by=world.mona)
    services.receive_message(conversation=jane, text="Thanks!", key="p1-2")
    assert imported(path, world).rows_added == 0
    undo(batch=batch, by=world.amos)
    run_undo(batch=batch)
    assert (
        not Conversation.objects.exists() and not Message.objects.exists() and not Feedback.objects.exists()
    )


def test_a_post_of_an_erased_customer_stays_away_and_the_report_counts_it(
    world: World, tmp_path: Path
) -> None:
    """From a file and over the API; nothing of the customer is remembered but digests, and no identifier comes back."""
    path = tmp_path / "posts.csv"
    path.write_text(
        "Post ID,Published at,Network,Username,User ID,Post text\n"
        "p1,2026-06-01T10:00:00Z,Chirp,@jane,9,Two hours on hold!\n"
        "p2,2026-06-01T10:00:00Z,Chirp,@tim,7,Thank you\n"
    )
    imported(path, world)
    jane = Conversation.objects.get(key="p1")
    services.receive_message(conversation=jane, text="Still on hold.", key="p1-2")
    assert jane.customer is not None
    erase_customer(customer=jane.customer, by=world.clara)
    again = imported(path, world)
    assert (again.rows_added, again.rows_known) == (0, 1)
    assert again.report == {"left_out_of_erased_customers": {"n": 1, "examples": []}}
    assert list(Identifier.objects.values_list("value", flat=True)) == ["7"]
    chirp = a_system(world, source="chirp")
    for address, key in [("conversations", "p1"), ("conversations", "p1-2"), ("feedback", "p1")]:
        words = {"text": "Hm."} if address == "conversations" else {"comment": "Hm."}
        refused = chirp.post(address, {"key": key, "customer": {"system": "chirp", "value": "9"}} | words)
        assert (refused.status_code, refused.json()["code"]) == (409, "erased-before")
    assert not Identifier.objects.filter(value="9").exists() and Conversation.objects.count() == 1
    assert chirp.post("conversations", {"key": "p3", "text": "Back again."}).status_code == 201
