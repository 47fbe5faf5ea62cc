"""Columnar facts on disk and the engine that queries them; no Django, no pandas.

In: rows of answers and events (`Warehouse.project`, `append_events`). Out: small tables of counts (`candor.warehouse.queries`).
The answers are a projection that can be dropped and rebuilt; the event log is append-only.
"""

from candor.warehouse.errors import (
    BadRow,
    UnknownColumn,
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseError,
    WarehouseFull,
    WarehouseMissing,
    WarehouseOutdated,
    WarehouseTooNew,
)
from candor.warehouse.rows import Row, event_id
from candor.warehouse.schema import ANSWERS, EVENTS
from candor.warehouse.store import Warehouse
from candor.warehouse.upgrade import upgrade
from candor.warehouse.verify import Verified

__all__ = [
    "ANSWERS",
    "EVENTS",
    "BadRow",
    "Row",
    "UnknownColumn",
    "Verified",
    "Warehouse",
    "WarehouseBusy",
    "WarehouseDamaged",
    "WarehouseError",
    "WarehouseFull",
    "WarehouseMissing",
    "WarehouseOutdated",
    "WarehouseTooNew",
    "event_id",
    "upgrade",
]
