"""The workbench of the event log: an event is taken once, whoever sends it how often."""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import numpy as np
from numpy.typing import NDArray

from candor.warehouse import bulk
from candor.warehouse import rows as loading
from candor.warehouse.bulk import ArrowStream, EventSource
from candor.warehouse.disk import sync
from candor.warehouse.engine import ALL_BUCKETS, IN_BUCKETS, balanced
from candor.warehouse.keys import HASHED, Hashes, Keys
from candor.warehouse.rows import Row
from candor.warehouse.schema import BUCKETS, EVENTS, listed, quoted
from candor.warehouse.table import Part, Table
from candor.warehouse.workbench import PART_ROWS, ROW_GROUP, Workbench, escaped, with_sum

EVENT_PART_ROWS = 500_000  # of a part that a compaction writes, unless one bucket holds more
REMOVED_AT_ONCE = 4_000_000  # hashes of dropped events in memory, before the runs are written anew


class EventBench(Workbench):
    """Puts together one version of the events and of the hashes of their ids."""

    # Lengths and differences apart from values: an id of 32 hexadecimal digits takes 16.1 bytes instead of 18.4, a time 5.8 instead
    # of 6.9. The first level of zstd is a fifth quicker than the third and no larger on these.
    written_as = f"FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP}"

    def __init__(self, table: Table, staging: Path, settings: dict[str, Any]) -> None:
        super().__init__(table, staging, settings)
        self.keys = Keys(table.folder, self.snapshot.keys)
        self._dropped: list[Hashes] = []
        self._run = ""  # that a part belongs to which is written now; empty for one of its own

    def add_new(self, rows: Iterable[Row]) -> int:
        """Take those of `rows` whose id the table does not hold yet; returns their number."""
        new = 0
        self._mend_keys()
        for _ in loading.load(self._connection, self.schema, rows, into="incoming", through=self._chunk):
            if self._waiting() >= PART_ROWS:
                new += self._keep_new()
                self.flush()
        return new + self._keep_new()

    def add_files(self, paths: Sequence[Path]) -> int:
        """The same from Parquet files: chunk by chunk into files that are sorted by bucket, and from all of these into parts."""
        new = 0
        chunks: list[Path] = []
        self._mend_keys()
        for _ in bulk.load_files(self._connection, paths, into="incoming"):
            new += self._keep_new()
            chunks.append(self._staging / f"chunk-{len(chunks)}.parquet")
            self._connection.execute(
                f"COPY (SELECT * FROM incoming ORDER BY bucket) TO '{escaped(chunks[-1])}' "
                f"(FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {ROW_GROUP})"
            )
            self._connection.execute("TRUNCATE incoming")
        sources = [(chunk, ALL_BUCKETS) for chunk in chunks] if new else []
        for part in sorted_into(self._staging, self._connection, sources, run=uuid4().hex):
            self.take_over([part], self._staging)
        return new

    def drop_ended(self, since: datetime) -> int:
        """Drop the events of cases whose last event was before `since`; returns their number."""
        old = [part for part in self.kept if part.ranges["at"][0] is None or part.ranges["at"][0] < since]
        if not old:
            return 0
        self._connection.execute(
            "CREATE TEMP TABLE ended AS SELECT journey, case_id FROM read_parquet(?) "
            'GROUP BY journey, case_id HAVING max("at") < ?',
            [[str(self.table.path(part)) for part in self.kept], since],
        )
        return self.drop("(journey, case_id) IN (SELECT (journey, case_id) FROM ended)", among=old)

    def take_over(self, parts: Sequence[Part], folder: Path, *, instead_of: Sequence[Part] = ()) -> None:
        """Move finished parts out of `folder` into the table."""
        self.added += parts
        self.removed += instead_of
        for part in parts:
            (folder / part.name).rename(self.table.path(part))
        sync(self.table.folder)

    def files_of(self, source: EventSource) -> list[Path]:
        """The Parquet files that are the source, or that it is written to."""
        if isinstance(source, ArrowStream):
            path = self._staging / "given.parquet"
            self._connection.register("given", bulk.Streamed(source))
            self._connection.execute(f"COPY (SELECT * FROM given) TO '{escaped(path)}' (FORMAT parquet)")
            return [path]
        if isinstance(source, str | os.PathLike):
            return [Path(source)]
        return [Path(path) for path in source]

    def write_anew(self, chosen: str) -> None:
        """Write every part again, with the columns `chosen`."""
        for part in self.kept:
            self._take(part, chosen)
        self.flush()
        self.rebuild_keys()

    def set_aside(self, parts: Sequence[Part], folder: Path) -> None:
        """Take damaged parts out of the table and copy what is left of them into `folder`."""
        if parts:
            folder.mkdir(exist_ok=True)
        for part in parts:
            with suppress(FileNotFoundError):
                shutil.copyfile(self.table.path(part), folder / part.name)
        self.removed += parts

    def rebuild_keys(self) -> None:
        """Make the hashes anew from the ids in the files."""
        self.keys.runs, self.keys.changed = (), True
        for part in (*self.kept, *self.added):
            self.keys.add(self._hashes("read_parquet(?)", [str(self.table.path(part))])[0])
        self.keys.fold(up_to=self.snapshot.rows)

    def discard(self) -> None:
        super().discard()
        self.keys.discard()

    def _mend_keys(self) -> None:
        if self.snapshot.parts and not self.snapshot.keys and not self.keys.changed:
            self.rebuild_keys()

    def _small(self, up_to: int) -> list[Part]:
        """Parts that belong to no other: pieces of a run are left to compactions."""
        runs = Counter(map(run_of, self.kept))
        return [part for part in super()._small(up_to) if runs[run_of(part)] == 1]

    def _keep_new(self) -> int:
        """Drop from what is waiting the events that are there already, or twice; returns the number that is left."""
        hashes, places = self._hashes("incoming")
        twice = (hashes.high[1:] == hashes.high[:-1]).any()
        if twice:  # in one and the same batch, in one copy of which the first by all columns is kept
            key, names = quoted(self.schema.key), listed(self.schema.names)
            self._connection.execute(
                f"""CREATE OR REPLACE TABLE incoming AS SELECT {names} FROM (
                    SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY {names}) AS copy FROM incoming
                ) AS numbered WHERE copy = 1"""
            )
            hashes, places = self._hashes("incoming")
        known = self.keys.holds(hashes)
        if known.any():
            self._connection.register("known", {"place": places[known]})
            self._connection.execute("DELETE FROM incoming WHERE rowid IN (SELECT place FROM known)")
        self.keys.add(Hashes(hashes.high[~known], hashes.low[~known]))
        self.keys.fold()
        return len(hashes) - int(known.sum())

    def _hashes(self, source: str, parameters: Sequence[Any] = ()) -> tuple[Hashes, NDArray[np.int64]]:
        """The sorted hashes of a source, and the row that each is of."""
        place = "rowid" if source == "incoming" else "0"
        query = HASHED.format(place=place, source=source)
        found = self._connection.execute(query, list(parameters)).fetchnumpy()
        high, low = np.asarray(found["high"]), np.asarray(found["low"])
        order = np.argsort(high, kind="stable")
        return Hashes(high[order], low[order]), np.asarray(found["place"])[order]

    def _rewrite(self, part: Part, hits: int, predicate: str, parameters: Sequence[Any]) -> None:
        dropped, _ = self._hashes(
            f"read_parquet(?) WHERE {predicate}", [str(self.table.path(part)), *parameters]
        )
        self._dropped.append(dropped)
        if sum(map(len, self._dropped)) >= REMOVED_AT_ONCE:
            self._forget_dropped()
        self._run = run_of(part)
        super()._rewrite(part, hits, predicate, parameters)
        self._run = ""

    def _new_name(self) -> str:
        return f"part-{self._run or uuid4().hex}-{uuid4().hex[:12]}.parquet"

    def _forget_dropped(self) -> None:
        if self._dropped:
            high = np.concatenate([some.high for some in self._dropped])
            low = np.concatenate([some.low for some in self._dropped])
            order = np.argsort(high, kind="stable")
            self.keys.remove(Hashes(high[order], low[order]))
            self._dropped = []

    def _write_keys(self) -> int | None:
        self._mend_keys()
        self._forget_dropped()
        return self.keys.write(self.snapshot.version + 1) if self.keys.changed else None


def sorted_into(
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[tuple[Path, tuple[int, int]]],
    *,
    run: str,
    most: int = EVENT_PART_ROWS,
) -> Iterator[Part]:
    """Sort files of events, each with the range of its buckets, into parts of at most `most` rows or one bucket.

    Memory holds one part at a time, or what DuckDB's limit lets it hold of it.
    """
    counts = [0] * BUCKETS
    if sources:
        for _, bucket, count in connection.execute(
            IN_BUCKETS, [[str(path) for path, _ in sources]]
        ).fetchall():
            counts[bucket] += count
    for piece in balanced(counts, most):
        if not piece.rows:
            continue
        name = f"part-{run}-{uuid4().hex[:12]}.parquet"
        inputs = [str(path) for path, (low, high) in sources if low <= piece.high and piece.low <= high]
        connection.execute(
            f"COPY (SELECT {listed(EVENTS.names)} FROM read_parquet($inputs) WHERE bucket BETWEEN $low AND $high "
            f"ORDER BY {listed(EVENTS.order)}) TO '{escaped(folder / name)}' ({EventBench.written_as})",
            {"inputs": inputs, "low": piece.low, "high": piece.high},
        )
        path = (folder / name).rename(folder / with_sum(folder / name))
        sync(path)
        yield part_of(path, connection)


def part_of(path: Path, connection: duckdb.DuckDBPyConnection) -> Part:
    """A file of events as a part, measured."""
    bounds = ", ".join(f"min({quoted(c)}), max({quoted(c)})" for c in EVENTS.ranges)
    found = connection.execute(f"SELECT count(*), {bounds} FROM read_parquet(?)", [str(path)]).fetchone()
    assert found is not None
    count, *ends = found
    ranges = dict(zip(EVENTS.ranges, zip(ends[::2], ends[1::2], strict=True), strict=True))
    return Part(path.name, path.stat().st_size, count, ranges)


def run_of(part: Part) -> str:
    """The run that a part belongs to: parts of one run were sorted together and hold ranges of buckets one after another."""
    return part.name.removesuffix(".parquet").split("-")[1]
