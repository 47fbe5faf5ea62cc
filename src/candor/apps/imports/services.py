"""Writes of imports: take a file in, settle its columns, run it, hand back bad rows, undo it."""

import errno
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeAlias

from django.db import OperationalError, transaction
from django.utils import timezone

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.masking import mask
from candor.foundation.models import Job
from candor.foundation.storage import folder
from candor.intake import IntakeError, Problem, csv_lines
from candor.warehouse import WarehouseError, WarehouseFull

from .errors import FileNotUsable, ImportUnderWay, MappingIncomplete
from .kinds import KNOWN_BEFORE, ImportKind, Item, Preview, Reader, Stored, kind_of
from .models import BadRow, ImportBatch

State = ImportBatch.State
Later: TypeAlias = Callable[[int], object]  # enqueues the work on a batch

MOST_BAD_ROWS = 20_000  # beyond it, and when most rows are bad, the columns are surely mapped wrongly
MOST_EXAMPLES = 5  # of each oddity in the report
SAFE = "What was imported so far is safe and complete up to row {row}."
UNDO_AGAIN = "Taking the import back is not complete; undo it again."
DISK_IS_FULL = (
    "The disk is full. What was imported so far is safe and complete up to row {row}; make room and continue."
)


def take_file(*, kind: str, name: str, content: IO[bytes], by: Person | None) -> ImportBatch:
    """Keep a copy of an uploaded file and look at it; nothing is imported yet.

    Raises:
        FileNotUsable: the file is empty, broken, unsafe or of another sort; nothing is kept.
    """
    kind_of(kind)
    batch = ImportBatch.objects.create(kind=kind, file_name=Path(name).name[:200], created_by=by)
    path = folder("imports") / f"{batch.pk}-{_safe_name(name)}"
    batch.file_path = str(
        path
    )  # before a byte is written, so that a file cut off by a crash can be discarded
    batch.save(update_fields=["file_path"])
    try:
        with path.open("wb") as target:
            shutil.copyfileobj(content, target, 1024**2)
            target.flush()
            os.fsync(target.fileno())
        return _settle(batch, path)
    except BaseException:
        path.unlink(missing_ok=True)
        batch.delete()
        raise


def take_path(
    *, kind: str, path: Path, by: Person | None, options: dict[str, Any] | None = None
) -> ImportBatch:
    """The same for a file that stays where it is; for the command line."""
    kind_of(kind)
    batch = ImportBatch.objects.create(
        kind=kind, file_name=path.name[:200], created_by=by, options=options or {}
    )
    try:
        return _settle(batch, path.resolve())
    except BaseException:
        batch.delete()
        raise


def _settle(batch: ImportBatch, path: Path) -> ImportBatch:
    batch.file_path, batch.size_bytes = str(path), path.stat().st_size
    batch.save(update_fields=["file_path", "size_bytes"])
    preview(batch)
    record_audit(
        by=batch.created_by, action="import.file_taken", target=batch, file=batch.file_name, kind=batch.kind,
        bytes=batch.size_bytes,
    )  # fmt: skip
    return batch


def preview(batch: ImportBatch) -> Preview:
    """What the file holds under the batch's options.

    Raises:
        FileNotUsable: the file can't be read.
    """
    try:
        return kind_of(batch.kind).preview(batch)
    except (IntakeError, OSError) as error:
        raise FileNotUsable(str(error)) from error


@transaction.atomic
def choose_options(*, batch: ImportBatch, options: dict[str, Any], by: Person | None = None) -> ImportBatch:
    """Keep a person's answers about the file; what they changed stands in the audit log."""
    if batch.state != State.DRAFT:
        raise ImportUnderWay("The import has started; its columns can't be changed any more. Undo it first.")
    before, batch.options = batch.options, batch.options | options
    changed = {key: value for key, value in batch.options.items() if before.get(key) != value}
    if changed:
        batch.save(update_fields=["options"])
        record_audit(
            by=by, action="import.columns_chosen", target=batch, file=batch.file_name, chosen=changed
        )
    return batch


def start(*, batch: ImportBatch, by: Person | None, later: Later | None = None) -> ImportBatch:
    """Make the import ready to run, once nothing about its columns is open; `later` has a worker run it.

    Raises:
        MappingIncomplete: a required column is missing or a question is open.
        ImportUnderWay: it was started already.
    """
    seen = preview(batch)
    names = {f.key: f.name for f in seen.fields}
    if seen.missing:
        raise MappingIncomplete(
            f"Choose the column for: {', '.join(names.get(key, key) for key in seen.missing)}."
        )
    if seen.questions:
        raise MappingIncomplete(" ".join(map(str, seen.questions)))
    with transaction.atomic():
        taken = ImportBatch.objects.filter(pk=batch.pk, state__in=[State.DRAFT, State.FAILED]).update(
            state=State.QUEUED
        )
        if not taken:
            raise ImportUnderWay("Somebody has started this import already.")
        record_audit(by=by, action="import.started", target=batch, file=batch.file_name, kind=batch.kind)
        if later:
            later(batch.pk)
    batch.refresh_from_db()
    return batch


def run_import(*, batch: ImportBatch) -> ImportBatch:
    """Bring the file in, chunk by chunk; safe to repeat and to interrupt anywhere.

    Each chunk is one transaction that also moves `last_row`, so that a killed run goes on where it stopped.
    """
    if batch.state not in {State.QUEUED, State.RUNNING}:
        return batch
    kind = kind_of(batch.kind)
    if not _move(batch, to=State.RUNNING, was=[State.QUEUED, State.RUNNING]):
        return batch
    try:
        reader = kind.open(batch)
        for chunk in _chunks(reader, kind, start=batch.last_row + 1):
            _store_chunk(batch, kind, reader, chunk)
            if batch.rows_bad > MOST_BAD_ROWS and batch.rows_bad > batch.rows_read / 2:
                message = "Most rows don't fit. Undo, look at the columns, and start again."
                return _end(batch, to=State.FAILED, was=State.RUNNING, message=message)
    except (OSError, OperationalError, IntakeError, WarehouseError) as error:
        message = why_stopped(batch=batch, error=error)
        return _end(batch, to=State.FAILED, was=State.RUNNING, message=message)
    _end(batch, to=State.DONE, was=State.RUNNING, message="\n".join(reader.cautions))
    _drop_upload(batch)
    return batch


def stop_import(*, batch: ImportBatch, reason: str) -> ImportBatch:
    """End an import or an undo that can't or shall not go on, unless it has ended; it can be continued or undone."""
    batch.refresh_from_db()
    if not batch.is_under_way:
        return batch
    rest = UNDO_AGAIN if batch.state == State.UNDOING else SAFE.format(row=batch.last_row)
    return _end(batch, to=State.FAILED, was=State(batch.state), message=f"{reason} {rest}")


def stop_abandoned() -> None:
    """End what is under way without a job that would go on with it."""
    under_way = [State.QUEUED, State.RUNNING, State.UNDOING]
    batches = list(
        ImportBatch.objects.filter(state__in=under_way).order_by("pk")
    )  # before their jobs are looked for
    ours = Job.objects.filter(
        task_path__startswith=f"{__package__}.tasks.", state__in=[Job.State.READY, Job.State.RUNNING]
    )
    taken_care_of = {number for job in ours for number in job.arguments["args"]}
    for batch in batches:
        if batch.pk not in taken_care_of:
            stop_import(batch=batch, reason="The worker died each time it ran this.")


def _chunks(reader: Reader, kind: ImportKind, *, start: int) -> Iterable[list[Item | Problem]]:
    """Runs of items; a chunk never ends inside a row, which may have several problems."""
    chunk: list[Item | Problem] = []
    last = 0
    for entry in reader.items(start=start):
        row = _row_of(entry)
        if len(chunk) >= kind.chunk and row != last:
            yield chunk
            chunk = []
        chunk.append(entry)
        last = row
    if chunk:
        yield chunk


def _row_of(entry: Item | Problem) -> int:
    return entry.row if isinstance(entry, Problem) else entry[0]


@transaction.atomic
def _store_chunk(
    batch: ImportBatch, kind: ImportKind, reader: Reader, chunk: Sequence[Item | Problem]
) -> None:
    items = [entry for entry in chunk if not isinstance(entry, Problem)]
    stored = kind.store(batch, items) if items else Stored(0)
    problems = [*(entry for entry in chunk if isinstance(entry, Problem)), *stored.problems]
    _keep_problems(batch, problems)
    batch.rows_read += len({_row_of(entry) for entry in chunk})
    batch.rows_added += stored.added
    batch.rows_known += stored.known
    batch.rows_bad += len({problem.row for problem in problems})
    _note_odd(batch, stored)
    before, batch.last_row = batch.last_row, _row_of(chunk[-1])
    batch.share_read = reader.share_read
    numbers = ("rows_read", "rows_added", "rows_known", "rows_bad", "last_row", "share_read", "report")
    mine = ImportBatch.objects.filter(pk=batch.pk, last_row=before, state=State.RUNNING)
    if not mine.update(**{name: getattr(batch, name) for name in numbers}):
        raise ImportUnderWay("Another worker has taken this import over.")


def _note_odd(batch: ImportBatch, stored: Stored) -> None:
    report = dict(batch.report)
    for kind, odd in stored.odd.items():
        before = report.get(kind, {"n": 0, "examples": []})
        examples = [*before["examples"], *odd.examples][:MOST_EXAMPLES]
        report[kind] = {"n": before["n"] + odd.n, "examples": examples}
    batch.report = report


def _keep_problems(batch: ImportBatch, problems: Iterable[Problem]) -> None:
    BadRow.objects.bulk_create(
        (
            BadRow(
                batch=batch,
                row=problem.row,
                column=problem.column.strip()[:200],
                value=problem.value[:500],
                expected=problem.expected[:300],
                message=str(problem.message)[:1_000],
                cells={key: value[:2_000] for key, value in (problem.cells or {}).items()},
            )
            for problem in problems
        ),
        batch_size=500,
    )


def why_stopped(*, batch: ImportBatch, error: Exception) -> str:
    """What happened, what is safe and what to do; "safe" is what was committed, not what was tried."""
    with suppress(OperationalError):
        batch.refresh_from_db(fields=["last_row"])
    text = mask(str(error)).text  # errors quote what they stumble over
    is_full = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT} or isinstance(
        error, WarehouseFull
    )
    if is_full or "disk is full" in text:
        return DISK_IS_FULL.format(row=batch.last_row)
    return f"{text} {SAFE.format(row=batch.last_row)}"


def _move(batch: ImportBatch, *, to: State, was: Sequence[State], message: str = "", **facts: object) -> bool:
    """Change the state if it is still what we think; False when somebody else has moved the batch meanwhile."""
    mine = ImportBatch.objects.filter(pk=batch.pk, state__in=was)
    moved = bool(mine.update(state=to, message=message, **facts))
    batch.refresh_from_db()
    return moved


def _end(batch: ImportBatch, *, to: State, was: State, message: str) -> ImportBatch:
    facts: dict[str, object] = {"finished_at": timezone.now()}
    if to == State.DONE:
        facts["share_read"] = 1.0
    _move(batch, to=to, was=[was], message=message, **facts)
    return batch


def _drop_upload(batch: ImportBatch) -> None:
    """Delete our copy of the file; a file named on the command line stays where it is."""
    path = Path(batch.file_path)
    if path.parent == folder("imports"):
        path.unlink(missing_ok=True)


def undo(*, batch: ImportBatch, by: Person | None, later: Later | None = None) -> ImportBatch:
    """Mark the import for the removal of everything it brought; `later` has a worker do it."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("last_row", "rows_read", "rows_added", "rows_known", "rows_bad", "share_read"), 0
    )
    with transaction.atomic():
        report = {kind: found for kind, found in batch.report.items() if kind == KNOWN_BEFORE}
        if not _move(batch, to=State.UNDOING, was=[State.DONE, State.FAILED], report=report, **nothing):
            raise ImportUnderWay("Only an import that has ended can be undone, and only once.")
        batch.bad_rows.all().delete()
        record_audit(by=by, action="import.undone", target=batch, file=batch.file_name)
        if later:
            later(batch.pk)
    batch.refresh_from_db()
    return batch


def run_undo(*, batch: ImportBatch) -> ImportBatch:
    """Remove what the import brought; safe to repeat."""
    if batch.state != State.UNDOING:
        return batch
    stays = kind_of(batch.kind).undo(batch)
    _end(batch, to=State.UNDONE, was=State.UNDOING, message=stays or "")
    _drop_upload(batch)
    return batch


@transaction.atomic
def discard(*, batch: ImportBatch, by: Person | None) -> None:
    """Forget a file that was never imported."""
    if batch.state != State.DRAFT:
        raise ImportUnderWay("This import has started. Undo it instead.")
    record_audit(by=by, action="import.discarded", file=batch.file_name)
    transaction.on_commit(lambda: _drop_upload(batch))
    ImportBatch.objects.filter(pk=batch.pk).delete()


def _safe_name(name: str) -> str:
    kept = "".join(letter for letter in Path(name).name if letter.isalnum() or letter in "._-")
    return kept[-80:] or "file"


def bad_rows_csv(batch: ImportBatch) -> Iterable[str]:
    """The bad rows as CSV: row, column, value and what was expected, then the row's own cells; safe to open anywhere."""
    columns: dict[str, None] = {}  # of all bad rows, in their order: a ragged row knows only some of them
    for cells in batch.bad_rows.values_list("cells", flat=True).iterator(chunk_size=500):
        columns |= dict.fromkeys(cells)
    header = ["row", "column", "value", "expected", *(column.strip() for column in columns)]
    lines = (
        [bad.row, bad.column, bad.value, bad.expected, *(bad.cells.get(c, "") for c in columns)]
        for bad in batch.bad_rows.iterator(chunk_size=500)
    )
    return csv_lines(lines, header=header, has_mark=True)
