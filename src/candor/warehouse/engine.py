"""DuckDB in memory over the Delta file lists: the engine that answers the named queries on one machine."""

import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import duckdb

from candor.warehouse.schema import ANSWERS, CUBE_COLUMNS, EVENTS, Column
from candor.warehouse.table import Snapshot, Table
from candor.warehouse.workbench import cube_path

if TYPE_CHECKING:
    from candor.warehouse.store import Warehouse

Rows = list[tuple[Any, ...]]
Result = TypeVar("Result")
TRIES = 6  # a reader that always loses its files to the writer is a bug, not bad luck


class Ask(Protocol):
    """Answers one query over `answers`, `daily` and `events`; values are bound, never pasted."""

    def __call__(self, query: str, parameters: Sequence[Any] = (), /) -> Rows: ...


class Engine:
    """Runs queries in the portable subset; a connection a thread, its views renewed when a table has a new version."""

    def __init__(self, warehouse: "Warehouse", settings: dict[str, Any]) -> None:
        self._warehouse = warehouse
        self._settings = settings
        self._lock = threading.Lock()
        self._root: duckdb.DuckDBPyConnection | None = None
        self._process = 0
        self._local = threading.local()

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        """The rows of one query."""
        return self.read(lambda ask: ask(query, parameters))

    def read(self, work: Callable[[Ask], Result]) -> Result:
        """Let `work` ask any number of queries of one and the same state of the tables.

        `work` may be called again from the start, when a file it needs was removed by a later version.
        """
        for left in reversed(range(TRIES)):
            try:
                return work(self._ready())
            except (duckdb.IOException, FileNotFoundError):
                if not left:
                    raise
                self._warehouse.answers.forget()
                self._warehouse.events.forget()
        raise AssertionError

    def _ready(self) -> Ask:
        connection = self._connection()
        answers, events = self._warehouse.answers, self._warehouse.events
        self._show(connection, answers, answers.snapshot())
        self._show(connection, events, events.snapshot())
        return lambda query, parameters=(): connection.execute(query, list(parameters)).fetchall()

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
                self._root = duckdb.connect(config={**self._settings, "preserve_insertion_order": "false"})
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
        body = f"SELECT * FROM read_parquet([{listed}])"  # noqa: S608  our own file names
    else:
        nothing = ", ".join(f'CAST(NULL AS {column.type}) AS "{column.name}"' for column in columns)
        body = f"SELECT {nothing} WHERE false"
    return f"CREATE OR REPLACE TEMP VIEW {name} AS {body}"


TABLES = (ANSWERS.name, "daily", EVENTS.name)
