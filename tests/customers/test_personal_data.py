"""Names, addresses and identifiers of customers, and who never meets them."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.test import Client

from candor.apps.cases.services import open_case
from candor.apps.customers.models import Customer
from candor.apps.customers.services import NewCustomer, add_customers, merge_customers
from candor.apps.organization.choices import Role
from candor.apps.organization.services import give_role
from tests.builders import a_feedback
from tests.world import World

PERSONAL = ("Jane", "Roe", "jane.roe@example.com", "555-0187", "CRM-4711")
MAY = ["clara", "mona", "hana"]
MAY_NOT = ["ada", "eve", "theo"]


@pytest.fixture
def jane(world: World) -> Customer:
    """A customer of the team Red, which everybody of these roles may read."""
    item = NewCustomer(
        identifiers=(("crm", "CRM-4711"),), name="Jane Roe", email="jane.roe@example.com", phone="555-0187",
        unit_id=world.red.pk,
    )  # fmt: skip
    return Customer.objects.get(pk=add_customers(items=[item])["CRM-4711"])


@pytest.fixture
def pages(world: World, jane: Customer) -> list[str]:
    """Every page that speaks of the customer."""
    row = a_feedback(nps=1, unit_id=world.red.pk, customer_id=jane.pk, comment="Slow.")
    case = open_case(
        feedback=row, title="Slow", owner=world.mona, due_at=datetime(2026, 9, 1, tzinfo=UTC), by=None
    )
    return [
        "/customers/", f"/customers/?q={jane.pk}", f"/customers/{jane.pk}/", f"/feedback/{row.pk}/?period=all", "/cases/",
        f"/cases/{case.pk}/", f"/cases/for-customer/{jane.pk}/panel/", f"/complaints/for-customer/{jane.pk}/panel/",
    ]  # fmt: skip


def _told(client: Client, url: str) -> set[str]:
    """The personal words on a page, what the page echoes of the search left out."""
    response = client.get(url)
    assert response.status_code == 200, url
    text = re.sub(r"<header.*?</form>|<input[^>]*>", "", response.content.decode())
    return {word for word in PERSONAL if word in text}


@pytest.mark.parametrize("name", MAY_NOT)
def test_who_may_not_read_personal_data_sees_the_number_only(
    client: Client, world: World, jane: Customer, pages: list[str], name: str
) -> None:
    client.force_login(getattr(world, name))
    assert {url: told for url in pages if (told := _told(client, url))} == {}
    for url in pages[:6]:
        assert f"Customer {jane.pk}" in client.get(url).content.decode(), url


@pytest.mark.parametrize("name", MAY)
def test_who_may_read_personal_data_sees_who_it_is(
    client: Client, world: World, jane: Customer, pages: list[str], name: str
) -> None:
    client.force_login(getattr(world, name))
    assert _told(client, f"/customers/{jane.pk}/") == set(PERSONAL)
    for url in pages[:6]:
        assert "Jane Roe" in client.get(url).content.decode(), url


@pytest.mark.parametrize("text", ["Jane", "an", "jane.roe@example.com", "CRM-4711"])
def test_search_finds_a_person_only_for_who_may_know_them(
    client: Client, world: World, jane: Customer, text: str
) -> None:
    address = f'href="/customers/{jane.pk}/'
    for name in MAY:
        client.force_login(getattr(world, name))
        assert address in client.get(f"/customers/?q={quote(text)}").content.decode(), name
    for name in MAY_NOT:
        client.force_login(getattr(world, name))
        assert address not in client.get(f"/customers/?q={quote(text)}").content.decode(), name


def test_without_names_the_order_does_not_tell_the_alphabet(client: Client, world: World) -> None:
    for name in ("Zoe", "Ann", "Mia"):
        Customer.objects.create(name=name, unit=world.quay)
    numbers = {}
    for person in (world.eve, world.clara):
        client.force_login(person)
        text = client.get("/customers/").content.decode()
        numbers[person.name] = [int(pk) for pk in re.findall(r'href="/customers/(\d+)/', text)]
    assert numbers["Eve"] == sorted(numbers["Eve"])
    assert numbers["Clara"] != numbers["Eve"]


def test_a_customer_without_a_unit_is_named_only_to_who_may_for_the_whole_company(
    client: Client, world: World, jane: Customer
) -> None:
    """Ada reads everything and may read personal data at Mill."""
    Customer.objects.update(unit=None)
    give_role(person=world.ada, role=Role.MANAGER, unit=world.mill, by=None)
    client.force_login(world.ada)
    assert _told(client, f"/customers/{jane.pk}/") == set()
    client.force_login(world.clara)
    assert _told(client, f"/customers/{jane.pk}/") == set(PERSONAL)


def test_records_of_other_units_stay_hidden_after_a_merge(
    client: Client, world: World, jane: Customer
) -> None:
    item = NewCustomer(identifiers=(("till", "TILL-9"),), name="J. Roe", unit_id=world.mill.pk)
    other = Customer.objects.get(pk=add_customers(items=[item])["TILL-9"])
    merge_customers(keep=jane, duplicate=other, by=world.clara)
    client.force_login(world.mona)
    text = client.get(f"/customers/{jane.pk}/").content.decode()
    assert "Jane Roe" in text
    assert not [word for word in ("TILL-9", "J. Roe", f"Customer {other.pk}") if word in text]
    client.force_login(world.clara)
    text = client.get(f"/customers/{jane.pk}/").content.decode()
    assert "TILL-9" in text
    assert "J. Roe" in text
