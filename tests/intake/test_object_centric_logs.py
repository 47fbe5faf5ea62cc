"""OCEL 2.0 as JSON, in the documented layout: which object is the case, and what is said of the rest."""

import gzip
import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from candor.intake import (
    BrokenJson,
    Event,
    Limits,
    NotATable,
    Problem,
    TooLarge,
    UnknownCaseType,
    open_events,
)

NOON = "2026-03-01T12:00:00Z"


def an_event(n: int, kind: str, *objects: str, at: str = NOON, **attributes: Any) -> dict[str, Any]:
    return {
        "id": f"e{n}", "type": kind, "time": at,
        "attributes": [{"name": name, "value": value} for name, value in attributes.items()],
        "relationships": [{"objectId": one, "qualifier": "about"} for one in objects],
    }  # fmt: skip


def an_object(name: str, kind: str, **attributes: Any) -> dict[str, Any]:
    timed = [
        {"name": key, "time": f"197{n}-01-01T00:00:00Z", "value": value}
        for key, values in attributes.items()
        for n, value in enumerate(values)
    ]
    return {"id": name, "type": kind, "attributes": timed}


ORDERS = {
    "eventTypes": [{"name": "place", "attributes": [{"name": "total", "type": "integer"}]}],
    "objectTypes": [{"name": kind, "attributes": []} for kind in ("order", "item", "truck")],
    "events": [
        an_event(1, "place", "o1", "i1", "i2", total=2, express=True),
        an_event(2, "pack", "o1", "i1", at="2026-03-01T13:00:00+01:00"),
        an_event(3, "ship", "o1", "NA", "t1", at="2026-03-02T08:00:00.123456Z"),
        an_event(4, "place", "NA", "i3"),
        an_event(5, "refuel", "t1"),
        an_event(6, "pack", "NA", "i3", "ghost"),
    ],
    "objects": [
        an_object("o1", "order", status=["new", "paid"]),
        an_object("NA", "order"),
        *(an_object(f"i{n}", "item") for n in (1, 2, 3)),
        an_object("t1", "truck"),
    ],
}


def write(path: Path, log: Any) -> Path:
    text = log if isinstance(log, str) else json.dumps(log)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def read(path: Path, **options: Any) -> tuple[list[Event], list[Problem], list[str]]:
    log = open_events(path, **options)
    items = list(log)
    return [i for i in items if isinstance(i, Event)], [i for i in items if isinstance(i, Problem)], log.notes


@pytest.mark.parametrize("name", ["log.json", "log.jsonocel.gz"])
@pytest.mark.parametrize("order", ["events first", "objects first"])
def test_the_best_case_is_proposed_and_the_other_objects_go_along(
    tmp_path: Path, name: str, order: str
) -> None:
    log = ORDERS if order == "events first" else {key: ORDERS[key] for key in reversed(ORDERS)}
    path = write(tmp_path / name, log)
    opened = open_events(path)
    assert (opened.format, opened.case_type) == ("ocel", "order")
    assert [one.name for one in opened.case_types] == ["order", "item", "truck"]
    assert {one.name: one.objects for one in opened.case_types} == {"order": 2, "item": 3, "truck": 1}
    found, problems, _ = read(path)
    assert problems == []
    assert found[0] == Event(
        case="o1",
        activity="place",
        at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        resource=None,
        lifecycle=None,
        attributes={"total": "2", "express": "true", "ocel:eid": "e1", "object:item": "i1, i2"},
        case_attributes={"status": "paid"},
        position=1,
    )
    assert found[1].at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_event_of_several_cases_belongs_to_each_of_them_and_that_is_said(tmp_path: Path) -> None:
    found, _, notes = read(write(tmp_path / "log", ORDERS))
    assert [(e.position, e.case) for e in found if e.activity == "ship"] == [(3, "o1"), (3, "NA")]
    assert notes == [
        "1 events touch several objects of type “order”; each of them is an event of every one of these cases.",
        "1 events touch no object of type “order”, belong to no case and were left out.",
        "1 events name objects that the file does not list; these names were passed over.",
    ]


def test_another_object_can_be_the_case(tmp_path: Path) -> None:
    path = write(tmp_path / "log", ORDERS)
    found, _, _ = read(path, case_type="truck")
    assert [(e.case, e.activity) for e in found] == [("t1", "ship"), ("t1", "refuel")]
    assert found[0].attributes["object:order"] == "o1, NA"
    with pytest.raises(UnknownCaseType, match="“ship”; the log has: order, item, truck"):
        open_events(path, case_type="ship")


def test_reading_goes_on_from_any_event(tmp_path: Path) -> None:
    log = open_events(write(tmp_path / "log", ORDERS))
    assert [e.position for e in log.events(start=3) if isinstance(e, Event)] == [3, 3, 4, 6]


def test_what_only_one_thing_happens_to_is_no_case(tmp_path: Path) -> None:
    """Every event has a receipt of its own; the customer is what goes through them."""
    events = [an_event(n, "buy", f"r{n}", f"c{n % 5}") for n in range(50)]
    objects = [
        *(an_object(f"r{n}", "receipt") for n in range(50)),
        *(an_object(f"c{n}", "customer") for n in range(5)),
    ]
    assert (
        open_events(write(tmp_path / "log", {"events": events, "objects": objects})).case_type == "customer"
    )


@pytest.mark.parametrize(
    ("event", "column", "value"),
    [
        ({"type": "", "time": NOON}, "type", ""),
        ({"type": "pay"}, "time", ""),
        ({"type": "pay", "time": "yesterday"}, "time", "yesterday"),
    ],
)
def test_a_bad_event_is_named_and_the_others_stay(
    tmp_path: Path, event: Any, column: str, value: str
) -> None:
    bad = {"relationships": [{"objectId": "o1"}]} | event
    found, (problem,), _ = read(write(tmp_path / "log", ORDERS | {"events": [bad, *ORDERS["events"]]}))
    assert (problem.row, problem.column, problem.value) == (1, column, value)
    assert len(found) == 6


@pytest.mark.parametrize("shape", [None, 1, "x", [1], {"objectId": 1}, [{"objectId": None}, {}]])
def test_misshapen_relationships_name_no_object(tmp_path: Path, shape: Any) -> None:
    odd = {"type": "pay", "time": NOON, "relationships": shape, "attributes": shape}
    found, problems, _ = read(write(tmp_path / "log", ORDERS | {"events": [odd, 7, *ORDERS["events"]]}))
    assert (len(found), problems) == (6, [])


@pytest.mark.parametrize("name", ["", "?"])
def test_no_name_is_no_case(tmp_path: Path, name: str) -> None:
    log = {"events": [an_event(1, "a", "?"), an_event(2, "b", "1"), an_event(3, "c", "1")]}
    log["objects"] = [an_object("?", "case"), an_object("1", "case")]
    assert [e.case for e in read(write(tmp_path / "log", log))[0]] == ["1", "1"]


def test_what_is_no_such_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotATable, match="OCEL"):
        open_events(write(tmp_path / "a", {"rows": []}))
    with pytest.raises(BrokenJson):
        open_events(write(tmp_path / "b", json.dumps(ORDERS)[:-9]))
    with pytest.raises(BrokenJson):
        open_events(write(tmp_path / "c", '{"events": [}'))
    with pytest.raises(UnknownCaseType):
        open_events(write(tmp_path / "d", {"events": [an_event(1, "a")], "objects": []}))


@pytest.mark.parametrize(
    "body",
    [
        '{"events":' + "[" * 3_000_000,
        '{"events":' + '[{"a":' * 800_000,
        '{"events":["' + "x" * 5_000_000 + '"]}',
    ],
    ids=["brackets", "braces", "one text"],
)
def test_whatever_would_grow_without_bound_is_stopped(tmp_path: Path, body: str) -> None:
    with pytest.raises(TooLarge):
        open_events(write(tmp_path / "log", body))


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    path = write(tmp_path / "log.gz", {"events": [an_event(1, "a", "1")] * 200_000, "objects": []})
    with pytest.raises(TooLarge):
        open_events(path, limits=Limits(ratio_after=1 << 20, ratio=20))


def test_memory_does_not_grow_with_events_nor_objects(tmp_path: Path) -> None:
    path, cases = tmp_path / "log.gz", 15_000
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write('{"events":[')
        file.writelines(json.dumps(an_event(n, "a", f"object-{n % cases}")) + "," for n in range(cases * 2))
        file.write(json.dumps(an_event(0, "a", "object-1")) + '],"objects":[')
        file.writelines(json.dumps(an_object(f"object-{n}", "case")) + "," for n in range(cases - 1))
        file.write(json.dumps(an_object(f"object-{cases - 1}", "case")) + "]}")
    tracemalloc.start()
    count = sum(1 for _ in open_events(path, limits=Limits()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == cases * 2 + 1
    assert peak < 16_000_000
