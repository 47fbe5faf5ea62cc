"""Independent random streams: one for each part of each chunk.

A part draws from its own stream, so more draws in one part change no other, and the
first 20,000 customers are the same whatever the size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Streams:
    """The random streams of one chunk."""

    seed: int
    chunk: int = 0

    def of(self, part: str) -> np.random.Generator:
        """The stream of a part, always from its beginning."""
        key = (crc32(part.encode()), self.chunk)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))


class Dice:
    """Cheap single draws from a generator, for text that is built piece by piece."""

    __slots__ = ("_at", "_drawn", "_rng")
    _BLOCK = 65_536

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._drawn: list[float] = []
        self._at = 0

    def roll(self) -> float:
        """A number in [0, 1)."""
        if self._at == len(self._drawn):
            self._drawn = self._rng.random(self._BLOCK).tolist()
            self._at = 0
        self._at += 1
        return self._drawn[self._at - 1]

    def chance(self, share: float) -> bool:
        """True with the given probability."""
        return self.roll() < share

    def below(self, stop: int) -> int:
        """A whole number in [0, stop)."""
        return int(self.roll() * stop)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely."""
        return options[self.below(len(options))]
