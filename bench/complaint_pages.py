"""The complaints pages with the 44,366 real complaints, and with a million made of them: milliseconds a page.

    CANDOR_DATA=… python bench/complaint_pages.py [--keep FOLDER] [--only WORDS] [--profile]
    CANDOR_DATA=… python -m tests.postgres python bench/complaint_pages.py [--million-only]

The real file goes through the import. The million are its rows over and over with new numbers and days moved by up to three weeks, so that each
period holds as many times more; a third runs by a rule set, a tenth is of 40 thousand customers, a twentieth repeats one, every two hundredth went
to appeal. A process of its own signs in a CX lead and asks for each page by Django's test client: "anew" is the first time, "page" and "cpu" the medians of
further ones, of which "cpu" is the work of this process, which a busy machine does not stretch (on PostgreSQL the server's work is not in it).
"""

import argparse
import cProfile
import json
import os
import pstats
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import home

SIZES = ("real", "million")
COPIES = 22
MOVED_DAYS = 21
PERIODS = ("90d", "all")
TIMES = 5
PAGES = {
    "overview": "/complaints/?period={period}",
    "late or about to be": "/complaints/due/?period={period}",
    "late or about to be, decide": "/complaints/due/?period={period}&clock=decide",
    "register": "/complaints/list/?period={period}",
    "register, page 100": "/complaints/list/?period={period}&page=100",
    "register, past their clock": "/complaints/list/?period={period}&state=late",
    "register, open": "/complaints/list/?period={period}&state=open",
    "register, answered late": "/complaints/list/?period={period}&state=late_decided",
    "register, one issue": "/complaints/list/?period={period}&product=Mortgage&issue=Struggling+to+pay+mortgage",
    "register, one company": "/complaints/list/?period={period}&company=WELLS+FARGO+%26+COMPANY",
    "repeats": "/complaints/list/?period={period}&repeat=yes",
    "search, a word": "/complaints/list/?period={period}&q=fee",
    "search, words": "/complaints/list/?period={period}&q=credit+report+fraud",
    "search, its number": "/complaints/list/?period={period}&q=7887",
    "one complaint": "/complaints/{late}/",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", type=Path, help="a folder for the workspaces, used again when there")
    parser.add_argument("--only", default="", help="pages whose name has these words")
    parser.add_argument("--million-only", action="store_true")
    parser.add_argument("--profile", action="store_true", help="print where a page's time goes")
    parser.add_argument("--fill", choices=SIZES, help=argparse.SUPPRESS)
    parser.add_argument("--ask", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fill:
        fill(arguments.fill)
    elif arguments.ask:
        ask(arguments.only, profiled=arguments.profile)
    else:
        compare(arguments)


def compare(arguments: argparse.Namespace) -> None:
    if not (Path(os.environ.get("CANDOR_DATA", "")) / "cfpb").is_dir():
        raise SystemExit("skipped: set CANDOR_DATA to the folder with the real data")
    folder = arguments.keep or Path(tempfile.mkdtemp())
    for size in SIZES[1:] if arguments.million_only else SIZES:
        place = folder / f"complaints-{size}"
        if not (place / "filled").exists():
            shutil.rmtree(place, ignore_errors=True)
            print(home.run(place, "--fill", size, script=__file__), end="")
            (place / "filled").touch()
        words = ["--ask", "--only", arguments.only, *(["--profile"] if arguments.profile else [])]
        print(f"\n{size:32}{'':8}{'anew ms':>9}{'page ms':>9}{'cpu ms':>8}")
        print(home.run(place, *words, script=__file__), end="", flush=True)
    if arguments.keep is None:
        shutil.rmtree(folder)


def fill(size: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from candor.apps.complaints.models import Complaint
    from candor.foundation.jobs import Worker

    started = time.perf_counter()
    call_command("migrate", interactive=False, verbosity=0)
    home.staff()
    import_real()
    Worker().run_all()
    if size == "million":
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements():
                cursor.execute(statement)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"{Complaint.objects.count():,} complaints in {time.perf_counter() - started:.0f} s")


def import_real() -> None:
    """As anybody would, by the command."""
    from candor.cli import main as candor

    file = Path(os.environ["CANDOR_DATA"]) / "cfpb" / "complaints.csv.gz"
    if candor(["import", "complaints", str(file), "--json"]):
        raise SystemExit("The file could not be imported.")


def statements() -> list[str]:
    from django.db import connection, models
    from django.db.models import Max

    from candor.apps.complaints.models import Complaint
    from candor.apps.complaints.rule_sets import TEMPLATES
    from candor.apps.feedback.models import Feedback
    from candor.apps.organization.models import Unit

    is_sqlite = connection.vendor == "sqlite"
    moved = f"(copy % {MOVED_DAYS})"
    step = Feedback.objects.aggregate(most=Max("pk"))["most"]

    def day(column: str, days: str, *, sign: str = "-") -> str:
        if is_sqlite:
            return f"date({column}, '{sign}' || {days} || ' days')"
        return f"({column} {sign} CAST({days} AS integer))"

    def instant(column: str, days: str, *, sign: str = "-") -> str:
        if is_sqlite:
            return f"datetime({column}, '{sign}' || {days} || ' days')"
        return f"({column} {sign} {days} * INTERVAL '1 day')"

    def again(model: type[models.Model], given: dict[str, str]) -> str:
        names = [field.column for field in model._meta.concrete_fields]
        shown = ", ".join(given.get(name, name) for name in names)
        table = model._meta.db_table
        count_up = f"WITH RECURSIVE copies(copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < {COPIES})"
        columns = ", ".join(names)
        return f"INSERT INTO {table} ({columns}) {count_up} SELECT {shown} FROM copies CROSS JOIN {table}"

    days = ("received_on", "sent_on", "acknowledge_by", "acknowledged_on", "decide_by", "decided_on")
    unit_id, terms = (
        Unit.objects.order_by("pk").values_list("pk", flat=True)[0],
        json.dumps(TEMPLATES["Our own promise"].to_stored()),
    )
    count_to = "WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < 40000)"
    start = instant("received_on", "2", sign="+")
    return [
        again(
            Feedback,
            {"id": f"id + copy * {step}", "key": "key || '-' || copy", "received_at": instant("received_at", moved)},
        ),
        again(
            Complaint,
            {"feedback_id": f"feedback_id + copy * {step}"} | {name: day(name, moved) for name in days},
        ),
        "INSERT INTO complaints_ruleset (id, name, product, jurisdiction, is_active) VALUES (1, 'Ours', '', '', true)",
        "INSERT INTO complaints_rulesetversion (id, rule_set_id, number, stored, why, made_at)"
        f" VALUES (1, 1, 1, '{terms}', '', CURRENT_TIMESTAMP)",
        f"UPDATE complaints_complaint SET rules_id = 1, acknowledge_due_at = {start},"
        f" decide_due_at = {instant('decide_by', '1', sign='+')}, severity = 1 + feedback_id % 3,"
        " outcome = CASE feedback_id % 7 WHEN 0 THEN 'upheld' WHEN 1 THEN 'partly' ELSE 'rejected' END WHERE feedback_id % 3 = 0",
        *customers(count_to, unit_id),
        f"UPDATE complaints_complaint SET repeat_of_id = feedback_id - {step}, repeat_why = 'same customer'"
        f" WHERE feedback_id % 20 = 1 AND feedback_id > {step}",
        "INSERT INTO complaints_escalation (complaint_id, kind, body, reference, words, opened_at, due_at, due_on, outcome) SELECT"
        f" feedback_id, 'appeal', '', '', '', {start}, {instant('received_on', '34', sign='+')}, {day('received_on', '34', sign='+')}, ''"
        " FROM complaints_complaint WHERE feedback_id % 200 = 1",
    ]  # fmt: skip


def customers(count_to: str, unit_id: int) -> list[str]:
    """Forty thousand, each with about two and a half complaints."""
    from django.db import models

    from candor.apps.customers.models import Customer

    def empty(field: Any) -> str:
        if field.name == "id":
            return "i"
        if field.name == "unit":
            return str(unit_id)
        if field.name in {"key", "reference"}:
            return "'c-' || i"
        if field.null:
            return "NULL"
        if isinstance(field, models.JSONField):
            return "'{}'"
        if isinstance(field, models.BooleanField):
            return "true" if field.get_default() else "false"
        if isinstance(field, models.DateTimeField | models.DateField):
            return "CURRENT_TIMESTAMP"
        return f"'{field.get_default() or ''}'"

    fields = Customer._meta.concrete_fields
    columns = ", ".join(field.column for field in fields)
    values = ", ".join(empty(field) for field in fields)
    return [
        f"INSERT INTO {Customer._meta.db_table} ({columns}) {count_to} SELECT {values} FROM up",
        "UPDATE feedback_feedback SET customer_id = 1 + (id / 10) % 40000 WHERE id % 10 = 1",
    ]


def ask(only: str, *, profiled: bool) -> None:
    import django

    django.setup()
    from django.test import Client
    from django.utils import timezone

    from candor.apps.complaints.models import Complaint
    from candor.apps.organization.models import Person

    client = Client()
    client.force_login(
        Person.objects.get(email=home.ADDRESS), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    late = Complaint.objects.filter(is_open=True, decide_by__lt=timezone.localdate()).order_by("decide_by")
    facts = {"late": late.values_list("pk", flat=True)[0]}
    client.get(PAGES["one complaint"].format(**facts))
    for name, address in PAGES.items():
        for period in PERIODS if "{period}" in address else ("",):
            if only in name:
                measure(client, name, period, address.format(period=period, **facts), profiled=profiled)


def measure(client: Any, name: str, period: str, url: str, *, profiled: bool) -> None:
    began = time.perf_counter()
    assert client.get(url).status_code == 200, url
    anew = (time.perf_counter() - began) * 1_000
    timed = [timed_get(client, url) for _ in range(TIMES)]
    page, cpu = (statistics.median(one) for one in zip(*timed, strict=True))
    print(f"{name:32}{period:8}{anew:9.0f}{page:9.0f}{cpu:8.0f}", flush=True)
    if profiled:
        with cProfile.Profile() as profile:
            client.get(url)
        pstats.Stats(profile).sort_stats("tottime").print_stats(12)


def timed_get(client: Any, url: str) -> tuple[float, float]:
    """Milliseconds: by the clock, and of this process."""
    began, worked = time.perf_counter(), time.process_time()
    client.get(url)
    return (time.perf_counter() - began) * 1_000, (time.process_time() - worked) * 1_000


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.returncode) from error
