"""Customers from a file: added once, changed by what a later file says, found again by number or address, and taken back."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from candor.apps.customers.models import Customer, Identifier
from candor.apps.customers.services import NewCustomer, add_customers, customers_by_identifier
from candor.apps.feedback.choices import Kind
from candor.apps.feedback.services import NewFeedback, receive
from candor.apps.imports import services
from candor.apps.imports.models import ImportBatch
from tests.builders import NOON
from tests.world import World

pytestmark = pytest.mark.django_db

CONTACTS = """ExternalDataReference,FirstName,LastName,Email,Phone,Language,Time zone,Segment,Branch,Customer since,Unsubscribed
C-1,Ida,Moor,Ida@Example.com,+4917012345,de,Europe/Berlin,Owners,Quay,2024-05-01,
C-2,Ann,Lee,ann@example.com,,,,,,,yes
,Tom,Ray,tom@example.com,,,,,,,no
,No,Name,,,,,,,,
C-4,Zed,Zone,zed@example.com,,,Mars/Olympus,,,,
C-5,Eve,Bad,not an address,,,,,,,
"""


def bring(tmp_path: Path, text: str, **options: Any) -> ImportBatch:
    path = tmp_path / "contacts.csv"
    path.write_text(text)
    batch = services.take_path(
        kind="customers", path=path, by=None, options={"unknown_units": "refuse"} | options
    )
    return services.run_import(batch=services.start(batch=batch, by=None))


def test_the_contacts_of_a_survey_tool_come_in_unedited_and_what_does_not_fit_goes_back(
    world: World, tmp_path: Path
) -> None:
    batch = bring(tmp_path, CONTACTS)
    assert (batch.rows_added, batch.rows_known, batch.rows_bad) == (3, 0, 3)
    ida = Customer.objects.get(identifiers__system="crm", identifiers__value="C-1")
    assert (ida.name, ida.email.lower(), ida.phone, ida.language) == (
        "Ida Moor",
        "ida@example.com",
        "+4917012345",
        "de",
    )
    assert (ida.time_zone, str(ida.segment), ida.unit, ida.since_on) == (
        "Europe/Berlin",
        "Owners",
        world.quay,
        date(2024, 5, 1),
    )
    assert (ida.consented_at, ida.opted_out_at) == (None, None)
    assert Customer.objects.get(name="Ann Lee").opted_out_at is not None
    assert Customer.objects.get(name="Tom Ray").opted_out_at is None
    refused = " ".join(batch.bad_rows.values_list("message", flat=True))
    assert all(words in refused for words in ("Mars/Olympus", "not an address", "nothing says who this is"))


def test_a_later_file_changes_what_it_says_and_leaves_the_rest(world: World, tmp_path: Path) -> None:
    bring(tmp_path, CONTACTS)
    again = bring(tmp_path, "Customer number,Language,Phone,Do not contact\nC-1,fr,,\nC-2,,+44123,no\n")
    assert (again.rows_added, again.rows_known, again.rows_bad) == (0, 2, 0)
    ida, ann = (Customer.objects.get(identifiers__value=value) for value in ("C-1", "C-2"))
    assert (ida.language, ida.phone, ida.name) == ("fr", "+4917012345", "Ida Moor")
    assert ann.phone == "+44123" and ann.opted_out_at is not None, "no file takes an opt-out back"


def test_who_is_known_by_their_address_is_found_and_two_may_share_one(world: World, tmp_path: Path) -> None:
    answered = customers_by_identifier(system="email", values=["ida@example.com"])["ida@example.com"]
    add_customers(items=[NewCustomer(identifiers=(("app", "9"),), email="Tom@example.com")])
    batch = bring(
        tmp_path,
        "Customer number,Email,Name\nC-1,ida@example.com,Ida\nC-9,IDA@example.com,Her husband\n,tom@example.com,Tom\n",
    )
    assert (batch.rows_added, batch.rows_known, batch.rows_bad) == (1, 2, 0)
    assert Customer.objects.get(pk=answered).name == "Ida"
    assert Customer.objects.get(identifiers__system="app").name == "Tom"
    assert Customer.objects.get(identifiers__value="C-9").name == "Her husband"
    assert Identifier.objects.get(system="email", value="ida@example.com").customer_id == answered
    repeated = bring(
        tmp_path, "Customer number,Email,Name\nC-9,ida@example.com,Jon\nC-1,ida@example.com,Ida\n"
    )
    assert (repeated.rows_added, repeated.rows_known, repeated.rows_bad) == (0, 2, 0)
    assert Customer.objects.count() == 3


def test_undo_removes_whom_the_file_brought_unless_something_is_held_of_them_by_now(
    world: World, tmp_path: Path
) -> None:
    batch = bring(tmp_path, "Customer number\n" + "".join(f"C-{n}\n" for n in range(7)))
    spoke = Customer.objects.get(identifiers__value="C-3")
    receive(
        items=[NewFeedback(kind=Kind.MESSAGE, source="mail", key="m", received_at=NOON, customer_id=spoke.pk)]
    )
    services.run_undo(batch=services.undo(batch=batch, by=None))
    assert [row.pk for row in Customer.objects.all()] == [spoke.pk]
    batch.refresh_from_db()
    assert batch.message.startswith("6 customers whom it added are removed. 1 other whom it added stays")


def test_undo_says_of_how_many_known_before_what_it_changed_stays(
    client: Client, world: World, tmp_path: Path
) -> None:
    first = bring(tmp_path, "Customer number,Language\nC-1,de\nC-2,de\n")
    assert first.report == {}
    later = bring(tmp_path, "Customer number,Language\nC-1,fr\nC-3,fr\nC-3,es\n")
    assert (later.rows_added, later.rows_known) == (1, 2)
    client.force_login(world.clara)
    assert (
        "What it changed of customers known before stays."
        in client.get(f"/imports/{later.pk}/").content.decode()
    )
    services.run_undo(batch=services.undo(batch=later, by=None))
    page = client.get(f"/imports/{later.pk}/").content.decode()
    told = "1 customer whom it added is removed. 1 row was of a customer known before: what it said of them stays"
    assert told in page and "Everything this import brought is gone" not in page
    assert sorted(Customer.objects.values_list("language", flat=True)) == ["de", "fr"]


def test_who_may_import_is_led_from_the_customers_to_the_file(client: Client, world: World) -> None:
    address = 'href="/imports/new/customers/"'
    client.force_login(world.clara)
    assert address in client.get("/customers/").content.decode()
    client.force_login(world.theo)
    assert address not in client.get("/customers/").content.decode()
