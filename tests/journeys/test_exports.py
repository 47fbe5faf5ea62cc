"""A journey as a file: the same numbers as on the page, in forms that other tools open."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.test import Client

from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.choices import Role
from candor.apps.organization.models import AuditEntry
from candor.apps.organization.services import change_policy, give_role
from candor.intake import Event, open_events
from tests.journeys.lending import designed_loan, loan_events
from tests.world import World

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DIAGRAM = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def _set_up(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.clara)


def _file(client: Client, name: str, query: str = "period=all") -> bytes:
    answer = client.get(f"/journeys/loan/export/{name}?{query}")
    assert answer.status_code == 200, answer.status_code
    assert "attachment" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("map.png", b"\x89PNG"), ("map.pdf", b"%PDF"), ("map.svg", b"<svg"),
        ("paths.png", b"\x89PNG"), ("paths.pdf", b"%PDF"), ("paths.svg", b"<svg"),
    ],
)  # fmt: skip
def test_map_and_graph_come_as_pictures(client: Client, world: World, name: str, begins: bytes) -> None:
    _set_up(client, world)
    content = _file(client, name)
    assert content.startswith(begins)
    if name.endswith("svg"):
        ET.fromstring(content)
        assert b"Approval" in content
        assert b"href" not in content, "a picture leads nowhere"


def test_the_table_holds_the_numbers_of_the_page(client: Client, world: World) -> None:
    _set_up(client, world)
    rows = list(csv.DictReader(io.StringIO(_file(client, "map.csv").decode("utf-8-sig"))))
    kept = next(row for row in rows if row["Touchpoint"] == "Approval" and row["Lane"] == "Promise kept")
    assert (kept["Value"], kept["Low"], kept["High"], kept["Unit"], kept["n"]) == (
        "75.0",
        "60.0",
        "86.0",
        "%",
        "40",
    )
    steps = list(csv.DictReader(io.StringIO(_file(client, "paths.csv").decode("utf-8-sig"))))
    first = [steps[0][name] for name in ("From", "To", "Times", "Median wait in hours")]
    assert first == ["apply", "letter", "40", "96.0"]


def test_a_name_that_is_a_formula_is_text_in_a_spreadsheet(client: Client, world: World) -> None:
    _set_up(client, world)
    Touchpoint.objects.filter(key="loan-approve").update(name="=1+1")
    assert '"\'=1+1"' in _file(client, "map.csv").decode("utf-8-sig")


@pytest.mark.parametrize("name", ["design.bpmn", "paths.bpmn"])
def test_bpmn_is_whole_and_every_element_is_drawn(client: Client, world: World, name: str) -> None:
    _set_up(client, world)
    root = ET.fromstring(_file(client, name))
    process = root.find(f"{BPMN}process")
    assert process is not None
    flows = process.findall(f"{BPMN}sequenceFlow")
    nodes = [element for element in process if element.tag != f"{BPMN}sequenceFlow"]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    known = {element.get("id") for element in nodes}
    assert {flow.get("sourceRef") for flow in flows} | {flow.get("targetRef") for flow in flows} <= known
    drawn = {element.get("bpmnElement") for element in root.iter() if element.get("bpmnElement")}
    assert drawn == known | {flow.get("id") for flow in flows} | {"process"}
    for node in nodes:
        told = [one.text for one in node.findall(f"{BPMN}outgoing")]
        assert told == [flow.get("id") for flow in flows if flow.get("sourceRef") == node.get("id")]
        if node.tag == f"{BPMN}task":
            assert len(told) <= 1, "several ways part at a gateway"
    for edge in root.iter(f"{DIAGRAM}BPMNEdge"):
        assert len(edge) >= 2
    assert {"Application", "Approval"} <= {node.get("name") for node in nodes}


@pytest.mark.parametrize("name", ["design.bpmn", "paths.bpmn", "map.svg", "paths.svg"])
def test_a_hostile_name_is_text_in_a_drawing(client: Client, world: World, name: str) -> None:
    _set_up(client, world)
    hostile = "<script>\x01\"'&\ufffe"
    Touchpoint.objects.filter(key="loan-approve").update(name=hostile)
    root = ET.fromstring(_file(client, name))
    assert not [element for element in root.iter() if "script" in element.tag]
    told = {*root.itertext(), *(value for element in root.iter() for value in element.attrib.values())}
    assert "<script>\ufffd\"'&\ufffd" in told


def test_a_hostile_name_keeps_nobody_from_the_picture(client: Client, world: World) -> None:
    _set_up(client, world)
    Touchpoint.objects.filter(key="loan-approve").update(name="<script>\x01\"'&\ufffe")
    assert _file(client, "map.png").startswith(b"\x89PNG")


def test_events_come_as_an_object_centric_log_that_can_be_read_again(
    client: Client, world: World, tmp_path: Path
) -> None:
    _set_up(client, world)
    content = _file(client, "events.ocel")
    log = json.loads(content)
    assert len(log["events"]) == 120
    assert {one["type"] for one in log["objects"]} == {"episode"}
    assert {one["name"] for one in log["eventTypes"]} == {"apply", "letter", "approve"}
    (tmp_path / "log.json").write_bytes(content)
    again = [entry for entry in open_events(tmp_path / "log.json") if isinstance(entry, Event)]
    assert len(again) == 120
    assert len({entry.case for entry in again}) == 40


def test_only_those_who_may_take_data_away_do_and_it_is_noted(client: Client, world: World) -> None:
    _set_up(client, world)
    _file(client, "map.csv")
    entry = AuditEntry.objects.get(action="journey.exported")
    assert (entry.person, entry.facts["of"], entry.facts["format"]) == (world.clara, "map", "csv")
    for person, status in ((world.theo, 403), (world.eve, 403), (world.ada, 200)):
        client.force_login(person)
        assert client.get("/journeys/loan/export/events.ocel?period=all").status_code == status
    give_role(person=world.ada, role=Role.MANAGER, unit=world.mill, by=None)
    client.force_login(world.ada)
    unnamed = json.loads(_file(client, "events.ocel"))
    assert {one["id"] for one in unnamed["objects"]} == {f"episode:{number}" for number in range(1, 41)}
    client.force_login(world.rival)
    assert "case-1" not in _file(client, "events.ocel").decode(), "a manager takes only what is their own"


def test_the_events_of_a_few_episodes_are_not_given_to_those_who_may_not_know_who_they_are(
    client: Client, world: World
) -> None:
    _set_up(client, world)
    change_policy(name="Harbour", least_n_score=41, least_n_person=41, by=world.amos)
    assert client.get("/journeys/loan/export/events.ocel?period=all").status_code == 200, (
        "Clara may read names"
    )
    client.force_login(world.ada)
    refused = client.get("/journeys/loan/export/events.ocel?period=all")
    assert refused.status_code == 409
    assert "fewer than 41 episodes" in refused.content.decode()


def test_what_there_is_no_file_of_is_not_found(client: Client, world: World) -> None:
    _set_up(client, world)
    for name in ("map.bpmn", "events.csv", "people.csv"):
        assert client.get(f"/journeys/loan/export/{name}").status_code == 404
