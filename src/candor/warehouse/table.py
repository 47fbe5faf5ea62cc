"""One Delta table on a local disk, committed in an order that survives a power cut.

`deltalake` reads the log and writes the checkpoints. Commits we write ourselves, because its local commits are renamed into
place without being forced to disk: after a power cut an acknowledged version could be gone, or be an empty file that makes the
whole table unreadable. Here the data files are on disk before the log names them, and the log entry is on disk before it gets
its name (`link` fails when the name is taken, so two writers can never both win).
"""

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from deltalake import DeltaTable, Field
from deltalake import Schema as DeltaSchema
from deltalake.schema import PrimitiveType

from candor.warehouse.disk import SUM_DIGITS, checksum, publish, sync
from candor.warehouse.schema import Schema

# Two numbers travel in the commit, as Delta's application transactions.
OUTBOX = "candor.outbox"
KEYS = "candor.keys"
DELTA_TYPES = {
    "BIGINT": "long",
    "INTEGER": "integer",
    "VARCHAR": "string",
    "DOUBLE": "double",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet file of a table: `ranges` holds the smallest and largest value of the columns the schema names."""

    name: str
    size: int
    rows: int
    ranges: dict[str, tuple[Any, Any]]

    def holds(self, low: int, high: int) -> bool:
        """Whether it may hold events of the buckets from `low` to `high`."""
        least, most = self.ranges["bucket"]
        return least is None or (least <= high and low <= most)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A table as it stood at one version.

    Attributes:
        version: Counts the commits.
        parts: Its files, by name.
        watermark: The last outbox id whose rows are in it.
        keys: The number of the manifest of its keys; 0 without one.
    """

    version: int
    parts: tuple[Part, ...]
    watermark: int
    keys: int = 0

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


class Table:
    """A Delta table in `folder`. Reads are safe from any thread; `commit` is for the holder of the writer's lock."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        self.folder = folder
        self.schema = schema
        self._log = folder / "_delta_log"
        self._lock = threading.Lock()
        self._delta: DeltaTable | None = None
        self._snapshot: Snapshot | None = None

    @classmethod
    def create(cls, folder: Path, schema: Schema) -> "Table":
        """Create an empty table, its log forced to disk."""
        DeltaTable.create(
            folder,
            _delta_schema(schema),
            name=schema.name,
            configuration={"delta.logRetentionDuration": "interval 1 hours"},
        )
        table = cls(folder, schema)
        for path in [*table._log.iterdir(), table._log, folder]:
            sync(path)
        return table

    def path(self, part: Part) -> Path:
        return self.folder / part.name

    def damaged(self) -> list[str]:
        """The files of the newest version that are missing, of another size, or not of the checksum in their name."""
        return [part.name for part in self.snapshot().parts if not self._is_sound(part)]

    def _is_sound(self, part: Part) -> bool:
        path = self.path(part)
        told = path.stem.rpartition("-")[2]
        return (
            path.exists()
            and path.stat().st_size == part.size
            and (len(told) != SUM_DIGITS or checksum(path) == told)
        )

    def snapshot(self) -> Snapshot:
        """The newest version; one `stat` when nothing changed since the last call."""
        with self._lock:
            if self._snapshot is None or self._is_stale(self._snapshot.version):
                self._snapshot = self._read()
            return self._snapshot

    def forget(self) -> None:
        """Read the log anew at the next call."""
        with self._lock:
            self._delta = self._snapshot = None

    def _is_stale(self, version: int) -> bool:
        # A log entry that is gone was cleaned away under us after a checkpoint: then the next one may be gone as well.
        return self.has(version + 1) or not self.has(version)

    def _entry(self, version: int) -> Path:
        return self._log / f"{version:020d}.json"

    def _read(self) -> Snapshot:
        if self._delta is None or not self.has(self._delta.version()):
            self._delta = DeltaTable(self.folder)
        else:
            self._delta.update_incremental()
        adds = self._delta.get_add_actions(flatten=True)
        columns = {name: list(adds.column(name).to_pylist()) for name in adds.schema.names}
        return Snapshot(
            version=self._delta.version(),
            parts=tuple(sorted(self._parts(columns), key=lambda part: part.name)),
            watermark=self._delta.transaction_version(OUTBOX) or 0,
            keys=self._delta.transaction_version(KEYS) or 0,
        )

    def _parts(self, columns: dict[str, list[Any]]) -> list[Part]:
        nothing = [None] * len(columns["path"])
        ranges = {
            name: (columns.get(f"min.{name}", nothing), columns.get(f"max.{name}", nothing))
            for name in self.schema.ranges
        }
        return [
            Part(
                name,
                columns["size_bytes"][i],
                columns["num_records"][i],
                {c: (lo[i], hi[i]) for c, (lo, hi) in ranges.items()},
            )
            for i, name in enumerate(columns["path"])
        ]

    def commit(
        self,
        *,
        operation: str,
        added: Sequence[Part] = (),
        removed: Sequence[Part] = (),
        watermark: int | None = None,
        keys: int | None = None,
        reshaped: bool = False,
    ) -> int:
        """Make one new version, durable when this returns. The data files of `added` must be on disk already.

        Args:
            operation: What was done, in Delta's words.
            added: Files that are part of the table from now on.
            removed: Files that are not.
            watermark: The last outbox id whose rows are in the table.
            keys: The number of the manifest of keys, which must be on disk already.
            reshaped: True when the columns on disk were others until now; every part must be of the new ones.

        Raises:
            FileExistsError: A writer that did not hold our lock committed at the same time.
        """
        now = time.time_ns() // 1_000_000
        version = self.snapshot().version + 1
        actions: list[dict[str, Any]] = [
            {
                "commitInfo": {
                    "timestamp": now,
                    "operation": operation,
                    "operationParameters": {},
                    "engineInfo": "candor",
                }
            }
        ]
        if reshaped:
            actions.append({"metaData": self._metadata(now)})
        actions += [
            {"txn": {"appId": application, "version": number, "lastUpdated": now}}
            for application, number in ((OUTBOX, watermark), (KEYS, keys))
            if number is not None
        ]
        actions += [{"remove": _removal(part, now)} for part in removed]
        actions += [{"add": _addition(part, now)} for part in added]
        publish(
            self.folder / f".{uuid4().hex}.draft",
            msgspec.json.Encoder().encode_lines(actions),
            self._entry(version),
        )
        for part in removed:
            with suppress(OSError):
                os.utime(self.path(part))  # from now on its age is the time since it was dropped
        return version

    def columns_on_disk(self) -> tuple[str, ...]:
        """The columns that the table has by its log, which may be an older version's."""
        self.snapshot()
        assert self._delta is not None
        return tuple(field.name for field in self._delta.schema().fields)

    def _metadata(self, now: int) -> dict[str, Any]:
        assert self._delta is not None
        old = self._delta.metadata()
        return {
            "id": str(old.id),
            "name": self.schema.name,
            "format": {"provider": "parquet", "options": {}},
            "schemaString": _delta_schema(self.schema).to_json(),
            "partitionColumns": [],
            "configuration": old.configuration,
            "createdTime": old.created_time or now,
        }

    def has(self, version: int) -> bool:
        return self._entry(version).exists()

    def checkpoint(self) -> None:
        """Write the whole list of files in one place, and drop log entries that are older than the retention."""
        self.snapshot()
        assert self._delta is not None
        with self._lock:
            self._delta.create_checkpoint()
            for path in self._log.glob("*.parquet"):
                sync(path)
            sync(self._log)
            self._delta.cleanup_metadata()


def _delta_schema(schema: Schema) -> DeltaSchema:
    return DeltaSchema(
        [
            Field(column.name, PrimitiveType(DELTA_TYPES[column.type]), nullable=not column.required)
            for column in schema.columns
        ]
    )


def _addition(part: Part, now: int) -> dict[str, Any]:
    stats = {
        "numRecords": part.rows,
        "minValues": {name: low for name, (low, _) in part.ranges.items() if low is not None},
        "maxValues": {name: high for name, (_, high) in part.ranges.items() if high is not None},
        "nullCount": {},
    }
    return {
        "path": part.name,
        "partitionValues": {},
        "size": part.size,
        "modificationTime": now,
        "dataChange": True,
        "stats": msgspec.json.encode(stats).decode(),
    }


def _removal(part: Part, now: int) -> dict[str, Any]:
    return {
        "path": part.name,
        "partitionValues": {},
        "size": part.size,
        "deletionTimestamp": now,
        "dataChange": True,
        "extendedFileMetadata": True,
    }
