"""What an engine is asked, and DuckDB in memory over the Delta file lists: the engine that answers on one machine."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import duckdb
from deltalake.exceptions import DeltaError

from candor.warehouse.schema import ANSWERS, CUBE_COLUMNS, GRAINS, Column
from candor.warehouse.table import Snapshot, Table
from candor.warehouse.workbench import cube_path

if TYPE_CHECKING:
    from candor.warehouse.store import Warehouse

Rows = list[tuple[Any, ...]]
Result = TypeVar("Result")
TRIES = 6  # a reader that always loses its files to the writer is a bug, not bad luck


# Weights sum to n, and so do their squares, only if each of them is 1. Grain 1 is in every cube: it is tiny.
UNWEIGHTED = """
SELECT filename, sum(n) = sum(sum_w) AND sum(n) = sum(sum_w2)
FROM read_parquet(?, filename = true) WHERE grain = 1 GROUP BY filename
"""
CELLS = "SELECT filename, grain, count(*) FROM read_parquet(?, filename = true) GROUP BY filename, grain"


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows by grain of the cube, and of the answers under 0; and whether any answer has another weight than 1."""

    rows: Mapping[int, int]
    weighted: bool


class Reader(Protocol):
    """Asks one state of `answers`, `daily` and `events`; for the thread that it was made for."""

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        """The rows of a query in the portable subset; values are bound, never pasted."""
        ...

    def shape(self) -> Shape:
        """How the answers lie, by which a query chooses where to look."""
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


class DuckReader:
    """A reader on one connection."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, measure: Callable[["DuckReader"], Shape]
    ) -> None:
        self._connection = connection
        self._measure = measure

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        return self._connection.execute(query, list(parameters)).fetchall()

    def shape(self) -> Shape:
        return self._measure(self)


class DuckEngine:
    """Runs queries in the portable subset; a connection a thread, its views renewed when a table has a new version."""

    def __init__(self, warehouse: "Warehouse", settings: dict[str, Any]) -> None:
        self._warehouse = warehouse
        self._settings = settings
        self._lock = threading.Lock()
        self._root: duckdb.DuckDBPyConnection | None = None
        self._process = 0
        self._local = threading.local()
        self._parts: dict[
            str, tuple[dict[int, int], bool]
        ] = {}  # cells by grain, and whether all weights are 1
        self._shape: tuple[object, Shape] = (None, Shape({}, weighted=True))

    def read(self, work: Callable[[Reader], Result]) -> Result:
        for left in reversed(range(TRIES)):
            try:
                return work(self._reader())
            except (duckdb.IOException, DeltaError, FileNotFoundError):
                if not left:
                    raise
                self._warehouse.answers.forget()
                self._warehouse.events.forget()
        raise AssertionError

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        return self.read(lambda reader: reader.rows(query, parameters))

    def _reader(self) -> DuckReader:
        connection = self._connection()
        answers, events = self._warehouse.answers, self._warehouse.events
        state = answers.snapshot()
        self._show(connection, answers, state)
        self._show(connection, events, events.snapshot())
        return DuckReader(connection, lambda reader: self._measure(reader, answers, state))

    def _measure(self, reader: DuckReader, answers: Table, snapshot: Snapshot) -> Shape:
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
        shape = _shape_of(list(known.values()), sum(part.rows for part in snapshot.parts))
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

    def _show(self, connection: duckdb.DuckDBPyConnection, table: Table, snapshot: Snapshot) -> None:
        token = (table.folder, snapshot.version)
        if self._local.shown.get(table.schema.name) == token:
            return
        paths = [str(table.path(part)) for part in snapshot.parts]
        connection.execute(_view(table.schema.name, table.schema.columns, paths))
        if table.schema is ANSWERS:
            connection.execute(
                _view("daily", CUBE_COLUMNS, [str(cube_path(table, part)) for part in snapshot.parts])
            )
        self._local.shown[table.schema.name] = token


def _view(name: str, columns: tuple[Column, ...], paths: list[str]) -> str:
    if paths:
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        body = f"SELECT * FROM read_parquet([{listed}])"
    else:
        nothing = ", ".join(f'CAST(NULL AS {column.type}) AS "{column.name}"' for column in columns)
        body = f"SELECT {nothing} WHERE false"
    return f"CREATE OR REPLACE TEMP VIEW {name} AS {body}"


def _shape_of(parts: list[tuple[dict[int, int], bool]], answers: int) -> Shape:
    rows = {0: answers}
    for grain in GRAINS:
        if all(grain.number in levels for levels, _ in parts):  # else it was not worth keeping somewhere
            rows[grain.number] = sum(levels[grain.number] for levels, _ in parts)
    return Shape(rows, weighted=not all(plain for _, plain in parts))
