"""Decisions about names of events: a touchpoint of its own, the same as one there is, or nothing to propose; each can be taken back."""

from django.db import transaction
from django.utils import timezone

from candor.apps.journeys.models import Journey, Stage, Touchpoint
from candor.apps.journeys.services import add_touchpoint, change_touchpoint, remove_touchpoint
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit

from .errors import AlreadyDecided
from .models import Delivery, EventName
from .tasks import take_in_soon

Standing = EventName.Standing


@transaction.atomic
def accept_name(*, name: EventName, stage: Stage, called: str, by: Person) -> EventName:
    """Make a touchpoint of what bears this name. Events that were held for it go on; those in the log stay in their journey.

    Raises:
        AlreadyDecided: somebody placed it before.
    """
    _hold_row(name)
    touchpoint = add_touchpoint(stage=stage, name=called, activity=name.name, version=_version(stage), by=by)
    return _decide(name, Standing.ACCEPTED, by, touchpoint)


@transaction.atomic
def map_name(*, name: EventName, touchpoint: Touchpoint, by: Person) -> EventName:
    """Say that it is the same as a touchpoint there is: its events bear the touchpoint's activity from now on.

    Raises:
        AlreadyDecided: somebody placed it before.
    """
    _hold_row(name)
    if not touchpoint.activity:  # nothing in the log is called after it yet: it takes this name
        assert touchpoint.stage is not None  # the form offers those of journeys only
        facts, version = {"activity": name.name}, _version(touchpoint.stage)
        change_touchpoint(touchpoint=touchpoint, facts=facts, version=version, by=by)
    return _decide(name, Standing.MAPPED, by, touchpoint)


@transaction.atomic
def ignore_name(*, name: EventName, by: Person) -> EventName:
    """Propose it no longer; its events are still kept.

    Raises:
        AlreadyDecided: somebody placed it before.
    """
    _hold_row(name)
    return _decide(name, Standing.IGNORED, by, None)


@transaction.atomic
def undo_decision(*, name: EventName, by: Person) -> EventName:
    """Propose the name again, and take back the touchpoint that was made of it. Events that went into the log stay there."""
    row = EventName.objects.select_for_update().get(pk=name.pk)
    made = row.touchpoint if row.standing == Standing.ACCEPTED else None
    if made is not None and made.stage is not None:
        remove_touchpoint(touchpoint=made, version=_version(made.stage), by=by)
    record_audit(by=by, action="event_name.reopened", target=row, name=row.name, was=row.standing)
    row.standing, row.touchpoint, row.decided_at, row.decided_by = Standing.NEW, None, None, None
    row.save(update_fields=["standing", "touchpoint", "decided_at", "decided_by"])
    return row


def _version(stage: Stage) -> int:
    """The design's version now: who places a name has not looked at the rest of the design."""
    return Journey.objects.values_list("version", flat=True).get(pk=stage.journey_id)


def _hold_row(name: EventName) -> None:
    row = EventName.objects.select_for_update().get(pk=name.pk)
    if row.is_decided:
        raise AlreadyDecided(f"“{row.name}” is placed already; take that back first.")


def _decide(name: EventName, standing: Standing, by: Person, touchpoint: Touchpoint | None) -> EventName:
    name.standing, name.touchpoint, name.decided_at, name.decided_by = (
        standing,
        touchpoint,
        timezone.now(),
        by,
    )
    name.save(update_fields=["standing", "touchpoint", "decided_at", "decided_by"])
    place = touchpoint.key if touchpoint else None
    record_audit(by=by, action="event_name." + standing.value, target=name, name=name.name, touchpoint=place)
    if Delivery.objects.filter(held_for=name).update(held_for=None):
        take_in_soon()
    return name
