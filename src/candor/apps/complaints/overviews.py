"""What the overview counts over a whole period: at once while complaints are few, else by a worker and kept, with the moment it was counted."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from candor.analytics import Rise
from candor.apps.organization.kept import Kept, find_soon, keep, look_up
from candor.apps.organization.scope import Scope
from candor.foundation.lists import count_up_to_bound, is_beyond_bound

from . import measures, queries

FRESH = timedelta(minutes=5)
KEPT_SECONDS = 7 * 86_400  # the page says from when it is, and a worker counts anew meanwhile
_PART = "complaints:overview"


@dataclass(frozen=True, slots=True)
class Counted:
    """Complaints of the period, what repeats and rises, and how they ended. Customers stand in it by their numbers alone."""

    n: int
    repeated: list[queries.Group]
    repeated_customers: list[queries.Group]
    rising: list[Rise[tuple[str, str]]] | None
    outcomes: list[tuple[str, int]]
    paid: list[queries.Paid]


@dataclass(frozen=True, slots=True)
class Overview:
    """What was counted, None while a worker counts for the first time; `counted_at` where it was not just now."""

    counted: Counted | None
    counted_at: object = None
    is_old: bool = False


def overview_of(scope: Scope) -> Overview:
    """The overview of a scope, as it stands or as it was last counted."""
    if not is_beyond_bound(count_up_to_bound(queries.counted_over(scope))):
        return Overview(count(scope))
    known = look_up(_PART, scope, is_current=_is_fresh)
    if known is None:
        return Overview(None, is_old=True)
    return Overview(known.value, known.made_at, not _is_fresh(known))


def count_and_keep(scope: Scope) -> None:
    """Count for whoever looks next."""
    known = look_up(_PART, scope, is_current=_is_fresh)
    if known is None or not _is_fresh(known):
        keep(_PART, scope, count(scope), seconds=KEPT_SECONDS)


def count_soon(scope: Scope) -> None:
    """Have a worker do it."""
    from .tasks import count_overview

    find_soon(count_overview, scope)


def count(scope: Scope) -> Counted:
    """Everything that takes the complaints of a whole period."""
    return Counted(
        n=queries.complaints_in(scope).count(),
        repeated=queries.repeated(scope),
        repeated_customers=queries.repeated_by_customer(scope),
        rising=measures.rising_issues(scope),
        outcomes=queries.outcomes(scope),
        paid=queries.redress_paid(scope),
    )


def _is_fresh(known: Kept) -> bool:
    return timezone.now() - known.made_at < FRESH
