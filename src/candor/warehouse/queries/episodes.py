"""The episodes behind a touchpoint or behind a step from one activity to the next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from candor.warehouse.engine import Reader
from candor.warehouse.queries.events import EventFilter
from candor.warehouse.queries.passes import STEP_ORDER, chosen_cases
from candor.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Episode:
    """A case at its first time there: when (UTC), after how many seconds since the event before, and whose it is."""

    case_id: str
    at: datetime
    wait: float | None
    customer: int | None
    unit: int | None


@dataclass(frozen=True, slots=True)
class Behind:
    """How many episodes there are, of how many customers, and the newest of them."""

    episodes: int
    customers: int
    newest: tuple[Episode, ...]


def episodes_behind(
    warehouse: Warehouse,
    *,
    journey: str,
    where: EventFilter,
    activity: str,
    after: str | None = None,
    limit: int = 50,
) -> Behind:
    """The episodes that came to `activity`, or that came to it straight from `after`.

    Args:
        warehouse: Where to look.
        journey: The journey.
        where: Which events, or cases, count.
        activity: What the log calls the touchpoint.
        after: The activity directly before it; None for whatever it was.
        limit: How many episodes to list, the newest first.
    """
    asked = chosen_cases(journey, where)
    condition, values = (
        ("activity = ?", (activity,)) if after is None else ("activity = ? AND before = ?", (activity, after))
    )
    found = _FOUND.format(condition=condition)

    def work(reader: Reader) -> Behind:
        def rows(query: str, *further: Any) -> list[tuple[Any, ...]]:
            return reader.rows(asked.query + found + query, (*asked.parameters, *values, *further))

        ((episodes, customers),) = rows(_SIZES)
        return Behind(episodes, customers, tuple(Episode(*row) for row in rows(_NEWEST, limit)))

    return warehouse.engine.read(work)


_FOUND = f""",
steps AS (
    SELECT
        case_id, activity, event_id, ordinal, "at", unit, max(customer) OVER (PARTITION BY case_id) AS customer,
        lag(activity) OVER (PARTITION BY case_id ORDER BY {STEP_ORDER}) AS before,
        epoch("at") - epoch(lag("at") OVER (PARTITION BY case_id ORDER BY {STEP_ORDER})) AS wait
    FROM chosen
),
matching AS (
    SELECT
        case_id, "at", wait, customer, unit,
        row_number() OVER (PARTITION BY case_id ORDER BY {STEP_ORDER}) AS turn
    FROM steps WHERE {{condition}}
)"""

_SIZES = """
SELECT count(*) AS episodes, count(DISTINCT customer) AS customers FROM matching WHERE turn = 1
"""

_NEWEST = """
SELECT case_id, "at", wait, customer, unit FROM matching WHERE turn = 1 ORDER BY "at" DESC, case_id LIMIT ?
"""
