"""What every write may need: jobs to do later, and news for the warehouse; and which data folder that warehouse is in."""

from django.db import models


class Job(models.Model):
    """A task to run once, at or after `run_at`, under a lease that a crashed worker loses."""

    class State(models.TextChoices):
        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    task_path = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    priority = models.SmallIntegerField(default=0)
    run_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    result = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "run_at"], name="job_next")]

    def __str__(self) -> str:
        return f"{self.task_path} #{self.pk} {self.state}"


class ScheduleMark(models.Model):
    """When a periodic task was last enqueued; one row a schedule entry."""

    name = models.CharField(max_length=200, unique=True)
    enqueued_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.enqueued_at:%Y-%m-%d %H:%M}"


class OutboxEntry(models.Model):
    """News of a write, stored in the same transaction, deleted once the warehouse holds it on disk."""

    topic = models.CharField(max_length=40)
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "outbox entries"

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"


class DataFolder(models.Model):
    """The one data folder whose warehouse holds the facts of this record; one row."""

    key = models.CharField(max_length=64)
    place = models.CharField(max_length=300)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.place
