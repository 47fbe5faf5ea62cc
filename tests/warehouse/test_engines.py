"""DuckDB and Spark give the same answer to every named query, to the last digit."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from candor.warehouse import Warehouse, queries
from candor.warehouse.queries import (
    Closing,
    Designed,
    EventFilter,
    Filter,
    Reworked,
    answer_span,
    ask,
    ask_one,
    bands,
    channels_of_cases,
    conformance,
    counts_by,
    episodes_behind,
    episodes_of_customer,
    event_cases,
    event_cases_by,
    event_cases_of_two,
    events_of_customer,
    events_of_journey,
    first_passes,
    funnel,
    histograms,
    last_event_at,
    log_health,
    passes,
    paths_by_month,
    rework,
    spectrum,
    stops,
    time_between,
    transitions,
    waiting,
    way_of,
    way_of_two,
)
from candor.warehouse.queries.walk import Way
from tests.warehouse.logs import START, odd_answers, odd_events

CLUSTER = "local-cluster[2,1,1024]"  # two workers in processes of their own, a core and a gigabyte each
SMALL = {"spark.sql.shuffle.partitions": "2"}
PERIOD = Filter(since=date(2025, 11, 4), until=date(2026, 1, 15))
NARROW = Filter(
    kinds=["survey"], units=[1, None], channels=["web", None], companies=["Harbour"], touchpoints=["it's", None],
    persons=[None, 2**40], batches=[1], issues=[None],
)  # fmt: skip
WEB = EventFilter(channels=["web", None], since=date(2025, 12, 31))
SINGLE = EventFilter(units=[1, None], activities=["prüfen", "it's; --", "ask ? twice"], whole_cases=False)
NOBODY = EventFilter(customers=[])
CLOSING = Closing(as_of=START + timedelta(days=70), activities=("zahlen %",), quiet=timedelta(days=9))
DESIGN = ("apply", "Apply", "prüfen", "it's; --", "zahlen %")
LOAN = {"journey": "loan"}
PROMISED = {"prüfen": ("apply", 3600.5), "Apply": ("", 0.25)}

GOLDEN: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "histograms": (histograms, {"metric": "nps"}),
    "histograms by month and unit": (histograms, {"metric": "nps", "by": ("month", "unit")}),
    "histograms by names": (histograms, {"metric": "nps", "by": ("touchpoint", "company")}),
    "histograms of answers": (histograms, {"metric": "nps", "by": ("week", "customer"), "where": PERIOD}),
    "histograms, filtered": (histograms, {"metrics": ("nps", "csat"), "by": ("metric", "day"), "where": NARROW}),
    "bands": (bands, {"metric": "nps", "cuts": (7, 9)}),
    "bands by week": (bands, {"metric": "nps", "cuts": (7, 9), "by": ("week", "channel"), "where": PERIOD}),
    "bands by customer": (bands, {"metric": "nps", "cuts": (6.5,), "by": ("customer",), "where": NARROW}),
    "counts_by": (counts_by, {"metrics": ("nps", "csat"), "by": ("issue", "month")}),
    "counts_by day and person": (counts_by, {"metric": "csat", "by": ("day", "person"), "where": PERIOD}),
    "answer_span": (answer_span, {"metric": "nps"}),
    "answer_span, filtered": (answer_span, {"metrics": ("nps", "csat"), "where": NARROW}),
    "answer_span of nothing": (answer_span, {"metric": "nothing"}),
    "event_cases": (event_cases, {**LOAN, "top": 50, "places": lambda n: (1, n)}),
    "event_cases of some": (event_cases, {**LOAN, "where": WEB, "top": 5}),
    "event_cases of events": (event_cases, {**LOAN, "where": SINGLE, "places": lambda n: (1, 2) if n > 2 else None}),
    "event_cases of nobody": (event_cases, {**LOAN, "where": NOBODY}),
    **{f"event_cases_by {by}": (event_cases_by, {**LOAN, "by": by, "top": 3}) for by in ("month", "channel")},
    "event_cases_of_two": (event_cases_of_two, {**LOAN, "first": WEB, "second": SINGLE}),
    "events_of_customer": (events_of_customer, {"customer": 3, "limit": 40}),
    "events_of_journey": (events_of_journey, {**LOAN, "where": WEB}),
    "last_event_at": (last_event_at, LOAN),
    "episodes_of_customer": (episodes_of_customer, {"customer": 3}),
    "episodes_behind": (episodes_behind, {**LOAN, "where": WEB, "activity": "prüfen", "after": "apply"}),
    "channels_of_cases": (channels_of_cases, {**LOAN, "units": [1, None]}),
    "passes": (passes, {**LOAN, "promised": PROMISED, "among": DESIGN, "places": lambda n: (1, n)}),
    "stops": (stops, {**LOAN, "activities": DESIGN, "quiet_since": CLOSING.as_of, "arrived": ("a b",),
                      "promised": PROMISED, "places": lambda n: (1, n)}),
    "first_passes": (first_passes, {**LOAN, "activities": DESIGN, "cases": ("NA", "case 3", "case 4", "none")}),
    "funnel": (funnel, {**LOAN, "steps": ("apply", "prüfen", "apply"), "closing": CLOSING}),
    "log_health": (log_health, {"as_of": START + timedelta(days=30), "late_after": timedelta(hours=1)}),
    "spectrum": (spectrum, {**LOAN, "before": "apply", "after": "prüfen", "where": WEB}),
    "conformance": (conformance, {**LOAN, "design": DESIGN, "where": WEB}),
    "paths_by_month": (paths_by_month, {**LOAN, "top": 4}),
    "rework": (rework, LOAN),
    **{
        f"time_between, {pick}": (time_between, {**LOAN, "start": "prüfen", "end": "apply", "pick": pick})
        for pick in ("first", "last", "next")
    },
    "waiting": (waiting, {**LOAN, "where": WEB}),
    "transitions": (transitions, {**LOAN, "goal": ("zahlen %", "a b"), "closing": CLOSING, "top": 7}),
    "ask": (ask, {"way": way_of("loan", WEB, "channel"), "questions": (Designed(DESIGN), Reworked())}),
    "ask_one": (ask_one, {"way": way_of_two("loan", WEB, SINGLE), "question": Reworked()}),
}  # fmt: skip


@dataclass(frozen=True)
class Engines:
    """One warehouse, read by both."""

    duckdb: Warehouse
    spark: Warehouse


@pytest.fixture(scope="module")
def _local() -> Iterator[None]:
    """Executors look for the driver where it listens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        yield


def on_spark(folder: Path, copies: str = "") -> Warehouse:
    pytest.importorskip("pyspark", reason="needs the extra spark: make test-spark")
    from candor.warehouse.spark import SparkEngine

    return Warehouse(
        folder,
        engine=lambda warehouse: SparkEngine(warehouse, master=CLUSTER, copies=copies, settings=SMALL),
    )


OF_ANSWERS = {histograms, bands, counts_by, answer_span}
ON = {
    "weighted": {query for query, _ in GOLDEN.values()},
    "plain": OF_ANSWERS,
    "empty": {*OF_ANSWERS, event_cases, ask},
}
ASKED = [(rows, name) for rows, asked in ON.items() for name, (query, _) in GOLDEN.items() if query in asked]


@pytest.fixture(scope="module", params=["weighted"])
def engines(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _local: None
) -> Engines:
    warehouse = Warehouse(tmp_path_factory.mktemp(request.param))
    if request.param != "empty":
        answers = odd_answers(3000, weighted=request.param == "weighted")
        for number in range(3):  # several files
            warehouse.project(answers[number * 1000 : number * 1000 + 1000], through=number + 1)
            warehouse.append_events(odd_events(150, seed=number))
    return Engines(warehouse, on_spark(warehouse.folder))


def test_every_named_query_is_in_the_list() -> None:
    functions = [one for name in queries.__all__ if inspect.isfunction(one := getattr(queries, name))]
    asking = {one for one in functions if inspect.signature(one).return_annotation is not Way}
    assert asking == {query for query, _ in GOLDEN.values()}


@pytest.mark.spark
@pytest.mark.parametrize(("engines", "name"), ASKED, indirect=["engines"])
def test_both_engines_give_the_same_to_the_last_digit(engines: Engines, name: str) -> None:
    query, asked = GOLDEN[name]
    assert told(query(engines.spark, **asked)) == told(query(engines.duckdb, **asked))


def told(answer: Any) -> str:
    """Every digit of an answer, and the type of every value."""
    return repr(list(answer) if isinstance(answer, Iterator) else answer)


@pytest.mark.spark
def test_the_shape_of_the_answers_is_the_same(engines: Engines) -> None:
    shapes = [one.engine.read(lambda reader: reader.shape()) for one in (engines.spark, engines.duckdb)]
    assert shapes[0] == shapes[1]


@pytest.mark.spark
def test_values_are_bound_whatever_they_hold(engines: Engines) -> None:
    query = "SELECT ? AS a, ? AS b, 'a ? b' AS c WHERE ? = ? AND CAST(? AS TIMESTAMP) > TIMESTAMP '1969-01-01 00:00:00'"
    values = ("'; DROP VIEW events; --", 2**40, "\\' ?", "\\' ?", START)
    assert engines.spark.engine.rows(query, values) == engines.duckdb.engine.rows(query, values)


@pytest.mark.spark
def test_a_slice_of_the_log_holds_the_same_events(engines: Engines) -> None:
    query = "SELECT event_id FROM events ORDER BY event_id"
    for low, high in ((0, 20), (21, 63), (5, 5)):
        found = [
            one.engine.read(lambda reader: reader.within(low, high).rows(query))  # noqa: B023
            for one in (engines.spark, engines.duckdb)
        ]
        assert found[0] == found[1]


@pytest.mark.spark
def test_spark_sees_what_was_written_meanwhile_and_misses_no_file_that_was_removed(
    tmp_path: Path, _local: None
) -> None:
    writer, reader = Warehouse(tmp_path / "warehouse"), on_spark(tmp_path / "warehouse")
    for number in range(3):
        writer.project(odd_answers(400)[number * 100 :], through=number + 1)
        writer.append_events(odd_events(20, seed=number))
        assert answer_span(reader, metric="nps") == answer_span(writer, metric="nps")
        writer.compact()
        writer.vacuum()
        assert event_cases(reader, journey="loan") == event_cases(writer, journey="loan")
    assert counts_by(reader, metric="csat", by=("unit",)) == counts_by(writer, metric="csat", by=("unit",))


@pytest.mark.spark
def test_a_cluster_that_reaches_only_the_copies_answers_all_the_same(tmp_path: Path, _local: None) -> None:
    copies = tmp_path / "bucket" / "candor"
    writer = Warehouse(tmp_path / "warehouse")
    writer.project(odd_answers(400), through=1)
    writer.append_events(odd_events(20))
    reader = on_spark(tmp_path / "warehouse", copies.as_uri())
    before = event_cases(writer, journey="loan"), histograms(writer, metric="nps", by=("unit",))
    reader.engine.read(lambda one: (one.shape(), one.rows("SELECT count(*) FROM events")))
    held = [file for name in ("answers", "daily", "events") for file in map(Path, writer.files(name))]
    for file in held:
        file.rename(f"{file}.away")
    assert (event_cases(reader, journey="loan"), histograms(reader, metric="nps", by=("unit",))) == before
    for file in held:
        Path(f"{file}.away").rename(file)


@pytest.mark.spark
def test_what_is_erased_is_erased_from_the_copies_as_well(tmp_path: Path, _local: None) -> None:
    copies = tmp_path / "bucket"
    warehouse = on_spark(tmp_path / "warehouse", copies.as_uri())
    warehouse.project(odd_answers(400), through=1)
    warehouse.append_events(odd_events(20))
    assert event_cases(warehouse, journey="loan").cases
    assert warehouse.erase(customers=[3]).events > 0
    query = "SELECT count(*) FROM answers WHERE customer = 3 UNION ALL SELECT count(*) FROM events WHERE customer = 3"
    assert warehouse.engine.rows(query) == [(0,), (0,)]
    live = {file for name in ("answers", "daily", "events") for file in warehouse.files(name)}
    copied = {str(file) for file in copies.rglob("*.parquet")}
    assert copied == {file.replace(str(tmp_path / "warehouse"), str(copies)) for file in live}
