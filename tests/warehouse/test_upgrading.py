"""A folder of an older version is refused with the command that helps, and comes out of it with the same events."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from candor.warehouse import Warehouse, WarehouseOutdated, WarehouseTooNew, upgrade
from candor.warehouse.queries import event_cases
from candor.warehouse.schema import EVENTS, listed
from candor.warehouse.table import Part, Table
from tests.warehouse.planted import contents, many_answers
from tests.warehouse.test_events import PLANTED

OLD_EVENTS = replace(
    EVENTS,
    columns=tuple(column for column in EVENTS.columns if column.name not in {"bucket", "received_at"}),
    order=("journey", "case_id", "at", "ordinal", "event_id"),
    ranges=("batch",),
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder as format 1 wrote it: events in two parts, without buckets, and no word of its format."""
    new = Warehouse(tmp_path / "new")
    new.append_events(PLANTED)
    folder = tmp_path / "old"
    Warehouse(folder).project(many_answers(50), through=9)
    (folder / "format").unlink()
    (folder / "events").rename(tmp_path / "unused")
    table = Table.create(folder / "events", OLD_EVENTS)
    connection = duckdb.connect()
    for number, condition in enumerate(("case_id < '2'", "case_id >= '2'")):
        path = table.folder / f"part-{number}.parquet"
        connection.execute(
            f"COPY (SELECT {listed(OLD_EVENTS.names)} FROM read_parquet({new.files('events')}) "
            f"WHERE {condition} ORDER BY {listed(OLD_EVENTS.order)}) TO '{path}'"
        )
        (count,) = connection.execute(f"SELECT count(*) FROM '{path}'").fetchall()[0]
        part = Part(path.name, path.stat().st_size, count, {"batch": (None, None)})
        table.commit(operation="WRITE", added=[part])
    return folder


def _events(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.engine.rows(f"SELECT {listed(OLD_EVENTS.names)} FROM events ORDER BY event_id")


def test_an_old_folder_is_refused_with_the_command_that_helps(old: Path) -> None:
    with pytest.raises(WarehouseOutdated, match="candor warehouse upgrade"):
        Warehouse(old)


def test_an_upgrade_keeps_every_event_and_answer(old: Path, tmp_path: Path) -> None:
    assert upgrade(old)
    upgraded, fresh = Warehouse(old), Warehouse(tmp_path / "new")
    assert _events(upgraded) == _events(fresh)
    assert event_cases(upgraded, journey="loan") == event_cases(fresh, journey="loan")
    assert upgraded.append_events(PLANTED) == 0
    assert (len(contents(upgraded)), upgraded.watermark()) == (50, 9)
    assert not upgrade(old)


def test_an_upgrade_that_was_cut_off_after_its_commit_is_finished_by_the_next(old: Path) -> None:
    upgrade(old)
    version = Warehouse(old).events.snapshot().version
    (old / "format").unlink()
    assert upgrade(old)
    assert Warehouse(old).events.snapshot().version == version


def test_a_folder_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Warehouse(tmp_path)
    (tmp_path / "format").write_text("99")
    with pytest.raises(WarehouseTooNew):
        Warehouse(tmp_path)
    with pytest.raises(WarehouseTooNew):
        upgrade(tmp_path)


def test_a_folder_without_a_warehouse_needs_no_upgrade(tmp_path: Path) -> None:
    assert not upgrade(tmp_path / "nothing")
