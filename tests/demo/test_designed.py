"""The surveys that the simulated lender designs here."""

from candor.apps.surveys.models import Link, Survey
from candor.apps.surveys.services import define_survey
from candor.demo.designed import design_surveys
from tests.world import World


def test_the_lender_opens_with_surveys_in_every_state_and_designs_them_once(world: World) -> None:
    define_survey(key="from-a-file", name="From a file")
    for _ in range(2):
        design_surveys(lead=world.clara, branch=world.quay)
    designed = Survey.objects.filter(draft__isnull=False)
    versions = {survey.name: survey.versions.count() for survey in designed}
    assert versions == {
        "How we are doing": 2,
        "How was it today?": 1,
        "After our decision": 1,
        "Did it help?": 0,
    }
    assert set(Link.objects.values_list("kind", flat=True)) == {Link.Kind.OPEN, Link.Kind.KIOSK}
