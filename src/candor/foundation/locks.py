"""Work that one process at a time may do."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from .storage import home


@contextmanager
def only_one(name: str, *, waits: bool = True) -> Iterator[bool]:
    """Hold the data folder's lock of that name, which goes with the process however it ends; whether it is held. With `waits` it is,
    sooner or later; without, it is not while somebody else holds it."""
    with (home() / f"{name}.lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
