"""Work that should begin soon after whatever asks for it, once for all who ask meanwhile."""

import time
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks.base import Task

from candor.foundation.models import Job


class Soon:
    """Enqueues a task to start within a pause. A job that has not started covers everything that is stored by then, so that one is
    enough, and the record is asked for it at most once a pause."""

    def __init__(self, pause: timedelta) -> None:
        self.pause = pause
        self.covered_until = float("-inf")  # on this process's own clock, which never goes back

    def ask(self, task: "Task[Any, Any]") -> None:
        """Have a worker run the task, unless a job for it waits already."""
        clock, now = time.monotonic(), timezone.now()
        if clock < self.covered_until:
            return
        waiting = Job.objects.filter(task_path=task.module_path, state=Job.State.READY)
        starts_at = waiting.order_by("run_at").values_list("run_at", flat=True).first()
        if starts_at is None:
            starts_at = now + self.pause
            task.using(run_after=starts_at).enqueue()
        self.covered_until = clock + min((starts_at - now).total_seconds(), self.pause.total_seconds())
