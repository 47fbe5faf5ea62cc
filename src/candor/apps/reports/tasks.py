"""Work of Share that is done later."""

from django.utils import timezone
from django.utils.translation import override
from django_tasks import task

from candor.apps.organization.kept import find_soon, scope_of_job
from candor.apps.organization.scope import Scope
from candor.foundation.jobs import every

from . import queries, services


@every(hours=1)
@task()
def send_due_digests() -> int:
    """Send the digests whose Monday or first of the month has come."""
    return services.send_due_digests(now=timezone.now(), today=timezone.localdate())


@task()
def brief(person_id: int, unit_id: int | None, period_key: str, language: str) -> None:
    """Find anew what a person's home page tells, so that it is there when they look again."""
    scope = scope_of_job(person_id, unit_id, period_key)
    if scope is not None:
        with override(language):
            queries.briefing(scope, now=timezone.now())


def brief_soon(scope: Scope) -> None:
    """Have a worker do it, unless it is about to."""
    find_soon(brief, scope)
