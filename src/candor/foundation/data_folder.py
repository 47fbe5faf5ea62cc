"""One record, one data folder: two folders would each project into a warehouse of their own, and count a part of the facts each.

SQLite lies in its folder. A record on PostgreSQL remembers a key that is written into the folder, so that the folder may be moved or
seen by several machines, and another one is refused.
"""

import os
import secrets
from contextlib import suppress

from django.db import connection

from .errors import Conflict
from .models import DataFolder
from .storage import home

KEY_FILE = "folder.key"


class AnotherDataFolder(Conflict):
    """The record belongs with another data folder."""

    code = "another-data-folder"
    title = "This record belongs with another data folder"


def expect_own_folder() -> None:
    """Make sure that the record belongs with this data folder; a new record does from now on.

    Raises:
        AnotherDataFolder: it belongs with another one.
    """
    known = DataFolder.objects.filter(pk=1).first()
    if known is None:
        known, _ = DataFolder.objects.get_or_create(pk=1, defaults={"key": _key(), "place": _place()})
    if known.key == _key():
        return
    if connection.vendor == "sqlite":  # the record came here with the folder it lies in
        adopt_folder()
        return
    raise AnotherDataFolder(
        f"The facts of this record are counted in the data folder {known.place}, and this is {_place()}. Start Candor with that "
        "folder, or with a copy of the whole folder that takes its place. If it is lost: `candor warehouse adopt`."
    )


def adopt_folder() -> None:
    """Make this data folder the record's, whichever was before; its warehouse is to be rebuilt."""
    DataFolder.objects.update_or_create(pk=1, defaults={"key": _key(), "place": _place()})


def _key() -> str:
    """The key of this data folder, made when there is none."""
    path = home() / KEY_FILE
    if not path.exists():
        draft = path.with_name(f".{secrets.token_hex(8)}")
        draft.write_text(secrets.token_hex(16), encoding="utf-8")
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="utf-8")


def _place() -> str:
    return f"{os.uname().nodename}:{home()}"[:300]
