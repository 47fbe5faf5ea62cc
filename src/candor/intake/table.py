"""An untrusted delimited file as a stream of rows and problems."""

from collections.abc import Iterator
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Final, NamedTuple

from candor.intake.decoding import Decoder, Encoding, detect_encoding
from candor.intake.errors import EmptyFile
from candor.intake.problems import Problem
from candor.intake.records import Broken, Records
from candor.intake.sniff import Layout, find_layout
from candor.intake.sources import MIB, Limits, Source, refuse_foreign

_SAMPLE: Final = MIB
_STRAYS: Final = "Some bytes are not UTF-8; they were read as Windows-1252. Check letters with accents."


class Row(NamedTuple):
    """One good row.

    Attributes:
        number: as a spreadsheet shows it; the header is usually 1 and the first row of data 2.
        values: cells as they stand in the file, by column name.
    """

    number: int
    values: dict[str, str]


class Table:
    """A table in a file. Made by `open_table`; holds no open file between calls.

    Attributes:
        path: the file.
        encoding: what it is read as.
        delimiter: `,` `;` tab or `|`.
        header: column names as they stand in the file.
        columns: the same made unique and non-empty; trailing spaces are kept, they are the keys of every row.
        labels: longer wordings by column, from survey tools that write them in a second header row.
        first_row: number of the first row of data.
        notes: what was inferred or odd, as sentences; may grow while rows are read.
        bytes_total: size of the file on disk.
        bytes_read: how much of it the latest `rows()` took, for a progress bar.
    """

    def __init__(
        self, path: Path, encoding: Encoding, layout: Layout, notes: list[str], limits: Limits
    ) -> None:
        self.path = path
        self.encoding = encoding
        self.delimiter = layout.delimiter
        self.header = layout.header
        self.columns = layout.columns
        self.labels = layout.labels
        self.first_row = layout.first_row
        self.notes = [*notes, *layout.notes]
        self.bytes_total = path.stat().st_size
        self.bytes_read = 0
        self._limits = limits

    def rows(self, *, start: int | None = None) -> Iterator[Row | Problem]:
        """Yields each row, or what is wrong with it, in file order and in bounded memory.

        Blank lines and rows of empty cells are passed over but counted.

        Args:
            start: number of the first row wanted; an import that stopped after row 500 continues with 501.

        Raises:
            TooLarge, BrokenArchive: met on the way.
        """
        first, columns, width = max(start or 0, self.first_row), self.columns, len(self.columns)
        for number, record in enumerate(Records(self._texts, self.delimiter, self._limits), 1):
            if number < first:
                continue
            if isinstance(record, Broken):
                yield self._broken(number, record)
            elif not any(record):
                continue
            elif len(record) == width or (len(record) > width and not any(record[width:])):
                yield Row(number, dict(zip(columns, record, strict=False)))
            else:
                yield self._ragged(number, record)
        self.bytes_read = self.bytes_total

    def records(self) -> Iterator[tuple[int, list[str]] | Problem]:
        """Yields the cells of every record from the first line on, the head included, for files whose head has a meaning of its own.

        Blank lines and rows of empty cells are passed over but counted; rows may be of any width.

        Raises:
            TooLarge, BrokenArchive: met on the way.
        """
        for number, record in enumerate(Records(self._texts, self.delimiter, self._limits), 1):
            if isinstance(record, Broken):
                yield self._broken(number, record)
            elif any(record):
                yield number, record
        self.bytes_read = self.bytes_total

    def preview(self, count: int = 20) -> list[Row | Problem]:
        """The first rows and problems."""
        return list(islice(self.rows(), count))

    def _texts(self) -> Iterator[str]:
        decoder = Decoder(self.encoding)
        with Source(self.path, self._limits) as source:
            for text in decoder.texts(source.chunks()):
                self.bytes_read = source.position
                if decoder.had_strays and _STRAYS not in self.notes:
                    self.notes.append(_STRAYS)
                yield text

    def _ragged(self, number: int, cells: list[str]) -> Problem:
        width = len(self.columns)
        expected = f"{width} cells"
        message = f"Row {number}: {expected} expected, {len(cells)} found."
        column = self.columns[len(cells)] if len(cells) < width else ""
        value = self.delimiter.join(cells[width : width + 20])
        return Problem(number, column, value, expected, message, dict(zip(self.columns, cells, strict=False)))

    def _broken(self, number: int, record: Broken) -> Problem:
        column = self.columns[record.column] if record.column < len(self.columns) else ""
        value = record.cells[record.column] if record.column < len(record.cells) else ""
        cells = dict(zip(self.columns, record.cells, strict=False))
        limits = self._limits
        place = f"Row {number}, {column.strip()}" if column else f"Row {number}"
        if record.reason == "long_cell":
            expected = f"at most {limits.cell_chars:,} characters"
            return Problem(
                number,
                column,
                value,
                expected,
                f"{place}: {expected} expected, {record.length:,} found.",
                cells,
            )
        if record.reason == "long_row":
            expected = f"a row of at most {limits.row_chars:,} characters"
            return Problem(
                number,
                "",
                "",
                expected,
                f"Row {number}: {expected} expected, {record.length:,} found.",
                cells,
            )
        if record.reason == "open_quote":
            return Problem(
                number,
                column,
                value,
                "a closing quote",
                f"{place}: a quote is opened and never closed.",
                cells,
            )
        return Problem(
            number, column, value, "text without NUL characters", f"{place}: holds a NUL character.", cells
        )


def open_table(
    path: str | PathLike[str], *, limits: Limits | None = None, delimiter: str | None = None
) -> Table:
    """Opens a delimited text file: plain, gzipped, or alone in a zip; finds encoding, delimiter and header.

    Nothing in the file is trusted: unpacking is bounded, cells and rows are bounded, a bad row is a `Problem`.

    Args:
        path: the file.
        limits: what it may ask of us; `Limits()` when not given.
        delimiter: if the person who imports knows better.

    Returns:
        The table; a gigabyte needs well under 100 MB of memory.

    Raises:
        FileRefused: one of its kinds; see `candor.intake.errors`.

    Example:
        >>> table = open_table("complaints.csv.gz")  # doctest: +SKIP
        >>> table.columns[:2], next(table.rows())    # doctest: +SKIP
    """
    file, limits = Path(path), limits or Limits()
    with Source(file, limits) as source:
        sample = b""
        while len(sample) < _SAMPLE and (piece := source.read(_SAMPLE - len(sample))):
            sample += piece
        is_whole = not source.read(1)
    if not sample.strip():
        raise EmptyFile
    refuse_foreign(sample)
    encoding, note = detect_encoding(sample)
    text = Decoder(encoding).decode(sample)
    layout = find_layout(text, is_whole=is_whole, limits=limits, delimiter=delimiter)
    return Table(file, encoding, layout, [note] if note else [], limits)
