"""How often something may come: a bucket that fills up evenly and from which each request takes one.

It lies in this process, of which `candor serve` runs one; behind several servers each counts for itself.
"""

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field

_MOST_BUCKETS = 50_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Buckets:
    """A full bucket for each key at first; an empty one is full again after so many seconds."""

    seconds: float
    _buckets: dict[Hashable, _Bucket] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def take(self, key: Hashable, *, most: int, now: float) -> float:
        """Take one out of the key's bucket, which holds `most`, at `now` in seconds of a clock that never goes back; returns 0.0, or
        the seconds after which there is one again.

        >>> doors = Buckets(seconds=60)
        >>> [doors.take("door", most=2, now=at) for at in (0.0, 0.0, 0.0, 30.0)]
        [0.0, 0.0, 30.0, 0.0]
        """
        with self._lock:
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.clear()
            bucket = self._buckets.setdefault(key, _Bucket(most, now))
            bucket.left = min(most, bucket.left + (now - bucket.at) * most / self.seconds)
            bucket.at = now
            if bucket.left < 1:
                return (1 - bucket.left) * self.seconds / most
            bucket.left -= 1
            return 0.0

    def clear(self) -> None:
        """Fill all of them."""
        with self._lock:
            self._buckets.clear()
