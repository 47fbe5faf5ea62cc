"""Touchpoints in the event log: who passed them, who stopped there, and whether they came as fast as promised."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from candor.warehouse import Warehouse
from candor.warehouse.queries import EventFilter, FirstPass, Stop, first_passes, stops
from tests.warehouse.planted import START

HOUR = 3600.0


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    found = Warehouse(tmp_path / "warehouse")
    found.append_events([row for case in PLANTED for row in case])
    return found


def case(name: str, **hours: float) -> list[dict[str, Any]]:
    return [
        {
            "journey": "loan",
            "case_id": name,
            "activity": activity,
            "at": START + timedelta(hours=at),
            "unit": len(name),
        }
        for activity, at in hours.items()
    ]


PLANTED = [
    case("a", ask=0, papers=10, offer=20, sign=30),
    case("b", ask=0, papers=30, note=31, offer=40),
    case("c", ask=0, papers=12),
    case("d", ask=90),
    case("ee", ask=0, papers=99, note=100),
    case("ff", note=5),
    [*case("g", ask=0, papers=8), *case("g", papers=50)],
]
ASKED = {"journey": "loan", "quiet_since": START + timedelta(hours=80), "arrived": ["sign"]}


def test_each_case_counts_once_at_its_first_pass_and_ends_only_when_it_is_quiet(warehouse: Warehouse) -> None:
    found = stops(warehouse, ["ask", "papers", "offer"], promised={"papers": ("", 12 * HOUR)}, **ASKED)
    assert found == (
        Stop("ask", passed=6, ended=0, still_open=1, waited=0, kept=0),
        Stop("papers", passed=5, ended=2, still_open=1, waited=5, kept=3, lateness=(18 + 87) / 2 * HOUR),
        Stop("offer", passed=2, ended=1, still_open=0, waited=0, kept=0),
    )


def test_the_places_asked_for_are_told_beside_the_median_lateness(warehouse: Warehouse) -> None:
    (found,) = stops(
        warehouse, ["papers"], promised={"papers": ("", 12 * HOUR)}, places=lambda n: (1, n), **ASKED
    )
    assert (found.low_lateness, found.high_lateness) == (None, None)
    found = stops(
        warehouse, ["ask", "papers"], promised={"papers": ("", 12 * HOUR)}, places=lambda n: (1, n), **ASKED
    )[1]
    assert (found.low_lateness, found.high_lateness) == (18 * HOUR, 87 * HOUR)


def test_the_clock_of_a_promise_may_start_at_another_activity(warehouse: Warehouse) -> None:
    (found,) = stops(warehouse, ["offer"], promised={"offer": ("note", 9.5 * HOUR)}, **ASKED)
    assert (found.waited, found.kept) == (1, 1), "only one case has a note before its offer"
    (found,) = stops(
        warehouse, ["offer"], promised={"offer": ("ask", 30 * HOUR)}, places=lambda n: (1, n), **ASKED
    )
    assert (found.waited, found.kept, found.lateness, found.high_lateness) == (2, 1, 10 * HOUR, 10 * HOUR)


def test_a_filter_chooses_whole_cases_and_no_cases_give_zeros(warehouse: Warehouse) -> None:
    (found,) = stops(warehouse, ["papers"], where=EventFilter(units=[2]), **ASKED)
    assert (found.passed, found.still_open) == (1, 1)
    assert stops(warehouse, ["papers"], where=EventFilter(units=[]), **ASKED) == (
        Stop("papers", 0, 0, 0, 0, 0),
    )
    assert stops(warehouse, [], **ASKED) == ()


def test_first_passes_are_those_of_the_cases_asked_for(warehouse: Warehouse) -> None:
    found = list(first_passes(warehouse, ["ask", "papers"], ["g", "d", "nobody"], journey="loan"))
    assert found == [
        FirstPass("d", "ask", START + timedelta(hours=90)),
        FirstPass("g", "ask", START),
        FirstPass("g", "papers", START + timedelta(hours=8)),
    ]
    assert list(first_passes(warehouse, ["ask"], ["g"], journey="loan", where=EventFilter(units=[]))) == []
