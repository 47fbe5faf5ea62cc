"""A journey as BPMN 2.0 XML with its diagram, so that other tools open it as a drawing.

Where a task has several ways in or out, an exclusive gateway stands: an episode takes one of them.
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from candor.foundation.charts.layered import Box, Link, lay_out

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
LINES = "http://www.omg.org/spec/DD/20100524/DI"
_SIZES = {
    "startEvent": (36.0, 36.0),
    "endEvent": (36.0, 36.0),
    "exclusiveGateway": (50.0, 50.0),
    "task": (140.0, 60.0),
}
_START, _END = "\0start", "\0end"
_MARGIN = 40
_NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")  # production 2 of XML 1.0


@dataclass(frozen=True, slots=True)
class Flow:
    """A step from one activity to another with what it is called; None as an end stands for where episodes begin or end."""

    source: str | None
    target: str | None
    weight: float = 1.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Node:
    id: str
    kind: str
    name: str


def as_bpmn(name: str, tasks: Sequence[tuple[str, str]], flows: Sequence[Flow]) -> bytes:
    """The XML; `tasks` are activities in their common order, each with its name."""
    nodes, edges = _with_gateways(tasks, flows)
    for prefix, space in (("bpmn", MODEL), ("bpmndi", DIAGRAM), ("dc", BOUNDS), ("di", LINES)):
        ET.register_namespace(prefix, space)
    root = ET.Element(
        f"{{{MODEL}}}definitions", {"id": "definitions", "targetNamespace": "https://candor.invalid/bpmn"}
    )
    process = ET.SubElement(
        root, f"{{{MODEL}}}process", {"id": "process", "name": name, "isExecutable": "false"}
    )
    numbered = [(f"flow_{number}", *edge) for number, edge in enumerate(edges, start=1)]
    for key, node in nodes.items():
        element = ET.SubElement(
            process, f"{{{MODEL}}}{node.kind}", {"id": node.id} | ({"name": node.name} if node.name else {})
        )
        for tag, end in (("incoming", 2), ("outgoing", 1)):
            for edge in numbered:
                if edge[end] == key:
                    ET.SubElement(element, f"{{{MODEL}}}{tag}").text = edge[0]
    for flow_id, source, target, flow in numbered:
        ends = {"id": flow_id, "sourceRef": nodes[source].id, "targetRef": nodes[target].id}
        ET.SubElement(process, f"{{{MODEL}}}sequenceFlow", ends | ({"name": flow.name} if flow.name else {}))
    _draw(root, nodes, numbered)
    ET.indent(root)
    text = xml_text(ET.tostring(root, encoding="unicode"))
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}".encode()


def xml_text(text: str) -> str:
    """The text with a mark in place of every character that XML 1.0 can't hold, whether escaped or not."""
    return _NOT_XML.sub("\ufffd", text)


def _with_gateways(
    tasks: Sequence[tuple[str, str]], flows: Sequence[Flow]
) -> tuple[dict[str, _Node], list[tuple[str, str, Flow]]]:
    """Nodes in their order and edges between them, a gateway before or behind every node with several ways."""
    known = {key for key, _name in tasks}
    edges = [(flow.source or _START, flow.target or _END, flow) for flow in flows]
    edges = [edge for edge in edges if {edge[0], edge[1]} <= known | {_START, _END}]
    ways_out, ways_in = Counter(edge[0] for edge in edges), Counter(edge[1] for edge in edges)
    nodes: dict[str, _Node] = {}
    joined: list[tuple[str, str, Flow]] = []
    places = [
        (_START, "startEvent", ""),
        *((key, "task", label) for key, label in tasks),
        (_END, "endEvent", ""),
    ]
    for number, (key, kind, label) in enumerate(places):
        if ways_in[key] > 1:
            nodes[f"{key}\0in"] = _Node(f"join_{number}", "exclusiveGateway", "")
            joined.append((f"{key}\0in", key, Flow(key, key)))
        nodes[key] = _Node(f"{kind}_{number}", kind, label)
        if ways_out[key] > 1:
            nodes[f"{key}\0out"] = _Node(f"split_{number}", "exclusiveGateway", "")
            joined.append((key, f"{key}\0out", Flow(key, key)))
    for source, target, flow in edges:
        begin = f"{source}\0out" if ways_out[source] > 1 else source
        end = f"{target}\0in" if ways_in[target] > 1 else target
        joined.append((begin, end, flow))
    return nodes, joined


def _draw(root: ET.Element, nodes: dict[str, _Node], edges: Sequence[tuple[str, str, str, Flow]]) -> None:
    boxes = [Box(key, *_SIZES[node.kind], order) for order, (key, node) in enumerate(nodes.items())]
    links = [Link(source, target, flow.weight, 20.0, 8.0) for _id, source, target, flow in edges]
    layout = lay_out(boxes, links)
    routes = {(route.link.source, route.link.target): route.points for route in layout.routes}
    diagram = ET.SubElement(root, f"{{{DIAGRAM}}}BPMNDiagram", {"id": "diagram"})
    plane = ET.SubElement(diagram, f"{{{DIAGRAM}}}BPMNPlane", {"id": "plane", "bpmnElement": "process"})
    for key, node in nodes.items():
        (x, y), (width, height) = layout.centres[key], _SIZES[node.kind]
        shape = ET.SubElement(
            plane, f"{{{DIAGRAM}}}BPMNShape", {"id": f"{node.id}_shape", "bpmnElement": node.id}
        )
        place = {
            "x": x - width / 2 + _MARGIN,
            "y": y - height / 2 + _MARGIN,
            "width": width,
            "height": height,
        }
        ET.SubElement(shape, f"{{{BOUNDS}}}Bounds", {name: f"{value:g}" for name, value in place.items()})
    for flow_id, source, target, _flow in edges:
        line = ET.SubElement(
            plane, f"{{{DIAGRAM}}}BPMNEdge", {"id": f"{flow_id}_edge", "bpmnElement": flow_id}
        )
        for x, y in routes[source, target]:
            ET.SubElement(line, f"{{{LINES}}}waypoint", {"x": f"{x + _MARGIN:g}", "y": f"{y + _MARGIN:g}"})
