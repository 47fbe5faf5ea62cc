"""Reads of reviews: what stands, what waits for an answer, what was left out."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.http import QueryDict
from django.utils import timezone

from candor.apps.feedback.queries import day_start
from candor.apps.organization.choices import Permission, Role, UnitKind
from candor.apps.organization.models import Person, RoleAssignment, Unit
from candor.apps.organization.scope import Scope

from .choices import Level, Reason, ReplyState
from .models import Connection, Policy, PublicPage, Review, ReviewQuerySet

LOW = 2  # stars up to which a review is called low
RISING_WEEKS = 4
HISTORY_WEEKS = 26
LEAST_WEEKS = 10  # of a site; what began later would seem to rise from nothing


def not_counted(feedback_ids: Iterable[int]) -> set[int]:
    """Of these, the reviews that count in no number: gone at their site, or excluded for a published reason."""
    rows = Review.objects.filter(pk__in=list(feedback_ids))
    return set(rows.exclude(removed_at=None, excluded_for="").values_list("pk", flat=True))


def reviews_of(scope: Scope) -> ReviewQuerySet:
    """Reviews of the scope's unit that its viewer may read, of all time."""
    unit_ids = scope.unit_ids(Permission.READ_FEEDBACK)
    rows = Review.objects.select_related("feedback__unit", "feedback__done_by", "reply", "connection")
    return rows if unit_ids is None else rows.filter(feedback__unit_id__in=unit_ids)


def reviews_in(scope: Scope) -> ReviewQuerySet:
    """The same, written within the scope's period."""
    until = day_start(scope.period.until + timedelta(days=1))
    return reviews_of(scope).filter(
        feedback__received_at__gte=day_start(scope.period.since), feedback__received_at__lt=until
    )


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What the list is narrowed to, as it stands in the URL; "" for nothing."""

    site: str = ""
    stars: str = ""
    level: str = ""
    state: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "ReviewFilter":
        """The filter that a URL asks for."""
        return cls(**{name: query.get(name, "").strip()[:80] for name in cls.__slots__})

    def apply(self, scope: Scope) -> QuerySet[Review]:
        """The reviews it leaves. What waits is looked for in all time, since it may be old."""
        rows = _in_state(scope, self.state)
        if self.site:
            rows = rows.filter(feedback__channel=self.site)
        if self.level in Level.values:
            rows = rows.filter(level=self.level)
        if self.stars == "low":
            rows = rows.filter(stars__lte=LOW)
        elif self.stars in {"1", "2", "3", "4", "5"}:
            rows = rows.filter(stars=int(self.stars))
        return rows


def _in_state(scope: Scope, state: str) -> QuerySet[Review]:
    if state == "waiting":
        return reviews_of(scope).waiting()
    if state == "approval":
        return reviews_of(scope).filter(reply__state=ReplyState.WAITING)
    if state == "unsent":
        return reviews_of(scope).filter(reply__state__in=[ReplyState.FAILED, ReplyState.BY_HAND])
    rows = reviews_in(scope)
    if state == "edited":
        return rows.filter(versions__isnull=False).distinct()
    if state == "removed":
        return rows.exclude(removed_at=None)
    if state == "excluded":
        return rows.exclude(excluded_for="")
    return rows


def sites_in(scope: Scope) -> list[str]:
    """Sites with reviews in the scope, in the order of the alphabet."""
    names = reviews_in(scope).order_by().values_list("feedback__channel", flat=True).distinct()
    return sorted(filter(None, names), key=str.casefold)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many reviews wait for an answer, how many replies wait for somebody, and the reviews to begin with."""

    n: int
    approval: int
    unsent: int
    first: tuple[Review, ...]


def waiting(scope: Scope, *, most: int = 8) -> Waiting:
    """What waits, of all time: the fewest stars first, among them the oldest."""
    open_ones = _in_state(scope, "waiting")
    return Waiting(
        n=open_ones.count(),
        approval=_in_state(scope, "approval").count(),
        unsent=_in_state(scope, "unsent").count(),
        first=tuple(open_ones.order_by(F("stars").asc(nulls_last=True), "written_at", "pk")[:most]),
    )


def weekly_low_counts(scope: Scope) -> dict[tuple[str, str], list[int]]:
    """Low reviews per week by place and site, oldest first: the last 26 full weeks up to as_of, or as many as every site has been
    known for. Sites known for fewer than ten weeks are left out, and places that are the work of one person."""
    rows = reviews_of(scope).standing().order_by()
    until = day_start(scope.as_of + timedelta(days=1))
    sites = rows.filter(written_at__lt=until).values_list("feedback__channel").annotate(Min("written_at"))
    known = {site: ((scope.as_of - timezone.localdate(first)).days + 1) // 7 for site, first in sites}
    known = {site: weeks for site, weeks in known.items() if weeks >= LEAST_WEEKS}
    weeks = min(HISTORY_WEEKS, *known.values()) if known else 0
    first = scope.as_of - timedelta(days=7 * weeks - 1)
    days = rows.annotate(day=TruncDate("written_at"))
    lone = [unit.pk for unit in scope.viewer.units(Permission.READ_FEEDBACK) if scope.viewer.withholds(unit)]
    low = days.filter(
        stars__lte=LOW, written_at__gte=day_start(first), written_at__lt=until, feedback__channel__in=known
    ).exclude(feedback__unit_id__in=lone)
    table: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    counted = low.values_list("feedback__unit__name", "feedback__channel", "day").annotate(n=Count("pk"))
    for place, site, day, n in counted:
        table[place or "", site][(day - first).days // 7] += n
    return {key: [found[week] for week in range(weeks)] for key, found in table.items()}


def people_with_reviews(scope: Scope) -> list[Person]:
    """The viewer, and people they manage, of whose work reviews of the scope speak; names without any number."""
    viewer = scope.viewer.person
    ids = reviews_in(scope).exclude(feedback__done_by=None).order_by().values("feedback__done_by")
    paths = RoleAssignment.objects.filter(person=viewer, role=Role.MANAGER).values_list(
        "unit__path", flat=True
    )
    mine = Q(pk=viewer.pk)
    for path in paths:
        mine |= Q(unit__path__startswith=path)
    return list(Person.objects.filter(mine, pk__in=ids).select_related("unit").order_by("name", "pk"))


def policy() -> Policy:
    """How replies are handled; an unsaved one with its defaults before anybody changed it."""
    return Policy.objects.first() or Policy(pk=1)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What does not count, in public: how many by published reason, and how many are gone at their site."""

    by_reason: tuple[tuple[str, int], ...]
    removed: int

    @property
    def n(self) -> int:
        """How many were excluded."""
        return sum(n for _reason, n in self.by_reason)


def left_out(rows: QuerySet[Review]) -> LeftOut:
    """Counts of what is left out among these reviews, in the order of the published list."""
    counted = dict(
        rows.exclude(excluded_for="").order_by().values_list("excluded_for").annotate(n=Count("pk"))
    )
    reasons = tuple((str(Reason(key).label), counted[key]) for key in Reason.values if key in counted)
    return LeftOut(reasons, rows.exclude(removed_at=None).count())


def reviews_behind(page: PublicPage, *, since: date, until: date) -> QuerySet[Review]:
    """The reviews that a public page is about, whether they count or not."""
    days = (day_start(since), day_start(until + timedelta(days=1)))
    rows = Review.objects.filter(feedback__received_at__gte=days[0], feedback__received_at__lt=days[1])
    if page.person_id is not None:
        return rows.filter(feedback__done_by_id=page.person_id)
    return rows.filter(feedback__unit__path__startswith=page.unit.path)  # type: ignore[union-attr]


def connections() -> QuerySet[Connection]:
    """Every connection, with how many of its reviews are here."""
    held = Review.objects.filter(connection=OuterRef("pk"), removed_at=None).order_by().values("connection")
    counted = Subquery(held.annotate(n=Count("pk")).values("n"))
    return Connection.objects.select_related("unit").annotate(held=Coalesce(counted, 0))


def troubles() -> list[Connection]:
    """Connections that are on and whose last try did not go well."""
    return list(Connection.objects.filter(is_on=True).exclude(error=""))


def public_pages() -> list[PublicPage]:
    """Every public page, those of units in the order of the tree, then people's."""
    rows = list(PublicPage.objects.select_related("unit", "person"))
    return sorted(
        rows, key=lambda page: (page.person_id is not None, page.unit.path if page.unit else "", str(page))
    )


def units_without_page() -> list[Unit]:
    """The organization and its locations that have no public page yet."""
    kinds = (UnitKind.ORGANIZATION, UnitKind.LOCATION)
    taken = PublicPage.objects.exclude(unit=None).values("unit_id")
    return list(Unit.objects.filter(kind__in=kinds, is_active=True).exclude(pk__in=taken))
