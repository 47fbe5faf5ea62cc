"""What happened to a customer at touchpoints, handed out with everything else that is held about them; the warehouse erases it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from candor.apps.customers.personal import Holder
from candor.foundation.storage import warehouse
from candor.warehouse.queries import events_of_customer

MOST = 1_000_000  # of one record: all of them


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every event of the customer, newest first."""
    return [asdict(event) for pk in customer_ids for event in events_of_customer(warehouse(), pk, limit=MOST)]


HOLDER = Holder("events", tell)
