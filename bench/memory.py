"""The most memory that one case of a benchmark held, apart from all cases before it: Linux forgets the peak when asked to."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")
FORGET_THE_PEAK = "5"  # see proc_pid_clear_refs(5)


def peak_of(work: Callable[[], Found]) -> tuple[Found, float]:
    """What the work gives, and the most megabytes that the process held meanwhile, what it held before included."""
    Path("/proc/self/clear_refs").write_text(FORGET_THE_PEAK)
    found = work()
    lines = Path("/proc/self/status").read_text().splitlines()
    return found, next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
