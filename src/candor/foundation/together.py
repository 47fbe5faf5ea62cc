"""Writes of several threads in one transaction, so that one wait for the disk serves all that came meanwhile."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connection, transaction

Result = TypeVar("Result")


class _Work(Generic[Result]):
    """One write and what became of it."""

    def __init__(self, write: Callable[[], Result]) -> None:
        self.write = write
        self.is_done = False
        self.result: Result | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        self.result = self.write()


class Together:
    """Takes writes from threads. Who finds one under way waits; the next to get its turn writes for all that wait, in one commit.

    A write must be safe to run again: when one of several fails, all are rolled back and each is run in a transaction of its own, so
    that nobody suffers from another's error.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._waiting: deque[_Work[object]] = deque()

    def write(self, write: Callable[[], Result]) -> Result:
        """Run the write; when this returns it is committed. Inside a transaction of the caller it is simply part of that."""
        if connection.in_atomic_block:
            return write()
        mine: _Work[Result] = _Work(write)
        self._waiting.append(mine)  # type: ignore[arg-type]
        with self._turn:
            if not mine.is_done:
                self._write_all()
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[return-value]

    def _write_all(self) -> None:
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            with transaction.atomic():
                for work in batch:
                    work.run()
        except Exception:  # noqa: BLE001  each is told its own error below
            for work in batch:
                _alone(work)
        for work in batch:
            work.is_done = True


def _alone(work: _Work[object]) -> None:
    try:
        with transaction.atomic():
            work.run()
    except Exception as error:  # noqa: BLE001  raised in the thread that asked for it
        work.error = error
