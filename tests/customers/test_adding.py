"""Customers added in bulk, and by their address."""

from importlib import import_module

import pytest
from django.apps import apps

from candor.apps.customers.models import Customer, Identifier, Segment
from candor.apps.customers.services import EMAIL, NewCustomer, add_customers, customer_of_address

pytestmark = pytest.mark.django_db
ANN = NewCustomer(identifiers=(("crm", "A1"), (EMAIL, "ann@example.com")), name="Ann", segment="New")
BOB = NewCustomer(identifiers=(("crm", "B2"),), name="Bob", segment="New")


def test_customers_come_with_segment_and_all_identifiers() -> None:
    ids = add_customers(items=[ANN, BOB])
    ann = Customer.objects.get(pk=ids["A1"])
    assert (ann.name, str(ann.segment)) == ("Ann", "New")
    assert set(ann.identifiers.values_list("system", "value")) == {
        ("crm", "A1"),
        (EMAIL, "ann@example.com"),
    }
    assert Segment.objects.count() == 1


def test_adding_again_adds_nobody_and_changes_nobody() -> None:
    first = add_customers(items=[ANN])
    Customer.objects.update(name="Ann Marie")
    again = add_customers(items=[ANN, BOB])
    assert again["A1"] == first["A1"]
    assert Customer.objects.get(pk=first["A1"]).name == "Ann Marie"
    assert (Customer.objects.count(), Identifier.objects.count()) == (2, 3)


def test_nobody_to_add_is_fine() -> None:
    assert add_customers(items=[]) == {}


def test_an_address_is_one_identifier_whatever_complaints_called_it_before() -> None:
    """Where two records bear it, each keeps it, and whether they are one person is left to people."""
    ann, bob, other = (Customer.objects.create(name=name) for name in ("Ann", "Bob", "Bob"))
    long = f"{'x' * 180}@example.com"
    Identifier.objects.create(customer=ann, system="e-mail", value="Ann@example.com")
    Identifier.objects.create(customer=bob, system="e-mail", value="bob@example.com")
    Identifier.objects.create(customer=other, system="email", value="bob@example.com")
    migration = import_module("candor.apps.customers.migrations.0003_one_word_for_addresses")
    migration.call_addresses_by_one_word(apps, None)
    assert set(Identifier.objects.values_list("customer", "system", "value")) == {
        (ann.pk, EMAIL, "ann@example.com"),
        (other.pk, EMAIL, "bob@example.com"),
    }
    bob.refresh_from_db()
    assert (bob.name, bob.email) == ("Bob", "bob@example.com")
    assert customer_of_address(address="ANN@example.com") == ann.pk
    assert customer_of_address(address=long) == customer_of_address(address=long)
