"""Whether the files of a warehouse are what its logs say, and in words what to do where they are not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec
import numpy as np
from deltalake.exceptions import DeltaError

from candor.warehouse.disk import SUM_DIGITS, checksum
from candor.warehouse.errors import WarehouseDamaged
from candor.warehouse.keys import HASHED, Keys, sorted_hashes
from candor.warehouse.schema import ANSWERS, WEIGHT_SUMS, quoted
from candor.warehouse.table import Part, Table
from candor.warehouse.workbench import cube_path

if TYPE_CHECKING:
    from candor.warehouse.store import Warehouse

REBUILD = "Run `candor warehouse rebuild`: answers are made anew from the record."
RESTORE = (
    "Bring the file back from a backup. Without one, `candor warehouse mend` sets it aside, so that the rest can be read; then "
    "import its events again: those that are still there are not taken twice."
)
RESTORE_LOG = (
    "Bring `{folder}` back from a backup. Without one, move the damaged entry and those after it away: the events are then those of "
    "the entry before it, and later ones must be imported again."
)
MEND = "Run `candor warehouse mend`: the hashes are made anew from the events."
TOLERANCE = 1e-9  # of sums of weights, relative


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it must be: where, what, and what to do."""

    where: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification looked at and found."""

    parts: int
    rows: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Mended:
    """The files that were set aside, and how many events the log had in them."""

    files: tuple[str, ...]
    rows: int


def verify(warehouse: "Warehouse") -> Verified:
    """Read every file of both tables and compare it with the log, the cube and the hashes of ids; changes nothing."""
    parts = rows = 0
    faults: list[Fault] = []
    connection = duckdb.connect(config=warehouse.settings)
    connection.execute("SET TimeZone = 'UTC'")
    try:
        for table in (warehouse.answers, warehouse.events):
            table.forget()
            broken = list(_of_log(table))
            faults += broken
            if broken:
                continue
            snapshot = table.snapshot()
            parts, rows = parts + len(snapshot.parts), rows + snapshot.rows
            bad = {part.name: list(_of_part(connection, table, part)) for part in snapshot.parts}
            faults += [fault for found in bad.values() for fault in found]
            readable = [part for part in snapshot.parts if not bad[part.name]]
            if table.schema is ANSWERS:
                faults += _of_cubes(connection, table, readable)
            else:
                faults += _of_keys(connection, table, readable, whole=len(readable) == len(snapshot.parts))
    finally:
        connection.close()
    return Verified(parts, rows, tuple(faults))


def damaged_parts(warehouse: "Warehouse", table: Table) -> list[Part]:
    """The parts of a table that are missing or can't be read."""
    connection = duckdb.connect(config=warehouse.settings)
    try:
        return [part for part in table.snapshot().parts if any(_of_part(connection, table, part))]
    finally:
        connection.close()


def _of_log(table: Table) -> Iterator[Fault]:
    remedy = REBUILD if table.schema is ANSWERS else RESTORE_LOG.format(folder=table.folder / "_delta_log")
    for entry in sorted((table.folder / "_delta_log").glob("*.json")):
        try:
            actions = [msgspec.json.decode(line) for line in entry.read_bytes().splitlines() if line.strip()]
        except msgspec.DecodeError as error:
            yield Fault(_name(entry), f"this entry of the log is damaged: {error}", remedy)
            return
        if not any("commitInfo" in action for action in actions):
            yield Fault(_name(entry), "this entry of the log is empty or cut off", remedy)
            return
    try:
        table.snapshot()
    except (DeltaError, OSError, ValueError) as error:
        yield Fault(f"{table.schema.name}/_delta_log", f"the log can't be read: {_first_line(error)}", remedy)


def _of_part(connection: duckdb.DuckDBPyConnection, table: Table, part: Part) -> Iterator[Fault]:
    path = table.path(part)
    remedy = REBUILD if table.schema is ANSWERS else RESTORE
    if not path.exists():
        yield Fault(_name(path), "the log names this file, but it is gone", remedy)
        return
    if path.stat().st_size != part.size:
        problem = f"the file has {path.stat().st_size:,} bytes, by the log {part.size:,}"
        yield Fault(_name(path), problem, remedy)
        return
    told = path.stem.rpartition("-")[2]
    if len(told) == SUM_DIGITS and checksum(path) != told:
        yield Fault(_name(path), f"the checksum of its bytes is not {told}: the file is damaged", remedy)
        return
    names = [name for name in table.schema.ranges if part.ranges[name] != (None, None)]
    ends = "".join(f", min({quoted(name)}), max({quoted(name)})" for name in names)
    try:
        query = f"SELECT count(*){ends}, count(hashed) FROM (SELECT *, hash({_all(table)}) AS hashed FROM read_parquet(?))"
        found = connection.execute(query, [str(path)]).fetchone()
    except (duckdb.Error, UnicodeDecodeError) as error:
        yield Fault(_name(path), f"the file can't be read: {_first_line(error)}", remedy)
        return
    assert found is not None
    told_ends = [end for name in names for end in part.ranges[name]]
    if [part.rows, *told_ends] != list(found[:-1]):
        yield Fault(
            _name(path), f"rows and ranges are {found[:-1]}, by the log {(part.rows, *told_ends)}", remedy
        )


def _all(table: Table) -> str:
    return ", ".join(quoted(column.name) for column in table.schema.columns)


def _of_cubes(connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]) -> Iterator[Fault]:
    for part in parts:
        path = cube_path(table, part)
        try:
            cells = _sums(connection, path, "sum(n), sum(sum_w), sum(sum_w2)", " WHERE grain = 1")
            facts = _sums(connection, table.path(part), f"count(*), {WEIGHT_SUMS}", "")
        except duckdb.Error as error:
            yield Fault(_name(path), f"the cube can't be read: {_first_line(error)}", REBUILD)
            continue
        if not np.allclose(cells, facts, rtol=TOLERANCE, atol=0):
            yield Fault(_name(path), f"the cube counts {cells}, its answers {facts}", REBUILD)


def _sums(connection: duckdb.DuckDBPyConnection, path: Path, sums: str, where: str) -> tuple[float, ...]:
    found = connection.execute(f"SELECT {sums} FROM read_parquet(?){where}", [str(path)]).fetchone()
    assert found is not None
    return tuple(float(value) for value in found)


def _of_keys(
    connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part], *, whole: bool
) -> Iterator[Fault]:
    """Each event has its hash and each hash its event, so that none is taken twice and none is refused."""
    number = table.snapshot().keys
    place = f"{table.schema.name}/_keys/{number}"
    try:
        keys = Keys(table.folder, number)
        lacking = 0
        for part in parts:
            lacking += int((~keys.holds(_hashes_of(connection, table.path(part)))).sum())
    except WarehouseDamaged as error:
        yield Fault(place, f"the hashes of ids can't be read: {_first_line(error)}", MEND)
        return
    if lacking:
        yield Fault(place, f"{lacking:,} events have no hash, so that they could be taken twice", MEND)
    rows, hashes = sum(part.rows for part in parts), sum(run.rows for run in keys.runs)
    if whole and rows != hashes:
        yield Fault(place, f"there are {hashes:,} hashes of {rows:,} events", MEND)
        yield from _doubles(connection, table, parts)


def _hashes_of(connection: duckdb.DuckDBPyConnection, path: Path) -> Any:
    found = connection.execute(HASHED.format(place="0", source="read_parquet(?)"), [str(path)]).fetchnumpy()
    return sorted_hashes(np.asarray(found["high"]), np.asarray(found["low"]))


def _doubles(connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]) -> Iterator[Fault]:
    query = (
        "SELECT event_id, count(*), min(filename) FROM read_parquet(?, filename = true) "
        "GROUP BY event_id HAVING count(*) > 1 ORDER BY event_id LIMIT 10"
    )
    for key, count, path in connection.execute(query, [[str(table.path(part)) for part in parts]]).fetchall():
        yield Fault(_name(Path(path)), f"the event {key} is there {count} times", MEND)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
