"""Counts agree with counting by hand, whichever source the query chose."""

from datetime import date
from pathlib import Path

import pytest

from candor.warehouse import UnknownColumn, Warehouse
from candor.warehouse.engine import Shape
from candor.warehouse.queries import Cell, Filter, answer_span, bands, counts_by, histograms
from candor.warehouse.queries.answers import Question
from tests.warehouse.planted import answer, counted, many_answers, numbers

ROWS = many_answers(1500)
NPS = [row for row in ROWS if row["metric"] == "nps"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("counting"))
    warehouse.project(ROWS[:900], through=1)
    warehouse.project(ROWS[900:], through=2)
    return warehouse


@pytest.mark.parametrize(
    "by",
    [
        (),
        ("month",),
        ("day",),
        ("week",),
        ("unit", "month"),
        ("channel", "product"),
        ("week", "unit"),
        ("segment", "day", "unit", "product"),
        ("customer",),
        ("issue", "month"),
        ("batch", "question"),
    ],
)
def test_histograms_agree_with_counting_by_hand(warehouse: Warehouse, by: tuple[str, ...]) -> None:
    found = histograms(warehouse, metric="nps", by=by)
    assert numbers(found) == counted(NPS, by)
    assert all(list(histogram) == sorted(histogram) for histogram in found.values())


@pytest.mark.parametrize(
    ("where", "passes"),
    [
        (Filter(units=[1, None]), lambda row: row["unit"] in (1, None)),
        (Filter(units=[2]), lambda row: row["unit"] == 2),
        (Filter(channels=[None]), lambda row: row["channel"] is None),
        (Filter(units=[]), lambda _: False),
        (Filter(customers=[1, 2, 3], products=["loan"]), lambda row: row["customer"] < 4 and row["customer"] > 0 and row["product"] == "loan"),
        (Filter(since=date(2025, 12, 1)), lambda row: row["at"].date() >= date(2025, 12, 1)),
        (Filter(since=date(2025, 11, 10), until=date(2025, 12, 24)), lambda row: date(2025, 11, 10) <= row["at"].date() < date(2025, 12, 24)),
        (Filter(until=date(2026, 1, 1), kinds=["survey"], batches=[2]), lambda row: row["at"].year == 2025 and row["batch"] == 2),
        (Filter(issues=["fees"], segments=["old"]), lambda row: row["issue"] == "fees" and row["segment"] == "old"),
    ],
)  # fmt: skip
def test_filters_let_pass_what_they_say(warehouse: Warehouse, where: Filter, passes) -> None:
    for by in (("month",), ("unit", "channel"), ("day", "product")):
        expected = counted(filter(passes, NPS), by)
        assert numbers(histograms(warehouse, metric="nps", by=by, where=where)) == expected


def test_groups_that_are_not_known_come_first_and_in_order(warehouse: Warehouse) -> None:
    keys = list(histograms(warehouse, metric="nps", by=("unit", "channel")))
    assert keys[0] == (None, None)
    assert keys == sorted(keys, key=lambda key: [(part is not None, part) for part in key])


def test_weights_are_summed_beside_the_counts(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.project([answer(1, 9, weight=2), answer(2, 9, weight=0.5), answer(3, 4)], through=1)
    expected = {4.0: Cell(1, 1.0, 1.0), 9.0: Cell(2, 2.5, 4.25)}
    assert histograms(warehouse, metric="nps") == {(): expected}
    assert histograms(warehouse, metric="nps", where=Filter(customers=[None])) == {(): expected}


def test_weights_that_happen_to_average_one_are_not_taken_for_none(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.project([answer(1, 9, weight=0.5), answer(2, 4, weight=1.5)], through=1)
    assert histograms(warehouse, metric="nps") == {(): {4.0: Cell(1, 1.5, 2.25), 9.0: Cell(1, 0.5, 0.25)}}


def test_answers_without_weights_weigh_one_each(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.project([answer(i, i % 2) for i in range(5)], through=1)
    assert not warehouse.engine.read(lambda reader: reader.shape()).weighted
    for by in ((), ("customer",)):
        (histogram,) = histograms(warehouse, metric="nps", by=by).values()
        assert histogram == {0.0: Cell(3, 3.0, 3.0), 1.0: Cell(2, 2.0, 2.0)}
        ((low, high),) = bands(warehouse, metric="nps", cuts=(1,), by=by).values()
        assert (low, high) == (Cell(3, 3.0, 3.0), Cell(2, 2.0, 2.0))


@pytest.mark.parametrize("by", [(), ("month", "unit"), ("customer",)])
def test_bands_are_histograms_added_up(warehouse: Warehouse, by: tuple[str, ...]) -> None:
    whole = histograms(warehouse, metric="nps", by=by)
    banded = bands(warehouse, metric="nps", cuts=(7, 9), by=by)
    assert list(banded) == list(whole)
    for group, cells in banded.items():
        for low, high, cell in zip((-1, 7, 9), (7, 9, 11), cells, strict=True):
            inside = [c for value, c in whole[group].items() if low <= value < high]
            assert cell == Cell(
                sum(c.n for c in inside), sum(c.sum_w for c in inside), sum(c.sum_w2 for c in inside)
            )


def test_bands_of_nothing_are_nothing(warehouse: Warehouse) -> None:
    assert bands(warehouse, metric="ces", cuts=(5,)) == {}
    assert bands(warehouse, metric="nps", cuts=(5,), where=Filter(units=[])) == {}


def test_counts_go_by_group_whatever_the_value(warehouse: Warehouse) -> None:
    expected = {key: sum(values.values()) for key, values in counted(ROWS, ("issue", "week")).items()}
    found = counts_by(warehouse, metrics=["nps", "csat"], by=("issue", "week"))
    assert found == expected
    assert counts_by(warehouse, metric="nps", by=()) == {(): len(NPS)}
    assert counts_by(warehouse, metric="ces", by=()) == {}


def test_the_span_names_the_first_and_last_day(warehouse: Warehouse) -> None:
    days = [row["at"].date() for row in NPS if row["unit"] == 2]
    span = answer_span(warehouse, metric="nps", where=Filter(units=[2]))
    assert (span.first, span.last, span.n) == (min(days), max(days), len(days))
    nothing = answer_span(warehouse, metric="ces")
    assert (nothing.first, nothing.last, nothing.n) == (None, None, 0)


def test_several_metrics_are_kept_apart(warehouse: Warehouse) -> None:
    both = histograms(warehouse, metrics=["nps", "csat"], by=("metric", "month"))
    assert numbers(both) == counted(ROWS, ("metric", "month"))
    with pytest.raises(ValueError, match="kept apart"):
        histograms(warehouse, metrics=["nps", "csat"], by=("month",))
    with pytest.raises(ValueError, match="metric"):
        histograms(warehouse, by=("month",))


@pytest.mark.parametrize("name", ["value", "feedback_id", "1; DROP TABLE answers", "at"])
def test_only_listed_columns_can_be_grouped_by(warehouse: Warehouse, name: str) -> None:
    with pytest.raises(UnknownColumn):
        histograms(warehouse, metric="nps", by=(name,))


def test_a_query_takes_the_source_with_the_fewest_rows_that_knows_its_columns() -> None:
    shape = Shape({0: 100, 1: 5, 2: 9, 3: 20, 5: 150}, weighted=False)

    def source(by: tuple[str, ...], where: Filter = Filter()) -> int:  # noqa: B008
        return Question(metrics=("nps",), by=by, where=where).source(shape).grain

    assert source(("month",)) == 1
    assert source(("month",), Filter(since=date(2026, 2, 1))) == 1
    assert source(("month",), Filter(since=date(2026, 2, 2))) == 2
    assert source(("unit",)) == 3
    assert source(("day", "unit")) == 0  # grain 5 would be longer than the answers
    assert source(("product",)) == 0  # grain 4 was not kept
    assert source(("month",), Filter(customers=[1])) == 0
