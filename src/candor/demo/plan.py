"""What the simulated lender wants to be true in one, two and three years."""

from datetime import date, timedelta
from typing import Final

from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person
from candor.apps.organization.scope import Scope
from candor.apps.scores.registry import measure_named
from candor.apps.strategy.choices import Horizon, Strand
from candor.apps.strategy.models import Outcome
from candor.apps.strategy.queries import baseline_for
from candor.apps.strategy.services import define_outcome
from candor.foundation.periods import parse_period

BEGAN: Final = timedelta(days=180)  # ago: the lender has planned for a while
WISHES: Final = (
    ("Customers recommend us because we kept our word", Strand.WHAT, Horizon.ONE, "nps", 0.60),
    ("Getting a loan is easy", Strand.WHAT, Horizon.TWO, "ces", 0.92),
    ("Complaints are answered in time", Strand.HOW, Horizon.ONE, "timely_response", 0.98),
    ("Customers trust us with their home", Strand.WHAT, Horizon.THREE, "trust", 0.90),
)


def make_plan(*, today: date) -> int:
    """Define the lender's outcomes as they were set half a year ago; returns how many. Twice is once."""
    lead = Person.objects.filter(role_assignments__role=Role.CX_LEAD).order_by("pk").first()
    if lead is None or Outcome.objects.exists():
        return 0
    then = today - BEGAN
    scope = Scope(viewer_of(lead), None, parse_period("90d", as_of=then), then, then)
    for title, strand, horizon, key, target in WISHES:
        measure = measure_named(key)
        define_outcome(
            title=title, strand=strand, horizon=horizon, measure=measure, unit=None, target=target,
            by_on=then + timedelta(days=365 * horizon), owner=lead,
            baseline=baseline_for(measure, None, scope), baseline_until=then, by=lead,
        )  # fmt: skip
    return len(WISHES)
