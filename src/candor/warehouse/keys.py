"""Which events the log holds already, by the hash of their ids: a lookup costs the same in a log of a million and of a hundred million.

A run is a sorted list of hashes on disk, 12 bytes an event: the first 64 bits of the id's MD5 in one file, the next 32 in another.
Each append adds a run; runs of like size are put together, so that there are few. A manifest names the runs of a version of the
table, and the table's log names the manifest: one commit moves events and hashes.

Two ids with the same 96 bits would be taken for one. Among a billion events that happens with a chance of 1e-11.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar
from uuid import uuid4

import msgspec
import numpy as np
from numpy.typing import NDArray

from candor.warehouse.disk import sync, write_durably
from candor.warehouse.errors import WarehouseDamaged

KEY_FOLDER = "_keys"
# The hash of an event id as two columns; MD5 is stable over engines and versions, and quick.
HASHED = """
SELECT CAST('0x' || left(hash, 16) AS UBIGINT) AS high, CAST('0x' || substr(hash, 17, 8) AS UINTEGER) AS low, place
FROM (SELECT md5(event_id) AS hash, {place} AS place FROM {source}) AS hashed
"""
AT_ONCE = 4_000_000  # hashes in memory while runs are put together
GROWTH = 4  # a run is put together with the newer ones when it is at most so many times as large
SMALL_RUN = 1_000_000  # larger runs are only put together by a compaction, never by an append

Highs: TypeAlias = NDArray[np.uint64]
Lows: TypeAlias = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Hashes:
    """Hashes of ids, sorted by their high part."""

    high: Highs
    low: Lows

    def __len__(self) -> int:
        return len(self.high)


def sorted_hashes(high: Highs, low: Lows) -> Hashes:
    order = np.argsort(high, kind="stable")
    return Hashes(high[order], low[order])


class Run(msgspec.Struct, frozen=True):
    """A sorted list of hashes on disk."""

    name: str
    rows: int

    def files(self, folder: Path) -> tuple[Path, Path]:
        return folder / f"{self.name}.high", folder / f"{self.name}.low"

    def open(self, folder: Path) -> Hashes:
        """The hashes, read from disk where they are touched."""
        high, low = self.files(folder)
        return Hashes(
            np.memmap(high, dtype="<u8", mode="r", shape=(self.rows,)),
            np.memmap(low, dtype="<u4", mode="r", shape=(self.rows,)),
        )


class Keys:
    """The hashes of all events of one version of the table in `folder`, and what is changed about them for the next one."""

    def __init__(self, folder: Path, version: int) -> None:
        self.folder = folder / KEY_FOLDER
        self.version = version
        self._runs: tuple[Run, ...] | None = None if version else ()
        self.changed = False
        self._written: list[Run] = []

    @property
    def runs(self) -> tuple[Run, ...]:
        """Read when it is first asked for, so that hashes can be made anew where the manifest is damaged.

        Raises:
            WarehouseDamaged: It can't be read.
        """
        if self._runs is None:
            entry = _manifest(self.folder, self.version)
            with _damage_named(entry):
                self._runs = msgspec.json.decode(entry.read_bytes(), type=tuple[Run, ...])
        return self._runs

    @runs.setter
    def runs(self, runs: tuple[Run, ...]) -> None:
        self._runs = runs

    def holds(self, wanted: Hashes) -> NDArray[np.bool_]:
        """Which of the wanted hashes are there.

        Raises:
            WarehouseDamaged: A run can't be read.
        """
        found = np.zeros(len(wanted), dtype=np.bool_)
        for run in self.runs:
            with _damage_named(run.files(self.folder)[0]):
                found |= _among(wanted, run.open(self.folder))
        return found

    def add(self, hashes: Hashes) -> None:
        """Note hashes that were not there."""
        if len(hashes):
            self.runs = (*self.runs, self._write([hashes]))
            self.changed = True

    def remove(self, hashes: Hashes) -> None:
        """Forget hashes that are there."""
        if not len(hashes):
            return
        kept = []
        for run in self.runs:
            hit = _among(hashes, run.open(self.folder))
            kept.append(self._without(run, hashes) if hit.any() else run)
        self.runs = tuple(run for run in kept if run.rows)
        self.changed = True

    def fold(self, *, up_to: int = SMALL_RUN) -> None:
        """Put the newest runs together that are of like size and hold at most `up_to` hashes each."""
        chosen = of_like_size([run for run in self.runs if run.rows <= up_to], GROWTH)
        if len(chosen) > 1:
            self.replace(chosen, self._write(merged(self.folder, chosen)))

    def replace(self, old: Sequence[Run], new: Run) -> None:
        gone = {run.name for run in old}
        self.runs = (*(run for run in self.runs if run.name not in gone), new)
        self.changed = True

    def write(self, version: int) -> int:
        """Write the manifest for a new version of the table; returns the number that its log entry must name."""
        if self.changed:
            self.folder.mkdir(exist_ok=True)
            write_durably(_manifest(self.folder, version), msgspec.json.encode(self.runs))
            self.version, self.changed = version, False
        return self.version

    def files(self) -> list[Path]:
        """All files of this version."""
        runs = [path for run in self.runs for path in run.files(self.folder)]
        return [*runs, _manifest(self.folder, self.version)] if self.version else []

    def discard(self) -> None:
        """Remove what was written for a version that did not come about."""
        for run in self._written:
            for path in run.files(self.folder):
                path.unlink(missing_ok=True)

    def _write(self, pieces: Iterable[Hashes]) -> Run:
        run = write_run(self.folder, pieces)
        self._written.append(run)
        return run

    def _without(self, run: Run, hashes: Hashes) -> Run:
        def kept() -> Iterator[Hashes]:
            there = run.open(self.folder)
            for first in range(0, run.rows, AT_ONCE):
                some = Hashes(there.high[first : first + AT_ONCE], there.low[first : first + AT_ONCE])
                stays = ~_among(some, hashes)
                yield Hashes(some.high[stays], some.low[stays])

        return self._write(kept())


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, msgspec.DecodeError) as error:
        detail = str(error).splitlines()[0]
        raise WarehouseDamaged(path.parents[2], (f"{KEY_FOLDER}/{path.name}",), detail) from error


def _manifest(folder: Path, version: int) -> Path:
    return folder / f"{version:020d}.json"


class Sized(Protocol):
    """What has a name and rows."""

    @property
    def name(self) -> str: ...

    @property
    def rows(self) -> int: ...


AnySized = TypeVar("AnySized", bound=Sized)


def of_like_size(runs: Sequence[AnySized], growth: float) -> list[AnySized]:
    """The smallest runs, up to the last that is at most `growth` times as large as all smaller ones together."""
    ordered = sorted(runs, key=lambda run: (run.rows, run.name))
    count, smaller = min(len(ordered), 1), 0
    for number, run in enumerate(ordered, start=1):
        if smaller and run.rows <= growth * smaller:
            count = number
        smaller += run.rows
    return ordered[:count]


def merged(folder: Path, runs: Sequence[Run]) -> Iterator[Hashes]:
    """The hashes of several runs as one sorted sequence, a range of hashes at a time."""
    parts = [run.open(folder) for run in runs]
    count = sum(run.rows for run in runs) // AT_ONCE + 1
    bounds = np.linspace(0, 2.0**64, count + 1)[1:-1].astype(np.uint64)
    cuts = [[0, *np.searchsorted(part.high, bounds).tolist(), len(part)] for part in parts]
    for piece in range(count):
        high = np.concatenate([p.high[c[piece] : c[piece + 1]] for p, c in zip(parts, cuts, strict=True)])
        low = np.concatenate([p.low[c[piece] : c[piece + 1]] for p, c in zip(parts, cuts, strict=True)])
        yield sorted_hashes(high, low)


def write_run(folder: Path, pieces: Iterable[Hashes]) -> Run:
    """Write sorted pieces, each after the one before, as one run that is on disk when this returns.

    Written as files and not through a memory map, so that a full disk is an error and not the end of the process.
    """
    folder.mkdir(exist_ok=True)
    name, rows = uuid4().hex, 0
    paths = Run(name, 0).files(folder)
    try:
        with paths[0].open("wb") as high, paths[1].open("wb") as low:
            for piece in pieces:
                high.write(np.ascontiguousarray(piece.high, dtype="<u8").data)
                low.write(np.ascontiguousarray(piece.low, dtype="<u4").data)
                rows += len(piece)
            for file in (high, low):
                file.flush()
                os.fsync(file.fileno())
        sync(folder)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    return Run(name, rows)


def _among(wanted: Hashes, there: Hashes) -> NDArray[np.bool_]:
    """Which of the sorted `wanted` are in the sorted `there`."""
    if not len(there):
        return np.zeros(len(wanted), dtype=np.bool_)
    place = np.searchsorted(there.high, wanted.high)
    inside = np.minimum(place, len(there) - 1)
    same_high = (place < len(there)) & (there.high[inside] == wanted.high)
    found: NDArray[np.bool_] = same_high & (there.low[inside] == wanted.low)
    for i in np.flatnonzero(same_high & ~found):  # two ids that share 64 bits: look at all of them
        last = int(np.searchsorted(there.high, wanted.high[i], side="right"))
        found[i] = bool((there.low[place[i] : last] == wanted.low[i]).any())
    return found
