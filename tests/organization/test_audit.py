"""The audit log: what happens to accounts and files stands in it, and it speaks plain words."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

import candor
from candor.apps.conversations import services as conversations
from candor.apps.conversations.choices import Channel, Delivery
from candor.apps.conversations.models import Message
from candor.apps.conversations.sending import note_came_back
from candor.apps.imports import services as imports
from candor.apps.organization import audit
from candor.apps.organization.models import AuditEntry
from candor.apps.organization.services import record_audit
from tests.world import PASSWORD, World

NEW = "quite another password"


@pytest.fixture
def mona(world: World, settings: Any) -> Client:
    """Mona, signed in by the page."""
    return _signed_in(Client())


def _signed_in(client: Client, password: str = PASSWORD) -> Client:
    response = client.post("/accounts/login/", {"login": "mona@harbour.example", "password": password})
    assert response.status_code == 302
    return client


def _noted() -> list[str]:
    """Actions about accounts, the oldest first."""
    entries = AuditEntry.objects.filter(action__startswith="account.").order_by("pk")
    assert all(entry.person_id == entry.object_id for entry in entries)
    return [entry.action.removeprefix("account.") for entry in entries]


def test_signing_in_and_a_new_password_are_noted(mona: Client) -> None:
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert mona.post("/accounts/password/change/", fields).status_code == 302
    assert _noted() == ["signed_in", "password_changed"]


def test_a_password_chosen_by_a_link_is_noted(world: World) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": "mona@harbour.example"})
    link = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert link is not None
    page = client.get(link.group(), follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert "password_reset" in _noted()


def test_the_second_factor_and_its_codes_are_noted(
    mona: Client, django_capture_on_commit_callbacks: Any
) -> None:
    mona.post("/accounts/reauthenticate/", {"password": PASSWORD})
    mona.get("/accounts/2fa/totp/activate/")
    secret = mona.session["mfa.totp.secret"]
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    for page, fields in (
        ("totp/activate", {"code": code}),
        ("recovery-codes/generate", {}),
        ("totp/deactivate", {}),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            mona.post(f"/accounts/2fa/{page}/", fields)
    assert _noted()[1:] == [
        "second_factor_added", "recovery_codes_made", "recovery_codes_made", "second_factor_removed"
    ]  # fmt: skip


def test_ending_other_sessions_is_noted(mona: Client) -> None:
    _signed_in(Client())
    mona.post("/accounts/sessions/")
    entry = AuditEntry.objects.get(action="account.sessions_ended")
    assert entry.facts == {"sessions": 1}


def test_being_locked_out_is_noted_and_locks_nobody_else(world: World) -> None:
    for _ in range(9):
        Client().post("/accounts/login/", {"login": "mona@harbour.example", "password": "wrong"})
    assert _noted() == ["locked"]
    cache.clear()  # the limits of allauth, by address, outlive a test
    assert (
        Client().post("/accounts/login/", {"login": "hana@harbour.example", "password": PASSWORD}).status_code
        == 302
    )


def _wrong(login: str = "mona@harbour.example", **headers: str) -> None:
    Client().post("/accounts/login/", {"login": login, "password": "wrong"}, **headers)  # type: ignore[arg-type]


def _signs_in(**headers: str) -> bool:
    known = {"login": "mona@harbour.example", "password": PASSWORD}
    return Client().post("/accounts/login/", known, **headers).status_code == 302  # type: ignore[arg-type]


def test_writing_an_account_otherwise_gives_no_further_attempts(world: World) -> None:
    for n in range(8):
        _wrong("mona@harbour.example"[:n].upper() + "mona@harbour.example"[n:])
        cache.clear()  # of the limits of allauth, so that the lock alone counts
    assert _noted() == ["locked"]


def test_a_made_up_port_and_many_addresses_give_no_further_attempts(world: World) -> None:
    cache.clear()
    for n in range(8):
        _wrong(HTTP_HOST=f"testserver:{8000 + n}", REMOTE_ADDR=f"192.0.2.{n}")
    assert not _signs_in(HTTP_HOST="testserver:9000", REMOTE_ADDR="192.0.2.99")
    cache.clear()


def test_behind_a_proxy_nobody_is_locked_out_for_another_and_a_made_up_sender_counts_for_nothing(
    world: World, settings: Any
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for n in range(8):
        _wrong(HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 192.0.2.7")
        cache.clear()
    assert not _signs_in(HTTP_X_FORWARDED_FOR="203.0.113.1, 192.0.2.7")
    cache.clear()
    assert _signs_in(HTTP_X_FORWARDED_FOR="192.0.2.8")


def test_no_words_and_no_address_of_a_customer_stand_in_the_log(world: World) -> None:
    """Entries are never erased, so that they must not hold what is to be erased."""
    conversation = conversations.begin(
        new=conversations.NewConversation(channel=Channel.CHAT, source="chat", is_with_machine=True)
    )
    conversations.hand_over(conversation=conversation, why="complaint: “my name is Jane Roe”")
    reply = conversations.reply(conversation=conversation, text="Hello", by=world.mona)
    Message.objects.update(delivery=Delivery.SENT)
    assert note_came_back(keys=[reply.key], words="5.1.1 <jane.roe@mail.example>: no such user") == 1
    client = Client()
    client.force_login(world.clara, backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in ("/feedback/export.csv", "/complaints/export.csv"):
        assert client.get(address, {"q": "Jane Roe", "product": "Loan"}).status_code == 200
    told = [str(entry.facts) for entry in AuditEntry.objects.all()]
    assert [one for one in told if "product=Loan" in one], "what it was narrowed to otherwise stands there"
    assert not [one for one in told if "jane" in one.lower()]


def test_uploads_and_choices_of_columns_are_noted(world: World) -> None:
    content = io.BytesIO(b"No,When\n1,2026-06-01\n")
    batch = imports.take_file(kind="complaints", name="x.csv", content=content, by=world.hana)
    options = {"columns": {"received_on": "When"}}
    for _ in range(2):
        imports.choose_options(batch=batch, options=options, by=world.hana)
    entries = AuditEntry.objects.filter(action__startswith="import.").order_by("pk")
    assert [(entry.action, entry.person, entry.object_id) for entry in entries] == [
        ("import.file_taken", world.hana, batch.pk),
        ("import.columns_chosen", world.hana, batch.pk),
    ]
    assert entries[1].facts["chosen"] == options


def test_every_action_of_the_product_has_plain_words() -> None:
    text = "\n".join(path.read_text() for path in Path(candor.__file__).parent.rglob("*.py"))
    actions = set(re.findall(r'action=(?:f)?"([a-z_]+\.[a-z_]+)"', text)) | set(
        re.findall(r'else "([a-z_]+\.[a-z_]+)", target', text)
    )
    assert len(actions) > 50
    assert sorted(action for action in actions if not audit.is_known(action)) == []


def test_every_page_an_entry_leads_to_exists() -> None:
    assert [reverse(name, args=[1]) for name in audit._pages.values()]


def test_the_page_speaks_plain_words_and_can_be_narrowed(world: World) -> None:
    record_audit(by=world.mona, action="policy.changed", before={"least_n_score": 30})
    record_audit(by=world.hana, action="case.closed", n=1)
    client = Client()
    client.force_login(world.amos, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/organization/audit/").content.decode()
    assert "Changed the company’s name or policy" in page and "before: least n score 30" in page
    assert "policy.changed" not in page and "person.created" not in page
    assert "Closed a case" in client.get("/organization/audit/?action=case.").content.decode()
    assert "Closed a case" not in client.get("/organization/audit/?by=mona").content.decode()
