"""What tests of scores need: a scope as a person sees it, and a warehouse that is up to date."""

from collections.abc import Callable
from datetime import date

import pytest

from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import Person, Unit, Workspace
from candor.apps.organization.scope import Scope
from candor.foundation.periods import Period

TODAY = date(2026, 6, 30)
JUNE = Period("2026-06-01..2026-06-30", "June 2026", date(2026, 6, 1), TODAY)

ScopeFor = Callable[..., Scope]


@pytest.fixture
def scope_for() -> ScopeFor:
    """The scope of a person: June 2026 over all they may see, unless said otherwise."""

    def build(person: Person, unit: Unit | None = None, period: Period = JUNE) -> Scope:
        return Scope(viewer_of(person), unit, period, period.until, period.until)

    return build


def set_least_n(n: int) -> None:
    """Show scores from n answers on."""
    Workspace.objects.update(least_n_score=n, least_n_person=n)
