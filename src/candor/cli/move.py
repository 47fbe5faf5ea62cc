"""`candor move`: the record from SQLite in the data folder to a PostgreSQL server."""

import argparse
import os
import subprocess
import sys

from .workspace import open_workspace, refuse, say


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "move", help="copy the record to a PostgreSQL server, for a workspace that has grown"
    )
    parser.add_argument("--to", required=True, help="an empty database: postgresql://user:password@host/name")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    from candor.foundation.errors import DomainError
    from candor.web import environment

    try:
        target = environment.postgres("--to", arguments.to)
        open_workspace()
        from candor.foundation.moving import move_record

        _make_tables(arguments.to)
        moved = move_record(to=target)
    except (DomainError, ImproperlyConfigured, OperationalError) as error:
        return refuse(str(error).strip(), as_json=arguments.json)
    rows = sum(moved.rows.values())
    words = [f"{rows:,} rows of {len(moved.rows)} tables were copied."]
    if moved.cleaned:
        words.append(
            f"{moved.cleaned:,} values had NUL characters, which PostgreSQL does not store; they were left out."
        )
    words.append(
        "Set CANDOR_DATABASE_URL to that address and start Candor on this folder. candor.sqlite3 is used no more."
    )
    facts = {"rows": moved.rows, "cleaned": moved.cleaned}
    say(facts, words=" ".join(words), as_json=arguments.json)
    return 0


def _make_tables(address: str) -> None:
    """Bring the target to this version's shape, by a process that knows no other database: migrations ask for the default one.

    Raises:
        Conflict: it can't be reached, or can't be written to.
    """
    from candor.foundation.errors import Conflict

    kept = {name: value for name, value in os.environ.items() if not name.startswith("CANDOR_DATABASE_URL")}
    command = [
        sys.executable,
        "-m",
        "django",
        "migrate",
        "--no-input",
        "--verbosity",
        "0",
        "--settings",
        "candor.web.settings",
    ]
    ended = subprocess.run(  # noqa: S603  our own interpreter and module names
        command, env=kept | {"CANDOR_DATABASE_URL": address}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise Conflict(f"The target database can't be prepared: {ended.stderr.strip().splitlines()[-1]}")
