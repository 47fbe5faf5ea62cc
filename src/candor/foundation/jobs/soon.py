"""Work that should begin soon after whatever asks for it, once for all who ask meanwhile."""

import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django_tasks.base import Task

from candor.foundation.models import Job


class Soon:
    """Enqueues a task to start within a pause. A job that has not started covers everything that is stored by then, so that one is
    enough for all who ask until then."""

    def __init__(self, pause: timedelta) -> None:
        self.pause = pause
        self.covered_until = float("-inf")  # on this process's own clock, which never goes back
        self._job_id: int | None = None

    def ask(self, task: "Task[Any, Any]") -> None:
        """Have a worker run the task, unless a job for it waits already."""
        clock, now = time.monotonic(), timezone.now()
        if clock < self.covered_until or self._is_waiting():
            return
        waiting = Job.objects.filter(task_path=task.module_path, state=Job.State.READY)
        found = waiting.order_by("run_at").values_list("pk", "run_at").first()
        if found is None:
            found = int(task.using(run_after=now + self.pause).enqueue().id), now + self.pause
        self._job_id, starts_at = found
        self.covered_until = clock + min((starts_at - now).total_seconds(), self.pause.total_seconds())

    def _is_waiting(self) -> bool:
        """Whether the job that was asked for last has still not started, as where the worker is busy; in plain SQL, since every
        answer and event asks."""
        if self._job_id is None:
            return False
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM foundation_job WHERE id = %s AND state = %s", [self._job_id, Job.State.READY]
            )
            return cursor.fetchone() is not None
