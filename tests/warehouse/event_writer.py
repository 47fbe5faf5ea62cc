"""A writer of events to be killed: `python -m tests.warehouse.event_writer FOLDER FROM [NAME]` prints each step that is acknowledged.

The events of step n follow from n and the name alone. Each step also sends the one before it once more.
"""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from candor.warehouse import Warehouse
from tests.warehouse.planted import START

EACH = 40


def events_of(step: int, name: str = "") -> list[dict[str, Any]]:
    at = START + timedelta(minutes=step)
    return [
        {
            "event_id": f"{name}{step}-{i}",
            "journey": "loan",
            "case_id": str(i),
            "activity": f"a{step % 9}",
            "at": at,
        }
        for i in range(EACH)
    ]


def main(folder: Path, first: int, name: str = "", last: int = 100_000) -> None:
    warehouse = Warehouse(folder, patience=60)
    for step in range(first, last):
        again = events_of(step - 1, name) if step else []
        warehouse.append_events([*again, *events_of(step, name), *events_of(step, name)[:3]])
        if step % 3 == 1:
            warehouse.compact(everything=step % 2 == 0)
        if step % 4 == 2:
            warehouse.vacuum()
        print(step, flush=True)  # noqa: T201  the acknowledgement


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:4], *map(int, sys.argv[4:5]))
