"""Text into records of cells, at the speed of `csv` and in bounded memory whatever the text does.

`csv` alone would hold a cell of any size, and let one quote that is never closed swallow the rest of the file.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from candor.intake.sources import Limits

_SHOWN: Final = 200
_READINGS: Final = 8
_ENDS: Final = ("\n", "\r")


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that can't be read.

    Attributes:
        reason: what is wrong with it.
        column: number of the cell at fault, from 0.
        cells: what could be read, each cell cut to its first characters where it was too long.
        length: characters of the cell (or row) at fault.
    """

    reason: Literal["long_cell", "long_row", "open_quote", "nul"]
    column: int
    cells: list[str]
    length: int = 0


class _TooLong(Exception):
    """The record at hand is past the limit."""


class _Lines:
    """Physical lines, remembering those of the record that is being read.

    Args:
        texts: the text in pieces.
        limit: most characters of a record; a longer line comes in parts.
        skip: lines at the beginning to pass over.
    """

    def __init__(self, texts: Iterable[str], limit: int, skip: int = 0) -> None:
        self.pending: list[str] = []
        self.size = 0
        self.first = skip
        self.had_nul = False
        self._limit = limit
        self._again: list[str] = []
        self._lines = _after(skip, self._split(texts))

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.pending.append(line)
        self.size += len(line)
        if self.size > self._limit:
            raise _TooLong
        return line

    def forget(self) -> None:
        """Done with the record; its lines are whole, or they would have been too long."""
        self.first += len(self.pending)
        self.pending.clear()
        self.size = 0

    def forget_first(self) -> None:
        """Done with the record's first line; the others are read again."""
        self._again.extend(reversed(self.pending[1:]))
        del self.pending[1:]
        self.forget()

    def walk(self) -> Iterator[str]:
        """The pieces of the record at hand and of all that follows, each done with when it is given."""
        self._again.extend(reversed(self.pending))
        self.pending.clear()
        self.size = 0
        while (piece := self._again.pop() if self._again else next(self._lines, None)) is not None:
            self.first += piece.endswith(_ENDS)
            yield piece

    def _split(self, texts: Iterable[str]) -> Iterator[str]:
        """Splits at LF, CR LF and CR only; a piece past the limit comes without its line end."""
        rest = ""
        for text in texts:
            if "\0" in text:
                self.had_nul = True
            *whole, rest = io.StringIO(rest + text, newline="") if rest or text else ("",)
            if rest.endswith("\n"):
                whole.append(rest)
                rest = ""
            yield from whole
            if len(rest) > self._limit and not rest.endswith("\r"):
                yield rest
                rest = ""
        if rest:
            yield rest


def _after(skip: int, pieces: Iterator[str]) -> Iterator[str]:
    while skip and (piece := next(pieces, None)) is not None:
        skip -= piece.endswith(_ENDS)
    return pieces


class Records:
    """Records of a delimited text, blank lines included as empty lists so that numbers match a spreadsheet's.

    A quote that is never closed costs one line: what it swallowed is read again. Where that is more than may be held,
    the text is read anew from its beginning, at most `_READINGS` times.

    Args:
        read: begins the text, in pieces of any size but the same each time.
        delimiter: one character.
        limits: bounds on cells and rows.
    """

    def __init__(self, read: Callable[[], Iterable[str]], delimiter: str, limits: Limits) -> None:
        self._read = read
        self._readings = 1
        self._lines = _Lines(read(), limits.row_chars)
        self._delimiter = delimiter
        self._limits = limits
        # The limit is one for the whole process: never lower what somebody else needs.
        csv.field_size_limit(max(csv.field_size_limit(), limits.row_chars + 1))

    def __iter__(self) -> Iterator[list[str] | Broken]:
        longest = self._limits.cell_chars
        while True:
            lines = self._lines
            try:
                for cells in csv.reader(lines, delimiter=self._delimiter, strict=True):
                    if lines.size > longest or lines.had_nul:
                        yield self._checked(cells)
                    else:
                        yield cells
                    lines.forget()
            except _TooLong:
                yield self._overlong()
            except csv.Error:
                yield self._misquoted()
            else:
                return

    def _checked(self, cells: list[str]) -> list[str] | Broken:
        for column, cell in enumerate(cells):
            if len(cell) > self._limits.cell_chars:
                return Broken(
                    "long_cell",
                    column,
                    [c[:_SHOWN] if len(c) > self._limits.cell_chars else c for c in cells],
                    len(cell),
                )
            if "\0" in cell:
                return Broken("nul", column, [c.replace("\0", "�") for c in cells])
        return cells

    def _misquoted(self) -> list[str] | Broken:
        """A closing quote with text behind it, or the end of the file inside quotes."""
        line = self._lines.pending[0]
        is_one_line = len(self._lines.pending) == 1
        self._lines.forget_first()
        scan = _Scan(self._delimiter, self._limits)
        scan.feed(line)
        if is_one_line and not scan.is_open:
            return self._checked(next(csv.reader([line], delimiter=self._delimiter)))
        return Broken("open_quote", scan.column, scan.cells)

    def _overlong(self) -> Broken:
        """Walks to the end of the record, which shows whether it is a long one or a quote that was never closed."""
        scan, start = _Scan(self._delimiter, self._limits), self._lines.first
        opened: tuple[int, list[str]] = (0, [])
        for piece in self._lines.walk():
            is_done = scan.feed(piece)
            opened = opened if opened[1] else (scan.column, scan.shown())
            if is_done or scan.is_misquoted:
                break
        if scan.is_open or scan.is_misquoted:
            if self._readings < _READINGS:
                self._readings += 1
                self._lines = _Lines(self._read(), self._limits.row_chars, skip=start + 1)
            return Broken("open_quote", *opened)
        longest = max(range(len(scan.lengths)), key=scan.lengths.__getitem__)
        if scan.lengths[longest] > self._limits.cell_chars:
            return Broken("long_cell", longest, scan.shown(), scan.lengths[longest])
        return Broken("long_row", 0, scan.shown(), sum(scan.lengths))


class _Scan:
    """Walks one record piece by piece and keeps only the beginning of each cell."""

    def __init__(self, delimiter: str, limits: Limits) -> None:
        self.cells: list[str] = [""]
        self.lengths: list[int] = [0]
        self.is_misquoted = False
        self._behind = {delimiter, "\r", "\n"}
        self._delimiter = delimiter
        self._most = limits.columns
        self._state: Literal["start", "plain", "quoted", "closing"] = "start"
        self._stop = re.compile(f"[{re.escape(delimiter)}\r\n]")

    @property
    def is_open(self) -> bool:
        return self._state == "quoted"

    @property
    def column(self) -> int:
        return len(self.cells) - 1

    def shown(self) -> list[str]:
        """The beginnings of the cells so far."""
        return list(self.cells)

    def feed(self, piece: str) -> bool:
        """Takes one piece (a line, or a part of one); True when the record ended with it."""
        at, end = 0, len(piece)
        while at < end:
            char = piece[at]
            if self._state == "quoted":
                at = self._quoted(piece, at)
            elif self._state == "closing" and char == '"':
                self._add('"')
                self._state, at = "quoted", at + 1
            elif self._state == "closing" and char not in self._behind:
                self.is_misquoted = True
                self._state = "plain"
            elif self._state == "start" and char == '"':
                self._state, at = "quoted", at + 1
            else:
                stop = self._stop.search(piece, at)
                upto = stop.start() if stop else end
                self._add(piece[at:upto])
                self._state, at = "plain", upto
                if stop is None:
                    break
                if piece[upto] != self._delimiter:
                    return True
                self._next_cell()
                at += 1
        return False

    def _quoted(self, piece: str, at: int) -> int:
        quote = piece.find('"', at)
        self._add(piece[at:] if quote < 0 else piece[at:quote])
        if quote < 0:
            return len(piece)
        self._state = "closing"
        return quote + 1

    def _add(self, text: str) -> None:
        room = _SHOWN - len(self.cells[-1])
        if room > 0:
            self.cells[-1] += text[:room]
        self.lengths[-1] += len(text)

    def _next_cell(self) -> None:
        self._state = "start"
        if len(self.cells) < self._most:
            self.cells.append("")
            self.lengths.append(0)
