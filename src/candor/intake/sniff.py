"""Finds out how a delimited text is laid out: its delimiter, where its header stands, what its columns are called."""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from candor.intake.errors import EmptyFile, HeaderOnly, NotATable, TooLarge
from candor.intake.records import Broken, Records
from candor.intake.sources import Limits

DELIMITERS: Final = (",", ";", "\t", "|")
_LOOKED_AT: Final = 100
_LONGEST_DATUM: Final = 64
_LONGEST_NAME: Final = 10_000
_DATA_CELL: Final = re.compile(
    r"[+-]?[\d.,:/\-]*\d[\d.,:/\-]*( ?[AaPp][Mm])?|\d{4}-\d\d-\d\d[T ][\d:.+\-Z]+|[^@\s]+@[^@\s]+\.[^@\s]+"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the table lies in its file.

    Attributes:
        delimiter: one character.
        header: the names as they stand in the file; numbered names where it has none.
        columns: the same, made unique and non-empty: the keys of every row.
        first_row: number of the first row of data, as a spreadsheet counts.
        labels: a longer wording of each column where a second header row gives one.
        notes: what was inferred, for the person who imports.
    """

    delimiter: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    first_row: int
    labels: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def find_layout(sample: str, *, is_whole: bool, limits: Limits, delimiter: str | None = None) -> Layout:
    """Reads the layout from the beginning of the text.

    Args:
        sample: the first mebibyte or so.
        is_whole: the sample is all there is.
        limits: bounds on cells, rows and columns.
        delimiter: if known.

    Raises:
        EmptyFile, HeaderOnly: nothing to read.
        NotATable: XML or JSON.
        TooLarge: more columns than the limit.
    """
    _refuse_markup(sample)
    if not is_whole:
        sample = _whole_lines(sample)
    delimiter = delimiter or _find_delimiter(sample, limits)
    records = _records(sample, delimiter, limits)
    if not any(any(cells) for cells in records):
        raise EmptyFile
    place = _header_place(records)
    header, notes = _mended(records, place, sample, delimiter)
    is_broken = isinstance(next(islice(Records(lambda: [sample], delimiter, limits), place, None)), Broken)
    if is_broken or max(map(len, header)) > _LONGEST_NAME:
        raise NotATable("a text whose first line holds no column names")
    if len(header) > limits.columns:
        raise TooLarge(f"more than {limits.columns:,} columns")
    if any(records[:place]):
        lines = (
            "The line above the column names was"
            if place == 1
            else f"{place} lines above the column names were"
        )
        notes.append(f"{lines} left out.")
    if _looks_like_data(header):
        names = tuple(f"Column {number}" for number in range(1, len(header) + 1))
        return Layout(
            delimiter, names, names, place + 1, notes=("The file has no column names; columns are numbered.",)
        )
    columns = _unique(header, notes)
    if is_whole and not any(any(cells) for cells in records[place + 1 :]):
        raise HeaderOnly(columns)
    extra = _extra_header_rows(records[place + 1 : place + 3])
    labels = dict(zip(columns, records[place + 1], strict=False)) if extra else {}
    if extra:
        notes.append("The rows with question wordings and import codes under the column names were left out.")
    return Layout(delimiter, tuple(header), columns, place + 2 + extra, labels, tuple(notes))


def _refuse_markup(sample: str) -> None:
    start = sample.lstrip()[:200]
    if not start.strip("\0"):
        raise EmptyFile
    if start.startswith(("<?xml", "<log", "<!DOCTYPE", "<html")):
        raise NotATable("an XML or web page")
    if re.match(r"\{\s*\"|\[\s*[{\[\"]", start):
        raise NotATable("JSON")


def _whole_lines(sample: str) -> str:
    end = max(sample.rfind("\n"), sample.rfind("\r"))
    return sample[: end + 1] if end >= 0 else sample


def _records(sample: str, delimiter: str, limits: Limits) -> list[list[str]]:
    found: list[list[str]] = []
    for record in Records(lambda: [sample], delimiter, limits):
        found.append(record.cells if isinstance(record, Broken) else record)
        if len(found) >= _LOOKED_AT:
            break
    return found


def _find_delimiter(sample: str, limits: Limits) -> str:
    """The delimiter that cuts most rows into the same number of cells; more cells count for more."""

    def score(delimiter: str) -> float:
        widths = [len(cells) for cells in _records(sample, delimiter, limits) if any(cells)]
        if not widths:
            return 0.0
        width, count = Counter(widths).most_common(1)[0]
        agreement = (count / len(widths)) ** 2 * math.log(width)
        return agreement if widths[0] == width else agreement / 2

    return max(DELIMITERS, key=score)


def _header_place(records: Sequence[list[str]]) -> int:
    """The first record that fills at least half of the usual width; titles above a table fill one or two cells."""
    width = Counter(len(cells) for cells in records if any(cells)).most_common(1)[0][0]
    least = max(2, width / 2) if width > 1 else 1
    for place, cells in enumerate(records):
        if sum(bool(cell.strip()) for cell in cells) >= least:
            return place
    return next(place for place, cells in enumerate(records) if any(cells))


def _mended(
    records: Sequence[list[str]], place: int, sample: str, delimiter: str
) -> tuple[list[str], list[str]]:
    """The header, reread where an export has doubled its quotes so that names with a delimiter fall apart."""
    header = records[place]
    widths = Counter(len(cells) for cells in records[place + 1 :] if any(cells))
    usual = widths.most_common(1)[0][0] if widths else len(header)
    if len(header) <= usual:
        return header, []
    line = next(islice(io.StringIO(sample, newline=""), place, None))
    if '""' in line:
        reread = next(csv.reader([line.replace('""', '"')], delimiter=delimiter))
        if len(reread) == usual:
            return reread, ["Some quotes in the column names are doubled; they were read as single ones."]
    if widths[len(header)]:
        return header, []
    return header, [f"There are {len(header)} column names, but the rows have {usual} cells."]


def _looks_like_data(cells: list[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return sum(
        len(cell) <= _LONGEST_DATUM and bool(_DATA_CELL.fullmatch(cell)) for cell in filled
    ) * 2 >= len(filled)


def _unique(header: list[str], notes: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    taken = set(header)
    seen: set[str] = set()
    for number, raw in enumerate(header, 1):
        name = raw if raw.strip() else f"Column {number}"
        if name in seen:
            copy = next(
                f"{name} ({n})" for n in range(2, len(header) + 2) if f"{name} ({n})" not in taken | seen
            )
            notes.append(
                f"The column name “{name.strip()}” stands twice; the later one is called “{copy.strip()}”."
            )
            name = copy
        seen.add(name)
        names.append(name)
    return tuple(names)


def _extra_header_rows(records: Sequence[list[str]]) -> int:
    """Two where a survey tool wrote question wordings and `{"ImportId": …}` codes under the names, otherwise none."""
    if len(records) < 2 or not records[1]:
        return 0
    codes = sum(cell.lstrip().startswith('{"ImportId"') for cell in records[1])
    return 2 if codes * 2 >= len(records[1]) else 0
