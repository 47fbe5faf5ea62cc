"""What commands on a workspace share: starting Django, and saying the result as words or JSON."""

import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MIGRATING = int.from_bytes(b"candor_m", "big")  # the number of the advisory lock, the same in every version


def start_django() -> None:
    """Make the apps usable; imports of models must come after it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "candor.web.settings")
    django.setup()


def open_workspace() -> Path:
    """Start Django on the workspace in the data folder, brought to this version's shape; returns the folder.

    Raises:
        NotFound: nobody has set one up there.
        AnotherDataFolder: the record on the database server belongs with another folder.
    """
    home = prepare_home()
    start_django()
    migrate()
    from candor.apps.organization.queries import root_unit
    from candor.foundation.data_folder import expect_own_folder
    from candor.foundation.errors import NotFound

    if root_unit() is None:
        raise NotFound(f"There is no workspace in {home} yet. Run `candor init` first, or set CANDOR_HOME.")
    expect_own_folder()
    return home


def say(facts: dict[str, Any], *, words: str, as_json: bool) -> None:
    """Print a result: one JSON object for machines, or a sentence for people."""
    print(json.dumps(facts, default=str) if as_json else words)


def refuse(message: str, *, as_json: bool) -> int:
    """Print why a command can't be carried out and return its exit code."""
    if as_json:
        print(json.dumps({"error": message}))
    else:
        print(f"candor: {message}", file=sys.stderr)
    return 1


def prepare_home() -> Path:
    """Make the data folder and its secret key, before settings are read; returns the folder."""
    home = Path(os.environ.get("CANDOR_HOME", Path.home() / ".candor")).expanduser().resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = home / "secret.key"
    if not key.exists() and not (
        os.environ.get("CANDOR_SECRET_KEY") or os.environ.get("CANDOR_SECRET_KEY_FILE")
    ):
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(50))
    return home


def migrate() -> None:
    """Bring database and warehouse to this version's shape, one process after the other.

    Raises:
        Conflict: a newer version wrote the warehouse, or somebody writes to it for too long.
    """
    from django.conf import settings
    from django.core.management import call_command

    from candor.foundation.errors import Conflict
    from candor.warehouse import WarehouseError, upgrade

    with _one_at_a_time():
        call_command("migrate", interactive=False, verbosity=0)
    try:
        upgrade(Path(settings.CANDOR_HOME) / "warehouse")
    except WarehouseError as error:
        raise Conflict(str(error)) from error


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait while another process migrates the same record on PostgreSQL; the lock goes with its connection, however it ends."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
