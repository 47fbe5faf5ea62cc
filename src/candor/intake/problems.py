"""What is wrong with one row, and files that are safe to hand back and to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

_SHOWN: Final = 200
_FORMULA_STARTS: Final = tuple("=+-@＝＋－＠")
_HARMLESS: Final = re.compile(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?|-+", re.ASCII)
_REPORT: Final = ("row", "column", "value", "expected")
_FLUSH: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one row.

    Attributes:
        row: number as a spreadsheet shows it; the first line of the file is 1.
        column: name of the column, empty when the whole row is at fault.
        value: what stands there, cut to 200 characters.
        expected: what should stand there, in words.
        message: the sentence for people.
        cells: the row as it came, by column name, to hand it back.
    """

    row: int
    column: str
    value: str
    expected: str
    message: str = ""
    cells: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.value) > _SHOWN:
            object.__setattr__(self, "value", self.value[: _SHOWN - 1] + "…")
        if not self.message:
            object.__setattr__(self, "message", self._sentence())

    def _sentence(self) -> str:
        place = f"Row {self.row}" + (f", {self.column.strip()}" if self.column else "")
        found = f"“{self.value}” found" if self.value else "nothing found"
        return f"{place}: {self.expected} expected, {found}."


def safe_cell(value: object) -> object:
    """Makes a value safe to open in a spreadsheet: text that would run as a formula gets a leading `'`.

    Plain numbers, negative ones too, and dashes stay as they are. Everything this product exports goes through here.

    Example:
        >>> safe_cell("=HYPERLINK(1)"), safe_cell("-5"), safe_cell(-5), safe_cell("fine")
        ("'=HYPERLINK(1)", '-5', -5, 'fine')
    """
    if not isinstance(value, str):
        return value
    if value[:1] in {"\t", "\r", "\n"} or value.lstrip().startswith(_FORMULA_STARTS):
        return value if _HARMLESS.fullmatch(value) else "'" + value
    return value


def plain_cell(value: str) -> str:
    """Takes back what `safe_cell` did, so that a file handed back and corrected comes in as it was.

    Example:
        >>> plain_cell("'=1+1"), plain_cell("'tis")
        ('=1+1', "'tis")
    """
    return value[1:] if value.startswith("'") and safe_cell(value[1:]) == value else value


def csv_lines(
    rows: Iterable[Sequence[object]], *, header: Sequence[str] | None = None, has_mark: bool = False
) -> Iterator[str]:
    """Yields CSV (RFC 4180) in pieces of about 64 KiB, safe to open in a spreadsheet, for streaming exports.

    Text is always quoted: an unquoted cell could be cut at a semicolon by a spreadsheet of another country, and what follows run.

    Args:
        rows: sequences of cells; `None` becomes an empty cell.
        header: column names.
        has_mark: begin with the byte order mark that makes Excel read UTF-8.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    if has_mark:
        buffer.write("\ufeff")
    if header is not None:
        writer.writerow([safe_cell(name) for name in header])
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        if buffer.tell() >= _FLUSH:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue()


def write_problems(path: Path, problems: Iterable[Problem], *, columns: Sequence[str] | None = None) -> int:
    """Writes the bad rows back as CSV: their own columns as they came, then row, column, value and expected.

    A row with several problems is written once, the problems joined by ` | `, so that the corrected file can be imported as it is.

    Args:
        path: where to; overwritten.
        problems: in the order of their rows.
        columns: the table's columns; without them all problems are held in memory to collect the names.

    Returns:
        The number of rows written.
    """
    if columns is None:
        problems = list(problems)
        columns = list(dict.fromkeys(name for problem in problems for name in problem.cells))
    report = [f"{name} (problem)" if name in columns else name for name in _REPORT]
    count = 0

    def lines() -> Iterator[list[object]]:
        nonlocal count
        for number, of_row in groupby(problems, key=lambda problem: problem.row):
            together = list(of_row)
            count += 1
            cells = together[0].cells
            yield [
                *(cells.get(name, "") for name in columns),
                number,
                " | ".join(problem.column for problem in together),
                " | ".join(problem.value for problem in together),
                " | ".join(problem.expected for problem in together),
            ]

    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_lines(lines(), header=[*columns, *report], has_mark=True))
    return count
