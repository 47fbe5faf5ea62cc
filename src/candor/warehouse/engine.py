"""What an engine is asked, and DuckDB in memory over the Delta file lists: the engine that answers on one machine."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import duckdb
from deltalake.exceptions import DeltaError

from candor.warehouse.errors import WarehouseDamaged
from candor.warehouse.schema import ANSWERS, BUCKETS, CUBE_COLUMNS, EVENTS, GRAINS, Column
from candor.warehouse.table import Snapshot, Table
from candor.warehouse.workbench import cube_path

if TYPE_CHECKING:
    from candor.warehouse.store import Warehouse

Rows = list[tuple[Any, ...]]
Result = TypeVar("Result")
ALL_BUCKETS = (0, BUCKETS - 1)
TRIES = 6  # a reader that always loses its files to the writer is a bug, not bad luck


# Weights sum to n, and so do their squares, only if each of them is 1. Grain 1 is in every cube: it is tiny.
UNWEIGHTED = """
SELECT filename, sum(n) = sum(sum_w) AND sum(n) = sum(sum_w2)
FROM read_parquet(?, filename = true) WHERE grain = 1 GROUP BY filename
"""
IN_BUCKETS = (
    "SELECT filename, bucket, count(*) FROM read_parquet(?, filename = true) GROUP BY filename, bucket"
)
CELLS = "SELECT filename, grain, count(*) FROM read_parquet(?, filename = true) GROUP BY filename, grain"


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows by grain of the cube, and of the answers under 0; and whether any answer has another weight than 1."""

    rows: Mapping[int, int]
    weighted: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """A range of buckets, both ends included, and the number of events in it."""

    low: int
    high: int
    rows: int


class Reader(Protocol):
    """Asks one state of `answers`, `daily` and `events`; for the thread that it was made for."""

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        """The rows of a query in the portable subset; values are bound, never pasted."""
        ...

    def shape(self) -> Shape:
        """How the answers lie, by which a query chooses where to look."""
        ...

    def slices(self, most: int) -> tuple[Slice, ...]:
        """All buckets in ranges of at most `most` events, as few as that takes; one bucket with more is a slice of its own.

        The events of a case are all in one bucket. Without any events there is one slice with none. An engine that bounds its own
        memory may put all buckets into one slice, so that a caller must not count on `most`.
        """
        ...

    def within(self, low: int, high: int) -> "Reader":
        """A reader of the same state whose `events` are those of the buckets from `low` to `high`; other files are not opened."""
        ...


class Engine(Protocol):
    """Answers the named queries; safe to use from several threads."""

    def read(self, work: Callable[[Reader], Result]) -> Result:
        """Let `work` ask any number of queries of one and the same state of the tables.

        `work` may be called again from the start, when a file it needs was removed by a later version.
        """
        ...

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        """The rows of one query."""
        ...

    def sweep(self) -> None:
        """Remove what the engine keeps of files that no version names any more; for the holder of the writer's lock."""
        ...


class DuckReader:
    """A reader over DuckDB; readers of one thread share its connection."""

    def __init__(
        self,
        engine: "DuckEngine",
        table: Table,
        answers: Snapshot,
        events: Snapshot,
        buckets: tuple[int, int] = ALL_BUCKETS,
    ) -> None:
        self._engine = engine
        self._table = table  # of the answers, which a rebuild puts into another folder
        self._answers = answers
        self._events = events
        self._buckets = buckets

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        return self.connection().execute(query, list(parameters)).fetchall()

    def shape(self) -> Shape:
        return self._engine.measure(self, self._table, self._answers)

    def slices(self, most: int) -> tuple[Slice, ...]:
        return tuple(balanced(self._engine.events_by_bucket(self, self._events), most))

    def within(self, low: int, high: int) -> "DuckReader":
        return DuckReader(self._engine, self._table, self._answers, self._events, (low, high))

    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection that sees what this reader sees, for queries that keep tables of their own beside."""
        return self._engine.show(self._table, self._answers, self._events, self._buckets)


class DuckEngine:
    """Runs queries in the portable subset; a connection a thread, its views renewed when a table has a new version."""

    def __init__(self, warehouse: "Warehouse") -> None:
        self._warehouse = warehouse
        self._settings = warehouse.settings
        self._lock = threading.Lock()
        self._root: duckdb.DuckDBPyConnection | None = None
        self._process = 0
        self._local = threading.local()
        self._parts: dict[
            str, tuple[dict[int, int], bool]
        ] = {}  # cells by grain, and whether all weights are 1
        self._shape: tuple[object, Shape] = (None, Shape({}, weighted=True))
        self._buckets: dict[str, dict[int, int]] = {}  # events by bucket, of each part

    def read(self, work: Callable[[Reader], Result]) -> Result:
        for left in reversed(range(TRIES)):
            try:
                return work(self._reader())
            except (duckdb.IOException, DeltaError, FileNotFoundError) as error:
                if not left:
                    raise self._damaged(error) from error
                self._warehouse.answers.forget()
                self._warehouse.events.forget()
            except (duckdb.InvalidInputException, duckdb.SerializationException) as error:
                raise self._damaged(error) from error
        raise AssertionError

    def _damaged(self, error: Exception) -> Exception:
        """What a failed query is called: by the files that are damaged, or as it was."""
        detail = str(error).splitlines()[0]
        try:
            tables = (self._warehouse.answers, self._warehouse.events)
            bad = [name for table in tables for name in table.damaged()]
        except (DeltaError, OSError):
            return WarehouseDamaged(self._warehouse.folder, (), detail)
        return WarehouseDamaged(self._warehouse.folder, tuple(bad), detail) if bad else error

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        return self.read(lambda reader: reader.rows(query, parameters))

    def sweep(self) -> None:
        """It keeps nothing."""

    def _reader(self) -> DuckReader:
        answers = self._warehouse.answers
        return DuckReader(self, answers, answers.snapshot(), self._warehouse.events.snapshot())

    def events_by_bucket(self, reader: DuckReader, events: Snapshot) -> list[int]:
        """The number of events in each bucket."""
        table, known = self._warehouse.events, self._buckets
        fresh = {str(table.path(part)): part.name for part in events.parts if part.name not in known}
        known = {part.name: known.get(part.name, {}) for part in events.parts}
        if fresh:
            for path, bucket, count in reader.rows(IN_BUCKETS, [list(fresh)]):
                known[fresh[path]][bucket] = count
        self._buckets = known
        return [sum(part.get(bucket, 0) for part in known.values()) for bucket in range(BUCKETS)]

    def measure(self, reader: DuckReader, answers: Table, snapshot: Snapshot) -> Shape:
        """How the answers of `snapshot` lie."""
        token = (answers.folder, snapshot.version)
        if self._shape[0] == token:
            return self._shape[1]
        known = {part.name: self._parts[part.name] for part in snapshot.parts if part.name in self._parts}
        fresh = {
            str(cube_path(answers, part)): part.name for part in snapshot.parts if part.name not in known
        }
        if fresh:
            levels: dict[str, dict[int, int]] = {name: {} for name in fresh.values()}
            for path, grain, cells in reader.rows(CELLS, [list(fresh)]):
                levels[fresh[path]][grain] = cells
            plain = {fresh[path]: flag for path, flag in reader.rows(UNWEIGHTED, [list(fresh)])}
            known |= {name: (levels[name], plain[name]) for name in levels}
        shape = shape_of(list(known.values()), sum(part.rows for part in snapshot.parts))
        self._parts, self._shape = known, (token, shape)
        return shape

    def _connection(self) -> duckdb.DuckDBPyConnection:
        if getattr(self._local, "process", None) != os.getpid():
            self._local.connection = self._new_connection()
            self._local.shown = {}
            self._local.process = os.getpid()
        connection: duckdb.DuckDBPyConnection = self._local.connection
        return connection

    def _new_connection(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._root is None or self._process != os.getpid():  # a connection does not survive a fork
                spill = str(self._warehouse.folder / "spill")
                own = {"preserve_insertion_order": "false", "temp_directory": spill}
                self._root = duckdb.connect(config={**self._settings, **own})
                self._root.execute("SET TimeZone = 'UTC'")
                self._root.execute("SET parquet_metadata_cache = true")  # a part never changes
                self._process = os.getpid()
            return self._root.cursor()

    def show(
        self, answers: Table, facts: Snapshot, events: Snapshot, buckets: tuple[int, int]
    ) -> duckdb.DuckDBPyConnection:
        """This thread's connection, its views over these states of the tables."""
        connection = self._connection()
        token: object = (answers.folder, facts.version)
        if self._local.shown.get(ANSWERS.name) != token:
            paths = [str(answers.path(part)) for part in facts.parts]
            cubes = [str(cube_path(answers, part)) for part in facts.parts]
            connection.execute(_view(ANSWERS.name, ANSWERS.columns, paths))
            connection.execute(_view("daily", CUBE_COLUMNS, cubes))
            self._local.shown[ANSWERS.name] = token
        token = (events.version, buckets)
        if self._local.shown.get(EVENTS.name) != token:
            paths = [str(self._warehouse.events.path(part)) for part in events.parts if part.holds(*buckets)]
            within = (
                "" if buckets == ALL_BUCKETS else f" WHERE bucket BETWEEN {buckets[0]:d} AND {buckets[1]:d}"
            )
            connection.execute(_view(EVENTS.name, EVENTS.columns, paths) + within)
            self._local.shown[EVENTS.name] = token
        return connection


def balanced(counts: list[int], most: int) -> Iterator[Slice]:
    """Ranges of buckets, given the number of events in each, that hold at most `most` events."""
    low, rows = 0, 0
    for bucket, count in enumerate(counts):
        if rows and rows + count > most:
            yield Slice(low, bucket - 1, rows)
            low, rows = bucket, 0
        rows += count
    yield Slice(low, BUCKETS - 1, rows)


def _view(name: str, columns: tuple[Column, ...], paths: list[str]) -> str:
    if paths:
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        body = f"SELECT * FROM read_parquet([{listed}])"
    else:
        nothing = ", ".join(f'CAST(NULL AS {column.type}) AS "{column.name}"' for column in columns)
        body = f"SELECT * FROM (SELECT {nothing} WHERE false) AS nothing"
    return f"CREATE OR REPLACE TEMP VIEW {name} AS {body}"


def shape_of(parts: list[tuple[dict[int, int], bool]], answers: int) -> Shape:
    """The shape of all answers, from each part's cells by grain and whether all its weights are 1."""
    rows = {0: answers}
    for grain in GRAINS:
        if all(grain.number in levels for levels, _ in parts):  # else it was not worth keeping somewhere
            rows[grain.number] = sum(levels[grain.number] for levels, _ in parts)
    return Shape(rows, weighted=not all(plain for _, plain in parts))
