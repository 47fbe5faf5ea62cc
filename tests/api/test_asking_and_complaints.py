"""Inviting over the API is bound by the one rule, complaints begin their clocks, reviews are read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from candor.apps.asking.models import Plan, Request
from candor.apps.complaints.models import Complaint
from candor.apps.customers.models import Customer
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.models import AuditEntry
from candor.apps.reputation.services import NewReview, receive_reviews
from candor.apps.surveys.models import Invitation
from tests.api.asking import System, a_system
from tests.api.test_surveys import DEFINITION, SAID
from tests.world import World


@pytest.fixture
def tool(world: World) -> System:
    return a_system(world, source="tool")


@pytest.fixture
def survey(tool: System) -> str:
    made = tool.post("surveys", {"name": "Visit", "type": "touchpoint", "definition": DEFINITION})
    tool.post("surveys/visit/publish", {}, if_match=made.headers["ETag"])
    return "visit"


def _wanted(*names: str, **more: Any) -> dict[str, Any]:
    return {
        "items": [
            {"key": f"k-{name}", "customer": {"system": "crm", "value": name}, **more} for name in names
        ]
    }


def _invite(tool: System, survey: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    response = tool.post(f"surveys/{survey}/invite", body)
    assert response.status_code == 200, response.content
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def test_who_may_be_asked_gets_a_link_and_answers_by_it(tool: System, survey: str, world: World) -> None:
    ida, max_ = _invite(tool, survey, _wanted("ida", "max", unit="quay", channel="app"))
    assert (ida["standing"], max_["standing"]) == ("asked", "asked")
    secret = ida["link"].rstrip("/").rpartition("/")[2]
    kept = tool.post(f"surveys/{survey}/responses", {"key": "r", "data": SAID, "invitation": secret})
    assert kept.status_code == 201
    row = Invitation.objects.get(key=ida["invitation"])
    assert (row.is_answered, row.unit, row.channel) == (True, world.quay, "app")
    assert secret not in str(tool.get(f"surveys/{survey}/invitations").json())


def test_the_same_key_is_decided_once_and_its_link_is_never_told_again(tool: System, survey: str) -> None:
    (first,) = _invite(tool, survey, _wanted("ida"))
    (again,) = _invite(tool, survey, _wanted("ida"))
    assert (again["standing"], again["is_new"], again["link"]) == ("asked", False, "")
    assert again["invitation"] == first["invitation"]
    assert Invitation.objects.count() == 1


def test_who_was_asked_a_short_while_ago_or_said_no_is_left_alone_and_it_stands_in_the_log(
    tool: System, survey: str
) -> None:
    _invite(tool, survey, _wanted("ida"))
    Customer.objects.create(pk=900, opted_out_at=timezone.now()).identifiers.create(system="crm", value="max")
    body = _wanted("ida", "max")
    body["items"][0]["key"] = "another occasion"
    resting, unwilling = _invite(tool, survey, body)
    assert (resting["standing"], resting["reason"], resting["link"]) == ("not_asked", "resting", "")
    assert resting["again_at"] is not None
    assert (unwilling["standing"], unwilling["reason"]) == ("not_asked", "opted_out")
    assert Invitation.objects.count() == 1
    plan = Plan.objects.get()
    log = Request.objects.filter(plan=plan).values_list("standing", "reason")
    assert sorted(log) == [("asked", ""), ("not_asked", "opted_out"), ("not_asked", "resting")]
    assert AuditEntry.objects.filter(action="asking_plan.asked_outside").first().facts["asked"] == 0


def test_a_customer_twice_in_one_request_is_asked_once(tool: System, survey: str) -> None:
    body = _wanted("ida", "ida")
    body["items"][1]["key"] = "k-2"
    assert sorted(one["standing"] for one in _invite(tool, survey, body)) == ["asked", "not_asked"]
    body["items"][1]["key"] = body["items"][0]["key"]
    assert tool.post(f"surveys/{survey}/invite", body).status_code == 422


def test_nobody_is_invited_to_a_survey_that_is_closed(tool: System, survey: str) -> None:
    tool.post(f"surveys/{survey}/close", {})
    assert tool.post(f"surveys/{survey}/invite", _wanted("ida")).status_code == 409
    assert not Invitation.objects.exists()


def test_a_complaint_is_taken_in_once_with_its_clocks(tool: System, world: World) -> None:
    complaint = {
        "key": "T-1", "comment": "Twice charged, write to ida@x.example.", "product": "Loan", "unit": "quay", "severity": 3,
        "customer": {"system": "crm", "value": "ida"}, "received_at": "2026-06-01T10:00:00Z",
    }  # fmt: skip
    first, again = tool.post("complaints", complaint), tool.post("complaints", complaint)
    assert (first.status_code, again.status_code) == (201, 200)
    row = Complaint.objects.get()
    assert (row.entry, row.is_open, row.feedback.unit) == ("api", True, world.quay)
    assert row.decide_by is not None
    reader = a_system(world, KeyScope.READ_COMPLAINTS, unit=world.quay)
    (read,) = reader.get("complaints", is_open="true").json()["items"]
    assert (read["product"], read["severity"], read["decide_by"]) == ("Loan", 3, row.decide_by.isoformat())
    assert "ida@x.example" not in str(read)
    assert "ida@x.example" in tool.get(f"complaints/{row.pk}").json()["comment"]
    assert a_system(world, unit=world.mill).get(f"complaints/{row.pk}").status_code == 404
    assert reader.get("complaints", is_open="false").json()["items"] == []


def test_reviews_are_read_without_who_wrote_them_unless_the_key_may(tool: System, world: World) -> None:
    written = datetime(2026, 6, 1, tzinfo=UTC)
    item = NewReview(
        key="r1",
        stars=2,
        site_name="Google",
        is_of_location=True,
        comment="Slow. Call +49 30 901820.",
        author="Ida M.",
        written_at=written,
        unit_id=world.quay.pk,
    )
    receive_reviews(items=[item], source="google")
    plain = a_system(world, KeyScope.READ_REVIEWS).get("reviews", source="google").json()["items"][0]
    assert (plain["stars"], plain["unit"], plain["author"], plain["url"]) == (2, "quay", None, None)
    assert "901820" not in plain["comment"]
    (full,) = tool.get("reviews", level="location", until="2026-06-02T00:00:00Z").json()["items"]
    assert full["author"] == "Ida M."
    assert tool.get(f"reviews/{full['id']}").json() == full
    assert a_system(world, unit=world.mill).get(f"reviews/{full['id']}").status_code == 404
    assert tool.get("reviews", level="person").status_code == 422


def test_a_complaint_is_worked_on_in_the_name_of_who_may_and_decided_by_nobody_else(
    tool: System, world: World
) -> None:
    pk = tool.post("complaints", {"key": "w-1", "comment": "Late again.", "unit": "quay"}).json()["id"]
    place, hana, mona = (
        f"complaints/{pk}",
        {"person": "hana@harbour.example"},
        {"person": "mona@harbour.example"},
    )
    assert tool.post(f"{place}/acknowledge", mona).json()["acknowledged_on"] is not None
    assert tool.post(f"{place}/acknowledge", mona).status_code == 409
    assert tool.post(f"{place}/notes", mona | {"text": "Called her."}).status_code == 201
    decision = {"outcome": "upheld", "response": "We pay it back", "root_cause": "A form was lost"}
    assert tool.post(f"{place}/decide", decision | mona).status_code == 422, "a manager decides nothing"
    decided = tool.post(f"{place}/decide", decision | hana).json()
    assert (decided["is_open"], decided["outcome"], decided["root_cause"]) == (
        False,
        "upheld",
        "A form was lost",
    )
    assert tool.post(f"{place}/reopen", hana | {"why": "She sent the form"}).json()["is_open"] is True
    actions = set(
        AuditEntry.objects.filter(person__in=[world.mona, world.hana]).values_list("action", flat=True)
    )
    assert {"complaint.acknowledged", "complaint.noted", "complaint.decided", "complaint.reopened"} <= actions
    elsewhere = a_system(world, KeyScope.WORK_COMPLAINTS, unit=world.mill, source="mill")
    assert elsewhere.post(f"{place}/notes", mona | {"text": "x"}).status_code == 404
    sender = a_system(world, KeyScope.WRITE_COMPLAINTS, source="sender")
    assert sender.post(f"{place}/decide", decision | hana).status_code == 403
