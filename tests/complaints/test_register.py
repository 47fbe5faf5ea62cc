"""The register: how a complaint comes in, runs, stands still, is decided, goes further, and who may do what."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from candor.apps.cases.choices import Trigger
from candor.apps.cases.models import Case
from candor.apps.cases.services import define_rule
from candor.apps.complaints.choices import (
    Entry,
    EscalationKind,
    EscalationOutcome,
    Outcome,
    PauseReason,
    RedressKind,
    StepKind,
    Vulnerability,
)
from candor.apps.complaints.clocks import Standing, Terms
from candor.apps.complaints.due import due_page
from candor.apps.complaints.escalations import end_escalation, escalate
from candor.apps.complaints.faces import decision_face, faces_of, history
from candor.apps.complaints.forms import DecisionForm
from candor.apps.complaints.handling import (
    add_redress,
    change_details,
    end_pauses_that_ran_out,
    hand_over,
    pause_clock,
    reopen_complaint,
    resume_clock,
    set_vulnerability,
)
from candor.apps.complaints.households import Who, repeats_of
from candor.apps.complaints.models import Complaint, RuleSet
from candor.apps.complaints.opening import mark_as_complaint, open_complaint
from candor.apps.complaints.rule_sets import RuleBook, change_rule_set, define_rule_set
from candor.apps.complaints.services import NewComplaint, acknowledge_complaint, decide_complaint
from candor.apps.complaints.topics import add_topic, merge_topic, rename_topic
from candor.apps.complaints.working_time import Term, TimeUnit
from candor.apps.customers.models import Customer
from candor.apps.customers.personal import everything_about
from candor.apps.customers.services import erase_customer
from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import Role
from candor.apps.organization.scope import Scope
from candor.apps.organization.services import give_role
from candor.foundation.errors import Conflict, InvalidInput, NotAllowed
from candor.foundation.jobs import Worker
from candor.foundation.periods import Period
from tests.builders import a_feedback
from tests.world import World

MONDAY = datetime(2026, 6, 1, 10, tzinfo=UTC)
TERMS = Terms(
    acknowledge=Term(2, TimeUnit.WORKING_DAYS), decide=Term(10, TimeUnit.WORKING_DAYS), appeal=Term(2, TimeUnit.WEEKS),
    refer=Term(6, TimeUnit.MONTHS), ombudsman=Term(5, TimeUnit.WORKING_DAYS), ombudsman_name="The Ombudsman", most_paused_days=14,
)  # fmt: skip
INA = Who(
    name="Ina Lund",
    email="ina@example.com",
    phone="+47 22 33 44 55",
    address="1 Quay Street",
    postcode="AB1 2CD",
)


def _rules(**fields: Any) -> RuleSet:
    return define_rule_set(**({"name": "Ours", "terms": TERMS, "by": None} | fields))


def _open(world: World, at: datetime = MONDAY, who: Who | None = INA, **fields: Any) -> Complaint:
    values = {"key": "", "received_on": at.date(), "product": "Mortgage", "issue": "Delay", "comment": "Nobody called.",
              "unit_id": world.quay.pk, "entry": Entry.STAFF, "who": who} | fields  # fmt: skip
    return open_complaint(what=NewComplaint(**values), by=world.hana, at=at)


def _scope(world: World, as_of: date) -> Scope:
    return Scope(viewer_of(world.hana), None, Period("all", "All", date(2026, 1, 1), as_of), as_of, as_of)


def _decide(complaint: Complaint, world: World, at: datetime, **fields: Any) -> Complaint:
    values = {
        "response": "Refunded",
        "root_cause": "Fee table",
        "redress": "",
        "outcome": Outcome.UPHELD,
        "by": world.hana,
    } | fields
    return decide_complaint(complaint=complaint, on=at.date(), at=at, **values)


# -- Rule sets -------------------------------------------------------------------------------------------------------


def test_the_narrowest_rule_set_that_fits_is_taken(world: World) -> None:
    _rules()
    _rules(name="Mortgages", product="Mortgage")
    _rules(name="Severe mortgages", product="mortgage", severity=3)
    book = RuleBook()
    found = [str(book.version_for(*asked).rule_set) for asked in (("Loan", "", None), ("Mortgage", "", 1), ("Mortgage", "", 3))]  # type: ignore[union-attr]  # fmt: skip
    assert found == ["Ours", "Mortgages", "Severe mortgages"]


def test_a_complaint_keeps_the_rules_it_started_with(world: World) -> None:
    rules = _rules()
    before = _open(world)
    change_rule_set(
        rule_set=rules,
        terms=Terms(acknowledge=Term(1, TimeUnit.DAYS), decide=Term(1, TimeUnit.DAYS)),
        why="",
        by=None,
    )
    after = _open(world, who=None)
    before.refresh_from_db()
    assert (before.rules.number, before.decide_by) == (1, date(2026, 6, 15))  # type: ignore[union-attr]
    assert (after.rules.number, after.decide_by) == (2, date(2026, 6, 2))  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        change_rule_set(rule_set=rules, terms=after.rules.terms, why="", by=None)  # type: ignore[union-attr]


def test_without_a_rule_set_the_simple_clock_stands_as_before(world: World) -> None:
    complaint = _open(world)
    assert complaint.rules is None
    assert complaint.decide_by == MONDAY.date() + timedelta(days=60)


# -- Pauses and what clocks show -------------------------------------------------------------------------------------


def test_a_clock_stands_still_and_runs_on_for_the_days_that_were_left(world: World) -> None:
    _rules()
    complaint = _open(world)
    pause_clock(complaint=complaint, reason=PauseReason.CUSTOMER_INFORMATION, words="Payslips", by=world.hana, at=datetime(2026, 6, 3, 8, tzinfo=UTC))  # fmt: skip
    assert complaint.decide_by == date(2026, 6, 29), "if the customer is silent for all of the fourteen days"
    shown = decision_face(complaint, now=datetime(2026, 6, 20, 12, tzinfo=UTC), today=date(2026, 6, 20))
    assert shown.standing == Standing.RUNNING, (
        "its pause was over on the 17th, whether a worker came by or not"
    )
    shown = decision_face(complaint, now=datetime(2026, 6, 16, 12, tzinfo=UTC), today=date(2026, 6, 16))
    assert shown.standing == Standing.PAUSED
    resume_clock(complaint=complaint, by=world.hana, at=datetime(2026, 6, 5, 18, tzinfo=UTC))
    assert complaint.decide_by == date(2026, 6, 18), "Wednesday, Thursday and Friday did not count"
    assert complaint.paused_until is None


def test_a_pause_is_bounded_in_all_and_ends_by_itself(world: World) -> None:
    _rules()
    complaint = _open(world)
    at = datetime(2026, 6, 2, 8, tzinfo=UTC)
    pause_clock(complaint=complaint, reason=PauseReason.CUSTOMER_WISH, words="", by=world.hana, at=at)
    assert end_pauses_that_ran_out(now=at + timedelta(days=13)) == 0
    assert end_pauses_that_ran_out(now=at + timedelta(days=20)) == 1
    complaint.refresh_from_db()
    assert complaint.steps.get(kind=StepKind.RESUMED).at == at + timedelta(days=14)
    with pytest.raises(Conflict, match="as long as its rules allow"):
        pause_clock(
            complaint=complaint,
            reason=PauseReason.CUSTOMER_WISH,
            words="",
            by=world.hana,
            at=at + timedelta(days=20),
        )


def test_a_clock_that_has_run_out_is_not_paused_away(world: World) -> None:
    _rules()
    complaint = _open(world)
    with pytest.raises(Conflict, match="run out"):
        pause_clock(
            complaint=complaint,
            reason=PauseReason.CUSTOMER_WISH,
            words="",
            by=world.hana,
            at=MONDAY + timedelta(days=40),
        )


def test_clocks_say_late_in_time_and_stopped(world: World) -> None:
    _rules()
    late, kept, gone = (_open(world, who=None) for _ in range(3))
    acknowledge_complaint(complaint=kept, on=date(2026, 6, 2), by=world.hana)
    _decide(kept, world, datetime(2026, 6, 15, 12, tzinfo=UTC))
    _decide(gone, world, datetime(2026, 6, 30, 12, tzinfo=UTC), outcome=Outcome.WITHDRAWN)
    now = datetime(2026, 6, 17, 12, tzinfo=UTC)
    shown = [[one.standing for one in faces_of(row, now=now, today=now.date())] for row in (late, kept, gone)]
    assert shown[0] == [Standing.LATE, Standing.LATE]
    assert shown[1] == [Standing.MET, Standing.MET, Standing.RUNNING], "the customer may go to the ombudsman"
    assert shown[2][1] == Standing.STOPPED
    assert gone.is_timely is None, "nobody kept anybody waiting who took it back"


def test_everything_due_stands_on_one_page_the_longest_late_first(world: World) -> None:
    _rules()
    complaint = _open(world)
    _decide(_done := _open(world, who=None), world, datetime(2026, 6, 10, tzinfo=UTC))
    escalate(
        complaint=_done,
        kind=EscalationKind.APPEAL,
        words="No",
        by=world.hana,
        opened_at=datetime(2026, 6, 11, 9, tzinfo=UTC),
    )
    now = datetime(2026, 6, 20, 12, tzinfo=UTC)
    found = due_page(_scope(world, now.date()), now=now)
    assert [(one.clock, one.complaint.pk, one.shown.standing) for one in found.rows] == [
        ("acknowledge", complaint.pk, "late"), ("decide", complaint.pk, "late"), ("appeal", _done.pk, "running"),
    ]  # fmt: skip
    assert found.counts == {"acknowledge": 1, "decide": 1, "appeal": 1}


# -- Who, and whether it came before ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (Who(email="INA@example.com"), "same customer"),
        (Who(name="Ola Nord", phone="0047 22334455"), "same phone number"),
        (Who(name="Ola Nord", address="1, Quay street", postcode="ab12cd"), "same address"),
        (Who(name="Per Lund", postcode="AB1 2CD"), "same surname and postcode"),
        (Who(name="Ina Lund"), ""),
        (None, ""),
    ],
)
def test_a_repeat_of_the_same_person_or_household_is_found_and_says_why(
    world: World, other: Who | None, why: str
) -> None:
    first = _open(world)
    again = _open(world, at=MONDAY + timedelta(days=30), who=other)
    assert again.repeat_why == why
    assert (again.repeat_of_id == first.pk) is bool(why)
    assert [one.why for one in repeats_of(again)] == ([why] if why else [])


def test_a_wrong_household_is_taken_back_and_that_too(client: Client, world: World) -> None:
    first = _open(world)
    neighbour = Who(name="Per Lund", postcode="AB1 2CD")
    again = _open(world, at=MONDAY + timedelta(days=30), who=neighbour)
    assert again.repeat_of == first
    client.force_login(world.hana)
    assert "Another household" in client.get(f"/complaints/{again.pk}/").content.decode()
    assert client.post(f"/complaints/{again.pk}/household/{first.pk}/", {"do": "apart"}).status_code == 302
    again.refresh_from_db()
    assert (again.repeat_of, again.repeat_why, repeats_of(again)) == (None, "", [])
    third = _open(world, at=MONDAY + timedelta(days=40), who=neighbour)
    assert third.repeat_of == again, "the nearest of those that look alike"
    assert "The same after all" in client.get(f"/complaints/{again.pk}/").content.decode()
    client.post(f"/complaints/{again.pk}/household/{first.pk}/", {"do": "together"})
    again.refresh_from_db()
    assert (again.repeat_of, again.repeat_why) == (first, "same surname and postcode")
    client.force_login(world.rival)
    assert client.post(f"/complaints/{again.pk}/household/{first.pk}/").status_code == 404


def test_another_issue_or_another_year_is_no_repeat(world: World) -> None:
    _open(world)
    assert _open(world, at=MONDAY + timedelta(days=5), issue="Fees").repeat_of is None
    assert _open(world, at=MONDAY + timedelta(days=400)).repeat_of is None


def test_what_somebody_writes_of_themselves_changes_nothing_that_is_known(world: World) -> None:
    complaint = _open(world)
    _open(world, who=Who(name="Somebody Else", email="ina@example.com", phone="1"), issue="Fees")
    customer = Customer.objects.get()
    assert (customer.pk, customer.name) == (complaint.feedback.customer_id, "Ina Lund")


# -- From feedback ---------------------------------------------------------------------------------------------------


def test_feedback_becomes_a_complaint_whose_clock_runs_from_when_it_was_said(world: World) -> None:
    _rules()
    define_rule(name="Every complaint", trigger=Trigger.COMPLAINT, threshold=None, due_hours=24, owner_role=Role.MANAGER, by=None, active_since=MONDAY - timedelta(days=1))  # fmt: skip
    said = a_feedback(nps=1, received_at=MONDAY, unit_id=world.quay.pk)
    Worker().run_all()
    assert not Case.objects.exists()
    what = NewComplaint(
        key=said.key, received_on=MONDAY.date(), product="Mortgage", issue="Delay", entry=Entry.FEEDBACK
    )
    complaint = mark_as_complaint(feedback=said, what=what, by=world.hana, at=MONDAY + timedelta(days=9))
    assert complaint.decide_by == date(2026, 6, 15)
    Worker().run_all()
    assert Case.objects.get().feedback_id == said.pk, "the rule about complaints holds for it"
    with pytest.raises(Conflict):
        mark_as_complaint(feedback=said, what=what, by=world.hana)


# -- Deciding, redress, going further --------------------------------------------------------------------------------


def test_nobody_decides_about_their_own_work_nor_an_appeal_against_their_own_decision(world: World) -> None:
    _rules()
    complaint = _open(world, done_by_id=world.hana.pk)
    with pytest.raises(NotAllowed, match="own work"):
        _decide(complaint, world, MONDAY)
    _decide(complaint, world, MONDAY, by=world.clara)
    step = escalate(
        complaint=complaint, kind=EscalationKind.APPEAL, words="", by=world.clara, opened_at=MONDAY
    )
    fields: dict[str, Any] = {
        "escalation": step,
        "outcome": EscalationOutcome.STANDS,
        "words": "",
        "on": MONDAY.date(),
    }
    with pytest.raises(NotAllowed, match="colleague"):
        end_escalation(**fields, by=world.clara)
    give_role(person=world.mona, role=Role.COMPLAINTS_HANDLER, unit=world.quay, by=None)
    assert end_escalation(**fields, by=world.mona).ended_on == MONDAY.date()


def test_an_appeal_and_the_ombudsman_have_clocks_of_their_own(world: World) -> None:
    _rules()
    complaint = _open(world)
    with pytest.raises(Conflict, match="not decided yet"):
        escalate(complaint=complaint, kind=EscalationKind.APPEAL, words="", by=world.hana, opened_at=MONDAY)
    late = MONDAY + timedelta(days=20)
    early = escalate(
        complaint=complaint, kind=EscalationKind.OMBUDSMAN, words="", by=world.hana, opened_at=late
    )
    assert (early.body, early.due_on) == ("The Ombudsman", date(2026, 6, 26)), (
        "who waits too long need not wait for us"
    )
    _decide(complaint, world, late, outcome=Outcome.REJECTED)
    appeal = escalate(
        complaint=complaint, kind=EscalationKind.APPEAL, words="", by=world.hana, opened_at=late
    )
    assert appeal.due_on == date(2026, 7, 5)
    end_escalation(escalation=appeal, outcome=EscalationOutcome.CHANGED, new_outcome=Outcome.PARTLY, words="", on=late.date(), by=world.clara)  # fmt: skip
    complaint.refresh_from_db()
    assert complaint.outcome == Outcome.PARTLY


def test_an_open_appeal_stands_in_the_head_of_the_complaint_and_in_the_list_until_it_ends(
    client: Client, world: World
) -> None:
    _rules()
    complaint = _decide(_open(world), world, MONDAY)
    appeal = escalate(
        complaint=complaint, kind=EscalationKind.APPEAL, words="", by=world.hana, opened_at=MONDAY
    )
    client.force_login(world.clara)
    addresses = (f"/complaints/{complaint.pk}/", "/complaints/list/?period=all")
    pages = [_head_of(client.get(one).content.decode()) for one in addresses]
    assert ["Appeal to us" in page for page in pages] == [True, True]
    end_escalation(escalation=appeal, outcome=EscalationOutcome.STANDS, words="", on=MONDAY.date(), by=world.clara)  # fmt: skip
    pages = [_head_of(client.get(one).content.decode()) for one in addresses]
    assert ["Appeal to us" in page for page in pages] == [False, False]


def test_a_complaint_is_not_closed_without_an_outcome_and_what_the_letter_says_is_none(
    client: Client, world: World
) -> None:
    complaint = _open(world)
    client.force_login(world.clara)
    given = {"response": "We give back one fee.", "root_cause": "Fee table", "outcome": ""}
    page = client.post(f"/complaints/{complaint.pk}/decide/", given)
    complaint.refresh_from_db()
    assert (page.status_code, complaint.is_open) == (422, True)
    assert "Not stated" not in str(DecisionForm()["outcome"])
    client.post(f"/complaints/{complaint.pk}/decide/", given | {"outcome": "partly"})
    complaint.refresh_from_db()
    assert complaint.outcome == Outcome.PARTLY
    assert (
        complaint.steps.get(kind=StepKind.DECIDED).words == "Partly upheld. We give back one fee. Fee table"
    )
    Complaint.objects.update(outcome="", is_timely=True)  # as older versions let it be closed
    page = client.get("/complaints/list/?period=all").content.decode()
    assert "We give back" not in page


def test_the_list_tells_the_number_and_to_those_who_may_know_the_name(client: Client, world: World) -> None:
    complaint = _open(world)
    for person, knows in ((world.hana, True), (world.ada, False)):
        client.force_login(person)
        page = client.get("/complaints/list/?period=all").content.decode()
        assert complaint.reference in page
        assert ("Ina Lund" in page) is knows, person


def _head_of(page: str) -> str:
    """A page without the forms and the history below its head, which name every kind of step; of the list, all of it."""
    return page[page.index("<h1") :].split('class="stack"')[0]


def test_redress_in_money_needs_a_currency_and_an_amount(world: World) -> None:
    complaint = _open(world)
    fields: dict[str, Any] = {
        "complaint": complaint,
        "kind": RedressKind.MONEY,
        "words": "",
        "given_on": MONDAY.date(),
        "by": world.hana,
    }
    for amount, currency in ((Decimal(5), ""), (None, "GBP"), (Decimal(0), "GBP"), (None, "")):
        with pytest.raises(InvalidInput):
            add_redress(**fields, amount=amount, currency=currency)
    add_redress(**fields, amount=Decimal("40.50"), currency="gbp")
    add_redress(**fields | {"words": "the fee"}, amount=Decimal(9), currency="EUR")
    complaint.refresh_from_db()
    assert [str(one) for one in complaint.redresses.all()][1] == "Compensation in money: 9.00 EUR, the fee"
    decided = _decide(complaint, world, MONDAY)
    assert decided.redress == "Compensation in money: 40.50 GBP", "a decision without redress takes none back"


def test_a_decision_is_taken_back_and_the_clock_is_as_late_as_it_is(world: World) -> None:
    _rules()
    complaint = _decide(_open(world), world, MONDAY)
    reopen_complaint(complaint=complaint, why="New papers", by=world.hana)
    shown = decision_face(complaint, now=MONDAY + timedelta(days=30), today=date(2026, 7, 1))
    assert (shown.standing, shown.late_days) == (Standing.LATE, 16)


def test_the_history_tells_it_in_words(world: World) -> None:
    _rules()
    complaint = _open(world)
    hand_over(complaint=complaint, to=world.clara, words="Knows the file", by=world.hana)
    change_details(complaint=complaint, product="Loan", issue="Fees", severity=3, by=world.hana)
    told = [f"{line.what}: {line.words}" for line in history(complaint)]
    assert told[0] == "Received: Typed in by staff; runs by Ours, version 1"
    assert "Handed over: to Clara: Knows the file" in told
    assert "Details changed: Loan, Fees, High" in told


# -- Products and issues ---------------------------------------------------------------------------------------------


def test_a_merged_issue_takes_its_complaints_along_and_whatever_comes_in_under_its_words(
    world: World,
) -> None:
    complaint = _open(world, issue="Delays")
    old, new = (add_topic(product="Mortgage", issue=issue, by=None) for issue in ("Delays", "Delay"))
    assert merge_topic(topic=old, into=new, by=world.clara) == 1
    complaint.refresh_from_db()
    assert (complaint.issue, complaint.feedback.issue) == ("Delay", "Delay")
    assert _open(world, issue="Delays").issue == "Delay"


def test_a_product_is_renamed_with_its_issues(world: World) -> None:
    complaint = _open(world)
    topic = add_topic(product="Mortgage", issue="", by=None)
    add_topic(product="Mortgage", issue="Delay", by=None)
    assert rename_topic(topic=topic, product="Home loan", issue="", by=world.clara) == 1
    complaint.refresh_from_db()
    assert complaint.product == "Home loan"
    with pytest.raises(Conflict):
        add_topic(product="Home loan", issue="Delay", by=None)


# -- Who sees and does what ------------------------------------------------------------------------------------------


def test_vulnerability_is_read_by_those_who_handle_complaints_and_nobody_else(
    client: Client, world: World
) -> None:
    complaint = _open(world)
    set_vulnerability(
        complaint=complaint, vulnerability=Vulnerability.HEALTH, note="Large print", by=world.hana
    )
    for person, status, sees in (
        (world.hana, 200, True),
        (world.clara, 200, True),
        (world.mona, 200, False),
        (world.ada, 200, False),
        (world.theo, 404, False),
    ):
        client.force_login(person)
        page = client.get(f"/complaints/{complaint.pk}/")
        assert page.status_code == status, person
        assert ("Large print" in page.content.decode()) is sees
    assert "Large print" not in " ".join(complaint.steps.values_list("words", flat=True))


def test_the_manager_of_the_branch_works_on_it_and_does_not_decide(client: Client, world: World) -> None:
    complaint = _open(world)
    client.force_login(world.mona)
    client.post(f"/complaints/{complaint.pk}/note/", {"text": "Called back"})
    refused = client.post(f"/complaints/{complaint.pk}/decide/", {"response": "No", "root_cause": "None"})
    complaint.refresh_from_db()
    assert refused.status_code == 403
    assert complaint.is_open
    assert complaint.steps.filter(kind=StepKind.NOTED, words="Called back").exists()


def test_one_person_is_handed_out_and_erased_with_everything(world: World) -> None:
    _rules()
    complaint = _open(world)
    pause_clock(
        complaint=complaint, reason=PauseReason.CUSTOMER_WISH, words="On holiday", by=world.hana, at=MONDAY
    )
    customer = Customer.objects.get(pk=complaint.feedback.customer_id)
    told = str(everything_about(customer)["complaints"])
    assert "1 Quay Street" in told
    assert "On holiday" in told
    erase_customer(customer=customer, by=world.clara)
    assert not Complaint.objects.exists()
    assert not Feedback.objects.exists()


def test_a_complaint_is_typed_in_for_a_customer(client: Client, world: World) -> None:
    _rules()
    client.force_login(world.hana)
    fields = {"channel": "letter", "received_on": MONDAY.date().isoformat(), "comment": "I was promised a call.", "product": "Mortgage",
              "issue": "Delay", "name": "Ina Lund", "preference": "letter", "address": "1 Quay", "postcode": "AB1 2CD"}  # fmt: skip
    sent = client.post("/complaints/new/", fields, follow=True)
    complaint = Complaint.objects.get()
    assert complaint.reference in sent.content.decode()
    assert (complaint.entry, complaint.owner, complaint.complainant.name) == (
        Entry.STAFF,
        world.hana,
        "Ina Lund",
    )
    assert (
        client.get("/complaints/list/?period=all&q=" + complaint.reference).content.decode().count("Delay")
        >= 1
    )
