"""Who was erased stays away: no file of any kind and no system brings them back, also under another id of what they said."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from candor.apps.complaints.households import Who
from candor.apps.complaints.models import Complaint
from candor.apps.complaints.opening import open_complaint
from candor.apps.complaints.services import NewComplaint
from candor.apps.customers.erased import erased_among, let_back
from candor.apps.customers.models import Customer, Identifier
from candor.apps.customers.services import customer_of_address, erase_customer
from candor.apps.events.fan_out import take_in
from candor.apps.feedback.models import Feedback
from candor.apps.imports import services
from candor.apps.imports.kinds import ERASED, all_kinds
from candor.apps.imports.models import ImportBatch
from candor.cli.main import main
from candor.foundation.storage import warehouse
from tests.api.asking import a_system
from tests.builders import NOON
from tests.complaints.test_imports import ZENDESK
from tests.surveys.exports import as_csv
from tests.world import World


@dataclass(frozen=True)
class File:
    """A file of a kind of import: `line` gives the row of a customer under an id, `whole` the file of some rows."""

    kind: str
    line: Callable[[str, str], Any]
    whole: Callable[[list[Any]], str]
    options: dict[str, str]


def table(*head: str, kind: str, **options: str) -> Callable[[Callable[[str, str], list[str]]], File]:
    return lambda line: File(kind, line, lambda rows: as_csv([head, *rows]), options)


def _ticket(key: str, who: str) -> dict[str, Any]:
    requester = {"id": who, "name": who, "email": f"{who}@x.example", "phone": None}
    return ZENDESK | {"id": key, "requester_id": who, "requester": requester}


FILES = {
    "customers": table("Customer number", "E-mail", "Name", kind="customers")(
        lambda key, who: [who, f"{who}@x.example", who]
    ),
    "complaints": table("Complaint ID", "Date received", "Issue", "Customer ID", "Email", kind="complaints")(
        lambda key, who: [key, "2026-06-01", "Fees", who, f"{who}@x.example"]
    ),
    "complaints by mail": table("Complaint ID", "Date received", "Issue", "Email", kind="complaints")(
        lambda key, who: [key, "2026-06-01", "Fees", f"{who}@x.example"]
    ),
    "tickets": File("complaints", _ticket, json.dumps, {"which_tickets": "all"}),
    "survey": table("Response ID", "Date", "NPS", "Customer ID", kind="surveys")(lambda key, who: [key, "2026-06-01", "9", who]),
    "survey without ids": table("Date", "NPS", "Customer", kind="surveys")(
        lambda key, who: ["2026-06-01", "9", f"{who}@x.example"]
    ),
    "one answer a row": table("submission_id", "collected_at", "question", "response", "customer", kind="surveys")(
        lambda key, who: [key, "2026-06-01T10:00:00Z", "q1", "4", who]
    ),
    "other tool": File(
        "surveys",
        lambda key, who: {"id": key, "person": f"p-{who}", "survey_type": "nps", "score": 9, "comment": "", "permalink": "", "created_at": 1_780_000_000,
                          "updated_at": 1_780_000_000, "person_properties": None, "notes": [], "tags": [], "additional_answers": []},
        json.dumps, {},
    ),
    "reviews": table("Review ID", "Date", "Stars", "Review", "Site", "Customer ID", kind="reviews")(
        lambda key, who: [key, "2026-06-01", "2", "Slow.", "Google", who]
    ),
    "social": table("Post ID", "Published at", "Network", "Username", "User ID", "Post text", kind="social")(
        lambda key, who: [key, "2026-06-01T10:00:00Z", "Chirp", f"@{who}", who, "Slow."]
    ),
}  # fmt: skip


def _bring(path: Path, file: File, *lines: tuple[str, str]) -> ImportBatch:
    path.write_text(file.whole([file.line(*line) for line in lines]))
    batch = services.take_path(kind=file.kind, path=path, by=None, options=file.options)
    batch = services.run_import(batch=services.start(batch=batch, by=None))
    assert batch.rows_bad == 0, list(batch.bad_rows.values_list("message", flat=True))
    return batch


def test_every_kind_of_import_that_makes_customers_is_tried_here() -> None:
    assert {file.kind for file in FILES.values()} | {"events"} == {kind.key for kind in all_kinds()}


def test_the_page_of_an_import_says_how_many_rows_were_of_erased_customers(
    client: Client, world: World, tmp_path: Path
) -> None:
    file = FILES["tickets"]
    _bring(tmp_path / "x", file, ("j", "jane"))
    erase_customer(customer=Customer.objects.get(), by=world.clara)
    batch = _bring(tmp_path / "x", file, ("j", "jane"))
    client.force_login(world.clara)
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "1 row is of a customer who was erased" in page
    assert "of another sort than complaints" not in page


@pytest.mark.parametrize("name", FILES)
def test_an_erased_customer_is_brought_back_by_no_file(world: World, tmp_path: Path, name: str) -> None:
    file, path = FILES[name], tmp_path / "file.txt"
    first = _bring(path, file, ("t", "tim"), ("j", "jane"))
    assert (first.rows_added, Customer.objects.count()) == (2, 2)
    jane = Customer.objects.exclude(identifiers__value__icontains="tim").get()
    erase_customer(customer=jane, by=world.clara)
    again = _bring(path, file, ("t", "tim"), ("j", "jane"))
    assert (again.rows_added, again.rows_known, again.report[ERASED]["n"]) == (0, 1, 1)
    later = _bring(path, file, ("j", "jane"), ("j2", "jane"), ("t", "tim"), ("t2", "tim"))
    assert later.report[ERASED]["n"] == 2
    assert Feedback.objects.count() == Feedback.objects.filter(customer__isnull=False).count()
    assert not Identifier.objects.filter(value__icontains="jane").exists()
    assert Customer.objects.count() == 1


def test_no_system_brings_them_back_over_the_api(world: World) -> None:
    crm, jane = a_system(world, source="crm"), {"system": "crm", "value": "jane"}
    number = crm.post("customers", jane | {"email": "jane@x.example"}).json()["id"]
    said = {"key": "c1", "comment": "Late.", "customer": jane}
    crm.post("complaints", said)
    erase_customer(customer=Customer.objects.get(pk=number), by=world.clara)
    for address, body in (
        ("customers", jane),
        ("customers", {"system": "shop", "value": "9", "also": [jane]}),
        ("complaints", said),
        ("complaints", {"key": "c1", "comment": "Late."}),
        ("feedback", {"key": "f", "comment": "Hm.", "customer": jane}),
        ("conversations", {"key": "m", "text": "Hm.", "customer": jane}),
    ):
        refused = crm.post(address, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "erased-before"), address
    assert not Customer.objects.exists() and not Feedback.objects.exists()


def test_events_of_an_erased_customer_are_left_out_of_the_log(world: World) -> None:
    crm = a_system(world, source="app")

    def send(day: int, *users: str) -> None:
        batch = [{"type": "track", "event": "Paid", "userId": user, "messageId": f"{user}-{day}"} for user in users]  # fmt: skip
        batch.append({"type": "identify", "userId": users[0], "traits": {"name": "Jane Roe"}})
        assert crm.client.post("/v1/batch", {"batch": batch}, content_type="application/json", headers=crm._headers({})).status_code == 200  # fmt: skip
        take_in(most_seconds=60)

    send(1, "jane", "tim")
    erase_customer(customer=Customer.objects.get(identifiers__value="jane"), by=world.clara)
    send(2, "jane", "tim")
    assert list(Identifier.objects.values_list("value", flat=True)) == ["tim"]
    log = warehouse().engine.rows("SELECT customer FROM events")
    assert [row[0] for row in log].count(Customer.objects.get().pk) == 2


def test_who_turns_to_us_again_is_known_again_and_so_is_whom_somebody_lets_back(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    pk = customer_of_address(address="jane@x.example")
    Identifier.objects.create(customer_id=pk, system="crm", value="jane")
    erase_customer(customer=Customer.objects.get(pk=pk), by=world.clara)
    what = NewComplaint(key="", received_on=NOON.date(), who=Who(name="Jane", email="Jane@X.example"))
    open_complaint(what=what, by=world.hana)
    assert Complaint.objects.get().feedback.customer.email == "jane@x.example"
    assert let_back([("email", "jane@x.example")]) == 0, "she came by herself"
    crm = a_system(world, source="crm")
    assert crm.post("customers", {"system": "crm", "value": "jane"}).status_code == 409
    connection.check_constraints()  # the command looks after indexes, which PostgreSQL does only with no checks pending
    assert main(["customer", "let-back", "crm:jane"]) == 0
    assert crm.post("customers", {"system": "crm", "value": "jane"}).status_code == 201
    assert main(["customer", "let-back", "crm:jane"]) != 0


def test_an_address_that_two_customers_share_stays_known_for_the_other(world: World) -> None:
    jane, tom = (
        Customer.objects.create(name=name, email=mail)
        for name, mail in (("Jane", "home@x.example"), ("Tom", "Home@x.example"))
    )
    erase_customer(customer=jane, by=world.clara)
    assert customer_of_address(address="home@x.example") == tom.pk
    assert erased_among([("email", "home@x.example")]) == set()
