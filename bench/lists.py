"""A page of the inbox and of the list of complaints at 50 thousand and 1 million items: server time as a ratio to bare indexed SQL.

    python bench/lists.py [--sizes 50000,1000000] [--keep FOLDER]

Each size is a workspace of its own with 20 branches and two years of feedback, 30 % of it complaints, a third of it handled. A process of its own
signs in a CX lead and the manager of one branch and asks for pages by Django's test client. "cpu" is the part of the page
that is work of this process, which a busy machine does not stretch; "bare" is the fastest SQL that gives the same 50 rows: one
statement over one index, read by Python's sqlite3 without a framework. Each number is the median of several requests; memory is the process's peak after the case.
"""

import argparse
import json
import resource
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import home

SIZES = (50_000, 1_000_000)
TIMES = 9
LEAD, MANAGER = home.ADDRESS, "manager@example.com"
WORDS = (
    "refund",
    "letter",
    "called",
    "branch",
    "fees",
    "statement",
    "closing",
    "appraisal",
    "promised",
    "waiting",
)

FEEDBACK = (
    f"INSERT INTO feedback_feedback (id, kind, source, key, channel, received_at, recorded_at, knows_time, is_partial, segment, episode, unit_id,"
    f" done_by_given, product, company, issue, title, comment, comment_masked, language, weight, handled_at) {home.COUNT_UP} SELECT i + 1,"
    f" CASE WHEN i % 10 < 3 THEN 'complaint' ELSE 'survey' END, 'bench', 'b-' || i, 'channel ' || (i % 4), {home.AT}, {home.AT}, 1, 0, '', '',"
    " {first_branch} + i % {branches}, '', 'product ' || (i * 7 % 11), 'company ' || (i * 13 % 400), 'issue ' || (i * 31 % 97), '', '',"
    " CASE WHEN i % 2 = 0 THEN 'Nobody ' || {word} || ' me about the ' || {other} || ' for ' || (i % 60) || ' days' ELSE '' END, 'en', 1.0,"
    " CASE WHEN i % 3 = 0 THEN {at} END FROM up"
)
COMPLAINTS = (
    "INSERT INTO complaints_complaint (feedback_id, product, sub_product, issue, sub_issue, company, state_code, postcode, tags, received_on,"
    " decide_by, is_open, is_timely, response, public_response, root_cause, redress, entry, jurisdiction, outcome, severity, vulnerability,"
    " vulnerability_note, repeat_why, strangers) SELECT id, product, '', issue, '', company, '', '', '', date(received_at), date(received_at, '+15 days'),"
    " received_at > date('{last_day}', '-40 days'), 1, '', '', '', '', 'import', '', CASE id % 7 WHEN 0 THEN 'upheld' WHEN 1 THEN 'partly'"
    " ELSE 'rejected' END, 1 + id % 3, '', '', '', '[]' FROM feedback_feedback WHERE kind = 'complaint'"
)
RULES = (
    "INSERT INTO complaints_ruleset (id, name, product, jurisdiction, is_active) VALUES (1, 'Ours', '', '', 1)",
    "INSERT INTO complaints_rulesetversion (id, rule_set_id, number, stored, why, made_at) VALUES (1, 1, 1, '{terms}', '', '{last_day}')",
    "UPDATE complaints_complaint SET rules_id = 1, acknowledge_due_at = datetime(received_on, '+2 days'),"
    " decide_due_at = datetime(decide_by, '+1 day') WHERE feedback_id % 3 = 0",
    "UPDATE complaints_complaint SET repeat_of_id = feedback_id - 10, repeat_why = 'same customer' WHERE feedback_id % 20 = 1"
    " AND feedback_id > 20",
    "INSERT INTO complaints_escalation (complaint_id, kind, body, reference, words, opened_at, due_at, due_on, outcome) SELECT feedback_id,"
    " 'appeal', '', '', '', datetime(received_on, '+20 days'), datetime(received_on, '+34 days'), date(received_on, '+34 days'), ''"
    " FROM complaints_complaint WHERE feedback_id % 200 = 1",
)
"""A third by a rule set, a twentieth repeats, some appeals."""
SPAN = (
    "UPDATE organization_workspace SET first_feedback_on = date('{first}'), last_feedback_on = '{last_day}'"
)

ROWS = "SELECT * FROM feedback_feedback WHERE "
NEWEST = " ORDER BY received_at DESC, id DESC LIMIT 50"
CASES: dict[str, tuple[str, str, str]] = {
    "inbox": (LEAD, "/feedback/?period=365d", f"{ROWS}handled_at IS NULL{NEWEST}"),
    "inbox, page 100": (LEAD, "/feedback/?period=365d&page=100", f"{ROWS}handled_at IS NULL{NEWEST} OFFSET 4950"),
    "inbox, one product": (LEAD, "/feedback/?period=365d&product=product+3", f"{ROWS}product = 'product 3' AND handled_at IS NULL{NEWEST}"),
    "inbox, a rare company": (LEAD, "/feedback/?period=365d&company=company+7", f"{ROWS}company = 'company 7' AND handled_at IS NULL{NEWEST}"),
    "inbox, a common word": (LEAD, "/feedback/?period=365d&q=refund", "word:refund"),
    "inbox, two words": (LEAD, "/feedback/?period=all&q=refund+41", "word:refund 41"),
    "inbox of one branch": (MANAGER, "/feedback/?period=365d", f"{ROWS}unit_id = (SELECT max(id) FROM organization_unit) AND handled_at IS NULL{NEWEST}"),
    "complaints": (LEAD, "/complaints/list/?period=365d", "SELECT * FROM complaints_complaint ORDER BY received_on DESC, feedback_id DESC LIMIT 50"),
    "complaints past their clock": (
        LEAD, "/complaints/list/?period=365d&state=late",
        "SELECT * FROM complaints_complaint WHERE is_open = 1 AND decide_by < '2026-06-30' ORDER BY decide_by, feedback_id LIMIT 50",
    ),
    "complaints, a word": (LEAD, "/complaints/list/?period=365d&q=refund+41", "word:refund 41"),
    "complaints that repeat": (
        LEAD, "/complaints/list/?period=365d&repeat=yes",
        "SELECT * FROM complaints_complaint WHERE repeat_of_id IS NOT NULL ORDER BY received_on DESC, feedback_id DESC LIMIT 50",
    ),
    "complaints, upheld and severe": (
        LEAD, "/complaints/list/?period=365d&outcome=upheld&severity=3",
        "SELECT * FROM complaints_complaint WHERE outcome = 'upheld' AND severity = 3 ORDER BY received_on DESC LIMIT 50",
    ),
    "complaints due": (
        LEAD, "/complaints/due/?period=365d",
        "SELECT * FROM complaints_complaint WHERE is_open = 1 AND decide_by < '2026-06-30' ORDER BY decide_by, feedback_id LIMIT 200",
    ),
    "complaints of one branch": (
        MANAGER, "/complaints/list/?period=365d",
        "SELECT c.* FROM complaints_complaint c JOIN feedback_feedback f ON f.id = c.feedback_id WHERE f.kind = 'complaint' AND f.unit_id ="
        " (SELECT max(id) FROM organization_unit) ORDER BY c.received_on DESC LIMIT 50",
    ),
    "complaints overview": (LEAD, "/complaints/?period=90d", "SELECT count(*) FROM complaints_complaint WHERE received_on > '2026-04-01'"),
    "complaints, one issue": (
        LEAD, "/complaints/list/?period=365d&product=product+3&issue=issue+12",
        "SELECT * FROM complaints_complaint WHERE product = 'product 3' AND issue = 'issue 12' ORDER BY received_on DESC LIMIT 50",
    ),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument(
        "--keep", type=Path, help="a folder for the workspaces, used again when they are there"
    )
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fill:
        fill(arguments.fill)
    elif arguments.ask:
        print(json.dumps(ask(*CASES[arguments.ask])))
    else:
        compare([int(size) for size in arguments.sizes.split(",")], arguments.keep)


def compare(sizes: list[int], keep: Path | None) -> None:
    folder = keep or Path(tempfile.mkdtemp())
    for size in sizes:
        place = folder / f"lists-{size}"
        if not (place / "filled").exists():
            shutil.rmtree(place, ignore_errors=True)
            home.run(place, "--fill", str(size), script=__file__)
            (place / "filled").touch()
        print(
            f"\n{f'{size:,} items':32}{'page ms':>9}{'cpu ms':>8}{'bare ms':>9}{'ratio':>7}{'memory MB':>11}"
        )
        for name in CASES:
            found = json.loads(home.run(place, "--ask", name, script=__file__).splitlines()[-1])
            ratio = found["page"] / found["bare"]
            print(
                f"{name:32}{found['page']:9.1f}{found['cpu']:8.1f}{found['bare']:9.2f}{ratio:7.0f}{found['memory']:11.0f}",
                flush=True,
            )
    if keep is None:
        shutil.rmtree(folder)


def fill(size: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from candor.apps.complaints.rule_sets import TEMPLATES

    call_command("migrate", interactive=False, verbosity=0)
    first_branch = home.staff()
    manager(first_branch + home.BRANCHES - 1)
    facts: dict[str, Any] = home.facts_of(size, size, first_branch)
    words = (
        "CASE "
        + " ".join(f"WHEN i * {{step}} % 10 = {n} THEN '{word}'" for n, word in enumerate(WORDS))
        + " END"
    )
    at = home.AT.format(**facts)
    facts["terms"] = json.dumps(TEMPLATES["Our own promise"].to_stored())
    facts |= {"word": words.format(step=3), "other": words.format(step=7), "at": at}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (FEEDBACK, COMPLAINTS, SPAN, *RULES):
            cursor.execute(statement.format(**facts))


def manager(unit_id: int) -> None:
    from candor.apps.organization.choices import Role
    from candor.apps.organization.models import Unit
    from candor.apps.organization.services import create_person, give_role

    unit = Unit.objects.get(pk=unit_id)
    person = create_person(
        name="Manager", unit=unit, by=None, email=MANAGER, password="a long enough password"
    )
    give_role(person=person, role=Role.MANAGER, unit=unit, by=None)


def ask(who: str, url: str, bare: str) -> dict[str, float]:
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from candor.apps.organization.models import Person

    client = Client()
    client.force_login(
        Person.objects.get(email=who), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert client.get(url).status_code == 200, url
    page, cpu = median(lambda: client.get(url)), median(lambda: client.get(url), clock=time.process_time)
    connection = sqlite3.connect(Path(settings.CANDOR_HOME) / "candor.sqlite3")
    statement = bare
    if bare.startswith("word:"):
        match = " AND ".join(f'"{word}"*' for word in bare.removeprefix("word:").split())
        newest = f"SELECT rowid FROM feedback_words WHERE feedback_words MATCH '{match}' ORDER BY rowid DESC LIMIT 50"
        statement = f"{ROWS}id IN ({newest}) ORDER BY received_at DESC"
    rows = connection.execute(statement).fetchall()
    assert rows, statement
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "page": page,
        "cpu": cpu,
        "bare": median(lambda: connection.execute(statement).fetchall()),
        "memory": memory,
    }


def median(work: Callable[[], object], *, clock: Callable[[], float] = time.perf_counter) -> float:
    """Milliseconds."""
    seconds = []
    for _ in range(TIMES):
        started = clock()
        work()
        seconds.append(clock() - started)
    return statistics.median(seconds) * 1_000


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.returncode) from error
