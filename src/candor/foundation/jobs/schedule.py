"""The schedule: tasks that run again and again, declared where the task is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django_tasks.base import Task

from candor.foundation.models import Job, ScheduleMark


@dataclass(frozen=True, slots=True)
class Entry:
    """A task and the time between two runs."""

    name: str
    task: "Task[Any, Any]"
    interval: timedelta


_entries: dict[str, Entry] = {}


def every(**interval: float) -> "Callable[[Task[Any, Any]], Task[Any, Any]]":
    """Decorate a task to have the worker enqueue it every so often: `@every(minutes=5)`."""

    def register(task: "Task[Any, Any]") -> "Task[Any, Any]":
        _entries[task.module_path] = Entry(task.module_path, task, timedelta(**interval))
        return task

    return register


def entries() -> list[Entry]:
    """What is scheduled, by name."""
    return sorted(_entries.values(), key=lambda entry: entry.name)


def enqueue_due(*, now: datetime) -> int:
    """Enqueue each entry whose interval has passed; two workers at once enqueue it once."""
    enqueued = 0
    marks = dict(ScheduleMark.objects.values_list("name", "enqueued_at"))
    for entry in entries():
        last = marks.get(entry.name)
        if last is not None and last + entry.interval > now:
            continue
        with transaction.atomic():
            if last is None:
                _, mine = ScheduleMark.objects.get_or_create(name=entry.name, defaults={"enqueued_at": now})
            else:
                stale = ScheduleMark.objects.filter(name=entry.name, enqueued_at=last)
                mine = bool(stale.update(enqueued_at=now))
            waiting = Job.objects.filter(task_path=entry.name, state=Job.State.READY)
            if mine and not waiting.exists():  # behind a long job, one of each is enough
                entry.task.enqueue()
                enqueued += 1
    return enqueued
