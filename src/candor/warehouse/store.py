"""The warehouse: answers with their daily cube, and the event log, as Delta tables in one folder.

```text
folder/
├── format                the version of this layout
├── current               the name of the projection that is read, replaced as a whole by `rebuild`
├── projection-000001/    can be dropped and rebuilt from the record at any time
│   └── answers/          Delta table; `_cube/` holds each part's counts by day, month, unit, …
├── events/               Delta table, append-only
├── damaged/              files that `mend` set aside
├── staging/              of the writer at work; what is there without one is from a crash
├── compaction/           of a compaction at work, as above
├── spill/                of queries that do not fit into memory
└── writer.lock
```
"""

import math
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from deltalake.exceptions import DeltaError

from candor.warehouse.bulk import EventSource
from candor.warehouse.compaction import FOLDER as COMPACTION_FOLDER
from candor.warehouse.compaction import LOCK as COMPACTION_LOCK
from candor.warehouse.compaction import compact_events
from candor.warehouse.disk import only_writer, room_expected, sync, write_durably
from candor.warehouse.engine import DuckEngine, Engine
from candor.warehouse.errors import WarehouseBusy, WarehouseMissing, WarehouseOutdated, WarehouseTooNew
from candor.warehouse.event_bench import EventBench
from candor.warehouse.keys import KEY_FOLDER, Keys
from candor.warehouse.proof import Erased, traces
from candor.warehouse.rows import Row
from candor.warehouse.schema import ANSWERS, EVENTS, Schema
from candor.warehouse.table import Table
from candor.warehouse.verify import Mended, Verified, damaged_parts, verify
from candor.warehouse.workbench import CUBE_FOLDER, PART_ROWS, Workbench, cube_path, files_of

POINTER = "current"
FORMAT_FILE = "format"
FORMAT = 2  # 1 had events without bucket and without the time of their arrival
ERASE_PATIENCE = 300.0  # seconds that an erasure waits for a compaction to notice that it was overtaken
GRACE = 120.0  # seconds that a dropped file is left for readers who may still hold its name
TIDY_EVERY = 20  # versions between checkpoints: reading the log costs about 0.1 ms an entry


class Warehouse:
    """Columnar facts in `folder`; made there, with empty tables, if there is none yet.

    One process writes at a time (a file lock that dies with its holder), any number read. What a write has returned from is on
    disk; a write that was cut off has changed nothing.

    Args:
        folder: A folder on a local disk.
        threads: Threads of the engine; by default one a core.
        memory_limit: Of each DuckDB connection, as DuckDB writes it ("2GB"); by default 80 % of the machine.
        patience: Seconds to wait for another writer before `WarehouseBusy`.
        create: False to raise `WarehouseMissing` rather than make an empty warehouse.
        engine: What answers the queries; DuckDB writes, whichever it is.

    >>> from datetime import datetime
    >>> from tempfile import mkdtemp
    >>> from candor.warehouse.queries import histograms
    >>> warehouse = Warehouse(mkdtemp())
    >>> answer = {"feedback_id": 1, "kind": "survey", "metric": "nps", "value": 9, "at": datetime(2026, 5, 4)}
    >>> warehouse.project([answer], through=17)
    >>> histograms(warehouse, metric="nps", by=("month",))
    {(202605,): {9.0: Cell(n=1, sum_w=1.0, sum_w2=1.0)}}
    >>> warehouse.watermark()
    17
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
        patience: float = 20.0,
        create: bool = True,
        engine: Callable[["Warehouse"], Engine] = DuckEngine,
    ) -> None:
        self.folder = Path(folder).absolute()
        self.patience = patience
        self.settings: dict[str, Any] = {"threads": threads or os.cpu_count() or 1}
        if memory_limit:
            self.settings["memory_limit"] = memory_limit
        if not self._is_complete():
            if not create:
                raise WarehouseMissing(self.folder)
            self._install()
        self._expect_format()
        self.events = Table(self.folder / "events", EVENTS)
        self._answers: Table | None = None
        self.engine = engine(self)

    @property
    def answers(self) -> Table:
        """The answers of the projection that is current now."""
        folder = self.folder / self._current() / ANSWERS.name
        if self._answers is None or self._answers.folder != folder:
            self._answers = Table(folder, ANSWERS)
        return self._answers

    def watermark(self) -> int:
        """The outbox id up to which the answers are projected; 0 at first."""
        return self.answers.snapshot().watermark

    def project(self, rows: Iterable[Row], *, through: int, feedback_ids: Iterable[int] = ()) -> None:
        """Replace all that is held of the given feedback by `rows`, and move the watermark, in one commit.

        Args:
            rows: Answers, all rows of each feedback that occurs; dicts (missing keys are NULL; `weight` is 1, `day` is the UTC
                day of `at`, `month` always follows `day`) or tuples in the order of `ANSWERS.names`. Read in chunks.
            through: The outbox id whose changes are in `rows`; the watermark never goes back.
            feedback_ids: Further feedback to replace, by nothing if no row is of it.

        Raises:
            BadRow, WarehouseBusy, WarehouseFull: Nothing was changed.
        """
        with self._writing(), self._bench(self.answers) as bench:
            bench.replace(rows, feedback_ids)
            bench.fold()
            bench.commit("MERGE", max(through, bench.snapshot.watermark))
        self._tidy(self.answers)

    def append_events(self, rows: Iterable[Row]) -> int:
        """Append the events that are not there yet; returns how many were new.

        Args:
            rows: dicts or tuples in the order of `EVENTS.given`; without `event_id` it is made by `event_id`; `attributes`
                may be a mapping; `received_at` is when we were told, None when nobody knows.

        Raises:
            BadRow, WarehouseBusy, WarehouseFull: Nothing was changed.
        """
        with self.event_bench() as bench:
            new = bench.add_new(rows)
            if new or bench.added:
                bench.fold()
            bench.commit("WRITE")
        self._tidy(self.events)
        return new

    def append_events_from(self, source: EventSource) -> int:
        """The same for many events at a time, by columns, without a Python object an event; in one commit.

        Args:
            source: Parquet files, or an object that gives an Arrow stream, such as a DuckDB relation or a Polars frame. The columns
                are those of `EVENTS.given`, by name; what is left out is NULL, and `attributes` is JSON text.

        Returns:
            How many were new.

        Raises:
            BadRow, WarehouseBusy, WarehouseFull: Nothing was changed.
        """
        with self.event_bench() as bench:
            new = bench.add_files(bench.files_of(source))
            bench.commit("WRITE")
        self._tidy(self.events)
        return new

    def erase(self, *, feedback_ids: Iterable[int] = (), customers: Iterable[int] = ()) -> Erased:
        """Drop the answers of feedback and of customers, and the events of customers, from every file on disk.

        All of them in one pass: a hundred people cost little more than one whose events lie in as many parts. When this returns,
        no file in the folder holds them, also none that a compaction was about to write.

        Raises:
            WarehouseBusy: Another process writes, or compacts; what was dropped by then stays dropped, and the call may be repeated.
        """
        feedback, people = sorted(set(feedback_ids)), sorted(set(customers))
        answers = self._drop(
            self.answers,
            "feedback_id IN (SELECT unnest(?)) OR customer IN (SELECT unnest(?))",
            feedback,
            people,
        )
        events = self._drop(self.events, "customer IN (SELECT unnest(?))", people) if people else 0
        with only_writer(self.folder, max(self.patience, ERASE_PATIENCE), COMPACTION_LOCK):
            shutil.rmtree(self.folder / COMPACTION_FOLDER, ignore_errors=True)
            removed = self.vacuum()
        return Erased(answers, events, removed, traces(self, feedback_ids=feedback, customers=people))

    def retain(self, since: datetime) -> int:
        """Drop the events of cases that have had none since `since` (UTC without a zone), so that no path is cut; their number.

        Their files stay on disk until the next vacuum.
        """
        with self.event_bench() as bench:
            dropped = bench.drop_ended(since)
            bench.commit("DELETE")
        return dropped

    def verify(self) -> Verified:
        """Read every file and compare it with the logs, the cube and the hashes of ids; changes nothing."""
        return verify(self)

    def mend(self) -> Mended:
        """Set damaged files of the event log aside, into `damaged/`, and make the hashes of ids anew; the rest can then be read."""
        with self.event_bench() as bench:
            parts = damaged_parts(self, self.events)
            bench.set_aside(parts, self.folder / "damaged")
            bench.rebuild_keys()
            bench.commit("MEND")
        return Mended(tuple(part.name for part in parts), sum(part.rows for part in parts))

    def drop_events(self, journey: str, event_ids: Iterable[str]) -> int:
        """Drop events of a journey by their ids, so that what is known better now can be appended in their place; returns their number."""
        return self._drop(
            self.events, "journey = ? AND event_id IN (SELECT unnest(?))", journey, sorted(set(event_ids))
        )

    def delete_batch(self, batch: int) -> int:
        """Drop the answers and events of one import; returns the number of rows."""
        return self._drop(self.answers, "batch = ?", batch) + self._drop(self.events, "batch = ?", batch)

    def compact(self, *, everything: bool = False) -> int:
        """Put parts together: of the answers in the order of their days, of the events by bucket.

        Args:
            everything: Write all events anew as one run, also where it is not worth it yet.

        Returns:
            The number of events that were written anew.
        """
        with self._writing(), self._bench(self.answers) as bench:
            bench.fold(up_to=PART_ROWS // 2, at_least=2)
            bench.commit("OPTIMIZE")
        return compact_events(self, everything=everything)

    def vacuum(self, *, grace: float = 0.0) -> int:
        """Remove files that no current version names; returns their number.

        Args:
            grace: Seconds that a file must have been out of use. A reader that misses a file takes the newest version and asks
                again, so 0 is safe; a grace only spares it that.
        """
        with self._writing():
            before = _clock_of(self.folder) - grace
            with suppress(WarehouseBusy), only_writer(self.folder, 0, COMPACTION_LOCK):
                shutil.rmtree(self.folder / COMPACTION_FOLDER, ignore_errors=True)
            removed = sum(self._sweep(table, before) for table in (self.answers, self.events))
            removed += self._sweep_projections(before)
            self.engine.sweep()
            return removed

    def rebuild(self, rows: Iterable[Row], *, through: int) -> None:
        """Write the projection anew from `rows` and switch to it at once; until then readers see the old one.

        Args:
            rows: All answers there are, as in `project`.
            through: The outbox id that `rows` stand for.
        """
        with self._writing():
            old = self._current()
            name = f"projection-{int(old.rpartition('-')[2]) + 1:06d}"
            shutil.rmtree(self.folder / name, ignore_errors=True)
            with room_expected(self.folder):
                table = _create_answers(self.folder / name)
            with self._bench(table) as bench:
                bench.replace(rows, ())
                bench.commit("WRITE", through)
            sync(self.folder)
            write_durably(self.folder / POINTER, name.encode())
            os.utime(self.folder / old)

    def files(self, table: Schema | str) -> list[str]:
        """The Parquet files of `answers`, `daily` or `events` as of now, for another engine to read."""
        name = table if isinstance(table, str) else table.name
        if name == "daily":
            answers = self.answers
            return [str(cube_path(answers, part)) for part in answers.snapshot().parts]
        source = {ANSWERS.name: self.answers, EVENTS.name: self.events}[name]
        return [str(source.path(part)) for part in source.snapshot().parts]

    def _current(self) -> str:
        return (self.folder / POINTER).read_text()

    def _is_complete(self) -> bool:
        return (self.folder / POINTER).exists()

    def _expect_format(self) -> None:
        found = format_of(self.folder)
        if found < FORMAT:
            raise WarehouseOutdated(self.folder, found, FORMAT)
        if found > FORMAT:
            raise WarehouseTooNew(self.folder, found, FORMAT)

    def _install(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with only_writer(self.folder, self.patience), room_expected(self.folder):
            if self._is_complete():
                return
            for leftover in ("events", "projection-000001"):
                shutil.rmtree(self.folder / leftover, ignore_errors=True)
            (self.folder / "staging").mkdir(exist_ok=True)
            Table.create(self.folder / "events", EVENTS)
            _create_answers(self.folder / "projection-000001")
            sync(self.folder)
            write_durably(self.folder / FORMAT_FILE, str(FORMAT).encode())
            write_durably(self.folder / POINTER, b"projection-000001")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with only_writer(self.folder, self.patience):
            yield

    @contextmanager
    def _bench(self, table: Table) -> Iterator[Workbench]:
        kind = EventBench if table.schema is EVENTS else Workbench
        with self._staging() as staging, kind.at(table, staging, self.settings) as bench:
            yield bench

    @contextmanager
    def event_bench(self) -> Iterator[EventBench]:
        """The writer's lock, and a bench for a new version of the events."""
        with (
            self._writing(),
            self._staging() as staging,
            EventBench.at(self.events, staging, self.settings) as bench,
        ):
            yield bench

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        staging = self.folder / "staging"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _drop(self, table: Table, predicate: str, *parameters: Any) -> int:
        with self._writing(), self._bench(table) as bench:
            dropped = bench.drop(predicate, parameters)
            bench.commit("DELETE")
            return dropped

    def _tidy(self, table: Table) -> None:
        """Housekeeping now and then; the write before it stands, whatever becomes of it."""
        if table.snapshot().version % TIDY_EVERY == 0:
            with suppress(OSError, DeltaError, WarehouseBusy):
                with self._writing():
                    table.checkpoint()
                self.vacuum(grace=GRACE)

    def _sweep(self, table: Table, before: float) -> int:
        table.forget()
        snapshot = table.snapshot()
        live = {path for part in snapshot.parts for path in files_of(table, part)}
        live.update(Keys(table.folder, snapshot.keys).files())
        found = [
            path
            for pattern in ("*.parquet", f"{CUBE_FOLDER}/*.parquet", f"{KEY_FOLDER}/*", ".*.draft")
            for path in table.folder.glob(pattern)
        ]
        dead = [path for path in found if path not in live and _dropped_at(path) <= before]
        for path in dead:
            path.unlink(missing_ok=True)
        return len(dead)

    def _sweep_projections(self, before: float) -> int:
        current = self._current()
        dead = [
            path
            for path in self.folder.glob("projection-*")
            if path.name != current and _dropped_at(path) <= before
        ]
        for path in dead:
            shutil.rmtree(path, ignore_errors=True)
        return len(dead)


def format_of(folder: Path) -> int:
    """The version of the layout of a complete warehouse; the first one did not write it down."""
    file = folder / FORMAT_FILE
    return int(file.read_text()) if file.exists() else 1


def _create_answers(folder: Path) -> Table:
    table = Table.create(folder / ANSWERS.name, ANSWERS)
    (table.folder / CUBE_FOLDER).mkdir()
    for path in (table.folder, folder):
        sync(path)
    return table


def _clock_of(folder: Path) -> float:
    """The time by the clock that dates the files of `folder`, which may be another machine's."""
    os.utime(folder / "writer.lock")
    return (folder / "writer.lock").stat().st_mtime


def _dropped_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf  # gone already
