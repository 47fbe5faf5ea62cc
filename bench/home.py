"""The home page at 50 thousand, 1 million and 10 million answers: server time and memory, as ratios to the smallest.

    python bench/home.py [--large] [--keep FOLDER]

Each size is a workspace of its own with 20 branches in four regions and two years of answers: two answers to a feedback, every
50th feedback a complaint, every tenth with a comment in one of ten themes. Facts go straight into the warehouse, the record is
filled by SQL. A process of its own then signs in a CX lead and asks for the page by Django's test client, for all units: "anew" is
the first request after the numbers changed, which shows what was found before and has a worker find it anew ("worker"); "again" is every further one. `--large` adds 10 million answers, about 20 minutes of
filling and 6 GB on disk; `--keep` uses the workspaces in a folder again when they are there.
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
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

SIZES = (50_000, 1_000_000)
LARGE = 10_000_000
AGAIN, ANEW = 40, 7
LAST_DAY = date(2026, 6, 30)
DAYS = 730
BRANCHES, THEMES = 20, 10
ADDRESS = "lead@example.com"

# The same row of chance for record and warehouse: h is between 0 and 1,000,000,006.
FACTS = """
SELECT i // 2 + 1 AS feedback_id, 'survey' AS kind, CASE WHEN i % 2 = 0 THEN 'nps' ELSE 'csat' END AS metric,
    CASE WHEN i % 2 = 0 THEN 'q0' ELSE 'q1' END AS question,
    CAST(CASE WHEN i % 2 = 0 THEN h % 11 ELSE 1 + h % 5 END AS DOUBLE) AS value, 1.0 AS weight,
    TIMESTAMP '{first}' + to_seconds(CAST((i // 2) * CAST({seconds} AS DOUBLE) / ({n} // 2) AS BIGINT)) AS "at",
    NULL AS day, NULL AS month, {first_branch} + (i // 2) % {branches} AS unit, 'product ' || (h // 11 % 5) AS product,
    'channel ' || (h // 13 % 4) AS channel, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (SELECT range AS i, CAST(hash(range) % 1000000007 AS BIGINT) AS h FROM range({n})) AS numbers
"""
COUNT_UP = "WITH RECURSIVE up(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM up WHERE i < {last}) "
AT = "datetime('{first}', '+' || CAST(i * {seconds}.0 / {feedback} AS INTEGER) || ' seconds')"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--large", action="store_true", help="also 10 million answers")
    parser.add_argument(
        "--keep", type=Path, help="a folder for the workspaces, used again when they are there"
    )
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ask", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fill:
        fill(arguments.fill)
    elif arguments.ask:
        print(json.dumps(ask()))
    else:
        compare((*SIZES, LARGE) if arguments.large else SIZES, arguments.keep)


def compare(sizes: tuple[int, ...], keep: Path | None) -> None:
    folder = keep or Path(tempfile.mkdtemp())
    print(
        f"{'answers':>12}{'again ms':>10}{'ratio':>7}{'anew ms':>10}{'ratio':>7}{'worker ms':>11}{'ratio':>7}{'memory MB':>11}{'ratio':>7}"
    )
    first: dict[str, float] = {}
    for size in sizes:
        home = folder / f"home-{size}"
        if not (home / "filled").exists():
            shutil.rmtree(home, ignore_errors=True)
            run(home, "--fill", str(size))
            (home / "filled").touch()
        found = json.loads(run(home, "--ask").splitlines()[-1])
        first = first or found
        cells = "".join(
            f"{found[name]:>{width}.0f}{found[name] / first[name]:>7.2f}"
            for name, width in (("again", 10), ("anew", 10), ("worker", 11), ("memory", 11))
        )
        print(f"{size:>12,}{cells}", flush=True)
        if keep is None:
            shutil.rmtree(home)


def run(home: Path, *words: str, script: str = __file__) -> str:
    home.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"CANDOR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "candor.web.settings"}
    environment |= {
        "CANDOR_ALLOWED_HOSTS": "testserver",
        "CANDOR_EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    }
    return subprocess.run(
        [sys.executable, script, *words], env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def fill(size: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    first_branch = staff()
    facts = facts_of(size, size // 2, first_branch)
    fill_record(facts)
    fill_warehouse(facts)


def facts_of(answers: int, feedback: int, first_branch: int) -> dict[str, Any]:
    """What the statements are filled with."""
    return {
        "n": answers, "feedback": feedback, "last": feedback - 1, "branches": BRANCHES, "first_branch": first_branch,
        "first": f"{datetime.combine(LAST_DAY, datetime.min.time()) - timedelta(days=DAYS - 1)}", "seconds": DAYS * 86_400 - 1,
        "last_day": LAST_DAY, "themes": THEMES,
    }  # fmt: skip


def staff() -> int:
    """The company, its units and its CX lead; returns the id of the first branch."""
    from candor.apps.organization.choices import Role, UnitKind
    from candor.apps.organization.services import create_person, create_unit, create_workspace, give_role

    root = create_workspace(name="Bench")
    regions = [
        create_unit(name=f"Region {n}", kind=UnitKind.REGION, code=f"r{n}", parent=root, by=None)
        for n in range(4)
    ]
    branches = [
        create_unit(name=f"Branch {n}", kind=UnitKind.LOCATION, code=f"b{n}", parent=regions[n % 4], by=None)
        for n in range(BRANCHES)
    ]
    lead = create_person(name="Lead", unit=root, by=None, email=ADDRESS, password="a long enough password")
    give_role(person=lead, role=Role.CX_LEAD, unit=root, by=None)
    return branches[0].pk


def fill_record(facts: dict[str, Any]) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement.format(**facts))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def statements() -> Iterator[str]:
    yield (
        f"INSERT INTO feedback_feedback (id, kind, source, key, channel, received_at, recorded_at, segment, episode, unit_id, product,"
        f" done_by_given, knows_time, company, issue, title, comment, comment_masked, language, weight) {COUNT_UP} SELECT i + 1,"
        f" CASE WHEN i % 50 = 0 THEN 'complaint' ELSE 'survey' END, 'bench', 'b' || i, 'channel ' || (i % 4), {AT}, {AT}, '', '',"
        " {first_branch} + i % {branches}, 'product ' || (i % 5), '', 1, '', '', '', '',"
        " CASE WHEN i % 10 = 0 THEN 'Nobody called me back for days' ELSE '' END, CASE WHEN i % 10 = 0 THEN 'en' ELSE '' END, 1.0 FROM up"
    )
    for place, (kind, number) in enumerate((("nps", "id * 7919 % 11"), ("csat", "1 + id * 7919 % 5"))):
        yield (
            "INSERT INTO feedback_answer (feedback_id, question, kind, number, text, text_masked)"
            f" SELECT id, 'q{place}', '{kind}', {number}, '', '' FROM feedback_feedback"
        )
    yield (
        "INSERT INTO complaints_complaint (feedback_id, product, sub_product, issue, sub_issue, company, state_code, postcode, tags,"
        " received_on, decide_by, is_open, is_timely, response, public_response, root_cause, redress, entry, jurisdiction, outcome,"
        " vulnerability, vulnerability_note, repeat_why, strangers)"
        " SELECT id, product, '', 'issue ' || (id / 50 % 25), '', '', '', '', '', date(received_at), date(received_at, '+15 days'),"
        " received_at > date('{last_day}', '-10 days'), CASE WHEN id % 9 = 0 THEN 0 ELSE 1 END, '', '', '', '',"
        " 'import', '', '', '', '', '', '[]' FROM feedback_feedback WHERE kind = 'complaint'"
    )
    yield (
        "INSERT INTO insights_themerun (id, language, as_of, since, outcome, n_comments, n_read, n_distinct, last_feedback_id,"
        " parameters, codes, model, made_at) VALUES (1, 'en', '{last_day}', '2024-07-01', 'ok', {feedback} / 10, {feedback} / 10, 1000,"
        " {feedback}, '{{}}', '[]', '', '{last_day} 12:00:00')"
    )
    yield (
        "WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < {themes}) INSERT INTO insights_theme (id, key,"
        " language, standing, proposed_name, terms, words, stability, n, found_at, given_name, is_hidden)"
        " SELECT i, 't' || i, 'en', 'stable', 'Theme ' || i, '[]', '{{}}', 0.9, {feedback} / 100, '{last_day} 12:00:00', '', 0 FROM up"
    )
    yield (
        "INSERT INTO insights_readcomment (feedback_id, run_id, theme_id, similarity, unit_id, received_on)"
        " SELECT id, 1, 1 + id / 10 % {themes}, 0.5, unit_id, date(received_at) FROM feedback_feedback WHERE comment_masked <> ''"
    )
    yield "UPDATE organization_workspace SET first_feedback_on = date('{first}'), last_feedback_on = '{last_day}'"


def fill_warehouse(facts: dict[str, Any]) -> None:
    import duckdb

    from candor.foundation.storage import warehouse

    found = duckdb.connect().execute(FACTS.format(**facts))

    def rows() -> Iterator[tuple[Any, ...]]:
        while batch := found.fetchmany(10_000):
            yield from batch

    warehouse().project(rows(), through=1)


def ask() -> dict[str, float]:
    """Milliseconds and megabytes of a process that only serves."""
    import django

    django.setup()
    from django.test import Client

    from candor.apps.organization.models import Person
    from candor.apps.scores import counting
    from candor.foundation.jobs import Worker
    from candor.foundation.storage import warehouse

    client = Client()
    client.force_login(
        Person.objects.get(email=ADDRESS), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    seconds_for(client)

    def anew() -> float:
        warehouse().project(
            (), through=warehouse().watermark() + 1, feedback_ids=[-1]
        )  # another version of the answers
        return seconds_for(client)

    def worker() -> float:
        counting._remembered.cache_clear()
        counting._first_day.cache_clear()
        began = time.perf_counter()
        Worker().run_all()
        return time.perf_counter() - began

    changed = [(anew(), worker()) for _ in range(ANEW)]
    return {
        "anew": 1000 * statistics.median(first for first, _rest in changed),
        "worker": 1000 * statistics.median(rest for _first, rest in changed),
        "again": 1000 * statistics.median(seconds_for(client) for _ in range(AGAIN)),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def seconds_for(client: Any) -> float:
    began = time.perf_counter()
    response = client.get("/")
    assert response.status_code == 200 and b"What changed" in response.content
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
