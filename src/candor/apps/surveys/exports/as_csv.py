"""CSV: a row a person (wide), or a row an answer (long), packed together with the list of fields."""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from candor.intake import csv_lines

from .files import Format, Progress, Sheet, beside_answers
from .rows import cell

_LONG = ("question", "words", "kind", "number", "text")
_TELL_EACH = 1_000


def wide_rows(sheet: Sheet, tell: Progress) -> Iterator[list[Any]]:
    """One row a person, cells in the order of the columns."""
    for number, person in enumerate(sheet.rows, 1):
        yield [_plain(cell(person, column)) for column in sheet.columns]
        if number % _TELL_EACH == 0:
            tell(number)


def long_rows(sheet: Sheet, tell: Progress) -> Iterator[list[Any]]:
    """One row an answer, each with the facts about its person; several choices are several rows."""
    facts = [column for column in sheet.columns if not column.kind]
    asked = {column.name: column for column in sheet.columns if column.kind}
    for number, person in enumerate(sheet.rows, 1):
        shared = [_plain(person.facts.get(column.name)) for column in facts]
        for key, value in person.answers.items():
            column = asked[key]
            for one in value if isinstance(value, tuple) else (value,):
                is_number = isinstance(one, float)
                yield [
                    *shared,
                    key,
                    column.label,
                    column.kind,
                    _plain(one) if is_number else None,
                    None if is_number else one,
                ]
        if number % _TELL_EACH == 0:
            tell(number)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def zipped(sheet: Sheet, path: Path, name: str, lines: Iterable[str]) -> None:
    """The answers, the list of their fields and what is known of the whole as files in one archive, written as they come."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, texts in ((name, lines), *beside_answers(sheet)):
            with archive.open(member, "w", force_zip64=True) as file:
                for text in texts:
                    file.write(text.encode())


def _write(
    rows: Callable[[Sheet, Progress], Iterator[list[Any]]], name: str
) -> Callable[[Sheet, Path, Progress], None]:
    def write(sheet: Sheet, path: Path, tell: Progress) -> None:
        header = [column.name for column in sheet.columns]
        if rows is long_rows:
            header = [*(column.name for column in sheet.columns if not column.kind), *_LONG]
        zipped(sheet, path, name, csv_lines(rows(sheet, tell), header=header, has_mark=True))

    return write


FORMATS = (
    Format(key="csv", name="CSV, one row a person", ending="zip", content_type="application/zip", write=_write(wide_rows, "answers.csv"), order=10),
    Format(key="csv-long", name="CSV, one row an answer", ending="zip", content_type="application/zip", write=_write(long_rows, "answers.csv"), order=20),
)  # fmt: skip
