"""Reads about sources of events, what waits, what did not fit, and new names."""

from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.errors import NotFound

from .models import Delivery, EventName, IntakeDay, Misfit, Source

_FOR_EVENTS_AS_SENT = (Permission.READ_PERSONAL_DATA, Permission.EXPORT_DATA)
DAYS_SHOWN = 14


def events_waiting() -> int:
    """Events that were acknowledged and are not yet in the log."""
    waiting = Delivery.objects.filter(held_for=None, trouble="").aggregate(n=Sum("events"))["n"]
    return waiting or 0


def sources(today: date) -> list[Source]:
    """Every source with its last days as `recent`, and `waiting`, `held`, `stuck` and `misfit_count`."""
    recent = IntakeDay.objects.filter(day__gt=today - timedelta(days=DAYS_SHOWN)).order_by("-day")
    rows = (
        Source.objects.select_related("journey")
        .prefetch_related(Prefetch("days", queryset=recent, to_attr="recent"))
        .annotate(misfit_count=Count("misfits", distinct=True))
    )
    return [_with_counts(row) for row in rows]


def source_called(name: str) -> Source:
    """One source.

    Raises:
        NotFound: there is none of that name.
    """
    found = Source.objects.select_related("journey").filter(name=name).first()
    if found is None:
        raise NotFound(f"No source is called “{name}”.")
    return found


def _with_counts(source: Source) -> Source:
    rows = Delivery.objects.filter(source=source).aggregate(
        waiting=Sum("events", filter=Q(held_for=None, trouble="")),
        held=Sum("events", filter=Q(held_for__isnull=False)),
        stuck=Sum("events", filter=~Q(trouble="")),
    )
    for name, n in rows.items():
        setattr(source, name, n or 0)
    return source


def misfits_of(source: Source) -> QuerySet[Misfit]:
    """What did not fit, the newest first."""
    return Misfit.objects.filter(source=source)


def may_read_events(viewer: Viewer) -> bool:
    """Whether events as they were sent, with whatever personal data they hold, are the viewer's to read."""
    return all(viewer.sees_everything(permission) for permission in _FOR_EVENTS_AS_SENT)


def unplaced_names() -> QuerySet[EventName]:
    """Names that nobody has placed: no touchpoint of their source's journey bears them, or their events are held all the same."""
    borne = Touchpoint.objects.filter(activity=OuterRef("name"), stage__journey=OuterRef("source__journey"))
    held = Delivery.objects.filter(held_for=OuterRef("pk"))
    rows = EventName.objects.filter(standing=EventName.Standing.NEW).select_related("source__journey")
    return rows.exclude(Exists(borne) & ~Exists(held))


def decided_names() -> QuerySet[EventName]:
    """Names that people have placed, the latest decision first."""
    rows = EventName.objects.exclude(standing=EventName.Standing.NEW)
    rows = rows.select_related("source", "touchpoint__stage__journey", "decided_by")
    return rows.order_by(F("decided_at").desc(nulls_last=True), "pk")
