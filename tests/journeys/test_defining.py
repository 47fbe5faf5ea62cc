"""Journeys as they are meant to be."""

import pytest

from candor.apps.journeys.models import Journey, Stage, Touchpoint
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey
from candor.apps.organization.models import AuditEntry

pytestmark = pytest.mark.django_db
STAGES = (
    NewStage(name="Applying", touchpoints=(NewTouchpoint(key="form", name="Form"),)),
    NewStage(
        name="Waiting",
        touchpoints=(
            NewTouchpoint(
                key="visit", name="Visit", is_direct=False, promise="Within 10 days", promised_hours=240
            ),
            NewTouchpoint(key="news", name="News"),
        ),
    ),
)


def test_a_journey_keeps_its_stages_and_touchpoints_in_order() -> None:
    journey = define_journey(key="loan", name="Loan", stages=STAGES, by=None)
    assert [stage.name for stage in journey.stages.all()] == ["Applying", "Waiting"]
    waiting = Touchpoint.objects.filter(stage__name="Waiting")
    assert [point.key for point in waiting] == ["visit", "news"]
    assert (waiting[0].promised_hours, waiting[0].is_direct) == (240, False)


def test_defining_again_changes_nothing() -> None:
    define_journey(key="loan", name="Loan", stages=STAGES, by=None)
    Touchpoint.objects.filter(key="form").update(name="The form")
    define_journey(key="loan", name="Loan", stages=STAGES, by=None)
    assert (Journey.objects.count(), Stage.objects.count(), Touchpoint.objects.count()) == (1, 2, 3)
    assert Touchpoint.objects.get(key="form").name == "The form"
    assert AuditEntry.objects.filter(action="journey.defined").count() == 1
