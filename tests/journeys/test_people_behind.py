"""Who is behind a number of the map, as far as the viewer may know it."""

from django.test import Client

from candor.apps.customers.models import Customer
from candor.apps.organization.models import Person
from tests.journeys.lending import designed_loan, loan_events
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
    _set_up(world, count=4)
    page = _page(client, world.ada)
    assert "Only 4 of at least 30 episodes" in page
    assert "case-1" not in page
    assert "case-1" in _page(client, world.mona)


def test_an_address_that_names_no_touchpoint_leads_to_the_map(client: Client, world: World) -> None:
    _set_up(world)
    client.force_login(world.mona)
    assert client.get("/journeys/loan/people/").headers["Location"].startswith("/journeys/loan/?")
