"""What the pages of a journey show: the map from its lanes, with what it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candor.analytics import Estimate, top_box_share
from candor.apps.customers.models import Segment
from candor.apps.organization.choices import Permission
from candor.apps.organization.queries import workspace
from candor.foundation.wording import number
from candor.warehouse.queries import DesignedStep, Edge

from . import asking, telling
from .asking import Answer
from .changing import change_of
from .counting import QUIET, Counts, Reached
from .drafting import DraftStage, draft
from .graph import Graph, Step, graph_of, standing_words
from .lanes import Asked, Cell, Row, rows_of
from .line_cells import line_parts
from .map_picture import draw_map
from .models import Journey, Stage, Touchpoint
from .path_picture import Address, draw
from .picks import LEAST_KEPT, Pick


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer that a page shows, and the pick it is of: all time where the period holds no episode."""

    pick: Pick
    answer: Answer[Counts]
    is_widened: bool


@dataclass(frozen=True, slots=True)
class MapCell:
    """A cell of the map: its touchpoint, what the lane says of it, and its part of a line."""

    point: Touchpoint
    cell: Cell
    line: SafeString


@dataclass(frozen=True, slots=True)
class MapRow:
    """A lane on the page."""

    row: Row
    cells: tuple[MapCell, ...]


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in the table behind the graph."""

    step: Step
    standing: str


@dataclass(frozen=True, slots=True)
class FunnelLine:
    """A touchpoint of the design in the funnel, and the share of the decided episodes that came to it."""

    name: str
    counts: Reached
    share: Estimate


@dataclass(frozen=True, slots=True)
class WaitLine:
    """A step with its median wait and the ends of its interval."""

    edge: Edge
    median: timedelta
    low: timedelta
    high: timedelta


@dataclass(frozen=True, slots=True)
class MapParts:
    """What a map is made of."""

    stages: tuple[DraftStage, ...]
    points: tuple[Touchpoint, ...]
    rows: tuple[Row, ...]

    def drawn(self, title: str, subtitle: str) -> str:
        """The map as a picture."""
        return draw_map(title, subtitle, self.stages, self.rows)


FORMATS: dict[tuple[str, str], Promise | str] = {
    ("map", "png"): gettext_lazy("Map as PNG"),
    ("map", "svg"): gettext_lazy("Map as SVG"),
    ("map", "pdf"): gettext_lazy("Map as PDF"),
    ("map", "csv"): gettext_lazy("Numbers as CSV"),
    ("paths", "png"): gettext_lazy("Graph as PNG"),
    ("paths", "svg"): gettext_lazy("Graph as SVG"),
    ("paths", "pdf"): gettext_lazy("Graph as PDF"),
    ("paths", "csv"): gettext_lazy("Steps as CSV"),
    ("paths", "bpmn"): gettext_lazy("Graph as BPMN 2.0"),
    ("design", "bpmn"): gettext_lazy("Design as BPMN 2.0"),
    ("events", "ocel"): gettext_lazy("Events as OCEL 2.0"),
}


def shown_for(pick: Pick) -> Shown:
    """The counts for a pick; where its period holds nothing, those of all time."""
    answer = asking.ask(pick.question())
    if pick.is_all_time or answer.counts is None or answer.counts.paths.cases:
        return Shown(pick, answer, is_widened=False)
    wider = pick.for_all_time()
    return Shown(wider, asking.ask(wider.question()), is_widened=True)


def map_page(pick: Pick, stages: Sequence[Stage], measure: str) -> dict[str, Any]:
    """The map of a journey, as designed or as a proposal where nobody designed it yet."""
    shown = shown_for(pick)
    context = frame(pick, shown)
    counts = shown.answer.counts
    if counts is None or not (counts.paths.cases or designed(stages)):
        return context
    parts = map_parts(shown.pick, counts, stages, measure)
    points = parts.points
    return context | {
        "map_stages": parts.stages,
        "map_rows": [_map_row(row, points) for row in parts.rows],
        "points": points,
        "openers": {stage.touchpoints[0].pk for stage in parts.stages[1:]},
        "export_query": shown.pick.query + (f"&measure={measure}" if measure else ""),
        "exports": formats_of("map", has_design=bool(designed(stages))),
        "is_proposal": not designed(stages),
        "sentences": telling.sentences(counts, points),
        "size": telling.size_text(counts) if counts.paths.cases else "",
    }


def map_parts(pick: Pick, counts: Counts, stages: Sequence[Stage], measure: str) -> MapParts:
    """The map's stages, as designed or as proposed, and its lanes; the same for page, picture and file."""
    map_stages = designed(stages) or draft(pick.journey, counts)
    points = tuple(point for stage in map_stages for point in stage.touchpoints)
    return MapParts(
        map_stages,
        points,
        tuple(rows_of(Asked(pick=pick, touchpoints=points, counts=counts, measure=measure))),
    )


def graph_for(counts: Counts, stages: Sequence[Stage], kept: int) -> Graph:
    """The graph of the real paths beside the saved design."""
    points = [point for stage in designed(stages) for point in stage.touchpoints]
    return graph_of(counts, points, kept=kept)


def formats_of(page: str, *, has_design: bool) -> list[tuple[str, str, str]]:
    """What a page offers as files: of what, as what, and what it is called."""
    offered = [(page, "png"), (page, "svg"), (page, "pdf"), (page, "csv")]
    offered += [("paths", "bpmn")] if page == "paths" else [("design", "bpmn")] if has_design else []
    return [(*one, str(FORMATS[one])) for one in (*offered, ("events", "ocel"))]


def paths_page(pick: Pick, stages: Sequence[Stage], kept: int) -> dict[str, Any]:
    """The real paths of a journey, beside its design where it has one."""
    shown = shown_for(pick)
    context, counts = frame(pick, shown), shown.answer.counts
    if counts is None or not counts.paths.cases:
        return context
    points = [point for stage in designed(stages) for point in stage.touchpoints]
    found = graph_for(counts, stages, kept)
    known = {one.activity for one in counts.passes}
    names = {point.activity: point.name for point in points}
    return context | {
        "graph": found,
        "picture": draw(
            found, episodes=counts.paths.cases, title=picture_title(found), address=addresses(pick)
        ),
        "kept": kept,
        "least_kept": LEAST_KEPT,
        "standing": standing_words(),
        "steps": [StepLine(step, standing_words()[step.standing]) for step in found.steps],
        "usual": counts.paths.p90_duration,
        "unseen": [point.name for point in points if point.activity and point.activity not in known],
        "sentences": telling.sentences(counts, points, has_step_waits=True),
        "size": telling.size_text(counts),
        "waits": longest_waits(counts),
        "conformance": counts.conformance,
        "followed": [(names.get(step.activity, step.activity), step) for step in conformance_steps(counts)],
        "follow": conformity_of(counts),
        "funnel": funnel_of(counts, names),
        "quiet_days": QUIET.days,
        "month_change": change_of(counts.months, last=counts.paths.last, usual=counts.paths.p90_duration),
        "least_n": workspace().least_n_score,
        "export_query": f"{shown.pick.query}&kept={kept}",
        "exports": formats_of("paths", has_design=bool(points)),
    }


def picture_title(found: Graph) -> str:
    """What the picture shows, as a sentence."""
    return _(
        "%(nodes)s activities and the %(steps)s commonest of %(all)s steps between them, %(share)s of all that was gone"
    ) % {
        "nodes": number(len(found.nodes)),
        "steps": number(len(found.steps)),
        "all": number(found.all_steps),
        "share": f"{found.share:.0%}",
    }


def addresses(pick: Pick) -> Address:
    """Where a click on the picture leads: to the people behind it."""
    page = reverse("journeys:people", args=[pick.journey.key])

    def address(activity: str, after: str | None) -> str:
        return f"{page}?{pick.query}&{urlencode({'at': activity} | ({'after': after} if after else {}))}"

    return address


def funnel_of(counts: Counts, names: Mapping[str, str]) -> list[FunnelLine]:
    """How far the episodes come along the design: of those that are decided, the share that went on to the next touchpoint."""
    least_n = workspace().least_n_score
    return [
        FunnelLine(
            names.get(one.activity, one.activity), one,
            top_box_share(favourable=one.reached, n=one.reached + one.left, least_n=least_n),
        )
        for one in counts.reached
    ]  # fmt: skip


def conformance_steps(counts: Counts) -> tuple[DesignedStep, ...]:
    """The touchpoints of the design, in the real paths."""
    return counts.conformance.steps if counts.conformance else ()


def conformity_of(counts: Counts) -> Estimate | None:
    """The share of the episodes that followed the design so far as they went; None without a design."""
    told, cases = counts.conformance, counts.paths.cases
    if told is None or not cases:
        return None
    return top_box_share(
        favourable=told.followed + told.followed_so_far, n=cases, least_n=workspace().least_n_score
    )


def longest_waits(counts: Counts, *, most: int = 10) -> list[WaitLine]:
    """The steps with the longest median waits, of those that enough episodes took."""
    least = max(workspace().least_n_score, counts.paths.cases // 100)
    edges = [edge for edge in counts.paths.edges if edge.cases >= least and edge.low_wait is not None]
    longest = sorted(edges, key=lambda edge: (-edge.median_wait, edge.before, edge.after))[:most]
    return [
        WaitLine(
            edge,
            *(timedelta(seconds=end or 0.0) for end in (edge.median_wait, edge.low_wait, edge.high_wait)),
        )
        for edge in longest
    ]


def _map_row(row: Row, points: Sequence[Touchpoint]) -> MapRow:
    cells = [row.cell(point) for point in points]
    parts = line_parts(row, cells) if row.is_line else [SafeString("")] * len(cells)
    return MapRow(row, tuple(MapCell(*three) for three in zip(points, cells, parts, strict=True)))


def designed(stages: Sequence[Stage]) -> tuple[DraftStage, ...]:
    """The saved design, without stages that are empty."""
    found = ((stage.name, tuple(stage.touchpoints.all())) for stage in stages)
    return tuple(DraftStage(name, points) for name, points in found if points)


def frame(pick: Pick, shown: Shown) -> dict[str, Any]:
    """What every page of a journey shows around its own part."""
    viewer, counts = pick.scope.viewer, shown.answer.counts
    return {
        "journey": pick.journey,
        "pick": pick,
        "scope": pick.scope,
        "tabs": tabs_of(pick.journey, pick),
        "shown": shown,
        "is_withheld": pick.is_withheld(),
        "counts": counts,
        "segments": [(segment.pk, segment.name) for segment in Segment.objects.all()],
        "channels": [(name, name, n) for name, n in (counts.channels if counts else ())],
        "may_design": viewer.can(Permission.MANAGE_RULES),
        "may_import": viewer.can(Permission.IMPORT_DATA),
        "may_export": viewer.can(Permission.EXPORT_DATA),
        "may_read": viewer.can(Permission.READ_FEEDBACK),
    }


def tabs_of(journey: Journey, pick: Pick) -> list[tuple[str, str]]:
    """The pages of one journey, each with the same pick."""
    named = [
        (_("Map"), "journeys:journey"),
        (_("Real paths"), "journeys:paths"),
        (_("Closer look"), "journeys:depth"),
        (_("Compare"), "journeys:compare"),
    ]
    if pick.scope.viewer.can(Permission.MANAGE_RULES):
        named.append((_("Design"), "journeys:design"))
    return [(name, f"{reverse(url, args=[journey.key])}?{pick.query}") for name, url in named]
