"""Bytes of a plain, gzipped or zipped file, read forward in pieces and within limits."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self, cast

from candor.intake.errors import BrokenArchive, NotATable, TooLarge

MIB: Final = 1024 * 1024
CHUNK: Final = 256 * 1024
_LONGEST_READ: Final = MIB
_ARCHIVE_ERRORS: Final = (
    OSError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)
_FOREIGN: Final = (
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an untrusted file may ask of us.

    Attributes:
        total_bytes: most bytes after unpacking.
        ratio: most bytes out for one byte in, looked at once `ratio_after` bytes came out.
        ratio_after: bytes that may come out before the ratio counts (small files pack well).
        cell_chars: most characters in one cell or XML attribute; a longer one is a `Problem`.
        row_chars: most characters held for one row.
        columns: most columns.
    """

    total_bytes: int = 8 * 1024 * MIB
    ratio: float = 200.0
    ratio_after: int = 64 * MIB
    cell_chars: int = 1_000_000
    row_chars: int = 4_000_000
    columns: int = 16_384


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _ShortReads:
    """A file that is only read in small pieces: `zipfile` reads a table of contents at once, whatever its size."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.seek, self.tell, self.seekable = raw.seek, raw.tell, raw.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(_LONGEST_READ + 1 if size < 0 else min(size, _LONGEST_READ + 1))
        if len(data) > _LONGEST_READ:
            raise BrokenArchive("it lists too many files")
        return data


class Source:
    """The unpacked bytes of one file; closes what it opened.

    Args:
        path: plain, gzip or zip, told apart by their first bytes and not by their name.
        limits: what the file may ask of us.

    Raises:
        BrokenArchive: damaged, locked, empty or many-membered archive.
        NotATable: a workbook or another archive inside the archive.
        TooLarge: past `limits`, raised while reading.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        self._given = 0
        self._raw: BinaryIO = path.open("rb")
        self._archive: zipfile.ZipFile | None = None
        try:
            self.size = path.stat().st_size
            self._stream, self._is_packed = self._unpacked()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; safe to call twice."""
        if self._archive is not None:
            self._archive.close()
        self._raw.close()

    @property
    def position(self) -> int:
        """Bytes of the file as it lies on disk that were taken so far, for a progress bar."""
        return self.size if self._raw.closed else min(self._raw.tell(), self.size)

    def read(self, size: int = CHUNK) -> bytes:
        """Reads at most `size` unpacked bytes; empty at the end."""
        if self._is_packed:
            try:
                data = self._stream.read(size)
            except _ARCHIVE_ERRORS as error:
                raise BrokenArchive(str(error) or "it ends too early") from error
        else:
            data = self._stream.read(size)
        self._given += len(data)
        self._check()
        return data

    def chunks(self) -> Iterator[bytes]:
        """Yields what is left, piece by piece."""
        while data := self.read():
            yield data

    def _check(self) -> None:
        limits = self._limits
        if self._given > limits.total_bytes:
            raise TooLarge(
                f"more than {limits.total_bytes // MIB:,} MiB"
                + (" after unpacking" if self._is_packed else "")
            )
        if (
            self._is_packed
            and self._given > limits.ratio_after
            and self._given > limits.ratio * max(self._raw.tell(), 1)
        ):
            raise TooLarge(f"it unfolds to more than {limits.ratio:g} times its size")

    def _unpacked(self) -> tuple[_Readable, bool]:
        start = self._raw.read(16)
        self._raw.seek(0)
        if start.startswith(b"\x1f\x8b"):
            return gzip.GzipFile(fileobj=self._raw, mode="rb"), True
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return self._only_member(), True
        return self._raw, False

    def _only_member(self) -> _Readable:
        try:
            self._archive = zipfile.ZipFile(cast("BinaryIO", _ShortReads(self._raw)))
        except _ARCHIVE_ERRORS as error:
            raise BrokenArchive(str(error)) from error
        names = [info.filename for info in self._archive.infolist()]
        if "[Content_Types].xml" in names or "mimetype" in names:
            raise NotATable("an Excel, Word or OpenDocument file")
        members = [
            info for info in self._archive.infolist() if not info.is_dir() and not _is_clutter(info.filename)
        ]
        if len(members) != 1:
            raise BrokenArchive(f"it holds {len(members)} files where one is expected")
        if members[0].flag_bits & 0x1:
            raise BrokenArchive("it is locked with a password")
        if members[0].compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            # bzip2 and LZMA members are unpacked without a bound on what one read returns.
            raise BrokenArchive("it is packed in a way other than deflate")
        try:
            return self._archive.open(members[0])
        except _ARCHIVE_ERRORS as error:
            raise BrokenArchive(str(error)) from error


def refuse_foreign(start: bytes) -> None:
    """Raises `NotATable` for formats that are known by their first bytes."""
    if start.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise BrokenArchive("there is another archive inside it")
    for magic, name in _FOREIGN:
        if start.startswith(magic):
            raise NotATable(name)


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in {".DS_Store", "Thumbs.db"}
