"""An event log without a warehouse: in a DuckDB file of its own that goes away with it, for one look at a file of events."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import numpy as np

from candor.warehouse.columns import EventColumns
from candor.warehouse.engine import ALL_BUCKETS, Reader, Result, Rows, Shape, Slice, balanced
from candor.warehouse.schema import BUCKETS, EVENTS, quoted

JOURNEY: Final = "log"
"""The one journey of a loose log."""
ORDERED: Final = "SELECT * REPLACE (coalesce(ordinal, rowid) AS ordinal) FROM log"  # rows come in the order in which they were taken


class LooseLog:
    """The engine over one table of events; for one thread. Use it in a `with` statement, or `close` it.

    Args:
        folder: Where its files lie while it is open; by default where the system keeps such files.
        threads: Of DuckDB; by default one a core.
        memory_limit: Of DuckDB, as it writes it ("2GB"); what needs more goes to disk.
    """

    def __init__(
        self, *, folder: Path | None = None, threads: int | None = None, memory_limit: str | None = None
    ) -> None:
        self.folder = Path(mkdtemp(prefix="candor-log-", dir=folder))
        settings = {"threads": threads, "memory_limit": memory_limit, "preserve_insertion_order": "true"}
        known: dict[str, Any] = {name: value for name, value in settings.items() if value is not None}
        self.connection = duckdb.connect(str(self.folder / "log.duckdb"), config=known)
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET enable_progress_bar = false")  # it would stand among what is printed
        self.connection.execute("PRAGMA disable_checkpoint_on_shutdown")  # it goes away
        columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in EVENTS.columns)
        self.connection.execute(f"CREATE TABLE log ({columns})")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove everything; safe to call twice."""
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def engine(self) -> Self:
        """It answers itself."""
        return self

    def append(self, events: str, parameters: Sequence[Any] = ()) -> None:
        """Take the events of a query that yields case_id, activity, "at" (UTC); those of one instant happened in this order."""
        self.connection.execute(
            f"""INSERT INTO log (event_id, journey, case_id, activity, "at", bucket)
            SELECT '', '{JOURNEY}', case_id, activity, "at", CAST(hash(case_id) % {BUCKETS} AS INTEGER)
            FROM ({events}) AS events""",
            list(parameters),
        )

    def append_columns(self, columns: EventColumns, cases: Sequence[str]) -> None:
        """Take events whose cases are numbered by their place in `cases`."""
        for table, names in (("cases", cases), ("activities", columns.names)):
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} (name VARCHAR, code INTEGER)")
            self.connection.execute(
                f"INSERT INTO {table} SELECT unnest(?), unnest(?)", [list(names), list(range(len(names)))]
            )
        given = {
            "case": columns.cases, "activity": columns.activities, "micros": columns.micros,
            "place": np.arange(len(columns.micros)),
        }  # fmt: skip
        self.connection.register("given", given)
        self.append("""
            SELECT cases.name AS case_id, activities.name AS activity, make_timestamp(micros) AS "at"
            FROM given JOIN cases ON cases.code = "case" JOIN activities ON activities.code = activity ORDER BY place
        """)
        self.connection.unregister("given")

    def read(self, work: Callable[[Reader], Result]) -> Result:
        """Let `work` ask any number of queries."""
        return work(LooseReader(self))

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        """The rows of one query."""
        return LooseReader(self).rows(query, parameters)

    def sweep(self) -> None:
        """Nothing is kept beside the log."""


class LooseReader:
    """A reader of a loose log, or of some of its buckets."""

    def __init__(self, log: LooseLog, buckets: tuple[int, int] = ALL_BUCKETS) -> None:
        self._log = log
        self._buckets = buckets

    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection that sees the events of the buckets."""
        low, high = self._buckets
        within = "" if self._buckets == ALL_BUCKETS else f" WHERE bucket BETWEEN {low:d} AND {high:d}"
        self._log.connection.execute(f"CREATE OR REPLACE TEMP VIEW events AS {ORDERED}{within}")
        return self._log.connection

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        return self.connection().execute(query, list(parameters)).fetchall()

    def shape(self) -> Shape:
        return Shape({0: 0}, weighted=False)

    def slices(self, most: int) -> tuple[Slice, ...]:
        counts: dict[int, int] = dict(self.rows("SELECT bucket, count(*) FROM log GROUP BY bucket"))
        return tuple(balanced([counts.get(bucket, 0) for bucket in range(BUCKETS)], most))

    def within(self, low: int, high: int) -> "LooseReader":
        return LooseReader(self._log, (low, high))
