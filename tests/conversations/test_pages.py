"""The pages: who sees which conversation, and what a person does in it; the public form and the note of a call."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candor.apps.cases.models import Case
from candor.apps.cases.services import open_case
from candor.apps.conversations import public_form, services
from candor.apps.conversations.choices import Channel, Delivery, State
from candor.apps.conversations.models import Conversation, Message
from candor.apps.conversations.services import NewConversation
from candor.apps.customers.models import Customer
from candor.apps.customers.services import NewCustomer, add_customers
from candor.apps.events import own
from candor.apps.feedback.models import Feedback
from candor.apps.organization.models import AuditEntry, Person
from candor.apps.scores.services import project_pending, verify_warehouse
from candor.foundation.strangers import Limit
from tests.events.conftest import in_log
from tests.world import World

pytestmark = pytest.mark.django_db


def a_conversation(
    world: World, subject: str, *, hours: int = 0, unit: str = "quay", **fields: object
) -> Conversation:
    at = timezone.now() - timedelta(hours=hours)
    values = {
        "channel": Channel.MAIL,
        "source": "mail",
        "key": subject,
        "address": "jane@mail.example",
    } | fields
    new = NewConversation(subject=subject, unit_id=getattr(world, unit).pk, **values)  # type: ignore[arg-type]
    row = services.begin(new=new, at=at)
    services.receive_message(conversation=row, text=f"{subject}: call 020 7946 0018", key=subject, at=at)
    return row


def the_pages(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, name: str, *arguments: object, **query: str) -> str:
    return client.get(reverse(f"conversations:{name}", args=arguments), query).content.decode()


def act(client: Client, name: str, pk: int, **given: object) -> int:
    return client.post(reverse(f"conversations:{name}", args=[pk]), given).status_code


def test_the_list_shows_who_waits_longest_first_and_each_unit_its_own(world: World) -> None:
    a_conversation(world, "Newer", hours=1)
    a_conversation(world, "Older", hours=9)
    a_conversation(world, "Elsewhere", unit="mill")
    shown = page(the_pages(world.mona), "list")
    assert shown.index("Older") < shown.index("Newer")
    assert "Elsewhere" not in shown and "020 7946" not in shown
    assert "Nobody waits for us" in page(the_pages(world.mona), "list", state="open", channel="chat")
    assert the_pages(world.olga).get(reverse("conversations:list")).status_code == 403


def test_a_person_answers_once_hands_over_and_closes_from_the_page(world: World) -> None:
    row, mona = a_conversation(world, "Card"), the_pages(world.mona)
    shown = page(mona, "conversation", row.pk)
    assert "Card: call [phone]" in shown and "jane@mail.example" in shown
    written = mona.post(reverse("conversations:unmask", args=[row.pk])).content.decode()
    assert "020 7946 0018" in written and AuditEntry.objects.filter(action="conversation.unmasked").exists()
    for _press in range(2):
        assert act(mona, "reply", row.pk, text="We look at it.", key="abc", close="1") == 302
    row.refresh_from_db()
    assert (row.state, row.assigned_to) == (State.CLOSED, world.mona)
    assert Message.objects.get(delivery=Delivery.READY).text == "We look at it."
    assert Feedback.objects.get().handled_by == world.mona
    assert act(mona, "reopen", row.pk) == 302
    assert act(mona, "assign", row.pk, to=world.hana.pk) == 302
    assert act(mona, "assign", row.pk, to=world.rival.pk) == 422
    assert "Card" in page(the_pages(world.hana), "list", state="mine")
    assert act(mona, "reply", row.pk, text=" ", key="abd") == 422
    assert act(the_pages(world.theo), "reply", row.pk, text="x", key="abe") == 403


def test_what_it_counts_as_leads_back_to_it_and_it_to_a_complaint_and_a_case(world: World) -> None:
    row, mona = a_conversation(world, "Card"), the_pages(world.mona)
    told = Feedback.objects.get()
    assert reverse("conversations:conversation", args=[row.pk]) in page(mona, "panel", told.pk)
    shown = page(mona, "conversation", row.pk)
    assert reverse("complaints:panel", args=[told.pk]) in shown
    assert reverse("cases:feedback_panel", args=[told.pk]) in shown
    assert page(the_pages(world.rival), "panel", told.pk) == ""


def test_a_call_is_noted_for_the_customer_who_called(world: World) -> None:
    jane, jill = (
        NewCustomer(identifiers=(("crm", name),), name=name, unit_id=world.quay.pk)
        for name in ("Jane Doe", "Jill Doe")
    )
    ids = add_customers(items=[jane, jill])
    mona, address = the_pages(world.mona), reverse("conversations:call")
    answer = mona.post(address, {"said": "My card broke.", "caller": "Doe"})
    assert answer.status_code == 422 and "Jill Doe" in answer.content.decode()
    given = {"said": "My card broke.", "caller": "Doe", "customer": ids["Jill Doe"], "is_settled": "on"}
    assert mona.post(address, given).status_code == 302
    row = Conversation.objects.get()
    assert (row.customer_id, row.unit, row.channel, row.state) == (
        ids["Jill Doe"],
        world.quay,
        Channel.PHONE,
        State.CLOSED,
    )
    assert Feedback.objects.get().comment == "My card broke."
    assert (
        "Nobody whom you may see"
        in the_pages(world.rival).post(address, given | {"caller": "Jane"}).content.decode()
    )
    assert mona.post(address, {"said": "Somebody was kind."}).status_code == 302
    assert Conversation.objects.filter(customer=None, unit=world.quay).count() == 1


def test_whose_a_conversation_is_can_be_said_later_and_all_that_was_said_follows(world: World) -> None:
    """Two contacts of somebody unknown: feedback, themes, cases, the warehouse and the log belong to the customer's unit from then on."""
    jane = Customer.objects.create(name="Jane Doe", unit=world.quay)
    row = a_conversation(world, "Card", unit="harbour", channel=Channel.PHONE, address="")
    services.close(conversation=row, by=world.hana)
    services.receive_message(conversation=row, text="It broke again.", key="again")
    told = Feedback.objects.earliest("pk")
    open_case(feedback=told, title="Card", owner=None, due_at=timezone.now(), by=world.hana)
    own.append_pending()
    project_pending()
    hana, mona = the_pages(world.hana), the_pages(world.mona)
    assert act(hana, "tie", row.pk, caller="Nobody at all") == 422
    assert act(mona, "tie", row.pk, caller=str(jane.pk)) == 404, "it is not hers to handle yet"
    shown = hana.post(reverse("conversations:tie", args=[row.pk]), {"caller": "Jane Doe"}, follow=True)
    assert shown.status_code == 200 and "Jane Doe" in shown.content.decode()
    row.refresh_from_db()
    assert (row.customer, row.unit) == (jane, world.quay)
    assert set(Feedback.objects.values_list("customer", "unit")) == {(jane.pk, world.quay.pk)}
    assert set(Case.objects.values_list("customer", "unit")) == {(jane.pk, world.quay.pk)}
    assert AuditEntry.objects.filter(action="conversation.tied", person=world.hana).count() == 1
    assert AuditEntry.objects.filter(action="feedback.tied", person=world.hana).count() == 2
    assert "Card" in page(mona, "list")
    own.append_pending()
    project_pending()
    assert verify_warehouse().is_equal
    logged = {(event["case_id"], event["unit"]) for event in in_log()}
    assert logged == {(f"customer {jane.pk}", world.quay.pk)} and len(in_log()) == 3
    assert act(mona, "tie", row.pk, unit=world.red.pk, caller=str(jane.pk)) == 302
    assert act(mona, "tie", row.pk, unit=world.mill.pk, caller="") == 422, "she does not work there"
    assert act(the_pages(world.theo), "tie", row.pk, caller="") == 403
    assert Conversation.objects.get().unit == world.red


def test_anybody_writes_at_the_open_form_robots_do_not(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = reverse("conversations:tell_us")
    assert client.get(address).status_code == 404
    public_form.change_form(
        is_open=True, welcome="Hello", consent="Keep it.", thanks="", unit=world.quay, by=world.clara
    )
    monkeypatch.setattr(public_form, "limit", Limit(of_one=2, of_all=9, seconds=60))
    shown = client.get(address).content.decode()
    assert "Keep it." in shown
    stamp = shown.split('name="opened" value="')[1].split('"')[0]
    given = {"text": "Well done!", "email": "Jane@mail.example", "agrees": "on", "opened": stamp}
    assert client.post(address, given).status_code == 422  # sooner than anybody writes
    now = timezone.now().timestamp() + 60
    with patch("candor.foundation.strangers.time.time", lambda: now):
        assert client.post(address, given | {"website": "x"}).status_code == 422
        assert client.post(address, given | {"agrees": ""}).status_code == 422
        thanks = client.post(address, given, follow=True).content.decode()
        client.post(address, given)
        assert client.post(address, given).status_code == 503
    row = Conversation.objects.order_by("pk").first()
    assert row is not None and row.key in thanks
    assert (row.unit, row.address, row.state) == (world.quay, "jane@mail.example", State.OPEN)
    assert Customer.objects.get(email="jane@mail.example").pk == row.customer_id
    asked = the_pages(world.clara)
    pages = [
        reverse("feedback:item", args=[row.feedback_id]),
        reverse("customers:customer", args=[row.customer_id]),
    ]
    assert all("Address not confirmed" in asked.get(one).content.decode() for one in pages)
    assert "Address not confirmed" in page(asked, "conversation", row.pk)
    services.receive_message(conversation=row, text="Thank you", key="<2@mail.example>", at=timezone.now())
    assert "Address not confirmed" not in page(asked, "conversation", row.pk), "they wrote from it"
    assert client.get(reverse("conversations:told", args=["forged:1"])).status_code == 404
