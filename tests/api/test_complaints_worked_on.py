"""All that is done on a complaint's page is done over the API too, in the name of who may: pauses, redress, appeals, letters, files."""

import base64
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from candor.apps.complaints import letters
from candor.apps.complaints.choices import LetterKind, Vulnerability
from candor.apps.complaints.clocks import Terms
from candor.apps.complaints.handling import set_vulnerability
from candor.apps.complaints.models import Complaint, Redress
from candor.apps.complaints.rule_sets import define_rule_set
from candor.apps.complaints.working_time import Term, TimeUnit
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.models import AuditEntry
from candor.apps.webhooks.models import Message
from candor.apps.webhooks.services import make_endpoint
from candor.foundation.jobs import Worker
from tests.api.asking import System, a_system
from tests.mailbox import mailbox
from tests.world import World

HANA, CLARA, MONA = ({"person": f"{name}@harbour.example"} for name in ("hana", "clara", "mona"))
INA = {"name": "Ina Lund", "email": "ina@example.com", "phone": "+47 22 33 44 55"}
PDF = b"%PDF-1.7 the bill"


@pytest.fixture
def tool(world: World) -> System:
    define_rule_set(
        name="Ours", by=None,
        terms=Terms(acknowledge=Term(2, TimeUnit.WORKING_DAYS), decide=Term(15, TimeUnit.WORKING_DAYS), most_paused_days=14),
    )  # fmt: skip
    return a_system(world, source="desk")


def _opened(tool: System, **more: Any) -> int:
    given = {"key": "D-1", "comment": "Late.", "unit": "quay", "complainant": INA} | more
    taken = tool.post("complaints", given)
    assert taken.status_code == 201, taken.content
    pk: int = taken.json()["id"]
    return pk


def _read(tool: System, pk: int) -> dict[str, Any]:
    told: dict[str, Any] = tool.get(f"complaints/{pk}").json()
    return told


def test_a_clock_is_paused_and_runs_again_as_far_as_its_rules_allow(tool: System, world: World) -> None:
    pk = _opened(tool)
    due = _read(tool, pk)["decide_by"]
    until = timezone.localdate() + timedelta(days=3)
    asked = HANA | {"reason": "information", "words": "The bill", "until": until.isoformat()}
    paused = tool.post(f"complaints/{pk}/pause", asked).json()
    assert paused["is_paused"] is True
    assert paused["decide_by"] > due
    assert tool.post(f"complaints/{pk}/pause", asked).status_code == 409
    assert tool.post(f"complaints/{pk}/resume", HANA | {"words": "It came"}).json()["is_paused"] is False
    assert _read(tool, pk)["decide_by"] == due
    (pause,) = _read(tool, pk)["pauses"]
    assert (pause["reason"], pause["words"], pause["is_ended"]) == ("information", "The bill", True)
    for day in ("0001-01-01", "9999-12-31"):
        status = tool.post(f"complaints/{pk}/pause", asked | {"until": day}).status_code
        assert status == (400 if day < "2000" else 200)


def test_redress_in_money_and_kind_is_given_once_by_who_decides(tool: System) -> None:
    pk = _opened(tool)
    money = {"kind": "refund", "amount": "40.50", "currency": "GBP", "words": "The fee"}
    place = f"complaints/{pk}/redresses"
    first = tool.post(place, HANA | money, idempotency_key="r-1")
    assert first.status_code == 201, first.content
    assert first.json()["amount"] == "40.50"
    assert tool.post(place, HANA | money, idempotency_key="r-1").json() == first.json()
    assert tool.post(place, MONA | money).status_code == 422, "a manager gives nothing away"
    assert tool.post(place, HANA | {"kind": "money", "amount": "5"}).status_code == 400, "no currency"
    assert tool.post(place, HANA | {"kind": "apology"}).status_code == 201
    assert [row["kind"] for row in _read(tool, pk)["redresses"]] == ["refund", "apology"]
    assert Redress.objects.get(kind="refund").given_on == timezone.localdate()


def test_an_appeal_is_answered_by_another_than_who_decided(tool: System) -> None:
    pk = _opened(tool)
    appeal = MONA | {"kind": "appeal", "words": "It is not enough, call +44 20 7946 0000."}
    assert tool.post(f"complaints/{pk}/escalations", appeal).status_code == 409, "nothing is decided yet"
    tool.post(f"complaints/{pk}/decide", HANA | {"outcome": "rejected", "response": "No", "root_cause": "x"})
    made = tool.post(f"complaints/{pk}/escalations", appeal)
    assert made.status_code == 201
    assert made.json()["due_at"] > made.json()["opened_at"]
    place = f"complaints/escalations/{made.json()['id']}/end"
    end = {"outcome": "changed", "new_outcome": "upheld", "words": "She is right"}
    assert tool.post(place, HANA | end).status_code == 403, "nobody answers against their own decision"
    assert tool.post(place, CLARA | {"outcome": "changed"}).status_code == 409, "changed to what?"
    ended = tool.post(place, CLARA | end).json()
    assert (ended["outcome"], ended["ended_on"]) == ("changed", timezone.localdate().isoformat())
    assert _read(tool, pk)["outcome"] == "upheld"


def test_a_letter_is_drafted_from_its_template_mailed_and_handed_out_as_it_left(
    tool: System, world: World
) -> None:
    made = letters.define_template(
        name="Ack", kind=LetterKind.ACKNOWLEDGEMENT, language="en", subject="Yours: {reference}", body="Dear {name}, {redress}", by=None
    )  # fmt: skip
    pk = _opened(tool)
    (template,) = tool.get("complaints/letter-templates").json()["items"]
    draft = tool.get(f"complaints/{pk}/letters/draft").json()
    assert draft == {
        "template": made.pk, "kind": "acknowledgement", "language": "en", "to": "ina@example.com", "subject": "Yours: desk:D-1",
        "body": "Dear Ina Lund, ", "empty": ["redress"],
    }  # fmt: skip
    assert template["body"] == "Dear {name}, {redress}"
    sent = {name: draft[name] for name in ("template", "kind", "language", "to", "subject", "body")}
    place = f"complaints/{pk}/letters"
    assert tool.post(place, HANA | sent | {"body": "Dear {name}"}).status_code == 400, "a field is left"
    with mailbox() as box:
        letter = tool.post(place, HANA | sent, idempotency_key="l-1").json()
        assert (letter["state"], letter["body"]) == ("waiting", "Dear Ina Lund, ")
        assert tool.post(place, HANA | sent, idempotency_key="l-1").json()["id"] == letter["id"]
        Worker().run_all()
        assert len(box.arrived) == 1
    assert tool.get(f"complaints/letters/{letter['id']}").json()["state"] == "sent"
    file = tool.get(f"complaints/letters/{letter['id']}/file").json()
    assert (file["name"], file["content_type"]) == ("desk:D-1-acknowledgement.eml", "message/rfc822")
    assert b"Dear Ina Lund" in base64.b64decode(file["content"])
    assert _read(tool, pk)["acknowledged_on"] == timezone.localdate().isoformat()
    printed = tool.post(place, HANA | sent | {"to": None, "kind": "holding"}).json()
    assert (
        base64.b64decode(tool.get(f"complaints/letters/{printed['id']}/file").json()["content"])[:4]
        == b"%PDF"
    )
    assert tool.post(f"complaints/letters/{printed['id']}/posted", HANA).json()["state"] == "sent"
    assert tool.post(f"complaints/letters/{printed['id']}/posted", HANA).status_code == 409
    assert tool.post(f"complaints/letters/{printed['id']}/again", HANA).status_code == 409


def test_files_come_along_and_are_read_by_who_may_read_of_people(tool: System, world: World) -> None:
    bill = {"name": "../bill.pdf", "content": base64.b64encode(PDF).decode()}
    for bad in ({"content": "no base64!"}, {"content": base64.b64encode(b"MZ\0\0").decode()}):
        given = {"key": "D-0", "comment": "Late.", "files": [bill | bad]}
        assert tool.post("complaints", given).status_code in {400, 422}
    assert not Complaint.objects.exists()
    pk = _opened(tool, files=[bill])
    (named,) = _read(tool, pk)["files"]
    assert (named["name"], named["content_type"], named["size"]) == ("bill.pdf", "application/pdf", len(PDF))
    told = tool.get(f"complaints/files/{named['id']}").json()
    assert base64.b64decode(told["content"]) == PDF
    assert AuditEntry.objects.filter(action="complaint.file_taken").count() == 1
    masked = a_system(world, KeyScope.READ_COMPLAINTS, source="plain")
    assert masked.get(f"complaints/files/{named['id']}").status_code == 403
    assert (
        a_system(world, unit=world.mill, source="mill").get(f"complaints/files/{named['id']}").status_code
        == 404
    )


def test_it_is_handed_over_and_filed_elsewhere_and_its_history_is_told_masked(
    tool: System, world: World
) -> None:
    pk = _opened(tool, product="Loan")
    over = MONA | {"to": "hana@harbour.example", "words": "Call ina@example.com"}
    assert tool.post(f"complaints/{pk}/hand-over", over).status_code == 200
    assert tool.post(f"complaints/{pk}/hand-over", over | {"to": "theo@harbour.example"}).status_code == 422
    filed = MONA | {"product": "Mortgage", "issue": "Delay", "severity": 3}
    assert tool.post(f"complaints/{pk}/details", filed).json()["issue"] == "Delay"
    whole = _read(tool, pk)
    assert (whole["owner"], whole["complainant"]["phone"]) == (str(world.hana), "+47 22 33 44 55")
    assert [step["kind"] for step in whole["steps"]] == ["opened", "handed_over", "changed"]
    plain = _read(a_system(world, KeyScope.READ_COMPLAINTS, source="plain"), pk)
    assert (plain["owner"], plain["complainant"], plain["steps"][1]["by"]) == (None, None, None)
    assert "ina@example.com" not in str(plain)
    assert Complaint.objects.get(pk=pk).feedback.customer.email == "ina@example.com"


def test_no_key_of_another_unit_or_without_personal_data_writes_to_a_customer(
    tool: System, world: World
) -> None:
    pk = _opened(tool)
    letter = HANA | {"kind": "holding", "to": None, "subject": "We look at it", "body": "Soon."}
    without = a_system(world, KeyScope.WORK_COMPLAINTS, source="work")
    elsewhere = a_system(world, unit=world.mill, source="mill")
    made = tool.post(f"complaints/{pk}/letters", letter).json()["id"]
    for system, status in ((without, 403), (elsewhere, 404)):
        assert system.get(f"complaints/{pk}/letters/draft").status_code == status
        assert system.post(f"complaints/{pk}/letters", letter).status_code == status
        assert system.post(f"complaints/letters/{made}/posted", HANA).status_code == status
    assert elsewhere.get(f"complaints/letters/{made}").status_code == 404
    assert elsewhere.post(f"complaints/{pk}/pause", HANA | {"reason": "wish"}).status_code == 404
    reader = a_system(world, KeyScope.READ_COMPLAINTS, source="reader")
    assert reader.get(f"complaints/letters/{made}").json()["body"] is None
    assert reader.get(f"complaints/letters/{made}/file").status_code == 403
    assert date.fromisoformat(_read(tool, pk)["received_on"]) == timezone.localdate()


def test_other_systems_hear_of_every_step_but_of_vulnerability(
    tool: System, world: World, settings: LazySettings
) -> None:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    wanted = ["complaint.opened", "complaint.worked_on", "complaint.decided"]
    make_endpoint(name="Desk", url="http://127.0.0.1:9/hook", events=wanted, by=world.amos)
    pk = _opened(tool)
    tool.post(f"complaints/{pk}/pause", HANA | {"reason": "wish", "words": "She is away"})
    care = {"vulnerability": Vulnerability.HEALTH, "note": "Deaf", "by": world.hana}
    set_vulnerability(complaint=Complaint.objects.get(), **care)
    tool.post(f"complaints/{pk}/decide", HANA | {"outcome": "upheld", "response": "Yes", "root_cause": "x"})
    told = [json.loads(row.body) for row in Message.objects.order_by("pk")]
    steps = [(one["type"], one["data"].get("step")) for one in told]
    assert steps == [
        ("complaint.opened", None),
        ("complaint.worked_on", "paused"),
        ("complaint.decided", None),
    ]
    assert "away" not in str(told) and "Deaf" not in str(told)
