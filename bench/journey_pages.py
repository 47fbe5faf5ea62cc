"""The pages of a journey over generated logs of a million, ten and a hundred million events, as ratios to the smallest.

    python bench/journey_pages.py [--sizes 1000000 10000000] [--keep FOLDER]

Each size is a workspace of its own with the journey designed from the proposal of its events, asked by Django's test client in a
process of its own: "first" is the page that finds no count yet and hands it to a job (a log of up to 400,000 events is counted at
once), "job" is that counting, "page" the median of the pages after it, "stale" the page after one more event came, which shows the
last counts and has a job count anew. Printed are seconds and the most memory that the process held. A hundred million events need
25 GB of disk and about half an hour of filling.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from event_logs import JOURNEY, write_event_log

AGAIN = 15
ADDRESS = "lead@example.com"
PAGES = {"map": f"/journeys/{JOURNEY}/", "paths": f"/journeys/{JOURNEY}/paths/"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument(
        "--keep", type=Path, help="a folder for the workspaces, used again when they are there"
    )
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ask", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fill:
        fill(arguments.fill)
    elif arguments.ask:
        print(json.dumps(asked()))
    else:
        compare(arguments.sizes, arguments.keep)


def compare(sizes: list[int], keep: Path | None) -> None:
    folder = keep or Path(tempfile.mkdtemp(prefix="journey-pages-"))
    print(
        f"{'events':>12}{'page':>8}{'first s':>10}{'job s':>10}{'page s':>10}{'ratio':>8}{'stale s':>10}{'peak MB':>10}"
    )
    smallest: dict[str, float] = {}
    for size in sizes:
        home = folder / str(size)
        if not (home / "filled").exists():
            _run(home, "--fill", str(size))
            (home / "filled").touch()
        found = json.loads(_run(home, "--ask"))
        for name in PAGES:
            one = found[name]
            smallest.setdefault(name, one["page"])
            ratio = one["page"] / smallest[name]
            print(
                f"{found['events']:>12,}{name:>8}{one['first']:>10.2f}{found['job']:>10.1f}{one['page']:>10.3f}{ratio:>8.2f}"
                f"{one['stale']:>10.2f}{found['peak']:>10.0f}"
            )
    if keep is None:
        shutil.rmtree(folder)


def _run(home: Path, *arguments: str) -> str:
    home.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"CANDOR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "candor.web.settings"}
    command = [sys.executable, "-W", "ignore", __file__, *arguments]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def fill(events: int) -> None:
    """A workspace with a CX lead, the events, and the journey designed from their proposal."""
    _start()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from candor.apps.journeys.services import define_journey
    from candor.apps.organization.choices import Role
    from candor.apps.organization.services import create_person, create_workspace, give_role
    from candor.foundation.storage import home, warehouse

    root = create_workspace(name="Bench")
    lead = create_person(name="Lead", unit=root, by=None, email=ADDRESS, password="not to sign in with")
    give_role(person=lead, role=Role.CX_LEAD, unit=root, by=None)
    paths = write_event_log(home() / "made", events=events)
    warehouse().append_events_from(paths)
    shutil.rmtree(home() / "made")
    define_journey(key=JOURNEY, name="Loan", stages=_stages(), by=lead)


def _stages() -> list[Any]:
    from event_logs import ACTIVITIES

    from candor.apps.journeys.services import NewStage, NewTouchpoint

    points = [
        NewTouchpoint(key=f"bench-{n}", name=name, activity=name, promised_hours=72 if n % 3 == 0 else None)
        for n, name in enumerate(ACTIVITIES)
    ]
    return [NewStage(name=f"Stage {n}", touchpoints=tuple(points[n * 5 : n * 5 + 5])) for n in range(4)]


def asked() -> dict[str, Any]:
    """Seconds of each page at first, later, and after one more event; and of the job between."""
    _start()
    from candor.apps.journeys.counting import log_state
    from candor.apps.journeys.models import JourneyCount
    from candor.apps.organization.models import Person
    from candor.foundation.jobs import Worker
    from candor.foundation.models import Job

    JourneyCount.objects.all().delete()
    Job.objects.all().delete()
    client = _client(Person.objects.get(email=ADDRESS))
    found: dict[str, Any] = {"events": log_state()[1]}
    for name, path in PAGES.items():
        found[name] = {"first": _seconds(client, path)}
    started = time.perf_counter()
    Worker().run_all()
    found["job"] = time.perf_counter() - started
    for name, path in PAGES.items():
        _seconds(client, path)
        found[name]["page"] = statistics.median(_seconds(client, path) for _ in range(AGAIN))
    _one_more_event()
    for name, path in PAGES.items():
        found[name]["stale"] = _seconds(client, path)
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _seconds(client: Any, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(f"{path}?period=all")
    assert answer.status_code == 200, answer.status_code
    return time.perf_counter() - started


def _one_more_event() -> None:
    from datetime import UTC, datetime

    from candor.foundation.storage import warehouse

    now = datetime.now(UTC)
    warehouse().append_events(
        [
            {
                "journey": JOURNEY,
                "case_id": f"late {now}",
                "activity": "Application opened",
                "at": now,
                "source": "late",
            }
        ]
    )


def _client(person: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client


def _start() -> None:
    import django
    from django.conf import settings

    django.setup()
    settings.ALLOWED_HOSTS = ["*"]


if __name__ == "__main__":
    main()
