"""What a loaded lender holds: everything that was simulated, and the same in the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django import DjangoDbBlocker

from candor.apps.complaints.models import Complaint
from candor.apps.customers.models import Customer, Identifier
from candor.apps.feedback.choices import Kind
from candor.apps.feedback.models import Feedback
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person, Workspace
from candor.apps.scores.services import verify_warehouse
from candor.apps.surveys.models import Invitation
from candor.demo import Chunk, Lender
from candor.demo.load import loaded_lender
from candor.demo.staging import LOGINS, PASSWORD
from candor.foundation.storage import warehouse
from tests.demo.conftest import TODAY, loaded_once

pytestmark = pytest.mark.django_db
SMALL = Lender(today=TODAY, seed=3, size=0.1)


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    with loaded_once(SMALL, tmp_path_factory.mktemp("lender"), django_db_blocker) as home:
        yield home


@pytest.fixture(autouse=True)
def _there(_own_home: None, settings: LazySettings, loaded: Path) -> None:
    settings.CANDOR_HOME = loaded


@pytest.fixture(scope="module")
def small() -> Chunk:
    (chunk,) = SMALL.chunks()
    return chunk


def test_everything_that_was_simulated_is_there(small: Chunk) -> None:
    invitations, complaints = list(small.invitation_rows()), list(small.complaint_rows())
    answered = [row for row in invitations if row.answered_at is not None]
    assert Customer.objects.count() == SMALL.customers == 2_000
    assert Identifier.objects.count() == 3 * 2_000
    assert Invitation.objects.count() == len(invitations)
    assert Invitation.objects.exclude(feedback=None).count() == len(answered)
    kinds = {kind: Feedback.objects.filter(kind=kind).count() for kind in Kind}
    assert kinds[Kind.SURVEY] == len(answered)
    assert kinds[Kind.COMPLAINT] == len(complaints) == Complaint.objects.count()
    assert kinds[Kind.REVIEW] == len(list(small.review_rows()))
    assert kinds[Kind.IDEA] == len(SMALL.idea_rows())


def test_the_promise_of_ten_days_stands_at_the_appraisal() -> None:
    assert Touchpoint.objects.get(promised_hours=240).name == "Appraisal"


def test_who_did_the_work_is_on_every_answer_and_complaint() -> None:
    work = Feedback.objects.filter(kind__in=[Kind.SURVEY, Kind.COMPLAINT])
    assert work.count() > 1_000
    for unknown in ("done_by", "unit", "customer", "journey"):
        assert not work.filter(**{unknown: None}).exists()


def test_comments_with_personal_data_are_masked() -> None:
    telling = Feedback.objects.filter(comment__icontains="example.com")
    assert telling.exists()
    assert not telling.filter(comment_masked__icontains="example.com").exists()


def test_some_complaints_are_overdue_some_repeated() -> None:
    assert Complaint.objects.filter(is_open=True, decide_by__lt=TODAY).exists()
    assert Complaint.objects.filter(is_timely=False).exists()
    assert Complaint.objects.filter(is_timely=True).exists()


def test_the_warehouse_holds_what_the_record_holds(small: Chunk) -> None:
    verified = verify_warehouse()
    assert verified.is_equal
    assert verified.pending == 0
    assert verified.facts > 10_000
    events = sum(1 for _ in small.event_rows())
    assert warehouse().engine.rows("SELECT count(*) FROM events") == [(events,)]


def test_the_workspace_says_that_it_is_simulated_and_remembers_what() -> None:
    assert Workspace.objects.get().is_simulated
    held = loaded_lender()
    assert held is not None
    assert (held.today, held.seed, held.size) == (TODAY, 3, 0.1)


def test_there_is_a_login_for_every_role_and_for_nobody_else() -> None:
    assert {login.role for login in LOGINS} == set(Role)
    for login in LOGINS:
        person = Person.objects.get(email=login.email)
        assert person.check_password(PASSWORD), login
        assert person.role_assignments.filter(role=login.role).exists(), login
    others = Person.objects.exclude(email__in=[login.email for login in LOGINS])
    assert others.count() > 200
    assert not any(person.has_usable_password() for person in others)
