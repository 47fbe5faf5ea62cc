"""Files that an export is written as; a module of this room that binds `FORMATS` has some."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from candor.intake import csv_lines

from .rows import Column, Rows

Progress = Callable[[int], None]  # told how many rows are written
ABOUT_HEADER = ("About this file", "Value")
FIELDS_HEADER = (
    "Column", "Words", "Kind", "Lowest", "Highest", "Better is", "Choices", "Answered", "Not answered", "Of all rows",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is written: the rows, their columns, and facts about the whole as pairs of words."""

    rows: Rows
    columns: Sequence[Column]
    about: Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file format.

    Attributes:
        key: in addresses.
        name: for people.
        ending: of the file.
        content_type: of the file.
        write: writes a sheet to a path, telling its progress.
        most_rows: more than that it can't hold; None for any number.
    """

    key: str
    name: str
    ending: str
    content_type: str
    write: Callable[[Sheet, Path, Progress], None]
    most_rows: int | None = None
    order: int = 100


@lru_cache(maxsize=1)
def all_formats() -> dict[str, Format]:
    """Every format by its key, in the order of the page."""
    from candor.apps.surveys import exports

    modules = (import_module(f"{exports.__name__}.{found.name}") for found in iter_modules(exports.__path__))
    found = [one for module in modules for one in getattr(module, "FORMATS", ())]
    return {one.key: one for one in sorted(found, key=lambda one: one.order)}


def field_rows(sheet: Sheet) -> Iterator[list[Any]]:
    """A row for each column: its words, its scale, and how many of all rows fill it."""
    total = sheet.rows.total
    for column in sheet.columns:
        better = (
            "" if not column.kind or column.shape == "text" else "higher" if column.is_high_good else "lower"
        )
        yield [
            column.name, column.label, column.kind, _end(column.lowest), _end(column.highest), better, " | ".join(column.choices), column.filled,
            total - column.filled, total,
        ]  # fmt: skip


def beside_answers(sheet: Sheet) -> Iterator[tuple[str, Iterator[str]]]:
    """What is packed together with the answers, each one table of CSV: the list of fields, and what is to be known of the whole."""
    yield "fields.csv", csv_lines(field_rows(sheet), header=FIELDS_HEADER, has_mark=True)
    yield "about.csv", csv_lines(map(list, sheet.about), header=ABOUT_HEADER, has_mark=True)


def _end(value: float | None) -> float | None:
    """An end of a scale as people write it."""
    return int(value) if value is not None and value.is_integer() else value
