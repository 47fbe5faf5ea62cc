"""The editor of a journey's design, and the proposal from the events to start from."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.journeys import drafting, pages, queries, services
from candor.apps.journeys.forms import TouchpointForm
from candor.apps.journeys.models import Journey, Stage, Touchpoint
from candor.apps.journeys.picks import Pick, pick_of
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Person
from candor.foundation.addresses import record_id
from candor.foundation.errors import InvalidInput, NotFound

ACTIVITIES = "activities"  # id of the list of what the log knows
LONGEST_NAME = 120


def design(request: HttpRequest, key: str) -> HttpResponse:
    """The editor: stages side by side, their touchpoints below, each with what is said of it."""
    viewer = require(request, Permission.MANAGE_RULES)
    found, _stages = queries.journey_map(key)
    return render(request, "journeys/design.html", _context(found, _pick(request, viewer, found)))


@require_POST
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Make one change and show the design as it is then; by HTMX only that part, else the whole page."""
    viewer = require(request, Permission.MANAGE_RULES)
    found, _stages = queries.journey_map(key)
    said = _do(request.POST, found, viewer.person)
    if request.headers.get("HX-Request") != "true":
        return redirect("journeys:design", key=key)
    found.refresh_from_db()
    context = _context(found, _pick(request, viewer, found)) | {"said": said}
    return render(request, "journeys/design_board.html", context)


def draft(request: HttpRequest, key: str) -> HttpResponse:
    """The proposal from the events: look at it, take out what does not belong, name the stages, and make it the design."""
    viewer = require(request, Permission.MANAGE_RULES)
    found, stages = queries.journey_map(key)
    pick = _pick(request, viewer, found)
    if request.method == "POST":
        services.take_draft(
            journey=found,
            stages=_picked(request.POST, found),
            version=_version(request.POST),
            by=viewer.person,
        )
        return redirect("journeys:design", key=key)
    shown = pages.shown_for(pick.for_all_time().without_design())
    counts = shown.answer.counts
    proposed = drafting.draft(found, counts) if counts else ()
    context = pages.frame(pick, shown) | {"proposed": proposed, "is_designed": bool(pages.designed(stages))}
    return render(
        request, "journeys/draft.html", context | {"by_activity": counts.by_activity if counts else {}}
    )


def _context(journey: Journey, pick: Pick) -> dict[str, Any]:
    shown = pages.shown_for(pick.for_all_time().without_design())
    counts = shown.answer.counts
    stages = list(journey.stages.order_by("position").prefetch_related("touchpoints__owner"))
    used = {point.activity for stage in stages for point in stage.touchpoints.all()}
    known = [one.activity for one in counts.passes] if counts else []
    changes = list(journey.changes.select_related("by")[:8])
    board = [(stage, [(point, _form(point)) for point in _in_order(stage)]) for stage in stages]
    return pages.frame(pick, shown) | {
        "board": board,
        "activities_id": ACTIVITIES,
        "known": known,
        "unused": [name for name in known if name not in used],
        "changes": changes,
        "last_change": changes[0] if changes else None,
    }


def _in_order(stage: Stage) -> list[Touchpoint]:
    return sorted(stage.touchpoints.all(), key=lambda point: (point.position, point.pk))


def _form(point: Touchpoint) -> TouchpointForm:
    values = {
        name: getattr(point, name)
        for name in (
            "name",
            "activity",
            "owner",
            "promise",
            "promised_hours",
            "promised_from",
            "is_direct",
            "is_critical",
        )
    }
    return TouchpointForm(initial=values, prefix=f"t{point.pk}", activities_id=ACTIVITIES)


def _pick(request: HttpRequest, viewer: Viewer, found: Journey) -> Pick:
    pick = pick_of(request, viewer, found)
    request.scope = pick.scope  # type: ignore[attr-defined]
    return pick


def _do(sent: QueryDict, journey: Journey, by: Person) -> str:
    """Carry out what a form of the editor asks for; returns what to say aloud."""
    asked = sent.get("do", "")
    if asked not in _DEEDS:
        raise InvalidInput(_("The editor knows no “%(do)s”.") % {"do": asked[:40]})
    return _DEEDS[asked](sent, journey, by)


def _undo(sent: QueryDict, journey: Journey, by: Person) -> str:
    return _("Undone: %(words)s") % {
        "words": services.undo_design(journey=journey, version=_version(sent), by=by)
    }


def _add_stage(sent: QueryDict, journey: Journey, by: Person) -> str:
    name = _name(sent)
    services.add_stage(journey=journey, name=name, version=_version(sent), by=by)
    return _("Stage “%(name)s” added at the end.") % {"name": name}


def _rename_stage(sent: QueryDict, journey: Journey, by: Person) -> str:
    name = _name(sent)
    services.rename_stage(stage=_stage(sent, journey), name=name, version=_version(sent), by=by)
    return _("Stage named “%(name)s”.") % {"name": name}


def _move_stage(sent: QueryDict, journey: Journey, by: Person) -> str:
    stage = _stage(sent, journey)
    stages = list(journey.stages.order_by("position"))
    here = next(at for at, one in enumerate(stages) if one.pk == stage.pk)
    to = here - 1 if sent.get("direction") == "left" else here + 1
    place = services.move_stage(stage=stage, place=to, version=_version(sent), by=by)
    return _("Stage “%(name)s” is now number %(place)s of %(all)s.") % {
        "name": stage.name, "place": place + 1, "all": len(stages),
    }  # fmt: skip


def _remove_stage(sent: QueryDict, journey: Journey, by: Person) -> str:
    stage = _stage(sent, journey)
    services.remove_stage(stage=stage, version=_version(sent), by=by)
    return _("Stage “%(name)s” taken out.") % {"name": stage.name}


def _add_touchpoint(sent: QueryDict, journey: Journey, by: Person) -> str:
    activity = sent.get("activity", "").strip()[:160]
    name = sent.get("name", "").strip()[:LONGEST_NAME] or drafting.named(activity)[:LONGEST_NAME]
    if not name:
        raise InvalidInput(_("Name the touchpoint, or pick an activity of the event log."))
    services.add_touchpoint(
        stage=_stage(sent, journey), name=name, activity=activity, version=_version(sent), by=by
    )
    return _("“%(name)s” added.") % {"name": name}


def _change_touchpoint(sent: QueryDict, journey: Journey, by: Person) -> str:
    point = _point(sent, journey)
    form = TouchpointForm(sent, prefix=f"t{point.pk}")
    if not form.is_valid():
        problems = "; ".join(
            f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items()
        )
        raise InvalidInput(
            _("“%(name)s” was not changed. %(problems)s") % {"name": point.name, "problems": problems}
        )
    services.change_touchpoint(touchpoint=point, facts=form.facts(), version=_version(sent), by=by)
    return _("“%(name)s” changed.") % {"name": point.name}


def _move_touchpoint(sent: QueryDict, journey: Journey, by: Person) -> str:
    """By a button or an arrow key: up and down within the stage, left and right to its neighbours."""
    point = _point(sent, journey)
    stages = list(journey.stages.order_by("position"))
    at = next(place for place, stage in enumerate(stages) if stage.pk == point.stage_id)
    row = [one.pk for one in stages[at].touchpoints.order_by("position", "pk")]
    here, direction = row.index(point.pk), sent.get("direction", "")
    step = {"left": -1, "right": 1}.get(direction, 0)
    to = min(max(at + step, 0), len(stages) - 1)
    place = here + {"up": -1, "down": 1}.get(direction, 0)
    return _placed(point, stages[to], place, _version(sent), by)


def _place_touchpoint(sent: QueryDict, journey: Journey, by: Person) -> str:
    """By dragging."""
    place = sent.get("place", "")
    if not place.isdecimal() or len(place) > 4:
        raise InvalidInput(_("“%(place)s” is no place; expected a number from 0.") % {"place": place[:20]})
    return _placed(_point(sent, journey), _stage(sent, journey), int(place), _version(sent), by)


def _placed(point: Touchpoint, stage: Stage, place: int, version: int, by: Person) -> str:
    got = services.move_touchpoint(touchpoint=point, stage=stage, place=place, version=version, by=by)
    return _("“%(name)s” is now number %(place)s of %(all)s in “%(stage)s”.") % {
        "name": point.name, "place": got + 1, "all": stage.touchpoints.count(), "stage": stage.name,
    }  # fmt: skip


def _remove_touchpoint(sent: QueryDict, journey: Journey, by: Person) -> str:
    point = _point(sent, journey)
    services.remove_touchpoint(touchpoint=point, version=_version(sent), by=by)
    return _("“%(name)s” taken out.") % {"name": point.name}


_DEEDS: dict[str, Callable[[QueryDict, Journey, Person], str]] = {
    "undo": _undo,
    "add-stage": _add_stage,
    "rename-stage": _rename_stage,
    "move-stage": _move_stage,
    "remove-stage": _remove_stage,
    "add": _add_touchpoint,
    "change": _change_touchpoint,
    "move": _move_touchpoint,
    "place": _place_touchpoint,
    "remove": _remove_touchpoint,
}


def _version(sent: QueryDict) -> int:
    text = sent.get("version", "")
    if not text.isdecimal() or len(text) > 9:
        raise InvalidInput(
            _("The form does not say which version of the design it changes. Load the page again.")
        )
    return int(text)


def _name(sent: QueryDict) -> str:
    name = sent.get("name", "").strip()[:LONGEST_NAME]
    if not name:
        raise InvalidInput(_("Give the stage a name."))
    return name


def _stage(sent: QueryDict, journey: Journey) -> Stage:
    stage = journey.stages.filter(pk=record_id(sent.get("stage", "")) or 0).first()
    if stage is None:
        raise NotFound(_("This stage is not there any more."))
    return stage


def _point(sent: QueryDict, journey: Journey) -> Touchpoint:
    point = Touchpoint.objects.filter(
        stage__journey=journey, pk=record_id(sent.get("touchpoint", "")) or 0
    ).first()
    if point is None:
        raise NotFound(_("This touchpoint is not there any more."))
    return point


def _picked(sent: QueryDict, journey: Journey) -> list[services.NewStage]:
    """The stages as the form of the proposal has them: names, and the activities that were left in."""
    stages = []
    for number in range(drafting.MOST_STAGES):
        activities = [text.strip()[:160] for text in sent.getlist(f"activity-{number}") if text.strip()]
        points = tuple(
            services.NewTouchpoint(
                key=drafting.key_for(journey, activity),
                name=drafting.named(activity)[:LONGEST_NAME],
                activity=activity,
            )
            for activity in dict.fromkeys(activities[: drafting.MOST])
        )
        name = sent.get(f"stage-{number}", "").strip()[:LONGEST_NAME]
        stages.append(
            services.NewStage(name=name or _("Stage %(n)s") % {"n": number + 1}, touchpoints=points)
        )
    return stages
