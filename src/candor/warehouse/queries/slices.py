"""The walk on DuckDB: slice by slice, so that neither the length of the log nor the number of its cases has to fit into memory.

Cases and activities become whole numbers once a slice. Counts are added up in a table; values whose exact places are asked for
wait in a file, together with others of their key, until all slices are through.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Protocol, runtime_checkable

import duckdb
import numpy as np
from numpy.typing import NDArray

from candor.warehouse.engine import Reader, Rows
from candor.warehouse.queries.walk import (
    RELATIONS,
    Found,
    Key,
    Names,
    Progress,
    Sample,
    Sorted,
    Table,
    Tally,
    Way,
    steps_of,
)

SLICE_ROWS: Final = 2_000_000
IN_MEMORY: Final = 64 * 1024 * 1024  # bytes of a sample before it goes to a file
MOST_NAMES: Final = 1_000_000

CASES = """
CREATE OR REPLACE TEMP TABLE case_codes AS
SELECT case_id, CAST(row_number() OVER () AS INTEGER) AS code FROM (SELECT DISTINCT case_id FROM ({chosen}) AS events) AS cases
"""
CHOSEN = """
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT
    case_codes.code AS case_id, activity_codes.code AS activity, events.micros, events.ordinal,
    {event_id} AS event_id, {mark} AS mark
FROM ({chosen}) AS events
JOIN case_codes ON case_codes.case_id = events.case_id
JOIN activity_codes ON activity_codes.name = events.activity
"""
MARKED = "JOIN mark_codes ON mark_codes.mark IS NOT DISTINCT FROM events.mark"
TIES = """
SELECT 1 FROM (
    SELECT count(*) AS n FROM chosen
    WHERE case_id IN (SELECT case_id FROM steps WHERE after_micros = micros) GROUP BY case_id, micros, ordinal
) AS instants WHERE n > 1 LIMIT 1
"""


@runtime_checkable
class SliceReader(Reader, Protocol):
    """A reader on a connection to DuckDB, which may keep tables of its own beside."""

    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, its `events` those of this reader."""
        ...

    def within(self, low: int, high: int) -> "SliceReader": ...


class CodedNames(Names):
    """Activities as whole numbers in the order of their names; a path is the sorted list of them, each behind its place.

    To sort such a list is three times as fast as to put texts together in order.

    Args:
        names: Every activity.
        events: As many events as there may be in one case, or more.
    """

    def __init__(self, names: Iterable[str], events: int) -> None:
        self._names = ["", *sorted(names)]
        self.codes = {name: code for code, name in enumerate(self._names[1:], start=1)}
        self._width = len(self._names)
        kind = "UINTEGER" if (events + 1) * self._width < 2**32 else "UBIGINT"
        self.path_of = f"list_sort(list(CAST(place * {self._width} + activity AS {kind})))"

    def code(self, name: str) -> int:
        return self.codes.get(name, 0)

    def name(self, code: int) -> str:
        return self._names[code]

    def path(self, path: Any) -> tuple[str, ...]:
        return tuple(self._names[step % self._width] for step in path)


class SlicedWalker:
    """Counts along a way, one slice of its cases after another.

    Args:
        reader: Where the events are.
        way: Which of them.
        names: Every activity that may come up, at most `MOST_NAMES`.
        most: Events of a slice.
    """

    def __init__(
        self, reader: SliceReader, way: Way, names: Sequence[str], *, most: int = SLICE_ROWS
    ) -> None:
        self._slices = reader.slices(most)
        self.names = CodedNames(names, sum(one.rows for one in self._slices))
        self._reader = reader
        self._connection = reader.connection()
        self._way = way
        self._made: list[Table] = []
        self._by_id = (
            False  # whether events of one instant and place were met, which only their ids can order
        )

    def walk(self, asked: Mapping[str, Tally | Sample], progress: Progress) -> Found:
        values = {name: _Values(one, self._spill()) for name, one in asked.items() if isinstance(one, Sample)}
        tallies = {name: one for name, one in asked.items() if isinstance(one, Tally)}
        relations = [name for name in RELATIONS if any(name in one.uses for one in asked.values())]
        try:
            marks = self._code_names()
            for number, share in enumerate(self._through(relations)):
                for name, one in asked.items():
                    self._prepare(one.also)
                    if isinstance(one, Tally):
                        self._add(name, one, is_first=not number)
                    else:
                        values[name].take(self._run(values[name].query, one.parameters))
                progress(share)
            return Found(
                self.names,
                {
                    name: [_marked(rows, marks) for rows in self._told(name, one)]
                    for name, one in tallies.items()
                },
                {
                    name: {_marked([key], marks)[0]: at for key, at in one.sorted()}
                    for name, one in values.items()
                },
            )
        finally:
            for held in values.values():
                held.close()
            self._forget(asked)

    def _spill(self) -> str | None:
        """The folder for what does not fit into memory."""
        ((folder,),) = self._run("SELECT current_setting('temp_directory')").fetchall()
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
        return folder or None

    def _prepare(self, tables: Sequence[Table]) -> None:
        """Make the tables of a question, those that are there already excepted."""
        known = 0
        while known < min(len(tables), len(self._made)) and tables[known] == self._made[known]:
            known += 1
        for name, table in tables[known:]:
            self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS {table.query}", table.parameters)
        if known < len(tables):
            self._made = list(tables)

    def _add(self, name: str, tally: Tally, *, is_first: bool) -> None:
        start = f"CREATE OR REPLACE TEMP TABLE tally_{name} AS" if is_first else f"INSERT INTO tally_{name}"
        self._run(f"{start} {tally.select}", tally.parameters)

    def _run(self, query: str, parameters: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(query, list(parameters))

    def _code_names(self) -> list[Any]:
        """Make the tables of codes; returns the marks by their codes, empty if marks are numbers as they are."""
        codes = self.names.codes
        self._code("activity_codes", "name VARCHAR", list(codes), list(codes.values()))
        if self._way.marks is None:
            return []
        marks = [row[0] for row in self._run(self._way.marks.query, self._way.marks.parameters).fetchall()]
        kind = "BIGINT" if any(isinstance(mark, int) for mark in marks) else "VARCHAR"
        self._code("mark_codes", f"mark {kind}", marks, list(range(len(marks))))
        return marks

    def _code(self, table: str, column: str, values: list[Any], codes: list[int]) -> None:
        self._run(f"CREATE OR REPLACE TEMP TABLE {table} ({column}, code INTEGER)")
        self._run(f"INSERT INTO {table} SELECT unnest(?), unnest(?)", [values, codes])

    def _through(self, relations: Sequence[str]) -> Iterator[float]:
        """Make the relations of slice after slice; yields the share that is done with it."""
        done, rows = 0, sum(one.rows for one in self._slices) or 1
        for one in self._slices:
            self._load(self._reader.within(one.low, one.high))
            self._made = []
            for name in relations:
                columns = "SELECT case_id, grp, n, first_micros, last_micros FROM paths"
                query = RELATIONS[name].replace("{path}", self.names.path_of)
                of_paths = name == "cases" and "paths" in relations
                self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS {columns if of_paths else query}")
            done += one.rows
            yield done / rows

    def _load(self, reader: SliceReader) -> None:
        self._choose(reader)
        self._run(f"CREATE OR REPLACE TEMP TABLE steps AS {steps_of(self._way.group)}")
        if not self._by_id and self._run(TIES).fetchall():
            self._by_id = True
            self._load(reader)

    def _choose(self, reader: SliceReader) -> None:
        chosen = self._way.chosen
        connection = reader.connection()  # its `events` are now those of the slice
        connection.execute(CASES.format(chosen=chosen.query), list(chosen.parameters))
        event_id = "events.event_id" if self._by_id else "0"
        mark, marked = ("mark_codes.code", MARKED) if self._way.marks else ("events.mark", "")
        query = CHOSEN.format(chosen=chosen.query, event_id=event_id, mark=mark) + marked
        connection.execute(query, list(chosen.parameters))

    def _told(self, name: str, tally: Tally) -> list[Rows]:
        self._run(f"CREATE OR REPLACE TEMP TABLE tally AS {tally.added_up(f'tally_{name}')}")
        self._run(f"DROP TABLE tally_{name}")
        return [self._run(of.query, of.parameters).fetchall() for of in tally.told]

    def _forget(self, asked: Mapping[str, Tally | Sample]) -> None:
        own = {"tally", "chosen", "steps", "case_codes", "activity_codes", "mark_codes", *RELATIONS}
        made = {name for one in asked.values() for name, _ in one.also} | {f"tally_{name}" for name in asked}
        for table in sorted(own | made):
            self._run(f"DROP TABLE IF EXISTS temp.{table}")


class _Values:
    """The values of a sample, key by key, in memory while they are few and then in a file."""

    def __init__(self, sample: Sample, folder: str | None) -> None:
        keys = ", ".join(sample.keys)
        self.query = f"SELECT {keys}, list(value) AS value FROM ({sample.select}) AS sample GROUP BY {keys}"
        self._sample = sample
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY, dir=folder)  # noqa: SIM115  closed by whoever walks
        self._pieces: dict[Key, list[tuple[int, int]]] = {}

    def take(self, found: duckdb.DuckDBPyConnection) -> None:
        columns = found.fetchnumpy()
        keys = zip(*(columns[name].tolist() for name in self._sample.keys), strict=True)
        for key, values in zip(keys, columns["value"], strict=True):
            self._pieces.setdefault(key, []).append((self._file.tell(), len(values)))
            self._file.write(np.ascontiguousarray(values, dtype=np.int64).data)

    def sorted(self) -> Iterator[tuple[Key, Sorted]]:
        for key in sorted(self._pieces):
            values = self._of(key)
            places = sorted(set(self._sample.places(len(values))))
            values.partition([place - 1 for place in places])
            yield key, Sorted(len(values), {place: int(values[place - 1]) for place in places})

    def close(self) -> None:
        self._file.close()

    def _of(self, key: Key) -> NDArray[np.int64]:
        values = np.empty(sum(n for _, n in self._pieces[key]), dtype=np.int64)
        done = 0
        for start, n in self._pieces[key]:
            self._file.seek(start)
            values[done : done + n] = np.frombuffer(self._file.read(8 * n), dtype=np.int64)
            done += n
        return values


def _marked(rows: Sequence[Key], marks: Sequence[Any]) -> list[Key]:
    return [(marks[row[0]], *row[1:]) for row in rows] if marks else list(rows)
