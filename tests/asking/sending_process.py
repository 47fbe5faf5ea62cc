"""A process of its own that decides and sends, so that a test can kill it: `python -m tests.asking.sending_process WHAT [N]`."""

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "candor.web.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from candor.apps.asking import deciding, sending  # noqa: E402
from candor.apps.asking.choices import PlanState, Trigger  # noqa: E402
from candor.apps.asking.coming_up import Member, in_a_group  # noqa: E402
from candor.apps.asking.models import Message, Plan, Request  # noqa: E402
from candor.apps.asking.services import change_rule  # noqa: E402
from candor.apps.organization.services import create_workspace  # noqa: E402


def prepare(n: int) -> None:
    """A workspace with so many customers who come up now."""
    from tests.asking.conftest import a_survey, customers

    call_command("migrate", verbosity=0)
    create_workspace(name="Harbour")
    now = timezone.now()
    from datetime import time

    change_rule(facts={"quiet_from": time(0), "quiet_until": time(0), "days": list(range(7))}, by=None)
    plan = Plan.objects.create(
        name="All", survey=a_survey(), trigger=Trigger.BY_HAND, state=PlanState.RUNNING, started_at=now
    )
    members = (Member(pk, None, 0.0) for pk in customers(n))
    in_a_group(plan=plan, members=members, name="group-1", at=now, now=now)


def work() -> None:
    """Decide and send, once through."""
    while deciding.decide_due(now=timezone.now(), most=150):
        continue
    sending.send_ready(most_seconds=300)


def tell() -> None:
    """What the record knows, as JSON."""
    sending.settle_claims(now=timezone.now() + timedelta(hours=1))
    rows = Message.objects.values("address", "delivery", "message_id", "tries")
    standings = list(Request.objects.values_list("standing", flat=True))
    sys.stdout.write(json.dumps({"messages": list(rows), "standings": standings}))


def a_day_later() -> None:
    """Try what is unsure once more."""
    later = timezone.now() + timedelta(hours=25)
    sending.try_unsure_again(now=later)
    sending.send_ready(most_seconds=60, now=lambda: later)


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    {"prepare": prepare, "work": work, "tell": tell, "later": a_day_later}[what](*map(int, rest))
