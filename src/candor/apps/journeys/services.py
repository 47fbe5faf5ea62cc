"""Writes about journeys: the path as it is meant to be."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.storage import warehouse
from candor.warehouse.queries import event_cases

from .models import Journey, Stage, Touchpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTouchpoint:
    """A touchpoint to be defined; fields as in the Touchpoint model."""

    key: str
    name: str
    activity: str = ""
    is_direct: bool = True
    is_critical: bool = False
    owner_id: int | None = None
    promise: str = ""
    promised_hours: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStage:
    """A stage with its touchpoints, in the order in which customers meet them."""

    name: str
    touchpoints: tuple[NewTouchpoint, ...] = ()


@transaction.atomic
def define_journey(
    *, key: str, name: str, stages: Sequence[NewStage], by: Person | None, owner_id: int | None = None
) -> Journey:
    """Make sure that a journey with its stages and touchpoints exists; what is there already stays as it is."""
    journey, is_new = Journey.objects.get_or_create(key=key, defaults={"name": name, "owner_id": owner_id})
    for position, wanted in enumerate(stages):
        stage, _ = Stage.objects.get_or_create(
            journey=journey, position=position, defaults={"name": wanted.name}
        )
        for place, touchpoint in enumerate(wanted.touchpoints):
            _define_touchpoint(stage, place, touchpoint)
    if is_new:
        record_audit(by=by, action="journey.defined", target=journey, name=name)
    return journey


def _define_touchpoint(stage: Stage, position: int, wanted: NewTouchpoint) -> None:
    facts = {field: getattr(wanted, field) for field in NewTouchpoint.__slots__ if field != "key"}
    Touchpoint.objects.get_or_create(key=wanted.key, defaults=facts | {"stage": stage, "position": position})


@transaction.atomic
def drop_empty_journey(*, key: str) -> None:
    """Remove a journey that was never designed and of which the event log knows nothing any more."""
    journey = Journey.objects.filter(key=key, stages=None).first()
    if journey is not None and not event_cases(warehouse(), journey=key).cases:
        journey.delete()
