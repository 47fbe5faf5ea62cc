"""Work of reputation outside of a request."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every
from candor.foundation.models import Job

from . import fetching, replies
from .choices import ReplyState
from .models import Connection, Reply


@task(priority=-5)
def fetch(connection_id: int, is_whole: bool = False) -> int:
    """Fetch from a site, to the end if wished; when it asks to wait, go on after that time."""
    connection = Connection.objects.select_related("unit").filter(pk=connection_id).first()
    if connection is None:
        return 0
    found = fetching.fetch(connection=connection, is_whole=is_whole)
    if connection.state == Connection.State.WAITING and connection.next_at:
        fetch.using(run_after=connection.next_at).enqueue(connection_id)
    return found


@every(minutes=30)
@task()
def fetch_all() -> int:
    """Have every connection fetched that does not rest by a site's wish."""
    rested = Q(next_at=None) | Q(next_at__lte=timezone.now())
    ids = list(Connection.objects.filter(rested, is_on=True).order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        fetch.enqueue(pk)
    return len(ids)


@every(hours=1)
@task()
def send_left_behind() -> int:
    """Have approved replies sent whose job was given up, because its worker died each time."""
    kept = {
        number
        for job in Job.objects.filter(
            task_path=send_reply.module_path, state__in=[Job.State.READY, Job.State.RUNNING]
        )
        for number in job.arguments["args"]
    }
    ids = Reply.objects.filter(state=ReplyState.SENDING).order_by("pk").values_list("pk", flat=True)
    left = [pk for pk in ids if pk not in kept]
    for pk in left:
        send_reply.enqueue(pk)
    return len(left)


@task()
def send_reply(reply_id: int) -> bool:
    """Send an approved reply; after a passing failure once more, later and later."""
    reply = Reply.objects.select_related("review__feedback", "review__connection").filter(pk=reply_id).first()
    if reply is None:
        return False
    wait = replies.send(reply=reply)
    if wait is not None:
        send_reply.using(run_after=timezone.now() + timedelta(seconds=wait)).enqueue(reply_id)
    return wait is None
