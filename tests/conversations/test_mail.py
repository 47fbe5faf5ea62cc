"""Mail in and out, over a real IMAP and a real SMTP server: in its thread, once, and nothing lost."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candor.apps.conversations import inbound, sending, services, tasks
from candor.apps.conversations.attached import sort_out
from candor.apps.conversations.choices import Author, Channel, Delivery, State
from candor.apps.conversations.inbound import take_mails
from candor.apps.conversations.models import Conversation, Message, MessageFile
from candor.apps.customers.models import Customer
from candor.apps.customers.personal import everything_about
from candor.apps.customers.services import EMAIL, NewCustomer, add_customers, erase_customer
from candor.apps.feedback.models import Feedback
from candor.apps.organization.models import AuditEntry
from candor.foundation.attachments import MOST_BYTES
from candor.foundation.mailboxes import Found, unseen
from candor.intake.mail import read_mail
from tests.imap import ImapServer, imap_server
from tests.mailbox import Mailbox, mailbox
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


@pytest.fixture
def post(settings: LazySettings) -> Iterator[Mailbox]:
    settings.CANDOR_MAILBOX_ADDRESS = "help@harbour.example"
    with mailbox() as box:
        yield box


def a_mail(
    text: str, message_id: str, *, sender: str = "Jane Doe <Jane@mail.example>", **fields: str
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = sender, "help@harbour.example", f"<{message_id}>"
    for name, value in ({"Subject": "My card"} | fields).items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def taken(*mails: bytes) -> inbound.Taken:
    return take_mails(mails=[Found(mail) for mail in mails], now=timezone.now())


def left(box: Mailbox, place: int = -1) -> EmailMessage:
    mail = message_from_bytes(box.arrived[place][1], policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_line_break_in_a_name_adds_no_header_and_keeps_nobody_from_answering(world: World) -> None:
    row = services.begin(
        new=services.NewConversation(
            channel=Channel.FORM,
            source="form",
            name="Jane\r\nBcc: all@mail.example",
            address="jane@mail.example",
        )
    )
    mail = sending.mail_of(services.reply(conversation=row, text="Hello", by=world.mona))
    assert mail["To"].addresses[0].display_name == "Jane Bcc: all@mail.example"
    assert b"\r\nBcc:" not in mail.as_bytes()


def test_a_mail_goes_round_and_stays_in_its_thread(
    world: World, server: ImapServer, post: Mailbox, settings: LazySettings
) -> None:
    settings.CANDOR_MAILBOX_URL = server.address
    server.deliver(a_mail("It broke.\n\n-- \nJane Doe", "one@mail.example"))
    assert tasks.fetch_mails.call() == 1
    row = Conversation.objects.get()
    assert (row.channel, row.subject, row.name, row.address) == (
        Channel.MAIL,
        "My card",
        "Jane Doe",
        "jane@mail.example",
    )
    assert Message.objects.get().text == "It broke.\n\n-- \nJane Doe"
    assert Feedback.objects.get().comment == "It broke."

    services.reply(conversation=row, text="Which one?\nMona", by=world.mona)
    assert sending.send_ready().sent == 1
    mail = left(post)
    assert post.arrived[0][0] == ["jane@mail.example"]
    assert (mail["From"], mail["Subject"]) == ("Harbour <help@harbour.example>", "Re: My card")
    assert (mail["In-Reply-To"], mail["References"]) == ("<one@mail.example>", "<one@mail.example>")
    assert mail.get_content().splitlines()[:2] == ["Which one?", "Mona"]
    assert mail.get_content().splitlines()[-1] == "> It broke."

    answer = f"The blue one.\n\nOn Monday, Harbour wrote:\n\n> {'Which one?'}\n"
    server.deliver(a_mail(answer, "two@mail.example", In_Reply_To=mail["Message-ID"], Subject="AW: My card"))
    assert tasks.fetch_mails.call() == 1
    row.refresh_from_db()
    assert (Conversation.objects.count(), row.state, row.messages.count()) == (1, State.OPEN, 3)
    assert Feedback.objects.get().comment == "It broke.\n\nThe blue one."
    services.reply(conversation=row, text="Thank you.", by=world.mona)
    sending.send_ready()
    assert left(post)["References"].split() == [
        "<one@mail.example>",
        mail["Message-ID"],
        "<two@mail.example>",
    ]
    assert server.unseen() == 0


def test_a_mail_that_comes_again_is_stored_once(world: World) -> None:
    mail = a_mail("It broke.", "one@mail.example")
    assert (taken(mail).new, taken(mail, mail).known) == (1, 2)
    assert Feedback.objects.get().comment == "It broke."


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def a_mail_with(*files: tuple[str, bytes]) -> bytes:
    mail = message_from_bytes(a_mail("See the pictures.", "one@mail.example"), policy=default)
    assert isinstance(mail, EmailMessage)
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def test_small_harmless_files_of_mails_are_kept_and_all_are_named(world: World, client: Client) -> None:
    """Told by their content; saved by who may read personal data, written down, handed out to the person and gone with them."""
    jane = Customer.objects.get(
        pk=add_customers(
            items=[
                NewCustomer(identifiers=((EMAIL, "jane@mail.example"),), name="Jane", unit_id=world.quay.pk)
            ]
        )["jane@mail.example"]
    )
    taken(a_mail_with(("door.html", PNG), ("run.pdf", b"MZ\0\0"), ("big.txt", b"x" * MOST_BYTES)))
    file = MessageFile.objects.get()
    assert (file.name, file.content_type) == ("door.html", "image/png")
    row, place = Conversation.objects.get(), reverse("conversations:file", args=[file.pk])
    client.force_login(world.mona)
    shown = client.get(reverse("conversations:conversation", args=[row.pk])).content.decode()
    assert place in shown and "big.txt" in shown
    assert "of a sort that is not kept" in shown and "too large" in shown
    got = client.get(place)
    assert (got.content, got["Content-Disposition"]) == (PNG, 'attachment; filename="door.html.png"')
    assert AuditEntry.objects.filter(action="conversation.file_taken", person=world.mona).exists()
    client.force_login(world.ada)
    shown = client.get(reverse("conversations:conversation", args=[row.pk])).content.decode()
    assert "door.html" not in shown and "A file" in shown
    assert client.get(place).status_code == 403
    (told,) = everything_about(jane)["conversations"]
    assert base64.b64decode(told["messages"][0]["files"][0]["content"]) == PNG
    erase_customer(customer=jane, by=world.clara)
    assert not MessageFile.objects.exists() and not Conversation.objects.exists()
    again = taken(a_mail("See the pictures.", "one@mail.example"))
    assert (again.new, again.erased, Conversation.objects.exists()) == (0, 1, False)


def test_a_mail_of_many_files_keeps_ten_and_one_that_was_cut_off_not_its_last(world: World) -> None:
    many = a_mail_with(*((f"{n}.png", PNG) for n in range(12)))
    whole = sort_out(read_mail(many).attached, is_whole=True)
    assert [place for place, _file, _kind in whole.kept] == list(range(10))
    assert [one["why_not"] for one in whole.named[9:]] == ["", "size", "size"]
    cut = sort_out(read_mail(many).attached[:2], is_whole=False)
    assert [one["why_not"] for one in cut.named] == ["", "cut"]


class Killed(BaseException):
    """What no handler of errors catches."""


@pytest.mark.parametrize("place", ["begin", "receive_message", "after"])
def test_a_worker_that_dies_anywhere_loses_and_doubles_nothing(
    world: World, server: ImapServer, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    server.deliver(a_mail("First.", "one@mail.example"), a_mail("Second.", "two@mail.example"))

    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        if place == "after":  # stored, and not yet marked as seen

            def stored_then_dies(mails: Any) -> Any:
                yield next(iter(mails))
                raise Killed

            take_mails(mails=stored_then_dies(unseen(server.address)), now=timezone.now())
        patched.setattr(inbound, place, dies)
        take_mails(mails=unseen(server.address), now=timezone.now())
    take_mails(mails=unseen(server.address), now=timezone.now())
    assert sorted(Message.objects.values_list("text", flat=True)) == ["First.", "Second."]
    assert Feedback.objects.count() == 2
    assert server.unseen() == 0


def test_one_that_can_not_be_stored_waits_and_holds_up_no_other(
    world: World, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deliver(a_mail("First.", "one@mail.example"), a_mail("Second.", "two@mail.example"))
    stores = inbound.receive_message

    def refuses_the_first(**given: Any) -> Message:
        if given["text"] == "First.":
            raise ValueError("no")
        return stores(**given)

    monkeypatch.setattr(inbound, "receive_message", refuses_the_first)
    told = take_mails(mails=unseen(server.address), now=timezone.now())
    assert (told.new, len(told.troubles), server.unseen()) == (1, 1, 1)
    monkeypatch.undo()
    assert take_mails(mails=unseen(server.address), now=timezone.now()).new == 1


def test_the_sender_is_the_customer_known_by_the_address_or_becomes_one(world: World) -> None:
    known = NewCustomer(identifiers=(("crm", "77"), ("email", "jane@mail.example")), unit_id=world.quay.pk)
    (jane,) = add_customers(items=[known]).values()
    taken(a_mail("It broke.", "1@x"), a_mail("Mine too.", "2@x", sender="Tim <tim@mail.example>"))
    assert Conversation.objects.get(customer=jane).unit == world.quay
    assert Customer.objects.exclude(pk=jane).get().email == "tim@mail.example"


def test_holiday_replies_join_their_thread_silently_and_reports_of_non_delivery_are_told(
    world: World, post: Mailbox
) -> None:
    taken(a_mail("It broke.", "1@x"))
    row = Conversation.objects.get()
    reply = services.reply(conversation=row, text="Which one?", by=world.mona)
    sending.send_ready()
    ours = left(post)["Message-ID"]
    away = a_mail("Back in June.", "2@x", In_Reply_To=ours, Auto_Submitted="auto-replied")
    told = taken(away, a_mail("Buy now", "3@x", Auto_Submitted="auto-generated"), left(post).as_bytes())
    row.refresh_from_db()
    assert (told.new, told.automatic, told.own, row.state, Feedback.objects.count()) == (
        1,
        1,
        1,
        State.WAITING,
        1,
    )
    assert taken(_report(ours)).came_back == 1
    reply.refresh_from_db()
    assert (reply.delivery, reply.trouble) == (Delivery.FAILED, "5.1.1 no such user")


def _report(message_id: str) -> bytes:
    return (
        b"From: MAILER-DAEMON@mail.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nSorry\r\n"
        b"--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; jane@mail.example\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; no such user\r\n\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        b"Message-ID: %s\r\n\r\n--x--\r\n" % message_id.encode()
    )


def test_whoever_else_writes_in_a_thread_is_named_and_gets_no_reply(world: World, post: Mailbox) -> None:
    taken(
        a_mail("It broke.", "1@x"),
        a_mail("I am her son.", "2@x", sender="tim@mail.example", References="<1@x>"),
    )
    row = Conversation.objects.get()
    assert [one.sender for one in row.messages.all()] == ["", "tim@mail.example"]
    services.reply(conversation=row, text="Thank you.", by=world.mona)
    sending.send_ready()
    assert post.arrived[0][0] == ["jane@mail.example"]


def test_a_reply_that_fails_is_shown_tried_again_and_never_sent_twice(world: World, post: Mailbox) -> None:
    taken(a_mail("It broke.", "1@x"))
    reply = services.reply(conversation=Conversation.objects.get(), text="Which one?", by=world.mona)
    post.refuses = True
    assert sending.send_ready().refused == 1
    reply.refresh_from_db()
    assert (reply.delivery, reply.trouble) == (Delivery.FAILED, "550 not today")
    post.refuses = False
    sending.try_again(message=reply, by=world.mona)
    assert [sending.send_ready().sent, sending.send_ready().sent] == [1, 0]
    assert len(post.arrived) == 1


def test_after_a_kill_while_sending_nobody_sends_again_before_a_person_says_so(
    world: World, post: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(a_mail("It broke.", "1@x"))
    reply = services.reply(conversation=Conversation.objects.get(), text="Which one?", by=world.mona)

    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    monkeypatch.setattr(sending, "_store", dies)
    with pytest.raises(Killed):
        sending.send_ready()  # the server has it, and nothing says so
    monkeypatch.undo()
    assert sending.send_ready().sent == 0
    reply.refresh_from_db()
    assert (reply.delivery, len(post.arrived)) == (Delivery.UNSURE, 1)
    sending.try_again(message=reply, by=world.mona)
    sending.send_ready()
    assert left(post, 0)["Message-ID"] == left(post, 1)["Message-ID"]


def test_conversations_that_rest_are_closed_and_old_ones_forgotten_but_not_what_was_said(
    world: World,
) -> None:
    taken(a_mail("It broke.", "1@x"), a_mail("Still broken.", "2@x"))
    answered = Conversation.objects.order_by("pk").first()
    assert answered is not None
    services.reply(conversation=answered, text="Try now.", by=world.mona)
    from candor.apps.conversations import keeping

    later = timezone.now() + timedelta(days=15)
    assert keeping.close_rested(now=later, days=14) == 1
    handled = Feedback.objects.exclude(handled_at=None).get()
    assert (handled.comment, handled.handled_by) == ("It broke.", None)
    assert keeping.forget_old(now=later + timedelta(days=400), days=365) == 1
    assert (Conversation.objects.count(), Feedback.objects.count()) == (1, 2)
    assert Message.objects.filter(author=Author.PERSON).count() == 0
