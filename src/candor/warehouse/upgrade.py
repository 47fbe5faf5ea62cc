"""From the layout of an older version to this one's: one commit, after which the old files are no part of the table."""

import os
import shutil
from pathlib import Path
from typing import Any

from candor.warehouse.disk import only_writer, write_durably
from candor.warehouse.errors import WarehouseTooNew
from candor.warehouse.event_bench import EventBench
from candor.warehouse.rows import EXPRESSIONS
from candor.warehouse.schema import EVENTS, quoted
from candor.warehouse.store import FORMAT, FORMAT_FILE, POINTER, format_of
from candor.warehouse.table import Table


def upgrade(folder: str | os.PathLike[str], *, patience: float = 20.0, **settings: Any) -> bool:
    """Bring a warehouse into the shape that this version reads; safe to repeat, also after it was cut off.

    Args:
        folder: Of the warehouse; without one in it nothing happens.
        patience: Seconds to wait for a writer.
        settings: Of DuckDB, such as `threads` and `memory_limit`.

    Returns:
        Whether anything had to be done.

    Raises:
        WarehouseTooNew: A newer version wrote it.
        WarehouseBusy, WarehouseFull: Nothing was changed.
    """
    place = Path(folder).absolute()
    if not (place / POINTER).exists() or format_of(place) == FORMAT:
        return False
    with only_writer(place, patience):
        found = format_of(place)
        if found > FORMAT:
            raise WarehouseTooNew(place, found, FORMAT)
        if found < FORMAT:
            _put_into_buckets(place, settings)
            write_durably(place / FORMAT_FILE, str(FORMAT).encode())
    return True


def _put_into_buckets(folder: Path, settings: dict[str, Any]) -> None:
    table = Table(folder / EVENTS.name, EVENTS)
    if table.columns_on_disk() == EVENTS.names:
        return  # an upgrade before this one was cut off after its commit
    staging = folder / "staging"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    new = {"bucket": EXPRESSIONS[EVENTS.name]["bucket"], "received_at": "NULL"}
    chosen = ", ".join(f"{new.get(name, quoted(name))} AS {quoted(name)}" for name in EVENTS.names)
    try:
        with EventBench.at(table, staging, settings) as bench:
            bench.write_anew(chosen)
            bench.commit("UPGRADE", reshaped=True)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
