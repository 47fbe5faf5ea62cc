"""Made-up tables with everything in them that engines could see differently."""

import random
from datetime import datetime, timedelta
from typing import Any

from tests.warehouse.planted import many_answers

# Names that sort, split or read differently where somebody is careless: case, accents, quotes, the end of the alphabet, spaces.
ACTIVITIES = (
    "apply",
    "Apply",
    "prüfen",
    "it's; --",
    "zahlen %",
    "🏠 visit",
    "a b",
    "ask ? twice",
    "\\n back",
)
START = datetime(2025, 12, 29, 23, 59, 59, 999_999)


def odd_answers(n: int, *, weighted: bool = True) -> list[dict[str, Any]]:
    """Answers with weights of many digits, missing groups and names that need quoting."""
    chance = random.Random(7)
    rows = many_answers(n, seed=5, weighted=weighted)
    for row in rows:
        row |= {
            "touchpoint": chance.choice([None, "it's", "Ünder", "under"]),
            "journey": chance.choice([None, "loan"]),
            "company": chance.choice([None, "Harbour", "harbour"]),
            "person": chance.choice([None, 5, 2**40]),
            "kind": chance.choice(["survey", "complaint"]),
        }
    return rows


def odd_events(cases: int, *, seed: int = 3) -> list[dict[str, Any]]:
    """Events with times to the microsecond, ties that only the ordinal or the id can break, loops, and cases of one event."""
    chance = random.Random(seed)
    rows = []
    for case in range(cases):
        at = START + timedelta(microseconds=chance.randrange(60 * 86_400_000_000))
        customer = chance.choice([None, *range(12)])
        for place in range(chance.choice([1, 2, 2, 3, 5, 9, 14])):
            rows.append(
                {
                    "event_id": f"{chance.getrandbits(64):016x}",
                    "journey": chance.choice(["loan"] * 9 + ["support"]),
                    "case_id": "NA" if case == 0 else f"case {case % (cases - 1)}",
                    "activity": chance.choices(ACTIVITIES, weights=range(len(ACTIVITIES), 0, -1))[0],
                    "at": at,
                    "ordinal": chance.choice([None, place]),
                    "customer": customer,
                    "unit": chance.choice([None, 1, 2]),
                    "channel": chance.choice([None, "web", "Web"]),
                    "source": chance.choice(["crm", "web"]),
                    "batch": chance.choice([1, 2]),
                    "attributes": {"amount": chance.choice([1, "ü", None])},
                }
            )
            at += timedelta(
                microseconds=chance.choice([0, 0, 1, 999_999, 1_000_000, chance.randrange(10**12)])
            )
    return rows
