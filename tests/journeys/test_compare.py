"""Two picks of one journey side by side: differences are told only where the data tell them."""

from datetime import datetime, timedelta

from django.test import Client

from candor.apps.journeys.changing import change_of
from candor.apps.journeys.counting import Mix
from candor.foundation.storage import warehouse
from tests.journeys.lending import NOON, designed_loan
from tests.world import World


def _events(world: World, *, phone_days: float) -> None:
    """40 episodes by each channel; those by phone take so many days, the others nine, all a little different."""
    rows = [
        {
            "journey": "loan", "case_id": f"{channel}-{case}", "activity": activity, "unit": world.quay.pk, "channel": channel,
            "at": NOON + timedelta(days=days, hours=case if days else 0), "ordinal": days, "source": "test",
        }
        for channel, wait in (("web", 9), ("phone", phone_days))
        for case in range(40)
        for activity, days in (("apply", 0), ("approve", wait))
    ]  # fmt: skip
    warehouse().append_events(rows)


def _page(client: Client, query: str) -> str:
    return client.get(f"/journeys/loan/compare/?period=all&b_period=all&{query}").content.decode()


def test_waits_that_stand_apart_are_told_with_their_difference(client: Client, world: World) -> None:
    designed_loan()
    _events(world, phone_days=20)
    client.force_login(world.clara)
    page = _page(client, "channel=phone&b_channel=web")
    assert "11 days longer" in page
    assert "a difference is no cause" in page
    assert "11 days shorter" in _page(client, "channel=web&b_channel=phone")


def test_the_same_groups_can_not_be_told_apart(client: Client, world: World) -> None:
    designed_loan()
    _events(world, phone_days=9)
    client.force_login(world.clara)
    page = _page(client, "channel=phone&b_channel=web")
    assert "can’t be told apart" in page
    assert "longer" not in page


def test_a_difference_of_less_than_a_second_is_none(client: Client, world: World) -> None:
    designed_loan()
    warehouse().append_events(
        {
            "journey": "loan", "case_id": f"{channel}-{case}", "activity": activity, "unit": world.quay.pk, "channel": channel,
            "at": NOON + timedelta(hours=case, milliseconds=wait), "ordinal": wait, "source": "test",
        }
        for channel, late in (("web", 100), ("phone", 500))
        for case in range(40)
        for activity, wait in (("apply", 0), ("approve", late + case))
    )  # fmt: skip
    client.force_login(world.clara)
    page = _page(client, "channel=phone&b_channel=web")
    assert "the same within a second" in page
    assert "longer" not in page


def test_an_empty_side_says_that_there_is_nothing_to_compare(client: Client, world: World) -> None:
    designed_loan()
    _events(world, phone_days=9)
    client.force_login(world.clara)
    assert "Nothing to compare" in _page(client, "channel=phone&b_channel=pigeon")


def test_units_and_periods_are_compared(client: Client, world: World) -> None:
    designed_loan()
    _events(world, phone_days=20)
    rows = [
        {
            "journey": "loan", "case_id": f"mill-{case}", "activity": activity, "unit": world.mill.pk, "channel": "web",
            "at": NOON - timedelta(days=200 - days, hours=case if days else 0), "ordinal": days, "source": "test",
        }
        for case in range(40)
        for activity, days in (("apply", 0), ("approve", 40))
    ]  # fmt: skip
    warehouse().append_events(rows)
    client.force_login(world.clara)
    units = _page(client, f"channel=web&b_channel=web&unit={world.mill.pk}&b_unit={world.quay.pk}")
    assert "Mill, web, All time: 40 episodes, 80 events" in units
    assert "days longer" in units
    address = "/journeys/loan/compare/?channel=web&b_channel=web&period=2026-05-01..2026-07-31&b_period=2025-11-01..2026-01-31"
    periods = client.get(address).content.decode()
    assert "days shorter" in periods, "those of the summer beside those of the winter"


# -- What changed from month to month ----------------------------------------------------------------------------------


LAST, DAY = datetime(2026, 6, 20), 86_400.0


def _months(now: int, before: int) -> dict[int, Mix]:
    calm = tuple((f"a{number}", "b", 100) for number in range(20))
    return {
        202604: Mix(200, (*calm, ("apply", "phone", before))),
        202605: Mix(200, (*calm, ("apply", "phone", now))),
        202606: Mix(300, (("apply", "phone", 299),)),
    }


def test_a_step_that_more_took_is_told_and_the_calm_ones_are_not(world: World) -> None:
    found = change_of(_months(now=120, before=60), last=LAST, usual=12 * DAY)
    assert found is not None
    assert (found.month, found.earlier, found.looked_at) == (202605, 202604, 21)
    assert [(one.before, one.after, one.comparison.verdict) for one in found.changes] == [
        ("apply", "phone", "higher")
    ]


def test_nothing_is_told_where_nothing_changed(world: World) -> None:
    found = change_of(_months(now=62, before=60), last=LAST, usual=12 * DAY)
    assert found is not None
    assert found.is_enough
    assert found.changes == ()


def test_a_single_month_is_held_against_nothing(world: World) -> None:
    assert change_of({202605: Mix(50, ())}, last=LAST, usual=1.0) is None


def test_a_month_whose_episodes_are_not_over_is_left_out(world: World) -> None:
    """June began episodes that take twelve days and is not over; held against May, everything late would seem rare."""
    found = change_of(_months(now=60, before=60), last=LAST, usual=12 * DAY)
    assert found is not None
    assert found.month == 202605
    assert change_of(_months(now=60, before=60), last=LAST, usual=30 * DAY) is None, (
        "then May is not over either"
    )
