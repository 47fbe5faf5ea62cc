"""Events put together: runs of parts that were sorted as one, each part a narrow range of buckets.

An append makes a run of one part. Runs are put together when together they are nearly as large as the next one, so that an event
is written anew about once for each doubling of the log, and a log of a hundred million has about ten runs. All of it goes on beside
readers and other writers: parts are sorted into a folder of their own, a slice of the buckets at a time, and only moving
them into place takes the writer's lock.
"""

import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import duckdb

from candor.warehouse.disk import only_writer, room_expected
from candor.warehouse.errors import WarehouseBusy
from candor.warehouse.event_bench import EVENT_PART_ROWS, run_of, sorted_into
from candor.warehouse.keys import of_like_size
from candor.warehouse.table import Part
from candor.warehouse.workbench import SMALL_ROWS

if TYPE_CHECKING:
    from candor.warehouse.store import Warehouse

LOCK = "compaction.lock"
FOLDER = "compaction"
GROWTH = (
    1.5  # a run is put together with all smaller ones when it is at most so many times as large as they are
)
TRIES = 3
PAUSE = 0.2  # seconds


@dataclass(slots=True)
class Group:
    """The parts of one run."""

    name: str
    parts: list[Part] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


class Overtaken(Exception):
    """A part that was being put together was changed or dropped meanwhile."""


def compact_events(warehouse: "Warehouse", *, everything: bool = False) -> int:
    """Put together the runs that are due, or all of them; returns the number of events that were written anew.

    Raises:
        WarehouseBusy: Another compaction went on for longer than we wait, or changes came between each time.
        WarehouseFull: Nothing was changed.
    """
    for _ in range(TRIES):
        with suppress(Overtaken), only_writer(warehouse.folder, warehouse.patience, LOCK):
            with warehouse.event_bench() as bench:
                bench.fold(at_least=2)
                bench.commit("OPTIMIZE")
            return _merge(warehouse, runs_due(warehouse.events.snapshot().parts, everything=everything))
        time.sleep(PAUSE)  # who waits for us, such as an erasure, goes first
    raise WarehouseBusy(warehouse.folder, TRIES * PAUSE)


def runs_due(parts: Sequence[Part], *, everything: bool = False) -> list[Part]:
    """The parts of the runs that a compaction would put together; none when there would be only one run of them.

    Parts that the next append may fold are left to it.
    """
    groups = {name: Group(name) for name in map(run_of, parts)}
    for part in parts:
        groups[run_of(part)].parts.append(part)
    found = list(groups.values())
    if not everything:
        found = [group for group in found if len(group.parts) > 1 or group.rows >= SMALL_ROWS]
        found = of_like_size(found, GROWTH)
    return [part for group in found for part in group.parts] if len(found) > 1 else []


def _merge(warehouse: "Warehouse", chosen: list[Part]) -> int:
    if not chosen:
        return 0
    folder = warehouse.folder / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        with room_expected(warehouse.folder):
            made = _sort(warehouse, chosen, folder)
            _put_in_place(warehouse, chosen, made, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return sum(part.rows for part in made)


def _sort(warehouse: "Warehouse", chosen: list[Part], folder: Path) -> list[Part]:
    connection = duckdb.connect(
        config={
            **warehouse.settings,
            "temp_directory": str(folder / "spill"),
            "preserve_insertion_order": "false",
        }
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        sources = [(warehouse.events.path(part), part.ranges["bucket"]) for part in chosen]
        made = []
        for part in sorted_into(folder, connection, sources, run=uuid4().hex, most=EVENT_PART_ROWS):
            _expect_live(warehouse, chosen)
            made.append(part)
        return made
    except (duckdb.IOException, FileNotFoundError):
        _expect_live(warehouse, chosen)
        raise
    finally:
        connection.close()


def _put_in_place(warehouse: "Warehouse", chosen: list[Part], made: list[Part], folder: Path) -> None:
    with warehouse.event_bench() as bench:
        _expect_live(warehouse, chosen)
        bench.take_over(made, folder, instead_of=chosen)
        bench.keys.fold(up_to=bench.snapshot.rows)
        bench.commit("OPTIMIZE")


def _expect_live(warehouse: "Warehouse", chosen: Sequence[Part]) -> None:
    if not {part.name for part in chosen} <= {part.name for part in warehouse.events.snapshot().parts}:
        raise Overtaken
