"""How much anybody may send: little, until a view has let them in."""

import io
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory

from candor.apps.imports.models import ImportBatch
from candor.foundation.storage import folder
from candor.foundation.uploads import SmallUploadHandler
from tests.world import World

CSV = b"Complaint ID,Date received\n1,2026-01-31\n"
ANYWHERE = ["/", "/healthz", "/accounts/login/", "/feedback/handle/", "/insights/find/"]


class Unread(io.BytesIO):
    """A body that must not be read."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("The body was read")


def _file(size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("x.csv", CSV + b"x" * size)


def _announce(client: Client, url: str, length: int, **headers: Any) -> Any:
    """Post a body that says it is so long and can't be read."""
    return client.generic(
        "POST", url, content_type="multipart/form-data; boundary=b",
        **{"wsgi.input": Unread(), "CONTENT_LENGTH": str(length)}, **headers,
    )  # fmt: skip


@pytest.mark.parametrize("url", ANYWHERE)
def test_nobody_sends_more_than_a_form_and_it_is_not_even_read(
    client: Client, world: World, url: str
) -> None:
    client.cookies["csrftoken"] = "a" * 32
    response = _announce(client, url, 2 * 1024**3)
    assert response.status_code == 413
    assert "larger than the 5 MB" in response.content.decode()


def test_a_machine_gets_it_as_problem_details(client: Client, world: World) -> None:
    problem = _announce(client, "/accounts/login/", 2 * 1024**3, HTTP_ACCEPT="application/json").json()
    assert (problem["status"], problem["code"]) == (413, "too-large")


@pytest.mark.parametrize("name", ["", "olga", "mona"])
def test_an_import_reads_nothing_from_who_may_not_import(client: Client, world: World, name: str) -> None:
    if name:
        client.force_login(getattr(world, name))
    response = _announce(client, "/imports/new/complaints/", 1024)
    assert response.status_code == (403 if name else 302)


def test_who_may_import_sends_a_large_file(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/there/is/no/such/folder")
    client.force_login(world.clara)
    response = client.post("/imports/new/complaints/", {"file": _file(6 * 1024**2)})
    assert response.status_code == 302
    assert ImportBatch.objects.get().size_bytes == len(CSV) + 6 * 1024**2
    assert list(folder("uploads").iterdir()) == []


def test_an_import_needs_its_own_form(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.clara)
    assert client.post("/imports/new/complaints/", {"file": _file(0)}).status_code == 403
    client.get("/imports/new/complaints/")
    token = client.cookies["csrftoken"].value
    sent = {"csrfmiddlewaretoken": token, "file": _file(0)}
    assert client.post("/imports/new/complaints/", sent).status_code == 302


@pytest.mark.parametrize("beyond", [1, 2 * 1024**2])
def test_beyond_the_limit_the_answer_is_in_words(
    client: Client, world: World, settings: LazySettings, beyond: int
) -> None:
    """Both what the request announces and what its files turn out to be."""
    settings.CANDOR_UPLOAD_MOST_BYTES = 1024**2
    client.force_login(world.clara)
    response = client.post("/imports/new/complaints/", {"file": _file(1024**2 + beyond)})
    assert response.status_code == 413
    assert "larger than the 1 MB" in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_many_files_together_stay_within_the_limit(
    client: Client, world: World, settings: LazySettings
) -> None:
    settings.CANDOR_UPLOAD_MOST_BYTES = 1024**2
    client.force_login(world.clara)
    sent = {"file": _file(600_000), "other": _file(600_000)}
    assert client.post("/imports/new/complaints/", sent).status_code == 413


def test_what_is_kept_in_memory_is_counted_whatever_is_announced(
    rf: RequestFactory, settings: LazySettings
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    request: HttpRequest = rf.post("/", {"one": _file(80_000), "two": _file(80_000)})
    request.upload_handlers = [SmallUploadHandler(request)]
    with pytest.raises(RequestDataTooBig):
        request.FILES  # noqa: B018  reading it parses the request
