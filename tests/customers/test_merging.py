"""Two records of one person: who may say so, and who may take it back."""

import pytest
from django.http import HttpResponse
from django.test import Client

from candor.apps.customers.models import Customer
from candor.apps.customers.services import (
    NewCustomer,
    add_customers,
    customer_of_address,
    merge_customers,
    undo_merge,
)
from candor.apps.feedback.models import Feedback
from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import give_role
from tests.api.asking import a_system
from tests.world import World


@pytest.fixture
def pair(world: World) -> tuple[Customer, Customer]:
    """Two records at Quay."""
    one, two = (Customer.objects.create(name=name, unit=world.quay) for name in ("Ann", "Anne"))
    return one, two


@pytest.fixture
def mixed(world: World) -> Person:
    """Theo, who works in Quay without handling its feedback, and manages Mill as well."""
    give_role(person=world.theo, role=Role.FRONTLINE, unit=world.quay, by=None)
    give_role(person=world.theo, role=Role.MANAGER, unit=world.mill, by=None)
    return world.theo


def _merge(client: Client, keep: Customer, duplicate: Customer) -> HttpResponse:
    return client.post(f"/customers/{keep.pk}/merge/", {"duplicate": duplicate.pk})


def _is_merged(customer: Customer) -> bool:
    customer.refresh_from_db()
    return customer.merged_into_id is not None


def test_who_handles_a_units_feedback_merges_and_parts_its_customers(
    client: Client, world: World, pair: tuple[Customer, Customer]
) -> None:
    client.force_login(world.mona)
    assert _merge(client, *pair).status_code == 302
    assert _is_merged(pair[1])
    assert client.post(f"/customers/{pair[1].pk}/part/").status_code == 302
    assert not _is_merged(pair[1])


def test_handling_another_units_feedback_is_not_enough_to_merge(
    client: Client, mixed: Person, pair: tuple[Customer, Customer]
) -> None:
    client.force_login(mixed)
    assert client.get(f"/customers/{pair[0].pk}/").status_code == 200
    assert _merge(client, *pair).status_code == 404
    assert not _is_merged(pair[1])


@pytest.mark.parametrize("kept_is_ours", [True, False])
def test_merging_takes_the_right_for_both_units(
    client: Client, world: World, mixed: Person, pair: tuple[Customer, Customer], kept_is_ours: bool
) -> None:
    ours = Customer.objects.create(name="Ann", unit=world.mill)
    keep, duplicate = (ours, pair[0]) if kept_is_ours else (pair[0], ours)
    client.force_login(mixed)
    assert _merge(client, keep, duplicate).status_code == 404
    assert not _is_merged(duplicate)


@pytest.mark.parametrize("kept_is_ours", [True, False])
def test_parting_takes_the_right_for_both_units(
    client: Client, world: World, mixed: Person, pair: tuple[Customer, Customer], kept_is_ours: bool
) -> None:
    ours = Customer.objects.create(name="Ann", unit=world.mill)
    keep, duplicate = (ours, pair[0]) if kept_is_ours else (pair[0], ours)
    merge_customers(keep=keep, duplicate=duplicate, by=world.clara)
    client.force_login(mixed)
    assert client.post(f"/customers/{duplicate.pk}/part/").status_code == 404
    assert _is_merged(duplicate)


@pytest.mark.parametrize("unit_name", ["quay", None])
def test_customers_without_a_unit_are_merged_only_by_a_role_for_the_whole_company(
    client: Client, world: World, pair: tuple[Customer, Customer], unit_name: str | None
) -> None:
    """Ada reads everything and manages Mill; neither gives her the customers that are nobody's."""
    give_role(person=world.ada, role=Role.MANAGER, unit=world.mill, by=None)
    unit: Unit | None = getattr(world, unit_name) if unit_name else None
    Customer.objects.update(unit=unit)
    client.force_login(world.ada)
    assert _merge(client, *pair).status_code == 404
    assert b"The same person twice?" not in client.get(f"/customers/{pair[0].pk}/").content
    client.force_login(world.clara)
    assert b"The same person twice?" in client.get(f"/customers/{pair[0].pk}/").content
    assert _merge(client, *pair).status_code == 302


def test_the_other_record_is_found_by_what_another_system_calls_it_or_nothing_is_changed(
    client: Client, world: World
) -> None:
    ids = add_customers(items=[
        NewCustomer(identifiers=(("crm", "C-1"),), name="Ina", unit_id=world.quay.pk),
        NewCustomer(identifiers=(("crm", "C-2"),), name="Ina L.", email="ina@work.example", unit_id=world.quay.pk),
    ])  # fmt: skip
    kept, double = ids["C-1"], ids["C-2"]
    client.force_login(world.clara)
    for nobody, words in (
        ("C-9", "Nobody else is found"),
        ("C-1", "Nobody else is found"),
        ("", "Nobody else is found"),
    ):
        page = client.post(f"/customers/{kept}/merge/", {"duplicate": nobody}, follow=True)
        assert words in page.content.decode()
    assert not Customer.objects.exclude(merged_into=None).exists()
    for name in ("C-2", "ina@work.example"):
        client.post(f"/customers/{kept}/merge/", {"duplicate": name})
        assert Customer.objects.get(pk=double).merged_into_id == kept
        assert client.post(f"/customers/{double}/part/").url == f"/customers/{kept}/"


def test_what_comes_under_a_merged_name_stands_on_one_timeline_and_goes_back_when_parted(
    client: Client, world: World
) -> None:
    ann, anne = (
        add_customers(items=[NewCustomer(identifiers=(("crm", key),), name=key, unit_id=world.quay.pk)])[key]
        for key in ("ann", "anne")
    )
    kept, double = Customer.objects.get(pk=ann), Customer.objects.get(pk=anne)
    merge_customers(keep=kept, duplicate=double, by=world.clara)
    key = a_system(world)
    said = {"comment": "It leaks.", "product": "Roof", "issue": "Leak", "unit": "quay"}
    for number, name in enumerate(("ann", "anne", "anne")):
        body = said | {"key": f"k{number}", "customer": {"system": "crm", "value": name}}
        assert key.post("complaints", body).status_code == 201
    client.force_login(world.clara)
    page = client.get(f"/customers/{ann}/")
    assert len([one for one in page.context["page"].entries if "It leaks" in one.text]) == 3
    repeats = client.get("/complaints/?period=all").context["repeated_customers"]
    assert [(group.n, customer.pk) for group, customer in repeats] == [(3, ann)]
    client.post(f"/customers/{anne}/part/")
    owners = [Feedback.objects.get(key=f"crm:k{number}").customer_id for number in range(3)]
    assert owners == [ann, anne, anne]
    after = client.get(f"/customers/{ann}/").context["page"].entries
    assert len([one for one in after if "It leaks" in one.text]) == 1


def test_parting_gives_back_the_records_that_came_along(world: World) -> None:
    one, two, three = (Customer.objects.create(name=name, unit=world.quay) for name in "abc")
    merge_customers(keep=two, duplicate=three, by=world.clara)
    merge_customers(keep=one, duplicate=two, by=world.clara)
    three.refresh_from_db()
    assert three.merged_into == one
    two.refresh_from_db()
    undo_merge(duplicate=two, by=world.clara)
    two.refresh_from_db()
    three.refresh_from_db()
    assert (two.merged_into, three.merged_into) == (None, two)


def test_a_mail_from_either_address_is_of_the_one_person_and_of_its_own_record(world: World) -> None:
    kept = Customer.objects.create(name="Ann", email="ann@home.example", unit=world.quay)
    double = Customer.objects.create(name="Ann", email="ann@work.example", unit=world.quay)
    merge_customers(keep=kept, duplicate=double, by=world.clara)
    assert customer_of_address(address="Ann@work.example") == double.pk
    assert customer_of_address(address="ann@home.example") == kept.pk
    Customer.objects.filter(pk=double.pk).update(email="ann@home.example")
    assert customer_of_address(address="ann@home.example") == kept.pk
