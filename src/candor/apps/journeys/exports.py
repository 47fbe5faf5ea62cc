"""A journey as a file: the map and the graph as pictures and tables, the design as BPMN, the events as OCEL 2.0."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import msgspec
from django.utils.text import slugify

from candor.foundation.storage import warehouse
from candor.foundation.wording import decimals_for, number, scale_of
from candor.intake import csv_lines
from candor.warehouse.queries import Event, EventFilter, events_of_journey

from .bpmn import Flow, as_bpmn, xml_text
from .drafting import DraftStage
from .graph import Graph, standing_words
from .lanes import Row
from .models import Journey, Touchpoint

MAP_HEADER = (
    "Journey", "Episodes", "Stage", "Touchpoint", "Lane", "Value", "Low", "High", "Unit", "n", "Of", "Method", "Note",
)  # fmt: skip
STEP_HEADER = (
    "Journey", "From", "To", "Times", "Episodes", "Median wait in hours", "Low", "High", "Beside the design",
)  # fmt: skip
HOUR = 3_600
_SCALE = 2.0  # of PNG


def as_picture(svg: str, ending: str) -> bytes:
    """The drawing as SVG, PNG or PDF; drawn here, without a network."""
    import vl_convert

    svg = xml_text(svg)
    if ending == "png":
        return bytes(vl_convert.svg_to_png(svg, scale=_SCALE))
    return bytes(vl_convert.svg_to_pdf(svg)) if ending == "pdf" else svg.encode()


def map_as_csv(
    words: str, journey: Journey, stages: Iterable[DraftStage], rows: Iterable[Row]
) -> Iterator[str]:
    """A line for each touchpoint and lane, rounded as the page shows it; durations are in hours."""
    points = [(stage.name, point) for stage in stages for point in stage.touchpoints]
    lines = (
        _map_line(words, journey, stage, point, row)
        for row in rows
        if not row.is_line
        for stage, point in points
    )
    return csv_lines(lines, header=MAP_HEADER, has_mark=True)


def _map_line(words: str, journey: Journey, stage: str, point: Touchpoint, row: Row) -> tuple[object, ...]:
    cell = row.cell(point)
    found = cell.estimate
    shown, unit = _numbers(found, row)
    note = cell.words or str(getattr(found, "words", "") if found else "")
    return (
        journey.name, words, stage, point.name, row.name, *shown, unit, found.n if found else None, cell.counted,
        found.method if found else "", note,
    )  # fmt: skip


def _numbers(found: Any, row: Row) -> tuple[list[float | None], str]:
    if found is None or found.status in {"too_few", "suppressed"}:
        return [None, None, None], ""
    if row.kind == "duration":
        return [_rounded(end, 1 / HOUR, 1) for end in (found.value, found.low, found.high)], "hours"
    scale = scale_of("share" if row.kind == "count" else row.kind)
    places = decimals_for(scale, found.low, found.high)
    return [
        _rounded(end, scale.factor, places) for end in (found.value, found.low, found.high)
    ], scale.suffix or row.unit


def _rounded(value: float | None, factor: float, places: int) -> float | None:
    return None if value is None else round(value * factor, places) + 0.0


def steps_as_csv(journey: Journey, graph: Graph, least_n: int) -> Iterator[str]:
    """A line for each step that the graph shows; waits of few episodes stay out."""
    words = standing_words()
    lines = []
    for step in graph.steps:
        edge = step.edge
        is_told = edge.cases >= least_n and edge.low_wait is not None
        waits = [
            _rounded(end, 1 / HOUR, 2) if is_told else None
            for end in (edge.median_wait, edge.low_wait, edge.high_wait)
        ]
        lines.append(
            (journey.name, edge.before, edge.after, edge.n, edge.cases, *waits, words[step.standing])
        )
    return csv_lines(lines, header=STEP_HEADER, has_mark=True)


def design_as_bpmn(journey: Journey, stages: Iterable[DraftStage]) -> bytes:
    """The designed path: one touchpoint after the other."""
    points = [point for stage in stages for point in stage.touchpoints]
    ends = [None, *(point.key for point in points), None]
    return as_bpmn(
        journey.name, [(point.key, point.name) for point in points], [Flow(*pair) for pair in pairwise(ends)]
    )


def graph_as_bpmn(journey: Journey, graph: Graph) -> bytes:
    """The graph as shown: each step a flow with how often it was taken."""
    nodes = sorted(graph.nodes, key=lambda node: (node.place, node.activity.name))
    flows = [
        Flow(step.edge.before, step.edge.after, step.edge.n, number(step.edge.n))
        for step in graph.steps
        if step.edge.before != step.edge.after
    ]
    first = max(nodes, key=lambda node: node.activity.starts)
    last = max(nodes, key=lambda node: node.activity.ends)
    begins = [node for node in nodes if node.activity.starts > first.activity.starts * 0.01]
    stops = [node for node in nodes if node.activity.ends > last.activity.ends * 0.05]
    flows += [
        Flow(None, node.activity.name, node.activity.starts, number(node.activity.starts)) for node in begins
    ]
    flows += [
        Flow(node.activity.name, None, node.activity.ends, number(node.activity.ends)) for node in stops
    ]
    return as_bpmn(journey.name, [(node.activity.name, node.name) for node in nodes], flows)


def events_as_ocel(journey: Journey, where: EventFilter, *, is_named: bool) -> Iterator[bytes]:
    """The events of the chosen episodes as OCEL 2.0 JSON, in pieces: episodes and customers are its objects.

    Customers go by their number here, and who of the staff did it stays out. A sender may call an episode by a customer's address:
    unless `is_named`, episodes and customers are counted through in the order in which they come.
    """
    encode = msgspec.json.Encoder().encode
    episodes: dict[str, None] = {}
    customers: dict[int, None] = {}
    types: dict[str, None] = {}
    yield b'{"events":['
    is_first = True
    cases: dict[str, str] = {}
    people: dict[int, int] = {}
    for event in events_of_journey(warehouse(), journey=journey.key, where=where):
        if not is_named:
            event = _counted_through(event, cases, people)
        episodes[event.case_id] = types[event.activity] = None
        if event.customer is not None:
            customers[event.customer] = None
        yield (b"" if is_first else b",") + encode(_ocel_event(event))
        is_first = False
    yield b'],"objects":['
    objects: list[dict[str, Any]] = [{"id": f"episode:{case}", "type": "episode"} for case in episodes]
    objects += [{"id": f"customer:{pk}", "type": "customer"} for pk in customers]
    yield b",".join(encode(one | {"attributes": [], "relationships": []}) for one in objects)
    attributes = [{"name": "channel", "type": "string"}, {"name": "lifecycle", "type": "string"}]
    yield b'],"eventTypes":' + encode([{"name": name, "attributes": attributes} for name in sorted(types)])
    yield (
        b',"objectTypes":'
        + encode([{"name": name, "attributes": []} for name in ("episode", "customer")])
        + b"}"
    )


def _counted_through(event: Event, cases: dict[str, str], people: dict[int, int]) -> Event:
    case = cases.setdefault(event.case_id, str(len(cases) + 1))
    customer = None if event.customer is None else people.setdefault(event.customer, len(people) + 1)
    return replace(event, case_id=case, customer=customer)


def _ocel_event(event: Event) -> dict[str, Any]:
    told = {"channel": event.channel, "lifecycle": event.lifecycle}
    related = [{"objectId": f"episode:{event.case_id}", "qualifier": "episode"}]
    if event.customer is not None:
        related.append({"objectId": f"customer:{event.customer}", "qualifier": "customer"})
    return {
        "id": event.event_id,
        "type": event.activity,
        "time": f"{event.at.isoformat()}Z",
        "attributes": [{"name": name, "value": value} for name, value in told.items() if value],
        "relationships": related,
    }


def file_name(journey: Journey, of: str, ending: str) -> str:
    """What the browser calls the file."""
    written = "json" if ending == "ocel" else ending
    return f"{slugify(journey.key) or 'journey'}-{of}.{written}"
