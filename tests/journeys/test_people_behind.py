"""Who is behind a number of the map, as far as the viewer may know it."""

from django.test import Client

from candor.apps.customers.models import Customer
from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person
from candor.apps.organization.services import give_role
from candor.foundation.storage import warehouse
from tests.journeys.lending import NOON, designed_loan, loan_events
from tests.world import World

AT = "/journeys/loan/people/?period=all&at=approve"


def _set_up(world: World, count: int = 40) -> Customer:
    designed_loan()
    customer = Customer.objects.create(name="Ines Quayside", unit=world.quay)
    loan_events(world.quay.pk, count=count, late=0, customer=customer.pk)
    return customer


def _page(client: Client, person: Person, address: str = AT) -> str:
    client.force_login(person)
    return client.get(address).content.decode()


def test_a_manager_sees_the_customers_of_their_own_unit(client: Client, world: World) -> None:
    _set_up(world)
    page = _page(client, world.mona)
    assert "40 episodes came this way" in page
    assert "Ines Quayside" in page
    assert "5.0 days" in page, "the wait since the letter"


def test_a_step_leads_to_those_who_took_it(client: Client, world: World) -> None:
    _set_up(world)
    assert "40 episodes came this way" in _page(client, world.mona, f"{AT}&after=letter")
    assert "No episode that you may see" in _page(client, world.mona, f"{AT}&after=pay")


def test_another_units_manager_sees_nobody(client: Client, world: World) -> None:
    _set_up(world)
    page = _page(client, world.rival)
    assert "No episode that you may see came this way" in page
    assert "case-1" not in page
    assert "Ines" not in page


def test_names_are_for_those_who_may_read_personal_data(client: Client, world: World) -> None:
    _set_up(world)
    page = _page(client, world.ada)
    assert "Ines" not in page
    assert "40 episodes came this way" in page


def test_a_handful_is_shown_only_to_those_who_may_read_personal_data(client: Client, world: World) -> None:
    """Below the least n even numbers of customers would tell of single persons."""
    designed_loan()
    loan_events(world.quay.pk, count=4, late=0)
    page = _page(client, world.ada)
    assert "Only 4 of at least 30 customers" in page, "an episode of nobody known counts as a customer"
    assert "case-1" not in page
    assert "case-1" in _page(client, world.mona)


def test_many_episodes_of_one_customer_are_a_handful(client: Client, world: World) -> None:
    _set_up(world)
    page = _page(client, world.ada)
    assert "Only 1 of at least 30 customers" in page
    assert "case-1" not in page
    assert "case-1" in _page(client, world.hana)


def test_who_is_in_it_is_shown_to_those_who_may_read_it_of_every_unit_shown(
    client: Client, world: World
) -> None:
    """Who analyses everything and manages Mill alone still reads no personal data of Quay."""
    designed_loan()
    loan_events(world.quay.pk, count=4, late=0)
    give_role(person=world.ada, role=Role.MANAGER, unit=world.mill, by=None)
    assert "Only 4 of at least 30 customers" in _page(client, world.ada)
    give_role(person=world.ada, role=Role.MANAGER, unit=world.quay, by=None)
    assert "case-1" not in _page(client, world.ada), "rows without a unit may be anybody’s"
    assert "case-1" in _page(client, world.ada, f"{AT}&unit={world.quay.pk}")


def test_episodes_named_after_a_customer_are_masked_where_that_customer_may_not_be_known(
    client: Client, world: World
) -> None:
    designed_loan()
    rows = [
        {"journey": "loan", "case_id": f"guest{case}@shore.example", "activity": "approve", "unit": world.quay.pk,
         "at": NOON, "source": "test"}
        for case in range(40)
    ]  # fmt: skip
    warehouse().append_events(rows)
    give_role(person=world.ada, role=Role.MANAGER, unit=world.mill, by=None)
    page = _page(client, world.ada)
    assert "40 episodes came this way" in page
    assert "@shore.example" not in page
    assert "guest1@shore.example" in _page(client, world.mona)


def test_an_address_that_names_no_touchpoint_leads_to_the_map(client: Client, world: World) -> None:
    _set_up(world)
    client.force_login(world.mona)
    assert client.get("/journeys/loan/people/").headers["Location"].startswith("/journeys/loan/?")
