"""What the warehouse asks of a disk: durable files, atomic names, one writer, and plain words when it is full."""

import errno
import fcntl
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from candor.warehouse.errors import WarehouseBusy, WarehouseFull

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_WORDS = ("could not write all bytes", *(os.strerror(number).lower() for number in FULL))
SUM_DIGITS = 8
BLOCK = 4 * 1024 * 1024  # bytes of a file in memory
PAUSE = 0.02  # seconds between two looks at a lock that somebody else holds


def sync(path: Path) -> None:
    """Force a file, or the names in a folder, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def checksum(path: Path) -> str:
    """The CRC-32 of a file, as eight hexadecimal digits."""
    found = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found = zlib.crc32(block, found)
    return f"{found:08x}"


def write_durably(path: Path, content: bytes) -> None:
    """Replace `path` as a whole: a reader sees the old content or the new, also after a power cut."""
    draft = path.with_name(f".{path.name}.draft")
    _write(draft, content)
    draft.replace(path)
    sync(path.parent)


def publish(draft: Path, content: bytes, path: Path) -> None:
    """Write `content` and give it the name `path`, which must be free.

    Raises:
        FileExistsError: Somebody took the name first.
    """
    _write(draft, content)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    sync(path.parent)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def only_writer(folder: Path, patience: float, lock: str = "writer.lock") -> Iterator[None]:
    """Hold the writer's (or another) lock of `folder`, waiting for at most `patience` seconds. It dies with the process.

    Raises:
        WarehouseBusy: Somebody else held it all the time.
    """
    started = time.monotonic()
    with (folder / lock).open("wb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited = time.monotonic() - started
                if waited >= patience:
                    raise WarehouseBusy(folder, waited) from None
                time.sleep(PAUSE)
        yield


@contextmanager
def room_expected(folder: Path) -> Iterator[None]:
    """Turn every way in which the system says "full" into `WarehouseFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise WarehouseFull(folder, str(error)) from error
        raise
    except duckdb.Error as error:
        if any(words in str(error).lower() for words in FULL_WORDS):
            raise WarehouseFull(folder, str(error).splitlines()[0]) from error
        raise
