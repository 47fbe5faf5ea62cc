"""Writes SPSS system files (.sav), row by row: variables with labels, value labels, dates, and texts of up to 32,767 bytes.

The layout is the one that the PSPP developers' guide documents ("System File Format"). Files are little-endian, in UTF-8 and not
compressed; they are read back by ReadStat and by PSPP. A library that writes them (pyreadstat) wants the whole table in memory.
"""

import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

SYSMIS: Final = -1.7976931348623157e308  # a missing number
_HIGHEST, _LOWEST = 1.7976931348623157e308, -1.7976931348623155e308
_EPOCH: Final = datetime(1582, 10, 14, tzinfo=UTC)
LONGEST: Final = 32_767
_PART, _PART_STORED, _PART_STEP = 255, 256, 252
_NAME = re.compile(r"[^A-Za-z0-9_.@#$]+")
_RESERVED = frozenset({"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"})
_F, _DATETIME20, _A = 5, (22, 20, 0), 1
NOMINAL, ORDINAL, SCALE = 1, 2, 3  # levels of measurement, as SPSS numbers them

Cell = float | str | datetime | None


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: `width` is 0 for numbers, else the most bytes of its texts; `labels` say what numbers stand for; `level` is that of
    measurement, `decimals` how many are shown."""

    name: str
    label: str = ""
    width: int = 0
    is_moment: bool = False
    labels: Mapping[float, str] = field(default_factory=dict)
    level: int = SCALE
    decimals: int = 2

    @property
    def parts(self) -> list[int]:
        """The widths of the pieces that hold it: texts beyond 255 bytes are parted."""
        if self.width <= _PART:
            return [self.width]
        number = (self.width + _PART_STEP - 1) // _PART_STEP
        return [_PART] * (number - 1) + [self.width - (number - 1) * _PART_STEP]

    @property
    def stored(self) -> int:
        """Bytes of a case that it takes."""
        if not self.width:
            return 8
        parts = self.parts
        return (len(parts) - 1) * _PART_STORED + _eights(parts[-1])


def safe_names(names: Iterable[str]) -> list[str]:
    """Names that SPSS takes: a letter first, letters and digits after it, at most 64 bytes, each once whatever its case."""
    taken: set[str] = set()
    found = []
    for given in names:
        base = _NAME.sub("_", given).strip("_.")[:56] or "question"
        if not base[0].isalpha() or base.upper() in _RESERVED:
            base = f"q_{base}"[:58]
        name = next(
            one for one in (base, *(f"{base}_{n}" for n in range(2, 100_000))) if one.upper() not in taken
        )
        taken.add(name.upper())
        found.append(name)
    return found


def write_sav(
    path: Path,
    variables: Sequence[Variable],
    rows: Iterable[Sequence[Cell]],
    *,
    label: str = "",
    at: datetime,
) -> int:
    """Write a file; returns how many rows.

    Args:
        path: where to; overwritten.
        variables: names as `safe_names` gives them.
        rows: cells in the order of the variables; None for missing ones, texts longer than their variable are cut at a letter.
        label: of the file, 64 bytes.
        at: when it was made.
    """
    with path.open("wb") as file:
        _head(file, variables, label, at)
        count = 0
        for row in rows:
            file.write(b"".join(_cell(one, value) for one, value in zip(variables, row, strict=True)))
            count += 1
        file.seek(80)  # the number of cases, which is only known now
        file.write(struct.pack("<i", count))
    return count


def _head(file: BinaryIO, variables: Sequence[Variable], label: str, at: datetime) -> None:
    size = sum(one.stored for one in variables) // 8
    file.write(b"$FL2" + _padded("@(#) SPSS DATA FILE - written by Candor", 60))
    file.write(struct.pack("<iiiiid", 2, size, 0, 0, -1, 100.0))
    file.write(_padded(f"{at:%d %b %y}", 9) + _padded(f"{at:%H:%M:%S}", 8) + _padded(label, 64) + b"\0" * 3)
    places: list[tuple[Variable, str, int]] = []
    place = 1
    for number, one in enumerate(variables, 1):
        places.append((one, f"V{number:07d}", place))
        for piece, width in enumerate(one.parts):
            short = f"V{number:07d}" if piece == 0 else f"X{number:04d}{piece:03d}"
            place += _variable(file, one, short, width, one.label if piece == 0 else "")
    for one, _short, at_place in places:
        if one.labels:
            _value_labels(file, one.labels, at_place)
    _more(file, 3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001))
    _more(file, 4, 8, struct.pack("<3d", SYSMIS, _HIGHEST, _LOWEST))
    shown = [_shown(one, width) for one in variables for width in one.parts]
    _more(file, 11, 4, b"".join(struct.pack("<3i", *each) for each in shown))
    _more(file, 13, 1, "\t".join(f"{short}={one.name}" for one, short, _p in places).encode())
    long = [f"{short}={one.width:05d}\0\t" for one, short, _p in places if one.width > _PART]
    if long:
        _more(file, 14, 1, "".join(long).encode())
    _more(file, 20, 1, b"UTF-8")
    file.write(struct.pack("<ii", 999, 0))


def _variable(file: BinaryIO, one: Variable, short: str, width: int, label: str) -> int:
    """A variable's record, with those of the eights that it goes on in; returns how many eights it takes."""
    kind = (_A, width, 0) if width else _DATETIME20 if one.is_moment else (_F, 8, one.decimals)
    code = (kind[0] << 16) | (kind[1] << 8) | kind[2]
    text = _cut(label, 252)
    file.write(struct.pack("<iiiiii", 2, width, bool(text), 0, code, code) + _padded(short, 8))
    if text:
        file.write(struct.pack("<i", len(text)) + text + b" " * (-len(text) % 4))
    further = _eights(width) // 8 - 1 if width else 0
    file.write((struct.pack("<iiiiii", 2, -1, 0, 0, 0, 0) + b" " * 8) * further)
    return further + 1


def _shown(one: Variable, width: int) -> tuple[int, int, int]:
    """Level of measurement, width of its column on the screen, and 0 for texts on the left or 1 for numbers on the right."""
    return (NOMINAL, min(max(width, 8), 40), 0) if width else (one.level, 20 if one.is_moment else 8, 1)


def _value_labels(file: BinaryIO, labels: Mapping[float, str], place: int) -> None:
    file.write(struct.pack("<ii", 3, len(labels)))
    for value, words in labels.items():
        text = _cut(words, 120)
        file.write(struct.pack("<dB", value, len(text)) + text + b" " * (-(len(text) + 1) % 8))
    file.write(struct.pack("<iii", 4, 1, place))


def _more(file: BinaryIO, kind: int, size: int, data: bytes) -> None:
    file.write(struct.pack("<iiii", 7, kind, size, len(data) // size) + data)


def _cell(one: Variable, value: Cell) -> bytes:
    if not one.width:
        if isinstance(value, datetime):
            value = (value - _EPOCH).total_seconds()
        return struct.pack("<d", SYSMIS if value is None or isinstance(value, str) else value)
    text = _cut("" if value is None else str(value), one.width)
    if one.width <= _PART:
        return text.ljust(one.stored)
    pieces = [text[start : start + _PART].ljust(_PART_STORED) for start in range(0, len(text), _PART)]
    return b"".join(pieces).ljust(one.stored)[: one.stored]


def _cut(text: str, most: int) -> bytes:
    """The text in UTF-8, cut after a whole letter."""
    data = text.encode()
    return data if len(data) <= most else data[:most].decode(errors="ignore").encode()


def _padded(text: str, width: int) -> bytes:
    return _cut(text, width).ljust(width)


def _eights(width: int) -> int:
    return (width + 7) // 8 * 8
