"""Parquet, written by DuckDB: a column a question with its type, packed together with the list of fields."""

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import msgspec

from .as_csv import wide_rows
from .files import Format, Progress, Sheet, beside_answers
from .rows import Column

_TYPES = {"number": "DOUBLE", "text": "VARCHAR", "moment": "TIMESTAMPTZ"}


def _write(sheet: Sheet, path: Path, tell: Progress) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        lines, made = Path(folder) / "answers.json", Path(folder) / "answers.parquet"
        encode, names = msgspec.json.Encoder().encode, [column.name for column in sheet.columns]
        with lines.open("wb") as file:
            for row in wide_rows(sheet, tell):
                file.write(encode(dict(zip(names, row, strict=True))) + b"\n")
        _convert(lines, made, sheet.columns)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.write(made, "answers.parquet")
            for member, texts in beside_answers(sheet):
                archive.writestr(member, "".join(texts))


def _convert(lines: Path, made: Path, columns: Sequence[Column]) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        types = {column.name: _TYPES[column.shape] for column in columns}
        read = connection.read_json(str(lines), format="newline_delimited", columns=types)
        read.write_parquet(str(made), compression="zstd")


FORMATS = (
    Format(
        key="parquet", name="Parquet", ending="zip", content_type="application/zip", write=_write, order=40
    ),
)
