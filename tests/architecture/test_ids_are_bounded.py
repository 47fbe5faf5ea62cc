"""Numbers of records beyond what a database holds lead nowhere, and break nothing."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter

from candor.apps.customers.models import Customer
from candor.apps.customers.services import NewCustomer, add_customers
from candor.foundation.addresses import IdConverter, record_id, record_ids
from tests.world import World

BEYOND = ["9" * 19, "9" * 30, "9" * 5_000]


def _patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry


def _with_ids() -> list[str]:
    return [
        route
        for route, entry in _patterns(get_resolver())
        if any(isinstance(one, IdConverter) for one in entry.pattern.converters.values())
    ]


def test_no_address_takes_a_number_without_an_end() -> None:
    endless = [
        route
        for route, entry in _patterns(get_resolver())
        if any(isinstance(one, IntConverter) for one in entry.pattern.converters.values())
    ]
    assert endless == []
    assert len(_with_ids()) > 30


@pytest.mark.parametrize("number", BEYOND)
def test_an_address_beyond_any_record_is_missing(client: Client, world: World, number: str) -> None:
    client.force_login(world.clara)
    client.raise_request_exception = False
    wrong = {}
    for route in _with_ids():
        url = route.replace("<id:pk>", number).replace("<id:feedback_pk>", number)
        for ask in (client.get, client.post):
            if (status := ask(url).status_code) != 404:
                wrong[url[:60]] = status
    assert wrong == {}


@pytest.mark.parametrize("number", BEYOND)
def test_lists_and_forms_leave_out_what_is_no_record(client: Client, world: World, number: str) -> None:
    client.force_login(world.clara)
    client.raise_request_exception = False
    statuses = [
        client.post("/feedback/handle/", {"picked": [number, "1"]}).status_code,
        client.post(f"/feedback/unhandle/?ids={number},1").status_code,
        client.get(f"/customers/?q={number}").status_code,
        client.get(f"/complaints/list/?customer={number}").status_code,
    ]
    assert statuses == [302, 302, 200, 200]
    add_customers(items=[NewCustomer(identifiers=(("crm", "1"),), name="Ina")])
    kept = Customer.objects.get().pk
    assert client.post(f"/customers/{kept}/merge/", {"duplicate": number}).status_code == 302
    assert not Customer.objects.exclude(merged_into=None).exists()
    assert client.get(f"/feedback/?unit={number}").status_code == 404


def test_only_a_number_within_64_bits_is_one() -> None:
    assert [record_id(text) for text in ("7", "007", "9" * 18)] == [7, 7, 10**18 - 1]
    assert [record_id(text) for text in ("", "-1", "1.0", " 1", "١", "9" * 19)] == [None] * 6
    assert record_ids(["1", "x", "9" * 40, "2"]) == [1, 2]
    assert record_ids(["1", "2", "3"], most=2) == [1, 2]
