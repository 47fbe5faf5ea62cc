"""Where a new version of a table is put together: parts are written, replaced and folded here, and then committed at once."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import duckdb

from candor.warehouse import rows as loading
from candor.warehouse.disk import checksum, room_expected, sync
from candor.warehouse.rows import Row
from candor.warehouse.schema import ANSWERS, CUBE_COLUMNS, GRAINS, WEIGHT_SUMS, Column, Grain, listed, quoted
from candor.warehouse.table import Part, Table

PART_ROWS = 250_000  # rows of a full part, all of which a change of one old answer rewrites
SMALL_ROWS = 50_000  # below this, parts are cheap to put together again
FOLD_AT = 24  # small parts that are folded into one by the next write
ROW_GROUP = 122_880
WORTH_KEEPING = (
    0.5  # a grain with more cells than this share of the answers would not be quicker to read than they are
)
CUBE_FOLDER = "_cube"


class Workbench:
    """Puts together one version of `table`. For the holder of the writer's lock; nothing is visible before `commit`."""

    written_as = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}"

    def __init__(self, table: Table, staging: Path, settings: dict[str, Any]) -> None:
        self.table = table
        self.schema = table.schema
        self.snapshot = table.snapshot()
        self.added: list[Part] = []
        self.removed: list[Part] = []
        self._staging = staging
        self._connection = duckdb.connect(
            config={**settings, "temp_directory": str(staging), "preserve_insertion_order": "false"}
        )
        self._connection.execute("SET TimeZone = 'UTC'")
        self._create("incoming", ", ".join(map(definition, self.schema.columns)))
        self._create("keys", f"key {self.schema.type_of(self.schema.key)}")

    @classmethod
    @contextmanager
    def at(cls, table: Table, staging: Path, settings: dict[str, Any]) -> Iterator[Self]:
        """A workbench that leaves nothing behind when what is done at it fails."""
        with room_expected(table.folder):
            bench = cls(table, staging, settings)
            try:
                yield bench
            except BaseException:
                bench.discard()
                raise
            finally:
                bench._connection.close()

    @property
    def kept(self) -> list[Part]:
        dropped = {part.name for part in self.removed}
        return [part for part in self.snapshot.parts if part.name not in dropped]

    def discard(self) -> None:
        for part in self.added:
            for path in files_of(self.table, part):
                path.unlink(missing_ok=True)

    def replace(self, rows: Iterable[Row], keys: Iterable[int]) -> None:
        """Take `rows`, and drop what the table holds for their keys and for `keys`."""
        self._connection.execute("INSERT INTO keys SELECT unnest(CAST(? AS BIGINT[]))", [list(keys)])
        for _ in loading.load(self._connection, self.schema, rows, into="incoming", through=self._chunk):
            if self._waiting() >= PART_ROWS:
                self._note_keys()
                self.flush()
        self._note_keys()
        low, high = self._one("SELECT min(key), max(key) FROM keys")
        self.drop(
            f"{quoted(self.schema.key)} IN (SELECT key FROM keys)",
            among=[
                part for part in self.snapshot.parts if _overlaps(part.ranges[self.schema.key], low, high)
            ],
        )

    def drop(
        self, predicate: str, parameters: Sequence[Any] = (), *, among: Sequence[Part] | None = None
    ) -> int:
        """Drop the rows of the table that fulfil `predicate`; returns their number."""
        candidates = {str(self.table.path(part)): part for part in (self.kept if among is None else among)}
        if not candidates:
            return 0
        hits = self._connection.execute(
            f"SELECT filename, count(*) FROM read_parquet(?, filename = true) WHERE {predicate} GROUP BY filename",
            [list(candidates), *parameters],
        ).fetchall()
        for name, count in sorted(hits):
            self._rewrite(candidates[name], count, predicate, parameters)
        return sum(count for _, count in hits)

    def fold(self, *, up_to: int = SMALL_ROWS, at_least: int = FOLD_AT) -> None:
        """Put small parts together with what is waiting, once there are enough of them."""
        small = self._small(up_to)
        if len(small) < at_least:
            return
        for part in sorted(small, key=_first_day):
            self._take(part, listed(self.schema.names))

    def _small(self, up_to: int) -> list[Part]:
        return [part for part in self.kept if part.rows < up_to]

    def flush(self) -> None:
        """Write what is waiting as one part."""
        if self._waiting():
            self._write(f"SELECT {listed(self.schema.names)} FROM incoming")
            self._connection.execute("TRUNCATE incoming")

    def commit(self, operation: str, watermark: int | None = None, *, reshaped: bool = False) -> None:
        """Make it the next version of the table; without any change, do nothing."""
        self.flush()
        keys = self._write_keys()
        if not (
            self.added
            or self.removed
            or reshaped
            or keys is not None
            or (watermark is not None and watermark != self.snapshot.watermark)
        ):
            return
        added, self.added = self.added, []  # once the log may name them, nobody discards them
        try:
            self.table.commit(
                operation=operation,
                added=added,
                removed=self.removed,
                watermark=watermark,
                keys=keys,
                reshaped=reshaped,
            )
        except BaseException:
            if not self.table.has(self.snapshot.version + 1):
                self.added = added
            raise

    def _write_keys(self) -> int | None:
        """Write what the log entry must name beside the parts; the number to name."""
        return None

    @property
    def _chunk(self) -> Path:
        return self._staging / "chunk.ndjson"

    def _create(self, name: str, columns: str) -> None:
        self._connection.execute(f"CREATE TABLE {name} ({columns})")

    def _one(self, query: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._connection.execute(query).fetchone()
        assert row is not None
        return row

    def _waiting(self) -> int:
        return int(self._one("SELECT count(*) FROM incoming")[0])

    def _note_keys(self) -> None:
        self._connection.execute(f"INSERT INTO keys SELECT DISTINCT {quoted(self.schema.key)} FROM incoming")

    def _take(self, part: Part, chosen: str) -> None:
        if self._waiting() + part.rows > PART_ROWS:
            self.flush()
        path = str(self.table.path(part))
        self._connection.execute(f"INSERT INTO incoming SELECT {chosen} FROM read_parquet(?)", [path])
        self.removed.append(part)

    def _rewrite(self, part: Part, hits: int, predicate: str, parameters: Sequence[Any]) -> None:
        survivors = f"SELECT {listed(self.schema.names)} FROM read_parquet(?) WHERE ({predicate}) IS NOT TRUE"
        values = [str(self.table.path(part)), *parameters]
        if hits < part.rows < SMALL_ROWS:
            self._connection.execute(f"INSERT INTO incoming {survivors}", values)
        elif hits < part.rows:
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE survivors AS {survivors}", values)
            self._write("SELECT * FROM survivors")
            self._connection.execute("DROP TABLE survivors")
        self.removed.append(part)

    def _write(self, source: str) -> None:
        name = self._new_name()
        part = Part(name, 0, 0, {})
        self.added.append(part)  # at once, so that a failure half way finds it to discard
        path = self.table.folder / name
        self._copy(f"SELECT * FROM ({source}) AS rows ORDER BY {listed(self.schema.order)}", path)
        if self.schema is ANSWERS:
            self._write_cube(source, cube_path(self.table, part))
        bounds = ", ".join(f"min({quoted(c)}), max({quoted(c)})" for c in self.schema.ranges)
        count, *ends = self._one(f"SELECT count(*), {bounds} FROM ({source}) AS rows")
        ranges = dict(zip(self.schema.ranges, zip(ends[::2], ends[1::2], strict=True), strict=True))
        named = self._name_by_sum(part)
        self.added[-1] = Part(named, self.table.path(part).with_name(named).stat().st_size, count, ranges)

    def _name_by_sum(self, part: Part) -> str:
        """Put the checksum of a finished file into its name, by which a verification finds damage."""
        path = self.table.path(part)
        named = with_sum(path)
        for file in files_of(self.table, part):
            sync(file.rename(file.with_name(named)))
            sync(file.parent)
        return named

    def _new_name(self) -> str:
        return f"part-{uuid4().hex}.parquet"

    def _write_cube(self, source: str, path: Path) -> None:
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE finest AS {finest_of(source)}")
        (answers,) = self._one("SELECT sum(n) FROM finest")
        self._connection.execute("CREATE OR REPLACE TEMP TABLE cube AS SELECT * FROM finest WHERE false")
        for grain in GRAINS:
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE level AS {level_of(grain)}")
            (cells,) = self._one("SELECT count(*) FROM level")
            if answers < SMALL_ROWS or cells <= answers * WORTH_KEEPING:
                self._connection.execute("INSERT INTO cube SELECT * FROM level")
        self._copy("SELECT * FROM cube ORDER BY grain, metric, month, day", path)
        for name in ("finest", "cube", "level"):
            self._connection.execute(f"DROP TABLE {name}")

    def _copy(self, query: str, path: Path) -> None:
        self._connection.execute(f"COPY ({query}) TO '{escaped(path)}' ({self.written_as})")
        sync(path)
        sync(path.parent)


def with_sum(path: Path) -> str:
    """The name of a part with the CRC-32 of its bytes at the end: `part-….parquet` is `part-…-0a1b2c3d.parquet`."""
    return f"{path.stem}-{checksum(path)}{path.suffix}"


def cube_path(table: Table, part: Part) -> Path:
    """Each part of the answers has its cube beside it, so that one commit moves both and they can never disagree."""
    return table.folder / CUBE_FOLDER / part.name


def files_of(table: Table, part: Part) -> list[Path]:
    own = [table.path(part)]
    return [*own, cube_path(table, part)] if table.schema is ANSWERS else own


def finest_of(source: str) -> str:
    """The query that counts the answers of `source` by every dimension of the cube."""
    return _grouped(GRAINS[-1], source, f"CAST(count(*) AS BIGINT) AS n, {WEIGHT_SUMS}")


def level_of(grain: Grain) -> str:
    """The query that adds the finest counts up to `grain`."""
    if grain is GRAINS[-1]:
        return "SELECT * FROM finest"
    sums = "CAST(sum(n) AS BIGINT) AS n, sum(sum_w) AS sum_w, sum(sum_w2) AS sum_w2"
    return _grouped(grain, "SELECT * FROM finest", sums)


def _grouped(grain: Grain, source: str, sums: str) -> str:
    kept = {*grain.dimensions, "value"}
    chosen = ", ".join(
        f"{quoted(c.name) if c.name in kept else f'CAST(NULL AS {c.type})'} AS {quoted(c.name)}"
        for c in CUBE_COLUMNS
        if c.name not in {"grain", "n", "sum_w", "sum_w2"}
    )
    groups = listed((*grain.dimensions, "value"))
    return f"SELECT {grain.number} AS grain, {chosen}, {sums} FROM ({source}) AS rows GROUP BY {groups}"


def definition(column: Column) -> str:
    needed = " NOT NULL" if column.required else ""
    least = f" CHECK ({quoted(column.name)} >= {column.least})" if column.least is not None else ""
    return f"{quoted(column.name)} {column.type}{needed}{least}"


def _overlaps(ends: tuple[Any, Any], low: Any, high: Any) -> bool:
    return low is not None and (ends[0] is None or (ends[0] <= high and low <= ends[1]))


def _first_day(part: Part) -> tuple[str, str]:
    return str(part.ranges.get("day", ("",))[0]), part.name


def escaped(path: Path) -> str:
    return str(path).replace("'", "''")
