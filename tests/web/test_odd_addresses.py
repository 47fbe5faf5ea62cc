"""Addresses that somebody typed, or a scanner made up, on either database: an answer, never a crash."""

import pytest
from django.test import Client

from tests.world import World

ADDRESSES = [
    "/?unit=%00&period=%00", "/search/?q=%00", "/customers/?q=a%00b", "/customers/?q=99999999999999999999",
    "/customers/?page=99999999999999999999", "/feedback/?q=%00&issue=%00&unit=%00", "/cases/?q=%00",
    "/complaints/?issue=%00&product=%00", "/insights/themes/?q=%00", "/organization/people/?q=%00",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_value_that_no_database_holds_is_answered(world: World, client: Client, address: str) -> None:
    client.force_login(world.clara)
    assert client.get(address).status_code in {200, 302, 400, 403, 404}
