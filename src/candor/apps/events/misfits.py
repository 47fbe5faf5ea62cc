"""Events that did not fit: kept once however often they come, handed back as a file, forgotten after a while."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.intake import csv_lines

from .messages import Misread
from .models import Misfit, Source

_MOST = 100_000  # kept of one source; beyond it they are answered and not kept
_HEADER = ("received", "times", "field", "value", "expected", "event")


def keep_misfits(*, source: Source, misread: Sequence[Misread]) -> None:
    """Keep events that did not fit, each once however often it comes."""
    now = timezone.now()
    rows = {_digest(one): one for one in misread}
    known = Misfit.objects.filter(source=source, digest__in=rows)
    for misfit in known:
        rows.pop(misfit.digest)
        misfit.times, misfit.received_at = misfit.times + 1, now
        misfit.save(update_fields=["times", "received_at"])
    room = max(0, _MOST - Misfit.objects.filter(source=source).count()) if rows else 0
    Misfit.objects.bulk_create(
        (
            Misfit(
                source=source,
                received_at=now,
                field=one.field[:200],
                value=one.value[:200],
                expected=one.expected[:300],
                body=one.body.decode("utf-8", "replace"),
                digest=digest,
            )
            for digest, one in list(rows.items())[:room]
        ),
        ignore_conflicts=True,
    )


def _digest(one: Misread) -> str:
    return hashlib.sha256(one.body + one.field.encode()).hexdigest()


@transaction.atomic
def forget_misfits(*, source: Source, by: Person) -> int:
    """Drop what did not fit, once somebody has dealt with it; returns how many."""
    n, _ = Misfit.objects.filter(source=source).delete()
    record_audit(by=by, action="misfits.forgotten", target=source, rows=n)
    return n


def forget_old_misfits(*, before: datetime) -> int:
    """Drop what did not fit and came last before an instant; returns how many."""
    return Misfit.objects.filter(received_at__lt=before).delete()[0]


def misfits_csv(source: Source) -> Iterator[str]:
    """What did not fit as CSV, with the event as it came in the last column; safe to open anywhere."""
    rows = Misfit.objects.filter(source=source).iterator(chunk_size=500)
    lines = (
        [row.received_at.isoformat(), row.times, row.field, row.value, row.expected, row.body] for row in rows
    )
    return csv_lines(lines, header=_HEADER, has_mark=True)
