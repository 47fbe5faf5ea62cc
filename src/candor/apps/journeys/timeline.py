"""What happened at touchpoints, on a customer's timeline, and where their latest journeys stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from candor.apps.customers.models import Customer
from candor.apps.customers.queries import identity_ids, visible_customers
from candor.apps.customers.timeline import Entry, Source, Until
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.storage import warehouse
from candor.warehouse.queries import Event, events_of_customer

from .models import Journey, Touchpoint

OWN_SOURCE = "candor"
MOST_EVENTS = 2_000  # of one record of a customer; more are not looked at
JOURNEYS = 3
STEPS = 8


@dataclass(frozen=True, slots=True)
class Step:
    """A stage, or an activity of a journey without stages: when it was last seen, and whether the customer stands there."""

    name: str
    at: datetime | None
    is_here: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The latest episode of a customer on one journey."""

    journey: Journey | None
    name: str
    case_id: str
    steps: tuple[Step, ...]


def entries(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """Events of those records of the customer that the viewer may see."""
    names = dict(Journey.objects.values_list("key", "name"))
    may_open = viewer.can(Permission.READ_SCORES)
    found = [_entry(event, names, may_open) for event in _events(viewer, customer_ids)]
    return [entry for entry in found if until is None or until.takes(entry.at, entry.id)][:most]


def strips_of(customer: Customer, viewer: Viewer) -> list[Strip]:
    """Where the latest episode of each journey stands, the newest first."""
    latest: dict[str, list[Event]] = {}
    for event in _events(viewer, identity_ids(customer)):
        known = latest.setdefault(event.journey, [event])
        if known[0].case_id == event.case_id:
            known.append(event)
    journeys = {journey.key: journey for journey in Journey.objects.filter(key__in=latest)}
    return [_strip(journeys.get(key), key, events) for key, events in list(latest.items())[:JOURNEYS]]


def _events(viewer: Viewer, customer_ids: Sequence[int]) -> list[Event]:
    """Newest first, without what Candor itself put into the log: feedback and cases stand on the timeline themselves."""
    if not viewer.can(Permission.READ_FEEDBACK):
        return []
    ids = visible_customers(viewer).filter(pk__in=customer_ids).order_by("pk").values_list("pk", flat=True)
    found = [event for pk in ids for event in events_of_customer(warehouse(), pk, limit=MOST_EVENTS)]
    others = (event for event in found if event.source != OWN_SOURCE)
    return sorted(others, key=lambda event: (event.at, event.event_id), reverse=True)


def _entry(event: Event, names: dict[str, str], may_open: bool) -> Entry:
    is_ours = event.journey in names
    return Entry(
        at=event.at.replace(tzinfo=UTC),
        id=event.event_id,
        title=event.activity,
        icon="route",
        url=reverse("journeys:journey", args=[event.journey]) if may_open and is_ours else "",
        facts=tuple(filter(None, (event.channel, names.get(event.journey, event.journey), event.case_id))),
    )


def _strip(journey: Journey | None, key: str, events: list[Event]) -> Strip:
    last = {event.activity: event.at.replace(tzinfo=UTC) for event in reversed(events)}
    name, case_id = journey.name if journey else key, events[0].case_id
    stages = _stages(journey, last) if journey else []
    if stages and any(at for _stage, at in stages):
        here = max((at, place) for place, (_stage, at) in enumerate(stages) if at)[1]
        steps = tuple(Step(stage, at, place == here) for place, (stage, at) in enumerate(stages))
        return Strip(journey, name, case_id, steps)
    seen = sorted(last.items(), key=lambda one: one[1])[-STEPS:]
    return Strip(
        journey, name, case_id, tuple(Step(activity, at, at == seen[-1][1]) for activity, at in seen)
    )


def _stages(journey: Journey, last: dict[str, datetime]) -> list[tuple[str, datetime | None]]:
    """Every stage with the latest event at one of its touchpoints."""
    found: dict[str, datetime | None] = {}
    points = Touchpoint.objects.filter(stage__journey=journey).select_related("stage")
    for point in points.order_by("stage__position", "position", "pk"):
        stage = str(point.stage)
        times = [at for at in (found.get(stage), last.get(point.activity)) if at]
        found[stage] = max(times, default=None)
    return list(found.items())


SOURCE = Source("event", "events", _("What happened"), entries)
