"""Surveys over the API: a draft is changed by who has read it, a customer is invited and answers, and the answer is read."""

from typing import Any

import pytest
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.feedback.models import Feedback
from candor.apps.organization.choices import KeyScope
from candor.apps.surveys import intake
from candor.apps.surveys.models import Invitation, Link, Response, Survey
from candor.apps.surveys.services import NewInvitation, invite
from tests.api.asking import System, a_system
from tests.world import World

DEFINITION: dict[str, Any] = {
    "title": "After the visit",
    "pages": [{"name": "p", "elements": [
        {"type": "rating", "name": "nps", "title": "Would you recommend us?", "measure": "nps", "rateMin": 0, "rateMax": 10, "isRequired": True},
        {"type": "comment", "name": "why", "title": "Why?"},
    ]}],
}  # fmt: skip
SAID = {"nps": 9, "why": "Write to ida@x.example"}


@pytest.fixture
def tool(world: World) -> System:
    return a_system(world, source="tool")


def _published(tool: System, **more: Any) -> str:
    made = tool.post("surveys", {"name": "After the visit", "definition": DEFINITION, **more})
    key: str = made.json()["key"]
    assert tool.post(f"surveys/{key}/publish", {}, if_match=made.headers["ETag"]).status_code == 201
    return key


def _taken_in() -> None:
    intake.take_in(now=timezone.now())


# -- Designing --------------------------------------------------------------------------------------------------------


def test_a_survey_is_made_changed_published_and_closed(tool: System) -> None:
    made = tool.post("surveys", {"name": "After the visit", "type": "touchpoint", "definition": DEFINITION})
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/surveys/after-the-visit")
    here = "surveys/after-the-visit"
    renamed = DEFINITION | {"title": "After your visit"}
    changed = tool.put(f"{here}/draft", {"definition": renamed}, if_match=made.headers["ETag"])
    assert changed.json()["draft"]["title"] == "After your visit"
    assert tool.post(f"{here}/publish", {}, if_match=changed.headers["ETag"]).json() == {
        "survey": "after-the-visit", "version": 1,
    }  # fmt: skip
    read = tool.get(here).json()
    assert (read["state"], read["version"], read["published"]) == ("open", 1, renamed)
    assert tool.post(f"{here}/close", {}).json()["state"] == "closed"
    assert tool.post(f"{here}/open", {}).json()["state"] == "open"
    assert [one["key"] for one in tool.get("surveys", state="open").json()["items"]] == ["after-the-visit"]


def test_who_has_not_seen_the_newest_draft_changes_nothing(tool: System) -> None:
    made = tool.post("surveys", {"name": "S", "definition": DEFINITION})
    body = {"definition": DEFINITION | {"title": "Mine"}}
    assert tool.put("surveys/s/draft", body).status_code == 428
    tool.put(
        "surveys/s/draft", {"definition": DEFINITION | {"title": "Theirs"}}, if_match=made.headers["ETag"]
    )
    late = tool.put("surveys/s/draft", body, if_match=made.headers["ETag"])
    assert (late.status_code, late.json()["code"]) == (412, "changed-meanwhile")
    assert tool.post("surveys/s/publish", {}, if_match=made.headers["ETag"]).status_code == 412
    assert tool.put("surveys/s/draft", body, if_match="*").status_code == 412
    assert Survey.objects.get().draft["title"] == "Theirs"  # type: ignore[index]


def test_a_definition_that_can_not_be_read_is_refused_with_every_fault_at_its_place(tool: System) -> None:
    broken = {
        "pages": [{"elements": [{"type": "rating"}, {"type": "text", "name": "a", "visibleIf": "{x} ="}]}]
    }
    response = tool.post("surveys", {"name": "S", "definition": broken})
    assert (response.status_code, response.json()["code"]) == (422, "invalid-request")
    assert all(one["field"].startswith("definition.pages[0].elements[") for one in response.json()["errors"])
    assert not Survey.objects.exists()


def test_designing_is_the_whole_company_s(world: World) -> None:
    quay = a_system(world, unit=world.quay)
    assert quay.post("surveys", {"name": "S", "definition": DEFINITION}).status_code == 403


# -- Answering --------------------------------------------------------------------------------------------------------


def test_an_answer_for_a_customer_is_kept_once_and_becomes_feedback(tool: System, world: World) -> None:
    here = f"surveys/{_published(tool)}/responses"
    answer = {
        "key": "r-1", "data": SAID, "language": "en", "channel": "app", "unit": "quay",
        "customer": {"system": "crm", "value": "C-1"},
    }  # fmt: skip
    first, again = tool.post(here, answer), tool.post(here, answer)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert tool.post(here, answer | {"data": {"nps": 1}}).status_code == 409, "it is finished"
    _taken_in()
    row = Feedback.objects.get()
    assert (row.kind, row.unit, row.customer, row.answers.get(question="nps").number) == (
        "survey", world.quay, Customer.objects.get(), 9.0,
    )  # fmt: skip
    assert Invitation.objects.get().is_answered, "whoever answered counts among those asked"
    (read,) = tool.get(here).json()["items"]
    assert (read["data"], read["unit"], read["is_finished"], read["feedback"]) == (SAID, "quay", True, row.pk)


def test_answers_are_checked_as_those_of_a_browser(tool: System) -> None:
    here = f"surveys/{_published(tool)}/responses"
    for data in ({"nps": 11}, {"nps": "nine"}, {"other": 1}, {}):
        response = tool.post(here, {"key": "r", "data": data})
        assert (response.status_code, response.json()["code"]) == (400, "answers-do-not-fit")
    assert not Response.objects.exists()


def test_a_part_may_come_first_and_the_rest_under_the_same_key(tool: System) -> None:
    here = f"surveys/{_published(tool)}/responses"
    part = tool.post(here, {"key": "r", "data": {"nps": 9}, "is_finished": False}).json()
    assert not part["is_finished"]
    whole = tool.post(here, {"key": "r", "data": SAID}).json()
    assert whole == {"id": part["id"], "is_finished": True}
    assert Response.objects.count() == 1


def test_an_invitation_and_a_link_are_answered_through_their_own_secret(tool: System, world: World) -> None:
    key = _published(tool)
    survey = Survey.objects.get()
    item = NewInvitation(key="i-1", sent_at=timezone.now(), unit_id=world.quay.pk)
    ((_, secret),) = invite(survey=survey, items=[item])
    link = Link.objects.create(survey=survey, kind="open", name="Door", token="t" * 43, unit=world.mill)
    here = f"surveys/{key}/responses"
    assert tool.post(here, {"key": "a", "data": SAID, "invitation": secret}).status_code == 201
    assert tool.post(here, {"key": "b", "data": {"nps": 1}, "invitation": secret}).status_code == 409, (
        "it is used up"
    )
    assert tool.post(here, {"key": "c", "data": SAID, "link": link.token}).status_code == 201
    assert tool.post(here, {"key": "d", "data": SAID, "invitation": "guessed"}).status_code == 404
    told = tool.get(f"surveys/{key}/invitations/i-1").json()
    assert (told["is_answered"], told["unit"]) == (True, "quay")
    assert secret not in str(told)


def test_an_anonymous_survey_tells_nobody_who_answered(tool: System) -> None:
    key = _published(tool, is_anonymous=True)
    ((_, secret),) = invite(
        survey=Survey.objects.get(), items=[NewInvitation(key="i-1", sent_at=timezone.now())]
    )
    here = f"surveys/{key}/responses"
    named = tool.post(here, {"key": "x", "data": SAID, "customer": {"system": "crm", "value": "C-1"}})
    assert named.status_code == 409
    assert tool.post(here, {"key": "y", "data": SAID, "invitation": secret}).status_code == 201
    told = tool.get(f"surveys/{key}/invitations/i-1").json()
    assert (told["is_answered"], told["feedback"]) == (None, None)
    assert tool.get(here).json()["items"] == [], "not before it is feedback, many together"


def test_what_was_answered_is_masked_and_bound_to_the_unit_of_the_key(tool: System, world: World) -> None:
    key = _published(tool)
    for unit in ("quay", "mill"):
        tool.post(f"surveys/{key}/responses", {"key": unit, "data": SAID, "unit": unit})
    reader = a_system(world, KeyScope.READ_RESPONSES, unit=world.quay)
    (read,) = reader.get(f"surveys/{key}/responses").json()["items"]
    assert read["unit"] == "quay"
    assert read["data"]["nps"] == 9
    assert "ida@x.example" not in str(read)
    assert reader.get(f"surveys/{key}/responses/{read['id']}").json() == read
    other = Response.objects.get(invitation__unit=world.mill)
    assert reader.get(f"surveys/{key}/responses/{other.key}").status_code == 404
    assert reader.get("surveys/none/responses").status_code == 404
