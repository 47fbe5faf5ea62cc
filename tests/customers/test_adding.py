"""Customers added in bulk."""

import pytest

from candor.apps.customers.models import Customer, Identifier, Segment
from candor.apps.customers.services import NewCustomer, add_customers

pytestmark = pytest.mark.django_db
ANN = NewCustomer(identifiers=(("crm", "A1"), ("e-mail", "ann@example.com")), name="Ann", segment="New")
BOB = NewCustomer(identifiers=(("crm", "B2"),), name="Bob", segment="New")


def test_customers_come_with_segment_and_all_identifiers() -> None:
    ids = add_customers(items=[ANN, BOB])
    ann = Customer.objects.get(pk=ids["A1"])
    assert (ann.name, str(ann.segment)) == ("Ann", "New")
    assert set(ann.identifiers.values_list("system", "value")) == {
        ("crm", "A1"),
        ("e-mail", "ann@example.com"),
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
