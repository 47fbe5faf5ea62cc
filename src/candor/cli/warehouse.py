"""`candor warehouse`: project what is pending, build the projection anew, or compare it with the record."""

import argparse
from dataclasses import asdict

from .workspace import migrate, open_workspace, prepare_home, refuse, say, start_django

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
        ("verify", "count every fact in the record and in the warehouse; exit code 1 if they differ"),
    ):
        action = actions.add_parser(name, help=help_)
        action.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError
    from candor.warehouse import WarehouseError

    actions = {"project": _project, "upgrade": _upgrade, "rebuild": _rebuild, "verify": _verify}
    try:
        if arguments.action == "adopt":
            return _adopt(arguments.json)
        open_workspace()
        return actions[arguments.action](arguments.json)
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
    from candor.apps.scores.services import rebuild_warehouse

    facts = rebuild_warehouse()
    say({"facts": facts}, words=f"The warehouse was rebuilt with {facts:,} facts.", as_json=as_json)
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

    found = verify_warehouse()
    facts = {
        "equal": found.is_equal,
        "facts": found.facts,
        "pending": found.pending,
        "differences": [asdict(difference) for difference in found.differences],
    }
    lines = [
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
