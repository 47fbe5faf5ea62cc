import os
import subprocess
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import Worker, every
from candor.foundation.jobs.schedule import _entries, enqueue_due
from candor.foundation.models import Job

seen: list[str] = []


@task
def note(word: str) -> str:
    seen.append(word)
    return word.upper()


@task
def tick() -> None:
    seen.append("tick")


@task
def stumble() -> None:
    raise RuntimeError("over a stone that jo@example.com threw")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    seen.clear()


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_once_and_keeps_its_result() -> None:
    result = note.enqueue("hello")
    assert Worker().run_all() == 1
    assert seen == ["hello"]
    result.refresh()
    assert result.return_value == "HELLO"


@pytest.mark.django_db(transaction=True)
def test_a_job_for_later_waits() -> None:
    note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue("later")
    assert Worker().run_all() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_died_is_taken_by_another_once_the_lease_ran_out() -> None:
    note.enqueue("again")
    dead = Worker(lease=timedelta(seconds=-1))
    assert dead._take(timezone.now()) is not None
    assert Worker().run_all() == 1
    assert seen == ["again"]


@pytest.mark.django_db(transaction=True)
def test_a_leased_job_is_left_alone() -> None:
    note.enqueue("mine")
    assert Worker()._take(timezone.now()) is not None
    assert Worker().run_all() == 0


@pytest.mark.django_db(transaction=True)
def test_a_failing_job_is_tried_again_later_and_then_given_up_with_its_error() -> None:
    stumble.enqueue()
    worker = Worker()
    for _ in range(5):
        assert worker.run_one()
        Job.objects.filter(state=Job.State.READY).update(run_at=timezone.now())
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert "over a stone" in job.error
    assert "[e-mail]" in job.error and "jo@example.com" not in job.error, "what errors quote is masked"
    assert not worker.run_one()


@pytest.mark.django_db(transaction=True)
def test_a_late_worker_can_not_end_a_job_that_another_one_took_over() -> None:
    note.enqueue("contested")
    late, quick = Worker(lease=timedelta(seconds=-1)), Worker()
    quick.name += ":quick"
    job = late._take(timezone.now())
    assert job is not None
    assert quick.run_one()
    late._finish(job, Job.State.FAILED, error="too late")
    assert Job.objects.get().state == Job.State.DONE


@pytest.mark.django_db(transaction=True)
def test_a_periodic_task_is_enqueued_when_due_and_only_once() -> None:
    kept = dict(_entries)
    _entries.clear()
    try:
        every(minutes=5)(tick)
        now = timezone.now()
        assert enqueue_due(now=now) == 1
        assert enqueue_due(now=now + timedelta(minutes=4)) == 0
        assert enqueue_due(now=now + timedelta(minutes=5)) == 0, "the first one still waits"
        Worker().run_all()
        assert enqueue_due(now=now + timedelta(minutes=10)) == 1
    finally:
        _entries.clear()
        _entries.update(kept)


@pytest.mark.django_db(transaction=True)
def test_jobs_that_ended_well_are_forgotten_after_a_week_and_failed_ones_stay() -> None:
    from candor.foundation.tasks import forget_done_jobs

    long_ago = timezone.now() - timedelta(days=8)
    for state in (Job.State.DONE, Job.State.FAILED):
        Job.objects.create(task_path="x", state=state, run_at=long_ago, finished_at=long_ago)
    recent = Job.objects.create(
        task_path="x", state=Job.State.DONE, run_at=long_ago, finished_at=timezone.now()
    )
    assert forget_done_jobs.call() == 1
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.FAILED, recent.state}


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_lease_of_a_process_that_is_no_more() -> None:
    note.enqueue("again")
    ended = subprocess.Popen(["true"])
    ended.wait()
    dead = Worker()
    dead.name = dead.name.replace(f":{os.getpid()}:", f":{ended.pid}:")
    assert dead._take(timezone.now()) is not None
    assert Worker().run_all() == 1
    assert seen == ["again"]


@pytest.mark.django_db(transaction=True)
def test_one_job_can_be_run_before_the_others_and_only_once() -> None:
    note.enqueue("first")
    chosen = int(note.enqueue("chosen").id)
    assert Worker().run_this(chosen)
    assert seen == ["chosen"]
    assert not Worker().run_this(chosen)
