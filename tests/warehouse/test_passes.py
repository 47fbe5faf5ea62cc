"""Passes of touchpoints, and the episodes behind them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from candor.analytics import median_ranks, share_of_total
from candor.warehouse import Warehouse
from candor.warehouse.queries import EventFilter, Passes, channels_of_cases, episodes_behind, passes
from tests.warehouse.planted import START

DAY = 86_400.0


def event(case: str, activity: str, days: float, **columns: Any) -> dict[str, Any]:
    return {
        "journey": "loan", "case_id": case, "activity": activity, "at": START + timedelta(days=days), "ordinal": 0,
    } | columns  # fmt: skip


PLANTED = [
    event("1", "apply", 0, customer=7, channel="web"),
    event("1", "news", 3, customer=7),
    event("1", "decide", 4, customer=7),
    event("1", "decide", 6, customer=7),
    event("2", "apply", 0, customer=8, channel="phone"),
    event("2", "decide", 1, customer=8),
    event("3", "apply", 5, channel="web"),
    event("4", "decide", 2, unit=9),
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "warehouse")
    made.append_events(PLANTED)
    return made


def _of(warehouse: Warehouse, activity: str, **asked: Any) -> Passes:
    asked = {"where": EventFilter(), "promised": {}} | asked
    found = passes(warehouse, journey="loan", **asked)
    return next(one for one in found.activities if one.activity == activity)


def test_a_case_passes_once_however_often_it_comes_back(warehouse: Warehouse) -> None:
    decide = _of(warehouse, "decide")
    assert (decide.cases, decide.events, decide.waited) == (3, 4, 2)
    assert decide.median_wait == DAY, "from the news to the decision, and from the application to it"


def test_events_that_are_no_touchpoint_do_not_stop_the_clock(warehouse: Warehouse) -> None:
    decide = _of(warehouse, "decide", among=["apply", "decide"])
    assert decide.median_wait == 2.5 * DAY, "four days and one"
    assert (decide.median_place, decide.median_elapsed) == (2, DAY)


def test_the_interval_stands_at_the_places_that_are_asked_for(warehouse: Warehouse) -> None:
    decide = _of(warehouse, "decide", among=["apply", "decide"], places=lambda n: (1, n) if n == 2 else None)
    assert (decide.low_wait, decide.high_wait) == (DAY, 4 * DAY)
    assert _of(warehouse, "decide", places=median_ranks).low_wait is None, "two waits have no interval"


@pytest.mark.parametrize(
    ("clock", "days", "expected"),
    [
        ("", 1, (2, 2)),
        ("", 0.5, (2, 0)),
        ("apply", 1, (2, 1)),
        ("apply", 4, (2, 2)),
        ("never seen", 9, (0, 0)),
    ],
)
def test_a_promise_is_held_against_the_clock_that_it_names(
    warehouse: Warehouse, clock: str, days: float, expected: tuple[int, int]
) -> None:
    decide = _of(warehouse, "decide", promised={"decide": (clock, days * DAY)})
    assert (decide.promised, decide.kept) == expected


def test_the_time_that_passes_behind_the_touchpoints_adds_up_to_all_of_it(warehouse: Warehouse) -> None:
    found = passes(warehouse, journey="loan", where=EventFilter(), promised={})
    assert sum(one.spent for one in found.activities) == found.days == 7
    assert found.squares == 6**2 + 1
    apply = next(one for one in found.activities if one.activity == "apply")
    assert (apply.spent, apply.spent_squares, apply.products) == (3 + 1, 9 + 1, 3 * 6 + 1)
    share = share_of_total(
        n=found.cases, part=apply.spent, part_squares=apply.spent_squares, products=apply.products,
        total=found.days, total_squares=found.squares,
    )  # fmt: skip
    assert share.value == pytest.approx(4 / 7)


def test_where_nothing_new_happens_any_more_is_told_whatever_comes_back(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "stops")
    ways = {"1": "apply news decide news", "2": "apply decide apply decide", "3": "apply", "4": "news apply"}
    warehouse.append_events(
        {"journey": "loan", "case_id": case, "activity": activity, "at": START, "ordinal": place}
        for case, way in ways.items()
        for place, activity in enumerate(way.split())
    )

    def stops(**asked: Any) -> dict[str, int]:
        found = passes(warehouse, journey="loan", promised={}, **asked)
        return {one.activity: one.last_new for one in found.activities}

    assert stops() == {"apply": 2, "decide": 2, "news": 0}
    assert stops(among=["apply", "news"]) == {"apply": 3, "news": 1}, "of touchpoints alone"


def test_the_people_behind_a_touchpoint_and_behind_a_step(warehouse: Warehouse) -> None:
    at = episodes_behind(warehouse, journey="loan", where=EventFilter(), activity="decide")
    assert (at.episodes, at.customers, at.unknown, at.people) == (3, 2, 1, 3)
    assert [(one.case_id, one.wait) for one in at.newest] == [("1", DAY), ("4", None), ("2", DAY)]
    step = episodes_behind(
        warehouse, journey="loan", where=EventFilter(), activity="decide", after="apply", limit=1
    )
    assert [one.case_id for one in step.newest] == ["2"]


def test_a_filter_chooses_whole_cases(warehouse: Warehouse) -> None:
    decide = _of(warehouse, "decide", where=EventFilter(channels=["phone"]))
    assert decide.cases == 1
    assert channels_of_cases(warehouse, journey="loan") == (("web", 2), ("phone", 1))
    assert channels_of_cases(warehouse, journey="loan", units=[9]) == ()
