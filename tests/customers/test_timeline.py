"""One customer's timeline: every channel merged, newest first, as far as the viewer may read each."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from candor.apps.cases.models import Case
from candor.apps.cases.services import open_case
from candor.apps.complaints.choices import EscalationKind, Outcome
from candor.apps.complaints.escalations import escalate
from candor.apps.complaints.models import Complaint
from candor.apps.complaints.services import NewComplaint, decide_complaint, receive_complaints
from candor.apps.customers import timeline as customers
from candor.apps.customers.models import Customer
from candor.apps.customers.services import merge_customers
from candor.apps.customers.timeline import timeline
from candor.apps.feedback.choices import AnswerKind
from candor.apps.feedback.services import NewAnswer
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey
from candor.apps.organization.access import viewer_of
from candor.apps.surveys.services import NewInvitation, define_survey, record_invitations
from candor.foundation.errors import InvalidInput
from candor.foundation.storage import warehouse
from tests.builders import a_feedback
from tests.world import World

START = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.fixture
def jane(world: World) -> Customer:
    return Customer.objects.create(name="Jane", unit=world.quay)


def _event(customer: Customer, activity: str, at: datetime, unit: int | None = None) -> None:
    row = {
        "journey": "loan",
        "case_id": "L-1",
        "activity": activity,
        "at": at,
        "customer": customer.pk,
        "unit": unit,
    }
    warehouse().append_events([row | {"source": "core"}])


def _everything(world: World, jane: Customer) -> None:
    """An event, an unanswered invitation, a review, a case opened and closed, and a complaint decided, in that order of days."""
    define_journey(key="loan", name="Getting a loan", stages=(), by=None)
    _event(jane, "Application sent", START)
    survey = define_survey(key="after", name="After closing")
    record_invitations(
        survey=survey,
        items=[
            NewInvitation(
                key="i", sent_at=START + timedelta(days=1), unit_id=world.red.pk, customer_id=jane.pk
            )
        ],
    )
    row = a_feedback(
        unit_id=world.red.pk, customer_id=jane.pk, received_at=START + timedelta(days=2), nps=2,
        comment="Call me at 555-010-9999, it was slow.",
    )  # fmt: skip
    case = open_case(feedback=row, title="Slow", owner=world.mona, due_at=START + timedelta(days=9), by=None)
    Case.objects.filter(pk=case.pk).update(
        opened_at=START + timedelta(days=3),
        closed_at=START + timedelta(days=4),
        state="closed",
        root_cause="process",
    )
    complaint = NewComplaint(
        key="c", received_on=date(2026, 5, 6), issue="Fees", unit_id=world.red.pk, customer_id=jane.pk,
        decided_on=date(2026, 5, 8), is_open=False, response="Refunded",
    )  # fmt: skip
    receive_complaints(items=[complaint], source="crm")


def _titles(customer: Customer, viewer: object, **narrower: str) -> list[str]:
    return [entry.title for entry in timeline(customer, viewer_of(viewer), **narrower).entries]  # type: ignore[arg-type]


def test_every_channel_is_merged_newest_first_and_each_entry_leads_to_its_item(
    client: Client, world: World, jane: Customer
) -> None:
    _everything(world, jane)
    page = timeline(jane, viewer_of(world.mona))
    assert [entry.title for entry in page.entries] == [
        "Complaint answered: Refunded", "Fees", "Case closed: Slow", "Case opened: Slow", "Survey answer",
        "Asked, no answer: After closing", "Application sent",
    ]  # fmt: skip
    client.force_login(world.mona)
    assert {client.get(entry.url).status_code for entry in page.entries} == {200}


def test_what_followed_a_decision_on_the_same_day_stands_above_it(world: World, jane: Customer) -> None:
    _everything(world, jane)
    row = Complaint.objects.get()
    Complaint.objects.update(is_open=True, decided_on=None)
    at = datetime(2026, 5, 9, 8, tzinfo=UTC)
    decide_complaint(complaint=row, response="A fee back.", root_cause="x", redress="", outcome=Outcome.PARTLY, on=at.date(), at=at, by=world.clara)  # fmt: skip
    row.refresh_from_db()
    escalate(complaint=row, kind=EscalationKind.APPEAL, words="", by=world.clara, opened_at=at + timedelta(minutes=1))  # fmt: skip
    viewer = viewer_of(world.clara)
    page = timeline(jane, viewer, most=1)
    second = timeline(jane, viewer, before=page.older, most=1)
    titles = [one.title for one in (*page.entries, *second.entries)]
    assert titles == ["Appeal to us", "Complaint answered: Partly upheld"]
    assert second.entries[0].knows_time


def test_personal_data_is_masked_on_it(world: World, jane: Customer) -> None:
    _everything(world, jane)
    texts = " ".join(entry.text for entry in timeline(jane, viewer_of(world.clara)).entries)
    assert "it was slow" in texts and "555" not in texts


def test_days_without_a_time_are_shown_as_days(client: Client, world: World, jane: Customer) -> None:
    _everything(world, jane)
    client.force_login(world.mona)
    page = client.get(f"/customers/{jane.pk}/").content.decode()
    assert "6 May 2026" in page and "12:00" not in page
    assert "3 May 2026, 09:00" in page


def test_another_units_manager_sees_nothing_and_a_role_without_cases_sees_none(
    client: Client, world: World, jane: Customer
) -> None:
    _everything(world, jane)
    assert _titles(jane, world.rival) == [] == _titles(jane, world.amos) == _titles(jane, world.olga)
    client.force_login(world.rival)
    assert client.get(f"/customers/{jane.pk}/").status_code == 404


def test_what_a_merged_record_said_stands_on_the_same_timeline(world: World, jane: Customer) -> None:
    _everything(world, jane)
    other = Customer.objects.create(name="J.", unit=world.quay)
    a_feedback(unit_id=world.red.pk, customer_id=other.pk, title="By phone")
    _event(other, "Called", START + timedelta(days=40))
    assert "By phone" not in _titles(jane, world.mona)
    merge_customers(keep=jane, duplicate=other, by=None)
    assert _titles(jane, world.mona)[:2] == ["Called", "By phone"]


def test_pages_show_everything_once_even_when_all_of_it_happened_at_the_same_instant(
    world: World, jane: Customer
) -> None:
    at = START + timedelta(days=3)
    for place in range(7):
        a_feedback(unit_id=world.red.pk, customer_id=jane.pk, received_at=at, title=f"f{place}")
        _event(jane, f"e{place}", at)
    receive_complaints(
        items=[
            NewComplaint(key=f"{n}", received_on=date(2026, 5, 3), issue="x", unit_id=world.red.pk, customer_id=jane.pk,
                         decided_on=date(2026, 5, 4), is_open=False, response=f"r{n}")
            for n in range(5)
        ],
        source="crm",
    )  # fmt: skip
    whole = timeline(jane, viewer_of(world.mona), most=100)
    assert len(whole.entries) == 7 + 7 + 5 + 5 and not whole.older
    seen, before = [], ""
    while True:
        page = timeline(jane, viewer_of(world.mona), before=before, most=4)
        assert len(page.entries) <= 4
        seen += page.entries
        if not page.older:
            break
        before = page.older
    assert [(entry.at, entry.title) for entry in seen] == [(entry.at, entry.title) for entry in whole.entries]


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "2026-01-01~feedback~1",
        "2026-13-01T00:00:00+00:00~feedback~1",
        "~~",
        "2026-05-01T00:00:00+00:00~nowhere~1",
    ],
)
def test_a_place_that_is_none_is_refused_in_words(world: World, jane: Customer, place: str) -> None:
    with pytest.raises(InvalidInput, match="no place on a timeline"):
        timeline(jane, viewer_of(world.mona), before=place)


def test_it_can_be_narrowed_to_one_sort(world: World, jane: Customer) -> None:
    _everything(world, jane)
    assert _titles(jane, world.mona, group="cases") == ["Case closed: Slow", "Case opened: Slow"]
    assert [key for key, _name in customers.groups()] == ["asked", "cases", "events", "told"]


def test_the_strip_tells_which_stages_were_passed_and_where_the_customer_stands(
    client: Client, world: World, jane: Customer
) -> None:
    points = [("Apply", "Application sent"), ("Decide", "Decision"), ("Close", "Keys")]
    stages = [
        NewStage(name=name, touchpoints=(NewTouchpoint(key=name.lower(), name=name, activity=activity),))
        for name, activity in points
    ]
    define_journey(key="loan", name="Getting a loan", stages=stages, by=None)
    _event(jane, "Application sent", START)
    _event(jane, "Decision", START + timedelta(days=5))
    client.force_login(world.mona)
    strip = client.get(f"/journeys/for-customer/{jane.pk}/panel/").content.decode()
    assert (
        strip.index("Apply") < strip.index('class="here"') < strip.index("Decide") < strip.index("not seen")
    )
    assert strip.count('class="past"') == strip.count('class="here"') == 1


def test_open_matters_stand_beside(client: Client, world: World, jane: Customer) -> None:
    row = a_feedback(unit_id=world.red.pk, customer_id=jane.pk)
    open_case(feedback=row, title="Still open", owner=world.mona, due_at=START, by=None)
    complaint = NewComplaint(
        key="c", received_on=date(2026, 5, 6), issue="Fees", unit_id=world.red.pk, customer_id=jane.pk
    )
    receive_complaints(items=[complaint], source="crm")
    client.force_login(world.mona)
    assert "Still open" in client.get(f"/cases/for-customer/{jane.pk}/panel/").content.decode()
    assert "Fees" in client.get(f"/complaints/for-customer/{jane.pk}/panel/").content.decode()
    client.force_login(world.rival)
    assert "Still open" not in client.get(f"/cases/for-customer/{jane.pk}/panel/").content.decode()


def test_questions_are_shown_in_their_own_words(client: Client, world: World, jane: Customer) -> None:
    question = {
        "key": "key-of-ease",
        "text": "How easy was it?",
        "kind": AnswerKind.CES,
        "lowest": 1,
        "highest": 7,
    }
    define_survey(key="after", name="After closing", questions=[question])
    row = a_feedback(
        unit_id=world.red.pk, customer_id=jane.pk, source="after",
        answers=(NewAnswer(question="key-of-ease", kind=AnswerKind.CES, number=3),),
    )  # fmt: skip
    assert timeline(jane, viewer_of(world.mona)).entries[0].answers == ("How easy was it? 3",)
    client.force_login(world.mona)
    page = client.get(f"/feedback/{row.pk}/").content.decode()
    assert "How easy was it?" in page and "key-of-ease" not in page
