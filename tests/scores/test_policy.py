"""A score about one person is for coaching, and every look is written down."""

from typing import Any

import pytest

from candor.apps.organization.models import AuditEntry, Person
from candor.apps.scores.policy import Purpose
from candor.apps.scores.registry import MEASURES
from candor.apps.scores.services import estimate_for_person
from candor.foundation.errors import NotAllowed
from tests.scores.conftest import ScopeFor, set_least_n
from tests.scores.test_queries import answered
from tests.world import World

NPS = MEASURES["nps"]


@pytest.fixture
def of_theo(world: World) -> Person:
    """Theo, with enough answers about his work; some of it done elsewhere before he joined team Red."""
    set_least_n(30)
    answered([10] * 25, unit_id=world.red.pk, done_by_id=world.theo.pk)
    answered([10] * 10, unit_id=world.mill.pk, done_by_id=world.theo.pk)
    answered([0] * 50, unit_id=world.red.pk, done_by_id=world.mona.pk)
    return world.theo


@pytest.mark.parametrize("purpose", [Purpose.PAY, Purpose.BONUS, Purpose.DISCIPLINE, Purpose.DISMISSAL])
@pytest.mark.parametrize("who", ["mona", "clara", "theo"])
def test_nobody_gets_a_score_for_pay_or_punishment_and_the_refusal_is_logged(
    world: World, scope_for: ScopeFor, of_theo: Person, purpose: Purpose, who: str
) -> None:
    viewer = getattr(world, who)
    with pytest.raises(NotAllowed, match="never given"):
        estimate_for_person(measure=NPS, person=of_theo, scope=scope_for(viewer), purpose=purpose)
    entry = AuditEntry.objects.get(action="score.refused")
    assert (entry.person, entry.object_id, entry.facts["purpose"]) == (viewer, of_theo.pk, purpose)


def test_the_manager_may_look_to_coach_and_the_look_is_logged(
    world: World, scope_for: ScopeFor, of_theo: Person
) -> None:
    found = estimate_for_person(
        measure=NPS, person=of_theo, scope=scope_for(world.mona), purpose=Purpose.COACHING
    )
    assert (found.estimate.n, found.estimate.value) == (35, 1)
    entry = AuditEntry.objects.get(action="score.looked_at")
    assert (entry.person, entry.object_id) == (world.mona, of_theo.pk)
    assert entry.facts == {
        "measure": "nps",
        "purpose": "coaching",
        "period": "2026-06-01..2026-06-30",
        "n": 35,
    }


def test_people_see_their_own_score(world: World, scope_for: ScopeFor, of_theo: Person) -> None:
    found = estimate_for_person(measure=NPS, person=of_theo, scope=scope_for(of_theo), purpose=Purpose.OWN)
    assert found.estimate.n == 35


@pytest.mark.parametrize(
    ("who", "purpose"),
    [
        ("rival", Purpose.COACHING),
        ("clara", Purpose.COACHING),
        ("ada", Purpose.COACHING),
        ("olga", Purpose.COACHING),
        ("mona", Purpose.OWN),
        ("theo", Purpose.COACHING),
    ],
)
def test_nobody_else_may_look(
    world: World, scope_for: ScopeFor, of_theo: Person, who: str, purpose: Purpose
) -> None:
    with pytest.raises(NotAllowed):
        estimate_for_person(
            measure=NPS, person=of_theo, scope=scope_for(getattr(world, who)), purpose=purpose
        )
    assert AuditEntry.objects.filter(action="score.refused").count() == 1
    assert not AuditEntry.objects.filter(action="score.looked_at").exists()


def test_below_the_least_n_nothing_is_shown(world: World, scope_for: ScopeFor, of_theo: Person) -> None:
    set_least_n(36)
    found: Any = estimate_for_person(
        measure=NPS, person=of_theo, scope=scope_for(world.mona), purpose=Purpose.COACHING
    )
    assert (found.estimate.value, found.estimate.low, found.estimate.high) == (None, None, None)
    assert found.estimate.status == "too_few"
