"""The map of a journey: lanes over touchpoints, from whoever registered them."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from django.test import Client

from candor.analytics import top_box_share
from candor.apps.customers.models import Customer, Segment
from candor.apps.journeys import lanes
from candor.apps.journeys.lanes import Cell, Lane, Row, register_lane
from candor.apps.journeys.models import Touchpoint
from candor.apps.journeys.passing import time_share
from candor.apps.organization.choices import Role, UnitKind
from candor.apps.organization.services import create_person, create_unit, give_role
from candor.apps.scores.services import project_pending
from candor.foundation.storage import warehouse
from tests.builders import a_feedback
from tests.journeys.lending import NOON, designed_loan, loan_events
from tests.world import PASSWORD, World

if TYPE_CHECKING:
    from candor.apps.journeys.counting import Counts
    from candor.warehouse.queries import Passes


def test_a_share_of_time_rests_on_thirty_passes_however_few_a_score_may_have() -> None:
    counts = SimpleNamespace(passed=SimpleNamespace(cases=100, days=1_000.0, squares=12_000.0))

    def told(passes: int) -> bool:
        one = SimpleNamespace(cases=passes, spent=90.0, spent_squares=500.0, products=1_200.0)
        return time_share(cast("Counts", counts), cast("Passes", one), least_n=5).value is not None

    assert (told(29), told(30)) == (False, True)


def _page(client: Client, address: str = "/journeys/loan/?period=all") -> str:
    return client.get(address).content.decode()


def test_the_map_tells_passes_waits_and_promises_of_each_touchpoint(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    page = _page(client)
    assert "40 episodes, 120 events, 1 path" in page
    assert page.count("40 passes") >= 2
    assert "9.0 days" in page, "from the application to the approval; the letter between is no touchpoint"
    assert "75%" in page
    assert "60% to 86%" in page, "thirty of forty were approved within ten days"
    assert "Paths stop most often at “Approval”" in page
    assert "The longest stretch lies before “Approval”" in page, "between touchpoints, as they are designed"
    assert "Stop here" in page
    assert "Not seen in the event log" in page, "nobody was paid"
    assert "No feedback here" in page


def test_scores_and_what_was_heard_stand_in_their_lanes(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    point = Touchpoint.objects.get(key="loan-approve")
    for number in range(32):
        a_feedback(
            csat=5 if number < 24 else 2,
            touchpoint_id=point.pk,
            unit_id=world.quay.pk,
            episode=f"case-{number}",
            received_at=NOON,
        )
    project_pending()
    client.force_login(world.clara)
    page = _page(client)
    assert "Satisfied customers" in page
    assert "58% to 87%" in page, "24 of 32 satisfied"
    assert "80%" in page, "32 of the 40 passes of the approval told us something"


def test_few_passes_are_not_told(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk, count=29, late=0)
    client.force_login(world.clara)
    page = _page(client)
    assert "Too few passes to tell (29 of at least 30)" in page
    assert "9.0 days" not in page


def test_the_time_behind_a_touchpoint_needs_enough_episodes_that_came_to_it(
    client: Client, world: World
) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    warehouse().append_events(
        {
            "journey": "loan", "case_id": f"case-{case}", "activity": "pay", "unit": world.quay.pk, "ordinal": 3,
            "at": NOON + timedelta(days=20), "source": "test",
        }
        for case in range(5)
    )  # fmt: skip
    client.force_login(world.clara)
    page = _page(client)
    row = page[page.index("Time after it") : page.index("Stop here", page.index("Time after it"))]
    assert "Too few passes to tell (5 of at least 30)" in row


def test_a_lane_of_another_app_stands_in_the_map(client: Client, world: World, clean_lanes: None) -> None:
    def complaints(asked: lanes.Asked) -> Row:
        share = top_box_share(favourable=7, n=40)
        return Row(
            name="Complained",
            kind="share",
            about="Share of passes.",
            cells={asked.touchpoints[0].pk: Cell(estimate=share)},
        )

    register_lane(Lane(key="complaints", order=60, fill=complaints))
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    page = _page(client)
    assert "Complained" in page
    assert "9% to 32%" in page


def test_an_empty_period_shows_all_time_and_says_so(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    page = _page(client, "/journeys/loan/?period=2020-01-01..2020-02-01")
    assert "No event in this period; shown is all time" in page
    assert "40 episodes" in page


def test_another_units_manager_sees_none_of_it(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.rival)
    page = _page(client)
    assert "No events yet" in page
    assert "40 episodes" not in page


def test_a_channel_and_a_segment_narrow_the_episodes(client: Client, world: World) -> None:
    designed_loan()
    segment = Segment.objects.create(name="Families")
    customer = Customer.objects.create(name="Ines", unit=world.quay, segment=segment)
    loan_events(world.quay.pk, count=36, late=0, customer=customer.pk)
    client.force_login(world.clara)
    assert "18 episodes" in _page(client, "/journeys/loan/?period=all&channel=web")
    assert "36 episodes" in _page(client, f"/journeys/loan/?period=all&segment={segment.pk}")
    other = Segment.objects.create(name="Seniors")
    assert "36 episodes" not in _page(client, f"/journeys/loan/?period=all&segment={other.pk}")
    assert client.get("/journeys/loan/?segment=999999").status_code == 404


def test_a_journey_that_nobody_designed_is_shown_as_a_proposal(client: Client, world: World) -> None:
    journey = designed_loan()
    journey.stages.all().delete()
    Touchpoint.objects.all().delete()
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    page = _page(client)
    assert "A proposal from the events" in page
    assert "Apply" in page
    assert "Letter" in page
    assert "The longest step leads to “Approve”" in page
    assert "From “Letter” to it a median of 5.0 days" in page
    assert "at=approve&amp;after=letter" in page, "the people who took that step"
    assert not Touchpoint.objects.exists(), "nothing is saved by looking"


def test_a_measure_that_does_not_exist_is_not_found(client: Client, world: World) -> None:
    designed_loan()
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    assert client.get("/journeys/loan/?period=all&measure=luck").status_code == 404


@pytest.fixture
def clean_lanes() -> Iterator[None]:
    before = dict(lanes._lanes)
    yield
    lanes._lanes.clear()
    lanes._lanes.update(before)


def test_the_work_of_one_person_is_not_shown_as_numbers(client: Client, world: World) -> None:
    designed_loan()
    team = create_unit(name="Lone", kind=UnitKind.TEAM, code="lone", parent=world.quay, by=None)
    alone = create_person(name="Lena", unit=team, by=None, email="lena@harbour.example", password=PASSWORD)
    give_role(person=alone, role=Role.FRONTLINE, unit=team, by=None)
    loan_events(team.pk)
    client.force_login(alone)
    for page in ("", "paths/", "compare/"):
        told = _page(client, f"/journeys/loan/{page}?period=all")
        assert "About one person: for coaching only" in told
        assert "40 episodes" not in told
