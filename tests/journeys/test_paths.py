"""The real paths: a graph that can be read, beside the design."""

import re
from pathlib import Path

import pytest
from django.test import Client

from candor.apps.imports import services
from candor.apps.journeys import counting, graph, path_picture, telling
from candor.apps.journeys.models import Journey, Touchpoint
from tests.journeys.lending import designed_loan, loan_events
from tests.world import World

QUESTION = {
    "since": None,
    "until": None,
    "units": None,
    "channel": "",
    "segment": None,
    "touchpoints": [],
    "promised": {},
}


def _graph(kept: int, key: str = "loan", designed: bool = True) -> graph.Graph:
    counts = counting.count(QUESTION | {"journey": key}, lambda share: None)
    points = Touchpoint.objects.filter(stage__journey__key=key).order_by("stage__position", "position")
    return graph.graph_of(counts, list(points) if designed else [], kept=kept)


def test_the_graph_tells_steps_waits_and_where_episodes_begin_and_end(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    page = client.get("/journeys/loan/paths/?period=all").content.decode()
    assert "apply to letter: 40 times, median wait 4.0 d; not in the design" in page
    assert "Application: 40 episodes, 40 begin and 0 end here" in page
    assert "Approval: 40 episodes, 0 begin and 40 end here" in page
    assert "Designed, but never seen in the event log:</p>" not in page
    assert re.search(r"Designed, but never seen in the event log:\s+Payment", page)
    assert "4.0 days (4.0 to 4.0)" in page, "the table behind it tells the interval"
    assert "The longest stretch lies before" not in page, (
        "that wait is between touchpoints, these are of steps"
    )
    assert "The longest stretch lies before" in client.get("/journeys/loan/?period=all").content.decode()


@pytest.mark.django_db
def test_each_step_is_held_against_the_design(world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    standing = {(step.edge.before, step.edge.after): step.standing for step in _graph(100).steps}
    assert standing == {("apply", "letter"): "added", ("letter", "approve"): "added"}
    Touchpoint.objects.filter(key="loan-pay").update(activity="letter", position=0)
    Touchpoint.objects.filter(key="loan-approve").update(position=1)
    standing = {(step.edge.before, step.edge.after): step.standing for step in _graph(100).steps}
    assert set(standing.values()) == {"designed"}


def test_the_share_that_is_kept_must_be_one(client: Client, world: World) -> None:
    designed_loan()
    client.force_login(world.clara)
    for text in ("9", "101", "most", "9" * 40):
        assert client.get(f"/journeys/loan/paths/?kept={text}").status_code == 400


@pytest.mark.django_db
def test_the_real_loans_stay_readable_and_joined(real_data: Path) -> None:
    """BPIC 2012: 24 activities and 125 steps; at 80 per cent a third of the steps, and no activity hangs loose."""
    path = real_data / "bpic2012" / "bpic2012.xes.gz"
    batch = services.take_path(kind="events", path=path, by=None, options={"journey": "bpic"})
    services.run_import(batch=services.start(batch=batch, by=None))
    assert Journey.objects.get().key == "bpic"
    everything, most = _graph(100, "bpic"), _graph(80, "bpic")
    assert (len(everything.nodes), len(everything.steps), everything.transitions) == (24, 125, 249_113)
    assert len(most.steps) < 45
    assert most.share >= 0.8
    joined = {
        end
        for step in most.steps
        if step.edge.before != step.edge.after
        for end in (step.edge.before, step.edge.after)
    }
    assert joined == {node.activity.name for node in most.nodes}
    assert set(most.left_out) == {"W_Beoordelen fraude", "W_Wijzigen contractgegevens"}
    picture = path_picture.draw(most, episodes=13_087, title="Loans")
    assert "36,084 · 5 min" in picture, "a step back to the same activity has its wait beside it"


@pytest.mark.django_db
def test_the_real_loans_are_told_where_they_wait_and_where_people_leave(real_data: Path) -> None:
    """Against counts made from the XES in plain Python: last activities that were new to their case, and the time on each step."""
    batch = services.take_path(
        kind="events", path=real_data / "bpic2012" / "bpic2012.xes.gz", by=None, options={"journey": "bpic"}
    )
    services.run_import(batch=services.start(batch=batch, by=None))
    counts = counting.count(QUESTION | {"journey": "bpic"}, lambda share: None)
    stops = {one.activity: one.last_new for one in counts.passes}
    assert sum(stops.values()) == 13_087
    assert [stops[name] for name in ("A_DECLINED", "A_CANCELLED", "A_ACTIVATED")] == [7252, 2167, 1027]
    time, longest, stop = telling.sentences(counts, [])
    assert (time.title, time.text[:3]) == ("Most time passes after “W_Nabellen offertes”", "58%")
    assert (longest.after, longest.activity) == ("W_Nabellen offertes", "W_Valideren aanvraag")
    assert "2.2 days (2.2 to 2.3" in longest.text
    assert stop.title == "Paths stop most often at “A_DECLINED”"
    assert "“A_CANCELLED” 16.6% (15.9% to 17.2%" in stop.text


@pytest.mark.django_db
def test_the_funnel_sets_aside_what_is_still_open(world: World) -> None:
    """Forty were approved, none paid: those of the last sixty days may be yet, and are not counted as lost."""
    designed_loan()
    loan_events(world.quay.pk)
    design = ["apply", "approve", "pay"]
    counts = counting.count(QUESTION | {"journey": "loan", "touchpoints": design}, lambda share: None)
    assert [(one.activity, one.reached, one.left, one.still_open) for one in counts.reached] == [
        ("apply", 40, 0, 0), ("approve", 40, 0, 0), ("pay", 0, 0, 40),
    ]  # fmt: skip
