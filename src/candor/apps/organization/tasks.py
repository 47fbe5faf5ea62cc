"""Work of the organization outside of a request."""

from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every

from .calls import KEPT
from .models import RememberedCall


@every(hours=1)
@task()
def forget_remembered_calls() -> int:
    """Drop answers that were kept for a day in case the same call came again; returns how many."""
    return RememberedCall.objects.filter(made_at__lt=timezone.now() - KEPT).delete()[0]
