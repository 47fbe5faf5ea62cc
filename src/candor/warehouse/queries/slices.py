"""The walk on DuckDB: slice by slice, so that neither the length of the log nor the number of its cases has to fit into memory.

Cases and activities become whole numbers once a slice. Counts are added up in a table; values whose exact places are asked for
wait in a file, together with others of their key, until all slices are through.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Protocol, runtime_checkable

import duckdb
import numpy as np
from numpy.typing import NDArray

from candor.warehouse.engine import Reader, Rows
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.walk import (
    RELATIONS,
    Found,
    Key,
    Names,
    Progress,
    Sample,
    Sorted,
    Tally,
    Way,
    steps_of,
)

SLICE_ROWS: Final = 2_000_000
IN_MEMORY: Final = 64 * 1024 * 1024  # bytes of a sample before it goes to a file
MOST_NAMES: Final = 1_000_000  # there are not many more code points
_FIRST_CODE: Final = 33
_SURROGATES: Final = range(0xD800, 0xE000)

CASES = """
CREATE OR REPLACE TEMP TABLE case_codes AS
SELECT case_id, row_number() OVER () AS code FROM (SELECT DISTINCT case_id FROM ({chosen}) AS events) AS cases
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
    """Activities as code points in the order of their names, so that a path is a short text that sorts as its names do."""

    path_of = "string_agg(chr(activity), '' ORDER BY place)"

    def __init__(self, names: Sequence[str]) -> None:
        points = (point for point in range(_FIRST_CODE, 0x110000) if point not in _SURROGATES)
        self.codes = dict(zip(sorted(names), points, strict=False))
        self._names = {code: name for name, code in self.codes.items()}

    def code(self, name: str) -> int:
        return self.codes.get(name, 0)

    def name(self, code: int) -> str:
        return self._names[code]

    def path(self, text: str) -> tuple[str, ...]:
        return tuple(self._names[ord(letter)] for letter in text)


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
        self.names: Names = CodedNames(names)
        self._reader = reader
        self._connection = reader.connection()
        self._way = way
        self._most = most
        self._given = names
        self._by_id = (
            False  # whether events of one instant and place were met, which only their ids can order
        )

    def walk(self, asked: Mapping[str, Tally | Sample], progress: Progress) -> Found:
        tallies = {name: one for name, one in asked.items() if isinstance(one, Tally)}
        values = {name: _Values(one) for name, one in asked.items() if isinstance(one, Sample)}
        relations = [name for name in RELATIONS if any(name in one.uses for one in asked.values())]
        try:
            marks = self._code_names()
            for number, share in enumerate(self._slices(relations)):
                for name, tally in tallies.items():
                    start = (
                        f"INSERT INTO tally_{name}"
                        if number
                        else f"CREATE OR REPLACE TEMP TABLE tally_{name} AS"
                    )
                    self._run(f"{start} {_query(tally, tally.select)}", tally.parameters)
                for one in values.values():
                    one.take(self._run(one.query, one.sample.parameters))
                progress(share)
            told = {
                name: [_marked(self._told(name, tally, of), marks) for of in tally.told]
                for name, tally in tallies.items()
            }
            places = {
                name: {_marked([key], marks)[0]: found for key, found in one.sorted()}
                for name, one in values.items()
            }
            return Found(self.names, told, places)
        finally:
            for one in values.values():
                one.close()
            self._forget(tallies)

    def _run(self, query: str, parameters: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(query, list(parameters))

    def _code_names(self) -> list[Any]:
        """Tables of codes; returns the marks by their codes, empty if marks are numbers as they are."""
        self._code(
            "activity_codes",
            "name VARCHAR",
            sorted(self._given),
            [self.names.code(name) for name in sorted(self._given)],
        )
        if self._way.marks is None:
            return []
        marks = [row[0] for row in self._run(self._way.marks.query, self._way.marks.parameters).fetchall()]
        kind = "BIGINT" if any(isinstance(mark, int) for mark in marks) else "VARCHAR"
        self._code("mark_codes", f"mark {kind}", marks, list(range(len(marks))))
        return marks

    def _code(self, table: str, column: str, values: list[Any], codes: list[int]) -> None:
        self._run(f"CREATE OR REPLACE TEMP TABLE {table} ({column}, code INTEGER)")
        self._run(f"INSERT INTO {table} SELECT unnest(?), unnest(?)", [values, codes])

    def _slices(self, relations: Sequence[str]) -> Iterator[float]:
        """Make the relations of slice after slice; yields the share that is done with it."""
        slices = self._reader.slices(self._most)
        done, rows = 0, sum(one.rows for one in slices) or 1
        for one in slices:
            self._load(self._reader.within(one.low, one.high))
            for name in relations:
                self._run(
                    f"CREATE OR REPLACE TEMP TABLE {name} AS {RELATIONS[name].replace('{path}', self.names.path_of)}"
                )
            done += one.rows
            yield done / rows

    def _load(self, reader: SliceReader) -> None:
        self._choose(reader)
        self._run(f"CREATE OR REPLACE TEMP TABLE steps AS {steps_of(self._way.group)}")
        if not self._by_id and self._run(TIES).fetchall():
            self._by_id = True
            self._load(reader)

    def _choose(self, reader: SliceReader) -> None:
        chosen, connection = (
            self._way.chosen,
            reader.connection(),
        )  # whose `events` are now those of the slice
        connection.execute(CASES.format(chosen=chosen.query), list(chosen.parameters))
        event_id = "events.event_id" if self._by_id else "0"
        mark, marked = ("mark_codes.code", MARKED) if self._way.marks else ("events.mark", "")
        query = CHOSEN.format(chosen=chosen.query, event_id=event_id, mark=mark) + marked
        connection.execute(query, list(chosen.parameters))

    def _told(self, name: str, tally: Tally, of: Statement) -> Rows:
        whole = f"WITH tally AS ({tally.added_up(f'tally_{name}')}) {of.query}"
        return self._run(whole, of.parameters).fetchall()

    def _forget(self, tallies: Iterable[str]) -> None:
        own = ("chosen", "steps", "case_codes", "activity_codes", "mark_codes", *RELATIONS)
        for table in (*own, *(f"tally_{name}" for name in tallies)):
            self._run(f"DROP TABLE IF EXISTS temp.{table}")


class _Values:
    """The values of a sample, key by key, in memory while they are few and then in a file."""

    def __init__(self, sample: Sample) -> None:
        keys = ", ".join(sample.keys)
        self.sample = sample
        self.query = _query(
            sample, f"SELECT {keys}, list(value) AS value FROM ({sample.select}) AS sample GROUP BY {keys}"
        )
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed by whoever walks
        self._pieces: dict[Key, list[tuple[int, int]]] = {}

    def take(self, found: duckdb.DuckDBPyConnection) -> None:
        columns = found.fetchnumpy()
        keys = zip(*(columns[name].tolist() for name in self.sample.keys), strict=True)
        for key, values in zip(keys, columns["value"], strict=True):
            self._pieces.setdefault(key, []).append((self._file.tell(), len(values)))
            self._file.write(np.ascontiguousarray(values, dtype=np.int64).data)

    def sorted(self) -> Iterator[tuple[Key, Sorted]]:
        for key in sorted(self._pieces):
            values = self._of(key)
            places = sorted(set(self.sample.places(len(values))))
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


def _query(one: Tally | Sample, select: str) -> str:
    return f"WITH {one.also} {select}" if one.also else select


def _marked(rows: Sequence[Key], marks: Sequence[Any]) -> list[Key]:
    return [(marks[row[0]], *row[1:]) for row in rows] if marks else list(rows)
