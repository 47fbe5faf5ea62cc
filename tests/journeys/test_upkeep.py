"""The event log is kept by itself: put together, and freed of what is older than it is kept."""

from datetime import UTC, timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from candor.apps.journeys import tasks
from candor.apps.organization.models import AuditEntry
from candor.foundation.jobs.schedule import entries
from candor.foundation.storage import warehouse

pytestmark = pytest.mark.django_db


def _cases(*ages: int) -> None:
    now = timezone.now().astimezone(UTC).replace(tzinfo=None)
    for age in ages:
        warehouse().append_events(
            {"journey": "loan", "case_id": str(age), "activity": "call", "at": now - timedelta(days=age)}
            for _ in range(3)
        )


def test_cases_that_ended_longer_ago_than_events_are_kept_go_and_it_is_written_down(
    settings: LazySettings,
) -> None:
    _cases(900, 40, 2)
    assert tasks.drop_old_events.func() == 0
    settings.CANDOR_EVENT_RETENTION_DAYS = 30
    assert tasks.drop_old_events.func() == 2
    entry = AuditEntry.objects.get(action="journey.events_dropped")
    assert (entry.facts["events"], entry.person) == (2, None)
    assert tasks.drop_old_events.func() == 0
    assert AuditEntry.objects.count() == 1


def test_small_files_are_put_together_by_the_hour() -> None:
    _cases(1, 2, 3, 4)
    tasks.compact_events.func()
    assert len(warehouse().files("events")) == 1
    scheduled = {entry.name for entry in entries()}
    assert {tasks.drop_old_events.module_path, tasks.compact_events.module_path} <= scheduled
