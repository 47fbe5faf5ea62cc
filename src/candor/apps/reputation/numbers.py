"""The numbers of reviews. `scores`, which stands above, registers here who gives them; nothing in this app counts stars by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from candor.analytics import Comparison, Estimate
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Mean stars of one thing, 1 to 5, with the change on the period before where it was asked for."""

    name: str
    estimate: Estimate
    change: Comparison | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A location: all its reviews, and those of each site in the order asked for."""

    name: str
    unit: Unit | None
    estimate: Estimate
    by_site: tuple[Estimate | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Locations by tier ("higher", "same", "lower", "too_few", "others"), the higher first, in the order of the alphabet; how many have
    no review at all."""

    tiers: tuple[tuple[str, tuple[Place, ...]], ...]
    silent: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """What `scores` offers.

    Attributes:
        whole: all reviews of the scope.
        by_site: the same beside each other, a site each.
        by_place: locations held against each other, with a column for each of the sites.
        of_person: one person's, for a purpose that the policy allows ("own", "coaching"); each look is logged.
        in_public: what everybody may see of a unit, or of a person who agreed, between two days, both included.
    """

    whole: Callable[[Scope], Standing]
    by_site: Callable[[Scope], list[Standing]]
    by_place: Callable[[Scope, Sequence[str]], Board]
    of_person: Callable[[Person, Scope, str], Standing]
    in_public: Callable[[Unit | None, Person | None, date, date], Estimate]


_registered: list[Numbers] = []


def register_numbers(numbers: Numbers) -> None:
    """Say who gives the numbers; called from AppConfig.ready, twice is once."""
    _registered[:] = [numbers]


def numbers() -> Numbers:
    """Whoever gives them."""
    return _registered[0]
