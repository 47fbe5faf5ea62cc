"""The backend of `django_tasks` that stores jobs in the record's own database."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from candor.foundation.models import Job

_STATUS = {
    Job.State.READY: TaskResultStatus.READY,
    Job.State.RUNNING: TaskResultStatus.RUNNING,
    Job.State.DONE: TaskResultStatus.SUCCESSFUL,
    Job.State.FAILED: TaskResultStatus.FAILED,
}


class LeaseBackend(BaseTaskBackend):
    """Enqueues into the Job table; enqueueing is part of the caller's transaction."""

    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        self.validate_task(task)
        run_at: datetime = task.run_after or timezone.now()
        arguments = normalize_json({"args": list(args), "kwargs": kwargs})
        job = Job.objects.create(
            task_path=task.module_path, arguments=arguments, priority=task.priority, run_at=run_at
        )
        return self._result(job, task)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        try:
            job = Job.objects.get(pk=int(result_id))
        except (Job.DoesNotExist, ValueError) as error:
            raise TaskResultDoesNotExist(result_id) from error
        return self._result(job, import_string(job.task_path))

    def _result(self, job: Job, task: Task[Any, Any]) -> TaskResult[Any]:
        errors = (
            [TaskError(exception_class_path="builtins.Exception", traceback=job.error)] if job.error else []
        )
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=str(job.pk),
            status=_STATUS[Job.State(job.state)],
            enqueued_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            last_attempted_at=job.started_at,
            args=job.arguments["args"],
            kwargs=job.arguments["kwargs"],
            backend=self.alias,
            errors=errors,
            worker_ids=[job.worker] * job.attempts,
        )
        object.__setattr__(result, "_return_value", job.result)
        return result
