"""Import batches."""

from django.db import models


class ImportBatch(models.Model):
    """One file brought in: what it was, how far it got, what came of it."""

    class State(models.TextChoices):
        DRAFT = "draft", "Waiting for a look at its columns"
        QUEUED = "queued", "Waiting for its turn"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    file_path = models.CharField(
        max_length=500, blank=True, help_text="Where the uploaded copy lies, inside CANDOR_HOME"
    )
    size_bytes = models.BigIntegerField(default=0)
    options = models.JSONField(
        default=dict, help_text="Mapping, date order, blanks and other answers of the person"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    rows_read = models.PositiveBigIntegerField(
        default=0, help_text="Rows of the file dealt with, good or bad"
    )
    rows_added = models.PositiveBigIntegerField(default=0)
    rows_known = models.PositiveBigIntegerField(
        default=0, help_text="Already here from before: nothing added"
    )
    rows_bad = models.PositiveBigIntegerField(default=0)
    last_row = models.PositiveBigIntegerField(default=0, help_text="Where to go on after an interruption")
    share_read = models.FloatField(default=0.0, help_text="Of the file's bytes, 0 to 1")
    message = models.TextField(blank=True)
    report = models.JSONField(
        default=dict, help_text="What is odd about rows that were taken: by kind, how many and a few of them"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return f"{self.file_name} ({self.kind})"

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has it or will have it."""
        return self.state in {self.State.QUEUED, self.State.RUNNING, self.State.UNDOING}


class BadRow(models.Model):
    """A row of the file that was not taken, and why; handed back as a file."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="bad_rows")
    row = models.PositiveBigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=500, blank=True)
    expected = models.CharField(max_length=300)
    message = models.CharField(max_length=1_000)
    cells = models.JSONField(default=dict)

    class Meta:
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return self.message
