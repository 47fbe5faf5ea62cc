"""Ideas over the API stay as anonymous as on the board, pulses tell what their page tells, replies need a person's yes."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from candor.apps.frontline.models import Idea, Vote
from candor.apps.frontline.pulses import answer_pulse, close_pulse, draft_pulse, open_pulse
from candor.apps.frontline.services import let_in
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.models import AuditEntry
from candor.apps.reputation.models import Reply, Review
from candor.apps.webhooks.models import Message
from candor.apps.webhooks.services import make_endpoint
from tests.api.asking import System, a_system
from tests.frontline.test_pulses import displayed, people_of
from tests.reputation.test_requests import a_review_plan, asked
from tests.reputation.test_reviews import a_review, received
from tests.world import World

THEO, MONA, CLARA = "theo@harbour.example", "Mona@harbour.example", "clara@harbour.example"


@pytest.fixture
def tool(world: World) -> System:
    return a_system(world, source="intranet")


def _listen(world: World, *events: str) -> None:
    make_endpoint(name="all", url="https://93.184.216.34/in", events=list(events), by=world.amos)


def _told() -> list[dict[str, Any]]:
    return [json.loads(body) for body in Message.objects.order_by("pk").values_list("body", flat=True)]


def test_an_idea_is_posted_voted_on_commented_and_answered_in_the_name_of_people(
    tool: System, world: World
) -> None:
    _listen(world, "idea.posted", "idea.commented", "idea.status_changed")
    posted = tool.post("ideas", {"title": "A bench at the door", "person": THEO})
    assert (posted.status_code, posted.json()["code"]) == (201, None)
    place = f"ideas/{posted.json()['id']}"
    assert tool.post(f"{place}/votes", {"person": THEO, "is_for": True}).status_code == 400, "his own"
    assert tool.post(f"{place}/votes", {"person": MONA, "is_for": True}).json()["in_favour"] == 1
    again = tool.post(f"{place}/votes", {"person": MONA, "is_for": False}).json()
    assert (again["votes"], again["in_favour"]) == (1, 0)
    assert tool.post(f"{place}/comments", {"person": MONA, "text": "Two."}).status_code == 201
    said = {"person": MONA, "state": "planned", "answer": "In spring."}
    assert tool.post(f"{place}/answer", said).status_code == 403, "neither its owner nor a moderator"
    done = tool.post(f"{place}/answer", said | {"person": CLARA}).json()
    assert (done["state"], done["answer"], done["author"], done["unit"]) == (
        "planned", "In spring.", "Theo", "red"
    )  # fmt: skip
    assert [one["type"] for one in _told()] == ["idea.posted", "idea.commented", "idea.status_changed"]
    assert _told()[2]["data"]["before"] == "open"
    by_key = AuditEntry.objects.filter(action="idea.voted_by_key")
    assert {(one.person, one.facts["api_key"].split()[0]) for one in by_key} == {(world.mona, "intranet")}


def test_an_anonymous_idea_stays_so_until_and_after_it_is_let_in(tool: System, world: World) -> None:
    _listen(world, "idea.posted", "idea.status_changed")
    posted = tool.post("ideas", {"title": "Lights off at night"}).json()
    assert (posted["state"], bool(posted["code"])) == ("waiting", True)
    assert tool.get("ideas").json()["items"] == []
    assert tool.get(f"ideas/{posted['id']}").status_code == 404
    assert (_told(), AuditEntry.objects.filter(action__startswith="idea.").count()) == ([], 0)
    idea = let_in(idea=Idea.objects.get(), by=world.clara)
    (read,) = tool.get("ideas").json()["items"]
    assert (read["author"], read["unit"], read["is_anonymous"]) == (None, None, True)
    assert idea.posted_at.minute == 0
    assert "code" not in read
    assert [(one["type"], one["data"]["unit"]) for one in _told()] == [("idea.posted", None)]


def test_names_of_staff_are_told_only_with_the_scope_for_them(tool: System, world: World) -> None:
    place = f"ideas/{tool.post('ideas', {'title': 'A', 'person': THEO}).json()['id']}"
    tool.post(f"{place}/comments", {"person": MONA, "text": "Yes."})
    reader = a_system(world, KeyScope.READ_IDEAS, source="reader")
    assert reader.get(place).json()["author"] is None
    assert reader.get(f"{place}/comments").json()["items"][0]["by"] is None
    assert tool.get(f"{place}/comments").json()["items"][0]["by"] == "Mona"
    assert a_system(world, unit=world.quay, source="quay").get("ideas").status_code == 403, "a whole board"


@pytest.mark.parametrize("who", ["olga@harbour.example", "nobody@harbour.example"])
def test_nobody_is_spoken_for_who_may_not_speak(tool: System, world: World, who: str) -> None:
    assert tool.post("ideas", {"title": "A", "person": who}).status_code == 422
    assert not Idea.objects.exists()
    assert not Vote.objects.exists()


def test_a_pulse_tells_over_the_api_what_its_page_tells_and_no_more(
    tool: System, client: Client, world: World
) -> None:
    _listen(world, "pulse.opened", "pulse.closed")
    red, mill = people_of(world.red, 9), people_of(world.mill, 3)
    draft = draft_pulse(name="Spring", statements=["We help"], open_question="What?", by=world.clara)
    assert tool.get("pulses").json()["items"] == []
    pulse = open_pulse(pulse=draft, closes_on=timezone.localdate() + timedelta(days=7), by=world.clara)
    for place, person in enumerate((*red, *mill)):
        answer_pulse(pulse=pulse, by=person, recommend=9 if place % 2 else 3, agreed={0: 4}, comment="More.")
    (listed,) = tool.get("pulses").json()["items"]
    assert (listed["state"], listed["asked"], listed["answered"]) == ("open", None, None)
    assert tool.get(f"pulses/{pulse.pk}/results").status_code == 404
    close_pulse(pulse=pulse, by=world.clara)
    told = tool.get(f"pulses/{pulse.pk}/results").json()
    units = {one["unit"]: one for one in told["units"]}
    client.force_login(world.clara)
    page = displayed(pulse, client)
    by_code = {unit.code: unit.pk for unit in (world.harbour, world.north, world.south, world.quay, world.mill, world.red)}  # fmt: skip
    shown = {by_code.get(code, world.harbour.pk) for code, one in units.items() if one["enps"]}
    assert shown == set(page["enps"]) == set(page["engagement"])
    assert (units["mill"]["enps"], units["mill"]["engagement"], units["mill"]["comments"]) == (
        None,
        None,
        None,
    )
    assert units["red"]["enps"] is None, "all less the team would be the three of Mill"
    whole = next(one for one in told["units"] if one["enps"])
    assert whole["enps"]["n"] == 12
    assert whole["enps"]["low"] < whole["enps"]["value"] < whole["enps"]["high"]
    assert whole["comments"] == ["More."] * 12
    assert tool.get(f"pulses/{pulse.pk}/results", unit="mill").status_code == 422, "nothing narrows it"
    assert [one["type"] for one in _told()] == ["pulse.opened", "pulse.closed"]


def test_a_reply_is_written_by_a_system_and_waits_for_a_person(tool: System, world: World) -> None:
    _listen(world, "review.reply_waiting", "review.replied")
    received(a_review("r1", unit_id=world.quay.pk))
    review = Review.objects.get()
    place = f"reviews/{review.pk}/reply"
    assert tool.get(place).status_code == 404
    assert tool.put(place, {"text": "Call 030 1234 5678."}).status_code == 201
    assert tool.post(f"{place}/submit", {}).status_code == 400, "a telephone number in public"
    assert tool.put(place, {"text": "We are sorry."}).status_code == 200
    assert tool.post(f"{place}/submit", {}).json()["state"] == "waiting"
    back = tool.post(f"{place}/return", {"person": MONA, "why": "Warmer."}).json()
    assert (back["state"], back["returned_because"]) == ("draft", "Warmer.")
    tool.post(f"{place}/submit", {})
    rival = tool.post(f"{place}/approve", {"person": "rival@harbour.example"})
    assert (rival.status_code, Reply.objects.get().state) == (403, "waiting"), "not hers to handle"
    writer = a_system(world, KeyScope.WRITE_REVIEWS, source="writer")
    assert writer.post(f"{place}/approve", {"person": MONA}).status_code == 403
    done = tool.post(f"{place}/approve", {"person": MONA}).json()
    assert (done["state"], done["written_by"], done["approved_by"]) == ("by_hand", None, "Mona")
    assert a_system(world, unit=world.mill, source="mill").get(place).status_code == 404
    assert [one["type"] for one in _told()] == ["review.reply_waiting"] * 2


def test_who_was_asked_for_a_review_is_told_with_the_reason_why_not(tool: System, world: World) -> None:
    from tests.asking.conftest import customers

    plan = a_review_plan(world)
    ids = customers(3)
    assert asked(plan, ids) == set(ids)
    (place,) = tool.get("review-places").json()["items"]
    log = tool.get("review-requests", standing="asked").json()["items"]
    assert {one["customer"] for one in log} == set(ids)
    assert {one["place"] for one in log} == {place["id"]}
    assert tool.get("review-requests", standing="not_asked").json()["items"] == []
