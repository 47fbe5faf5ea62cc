"""Letters: merged from templates, sent by a real mail server, kept as they left; and the form at which anybody complains."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from candor.apps.complaints import letters, public_form
from candor.apps.complaints.choices import Entry, LetterKind, Outcome
from candor.apps.complaints.households import Who
from candor.apps.complaints.models import Complaint, Letter
from candor.apps.complaints.opening import open_complaint
from candor.apps.complaints.services import NewComplaint, decide_complaint
from candor.foundation.errors import Conflict, InvalidInput
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from candor.foundation.strangers import Limit
from tests.mailbox import Mailbox, mailbox
from tests.world import World

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BODY = "Dear {name},\n\nwe have your complaint {reference} of {received}. {Unknown} {{name}}"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as opened:
        yield opened


def _complaint(world: World, **who: Any) -> Complaint:
    told = Who(**({"name": "Ina Lund", "email": "ina@example.com"} | who))
    what = NewComplaint(key="", received_on=NOON.date(), product="Mortgage", issue="Delay", unit_id=world.quay.pk, entry=Entry.STAFF, who=told)  # fmt: skip
    return open_complaint(what=what, by=world.hana, at=NOON)


def _draft(complaint: Complaint, kind: LetterKind = LetterKind.ACKNOWLEDGEMENT, body: str = "Dear {name}, {reference}, {received}.") -> letters.Draft:  # fmt: skip
    letters.define_template(
        name=f"{kind}", kind=kind, language="en", subject="Your complaint {reference}", body=body, by=None
    )
    version = letters.template_for(complaint, kind)
    assert version is not None
    return letters.draft(complaint, version, today=NOON)


def test_a_template_names_only_fields_that_exist(world: World) -> None:
    with pytest.raises(InvalidInput, match=r"\{nmae\}"):
        letters.define_template(
            name="x", kind=LetterKind.HOLDING, language="en", subject="S", body="{nmae}", by=None
        )


def test_values_are_never_read_as_fields_and_empty_ones_are_named(world: World) -> None:
    complaint = _complaint(world, name="Ina {owner} Lund")
    draft = _draft(complaint, body="Dear {name}, {redress} {ombudsman} {not a field} {0}")
    assert draft.body == "Dear Ina {owner} Lund,   {not a field} {0}"
    assert draft.empty == ("redress", "ombudsman")


def test_days_are_written_in_the_language_of_the_letter(world: World) -> None:
    complaint = _complaint(world)
    assert letters.values_for(complaint, language="de", today=NOON)["received"] == "1. Juni 2026"
    assert letters.values_for(complaint, language="en", today=NOON)["received"] == "1 June 2026"


def test_a_mailed_acknowledgement_is_kept_byte_for_byte_and_stops_its_clock_once_it_left(
    world: World, box: Mailbox
) -> None:
    complaint = _complaint(world)
    kept = letters.send_letter(
        complaint=complaint, letter=_draft(complaint, body="Grüße, {reference}.\n.\nEnd"), by=world.hana
    )
    complaint.refresh_from_db()
    assert complaint.acknowledged_on is None, "nothing has left yet"
    Worker().run_all()
    kept.refresh_from_db()
    complaint.refresh_from_db()
    ((to, raw),) = box.arrived
    assert to == ["ina@example.com"]
    assert bytes(kept.message or b"") == raw, "what is kept is what went over the wire"
    mail = message_from_bytes(raw, policy=default)
    assert mail["Subject"] == f"Your complaint {complaint.reference}"
    assert mail.get_content().splitlines()[0] == f"Grüße, {complaint.reference}."
    assert (kept.state, complaint.acknowledged_on is not None) == (Letter.State.SENT, True)


def test_a_letter_that_is_refused_says_so_and_is_tried_again_once(world: World, box: Mailbox) -> None:
    complaint = _complaint(world)
    kept = letters.send_letter(complaint=complaint, letter=_draft(complaint), by=world.hana)
    box.refuses = True
    Worker().run_all()
    kept.refresh_from_db()
    assert (kept.state, "550" in kept.problem) == (Letter.State.FAILED, True)
    box.refuses = False
    letters.send_again(letter=kept, by=world.hana)
    Job.objects.update(run_at=NOON)
    Worker().run_all()
    kept.refresh_from_db()
    assert kept.state == Letter.State.SENT
    assert len(box.arrived) == 1, "the first job found it sent"
    with pytest.raises(Conflict):
        letters.send_again(letter=kept, by=world.hana)


def test_without_an_address_it_is_printed_and_counts_once_it_is_posted(world: World) -> None:
    complaint = _complaint(world, name="Ina Lund", email="", address="1 Quay\nHarbour", postcode="AB1")
    kept = letters.send_letter(
        complaint=complaint, letter=_draft(complaint, body='#panic("x") {name} *b* $1$'), by=world.hana
    )
    assert kept.state == Letter.State.PRINTED
    assert bytes(kept.message or b"").startswith(b"%PDF-")
    letters.note_posted(letter=kept, by=world.hana, at=NOON)
    complaint.refresh_from_db()
    assert complaint.acknowledged_on == NOON.date()


def test_a_changed_template_leaves_letters_as_they_were(world: World, client: Client) -> None:
    complaint = _complaint(world)
    decide_complaint(complaint=complaint, response="We refund the fee", root_cause="x", redress="", outcome=Outcome.UPHELD, on=NOON.date(), at=NOON, by=world.hana)  # fmt: skip
    client.force_login(world.hana)
    draft = _draft(complaint, LetterKind.DECISION, "{answer}")
    page = client.get(f"/complaints/{complaint.pk}/letter/").content.decode()
    assert "We refund the fee" in page
    sent = client.post(
        f"/complaints/{complaint.pk}/letter/",
        {"to": draft.to, "subject": draft.subject, "body": draft.body},
        follow=True,
    )
    kept = Letter.objects.get()
    letters.change_template(template=kept.version.template, subject="New", body="{reference}", by=world.clara)  # type: ignore[union-attr]
    kept.refresh_from_db()
    assert (kept.version.number, kept.body) == (1, "We refund the fee")  # type: ignore[union-attr]
    assert "We refund the fee" in sent.content.decode()
    client.force_login(world.eve)
    assert client.get(f"/complaints/letters/{kept.pk}/").status_code == 403


# -- The public form -------------------------------------------------------------------------------------------------


def _stamp(client: Client) -> str:
    return _stamp_in(client.get("/complaints/form/"))


def _stamp_in(page: Any) -> str:
    found = re.search(r'name="opened" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def _fill(client: Client, **fields: Any) -> Any:
    values = {"comment": "Nobody called.", "name": "Ina Lund", "email": "ina@example.com", "preference": "email", "opened": _stamp(client)}  # fmt: skip
    with patch("candor.foundation.strangers.time.time", lambda: time_now() + 60):
        return client.post("/complaints/form/", values | fields)


time_now = time.time


@pytest.fixture
def opened(world: World) -> None:
    public_form.change_form(is_open=True, welcome="", thanks="", unit=world.quay, by=world.clara)
    public_form.limit.buckets.clear()


def test_the_form_is_closed_until_somebody_opens_it(client: Client, world: World) -> None:
    assert client.get("/complaints/form/").status_code == 404


def test_an_address_typed_into_the_form_is_marked_as_nobodys_yet(
    client: Client, opened: None, world: World
) -> None:
    _fill(client)
    client.force_login(world.hana)
    page = f"/complaints/{Complaint.objects.get().pk}/"
    assert "Address not confirmed" in client.get(page).content.decode()
    assert "Address not confirmed" not in client.get(f"/complaints/{_complaint(world).pk}/").content.decode()


def test_a_complaint_by_the_form_gets_its_number_at_once(client: Client, opened: None) -> None:
    file = SimpleUploadedFile("../letter.pdf", b"%PDF-1.7 x", content_type="text/html")
    sent = _fill(client, wish="An apology", attached=[file])
    complaint = Complaint.objects.get()
    assert complaint.reference in client.get(sent.url).content.decode()
    assert client.get("/complaints/form/sent/forged:x/").status_code == 404
    assert (complaint.entry, complaint.complainant.email) == (Entry.WEB, "ina@example.com")
    assert "What would put it right: An apology" in complaint.feedback.comment
    kept = complaint.attachments.get()
    assert (kept.name, kept.content_type) == ("letter.pdf", "application/pdf")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"website": "http://spam.example"}, "people don’t see"),
        ({"opened": "forged"}, "sooner than anybody"),
        ({"email": ""}, "to answer you that way"),
        ({"attached": [SimpleUploadedFile("x.pdf", b"MZ\x00\x01")]}, "not a PDF"),
        ({"attached": [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(6)]}, "At most 5 files"),
    ],
)
def test_what_no_person_sends_or_nobody_can_answer_is_turned_away_with_its_words_kept(
    client: Client, opened: None, fields: dict[str, Any], words: str
) -> None:
    page = _fill(client, **fields)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "Nobody called." in page.content.decode()
    assert not Complaint.objects.exists()


BY_PHONE = {"comment": "x", "name": "x", "preference": "phone", "phone": "12345678"}


def test_a_form_that_comes_back_at_once_is_no_persons_and_the_time_since_it_was_opened_goes_on(
    client: Client, opened: None
) -> None:
    values = BY_PHONE | {"opened": _stamp(client)}
    page = client.post("/complaints/form/", values)
    assert page.status_code == 422
    again = values | {"opened": _stamp_in(page)}
    with patch("candor.foundation.strangers.time.time", lambda: time_now() + 4):
        assert client.post("/complaints/form/", again).status_code == 302, "not counted anew from the error"


def test_a_form_that_was_open_for_more_than_a_day_goes_with_its_words_at_the_second_try(
    client: Client, opened: None
) -> None:
    values = BY_PHONE | {"opened": _stamp(client)}
    with patch("candor.foundation.strangers.time.time", lambda: time_now() + 25 * 3600):
        page = client.post("/complaints/form/", values)
    assert page.status_code == 422
    with patch("candor.foundation.strangers.time.time", lambda: time_now() + 25 * 3600 + 10):
        assert client.post("/complaints/form/", values | {"opened": _stamp_in(page)}).status_code == 302


def test_one_sender_is_bounded_and_others_are_not() -> None:
    limit = Limit(of_one=2, of_all=100, seconds=3_600)
    assert [limit.take("a", now=0.0) for _ in range(3)] == [True, True, False]
    assert limit.take("b", now=0.0)
    assert limit.take("a", now=1_801.0), "half an hour later there is room for one"
