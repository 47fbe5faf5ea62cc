"""A log in memory is counted as one in a table is."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.warehouse.columns import EventColumns, column_cases
from candor.warehouse.loose import JOURNEY, LooseLog
from candor.warehouse.queries import NO_CASES, event_cases
from tests.warehouse import naive_paths as naive
from tests.warehouse.planted import START

NAMES = ("d", "b", "a", "c")
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 6), st.integers(0, 3), st.sampled_from([0, 5_000_000, 5_000_001, 90_000_000_000])
    ),
    max_size=40,
)


def columns_of(events: list[tuple[int, int, int]]) -> EventColumns:
    cases, activities, micros = (
        (list(column) for column in zip(*events, strict=True)) if events else ([], [], [])
    )
    return EventColumns(
        np.array(cases, np.int32), np.array(activities, np.int32), np.array(micros, np.int64), NAMES
    )


def places(n: int) -> tuple[int, int] | None:
    return (2, n - 1) if n > 4 else None


@given(events=EVENTS)
@settings(max_examples=25, deadline=None)
def test_columns_are_counted_as_a_table_and_plain_python_count_them(
    events: list[tuple[int, int, int]],
) -> None:
    columns = columns_of(events)
    found = column_cases(columns, top=3, places=places)
    with LooseLog(threads=1) as log:
        half = len(events) // 2
        for part in (
            columns_of(events[:half]),
            columns_of(events[half:]),
        ):  # the order of two batches is kept
            log.append_columns(part, [f"case {number}" for number in range(7)])
        assert found == event_cases(log, journey=JOURNEY, top=3, places=places)
    rows: list[dict[str, Any]] = [
        {
            "case_id": case, "activity": NAMES[activity], "ordinal": number, "event_id": "",
            "at": np.datetime64(micros, "us").astype(object),
        }
        for number, (case, activity, micros) in enumerate(events)
    ]  # fmt: skip
    assert found == naive.summary(rows, top=3, places=places)


def test_many_names_need_more_than_a_byte_each() -> None:
    names = [f"activity {number:05}" for number in range(70_000)]
    count = len(names)
    columns = EventColumns(
        np.zeros(count, np.int32), np.arange(count, dtype=np.int32), np.arange(count, dtype=np.int64), names
    )
    found = column_cases(columns)
    assert len(found.edges) == count - 1
    assert found.top_variants[0].activities == tuple(names)
    assert found.first is not None
    assert found.first < START


def test_no_events_are_no_cases() -> None:
    assert column_cases(columns_of([])) == NO_CASES
