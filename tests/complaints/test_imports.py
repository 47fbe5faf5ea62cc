"""Files of complaints: tickets of help desks as they are exported, tables with a mapping, what is taken back, and what goes out."""

import csv
import gzip
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from candor.apps.complaints.choices import Entry, Outcome, RedressKind
from candor.apps.complaints.clocks import Terms
from candor.apps.complaints.handling import add_redress
from candor.apps.complaints.models import Complainant, Complaint
from candor.apps.complaints.rule_sets import define_rule_set
from candor.apps.complaints.services import NewComplaint, decide_complaint, receive_complaints
from candor.apps.complaints.working_time import Term, TimeUnit
from candor.apps.customers.models import Customer
from candor.apps.imports import services
from candor.apps.imports.errors import FileNotUsable, MappingIncomplete
from candor.apps.imports.models import ImportBatch
from candor.apps.organization.models import AuditEntry
from tests.world import World

ZENDESK = {
    "url": "https://x.zendesk.com/api/v2/tickets/35436.json", "id": 35436, "external_id": None, "created_at": "2026-05-04T09:12:30Z",
    "updated_at": "2026-05-20T10:00:00Z", "type": "problem", "subject": "Charged twice", "raw_subject": "Charged twice",
    "description": "You charged me twice and nobody answers.", "priority": "urgent", "status": "open", "recipient": None,
    "requester_id": 20978392, "submitter_id": 76872, "assignee_id": 235323, "organization_id": 509974, "group_id": 98738,
    "tags": ["complaint", "fees"], "via": {"channel": "web"}, "custom_fields": [{"id": 27642, "value": "745"}],
    "satisfaction_rating": {"score": "offered"}, "brand_id": 123,
    "requester": {"id": 20978392, "name": "Ina Lund", "email": "ina@example.com", "phone": "+47 22 33 44 55"},
}  # fmt: skip
SOLVED = ZENDESK | {"id": 35437, "status": "solved", "tags": [], "type": "question", "metric_set": {"solved_at": "2026-05-06T08:00:00Z"}}  # fmt: skip
FRESHDESK = {
    "cc_emails": [], "fwd_emails": [], "reply_cc_emails": [], "fr_escalated": False, "spam": False, "email_config_id": None, "group_id": None,
    "priority": 3, "requester_id": 1, "responder_id": None, "source": 3, "company_id": None, "status": 5, "subject": "Rude on the phone",
    "to_emails": None, "product_id": None, "id": 18, "type": "Complaint", "due_by": "2026-05-08T09:00:00Z", "fr_due_by": "2026-05-05T09:00:00Z",
    "is_escalated": False, "description": "<div>The agent &amp; I argued.</div>", "created_at": "2026-05-05T08:00:00Z",
    "updated_at": "2026-05-09T08:00:00Z", "tags": [], "stats": {"resolved_at": "2026-05-07T08:00:00Z", "closed_at": "2026-05-08T08:00:00Z"},
    "requester": {"id": 1, "name": "Ola Nord", "email": "ola@example.com", "mobile": None, "phone": None},
}  # fmt: skip


def _bring(path: Path, **options: object) -> ImportBatch:
    batch = services.take_path(kind="complaints", path=path, by=None, options=options)
    return services.run_import(batch=services.start(batch=batch, by=None))


def _file(folder: Path, text: str, name: str = "x.json") -> Path:
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize("shape", ["lines", "list", "page"])
def test_zendesks_tickets_come_in_one_a_line_in_a_list_and_as_a_page_of_the_api(
    world: World, tmp_path: Path, shape: str
) -> None:
    tickets = [ZENDESK, SOLVED]
    text = {
        "lines": "\n".join(map(json.dumps, tickets)),
        "list": json.dumps(tickets),
        "page": json.dumps({"tickets": tickets, "next_page": None, "count": 2}),
    }[shape]
    batch = _bring(_file(tmp_path, text), which_tickets="all")
    assert (batch.rows_added, batch.rows_bad) == (2, 0)
    first, second = Complaint.objects.select_related("feedback", "complainant").order_by("feedback__key")
    assert first.feedback.source == "zendesk"
    assert first.feedback.received_at == datetime(2026, 5, 4, 9, 12, 30, tzinfo=UTC)
    assert (first.is_open, first.severity, first.sub_issue, first.feedback.channel) == (
        True,
        3,
        "Charged twice",
        "web",
    )
    assert first.complainant.name == "Ina Lund"
    assert (second.is_open, second.decided_on) == (False, date(2026, 5, 6))
    assert _bring(_file(tmp_path, text), which_tickets="all").rows_known == 2
    services.undo(batch=batch, by=world.hana)
    services.run_undo(batch=batch)
    assert not Complaint.objects.exists()
    assert not Complainant.objects.exists()
    assert not Customer.objects.exists()


def test_which_tickets_are_complaints_is_asked_and_the_others_are_left_out_and_counted(
    world: World, tmp_path: Path
) -> None:
    path = _file(tmp_path, "\n".join(map(json.dumps, [ZENDESK, SOLVED])))
    batch = services.take_path(kind="complaints", path=path, by=None)
    with pytest.raises(MappingIncomplete):
        services.start(batch=batch, by=None)
    batch = _bring(path, which_tickets="complaints")
    assert batch.rows_added == 1
    assert batch.report["left_out_other_ticket"]["n"] == 1


def test_tickets_are_known_when_they_are_packed(world: World, tmp_path: Path) -> None:
    path = tmp_path / "tickets.json.gz"
    path.write_bytes(gzip.compress(json.dumps([ZENDESK]).encode()))
    assert _bring(path, which_tickets="all").rows_added == 1
    assert Complaint.objects.get().feedback.source == "zendesk"


def test_freshdesks_codes_become_words_and_its_html_text(world: World, tmp_path: Path) -> None:
    old = {"helpdesk_ticket": {"display_id": 7, "created_at": "2026-05-05T08:00:00+01:00", "status_name": "Open", "ticket_type": "Complaint",
                               "priority_name": "Low", "subject": "Slow", "description": "Slow", "requester_name": "Per"}}  # fmt: skip
    batch = _bring(_file(tmp_path, json.dumps([FRESHDESK, old])), which_tickets="complaints")
    assert (batch.rows_added, batch.rows_bad) == (2, 0)
    row = Complaint.objects.select_related("feedback").get(feedback__key="18")
    assert row.feedback.comment == "The agent & I argued."
    assert (row.severity, row.is_open, row.response, row.decided_on, row.feedback.channel) == (3, False, "Closed", date(2026, 5, 7), "phone")  # fmt: skip
    assert Complaint.objects.get(feedback__key="7").is_open


def test_a_ticket_that_lacks_its_day_goes_back_and_the_others_come_in(world: World, tmp_path: Path) -> None:
    bad = ZENDESK | {"id": 1, "created_at": "yesterday"}
    batch = _bring(_file(tmp_path, json.dumps([bad, ZENDESK, {"id": 5}])), which_tickets="all")
    assert (batch.rows_added, batch.rows_bad) == (1, 2)
    told = batch.bad_rows.order_by("row").values_list("row", "column", "value")
    assert told[0] == (1, "created_at", "yesterday")
    with pytest.raises(FileNotUsable, match="no ticket of Zendesk or Freshdesk"):
        _bring(_file(tmp_path, '[{"a": 1}]'))


def test_the_tables_that_help_desks_write_need_no_mapping(world: World, tmp_path: Path) -> None:
    freshdesk = (
        "Ticket ID,Subject,Status,Priority,Source,Type,Created time,Resolved time,Closed time,Tags,Full name,Email,Work phone\n"
        '18,Rude,Closed,High,Phone,Complaint,2026-05-05 08:00:00,2026-05-07 08:00:00,2026-05-08 08:00:00,"fees",Ola Nord,ola@example.com,12345678\n'
    )
    zendesk = (
        "Summation column,Id,Requester,Requester id,Requester email,Subject,Status,Priority,Via,Ticket type,Created at,Solved at,Tags\n"
        "1,35436,Ina Lund,20978392,ina@example.com,Charged twice,Open,Urgent,Web,Problem,2026-05-04 09:12,,complaint fees\n"
    )
    for name, text in (("f.csv", freshdesk), ("z.csv", zendesk)):
        batch = _bring(_file(tmp_path, text, name), which_tickets="complaints")
        assert (batch.rows_added, batch.rows_bad, batch.message) == (1, 0, ""), name
    closed, waiting = (
        Complaint.objects.select_related("complainant").get(feedback__key=key) for key in ("18", "35436")
    )
    assert (closed.is_open, closed.decided_on, closed.severity) == (False, date(2026, 5, 7), 3)
    assert (waiting.is_open, waiting.complainant.email, waiting.sub_issue) == (
        True,
        "ina@example.com",
        "Charged twice",
    )


def test_imported_complaints_run_by_a_rule_set_only_where_somebody_says_so(
    world: World, tmp_path: Path
) -> None:
    define_rule_set(
        name="Ours",
        terms=Terms(acknowledge=Term(2, TimeUnit.DAYS), decide=Term(5, TimeUnit.WORKING_DAYS)),
        by=None,
    )
    path = _file(tmp_path, "number,received,issue\n1,2026-06-01,Fees\n", "x.csv")
    with pytest.raises(MappingIncomplete):
        services.start(batch=services.take_path(kind="complaints", path=path, by=None), by=None)
    _bring(path, clock="rules")
    assert Complaint.objects.get().decide_by == date(2026, 6, 8)


def test_the_file_of_the_cfpb_goes_on_running_by_its_own_clock(world: World, tmp_path: Path) -> None:
    define_rule_set(
        name="Ours",
        terms=Terms(acknowledge=Term(2, TimeUnit.DAYS), decide=Term(5, TimeUnit.WORKING_DAYS)),
        by=None,
    )
    text = "Date received,Product,Company response to consumer,Timely response?,Complaint ID\n2026-06-01,Mortgage,In progress,Yes,1\n"
    _bring(_file(tmp_path, text, "c.csv"))
    row = Complaint.objects.get()
    assert (row.rules, row.decide_by) == (None, date(2026, 7, 31))


# -- Out -------------------------------------------------------------------------------------------------------------


def _exported(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/complaints/export.csv?period=all{query}")
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_the_export_is_what_the_list_shows_with_nothing_a_spreadsheet_would_run(
    client: Client, world: World
) -> None:
    fields: dict[str, Any] = {
        "received_on": date(2026, 6, 1),
        "unit_id": world.quay.pk,
        "product": "Mortgage",
    }
    receive_complaints(items=[NewComplaint(key="1", issue="=1+1", comment="@SUM(A1) ina@example.com", **fields), NewComplaint(key="2", issue="Fees", **fields)], source="test")  # fmt: skip
    client.force_login(world.clara)
    rows = _exported(client)
    assert [row["reference"] for row in rows] == ["1", "2"]
    assert not rows[0]["issue"].startswith("=")
    assert "ina@example.com" not in rows[0]["narrative"]
    assert "vulnerability" in rows[0]
    assert [row["reference"] for row in _exported(client, "&issue=Fees")] == ["2"]
    assert AuditEntry.objects.filter(action="complaint.exported", person=world.clara).count() == 2
    client.force_login(world.ada)
    assert "vulnerability" not in _exported(client)[0]
    client.force_login(world.hana)
    assert client.get("/complaints/export.csv").status_code == 403


def test_the_cfpb_layout_comes_in_again_as_it_went_out(client: Client, world: World, tmp_path: Path) -> None:
    given = NewComplaint(key="1", received_on=date(2026, 6, 1), sent_on=date(2026, 6, 2), product="Mortgage", issue="Delay", is_open=False, is_timely=True, response="Closed with explanation")  # fmt: skip
    receive_complaints(items=[given], source="test")
    client.force_login(world.clara)
    answer = client.get("/complaints/export.csv?period=all&layout=cfpb")
    path = tmp_path / "out.csv"
    path.write_bytes(b"".join(answer.streaming_content))
    _bring(path)
    first, second = Complaint.objects.order_by("pk")
    names = ("received_on", "sent_on", "product", "issue", "is_open", "is_timely", "response", "decide_by")
    assert [getattr(first, name) for name in names] == [getattr(second, name) for name in names]
    assert client.get("/complaints/export.csv?layout=xml").status_code == 400


def test_what_was_decided_here_goes_out_in_the_words_of_the_cfpb(client: Client, world: World) -> None:
    common = {
        "received_on": date(2026, 6, 1),
        "unit_id": world.quay.pk,
        "entry": Entry.STAFF,
        "issue": "Delay",
    }
    cases = {
        "1": ("letter", Outcome.UPHELD, ""), "2": ("web", Outcome.UPHELD, ""), "3": ("phone", Outcome.PARTLY, "A fee back"),
        "4": ("email", Outcome.REJECTED, ""), "5": ("branch", Outcome.WITHDRAWN, ""), "6": ("phone", None, ""),
    }  # fmt: skip
    items = [NewComplaint(key=key, channel=channel, **common) for key, (channel, _, _) in cases.items()]  # type: ignore[arg-type]
    receive_complaints(items=items, source="test")
    for row in Complaint.objects.select_related("feedback"):
        _channel, outcome, redress = cases[row.reference]
        if outcome:
            decide_complaint(complaint=row, response="We give back 450 dollars.", root_cause="x", redress=redress, outcome=outcome, on=date(2026, 6, 2), by=world.clara)  # fmt: skip
    one, two = Complaint.objects.filter(feedback__key__in=("1", "2")).order_by("pk")
    given: dict[str, Any] = {"words": "", "given_on": date(2026, 6, 2), "by": world.clara}
    add_redress(complaint=one, kind=RedressKind.REFUND, amount=Decimal(450), currency="USD", **given)
    add_redress(complaint=two, kind=RedressKind.APOLOGY, amount=None, currency="", **given)
    client.force_login(world.clara)
    rows = {row["Complaint ID"]: row for row in _exported(client, "&layout=cfpb")}
    told = [(row["Submitted via"], row["Company response to consumer"]) for _key, row in sorted(rows.items())]
    assert told == [
        ("Postal mail", "Closed with monetary relief"), ("Web", "Closed with non-monetary relief"), ("Phone", "Closed with relief"),
        ("Email", "Closed with explanation"), ("branch", "Closed"), ("Phone", "In progress"),
    ]  # fmt: skip
    assert {row["Company"] for row in rows.values()} == {"Harbour"}
