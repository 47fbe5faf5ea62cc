"""What is odd about the log is counted by source and batch, and kept."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from candor.warehouse import Warehouse
from candor.warehouse.queries import health, log_health
from candor.warehouse.queries.health import LogHealth
from tests.warehouse.planted import START
from tests.warehouse.test_events import event

AS_OF = START + timedelta(days=10)


def told(case: str, activity: str, minutes: float, after: float, **columns: Any) -> dict[str, Any]:
    """An event that was received so many minutes after the start."""
    received = START + timedelta(minutes=after)
    return event(case, activity, minutes, received_at=received, source="crm", **columns)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


def only(warehouse: Warehouse) -> LogHealth:
    (found,) = log_health(warehouse, as_of=AS_OF)
    return found


def test_a_sound_log_has_nothing_odd(warehouse: Warehouse) -> None:
    warehouse.append_events([told("1", "a", 0, 1), told("1", "b", 5, 5), told("2", "a", 3, 7)])
    assert only(warehouse) == LogHealth("crm", None, 3, 2, START, START + timedelta(minutes=5), 0, 0, 0, 0, 0)


def test_late_events_came_more_than_a_day_after_they_happened(warehouse: Warehouse) -> None:
    day = 24 * 60
    warehouse.append_events(
        [told("1", "a", 0, day), told("2", "b", 0, day + 1), event("3", "c", 0, source="crm")]
    )
    assert only(warehouse).late == 1


def test_doubled_events_are_the_same_event_under_another_id(warehouse: Warehouse) -> None:
    once = told("1", "a", 0, 0)
    warehouse.append_events([once | {"event_id": key} for key in ("x", "y", "z", "x")])
    warehouse.append_events([told("1", "a", 1, 1), told("2", "a", 0, 0)])
    assert (only(warehouse).events, only(warehouse).doubled) == (5, 2)


def test_events_out_of_order_came_after_a_later_one_of_their_case(warehouse: Warehouse) -> None:
    warehouse.append_events(
        [told("1", "a", 0, 1), told("1", "c", 9, 9), told("1", "b", 5, 20), told("2", "x", 1, 30)]
    )
    assert only(warehouse).out_of_order == 1


def test_in_a_file_the_order_is_that_of_its_rows(warehouse: Warehouse) -> None:
    rows = [
        event("1", name, minutes, ordinal=place) for place, (name, minutes) in enumerate([("b", 9), ("a", 3)])
    ]
    warehouse.append_events(rows)
    assert only(warehouse).out_of_order == 1


def test_events_of_the_future_and_of_1948_are_kept_and_counted(warehouse: Warehouse) -> None:
    warehouse.append_events(
        [
            told("1", "a", 60, 0),
            told("2", "a", 4, 0),
            event("3", "a", 0, source="crm") | {"at": AS_OF + timedelta(hours=1)},
            event("4", "a", 0, source="crm") | {"at": datetime(1948, 1, 1)},
        ]
    )
    found = only(warehouse)
    assert (found.future, found.too_old, found.events) == (2, 1, 4)
    assert found.first == datetime(1948, 1, 1)


def test_sources_and_batches_are_counted_apart_and_over_all_slices(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.append_events(
        event(str(case), name, minutes, source=source, batch=batch, ordinal=minutes)
        for source, batch in ((None, None), ("a", None), ("a", 3), ("b", 2))
        for case in range(100 * (batch or 1), 100 * (batch or 1) + 50)
        for minutes, name in enumerate("abc")
    )
    whole = log_health(warehouse, as_of=AS_OF)
    monkeypatch.setattr(health, "MOST", 40)
    assert log_health(warehouse, as_of=AS_OF) == whole
    assert [(one.source, one.batch, one.events, one.cases) for one in whole] == [
        (None, None, 150, 50),
        ("a", None, 150, 50),
        ("a", 3, 150, 50),
        ("b", 2, 150, 50),
    ]
    assert sum(one.doubled for one in whole) == 150


def test_an_empty_log_has_no_health(warehouse: Warehouse) -> None:
    assert log_health(warehouse, as_of=AS_OF) == ()
