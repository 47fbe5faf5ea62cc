"""`candor warehouse`: keep it equal to the record, its files sound and few, and what must go out of it."""

import argparse
from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING

from .workspace import migrate, open_workspace, prepare_home, refuse, say, start_django

if TYPE_CHECKING:
    from candor.warehouse import Verified

SHOWN = 10  # differences named in words; JSON holds all


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("warehouse", help="keep the warehouse equal to the record")
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    for name, help_ in (
        ("project", "bring the warehouse up to date with what changed"),
        ("upgrade", "bring a folder that an older version wrote into this version's shape"),
        ("rebuild", "write all facts anew from the record; readers see the old ones until the end"),
        (
            "adopt",
            "make this data folder the record's, when the one it had is lost, and rebuild the warehouse in it",
        ),
        (
            "verify",
            "read every file, and count every fact here and in the record; exit code 1 if they differ",
        ),
        (
            "health",
            "how many events came late, twice, out of order, from the future or from before 2000, by source and import",
        ),
        ("mend", "set damaged files of the event log aside, so that the rest can be read"),
        ("compact", "put files together where it is worth it; others may read and write meanwhile"),
        ("retain", "drop the events of cases whose last event is older than so many days"),
        ("vacuum", "remove files that are in use no more"),
        ("erase", "drop the events and answers of customers from every file, and search the files for them"),
    ):
        action = actions.add_parser(name, help=help_)
        action.add_argument("--json", action="store_true", help="print one JSON object")
        if name == "compact":
            action.add_argument("--all", action="store_true", help="write the whole event log anew")
        if name == "retain":
            action.add_argument("--days", type=int, help="instead of CANDOR_EVENT_RETENTION_DAYS")
        if name == "erase":
            action.add_argument(
                "customers", type=int, nargs="+", metavar="CUSTOMER", help="numbers of customers"
            )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError
    from candor.warehouse import WarehouseError

    plain = {
        "project": _project,
        "upgrade": _upgrade,
        "rebuild": _rebuild,
        "verify": _verify,
        "health": _health,
    }
    keeping = {"mend": _mend, "compact": _compact, "retain": _retain, "vacuum": _vacuum, "erase": _erase}
    try:
        if arguments.action == "adopt":
            return _adopt(arguments.json)
        open_workspace()
        if arguments.action in keeping:
            return keeping[arguments.action](arguments)
        return plain[arguments.action](arguments.json)
    except (DomainError, WarehouseError) as error:
        return refuse(str(error), as_json=arguments.json)


def _project(as_json: bool) -> int:
    from candor.apps.scores.services import project_pending

    done = project_pending()
    say({"entries": done}, words=f"{done:,} outbox entries projected.", as_json=as_json)
    return 0


def _upgrade(as_json: bool) -> int:
    from candor.foundation.storage import warehouse

    folder = warehouse().folder  # opening the workspace has upgraded it
    say(
        {"folder": str(folder)}, words=f"The warehouse in {folder} has this version's shape.", as_json=as_json
    )
    return 0


def _rebuild(as_json: bool) -> int:
    from candor.apps.events.own import append_all
    from candor.apps.scores.services import rebuild_warehouse

    facts, events = rebuild_warehouse(), append_all()
    words = f"The warehouse was rebuilt with {facts:,} facts; {events:,} events of Candor's own were missing in the log and added."
    say({"facts": facts, "own_events_added": events}, words=words, as_json=as_json)
    return 0


def _adopt(as_json: bool) -> int:
    prepare_home()
    start_django()
    migrate()
    from candor.apps.scores.services import rebuild_warehouse
    from candor.foundation.data_folder import adopt_folder
    from candor.foundation.storage import home

    adopt_folder()
    facts = rebuild_warehouse()
    words = (
        f"The record's data folder is {home()} from now on; its warehouse was rebuilt with {facts:,} facts. Imported event logs "
        "and files lay only in the old folder: import them again."
    )
    say({"home": str(home()), "facts": facts}, words=words, as_json=as_json)
    return 0


def _verify(as_json: bool) -> int:
    from candor.apps.scores.services import verify_warehouse
    from candor.foundation.storage import warehouse

    files = warehouse().verify()
    if files.faults:
        return _say_faults(files, as_json=as_json)
    found = verify_warehouse()
    facts = {
        "files": files.parts,
        "rows": files.rows,
        "faults": [],
        "equal": found.is_equal,
        "facts": found.facts,
        "pending": found.pending,
        "differences": [asdict(difference) for difference in found.differences],
    }
    lines = [
        f"{files.parts:,} files with {files.rows:,} rows are as they were written.",
        f"{found.facts:,} facts in the record, {found.pending:,} outbox entries pending.",
        "The warehouse holds the same." if found.is_equal else f"{len(found.differences):,} groups differ:",
        *(
            f"  {d.metric} = {d.value:g}, {d.month}, unit {d.unit}: {d.in_record} in the record, {d.in_warehouse} here"
            for d in found.differences[:SHOWN]
        ),
    ]
    if not found.is_equal:
        lines.append("Pending entries explain differences; otherwise run `candor warehouse rebuild`.")
    say(facts, words="\n".join(lines), as_json=as_json)
    return 0 if found.is_equal else 1


def _health(as_json: bool) -> int:
    from django.utils import timezone

    from candor.foundation.storage import warehouse
    from candor.warehouse.queries import log_health

    now = timezone.now().astimezone(UTC).replace(tzinfo=None)
    found = log_health(warehouse(), as_of=now)
    lines = [
        f"{one.source or 'unknown source'}{f', import {one.batch}' if one.batch else ''}: events {one.events:,}, cases {one.cases:,}, "
        f"{one.first:%Y-%m-%d} to {one.last:%Y-%m-%d}; {one.late:,} late by a day or more, {one.doubled:,} there twice, "
        f"{one.out_of_order:,} told after a later one of their case, {one.future:,} from the future, {one.too_old:,} before 2000."
        for one in found
    ]
    facts = {
        "sources": [
            asdict(one) | {"first": one.first.isoformat(), "last": one.last.isoformat()} for one in found
        ]
    }
    say(
        facts,
        words="\n".join([*lines, "All of them are kept."]) if lines else "The event log is empty.",
        as_json=as_json,
    )
    return 0


def _say_faults(files: "Verified", *, as_json: bool) -> int:
    facts = {
        "files": files.parts,
        "rows": files.rows,
        "faults": [asdict(fault) for fault in files.faults],
    }
    lines = [f"{len(files.faults):,} faults in the files:"]
    for fault in files.faults[:SHOWN]:
        lines += [f"  {fault.where}: {fault.problem}", f"    {fault.remedy}"]
    say(facts, words="\n".join(lines), as_json=as_json)
    return 1


def _mend(arguments: argparse.Namespace) -> int:
    from candor.foundation.storage import warehouse

    mended = warehouse().mend()
    words = f"{len(mended.files):,} damaged files with {mended.rows:,} events were set aside; the hashes of ids are made anew."
    say(asdict(mended), words=words, as_json=arguments.json)
    return 0


def _compact(arguments: argparse.Namespace) -> int:
    from candor.foundation.storage import warehouse

    rows = warehouse().compact(everything=arguments.all)
    say({"events": rows}, words=f"{rows:,} events were written anew.", as_json=arguments.json)
    return 0


def _retain(arguments: argparse.Namespace) -> int:
    from django.conf import settings
    from django.utils import timezone

    from candor.apps.journeys.services import drop_old_events

    days = settings.CANDOR_EVENT_RETENTION_DAYS if arguments.days is None else arguments.days
    if days <= 0:
        message = "Events are kept for ever: give --days, or set CANDOR_EVENT_RETENTION_DAYS."
        return refuse(message, as_json=arguments.json)
    rows = drop_old_events(days=days, now=timezone.now(), by=None)
    say({"events": rows, "days": days}, words=f"{rows:,} events were dropped.", as_json=arguments.json)
    return 0


def _vacuum(arguments: argparse.Namespace) -> int:
    from candor.foundation.storage import warehouse

    removed = warehouse().vacuum()
    say({"files": removed}, words=f"{removed:,} files were removed.", as_json=arguments.json)
    return 0


def _erase(arguments: argparse.Namespace) -> int:
    from candor.foundation.storage import warehouse

    erased = warehouse().erase(customers=arguments.customers)
    words = (
        f"{erased.events:,} events and {erased.answers:,} answers were dropped. {erased.traces.files:,} files were searched: "
        + (
            f"{', '.join(erased.traces.found)} still hold the customers."
            if erased.traces.found
            else "none holds the customers."
        )
        + " Answers come back with the next rebuild unless the customer is erased from the record (`candor customer erase`)."
    )
    say(asdict(erased), words=words, as_json=arguments.json)
    return 1 if erased.traces.found else 0
