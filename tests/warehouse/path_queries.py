"""Every query along the paths of cases, as it is asked of an engine that divides the work itself."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from candor.warehouse.queries import (
    Closing,
    Designed,
    Drift,
    EventFilter,
    FunnelOf,
    Paths,
    Reworked,
    Spectrum,
    TimeBetween,
    TowardsGoal,
    Waits,
    way_of,
    way_of_two,
)
from candor.warehouse.queries.events import CUSTOMER_EPISODES
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.walk import (
    Names,
    Question,
    Tally,
    Way,
    places_statement,
    sizes_statement,
    tally_statement,
)
from tests.warehouse.planted import START

CLOSING = Closing(as_of=START + timedelta(days=2), activities=("pay",), quiet=timedelta(hours=5))
QUESTIONS: Mapping[str, Question[Any]] = {
    "paths": Paths(3, lambda n: (2, n - 1) if n > 4 else None),
    "rework": Reworked(),
    "funnel": FunnelOf(("apply", "check", "pay"), CLOSING),
    "first": TimeBetween("apply", "check", "first"),
    "last": TimeBetween("apply", "check", "last"),
    "next": TimeBetween("check", "check", "next"),
    "conformance": Designed(("apply", "check", "sign", "pay")),
    "transitions": TowardsGoal(("pay", "sign"), CLOSING),
    "drift": Drift(2),
    "spectrum": Spectrum("apply", "check"),
    "waiting": Waits(),
}
WEB = EventFilter(since=date(2025, 1, 1), channels=["web", None], units=None)
WAYS: Mapping[str, Way] = {
    "all": way_of("loan"),
    "web": way_of("loan", WEB, "month"),
    "two": way_of_two("loan", WEB, EventFilter(activities=["pay"], whole_cases=False)),
}


def path_statements() -> dict[str, Statement]:
    """All of them by name."""
    found = {"customer-episodes": Statement(CUSTOMER_EPISODES, (7, 10))}
    for title, way in WAYS.items():
        found[f"{title}-names"] = way.names
        for asked, question in QUESTIONS.items():
            for name, one in question.asks(Names()).items():
                place = f"{title}-{asked}-{name}"
                if isinstance(one, Tally):
                    for number, told in enumerate(one.told):
                        found[f"{place}-{number}"] = tally_statement(way, one, told)
                else:
                    found[f"{place}-sizes"] = sizes_statement(way, one)
                    found[f"{place}-places"] = places_statement(way, one, [(3, 1), (3, 2), (4, 4)])
    return found
