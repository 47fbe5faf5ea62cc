"""Spark over the same file lists: the engine for tables that one machine does not hold; needs the extra `spark` and Java.

Spark reads the Parquet files that the Delta log names, without any jar beside its own. They lie where the writer put them (for a
local master, or a folder that every machine sees at the same path) or are copied, each once, to storage that the cluster reaches.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deltalake.exceptions import DeltaError

from candor.warehouse.copies import Copies
from candor.warehouse.engine import ALL_BUCKETS, TRIES, Reader, Result, Rows, Shape, Slice, shape_of
from candor.warehouse.errors import EngineMissing
from candor.warehouse.schema import ANSWERS, CUBE_COLUMNS, EVENTS, Column
from candor.warehouse.table import Snapshot, Table
from candor.warehouse.workbench import cube_path

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from candor.warehouse.store import Warehouse

SPARK_TYPES = {
    "BIGINT": "bigint",
    "INTEGER": "int",
    "VARCHAR": "string",
    "DOUBLE": "double",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
}
ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # a number that does not fit is an error, as in DuckDB
}
UNLESS_SAID = {
    "spark.app.name": "Candor",
    "spark.ui.enabled": "false",  # it would show queries, with names of customers in them, on an open port
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
ON_ONE_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "16",  # the usual 200 cost a small question more than its answer
}
TABLES = (ANSWERS.name, "daily", EVENTS.name)
GONE = ("FILE_NOT_EXIST", "PATH_NOT_FOUND", "FileNotFoundException")


class SparkReader:
    """A reader over Spark; readers of one thread share its session."""

    def __init__(
        self,
        engine: "SparkEngine",
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
        from candor.warehouse.dialects import spark_query  # needs SQLGlot, which comes with the extra

        said = spark_query(query, tuple(map(type, parameters)))
        values = {f"p{number}": _bindable(value) for number, value in enumerate(parameters)}
        session = self._engine.show(self._table, self._answers, self._events, self._buckets)
        return [tuple(row) for row in session.sql(said, args=values).collect()]

    def shape(self) -> Shape:
        return self._engine.measure(self._table, self._answers)

    def slices(self, most: int) -> tuple[Slice, ...]:
        """One slice, whatever `most` is: Spark cuts the work by itself, and would only start over with each slice."""
        return (Slice(*ALL_BUCKETS, sum(part.rows for part in self._events.parts)),)

    def within(self, low: int, high: int) -> "SparkReader":
        return SparkReader(self._engine, self._table, self._answers, self._events, (low, high))


class _Views(threading.local):
    """What one thread has: its session, and of which states of the tables its views are."""

    def __init__(self) -> None:
        self.session: SparkSession | None = None
        self.shown: dict[str, object] = {}


class SparkEngine:
    """Runs queries in the portable subset on Spark; a session a thread, its views renewed when a table has a new version.

    The driver is a Java process beside ours that starts with the first query (10 to 20 seconds) and ends with us.

    Args:
        warehouse: The tables.
        master: Where Spark runs: "local[*]", "spark://host:7077", "yarn", "k8s://…".
        copies: A folder on storage that every machine of the cluster reaches ("s3a://bucket/candor"), which then holds a copy of
            every live file; empty to read the files where they lie.
        settings: Further settings of Spark; what is in `spark-defaults.conf` (in `SPARK_CONF_DIR`) counts as well.
    """

    def __init__(
        self,
        warehouse: "Warehouse",
        *,
        master: str = "local[*]",
        copies: str = "",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._master, self._address, self._settings = master, copies, dict(settings or {})
        self._lock = threading.RLock()
        self._local = _Views()
        self._shape: tuple[object, Shape] = (None, Shape({}, weighted=True))

    def read(self, work: Callable[[Reader], Result]) -> Result:
        for left in reversed(range(TRIES)):
            try:
                return work(self._reader())
            except Exception as error:  # Spark passes on what Java raised, and wraps it in many ways
                if not left or not _misses_a_file(error):
                    raise
                self._warehouse.answers.forget()
                self._warehouse.events.forget()
                self._local.shown.clear()
        raise AssertionError

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Rows:
        return self.read(lambda reader: reader.rows(query, parameters))

    def sweep(self) -> None:
        """Remove the copies of files that no version names any more."""
        if self._address:
            live = [file for name in TABLES for file in map(Path, self._warehouse.files(name))]
            with self._lock:
                self._copies().keep_only(live)

    def _reader(self) -> SparkReader:
        answers = self._warehouse.answers
        return SparkReader(self, answers, answers.snapshot(), self._warehouse.events.snapshot())

    def _session(self) -> "SparkSession":
        if self._local.session is None:
            with self._lock:
                session = started(self._master, self._settings).newSession()
            for name, value in ALWAYS.items():  # the process may have had a session of somebody else's
                session.conf.set(name, value)
            self._local.session = session
        return self._local.session

    def _copies(self) -> Copies:
        return Copies(self._session().sparkContext, self._warehouse.folder, self._address)

    def show(
        self, answers: Table, facts: Snapshot, events: Snapshot, buckets: tuple[int, int]
    ) -> "SparkSession":
        """This thread's session, its views over these states of the tables."""
        session, log = self._session(), self._warehouse.events
        token: object = (answers.folder, facts.version)
        if self._local.shown.get(ANSWERS.name) != token:
            files = [answers.path(part) for part in facts.parts]
            cubes = [cube_path(answers, part) for part in facts.parts]
            self._frame(ANSWERS.columns, files).createOrReplaceTempView(ANSWERS.name)
            self._frame(CUBE_COLUMNS, cubes).createOrReplaceTempView("daily")
            self._local.shown[ANSWERS.name] = token
        token = (events.version, buckets)
        if self._local.shown.get(EVENTS.name) != token:
            files = [log.path(part) for part in events.parts if part.holds(*buckets)]
            rows = self._frame(EVENTS.columns, files)
            within = rows if buckets == ALL_BUCKETS else rows.where(rows.bucket.between(*buckets))
            within.createOrReplaceTempView(EVENTS.name)
            self._local.shown[EVENTS.name] = token
        return session

    def measure(self, answers: Table, snapshot: Snapshot) -> Shape:
        """How the answers of `snapshot` lie."""
        token = (answers.folder, snapshot.version)
        if self._shape[0] != token:
            cubes = self._frame(CUBE_COLUMNS, [cube_path(answers, part) for part in snapshot.parts])
            parts = _cells(cubes) if snapshot.parts else []
            self._shape = (token, shape_of(parts, sum(part.rows for part in snapshot.parts)))
        return self._shape[1]

    def _frame(self, columns: Sequence[Column], files: Sequence[Path]) -> "DataFrame":
        session = self._session()
        schema = ", ".join(f"`{column.name}` {SPARK_TYPES[column.type]}" for column in columns)
        if not files:
            return session.createDataFrame([], schema)
        return session.read.schema(schema).parquet(*self._addresses(files))

    def _addresses(self, files: Sequence[Path]) -> list[str]:
        """Where the cluster finds the files."""
        if not self._address:
            return [file.as_uri() for file in files]
        with self._lock:
            copies = self._copies()
            copies.bring(files)
        return [copies.address_of(file) for file in files]


def started(master: str, settings: Mapping[str, str]) -> "SparkSession":
    """The session of this process, its driver started if need be.

    Raises:
        EngineMissing: PySpark or Java is not installed.
    """
    try:
        from pyspark import SparkConf
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineMissing("PySpark is not installed: pip install 'candor-cx[spark]'") from error
    try:
        conf = SparkConf().setMaster(master).setAll(list({**ALWAYS, **settings}.items()))
        further = ON_ONE_MACHINE if master.startswith("local") else {}
        for name, value in {**UNLESS_SAID, **further}.items():
            conf.setIfMissing(name, value)
        return SparkSession.builder.config(conf=conf).getOrCreate()
    except PySparkRuntimeError as error:
        raise EngineMissing(f"Spark needs Java 17 or newer ({error.getCondition()})") from error


def _cells(cubes: "DataFrame") -> list[tuple[dict[int, int], bool]]:
    """Of each cube its cells by grain, and whether every weight in it is 1."""
    from pyspark.sql import functions as f

    n, weights, squares = f.sum("n"), f.sum("sum_w"), f.sum("sum_w2")
    found = cubes.groupBy(f.col("_metadata.file_path"), "grain").agg(
        f.count("*"), (n == weights) & (n == squares)
    )
    rows = found.collect()
    levels: dict[str, dict[int, int]] = {}
    for file, grain, cells, _ in rows:
        levels.setdefault(file, {})[grain] = cells
    plain = {file: flag for file, grain, _, flag in rows if grain == 1}
    return [(levels[file], plain[file]) for file in sorted(levels)]


def _bindable(value: Any) -> Any:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value


def _misses_a_file(error: Exception) -> bool:
    return isinstance(error, DeltaError | FileNotFoundError) or any(word in str(error) for word in GONE)
