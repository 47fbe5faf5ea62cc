"""The event log is appended once, and counted along its cases."""

import csv
import gzip
import random
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from candor.warehouse import BadRow, Warehouse, event_id
from candor.warehouse.queries import (
    Activity,
    Edge,
    EventFilter,
    Variant,
    episodes_of_customer,
    event_cases,
    events_of_customer,
)
from tests.warehouse.planted import START


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def event(case: str, activity: str, minutes: float, **columns: Any) -> dict[str, Any]:
    row = {"journey": "loan", "case_id": case, "activity": activity, "at": START + timedelta(minutes=minutes)}
    return row | columns


PLANTED = [
    event("1", "apply", 0, customer=7, channel="web"),
    event("1", "check", 10, customer=7),
    event("1", "check", 30, customer=7),
    event("1", "pay", 31, customer=7),
    event("2", "apply", 5),
    event("2", "check", 9),
    event("2", "pay", 99),
    event("3", "apply", 60, channel="web"),
    event("3", "check", 60, ordinal=1),
    event("3", "pay", 60, ordinal=2),
    event("4", "apply", 7, customer=8),
]


def test_the_planted_log_is_counted_as_by_hand(warehouse: Warehouse) -> None:
    warehouse.append_events(PLANTED)
    found = event_cases(warehouse, journey="loan", top=2)
    assert (found.cases, found.events, found.variants) == (4, 11, 3)
    assert (found.first, found.last) == (START, START + timedelta(minutes=99))
    assert found.median_duration == pytest.approx((0 + 31 * 60) / 2)
    assert found.activities == (
        Activity("apply", events=4, cases=4, starts=4, ends=1),
        Activity("check", events=4, cases=3, starts=0, ends=0),
        Activity("pay", events=3, cases=3, starts=0, ends=3),
    )
    assert found.edges == (
        Edge("apply", "check", n=3, cases=3, median_wait=240.0, p90_wait=528.0),
        Edge("check", "pay", n=3, cases=3, median_wait=60.0, p90_wait=4332.0),
        Edge("check", "check", n=1, cases=1, median_wait=1200.0, p90_wait=1200.0),
    )
    assert found.top_variants == (Variant(("apply", "check", "pay"), 2), Variant(("apply",), 1))


def test_the_order_of_arrival_and_a_second_arrival_change_nothing(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shuffled = [*PLANTED, *PLANTED]
    random.Random(3).shuffle(shuffled)
    other = Warehouse(tmp_path / "other")
    assert other.append_events(PLANTED) == 11
    assert warehouse.append_events(shuffled[:9]) + warehouse.append_events(shuffled[9:]) == 11
    assert warehouse.append_events(PLANTED) == 0
    assert event_cases(warehouse, journey="loan") == event_cases(other, journey="loan")


def test_an_event_keeps_the_id_it_came_with(warehouse: Warehouse) -> None:
    first = event("1", "apply", 0, event_id="abc")
    assert warehouse.append_events([first, event("9", "pay", 50, event_id="abd")]) == 2
    assert warehouse.append_events([event("2", "other", 77, event_id="abc")]) == 0
    assert warehouse.engine.rows("SELECT case_id FROM events WHERE event_id = 'abc'") == [("1",)]


def test_the_id_of_an_event_does_not_hang_on_its_time_zone() -> None:
    local = datetime(2026, 1, 1, 2, tzinfo=UTC).astimezone()
    parts = {"source": "crm", "case_id": "1", "activity": "call", "ordinal": None}
    assert event_id(at=local, **parts) == event_id(at=datetime(2026, 1, 1, 2), **parts)
    assert event_id(at=local, **parts | {"ordinal": 1}) != event_id(at=local, **parts)


def test_attributes_are_kept_as_json_in_one_spelling(warehouse: Warehouse) -> None:
    warehouse.append_events(
        [event("1", "a", 0, attributes={"b": 1, "a": "ü"}), event("1", "b", 1, attributes='{"x":2}')]
    )
    rows = warehouse.engine.rows('SELECT attributes FROM events ORDER BY "at"')
    assert rows == [('{"a":"ü","b":1}',), ('{"x":2}',)]


def test_filters_choose_whole_cases_or_single_events(warehouse: Warehouse) -> None:
    warehouse.append_events(PLANTED)
    web = event_cases(warehouse, journey="loan", where=EventFilter(channels=["web"]))
    assert (web.cases, web.events) == (2, 7)
    only = event_cases(warehouse, journey="loan", where=EventFilter(channels=["web"], whole_cases=False))
    assert (only.cases, only.events) == (2, 2)
    later = EventFilter(since=date(2025, 11, 4))
    nothing = event_cases(warehouse, journey="loan", where=later)
    assert (nothing.cases, nothing.events, nothing.edges, nothing.first) == (0, 0, (), None)
    assert event_cases(warehouse, journey="loan", where=EventFilter(units=[])).cases == 0
    assert event_cases(warehouse, journey="other").cases == 0


def test_the_events_of_a_customer_come_newest_first(warehouse: Warehouse) -> None:
    warehouse.append_events([*PLANTED, event("x", "call", 500, journey="support", customer=7)])
    found = events_of_customer(warehouse, 7, limit=4)
    assert [e.activity for e in found] == ["call", "pay", "check", "check"]
    assert found[0].journey == "support"


def test_a_customer_is_followed_through_several_journeys(warehouse: Warehouse) -> None:
    warehouse.append_events(PLANTED)
    warehouse.append_events([
        event("1", "call", 500, journey="support", customer=7),
        event("1", "answer", 505, journey="support"),
        event("9", "call", 600, journey="support", customer=8),
    ])  # fmt: skip
    support, loan = episodes_of_customer(warehouse, 7)
    assert (support.journey, support.case_id, support.activities) == ("support", "1", ("call", "answer"))
    assert (loan.journey, loan.activities) == ("loan", ("apply", "check", "check", "pay"))
    assert (loan.first, loan.last) == (START, START + timedelta(minutes=31))
    assert episodes_of_customer(warehouse, 99) == ()


def test_an_event_without_a_time_is_named(warehouse: Warehouse) -> None:
    with pytest.raises(BadRow) as caught:
        warehouse.append_events([event("1", "a", 0), event("1", "b", 0, at=None)])
    assert (caught.value.row, caught.value.column) == (2, "at")
    assert event_cases(warehouse, journey="loan").cases == 0


def test_the_receipt_log_is_counted_right(warehouse: Warehouse, real_data: Path) -> None:
    with gzip.open(real_data / "receipt" / "receipt.csv.gz", "rt", encoding="utf-8") as file:
        rows = [
            {
                "journey": "receipt",
                "case_id": row["case:concept:name"],
                "activity": row["concept:name"],
                "at": datetime.fromisoformat(row["time:timestamp"]),
                "ordinal": number,
            }
            for number, row in enumerate(csv.DictReader(file))
        ]
    assert warehouse.append_events(rows) == 8577
    found = event_cases(warehouse, journey="receipt")
    assert (found.cases, found.events, found.variants, len(found.activities)) == (1434, 8577, 116, 27)
    assert found.top_variants[0].cases == 713


@pytest.mark.slow
def test_the_loan_log_is_counted_right(warehouse: Warehouse, real_data: Path) -> None:
    rows = list(_loan_events(real_data / "bpic2012" / "bpic2012.xes.gz"))
    assert warehouse.append_events(iter(rows)) == 262_200
    assert warehouse.append_events(rows[1000:1100]) == 0
    found = event_cases(warehouse, journey="loan")
    assert (found.cases, found.events, found.variants, len(found.edges)) == (13_087, 262_200, 4_366, 125)
    assert sum(edge.n for edge in found.edges) == 249_113
    assert [variant.cases for variant in found.top_variants[:5]] == [3429, 1872, 271, 209, 160]
    top = found.edges[0]
    assert (top.before, top.after, top.n) == ("W_Completeren aanvraag", "W_Completeren aanvraag", 38_004)
    assert found.median_duration == pytest.approx(0.809 * 86_400, rel=1e-3)


def _loan_events(path: Path) -> Iterator[dict[str, Any]]:
    number = 0
    with gzip.open(path) as file:
        for _, element in ET.iterparse(file, events=("end",)):
            if not element.tag.endswith("trace"):
                continue
            case = next(child.get("value") for child in element if child.get("key") == "concept:name")
            for child in element:
                if child.tag.endswith("event"):
                    values = {attribute.get("key"): attribute.get("value") for attribute in child}
                    at = datetime.fromisoformat(str(values["time:timestamp"]))
                    number += 1
                    yield {
                        "journey": "loan",
                        "case_id": case,
                        "activity": values["concept:name"],
                        "at": at,
                        "ordinal": number,
                    }
            element.clear()


def test_waits_and_durations_are_told_at_the_places_asked_for(warehouse: Warehouse) -> None:
    waits = [5, 1, 4, 2, 3, 3, 9]
    rows = [
        event(str(case), activity, minutes)
        for case, wait in enumerate(waits)
        for activity, minutes in (("ask", 0), ("get", wait), ("end", 20))
    ]
    warehouse.append_events([*rows, event("other", "ask", 0), event("other", "stop", 7)])
    found = event_cases(warehouse, journey="loan", places=lambda n: (2, n - 1) if n > 6 else None)
    edges = {(edge.before, edge.after): (edge.low_wait, edge.high_wait) for edge in found.edges}
    assert edges == {
        ("ask", "get"): (120.0, 300.0),
        ("get", "end"): (900.0, 1080.0),
        ("ask", "stop"): (None, None),
    }
    assert (found.low_duration, found.high_duration) == (1200.0, 1200.0)
