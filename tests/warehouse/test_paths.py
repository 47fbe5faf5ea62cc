"""Paths of cases: planted logs whose answers can be worked out by hand, and any log against plain Python."""

import json
import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.warehouse import Warehouse
from candor.warehouse.loose import LooseLog
from candor.warehouse.queries import (
    EVERYBODY,
    Added,
    Began,
    Between,
    Closing,
    Designed,
    DesignedStep,
    Drift,
    Elapsed,
    Ending,
    EventFilter,
    FunnelOf,
    Move,
    Paths,
    PingPong,
    Repeat,
    Reworked,
    Spectrum,
    Stretch,
    TimeBetween,
    TowardsGoal,
    Waits,
    WayTaken,
    ask,
    conformance,
    event_cases,
    event_cases_by,
    event_cases_of_two,
    funnel,
    paths_by_month,
    rework,
    spectrum,
    time_between,
    transitions,
    waiting,
    way_of,
    way_of_two,
)
from candor.warehouse.queries.slices import SlicedWalker
from candor.warehouse.queries.walk import Question, Way, WholeWalker, unheard
from candor.warehouse.queries.ways import answers
from tests.warehouse import naive_paths as naive
from tests.warehouse.planted import START

DAY = timedelta(days=1)
CLOSING = Closing(as_of=START + 2 * DAY, activities=("d",), quiet=timedelta(hours=5))
DESIGN = ("a", "b", "c")
QUESTIONS: Mapping[str, Question[Any]] = {
    "paths": Paths(3, lambda n: (2, n - 1) if n > 4 else None),
    "rework": Reworked(),
    "funnel": FunnelOf(("a", "b", "a", "c"), CLOSING, lambda n: (1, n)),
    "first": TimeBetween("a", "b", "first"),
    "last": TimeBetween("a", "b", "last"),
    "next": TimeBetween("b", "c", "next"),
    "again": TimeBetween("a", "a", "next"),
    "conformance": Designed(DESIGN),
    "transitions": TowardsGoal(("c", "e"), CLOSING),
    "drift": Drift(2),
    "spectrum": Spectrum("a", "b"),
    "waiting": Waits(),
}
LOGS = st.lists(
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from([0, 0, 1, 7, 500])), min_size=1, max_size=9),
    max_size=12,
)


def take(log: LooseLog, rows: list[naive.Row]) -> None:
    """Put rows into the table of a loose log."""
    log.connection.execute("TRUNCATE log")
    plain = [row | {"at": row["at"].isoformat(), "bucket": hash(row["case_id"]) % 64} for row in rows]
    shape = dict.fromkeys(
        ("event_id", "journey", "case_id", "activity", "at", "channel"), "VARCHAR"
    ) | dict.fromkeys(("ordinal", "unit", "bucket"), "BIGINT")
    log.connection.execute(
        "INSERT INTO log BY NAME SELECT unnest(from_json(?, ?), recursive := true)",
        [json.dumps(plain), json.dumps([shape])],
    )


@pytest.fixture(scope="module")
def loose() -> Iterator[LooseLog]:
    with LooseLog(threads=1) as log:
        yield log


def sliced(log: LooseLog, way: Way, most: int) -> list[dict[Any, Any]]:
    def work(reader: Any) -> list[dict[Any, Any]]:
        names = [row[0] for row in reader.rows(way.names.query, way.names.parameters)]
        return answers(SlicedWalker(reader, way, names, most=most), list(QUESTIONS.values()), unheard)

    return log.read(work)


def whole(log: LooseLog, way: Way) -> list[dict[Any, Any]]:
    return log.read(lambda reader: answers(WholeWalker(reader, way), list(QUESTIONS.values()), unheard))


@given(cases=LOGS, chance=st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_any_log_is_counted_as_plain_python_counts_it(
    loose: LooseLog, cases: list[list[tuple[str, int]]], chance: random.Random
) -> None:
    rows = naive.log_of(cases, start=START)
    chance.shuffle(rows)
    take(loose, rows)
    found = dict(zip(QUESTIONS, (a[EVERYBODY] for a in sliced(loose, way_of("loan"), 20)), strict=True))
    paths, steps = QUESTIONS["paths"], QUESTIONS["funnel"]
    assert isinstance(paths, Paths)
    assert isinstance(steps, FunnelOf)
    assert found["paths"] == naive.summary(rows, top=3, places=paths.places)
    assert found["rework"] == naive.rework(rows)
    assert found["conformance"] == naive.conformance(rows, DESIGN)
    assert found["transitions"] == naive.transitions(rows, ("c", "e"), CLOSING)
    for name, start, end, pick in (
        ("first", "a", "b", "first"), ("last", "a", "b", "last"), ("next", "b", "c", "next"), ("again", "a", "a", "next")
    ):  # fmt: skip
        assert found[name] == naive.between(rows, start, end, pick, lambda n: None)
    assert found["waiting"] == naive.waits(rows)
    *totals, counts = naive.funnel_counts(rows, steps.steps, CLOSING)
    assert naive.counted(found["funnel"]) == (*totals, [tuple(count[:3]) for count in counts])
    for step, (_, _, _, waits) in zip(found["funnel"].steps, counts, strict=True):
        assert step.wait == naive.stretch(waits, steps.places)


@given(cases=LOGS)
@settings(max_examples=4, deadline=None)
def test_slices_of_any_size_and_no_slices_at_all_give_the_same(
    loose: LooseLog, cases: list[list[tuple[str, int]]]
) -> None:
    take(loose, naive.log_of(cases, start=START))
    web, late = EventFilter(channels=["web", None]), EventFilter(units=[1], whole_cases=False)
    for way in (way_of("loan", web), way_of("loan", by="channel"), way_of("loan", by="month"), way_of_two("loan", web, late)):  # fmt: skip
        at_once = sliced(loose, way, 10**9)
        assert sliced(loose, way, 7) == at_once
        assert whole(loose, way) == at_once


@given(cases=LOGS.filter(bool))
@settings(max_examples=8, deadline=None)
def test_counts_add_up(loose: LooseLog, cases: list[list[tuple[str, int]]]) -> None:
    take(loose, naive.log_of(cases, start=START))
    found = event_cases(loose, journey="loan", top=1000)
    assert found.transitions == found.events - found.cases
    assert (
        sum(one.starts for one in found.activities)
        == sum(one.ends for one in found.activities)
        == found.cases
    )
    assert sum(variant.cases for variant in found.top_variants) == found.cases
    again = rework(loose, journey="loan")
    assert again.repeats == sum(one.repeats for one in again.activities)
    assert again.events == found.events
    steps = funnel(loose, ["a", "b", "c"], journey="loan", closing=CLOSING).steps
    for before, step in zip((found.cases, *(s.reached for s in steps)), steps, strict=False):
        assert step.reached + step.left + step.still_open == before
    ways = transitions(loose, ["e"], journey="loan", closing=CLOSING)
    assert sum(end.reached + end.lost + end.still_open for end in ways.endings) == found.cases
    by = event_cases_by(loose, "channel", journey="loan")
    assert sum(one.cases for one in by.values()) == found.cases
    assert sum(one.events for one in by.values()) == found.events


def days(*cases: str) -> list[naive.Row]:
    """A log of cases whose activities are letters, an hour apart."""
    return naive.log_of([[(letter, 60) for letter in case] for case in cases], start=START)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def test_rework_is_told_by_hand(warehouse: Warehouse) -> None:
    warehouse.append_events(days("abab", "aab", "abc", "bcb"))
    found = rework(warehouse, journey="loan")
    assert (found.cases, found.events, found.repeated_in, found.repeats) == (4, 13, 3, 4)
    assert found.activities == (
        Repeat("a", cases=3, repeated_in=2, repeats=2, at_once=1, most=2),
        Repeat("b", cases=4, repeated_in=2, repeats=2, at_once=0, most=2),
    )
    assert found.ping_pong == (PingPong("a", "b", 1, 1), PingPong("b", "a", 1, 1), PingPong("b", "c", 1, 1))


def test_a_funnel_keeps_those_on_their_way_apart_from_those_who_left(warehouse: Warehouse) -> None:
    # c0 arrives; c1 closed without b; c2 waits; c3 came to b only before a; c4 has been quiet for too long
    rows = days("abc", "ad", "xxxxa", "bax", "a")
    warehouse.append_events(rows)
    closing = Closing(as_of=START + timedelta(hours=6), activities=("d",), quiet=timedelta(hours=4))
    found = funnel(warehouse, ["a", "b", "c"], journey="loan", closing=closing)
    assert (found.cases, found.closed) == (5, 2)
    first, second, third = found.steps
    assert (first.reached, first.left, first.still_open) == (5, 0, 0)
    assert (second.reached, second.left, second.still_open) == (1, 2, 2)
    assert (third.reached, third.left, third.still_open) == (1, 0, 0)
    assert second.elapsed == (
        Elapsed(0, reached=0, left=1, still_open=0),
        Elapsed(3584, reached=1, left=1, still_open=1),  # an hour, of which seven binary digits are kept
        Elapsed(14_336, reached=0, left=0, still_open=1),
    )
    assert second.wait == Stretch(1, 3600.0, 3600.0)


def test_a_design_is_held_against_what_happened(warehouse: Warehouse) -> None:
    warehouse.append_events(days("abc", "ab", "ac", "abbc", "bac", "axbc", "x"))
    found = conformance(warehouse, ["a", "b", "c"], journey="loan")
    assert (found.cases, found.followed, found.followed_so_far, found.in_order) == (7, 1, 1, 3)
    assert found.steps == (
        DesignedStep("a", cases=6, skipped=0, not_reached=1, repeated_in=0, repeats=0, too_early=0),
        DesignedStep("b", cases=5, skipped=1, not_reached=1, repeated_in=1, repeats=1, too_early=1),
        DesignedStep("c", cases=5, skipped=0, not_reached=2, repeated_in=0, repeats=0, too_early=0),
    )
    assert found.added == (Added("x", cases=2, events=2),)
    with pytest.raises(ValueError, match="each of them once"):
        conformance(warehouse, ["a", "a"], journey="loan")


def test_time_between_two_touchpoints_says_which_of_several_it_means(warehouse: Warehouse) -> None:
    warehouse.append_events(days("axaxbxb", "ba", "ab"))
    spans = {
        pick: time_between(warehouse, "a", "b", journey="loan", pick=pick)
        for pick in ("first", "last", "next")
    }
    assert {pick: (one.cases, one.arrived) for pick, one in spans.items()} == dict.fromkeys(spans, (3, 2))
    hours = {pick: one.time and (one.time.n, one.time.median / 3600) for pick, one in spans.items()}
    assert hours == {"first": (2, 2.5), "last": (2, 3.5), "next": (2, 1.5)}
    assert time_between(warehouse, "a", "nothing", journey="loan") == Between(3, 0, None)


def test_the_waiting_of_blocks_adds_up_to_that_of_all_cases(warehouse: Warehouse) -> None:
    rows = days(*["abc", "acb", "aab"] * 20)
    warehouse.append_events(rows)
    found, whole = waiting(warehouse, journey="loan"), naive.waits(rows)
    assert found.cases == 60
    assert 30 < len(found.seconds) < 60, "cases lie in many blocks"
    assert dict(zip(found.edges, map(sum, zip(*found.seconds, strict=True)), strict=True)) == whole.seconds
    assert waiting(warehouse, journey="nothing").seconds == ()


def test_removal_effects_get_their_counts(warehouse: Warehouse) -> None:
    # the published example: c1 > c2 > c3 and goal, c1 and lost, c2 > c3 and lost
    warehouse.append_events(days("123g9", "1", "23"))
    found = transitions(
        warehouse, ["g"], journey="loan", closing=Closing(as_of=START + DAY, quiet=timedelta(0))
    )
    assert found.moves == (Move(None, "1", 2), Move("2", "3", 2), Move(None, "2", 1), Move("1", "2", 1))
    assert found.endings == (Ending("1", 0, 1, 0), Ending("3", 1, 1, 0))
    assert found.top_ways == (
        WayTaken(("1",), 0, 1, 0),
        WayTaken(("1", "2", "3"), 1, 0, 0),
        WayTaken(("2", "3"), 0, 1, 0),
    )


def test_a_spectrum_tells_waits_by_the_day_they_began(warehouse: Warehouse) -> None:
    rows = naive.log_of(
        [[("a", 0), ("b", 2)], [("a", 60 * 24), ("b", 3)], [("a", 30), ("b", 2), ("a", 1)]], start=START
    )
    warehouse.append_events(rows)
    today = START.date()
    assert spectrum(warehouse, "a", "b", journey="loan") == (Began(today, 120, 2), Began(today + DAY, 180, 1))
    assert spectrum(warehouse, "b", "b", journey="loan") == ()


def test_two_groups_stand_side_by_side_and_months_one_after_another(warehouse: Warehouse) -> None:
    later = [
        row | {"at": row["at"] + timedelta(days=60), "case_id": "late", "event_id": f"l{i}"}
        for i, row in enumerate(days("ac"))
    ]
    warehouse.append_events([*days("ab", "abb", "ab"), *later])
    web, even = event_cases_of_two(
        warehouse, EventFilter(channels=["web"]), EventFilter(units=[None]), journey="loan"
    )
    assert (web.cases, even.cases) == (2, 3)
    assert web == event_cases(warehouse, journey="loan", where=EventFilter(channels=["web"]))
    months = paths_by_month(warehouse, journey="loan")
    assert {month: mix.cases for month, mix in months.items()} == {202511: 3, 202601: 1}
    assert months[202511].edges == {("a", "b"): (3, 3), ("b", "b"): (1, 1)}
    assert months[202601].variants == {("a", "c"): 1}


def test_whoever_hears_of_the_progress_can_stop_the_walk(warehouse: Warehouse) -> None:
    warehouse.append_events(days("abc", "ab"))
    heard: list[float] = []

    def stop(share: float) -> None:
        heard.append(share)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        event_cases(warehouse, journey="loan", progress=stop)
    assert heard == [1.0]
    assert event_cases(warehouse, journey="loan").cases == 2
    assert not warehouse.engine.rows("SELECT table_name FROM duckdb_tables() WHERE table_name = 'steps'")


def test_questions_are_answered_on_one_walk(warehouse: Warehouse) -> None:
    warehouse.append_events(days("abc", "ab"))
    paths, again = ask(warehouse, way_of("loan"), [Paths(), Reworked()])
    assert paths[EVERYBODY] == event_cases(warehouse, journey="loan")
    assert again[EVERYBODY] == rework(warehouse, journey="loan")


def test_names_of_activities_may_be_anything(warehouse: Warehouse) -> None:
    odd = ["", " ", "ä", "a\tb", "😀", "'; DROP TABLE log; --", "Z" * 300]
    warehouse.append_events(naive.log_of([[(name, 1) for name in odd]], start=START))
    found = event_cases(warehouse, journey="loan")
    assert found.top_variants[0].activities == tuple(odd)
