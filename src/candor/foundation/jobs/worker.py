"""The worker: takes one job at a time under a lease and keeps the lease alive while it runs."""

import logging
import os
import secrets
import threading
import traceback
from datetime import datetime, timedelta
from pathlib import Path

from django.db import OperationalError, close_old_connections, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.utils import normalize_json

from candor.foundation.masking import mask
from candor.foundation.models import Job

from .schedule import enqueue_due

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
PATIENCE = 5.0  # seconds to wait for a database that does not take writes


class Worker:
    """Runs jobs until told to stop; several may run side by side, in threads or processes."""

    def __init__(self, *, lease: timedelta = LEASE, idle_seconds: float = 0.5) -> None:
        self.name = f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.lease = lease
        self.idle_seconds = idle_seconds
        self.stopping = threading.Event()

    def stop(self) -> None:
        """Finish the job in hand, take no other."""
        self.stopping.set()

    def run_until_stopped(self) -> None:
        """Work for ever: schedule what is due, run what is ready, rest when there is nothing."""
        while not self.stopping.is_set():
            try:
                self._work()
            except (
                OperationalError
            ) as error:  # the disk is full or the server away: not even a failure can be noted
                logger.error("The database does not take writes (%s); trying again", error)
                self.stopping.wait(PATIENCE)

    def _work(self) -> None:
        release_the_dead()
        while not self.stopping.is_set():
            close_old_connections()
            enqueue_due(now=timezone.now())
            if not self.run_one():
                self.stopping.wait(self.idle_seconds)

    def run_all(self) -> int:
        """Run everything that is ready now and return how many jobs ran; for tests and the command line."""
        release_the_dead()
        ran = 0
        while self.run_one():
            ran += 1
        return ran

    def run_one(self) -> bool:
        """Take and run one job; False when none is ready."""
        return self._run_taken(self._take(timezone.now()))

    def run_this(self, job_id: int) -> bool:
        """Take and run this job, whatever else waits; False when another worker has it or had it."""
        return self._run_taken(self._take(timezone.now(), only=job_id))

    def _run_taken(self, job: Job | None) -> bool:
        if job is None:
            return False
        self._run(job)
        return True

    def _take(self, now: datetime, *, only: int | None = None) -> Job | None:
        """The next job, leased to this worker: ready ones, and running ones whose worker let the lease go."""
        with transaction.atomic():
            candidates = Job.objects.filter(state=Job.State.READY, run_at__lte=now) | Job.objects.filter(
                state=Job.State.RUNNING, lease_until__lt=now
            )
            if only is not None:
                candidates = candidates.filter(pk=only)
            if connection.features.has_select_for_update_skip_locked:
                candidates = candidates.select_for_update(skip_locked=True)
            job = candidates.order_by("-priority", "run_at", "pk").first()
            if job is None:
                return None
            job.state, job.worker, job.started_at = Job.State.RUNNING, self.name, now
            job.lease_until, job.attempts = now + self.lease, job.attempts + 1
            job.save(update_fields=["state", "worker", "started_at", "lease_until", "attempts"])
            return job

    def _run(self, job: Job) -> None:
        if job.attempts > MOST_ATTEMPTS:
            self._finish(
                job, Job.State.FAILED, error=job.error or "The worker died each time it ran this job."
            )
            return
        keeper = _LeaseKeeper(job, self)
        keeper.start()
        try:
            result = import_string(job.task_path).call(*job.arguments["args"], **job.arguments["kwargs"])
        except Exception:
            logger.exception("Job %s failed", job)
            self._retry_or_fail(job, mask(traceback.format_exc()).text)  # errors quote what they stumble over
        else:
            self._finish(job, Job.State.DONE, result=normalize_json(result))
        finally:
            keeper.stop()

    def _retry_or_fail(self, job: Job, error: str) -> None:
        if job.attempts >= MOST_ATTEMPTS:
            self._finish(job, Job.State.FAILED, error=error)
            return
        wait = timedelta(seconds=2**job.attempts)
        Job.objects.filter(pk=job.pk, worker=self.name).update(
            state=Job.State.READY, run_at=timezone.now() + wait, error=error, lease_until=None
        )

    def _finish(self, job: Job, state: Job.State, *, error: str = "", result: object = None) -> None:
        """Record the end, unless the lease was lost and the job belongs to another worker by now."""
        Job.objects.filter(pk=job.pk, worker=self.name).update(
            state=state, finished_at=timezone.now(), lease_until=None, error=error, result=result
        )


def release_the_dead() -> None:
    """End the leases of workers that ran on this machine and are no more, so that nobody waits for them to run out."""
    for pk, worker in Job.objects.filter(state=Job.State.RUNNING).values_list("pk", "worker"):
        machine, _, rest = worker.rpartition(":")[0].rpartition(":")
        if machine == _machine() and rest.isdecimal() and not _is_alive(int(rest)):
            ended = timezone.now() - timedelta(seconds=1)
            Job.objects.filter(pk=pk, worker=worker, state=Job.State.RUNNING).update(lease_until=ended)


def _machine() -> str:
    """Where a process number means one process: the host and, in containers, their own numbering."""
    numbering = Path("/proc/self/ns/pid")
    return f"{os.uname().nodename[:32]}:{numbering.stat().st_ino if numbering.exists() else 0}"


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _LeaseKeeper(threading.Thread):
    """Renews the lease at a third of its length, until the job ends."""

    def __init__(self, job: Job, worker: Worker) -> None:
        super().__init__(daemon=True)
        self.job, self.worker, self.ended = job, worker, threading.Event()

    def run(self) -> None:
        step = self.worker.lease.total_seconds() / 3
        while not self.ended.wait(step):
            try:
                Job.objects.filter(pk=self.job.pk, worker=self.worker.name, state=Job.State.RUNNING).update(
                    lease_until=timezone.now() + self.worker.lease
                )
            except Exception:
                logger.warning("Could not renew the lease of %s", self.job, exc_info=True)
        connection.close()

    def stop(self) -> None:
        self.ended.set()
