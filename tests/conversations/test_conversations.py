"""Conversations: whose turn it is, and what of them becomes feedback."""

from datetime import timedelta

import pytest

from candor.apps.conversations import services
from candor.apps.conversations.choices import Author, Channel, State
from candor.apps.conversations.models import Conversation, Message
from candor.apps.conversations.services import NewConversation
from candor.apps.customers.models import Customer
from candor.apps.customers.personal import everything_about
from candor.apps.customers.services import NewCustomer, add_customers, erase_customer
from candor.apps.customers.timeline import timeline
from candor.apps.feedback.choices import Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import mark_handled
from candor.apps.organization.access import viewer_of
from candor.foundation.errors import Conflict, InvalidInput
from tests.builders import NOON
from tests.world import World

pytestmark = pytest.mark.django_db


def begun(**fields: object) -> Conversation:
    values = {"channel": Channel.CHAT, "source": "chat", "key": "c1"} | fields
    return services.begin(new=NewConversation(**values), at=NOON)  # type: ignore[arg-type]


def said(row: Conversation, text: str, key: str, minutes: int = 0, **more: object) -> Message:
    at = NOON + timedelta(minutes=minutes)
    return services.receive_message(conversation=row, text=text, key=key, at=at, **more)  # type: ignore[arg-type]


def test_a_contact_is_one_piece_of_feedback_however_many_lines_it_has(world: World) -> None:
    row = begun()
    said(row, "My card does not work.", "1")
    said(row, "Since Monday.", "2", 1)
    assert Feedback.objects.get().comment == "My card does not work.\n\nSince Monday."
    assert Feedback.objects.get().kind == Kind.MESSAGE
    assert Feedback.objects.get().received_at == NOON
    assert {one.feedback_id for one in Message.objects.all()} == {Feedback.objects.get().pk}


def test_whoever_comes_back_after_the_end_is_counted_again(world: World) -> None:
    row = begun()
    said(row, "My card does not work.", "1")
    services.close(conversation=row, by=world.mona, at=NOON + timedelta(minutes=5))
    assert Feedback.objects.get().handled_by == world.mona
    said(row, "It broke again.", "2", 60)
    row.refresh_from_db()
    assert (row.state, row.closed_at) == (State.OPEN, None)
    assert [one.comment for one in Feedback.objects.order_by("pk")] == [
        "My card does not work.",
        "It broke again.",
    ]


def test_the_same_message_twice_is_stored_once(world: World) -> None:
    row = begun()
    first = said(row, "Hello, is anybody there?", "1")
    assert said(row, "Hello, is anybody there?", "1", 5) == first
    assert begun() == row
    assert Feedback.objects.get().comment == "Hello, is anybody there?"


def test_further_words_bring_feedback_back_into_the_inbox(world: World) -> None:
    row = begun()
    said(row, "Where is my card?", "1")
    mark_handled(feedback=Feedback.objects.get(), by=world.mona)
    said(row, "Still not here.", "2", 9)
    assert Feedback.objects.get().handled_at is None


def test_what_we_or_a_machine_wrote_is_never_feedback(world: World) -> None:
    row = begun(is_with_machine=True)
    said(row, "How do I block my card?", "1")
    answer = services.answer_by_machine(
        conversation=row, text="Call this number.", key="a1", cited=["block-a-card"]
    )
    services.reply(conversation=row, text="Shall I do it for you?", by=world.mona)
    assert answer.cited == ["block-a-card"]
    assert Feedback.objects.get().comment == "How do I block my card?"


def test_what_a_mail_program_wrote_is_kept_and_changes_nothing(world: World) -> None:
    row = begun()
    said(row, "I am on holiday.", "1", is_automatic=True)
    row.refresh_from_db()
    assert (row.state, row.waits_since, Feedback.objects.count()) == (State.WAITING, None, 0)


def test_it_is_our_turn_from_the_first_unanswered_message_until_somebody_answers(world: World) -> None:
    row = begun(is_with_machine=True)
    said(row, "Hello?", "1")
    said(row, "Hello??", "2", 3)
    row.refresh_from_db()
    assert (row.state, row.waits_since) == (State.OPEN, NOON)
    services.answer_by_machine(conversation=row, text="Hello!", key="a1", at=NOON + timedelta(minutes=4))
    row.refresh_from_db()
    assert (row.state, row.waits_since, row.is_with_machine) == (State.WAITING, None, True)


def test_after_the_handover_no_machine_answers_and_people_see_who_waits(world: World) -> None:
    row = begun(is_with_machine=True)
    said(row, "A human, please.", "1")
    row = services.hand_over(conversation=row, why="asked for a person", at=NOON + timedelta(minutes=1))
    assert (row.state, row.is_with_machine, row.why_handed_over) == (State.OPEN, False, "asked for a person")
    assert row.waits_since == NOON
    with pytest.raises(Conflict):
        services.answer_by_machine(conversation=row, text="I know!", key="a2")
    answer = services.reply(conversation=row, text="Mona here.", by=world.mona)
    row.refresh_from_db()
    assert (row.assigned_to, row.state, answer.author) == (world.mona, State.WAITING, Author.PERSON)


def test_closing_by_the_clock_takes_out_of_the_inbox_only_what_a_person_answered(world: World) -> None:
    for key in ("person", "machine"):
        row = begun(key=key, is_with_machine=True)
        said(row, f"To the {key}", key)
        services.answer_by_machine(conversation=row, text="See the help.", key=f"m-{key}", at=NOON)
        if key == "person":
            services.reply(conversation=row, text="Did it help?", by=world.mona, at=NOON)
        services.close(conversation=row, by=None)
    waiting, handled = Feedback.objects.order_by("comment")
    assert (waiting.comment, waiting.handled_at) == ("To the machine", None)
    assert handled.handled_at is not None and handled.handled_by is None


def test_a_message_without_words_is_refused_and_leaves_nothing(world: World) -> None:
    row = begun()
    with pytest.raises(InvalidInput):
        said(row, "  \n ", "1")
    assert not Message.objects.exists()


def test_both_sides_stand_on_the_timeline_are_handed_out_and_erased(world: World) -> None:
    person = NewCustomer(identifiers=(("email", "jane@mail.example"),), name="Jane", unit_id=world.quay.pk)
    (pk,) = add_customers(items=[person]).values()
    row = begun(customer_id=pk)
    said(row, "Where is my card?", "1")
    services.reply(
        conversation=row, text="Call me: 020 7946 0018", by=world.mona, at=NOON + timedelta(hours=1)
    )
    jane = Customer.objects.get(pk=pk)
    assert row.unit == world.quay
    seen = timeline(jane, viewer_of(world.mona)).entries
    assert [one.text for one in seen] == ["Call me: [phone]", "Where is my card?"]
    assert timeline(jane, viewer_of(world.rival)).entries == ()
    (told,) = everything_about(jane)["conversations"]
    assert [one["text"] for one in told["messages"]] == ["Where is my card?", "Call me: 020 7946 0018"]
    erase_customer(customer=jane, by=None)
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()
    assert not Feedback.objects.exists()
