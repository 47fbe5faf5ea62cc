"""Work of Understand that is done later."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every
from candor.foundation.models import Job

from . import comments, moment_searches, services
from .models import MomentSearch

WAIT = timedelta(minutes=3)  # so that an import can end before its comments are looked at


@task()
def read_comments(feedback_ids: list[int]) -> int:
    """Place new comments in the themes there are, and look for new themes soon if many came."""
    read = services.read_comments(feedback_ids=feedback_ids)
    if services.is_due():
        find_themes_soon(wait=WAIT)
    return read


@every(hours=24)
@task()
def find_themes() -> list[int]:
    """Look for themes in all comments; returns the numbers of the runs."""
    return [run.pk for run in services.discover(as_of=comments.last_day())]


def find_themes_soon(*, wait: timedelta = timedelta()) -> None:
    """Have a worker look for themes after `wait`; a job that waits already is brought forward, never doubled."""
    run_at = timezone.now() + wait
    waiting = Job.objects.filter(task_path=find_themes.module_path, state=Job.State.READY)
    if waiting.exists():
        waiting.filter(run_at__gt=run_at).update(run_at=run_at)
    else:
        find_themes.using(run_after=run_at).enqueue()


def is_looking() -> bool:
    """Whether a worker looks for themes now, or will within minutes."""
    jobs = Job.objects.filter(task_path=find_themes.module_path)
    return jobs.filter(state__in=[Job.State.READY, Job.State.RUNNING]).exists()


@task()
def find_moments(number: int) -> None:
    """Look for the critical moments of a question."""
    search = MomentSearch.objects.filter(pk=number).first()
    if search is not None:
        moment_searches.look(search)


@every(hours=24)
@task()
def forget_old_searches() -> int:
    """Drop searches for critical moments that nobody asked for in a while; returns how many."""
    return moment_searches.forget_old(now=timezone.now())
