"""Answers are replaced by feedback, in one step, and the cube always agrees with them."""

import random
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from candor.warehouse import BadRow, Warehouse, WarehouseBusy, WarehouseMissing, workbench
from candor.warehouse.disk import only_writer
from candor.warehouse.queries import Filter, histograms
from candor.warehouse.schema import ANSWERS
from tests.warehouse.planted import (
    START,
    answer,
    assert_cube_agrees,
    contents,
    counted,
    many_answers,
    numbers,
    parts_on_disk,
    values_of,
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def test_a_new_warehouse_answers_every_question_with_nothing(warehouse: Warehouse) -> None:
    assert histograms(warehouse, metric="nps", by=("month", "unit")) == {}
    assert histograms(warehouse, metric="nps", by=("customer",)) == {}
    assert warehouse.watermark() == 0


def test_a_folder_without_a_warehouse_is_not_taken_for_one(tmp_path: Path) -> None:
    with pytest.raises(WarehouseMissing):
        Warehouse(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


def test_projecting_again_replaces_the_answers_of_that_feedback_only(warehouse: Warehouse) -> None:
    warehouse.project([answer(1, 3), answer(2, 8)], through=1)
    warehouse.project([answer(1, 10)], through=2)
    assert values_of(warehouse) == {1: 10, 2: 8}
    assert warehouse.watermark() == 2


def test_a_replay_changes_nothing(warehouse: Warehouse) -> None:
    rows = many_answers(500)
    warehouse.project(rows, through=7)
    before = contents(warehouse)
    warehouse.project(rows, through=7)
    assert contents(warehouse) == before
    assert warehouse.watermark() == 7


def test_an_older_replay_does_not_move_the_watermark_back(warehouse: Warehouse) -> None:
    warehouse.project([answer(2)], through=9)
    warehouse.project([answer(1)], through=4)
    assert warehouse.watermark() == 9


def test_feedback_can_be_replaced_by_nothing(warehouse: Warehouse) -> None:
    warehouse.project([answer(1), answer(2)], through=1)
    warehouse.project([], through=2, feedback_ids=[1])
    assert values_of(warehouse) == {2: 9}


def test_a_watermark_alone_moves_on(warehouse: Warehouse) -> None:
    warehouse.project([], through=12)
    assert Warehouse(warehouse.folder).watermark() == 12


def test_the_order_of_rows_and_their_chunks_leave_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = many_answers(3000)
    straight, shuffled = Warehouse(tmp_path / "a"), Warehouse(tmp_path / "b", threads=1)
    straight.project(rows, through=1)
    random.Random(5).shuffle(rows)
    monkeypatch.setattr(workbench, "PART_ROWS", 700)
    monkeypatch.setattr("candor.warehouse.rows.CHUNK", 130)
    shuffled.project(iter(rows), through=1)
    assert len(shuffled.answers.snapshot().parts) > 1
    assert contents(straight) == contents(shuffled)
    for by in (("month", "unit"), ("customer",), ("week", "channel")):
        assert histograms(straight, metric="nps", by=by) == histograms(shuffled, metric="nps", by=by)


def test_weights_add_up_to_the_same_last_digit_in_any_order(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = [answer(i, 9, weight=w) for i, w in enumerate([0.1, 0.7, 31.7, 0.2, 3.3, 0.013] * 50)]
    warehouse.project(rows, through=1)
    other = Warehouse(tmp_path / "other")
    for start in range(0, 300, 30):
        other.project(list(reversed(rows))[start : start + 30], through=start)
    (here,), (there,) = (histograms(w, metric="nps")[()].values() for w in (warehouse, other))
    assert here == there
    assert here.sum_w == pytest.approx(sum(row["weight"] for row in rows), rel=1e-7)
    assert here.sum_w2 == pytest.approx(sum(row["weight"] ** 2 for row in rows), rel=1e-7)


def test_the_cube_agrees_with_the_answers_after_every_kind_of_write(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench, "PART_ROWS", 400)
    monkeypatch.setattr(workbench, "SMALL_ROWS", 50)
    rows = many_answers(2000)
    warehouse.project(rows, through=1)
    assert_cube_agrees(warehouse)
    changed = [row | {"value": 0} for row in rows if row["feedback_id"] % 97 == 0]
    warehouse.project(changed, through=2)
    assert_cube_agrees(warehouse)
    warehouse.erase(customers=[3])
    warehouse.delete_batch(2)
    assert_cube_agrees(warehouse)
    warehouse.compact()
    assert_cube_agrees(warehouse)
    kept = {row["feedback_id"] * 2 + (row["metric"] == "csat"): row for row in rows}
    kept |= {row["feedback_id"] * 2 + (row["metric"] == "csat"): row for row in changed}
    expected = [r for r in kept.values() if r["customer"] != 3 and r["batch"] != 2 and r["metric"] == "nps"]
    found = histograms(warehouse, metric="nps", by=("month", "unit"))
    assert numbers(found) == counted(expected, ("month", "unit"))


def test_fresh_feedback_is_appended_and_no_file_is_written_anew(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench, "SMALL_ROWS", 10)
    warehouse.project(many_answers(200), through=1)
    before = set(warehouse.files("answers"))
    warehouse.project([answer(1000), answer(1001)], through=2)
    assert before < set(warehouse.files("answers"))


def test_many_small_writes_are_folded_together(warehouse: Warehouse) -> None:
    for number in range(60):
        warehouse.project([answer(number, number % 11)], through=number)
    assert len(warehouse.answers.snapshot().parts) <= workbench.FOLD_AT
    assert values_of(warehouse) == {number: number % 11 for number in range(60)}
    assert_cube_agrees(warehouse)


def test_erasing_leaves_nothing_of_a_customer_in_any_file(warehouse: Warehouse) -> None:
    warehouse.project([answer(i, customer=i % 3, segment=f"secret-{i % 3}") for i in range(30)], through=1)
    warehouse.append_events(
        [
            {"journey": "loan", "case_id": str(i), "activity": "call", "at": START, "customer": i % 3}
            for i in range(9)
        ]
    )
    erased = warehouse.erase(customers=[1], feedback_ids=[0])
    assert (erased.answers, erased.events, erased.traces.found) == (10 + 1, 3, ())
    assert values_of(warehouse).keys() == {i for i in range(1, 30) if i % 3 != 1}
    assert {row[0] for row in warehouse.engine.rows("SELECT customer FROM events")} == {0, 2}
    live = {Path(name) for table in ("answers", "daily", "events") for name in warehouse.files(table)}
    assert set(warehouse.folder.rglob("*.parquet")) == live
    segments = warehouse.engine.rows(
        "SELECT DISTINCT segment FROM daily WHERE segment IS NOT NULL ORDER BY segment"
    )
    assert segments == [("secret-0",), ("secret-2",)]


def test_a_batch_is_taken_back_whole(warehouse: Warehouse) -> None:
    warehouse.project([answer(1, batch=5), answer(2, batch=6), answer(3)], through=1)
    warehouse.append_events([{"journey": "loan", "case_id": "1", "activity": "a", "at": START, "batch": 5}])
    assert warehouse.delete_batch(5) == 2
    assert values_of(warehouse).keys() == {2, 3}
    assert warehouse.delete_batch(5) == 0


def test_vacuum_removes_what_no_version_names_and_nothing_else(warehouse: Warehouse) -> None:
    warehouse.project(many_answers(50), through=1)
    warehouse.project(many_answers(50, seed=2), through=2)
    before = contents(warehouse)
    stray = warehouse.answers.folder / "part-from-a-crash.parquet"
    stray.write_bytes(b"torn")
    assert warehouse.vacuum(grace=3600) == 0
    assert warehouse.vacuum() == 3
    assert not stray.exists()
    assert contents(warehouse) == before


def test_a_rebuild_takes_the_place_of_what_was_there(warehouse: Warehouse) -> None:
    warehouse.project(many_answers(100), through=50)
    reader = Warehouse(warehouse.folder)
    assert len(values_of_all(reader)) == 100
    warehouse.rebuild((answer(i, 4) for i in range(7)), through=33)
    assert values_of(reader) == dict.fromkeys(range(7), 4)
    assert reader.watermark() == 33
    warehouse.vacuum()
    assert {name.split("/")[0] for name in parts_on_disk(warehouse.folder)} == {"projection-000002"}


def values_of_all(warehouse: Warehouse) -> list[object]:
    return list(contents(warehouse))


def test_a_rebuild_that_fails_leaves_the_old_answers(warehouse: Warehouse) -> None:
    warehouse.project([answer(1, 3)], through=5)

    def broken() -> object:
        yield answer(2)
        raise RuntimeError("the record went away")

    with pytest.raises(RuntimeError):
        warehouse.rebuild(broken(), through=9)
    assert values_of(Warehouse(warehouse.folder)) == {1: 3}
    assert warehouse.watermark() == 5
    warehouse.rebuild([answer(2, 7)], through=9)
    assert values_of(warehouse) == {2: 7}


def test_instants_are_kept_in_utc_and_days_follow_unless_given(warehouse: Warehouse) -> None:
    late = datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    warehouse.project(
        [answer(1, at=late), answer(2, at=late, day=date(2026, 1, 1)), answer(3, at=late.astimezone(UTC))],
        through=1,
    )
    rows = warehouse.engine.rows('SELECT "at", day, month FROM answers ORDER BY feedback_id')
    instant = datetime(2025, 12, 31, 22, 30)
    assert rows == [
        (instant, date(2025, 12, 31), 202512),
        (instant, date(2026, 1, 1), 202601),
        (instant, date(2025, 12, 31), 202512),
    ]


def test_tuples_in_the_order_of_the_columns_do_as_well_as_dicts(warehouse: Warehouse) -> None:
    row = answer(4, 6, unit=2, weight=1.5)
    warehouse.project([tuple(row.get(name) for name in ANSWERS.names)], through=1)
    first = contents(warehouse)
    warehouse.project([row], through=2)
    assert contents(warehouse) == first


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (answer(1, value=None), "value"),
        (answer(1, value=float("nan")), "value"),
        (answer(1, weight=float("nan")), "weight"),
        (answer(1, weight=float("inf")), "weight"),
        (answer(1, weight=-1), "weight"),
        (answer(1, unit="north"), "unit"),
        (answer(1, metric=None), "metric"),
        (answer(1, colour="red"), "colour"),
        (answer(None), "feedback_id"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(
    warehouse: Warehouse, row: dict[str, object], column: str
) -> None:
    warehouse.project([answer(7, 7)], through=1)
    before = parts_on_disk(warehouse.folder)
    with pytest.raises(BadRow) as caught:
        warehouse.project([answer(5), answer(6), row], through=2)
    assert (caught.value.row, caught.value.column) == (3, column)
    assert values_of(warehouse) == {7: 7}
    assert warehouse.watermark() == 1
    assert parts_on_disk(warehouse.folder) == before


def test_a_second_writer_is_told_so(warehouse: Warehouse) -> None:
    other = Warehouse(warehouse.folder, patience=0.05)
    with only_writer(warehouse.folder, 0), pytest.raises(WarehouseBusy):
        other.project([answer(1)], through=1)
    other.project([answer(1)], through=1)
    assert values_of(warehouse) == {1: 9}


def test_text_of_every_kind_comes_back_as_it_went_in(warehouse: Warehouse) -> None:
    odd = [
        "",
        "'; DROP TABLE answers; --",
        'quote " and \\',
        "emoji 🙂",
        "line\nbreak",
        "ünïcødé",
        "a\x1fb",
        "NULL",
        "{}",
    ]
    warehouse.project([answer(i, product=text) for i, text in enumerate(odd)], through=1)
    found = histograms(warehouse, metric="nps", by=("product",))
    assert {key[0] for key in found} == set(odd)
    for text in odd:
        assert len(histograms(warehouse, metric="nps", where=Filter(products=[text]))[()]) == 1


def test_checkpoints_come_and_go_without_losing_a_version(warehouse: Warehouse) -> None:
    reader = Warehouse(warehouse.folder)
    for number in range(45):
        warehouse.project([answer(0, number % 11)], through=number)
        assert values_of(reader) == {0: number % 11}
    assert list((warehouse.answers.folder / "_delta_log").glob("*.checkpoint.parquet"))
    assert values_of(Warehouse(warehouse.folder)) == {0: 0}
