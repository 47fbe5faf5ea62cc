"""Numbers of public reviews, for the pages of reputation below, which register nothing of their own."""

from collections.abc import Sequence
from datetime import date

from candor.analytics import Estimate
from candor.apps.feedback.choices import Kind
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission, UnitKind
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.scope import Scope
from candor.apps.reputation.numbers import Board, Numbers, Place, Standing
from candor.foundation.periods import Period
from candor.warehouse.queries import Filter

from .policy import Purpose, check_published
from .queries import ScoreRow, estimate, estimates_by, published_score_of_person, scope_words, split
from .registry import MEASURES
from .services import estimate_for_person

LEAST_IN_PUBLIC = 30  # reviews of twelve months below which nobody outside is shown a star, whatever the workspace's own policy
STARS = MEASURES["stars"]
_REVIEWS = Filter(kinds=(Kind.REVIEW.value,))


def whole(scope: Scope) -> Standing:
    """All reviews of the scope."""
    found = estimate(STARS, scope=scope, only=_REVIEWS)
    return Standing(name=scope_words(scope), estimate=found.estimate, change=found.comparison)


def by_site(scope: Scope) -> list[Standing]:
    """A row a site, in the order of the alphabet."""
    rows = estimates_by(STARS, "channel", scope=scope, only=_REVIEWS, compare=True)
    return [Standing(name=row.label, estimate=row.estimate, change=row.comparison) for row in rows]


def by_place(scope: Scope, sites: Sequence[str]) -> Board:
    """Locations held against each other over all sites, and each site's own number beside."""
    found = split(STARS, "unit", scope=scope, only=_REVIEWS, kind=UnitKind.LOCATION)
    columns = [_by_unit(scope, site) for site in sites]
    silent = sum(row.estimate.status != "suppressed" and row.estimate.n == 0 for row in found.rows)
    tiers = (
        (tier, tuple(_place(row, columns) for row in rows if row.estimate.n)) for tier, rows in found.by_tier
    )
    return Board(tiers=tuple((tier, places) for tier, places in tiers if places), silent=silent)


def _place(row: ScoreRow, columns: Sequence[dict[str, Estimate]]) -> Place:
    beside = tuple(column.get(row.key) for column in columns)
    return Place(name=row.label, unit=row.unit, estimate=row.estimate, by_site=beside)


def _by_unit(scope: Scope, site: str) -> dict[str, Estimate]:
    only = Filter(kinds=_REVIEWS.kinds, channels=(site,))
    rows = estimates_by(STARS, "unit", scope=scope, only=only, kind=UnitKind.LOCATION)
    return {row.key: row.estimate for row in rows}


def of_person(person: Person, scope: Scope, purpose: str) -> Standing:
    """One person's, under the policy; the look is logged."""
    found = estimate_for_person(measure=STARS, person=person, scope=scope, purpose=Purpose(purpose))
    return Standing(name=person.name, estimate=found.estimate, change=found.comparison)


def in_public(unit: Unit | None, person: Person | None, since: date, until: date) -> Estimate:
    """What everybody may see; below thirty reviews no number is in it."""
    period = Period("public", "", since, until)
    if person is not None:
        check_published(of=person)
        return published_score_of_person(
            STARS, person=person, period=period, only=_REVIEWS, least_n=LEAST_IN_PUBLIC
        )
    assert unit is not None
    everybody = Viewer(Person(name=""), {Permission.READ_SCORES: frozenset({unit.path})})
    scope = Scope(everybody, unit, period, until, until)
    return estimate(STARS, scope=scope, only=_REVIEWS, least_n=LEAST_IN_PUBLIC).estimate


NUMBERS = Numbers(whole, by_site, by_place, of_person, in_public)
