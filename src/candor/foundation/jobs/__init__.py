"""Work done later: a backend for the standard tasks API, a worker with leases, a schedule.

A worker that dies loses its lease and another one runs the job again, so tasks must be safe to repeat.
"""

from .schedule import every
from .worker import Worker

__all__ = ["Worker", "every"]
