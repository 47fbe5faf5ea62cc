"""The response rate waits for answers that may still come."""

from datetime import timedelta

from django.utils import timezone

from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import Workspace
from candor.apps.organization.scope import Scope
from candor.apps.scores.queries import estimate
from candor.apps.scores.registry import measure_named
from candor.apps.scores.services import project_pending
from candor.apps.surveys.services import NewInvitation, define_survey, record_invitations
from candor.foundation.periods import parse_period
from tests.builders import a_feedback
from tests.world import World


def test_invitations_of_the_last_two_weeks_do_not_lower_the_rate(world: World) -> None:
    now = timezone.now()
    survey = define_survey(key="pulse", name="Pulse")
    answer = a_feedback(nps=9, received_at=now - timedelta(days=30))
    old = [NewInvitation(key=f"old-{i}", sent_at=now - timedelta(days=30)) for i in range(99)]
    answered = NewInvitation(key="answered", sent_at=now - timedelta(days=30), feedback_id=answer.pk)
    young = [NewInvitation(key=f"young-{i}", sent_at=now - timedelta(days=3)) for i in range(100)]
    record_invitations(survey=survey, items=[*old, answered, *young])
    project_pending()
    Workspace.objects.update(last_feedback_on=timezone.localdate())
    today = timezone.localdate()
    scope = Scope(viewer_of(world.clara), None, parse_period("90d", as_of=today), today, today)
    result = estimate(measure_named("response_rate"), scope=scope)
    assert result.estimate.n == 100
    assert result.estimate.value == 0.01
