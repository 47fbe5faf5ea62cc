"""Answers asked for as a file: who asked, how far it is, and the file itself, which is kept for a day."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Person
from candor.apps.organization.scope import Scope, check_may_export, scope_for
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict, NotAllowed, NotFound
from candor.foundation.storage import folder

from .exports.files import Format, Sheet, all_formats
from .exports.rows import Rows, columns_of
from .models import Export, Invitation, Survey

State = Export.State
Later: TypeAlias = Callable[[int], object]
MASKED = (
    "Texts are masked: personal data that was found in them is hidden, and customers have only their number."
)
ANONYMOUS = (
    "The survey is anonymous: the rows stand in a random order, without the time of day, the customer and the answer’s own id, and a unit, "
    "channel, segment or version only where enough people belong to it. Texts stay masked."
)


def format_named(key: str) -> Format:
    """A format by its key.

    Raises:
        NotFound: there is none.
    """
    if key not in all_formats():
        raise NotFound(f"Answers can’t be had as “{key}”; expected one of {', '.join(all_formats())}.")
    return all_formats()[key]


def ask_for_export(
    *, survey: Survey, scope: Scope, file_format: str, by: Person, later: Later | None = None
) -> Export:
    """Have a file made of a survey's answers in the scope; `later` has a worker make it.

    Raises:
        NotAllowed: the scope shows units that the person may not export.
        Conflict: the format can't hold so many rows.
    """
    check_may_export(scope, seen=Permission.READ_FEEDBACK)
    wanted = format_named(file_format)
    rows = Rows(survey, scope, is_named=False)
    if wanted.most_rows is not None and rows.total > wanted.most_rows:
        raise Conflict(
            f"{wanted.name} holds {wanted.most_rows:,} rows, and there are {rows.total:,}. Choose CSV or Parquet."
        )
    with transaction.atomic():
        export = Export.objects.create(
            survey=survey, format=wanted.key, unit=scope.unit, since=scope.period.since, until=scope.period.until, made_by=by
        )  # fmt: skip
        record_audit(
            by=by,
            action="survey_export.asked_for",
            target=survey,
            format=wanted.key,
            since=str(export.since),
            until=str(export.until),
        )
        if later is not None:
            later(export.pk)
    return export


def make_export(*, export: Export) -> Export:
    """Write the file; safe to repeat. What the person may export is looked at anew."""
    if export.state == State.DONE:
        return export
    scope = scope_of_export(export)
    viewer = scope.viewer
    if not (viewer.can(Permission.EXPORT_DATA) and viewer.can(Permission.READ_FEEDBACK)):
        return _end(export, State.FAILED, message="You may not export data any more.")
    _mark(export, state=State.RUNNING, share_done=0.0)
    is_named = scope.holds_all(Permission.READ_PERSONAL_DATA, seen=Permission.EXPORT_DATA)
    rows = Rows(export.survey, scope, is_named=is_named)
    columns = columns_of(rows)
    wanted = format_named(export.format)
    path = path_of(export)
    total = max(rows.total, 1)
    wanted.write(
        Sheet(rows, columns, about_of(rows, export)), path, lambda number: _mark(export, share_done=0.2 + 0.8 * min(number / total, 1.0))
    )  # fmt: skip
    return _end(export, State.DONE, rows=rows.total, is_named=rows.is_named)


def about_of(rows: Rows, export: Export) -> list[tuple[str, Any]]:
    """What is to be known of the file as a whole, its denominators first."""
    asked = Invitation.objects.arrived().filter(
        survey=export.survey, sent_at__date__range=(export.since, export.until)
    )
    unit_ids = rows.scope.unit_ids(Permission.EXPORT_DATA)
    asked = asked if unit_ids is None else asked.filter(unit_id__in=unit_ids)
    about: list[tuple[str, Any]] = [
        ("Survey", export.survey.name), ("Unit", export.unit.name if export.unit else "All that the taker may export"),
        ("First day", str(export.since)), ("Last day", str(export.until)), ("Rows (people who answered)", rows.total),
        ("Of them given up before the end", rows.partial), ("People asked whom the invitation reached", asked.count()),
        ("Of them answered so far", asked.filter(Q(is_answered=True) | Q(feedback__isnull=False)).count()), ("Made at", timezone.now().isoformat(timespec="seconds")),
        ("Made for", export.made_by.name if export.made_by else ""),
    ]  # fmt: skip
    if export.survey.is_anonymous:
        return [*about, ("Note", ANONYMOUS)]
    return about if rows.is_named else [*about, ("Note", MASKED)]


def scope_of_export(export: Export) -> Scope:
    """The scope as the person sees it now."""
    if export.made_by is None or not export.made_by.is_active:
        raise NotAllowed("Whoever asked for this file is gone.")
    return scope_for(viewer_of(export.made_by), export.unit, f"{export.since}..{export.until}")


def take_export(*, export: Export, by: Person) -> Path:
    """The file, for the person who asked for it; taking it is logged.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    path = path_of(export)
    if export.made_by_id != by.pk or export.state != State.DONE or not path.is_file():
        raise NotFound("There is no such file, or it is gone: files are kept for a day.")
    record_audit(
        by=by, action="survey_export.taken", target=export.survey, format=export.format, rows=export.rows, named=export.is_named,
        since=str(export.since), until=str(export.until),
    )  # fmt: skip
    return path


def path_of(export: Export) -> Path:
    """Where the file lies."""
    return folder("exports") / f"{export.pk}.{format_named(export.format).ending}"


def stop_export(*, export: Export, reason: str) -> Export:
    """End an export that can't go on."""
    path_of(export).unlink(missing_ok=True)
    return _end(export, State.FAILED, message=reason)


def forget_exports_of(*, feedback_ids: Sequence[int]) -> int:
    """Drop files that may hold these answers, because their person is erased; returns how many."""
    sources = Feedback.objects.filter(pk__in=feedback_ids).values("source")
    return _forget(Export.objects.filter(survey__key__in=sources))


def forget_old_exports(*, before: datetime) -> int:
    """Drop files and what is known of them; returns how many."""
    return _forget(Export.objects.filter(made_at__lt=before))


def _forget(exports: QuerySet[Export]) -> int:
    found = list(exports)
    for export in found:
        path_of(export).unlink(missing_ok=True)
        export.delete()
    return len(found)


def _mark(export: Export, **facts: Any) -> None:
    for name, value in facts.items():
        setattr(export, name, value)
    export.save(update_fields=list(facts))


def _end(export: Export, state: Export.State, **facts: Any) -> Export:
    _mark(export, state=state, share_done=1.0, finished_at=timezone.now(), **facts)
    return export
