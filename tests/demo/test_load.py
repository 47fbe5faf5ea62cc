"""Loading a lender: once, resumable, and never into real data."""

from __future__ import annotations

from datetime import date

import pytest

from candor.apps.complaints.models import Complaint
from candor.apps.customers.models import Customer, Identifier
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.models import AuditEntry, Person, RoleAssignment, Unit
from candor.apps.scores.services import verify_warehouse
from candor.apps.surveys.models import Invitation, Question, Survey
from candor.demo import Lender
from candor.demo.load import is_complete, load_lender, loaded_lender, mark_complete
from candor.foundation.errors import Conflict
from candor.foundation.storage import warehouse
from tests.demo.conftest import TODAY
from tests.world import World

pytestmark = pytest.mark.django_db
TABLES = (
    Unit, Person, RoleAssignment, AuditEntry, Customer, Identifier, Survey, Question, Invitation, Feedback, Answer,
    Complaint, Touchpoint,
)  # fmt: skip
TINY = 0.02


class Interrupted(Exception):
    pass


def tiny_lender(*, today: date = TODAY) -> Lender:
    return Lender(today=today, seed=3, size=TINY)


def sizes() -> dict[str, int]:
    return {table.__name__: table._default_manager.count() for table in TABLES}


def test_loading_again_adds_nothing_and_another_lender_is_refused() -> None:
    assert loaded_lender() is None
    told: list[float] = []
    load_lender(lender=tiny_lender(), progress=lambda words, share: told.append(share))
    designed = Survey.objects.filter(draft__isnull=False)
    assert set(designed.values_list("state", flat=True)) == {Survey.State.DRAFT, Survey.State.OPEN}
    before = sizes()
    events = warehouse().engine.rows("SELECT count(*) FROM events")
    load_lender(lender=tiny_lender())
    assert sizes() == before
    assert warehouse().engine.rows("SELECT count(*) FROM events") == events
    with pytest.raises(Conflict, match="22 Nov 2026"):
        load_lender(lender=tiny_lender(today=date(2026, 11, 23)))
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert told == sorted(told)


def test_an_interrupted_load_is_completed_by_the_next() -> None:
    def stop_at_complaints(words: str, share: float) -> None:
        if words == "Taking complaints":
            raise Interrupted

    with pytest.raises(Interrupted):
        load_lender(lender=tiny_lender(), progress=stop_at_complaints)
    assert not Complaint.objects.exists()
    load_lender(lender=tiny_lender())
    assert Complaint.objects.count() == len(list(next(tiny_lender().chunks()).complaint_rows()))
    assert not is_complete()
    mark_complete()
    assert is_complete()
    assert verify_warehouse().is_equal


def test_simulated_data_never_goes_into_a_real_workspace(world: World) -> None:
    with pytest.raises(Conflict, match="real data"):
        load_lender(lender=tiny_lender())
    assert not Customer.objects.exists()
