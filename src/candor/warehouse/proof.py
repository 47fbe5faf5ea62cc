"""What an erasure removed, and a search of every file for what must not be there any more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from candor.warehouse.schema import ANSWERS, EVENTS, Schema, quoted
from candor.warehouse.workbench import CUBE_FOLDER

if TYPE_CHECKING:
    from candor.warehouse.store import Warehouse

BLOCK = 16 * 1024 * 1024  # bytes of a file in memory


@dataclass(frozen=True, slots=True)
class Traces:
    """A search: how many files were read, and the names of those that hold what was looked for."""

    files: int
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure removed.

    Attributes:
        answers: Rows that were dropped from the answers.
        events: Rows that were dropped from the event log.
        files: Files that were removed from the disk.
        traces: The search of all files that are left, after it.
    """

    answers: int
    events: int
    files: int
    traces: Traces

    @property
    def rows(self) -> int:
        return self.answers + self.events


def traces(
    warehouse: "Warehouse",
    *,
    feedback_ids: Sequence[int] = (),
    customers: Sequence[int] = (),
    texts: Sequence[str] = (),
) -> Traces:
    """Search every file in the folder, in use or not, for rows of feedback and customers, and for texts.

    Texts are looked for twice: in the bytes as they lie there, and, since those are compressed, in what they decode to.
    """
    everything = [path for path in sorted(warehouse.folder.rglob("*")) if path.is_file()]
    found = set(_holding_bytes(everything, [text.encode() for text in texts]))
    connection = duckdb.connect(config=warehouse.settings)
    try:
        for schema, paths in _tables(everything):
            found.update(_holding_rows(connection, schema, paths, feedback_ids, customers, texts))
    finally:
        connection.close()
    names = sorted(str(path.relative_to(warehouse.folder)) for path in found)
    return Traces(len(everything), tuple(names))


def _tables(everything: list[Path]) -> Iterator[tuple[Schema, list[Path]]]:
    facts = [
        path
        for path in everything
        if path.suffix == ".parquet" and path.parent.name not in {"_delta_log", CUBE_FOLDER}
    ]
    answers = [path for path in facts if path.parent.name == ANSWERS.name]
    for schema, paths in ((ANSWERS, answers), (EVENTS, [path for path in facts if path not in answers])):
        if paths:
            yield schema, paths


def _holding_rows(
    connection: duckdb.DuckDBPyConnection,
    schema: Schema,
    paths: list[Path],
    feedback_ids: Sequence[int],
    customers: Sequence[int],
    texts: Sequence[str],
) -> Iterator[Path]:
    words = [column.name for column in schema.columns if column.type == "VARCHAR"]
    values: dict[str, Any] = {"customers": list(customers)}
    terms = ["customer IN (SELECT unnest(CAST($customers AS BIGINT[])))"]
    if schema is ANSWERS:
        terms.append("feedback_id IN (SELECT unnest(CAST($feedback AS BIGINT[])))")
        values["feedback"] = list(feedback_ids)
    for number, text in enumerate(texts):
        terms.append(f"contains(concat_ws(chr(10), {', '.join(map(quoted, words))}), $text{number})")
        values[f"text{number}"] = text
    query = (
        "SELECT DISTINCT filename FROM read_parquet($paths, filename = true, union_by_name = true) "
        f"WHERE {' OR '.join(terms)}"
    )
    for (name,) in connection.execute(query, values | {"paths": [str(path) for path in paths]}).fetchall():
        yield Path(name)


def _holding_bytes(paths: list[Path], needles: list[bytes]) -> Iterator[Path]:
    if not needles:
        return
    overlap = max(map(len, needles))
    for path in paths:
        with path.open("rb") as file:
            tail = b""
            while block := file.read(BLOCK):
                if any(needle in tail + block for needle in needles):
                    yield path
                    break
                tail = block[-overlap:]
