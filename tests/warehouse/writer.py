"""A writer to be killed: `python -m tests.warehouse.writer FOLDER FROM` writes step after step and prints what is acknowledged.

What the warehouse must hold after step n follows from n alone, so that whoever killed the writer knows what to expect.
"""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from candor.warehouse import Warehouse
from tests.warehouse.planted import START, answer

FRESH = 3  # feedbacks that each step adds
REBUILD_EVERY = 9


def step_rows(step: int) -> list[dict[str, Any]]:
    """New feedback, and one older feedback with a new value."""
    fresh = [answer(step * FRESH + i, step % 11, unit=i, customer=step) for i in range(FRESH)]
    return [*fresh, answer(step * 7 % (step * FRESH), (step + 5) % 11, unit=9)] if step else fresh


def step_events(step: int) -> list[dict[str, Any]]:
    at = START + timedelta(minutes=step)
    return [
        {"journey": "loan", "case_id": str(step // 4), "activity": f"a{i}", "at": at, "ordinal": i}
        for i in range(3)
    ]


def expected_values(step: int) -> dict[int, float]:
    return {row["feedback_id"]: row["value"] for number in range(step + 1) for row in step_rows(number)}


def main(folder: Path, first: int) -> None:
    warehouse = Warehouse(folder)
    for step in range(first, 100_000):
        warehouse.append_events(step_events(step))
        if step % REBUILD_EVERY == REBUILD_EVERY - 1:
            values = expected_values(step)
            warehouse.rebuild([answer(key, value) for key, value in values.items()], through=step)
        else:
            warehouse.project(step_rows(step), through=step)
        if step % 5 == 0:
            warehouse.vacuum()
        print(step, flush=True)  # noqa: T201  the acknowledgement


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
