"""A journey as a file, for those who may take data away; each is noted in the audit log."""

from collections.abc import Iterable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from candor.apps.journeys import exports, pages, queries
from candor.apps.journeys.counting import Counts, where_of
from candor.apps.journeys.path_picture import PAPER, draw
from candor.apps.journeys.picks import Pick, kept_of, pick_of
from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import check_may_export
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict, NotFound

TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "bpmn": "application/xml",
    "ocel": "application/json",
}


def export(request: HttpRequest, key: str, of: str, ending: str) -> HttpResponse | StreamingHttpResponse:
    """The map, the paths, the design or the events, in one of their formats."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.READ_SCORES)
    if (of, ending) not in pages.FORMATS:
        raise NotFound(f"A journey’s {of} can’t be had as {ending}.")
    found, _stages = queries.journey_map(key)
    pick = pick_of(request, viewer, found)
    check_may_export(pick.scope)
    content = _content(request, pick, of, ending)
    with transaction.atomic():
        record_audit(
            by=viewer.person, action="journey.exported", target=found, of=of, format=ending, scope=pick.words
        )
    is_whole = isinstance(content, bytes)
    response = (HttpResponse if is_whole else StreamingHttpResponse)(content, content_type=TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{exports.file_name(found, of, ending)}"'
    return response


def _content(request: HttpRequest, pick: Pick, of: str, ending: str) -> bytes | Iterable[str | bytes]:
    found, stages = queries.journey_map(pick.journey.key)
    if of == "events":
        is_named = pick.scope.holds_all(Permission.READ_PERSONAL_DATA, seen=Permission.EXPORT_DATA)
        if not is_named:
            _expect_enough(pick)
        return exports.events_as_ocel(
            found, where_of(pick.question(Permission.EXPORT_DATA)), is_named=is_named
        )
    if of == "design":
        return exports.design_as_bpmn(found, pages.designed(stages))
    shown = pages.shown_for(pick)
    counts = _counted(shown)
    if of == "map":
        return _map(
            pages.map_parts(shown.pick, counts, stages, request.GET.get("measure", "")), shown, ending
        )
    graph = pages.graph_for(counts, stages, kept_of(request))
    if ending == "csv":
        return exports.steps_as_csv(found, graph, workspace().least_n_score)
    if ending == "bpmn":
        return exports.graph_as_bpmn(found, graph)
    title = pages.picture_title(graph)
    return exports.as_picture(draw(graph, episodes=counts.paths.cases, title=title, style=PAPER), ending)


def _counted(shown: pages.Shown) -> Counts:
    if shown.answer.counts is None:
        raise Conflict("The events are still being counted. Try again once the page shows the journey.")
    return shown.answer.counts


def _expect_enough(pick: Pick) -> None:
    """Events without names still tell of one person where there are few episodes."""
    least = workspace().least_n_score
    if 0 < _counted(pages.shown_for(pick)).paths.cases < least:
        raise Conflict(
            f"There are fewer than {least} episodes, so that their events could tell who is meant. Choose a longer period or a larger unit."
        )


def _map(parts: pages.MapParts, shown: pages.Shown, ending: str) -> bytes | Iterable[str | bytes]:
    journey = shown.pick.journey
    if ending == "csv":
        return exports.map_as_csv(shown.pick.words, journey, parts.stages, parts.rows)
    return exports.as_picture(parts.drawn(journey.name, shown.pick.words), ending)
