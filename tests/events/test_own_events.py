"""What Candor itself knows comes into the log: once, with its customer, and it goes with its import or its customer."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from candor.apps.cases.choices import RootCause
from candor.apps.cases.services import close_case, open_case, reopen_case
from candor.apps.complaints.models import Complaint
from candor.apps.complaints.services import (
    NewComplaint,
    acknowledge_complaint,
    decide_complaint,
    receive_complaints,
)
from candor.apps.customers.models import Customer
from candor.apps.customers.services import NewCustomer, add_customers, erase_customer
from candor.apps.customers.timeline import Until
from candor.apps.events import own
from candor.apps.feedback.models import Feedback
from candor.apps.imports import services as imports
from candor.apps.journeys import timeline
from candor.apps.journeys.models import Journey
from candor.apps.organization.access import viewer_of
from candor.apps.surveys.services import NewInvitation, define_survey, record_invitations
from candor.foundation.jobs import Worker
from candor.foundation.models import OutboxEntry
from tests.builders import a_feedback
from tests.events.conftest import in_log
from tests.world import World


@pytest.fixture
def ida(world: World) -> Customer:
    ids = add_customers(items=[NewCustomer(identifiers=(("crm", "7"),), name="Ida", unit_id=world.quay.pk)])
    return Customer.objects.get(pk=ids["7"])


def _told() -> list[tuple[str, str]]:
    own.append_pending()
    return [(event["activity"], event["case_id"]) for event in in_log()]


def test_a_survey_a_complaint_and_a_case_are_one_history_of_the_customer(world: World, ida: Customer) -> None:
    whose, today = f"customer {ida.pk}", timezone.localdate()
    survey = define_survey(key="after", name="After")
    sent = timezone.now() - timedelta(days=9)
    record_invitations(
        survey=survey, items=[NewInvitation(key="1", sent_at=sent, customer_id=ida.pk, unit_id=world.quay.pk)]
    )
    a_feedback(nps=2, customer_id=ida.pk, unit_id=world.quay.pk, received_at=sent + timedelta(days=1))
    item = NewComplaint(
        key="c", received_on=today - timedelta(days=5), customer_id=ida.pk, unit_id=world.quay.pk
    )
    complaint = Complaint.objects.get(pk=receive_complaints(items=[item], source="crm").new_ids["c"])
    acknowledge_complaint(complaint=complaint, on=today - timedelta(days=4), by=world.hana)
    decide_complaint(
        complaint=complaint,
        response="Paid",
        root_cause="delay",
        redress="",
        on=today - timedelta(days=2),
        by=world.hana,
    )
    case = open_case(
        feedback=Feedback.objects.get(pk=complaint.pk),
        title="x",
        owner=world.mona,
        due_at=timezone.now(),
        by=world.mona,
    )
    close_case(case=case, root_cause=RootCause.values[0], resolution="done", by=world.mona)  # type: ignore[arg-type]
    assert _told() == [
        ("Survey invitation sent", whose), ("Survey answered", whose), ("Complaint received", whose),
        ("Complaint acknowledged", whose), ("Complaint decided", whose), ("Case opened", whose), ("Case closed", whose),
    ]  # fmt: skip
    log = in_log()
    assert {(e["journey"], e["source"], e["customer"], e["unit"]) for e in log} == {
        ("candor", "candor", ida.pk, world.quay.pk)
    }
    assert not OutboxEntry.objects.filter(topic__startswith="own.").exists()
    assert own.append_all() == 0, "a rebuild adds nothing that is there"


def test_a_worker_appends_it_by_itself_and_telling_twice_adds_nothing(
    world: World, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        row = a_feedback(nps=9)
    Worker().run_all()
    assert [e["case_id"] for e in in_log()] == [f"feedback {row.pk}"]
    own.tell("feedback", [row.pk])
    assert own.append_pending() == 0


def test_closing_again_is_another_event_and_the_first_one_stays(world: World, ida: Customer) -> None:
    feedback = a_feedback(nps=2, customer_id=ida.pk)
    case = open_case(feedback=feedback, title="x", owner=None, due_at=timezone.now(), by=world.mona)
    for _ in range(2):
        close_case(case=case, root_cause=RootCause.values[0], resolution="done", by=world.mona)  # type: ignore[arg-type]
        own.append_pending()
        reopen_case(case=case, by=world.mona)
    assert [what for what, _ in _told()].count("Case closed") == 2


def test_what_the_log_lacks_is_added_by_a_rebuild(world: World, ida: Customer) -> None:
    a_feedback(nps=2, customer_id=ida.pk)
    OutboxEntry.objects.all().delete()
    assert own.append_all() == 1
    assert [e["activity"] for e in in_log()] == ["Survey answered"]


def test_an_undone_import_takes_its_events_along(world: World, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("Complaint ID,Date received\n1,2026-01-31\n2,2026-02-01\n")
    batch = imports.take_path(kind="complaints", path=path, by=None)
    imports.start(batch=batch, by=None)
    imports.run_import(batch=batch)
    assert len(_told()) == 2
    imports.undo(batch=batch, by=world.clara)
    imports.run_undo(batch=batch)
    assert _told() == []
    assert not Journey.objects.exists()


def test_an_erased_customer_is_gone_from_the_log(world: World, ida: Customer) -> None:
    a_feedback(nps=2, customer_id=ida.pk)
    assert len(_told()) == 1
    erase_customer(customer=ida, by=world.clara)
    Worker().run_all()
    assert _told() == []


def test_the_timeline_does_not_show_feedback_twice(world: World, ida: Customer) -> None:
    a_feedback(nps=2, customer_id=ida.pk, unit_id=world.quay.pk)
    own.append_pending()
    until: Until | None = None
    assert timeline.entries(viewer_of(world.clara), [ida.pk], until, 50) == []
    assert timeline.strips_of(ida, viewer_of(world.clara)) == []


def test_ideas_of_staff_are_nobodys_journey(world: World) -> None:
    a_feedback(kind="idea", received_at=timezone.now())
    assert _told() == []
