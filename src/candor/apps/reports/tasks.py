"""Work of Share that is done later."""

from django.utils import timezone
from django.utils.translation import get_language, override
from django_tasks import task

from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.scope import Scope, scope_for
from candor.foundation.jobs import every
from candor.foundation.models import Job

from . import queries, services


@every(hours=1)
@task()
def send_due_digests() -> int:
    """Send the digests whose Monday or first of the month has come."""
    return services.send_due_digests(now=timezone.now(), today=timezone.localdate())


@task()
def brief(person_id: int, unit_id: int | None, period_key: str, language: str) -> None:
    """Find anew what a person's home page tells, so that it is there when they look again."""
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    unit = Unit.objects.filter(pk=unit_id or 0).first()
    if person is None or (unit_id is not None and unit is None):
        return
    with override(language):
        queries.briefing(scope_for(viewer_of(person), unit, period_key), now=timezone.now())


def brief_soon(scope: Scope) -> None:
    """Have a worker do it, unless it is about to."""
    person_id, unit_id = scope.viewer.person.pk, scope.unit.pk if scope.unit else None
    period_key, language = scope.period.key, get_language() or "en"
    words = [person_id, unit_id, period_key, language]
    waiting = Job.objects.filter(task_path=brief.module_path, state=Job.State.READY)
    if not waiting.filter(arguments={"args": words, "kwargs": {}}).exists():
        brief.enqueue(person_id, unit_id, period_key, language)
