"""Files in answers: small ones of harmless sorts, seen by few, gone with the answer; of anonymous answers nothing but the picture."""

import base64
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.customers.personal import everything_about
from candor.apps.customers.services import NewCustomer, add_customers, erase_customer
from candor.apps.feedback.models import Feedback
from candor.apps.organization.models import AuditEntry
from candor.apps.surveys import guards, intake, tasks
from candor.apps.surveys.errors import BadAnswers, TooManyAnswers
from candor.apps.surveys.models import AnswerFile, Response
from candor.apps.surveys.pictures import BadPicture, without_metadata
from candor.apps.surveys.responses import record_response
from tests.surveys.asking_here import a_link, a_survey, an_invitation, at, at_link
from tests.surveys.test_answering import hidden
from tests.world import World

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-the-browsers-own"
DAMAGED = {
    "pages": [
        {"name": "one", "elements": [
            {"type": "file", "name": "photo", "title": "Show us", "allowMultiple": True},
            {"type": "rating", "name": "ease", "rateMax": 5, "isRequired": True, "title": "How easy?"}]},
        {"name": "two", "elements": [{"type": "comment", "name": "more", "title": "Anything else?"}]},
    ]
}  # fmt: skip


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


PIXEL = chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
PNG = (
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\2\0\0\0") + chunk(b"tEXt", b"Author\0Jo Doe") + PIXEL
    + chunk(b"eXIf", b"48.2N 16.3E") + chunk(b"IEND", b"")
)  # fmt: skip
JPEG = (
    b"\xff\xd8\xff\xe0\0\x07JFIF\0\xff\xe1\0\x10Exif\0\0 48.2N \0\xff\xfe\0\x06Jo D\xff\xdb\0\x04\0\1"
    b"\xff\xda\0\x04\0\1picture\xff\xd9 and Jo Doe behind it"
)


def sent(name: str, content: bytes, kind: str = "image/png") -> dict[str, str]:
    """As SurveyJS sends a file."""
    return {"name": name, "type": kind, "content": f"data:{kind};base64,{base64.b64encode(content).decode()}"}


@pytest.fixture(autouse=True)
def _calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "LEAST_SECONDS", 0.0)
    guards.limits.buckets.clear()
    guards.large_limits.buckets.clear()
    monkeypatch.setattr(tasks._soon, "covered_until", float("-inf"))


def answer(secret: str, *, is_finished: bool = True, **data: Any) -> Response:
    return record_response(
        entrance=at(secret),
        secret=SECRET,
        data={"ease": 4} | data,
        at=timezone.now(),
        is_finished=is_finished,
    )


def test_a_file_lies_beside_the_answer_and_is_saved_by_those_who_may_read_personal_data(
    world: World, client: Client
) -> None:
    _, secret = an_invitation(a_survey(DAMAGED), unit_id=world.quay.pk)
    response = answer(secret, photo=[sent("../../Tür.html", PNG)])
    assert "content" not in str(response.data), "what lies in the answer is small"
    assert intake.take_in(now=timezone.now()) == 1
    feedback = Feedback.objects.get()
    file = AnswerFile.objects.get()
    page, panel = reverse("surveys:file", args=[file.pk]), reverse("surveys:files_panel", args=[feedback.pk])
    client.force_login(world.mona)
    assert b"T\xc3\xbcr.html" in client.get(panel).content
    got = client.get(page)
    assert (got.content, got["Content-Type"]) == (PNG, "image/png")
    assert got["Content-Disposition"] == 'attachment; filename="T_r.html.png"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert AuditEntry.objects.filter(action="survey_file.taken", person=world.mona).exists()
    client.force_login(world.rival)
    assert (client.get(page).status_code, client.get(panel).content) == (404, b"")
    client.logout()
    assert client.get(page).status_code == 302


def test_files_come_page_after_page_without_a_script_stay_while_the_answer_goes_on_and_can_be_taken_away(
    client: Client,
) -> None:
    _, secret = an_invitation(a_survey(DAMAGED))
    here = f"/a/{secret}/"
    page = client.get(here).content.decode()
    photo = SimpleUploadedFile("door.png", PNG, "image/png")
    page = client.post(here, hidden(page) | {"q:photo": photo, "q:ease": "2", "go": "next"}).content.decode()
    assert "Anything else?" in page
    page = client.post(here, hidden(page) | {"go": "back"}).content.decode()
    assert "<b>door.png</b>" in page
    kept = client.post(here, hidden(page) | {"q:ease": "2", "go": "next"}).content.decode()
    assert AnswerFile.objects.count() == 1, "nothing new was chosen, so that it stays"
    page = client.post(here, hidden(kept) | {"go": "back"}).content.decode()
    page = client.post(
        here, hidden(page) | {"q:photo:away": "yes", "q:ease": "2", "go": "next"}
    ).content.decode()
    assert not AnswerFile.objects.exists()
    back = client.post(here, hidden(page) | {"go": "back"}).content.decode()
    program = SimpleUploadedFile("photo.png", b"MZ\0\0", "image/png")
    refused = client.post(
        here, hidden(back) | {"q:photo": program, "q:ease": "2", "go": "next"}
    ).content.decode()
    assert "of a sort that is not taken" in refused and "Show us" in refused
    assert not AnswerFile.objects.exists()


@pytest.mark.parametrize(
    "photo",
    [
        [sent("photo.png", b"MZ\0\0")],
        [sent("empty.txt", b"")],
        [sent("large.txt", b"x" * (4 * 1024**2 + 1))],
        [sent("half.txt", b"x" * (3 * 1024**2)), sent("half.txt", b"y" * (2 * 1024**2))],
        [{"name": "a.png", "content": "data:image/png;base64,!!!"}],
        [{"name": "a.png", "content": "https://elsewhere.example/a.png"}],
        [{"name": "a.png", "sha256": "0" * 64}],
        ["a.png"],
        "a.png",
    ],
)  # fmt: skip
def test_what_is_too_large_of_another_sort_or_of_somebody_else_is_refused_and_nothing_kept(
    photo: Any,
) -> None:
    _, secret = an_invitation(a_survey(DAMAGED))
    with pytest.raises(BadAnswers) as refused:
        answer(secret, photo=photo)
    assert [fault.place for fault in refused.value.faults] == ["photo"]
    assert not Response.objects.exists() and not AnswerFile.objects.exists()


def test_the_same_files_twice_are_one_answer_and_a_part_may_name_those_that_came() -> None:
    _, secret = an_invitation(a_survey(DAMAGED))
    part = answer(secret, is_finished=False, photo=[sent("a.png", PNG)])
    whole = {"photo": [*part.data["photo"], sent("b.jpg", JPEG)]}
    assert answer(secret, **whole).pk == answer(secret, **whole).pk == part.pk
    assert set(AnswerFile.objects.values_list("name", "content_type")) == {
        ("a.png", "image/png"),
        ("b.jpg", "image/jpeg"),
    }


def test_files_go_with_the_person_and_are_handed_out_to_them_before(world: World) -> None:
    ids = add_customers(items=[NewCustomer(identifiers=(("crm", "C1"),), name="Jo", unit_id=world.quay.pk)])
    customer = Customer.objects.get(pk=ids["C1"])
    _, secret = an_invitation(a_survey(DAMAGED), customer_id=customer.pk, unit_id=world.quay.pk)
    answer(secret, photo=[sent("a.png", PNG)])
    intake.take_in(now=timezone.now())
    (told,) = everything_about(customer)["answers to surveys"]
    assert base64.b64decode(told["files"][0]["content"]) == PNG
    erase_customer(customer=customer, by=world.clara)
    assert not AnswerFile.objects.exists()


def test_files_go_when_responses_are_no_longer_kept() -> None:
    _, secret = an_invitation(a_survey(DAMAGED))
    answer(secret, photo=[sent("a.png", PNG)])
    intake.take_in(now=timezone.now())
    intake.forget_old_responses(before=timezone.now() + timedelta(seconds=1))
    assert not AnswerFile.objects.exists() and Feedback.objects.exists()


def test_an_anonymous_file_says_nothing_but_what_is_to_be_seen_in_it() -> None:
    survey = a_survey(DAMAGED, is_anonymous=True)
    _, secret = an_invitation(survey)
    answer(secret, photo=[sent("Jo Doe 1.png", PNG), sent("Jo Doe 2.jpg", JPEG)])
    kept = {one.name: bytes(one.content) for one in AnswerFile.objects.all()}
    assert set(kept) == {"photo-1.png", "photo-2.jpg"}
    for content in kept.values():
        assert not [word for word in (b"Jo", b"48.2") if word in content]
    assert PIXEL in kept["photo-1.png"] and b"picture" in kept["photo-2.jpg"]
    _, other = an_invitation(survey, key="other")
    with pytest.raises(BadAnswers):  # a PDF says who wrote it
        answer(other, photo=[sent("a.pdf", b"%PDF-1.7 /Author (Jo)")])


@pytest.mark.parametrize("content", [JPEG[:20], JPEG.replace(b"\xff\xd9", b""), b"\xff\xd8\xff\xe1\xff\xff"])
def test_a_picture_that_is_cut_off_is_refused_rather_than_kept_whole(content: bytes) -> None:
    with pytest.raises(BadPicture):
        without_metadata(content, "image/jpeg")


def test_large_answers_at_a_link_for_everybody_are_held_off_soon(client: Client) -> None:
    link = a_link(a_survey(DAMAGED))
    page = hidden(client.get(f"/s/{link.token}/").content.decode())
    statuses = []
    for n in range(7):
        photo = [sent("a.txt", b"x" * guards.LARGE, "text/plain")]
        body = {
            "secret": f"{SECRET}{n}",
            "opened": page["opened"],
            "data": {"ease": 1, "photo": photo},
            "finished": True,
        }
        statuses.append(client.post(f"/s/{link.token}/", body, content_type="application/json").status_code)
    assert statuses == [200] * 5 + [TooManyAnswers.http_status] * 2
    assert at_link(link) and AnswerFile.objects.count() == 5
