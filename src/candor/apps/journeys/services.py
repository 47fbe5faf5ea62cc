"""Writes about journeys: the path as it is meant to be."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.storage import warehouse
from candor.warehouse.queries import event_cases

from .designing import FACTS, design_of, number_stages, number_touchpoints, put_back
from .drafting import key_for
from .errors import DesignChanged, DesignRefused, NothingToUndo
from .models import DesignChange, Journey, Stage, Touchpoint

KEPT_CHANGES = 50  # of a journey's design, that can be undone
MOST_OF_A_NAME = 100


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
    promised_from: str = ""


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
        stage, _new = Stage.objects.get_or_create(
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


# -- Changes of the design: each names the version that its author saw, and can be undone -------------------------------


@contextmanager
def _changing(journey: Journey, *, version: int, words: str, by: Person) -> Iterator[Journey]:
    """The journey, locked; what is done to its design inside becomes one change.

    Raises:
        DesignChanged: somebody changed the design after this version.
    """
    with transaction.atomic():
        locked = Journey.objects.select_for_update().get(pk=journey.pk)
        if locked.version != version:
            raise DesignChanged(_changed_meanwhile(locked))
        before = design_of(locked)
        yield locked
        locked.version += 1
        locked.save(update_fields=["version"])
        DesignChange.objects.create(
            journey=locked, version=locked.version, words=words[:240], before=before, by=by
        )
        old = DesignChange.objects.filter(journey=locked).order_by("-version").values("pk")[KEPT_CHANGES:]
        DesignChange.objects.filter(pk__in=[row["pk"] for row in old]).delete()
        record_audit(by=by, action="journey.designed", target=locked, change=words, version=locked.version)


def _changed_meanwhile(journey: Journey) -> str:
    last = journey.changes.select_related("by").order_by("-version").first()
    who = last.by.name if last and last.by else _("Somebody")
    what = last.words if last else _("changed it")
    return _(
        "%(who)s changed this design after you opened it (%(what)s). Your change was not made and theirs is kept. "
        "Load the page again to see the design as it is now."
    ) % {"who": who, "what": what}


def add_stage(*, journey: Journey, name: str, version: int, by: Person) -> Stage:
    """Add a stage at the end.

    Raises:
        DesignChanged: see `_changing`.
    """
    with _changing(
        journey, version=version, words=_("Added the stage “%(name)s”") % {"name": name}, by=by
    ) as locked:
        last = locked.stages.order_by("-position").first()
        return Stage.objects.create(journey=locked, name=name, position=last.position + 1 if last else 0)


def rename_stage(*, stage: Stage, name: str, version: int, by: Person) -> None:
    """Give a stage another name.

    Raises:
        DesignChanged: see `_changing`.
    """
    words = _("Named the stage “%(before)s” “%(name)s”") % {"before": stage.name, "name": name}
    with _changing(stage.journey, version=version, words=words, by=by):
        stage.name = name
        stage.save(update_fields=["name"])


def move_stage(*, stage: Stage, place: int, version: int, by: Person) -> int:
    """Put a stage at another place among the journey's, counted from 0; returns the place it got.

    Raises:
        DesignChanged: see `_changing`.
    """
    words = _("Moved the stage “%(name)s”") % {"name": stage.name}
    with _changing(stage.journey, version=version, words=words, by=by) as locked:
        others = [other for other in locked.stages.order_by("position") if other.pk != stage.pk]
        place = min(max(place, 0), len(others))
        number_stages([*others[:place], stage, *others[place:]])
        return place


def remove_stage(*, stage: Stage, version: int, by: Person) -> None:
    """Take a stage out with its touchpoints; what was said about them stays, and undo brings it all back.

    Raises:
        DesignChanged: see `_changing`.
    """
    words = _("Took out the stage “%(name)s”") % {"name": stage.name}
    with _changing(stage.journey, version=version, words=words, by=by) as locked:
        stage.delete()
        number_stages(list(locked.stages.order_by("position")))


def add_touchpoint(*, stage: Stage, name: str, activity: str, version: int, by: Person) -> Touchpoint:
    """Add a touchpoint at the end of a stage; one that was taken out before comes back with what was said there.

    Raises:
        DesignChanged: see `_changing`.
        DesignRefused: the journey has a touchpoint of this activity.
    """
    words = _("Added “%(name)s”") % {"name": name}
    with _changing(stage.journey, version=version, words=words, by=by) as locked:
        _refuse_doubled(locked, activity)
        return _put_in(
            stage,
            stage.touchpoints.count(),
            NewTouchpoint(key=key_for(locked, activity or name), name=name, activity=activity),
        )


def change_touchpoint(*, touchpoint: Touchpoint, facts: Mapping[str, Any], version: int, by: Person) -> None:
    """Change what is said of a touchpoint; `facts` by the names in `designing.FACTS`.

    Raises:
        DesignChanged: see `_changing`.
        DesignRefused: another touchpoint of the journey has this activity.
    """
    journey = _journey_of(touchpoint)
    with _changing(
        journey, version=version, words=_("Changed “%(name)s”") % {"name": touchpoint.name}, by=by
    ) as locked:
        _refuse_doubled(locked, str(facts.get("activity", "")), besides=touchpoint)
        for name in FACTS:
            if name in facts:
                setattr(touchpoint, name, facts[name])
        touchpoint.save(update_fields=[name.removesuffix("_id") for name in FACTS if name in facts])


def move_touchpoint(*, touchpoint: Touchpoint, stage: Stage, place: int, version: int, by: Person) -> int:
    """Put a touchpoint at a place of a stage, counted from 0; returns the place it got.

    Raises:
        DesignChanged: see `_changing`.
        DesignRefused: the stage is of another journey.
    """
    journey = _journey_of(touchpoint)
    if stage.journey_id != journey.pk:
        raise DesignRefused(_("That stage is of another journey."))
    words = _("Moved “%(name)s” to “%(stage)s”") % {"name": touchpoint.name, "stage": stage.name}
    with _changing(journey, version=version, words=words, by=by):
        left = touchpoint.stage
        others = [
            point for point in stage.touchpoints.order_by("position", "pk") if point.pk != touchpoint.pk
        ]
        place = min(max(place, 0), len(others))
        number_touchpoints(stage, [*others[:place], touchpoint, *others[place:]])
        if left is not None and left.pk != stage.pk:
            number_touchpoints(left, list(left.touchpoints.order_by("position", "pk")))
        return place


def remove_touchpoint(*, touchpoint: Touchpoint, version: int, by: Person) -> None:
    """Take a touchpoint out of its journey; what was said about it stays.

    Raises:
        DesignChanged: see `_changing`.
    """
    words = _("Took out “%(name)s”") % {"name": touchpoint.name}
    with _changing(_journey_of(touchpoint), version=version, words=words, by=by):
        touchpoint.stage = None
        touchpoint.save(update_fields=["stage"])


def take_draft(*, journey: Journey, stages: Sequence[NewStage], version: int, by: Person) -> None:
    """Make a proposal the design; what was designed before is taken out, and undo brings it back.

    Raises:
        DesignChanged: see `_changing`.
        DesignRefused: there is no touchpoint in it.
    """
    kept = [stage for stage in stages if stage.touchpoints]
    if not kept:
        raise DesignRefused(_("Pick at least one activity."))
    with _changing(
        journey, version=version, words=_("Took over the proposal from the events"), by=by
    ) as locked:
        locked.stages.all().delete()
        for position, wanted in enumerate(kept):
            stage = Stage.objects.create(journey=locked, name=wanted.name, position=position)
            for place, touchpoint in enumerate(wanted.touchpoints):
                _put_in(stage, place, touchpoint)


def undo_design(*, journey: Journey, version: int, by: Person) -> str:
    """Take the last change back; returns what it was.

    Raises:
        DesignChanged: somebody changed the design after this version.
        NothingToUndo: no change is left that could be undone.
    """
    with transaction.atomic():
        locked = Journey.objects.select_for_update().get(pk=journey.pk)
        if locked.version != version:
            raise DesignChanged(_changed_meanwhile(locked))
        last = locked.changes.order_by("-version").first()
        if last is None:
            raise NothingToUndo(_("Every change of this design that is remembered has been undone."))
        put_back(locked, last.before)
        last.delete()
        locked.version += 1
        locked.save(update_fields=["version"])
        record_audit(
            by=by, action="journey.design_undone", target=locked, change=last.words, version=locked.version
        )
        return last.words


def _put_in(stage: Stage, place: int, wanted: NewTouchpoint) -> Touchpoint:
    """A touchpoint by its key, new or back from where it was taken out; never one that stands in another journey."""
    facts = {field: getattr(wanted, field) for field in NewTouchpoint.__slots__ if field != "key"}
    for number in range(1, MOST_OF_A_NAME):
        key = wanted.key if number == 1 else f"{wanted.key[:76]}-{number}"
        there = Touchpoint.objects.filter(key=key).first()
        if there is None:
            return Touchpoint.objects.create(key=key, stage=stage, position=place, **facts)
        if there.stage_id is None:
            Touchpoint.objects.filter(pk=there.pk).update(stage=stage, position=place, **facts)
            there.refresh_from_db()
            return there
    raise DesignRefused(_("There are too many touchpoints of this name; choose another one."))


def _journey_of(touchpoint: Touchpoint) -> Journey:
    if touchpoint.stage is None:
        raise DesignRefused(_("This touchpoint was taken out of its journey."))
    return touchpoint.stage.journey


def _refuse_doubled(journey: Journey, activity: str, besides: Touchpoint | None = None) -> None:
    twins = Touchpoint.objects.filter(stage__journey=journey, activity=activity)
    twin = twins.exclude(pk=besides.pk if besides else 0).first() if activity else None
    if twin is not None:
        raise DesignRefused(
            _("“%(activity)s” is the activity of “%(name)s” already. An activity belongs to one touchpoint.")
            % {"activity": activity, "name": twin.name}
        )


def drop_old_events(*, days: int, now: datetime, by: Person | None) -> int:
    """Drop the events of cases whose last event is more than so many days old; returns their number."""
    before = (now - timedelta(days=days)).astimezone(UTC).replace(tzinfo=None)
    dropped = warehouse().retain(before)
    if dropped:
        record_audit(by=by, action="journey.events_dropped", events=dropped, before=before.date().isoformat())
    return dropped
