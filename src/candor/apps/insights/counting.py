"""Comments counted: read ones and those of each theme, in the viewer's own units, by day, group and answer."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum

from candor.analytics import Histogram
from candor.apps.feedback.models import Answer
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.surveys.polarity import with_high_good
from candor.foundation.periods import Period

from .choices import Standing
from .models import ReadComment, Theme

PUBLISHED = (Standing.STABLE, Standing.TENTATIVE)
Pair: TypeAlias = tuple[Histogram, Histogram]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The themes that are counted, by id; a merged theme counts as the one it is part of.

    Attributes:
        heads: Themes that stand for themselves, hidden ones too.
        head_of: For each published theme the head it counts as.
        confirmed: Heads that are stable, or that a person named.
    """

    heads: Mapping[int, Theme]
    head_of: Mapping[int, int]
    confirmed: frozenset[int]

    def parts(self, head: int) -> list[int]:
        """Ids of the themes that count as this one, itself among them while it is found."""
        return sorted(part for part, whole in self.head_of.items() if whole == head)

    @property
    def shown(self) -> list[Theme]:
        """Heads that nobody hid."""
        return [theme for theme in self.heads.values() if not theme.is_hidden]


@dataclass(frozen=True, slots=True)
class Counted:
    """Comments of a period: how many were read, and how many of each head theme."""

    n_read: int
    of_theme: Mapping[int, int]


def catalogue() -> Catalogue:
    """Themes as they are counted now."""
    themes = {theme.pk: theme for theme in Theme.objects.order_by("pk")}
    head_of = {pk: _head(theme, themes).pk for pk, theme in themes.items() if theme.standing in PUBLISHED}
    heads = {pk: themes[pk] for pk in sorted(set(head_of.values()))}
    stable = {head_of[pk] for pk in head_of if themes[pk].standing == Standing.STABLE}
    named = {pk for pk, theme in heads.items() if theme.given_name}
    return Catalogue(heads, head_of, frozenset(stable | named))


def _head(theme: Theme, themes: Mapping[int, Theme]) -> Theme:
    while theme.merged_into_id:
        theme = themes[theme.merged_into_id]
    return theme


def read_in(scope: Scope, period: Period | None = None) -> QuerySet[ReadComment]:
    """Comments that were read, of the units that the scope's viewer has insights for; of all time without a period."""
    unit_ids = scope.unit_ids(Permission.READ_INSIGHTS)
    rows = ReadComment.objects.all() if unit_ids is None else ReadComment.objects.filter(unit_id__in=unit_ids)
    return rows if period is None else rows.filter(received_on__range=(period.since, period.until))


def count(scope: Scope, period: Period, themes: Catalogue) -> Counted:
    """How many comments were read, and how many speak of each theme."""
    rows = read_in(scope, period).values_list("theme_id").annotate(n=Count("pk")).order_by()
    found: Counter[int] = Counter()
    n_read = 0
    for theme_id, n in rows:
        n_read += n
        if theme_id in themes.head_of:
            found[themes.head_of[theme_id]] += n
    return Counted(n_read, found)


def spoken_of(scope: Scope, themes: Catalogue) -> frozenset[int]:
    """Head themes that the scope's own comments ever spoke of: the words of the others come from elsewhere."""
    if scope.unit_ids(Permission.READ_INSIGHTS) is None:
        return frozenset(themes.heads)
    found = (
        read_in(scope)
        .filter(theme_id__in=themes.head_of)
        .order_by()
        .values_list("theme_id", flat=True)
        .distinct()
    )
    return frozenset(themes.head_of[theme_id] for theme_id in found if theme_id is not None)


def count_by_day(
    scope: Scope, period: Period, themes: Catalogue
) -> tuple[Counter[date], dict[int, Counter[date]]]:
    """Comments read on each day, and for each head theme those that speak of it."""
    rows = read_in(scope, period).values_list("theme_id", "received_on").annotate(n=Count("pk")).order_by()
    read: Counter[date] = Counter()
    of_theme: dict[int, Counter[date]] = defaultdict(Counter)
    for theme_id, day, n in rows:
        read[day] += n
        if theme_id in themes.head_of:
            of_theme[themes.head_of[theme_id]][day] += n
    return read, of_theme


def first_day(scope: Scope) -> date | None:
    """The day of the first comment that was read."""
    first: date | None = read_in(scope).aggregate(first=Min("received_on"))["first"]
    return first


def count_by(scope: Scope, dimension: str, parts: Collection[int]) -> dict[Any, Histogram]:
    """For each group of a dimension: comments read (cell 0) and of them those of the theme (cell 1)."""
    column = "unit_id" if dimension == "unit" else f"feedback__{dimension}"
    rows = (
        read_in(scope, scope.period)
        .values_list(column)
        .annotate(read=Count("pk"), mentions=Count("pk", filter=Q(theme_id__in=parts)))
        .order_by()
    )
    return {
        (group if dimension == "unit" else group or None): mentioned(mentions, read)
        for group, read, mentions in rows
    }


def mentioned(mentions: int, read: int) -> Histogram:
    """Comments as yes (1) and no (0)."""
    return Histogram.from_counts({0.0: read - mentions, 1.0: mentions})


def answers_with_and_without(scope: Scope, parts: Collection[int], kinds: Iterable[str]) -> dict[str, Pair]:
    """Answers given beside comments that speak of the theme and beside all others that were read, by kind of question."""
    read = read_in(scope, scope.period).filter(feedback=OuterRef("feedback_id"))
    rows = (
        with_high_good(Answer.objects.filter(kind__in=list(kinds), number__isnull=False))
        .filter(feedback_id__in=read_in(scope, scope.period).values("feedback_id"))
        .annotate(theme=Subquery(read.values("theme_id")[:1]), weight=F("feedback__weight"))
        .values_list("kind", "theme", "high_good")
        .annotate(n=Count("pk"), total=Sum("weight"), squares=Sum(F("weight") * F("weight")))
        .order_by("kind", "theme", "high_good")
    )
    sides: dict[str, tuple[dict[float, Any], dict[float, Any]]] = {}
    for kind, theme_id, number, n, total, squares in rows:
        side = sides.setdefault(kind, ({}, {}))[theme_id not in parts]
        before = side.get(number, (0, 0.0, 0.0))
        side[number] = (before[0] + n, before[1] + total, before[2] + squares)
    return {
        kind: (Histogram.from_weighted(some), Histogram.from_weighted(rest))
        for kind, (some, rest) in sides.items()
    }
