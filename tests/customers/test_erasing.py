"""Everything that is held about one person: handed out as a whole, or erased from everywhere."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from candor.apps.cases.models import Case, CaseNote
from candor.apps.cases.services import close_case, open_case
from candor.apps.complaints.models import Complaint
from candor.apps.complaints.services import NewComplaint, receive_complaints
from candor.apps.customers.models import Customer, Identifier
from candor.apps.customers.services import NewCustomer, add_customers, merge_customers
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.imports import services as imports
from candor.apps.imports.models import BadRow
from candor.apps.organization.models import AuditEntry
from candor.apps.scores.services import project_pending, verify_warehouse
from candor.apps.surveys.models import Invitation
from candor.apps.surveys.services import NewInvitation, define_survey, record_invitations
from candor.cli.main import main
from candor.foundation.jobs import Worker
from candor.foundation.storage import home, warehouse
from tests.builders import NOON, a_feedback
from tests.world import World

SECRETS = ("Jane Roe", "jane.roe@example.com", "555-0187", "CRM-4711", "J-2", "Nobody called Jane Roe")


def _known(world: World, number: str, **fields: object) -> Customer:
    item = NewCustomer(identifiers=(("crm", number),), unit_id=world.quay.pk, **fields)  # type: ignore[arg-type]
    return Customer.objects.get(pk=add_customers(items=[item])[number])


@pytest.fixture
def jane(world: World, tmp_path: Path) -> Customer:
    """Jane with a merged record, feedback, a complaint, a case with a note, invitations, events and a row that did not fit;
    and somebody else with the same of their own."""
    jane = _known(world, "CRM-4711", name="Jane Roe", email="jane.roe@example.com", phone="555-0187")
    double = _known(world, "J-2")
    other = _known(world, "CRM-1", name="Otto")
    merge_customers(keep=jane, duplicate=double, by=None)
    survey = define_survey(key="after", name="After")
    for customer in (jane, double, other):
        row = a_feedback(
            nps=2, customer_id=customer.pk, unit_id=world.red.pk, comment="Nobody called Jane Roe back."
        )
        case = open_case(
            feedback=row, title=f"Nobody called {customer.name}", owner=world.mona, due_at=NOON, by=None
        )
        CaseNote.objects.create(case=case, text=f"Called {customer.email}")
        close_case(case=case, root_cause="delay", resolution=f"Spoke to {customer.name}", by=world.mona)
        complaint = NewComplaint(
            key=f"c{customer.pk}", received_on=date(2026, 6, 1), issue="Fees", customer_id=customer.pk
        )
        receive_complaints(items=[complaint], source="crm")
        invitation = NewInvitation(
            key=f"i{customer.pk}", sent_at=NOON, customer_id=customer.pk, feedback_id=row.pk
        )
        record_invitations(survey=survey, items=[invitation])
        event = {
            "journey": "loan",
            "case_id": f"L-{customer.pk}",
            "activity": "Call",
            "at": datetime(2026, 6, 1, tzinfo=UTC),
        }
        warehouse().append_events([event | {"customer": customer.pk, "source": "core"}])
    path = tmp_path / "bad.csv"
    path.write_text(
        "Complaint ID,Date received,Issue,Customer ID\n1,never,Fees,CRM-4711\n2,never,Fees,CRM-1\n"
    )
    batch = imports.take_path(kind="complaints", path=path, by=None)
    imports.run_import(batch=imports.start(batch=batch, by=None))
    project_pending()
    return jane


def _rows(table: str) -> int:
    return int(warehouse().engine.rows(f"SELECT count(*) FROM {table}")[0][0])


def test_everything_about_a_person_comes_in_one_file_as_it_was_written(
    client: Client, world: World, jane: Customer
) -> None:
    client.force_login(world.clara)
    response = client.get(f"/customers/{jane.pk}/export.json")
    held = json.loads(response.content)
    assert {key: len(rows) for key, rows in held.items() if rows} == {
        "records": 2, "cases": 2, "complaints": 2, "events": 2, "feedback": 4, "invitations": 2, "rows_not_imported": 1,
    }  # fmt: skip
    text = response.content.decode()
    assert all(secret in text for secret in SECRETS) and "Otto" not in text and 'CRM-1"' not in text
    assert AuditEntry.objects.get(action="customer.exported").person == world.clara


def test_an_erased_person_is_nowhere_any_more_and_nobody_else_is_touched(
    client: Client, world: World, jane: Customer
) -> None:
    client.force_login(world.clara)
    assert client.post(f"/customers/{jane.pk}/erase/").status_code == 302
    Worker().run_all()
    assert [row.name for row in Customer.objects.all()] == ["Otto"]
    counts = [model.objects.count() for model in (Identifier, Invitation, Complaint, Case, BadRow)]
    assert counts == [1, 1, 1, 1, 1]
    assert (Feedback.objects.count(), Answer.objects.count()) == (2, 1)
    assert (_rows("events"), verify_warehouse().is_equal) == (1, True)
    entry = AuditEntry.objects.get(action="customer.erased")
    assert (entry.person, entry.object_id, entry.facts["feedback"]) == (world.clara, None, 4)
    log = json.dumps(list(AuditEntry.objects.filter(pk__gte=entry.pk - 10).values("facts")))
    assert not any(secret in log for secret in SECRETS)


def test_no_byte_of_the_warehouse_bears_the_erased_person(
    client: Client, world: World, jane: Customer
) -> None:
    client.force_login(world.clara)
    client.post(f"/customers/{jane.pk}/erase/")
    Worker().run_all()
    left = warehouse().engine.rows(
        "SELECT DISTINCT customer FROM answers UNION SELECT DISTINCT customer FROM events"
    )
    assert {row[0] for row in left} == {Customer.objects.get().pk}


@pytest.mark.parametrize("who", ["mona", "theo", "hana", "ada", "eve", "amos", "rival", "olga"])
def test_only_who_answers_for_personal_data_of_the_whole_company_may(
    client: Client, world: World, jane: Customer, who: str
) -> None:
    client.force_login(getattr(world, who))
    assert client.get(f"/customers/{jane.pk}/export.json").status_code == 403
    assert client.post(f"/customers/{jane.pk}/erase/").status_code == 403
    assert Customer.objects.filter(pk=jane.pk).exists()
    page = client.get(f"/customers/{jane.pk}/")
    assert "Erase" not in page.content.decode()


def test_the_page_asks_before_it_erases(client: Client, world: World, jane: Customer) -> None:
    client.force_login(world.clara)
    page = client.get(f"/customers/{jane.pk}/").content.decode()
    assert "Erase this customer everywhere?" in page and "can’t be undone" in page
    assert client.get(f"/customers/{jane.pk}/erase/").status_code == 405


def test_an_upload_that_still_bears_their_rows_is_named(world: World, jane: Customer) -> None:
    from candor.apps.customers.services import erase_customer

    content = io.BytesIO(b"Complaint ID,Date received,Customer ID\n9,2026-06-01,CRM-4711\n")
    imports.take_file(kind="complaints", name="next.csv", content=content, by=None)
    assert erase_customer(customer=jane, by=world.clara).kept_files == ("next.csv (complaints)",)


@pytest.mark.django_db(transaction=True)
def test_the_command_line_erases_only_when_told_twice(
    world: World, jane: Customer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANDOR_HOME", str(home()))
    assert main(["customer", "erase", "crm:J-2"]) == 1
    assert "4 feedback" in capsys.readouterr().out
    assert main(["customer", "erase", "crm:J-2", "--yes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (len(told["customers"]), told["feedback"], told["bad_rows"]) == (2, 4, 1)
    assert main(["customer", "export", "crm:CRM-4711"]) == 1
    assert _rows("events") == 1
