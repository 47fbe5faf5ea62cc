"""Customers and feedback over the API: what a key sees is what its unit and scopes allow, and no more."""

from datetime import timedelta
from typing import Any

import pytest

from candor.apps.customers.models import Customer
from candor.apps.feedback.models import Feedback
from candor.apps.organization.choices import KeyScope, UnitKind
from candor.apps.organization.models import AuditEntry
from candor.apps.organization.services import place_person
from tests.api.asking import System, a_system
from tests.builders import NOON, a_feedback
from tests.world import World

IDA: dict[str, Any] = {
    "system": "crm", "value": "C-1", "name": "Ida Moor", "email": "ida@x.example", "phone": "+49 30 1", "language": "de",
    "segment": "Families", "unit": "quay", "since_on": "2020-02-29", "also": [{"system": "shop", "value": "17"}],
}  # fmt: skip


@pytest.fixture
def crm(world: World) -> System:
    return a_system(world)


# -- Customers --------------------------------------------------------------------------------------------------------


def test_a_customer_is_added_changed_and_read(crm: System) -> None:
    first = crm.post("customers", IDA)
    assert (first.status_code, first.json()["is_new"]) == (201, True)
    second = crm.post("customers", {"system": "shop", "value": "17", "phone": "+49 30 2"})
    assert (second.status_code, second.json()) == (200, {"id": first.json()["id"], "is_new": False})
    (read,) = crm.get("customers", system="crm", value="C-1").json()["items"]
    assert (read["name"], read["phone"], read["segment"], read["unit"]) == (
        "Ida Moor",
        "+49 30 2",
        "Families",
        "quay",
    )
    assert read["identifiers"] == [{"system": "crm", "value": "C-1"}, {"system": "shop", "value": "17"}]
    assert crm.get("customers", system="crm", value="nobody").json() == {"items": [], "next": None}


def test_a_name_that_belongs_to_another_customer_changes_nothing(crm: System) -> None:
    crm.post("customers", IDA)
    response = crm.post("customers", {"system": "crm", "value": "C-2", "name": "Max", "also": IDA["also"]})
    assert response.status_code == 409
    assert Customer.objects.get().name == "Ida Moor"


def test_a_system_tells_whether_they_may_be_asked_and_can_not_take_an_opt_out_back(crm: System) -> None:
    wishes = ("time_zone", "has_agreed", "has_opted_out")
    crm.post("customers", IDA | {"time_zone": "Europe/Vienna", "has_agreed": True})
    (read,) = crm.get("customers").json()["items"]
    assert [read[name] for name in wishes] == ["Europe/Vienna", True, False]
    first = Customer.objects.get().consented_at
    crm.post("customers", IDA | {"has_agreed": True})
    assert Customer.objects.get().consented_at == first, "told again, it keeps its day"
    crm.post("customers", IDA | {"has_agreed": False, "has_opted_out": True})
    crm.post("customers", IDA)
    (read,) = crm.get("customers").json()["items"]
    assert [read[name] for name in wishes] == ["Europe/Vienna", False, True]
    for field, value in (("has_opted_out", False), ("time_zone", "Vienna"), ("time_zone", "../etc")):
        refused = crm.post("customers", IDA | {field: value})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, f"given.{field}")


def test_personal_data_needs_a_scope_of_its_own(crm: System, world: World) -> None:
    crm.post("customers", IDA)
    (read,) = a_system(world, KeyScope.READ_CUSTOMERS).get("customers").json()["items"]
    assert [read[name] for name in ("name", "email", "phone", "identifiers")] == [None] * 4
    assert read["language"] == "de"


def test_a_key_of_a_unit_neither_sees_nor_changes_customers_of_another(crm: System, world: World) -> None:
    pk = crm.post("customers", IDA).json()["id"]
    mill = a_system(world, unit=world.mill)
    assert mill.get("customers").json()["items"] == []
    assert mill.get(f"customers/{pk}").status_code == 404
    assert mill.post("customers", IDA | {"unit": None, "name": "Stolen"}).status_code == 403
    assert mill.post("customers", {"system": "crm", "value": "C-9", "unit": "quay"}).status_code == 422
    own = mill.post("customers", {"system": "crm", "value": "C-9"})
    assert Customer.objects.get(pk=own.json()["id"]).unit == world.mill
    for response in (
        mill.delete(f"customers/{own.json()['id']}"),
        mill.get(f"customers/{own.json()['id']}/everything"),
    ):
        assert response.status_code == 403, "all that is held about a person is the whole company’s"
    assert Customer.objects.get(pk=pk).name == "Ida Moor"


def test_everything_about_a_person_is_handed_out_and_erased(crm: System) -> None:
    pk = crm.post("customers", IDA).json()["id"]
    crm.post("feedback", {"key": "m-1", "comment": "Hello.", "customer": {"system": "crm", "value": "C-1"}})
    told = crm.get(f"customers/{pk}/everything").json()
    assert told["records"][0]["email"] == "ida@x.example"
    assert "Hello." in str(told)
    assert crm.delete(f"customers/{pk}").json() == {"records": 1, "feedback": 1, "kept_files": []}
    assert (Customer.objects.count(), Feedback.objects.count()) == (0, 0)
    assert crm.get(f"customers/{pk}").status_code == 404
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {"customer.put", "customer.exported", "customer.erased"}


# -- Feedback ---------------------------------------------------------------------------------------------------------

SAID = "Call me at ida@x.example please."


def test_a_message_is_taken_in_once(crm: System, world: World) -> None:
    message = {
        "key": "m-1", "comment": SAID, "received_at": "2026-06-01T10:00:00+02:00", "unit": "red", "product": "Loan",
        "customer": {"system": "crm", "value": "new one"},
    }  # fmt: skip
    first, second = crm.post("feedback", message), crm.post("feedback", message)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    row = Feedback.objects.get()
    assert (row.kind, row.source, row.unit, row.received_at.isoformat()) == (
        "message", "crm", world.red, "2026-06-01T08:00:00+00:00",
    )  # fmt: skip
    assert row.customer is not None


def test_comments_are_masked_unless_the_key_may_read_them_and_then_it_is_logged(
    crm: System, world: World
) -> None:
    a_feedback(comment=SAID, unit_id=world.quay.pk)
    plain = a_system(world, KeyScope.READ_FEEDBACK).get("feedback").json()["items"][0]
    assert "ida@x.example" not in str(plain)
    assert not AuditEntry.objects.filter(action="feedback.exported").exists()
    assert crm.get("feedback").json()["items"][0]["comment"] == SAID
    assert AuditEntry.objects.get(action="feedback.exported").facts["rows"] == 1


def test_a_key_of_a_unit_reads_its_own_and_what_is_below(world: World) -> None:
    for unit in (world.quay, world.red, world.mill):
        a_feedback(unit_id=unit.pk, key=unit.code)
    a_feedback(key="nowhere")
    quay = a_system(world, unit=world.quay)
    assert {row["key"] for row in quay.get("feedback").json()["items"]} == {"quay", "red"}
    mill_row = Feedback.objects.get(key="mill")
    assert quay.get(f"feedback/{mill_row.pk}").status_code == 404
    assert quay.get("feedback", unit="mill").status_code == 404
    assert quay.post("feedback", {"key": "x", "comment": "x", "unit": "mill"}).status_code == 422


def test_who_did_the_work_never_leaves(crm: System, world: World) -> None:
    place = place_person(person=world.theo, by=None)
    assert place.kind == UnitKind.PERSON
    row = a_feedback(unit_id=place.pk, done_by_id=world.theo.pk, done_by_given="Theo T.", nps=2)
    told = crm.get(f"feedback/{row.pk}").json()
    assert told["unit"] != place.code
    assert "Theo" not in str(told)
    assert place.code not in str(told)
    assert crm.get("feedback", unit=place.code).status_code == 403


def test_a_list_is_walked_to_its_end_though_more_comes_in_meanwhile(crm: System) -> None:
    for number in range(7):
        a_feedback(key=f"f{number}", received_at=NOON + timedelta(hours=number // 3))
    seen, cursor = [], ""
    while cursor is not None:
        page = crm.get("feedback", limit=2, cursor=cursor).json()
        seen += [row["key"] for row in page["items"]]
        cursor = page["next"]
        a_feedback(received_at=NOON + timedelta(days=1))
    assert seen == ["f6", "f5", "f4", "f3", "f2", "f1", "f0"]


def test_a_list_is_narrowed(crm: System, world: World) -> None:
    a_feedback(key="a", unit_id=world.quay.pk, received_at=NOON)
    a_feedback(key="b", source="shop", received_at=NOON + timedelta(days=1), nps=9)

    def keys(**query: str) -> list[str]:
        return [row["key"] for row in crm.get("feedback", **query).json()["items"]]

    assert (keys(source="shop"), keys(unit="north"), keys(kind="review")) == (["b"], ["a"], [])
    assert keys(since="2026-06-02T00:00:00Z") == ["b"]
    assert keys(until="2026-06-02T00:00:00Z") == ["a"]
    assert crm.get("feedback", since="yesterday").status_code == 422
    assert crm.get("feedback", since="12345678").status_code == 422
    (answer,) = crm.get("feedback", source="shop").json()["items"][0]["answers"]
    assert answer == {"question": "nps", "kind": "nps", "number": 9.0, "text": ""}
