"""The door to Understand: themes with their shares, what is rising, quotes and splits, within what the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from candor.analytics import Comparison, Estimate, Histogram, Rise
from candor.apps.complaints.measures import rising_issues
from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.apps.scores.queries import (
    Dimension,
    ScoreResult,
    ScoreRow,
    Split,
    TrendPoint,
    change_of_share,
    scope_words,
    share_of,
)
from candor.apps.scores.registry import THEME_SHARE
from candor.apps.scores.steps import Step, months_until, stretches, window
from candor.apps.scores.tiers import tiers_of
from candor.apps.scores.units import Group, roll_up
from candor.foundation.errors import NotFound
from candor.foundation.periods import Period

from . import counting, measures
from .choices import Outcome
from .counting import Catalogue
from .measures import GoesTogether
from .models import ReadComment, Theme, ThemeRun
from .services import latest_runs

DIMENSIONS: tuple[Dimension, ...] = ("unit", "product", "channel", "company", "segment")
MOST_GROUPS = 40
LEAST_BEFORE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeRow:
    """A theme in the scope's period: its comments, their share of all that were read, its months, and its rise.

    `rise` is None where too few weeks are known; `is_confirmed` is True for stable themes and those a person named.
    """

    theme: Theme
    n: int
    share: Estimate
    months: tuple[TrendPoint, ...]
    rise: "Rise[int] | None"
    is_confirmed: bool

    @property
    def name(self) -> str:
        return self.theme.name

    @property
    def is_rising(self) -> bool:
        return self.rise is not None and self.rise.is_rising

    @property
    def run(self) -> list[Estimate]:
        return [point.estimate for point in self.months]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeTable:
    """All themes of a scope, the largest first; `lost` are named by people and not found reliably any more."""

    rows: tuple[ThemeRow, ...]
    n_read: int
    hidden: tuple[Theme, ...] = ()
    lost: tuple[Theme, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingIssue:
    """Something that came in more often in the last four weeks than before, beyond chance: a theme, or complaints."""

    rise: "Rise[int] | Rise[tuple[str, str]]"
    theme: Theme | None = None
    product: str = ""
    issue: str = ""

    @property
    def name(self) -> str:
        return self.theme.name if self.theme else self.issue

    @property
    def is_new(self) -> bool:
        """Whether the weeks before brought so few that only the lower end of the ratio tells anything."""
        return self.rise.n - self.rise.recent < LEAST_BEFORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """What rises in a scope, by the lower end of its ratio.

    `all_comments` is the rise of all comments together, when that is beyond chance too: part of every theme's rise.
    `knows_themes` is False while too few weeks of comments are known.
    """

    issues: tuple[RisingIssue, ...]
    all_comments: "Rise[str] | None"
    knows_themes: bool
    n_themes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeResult:
    """One theme in the scope's period, against the period before."""

    theme: Theme
    n: int
    share: Estimate
    before: Estimate
    comparison: Comparison
    is_confirmed: bool
    rise: "Rise[int] | None"


def themes_of_run(run: ThemeRun) -> list[Theme]:
    """The themes that a run found reliably, the largest first."""
    return list(
        Theme.objects.filter(language=run.language, standing__in=counting.PUBLISHED).order_by("-n", "key")
    )


def latest_run() -> ThemeRun | None:
    """The latest run in the language with the most comments."""
    return max(latest_runs().values(), key=lambda run: (run.n_comments, run.language), default=None)


def has_comments(viewer: Viewer) -> bool:
    """Whether there is anything to read for this viewer."""
    unit_ids = viewer.unit_ids(Permission.READ_INSIGHTS)
    rows = Feedback.objects.exclude(comment_masked="")
    return (rows if unit_ids is None else rows.filter(unit_id__in=unit_ids)).exists()


def theme_table(scope: Scope) -> ThemeTable:
    """Themes that the viewer's comments speak of, with shares of the period, months and rises."""
    themes = counting.catalogue()
    now, spoken_of = counting.count(scope, scope.period, themes), counting.spoken_of(scope, themes)
    year = months_until(scope.period)
    months = stretches("month", year)
    read, days = counting.count_by_day(scope, year, themes)
    rises = _theme_rises(scope, themes)[0] or {}
    rows = [
        ThemeRow(
            theme=theme,
            n=now.of_theme.get(theme.pk, 0),
            share=share_of(THEME_SHARE, hits=now.of_theme.get(theme.pk, 0), of=now.n_read, scope=scope),
            months=measures.run_of_shares(days[theme.pk], read, months, scope=scope),
            rise=rises.get(theme.pk),
            is_confirmed=theme.pk in themes.confirmed,
        )
        for theme in themes.shown
        if theme.pk in spoken_of
    ]
    sees_all = scope.viewer.sees_everything(Permission.READ_INSIGHTS)
    return ThemeTable(
        rows=tuple(sorted(rows, key=lambda row: (-row.n, row.name.casefold(), row.theme.pk))),
        n_read=now.n_read,
        hidden=tuple(theme for theme in themes.heads.values() if theme.is_hidden) if sees_all else (),
        lost=tuple(_lost(themes)) if sees_all else (),
    )


def _lost(themes: Catalogue) -> QuerySet[Theme]:
    named = Theme.objects.exclude(given_name="").filter(is_hidden=False, merged_into=None)
    return named.exclude(pk__in=themes.heads).order_by("given_name", "pk")


def theme_named(pk: int, viewer: Viewer) -> Theme:
    """A theme that the viewer's own comments speak of; for a merged one the theme it is part of.

    Raises:
        NotFound: there is none, or none of its comments is the viewer's to see.
    """
    themes = counting.catalogue()
    theme = themes.heads.get(themes.head_of.get(pk, pk))
    unit_ids = viewer.unit_ids(Permission.READ_INSIGHTS)
    if theme is not None and unit_ids is not None:
        mine = ReadComment.objects.filter(theme_id__in=themes.parts(theme.pk), unit_id__in=unit_ids)
        theme = theme if mine.exists() and not theme.is_hidden else None
    if theme is None:
        raise NotFound("This theme does not exist, or it is not yours to see.")
    return theme


def theme_result(theme: Theme, scope: Scope) -> ThemeResult:
    """How much of what was said in the period speaks of a theme, against the period before."""
    themes = counting.catalogue()
    now, before = (counting.count(scope, period, themes) for period in (scope.period, scope.before))
    pairs = [(side.of_theme.get(theme.pk, 0), side.n_read) for side in (now, before)]
    return ThemeResult(
        theme=theme,
        n=pairs[0][0],
        share=share_of(THEME_SHARE, hits=pairs[0][0], of=pairs[0][1], scope=scope),
        before=share_of(THEME_SHARE, hits=pairs[1][0], of=pairs[1][1], scope=scope),
        comparison=change_of_share(THEME_SHARE, now=pairs[0], before=pairs[1], scope=scope),
        is_confirmed=theme.pk in themes.confirmed,
        rise=(_theme_rises(scope, themes)[0] or {}).get(theme.pk),
    )


def theme_trend(theme: Theme, scope: Scope, *, step: Step) -> tuple[TrendPoint, ...]:
    """The theme's share of the comments read in each day, week or month."""
    stretch = window(step, scope.period)
    read, days = counting.count_by_day(scope, stretch, counting.catalogue())
    return measures.run_of_shares(days[theme.pk], read, stretches(step, stretch), scope=scope)


def theme_split(theme: Theme, dimension: Dimension, scope: Scope) -> Split:
    """The theme's share in each group of a dimension, against the comments read in that group, and which stand apart."""
    groups = _groups(theme, dimension, scope)
    least_n = workspace().least_n_score
    result = theme_result(theme, scope)
    rows = [
        ScoreRow(key=one.key, label=one.label, unit=one.unit, estimate=_shown(one.answers, scope))
        for one in groups
    ]
    whole = ScoreResult(
        measure=THEME_SHARE, estimate=result.share, comparison=result.comparison, before=result.before,
        period=scope.period, scope_words=scope_words(scope),
    )  # fmt: skip
    tiers = tiers_of(THEME_SHARE, [one.answers for one in groups], least_n=least_n)
    return Split(dimension=dimension, whole=whole, rows=tuple(rows), tiers=tiers)


def _groups(theme: Theme, dimension: Dimension, scope: Scope) -> list[Group]:
    counted = counting.count_by(scope, dimension, counting.catalogue().parts(theme.pk))
    if dimension == "unit":
        return [group for group in roll_up(counted, scope=scope) if group.answers.n]
    largest = sorted(counted, key=lambda key: (-counted[key].n, str(key or "")))[:MOST_GROUPS]
    return [
        Group(str(key or ""), str(key or "Not stated"), None, counted[key])
        for key in sorted(largest, key=_last)
    ]


def _last(key: str | None) -> tuple[bool, str]:
    return key is None, (key or "").casefold()


def _shown(answers: Histogram, scope: Scope) -> Estimate:
    return share_of(THEME_SHARE, hits=answers.counts.get(1.0, 0), of=answers.n, scope=scope)


def dimensions_of(scope: Scope) -> list[Dimension]:
    """Dimensions that tell at least two groups of the scope's comments apart."""
    return [name for name in DIMENSIONS if len(counting.count_by(scope, name, ())) > 1]


def goes_together(theme: Theme, scope: Scope) -> list[GoesTogether]:
    """Scores beside comments with the theme and beside all others: what goes together, not what causes what."""
    parts = counting.catalogue().parts(theme.pk)
    pairs = counting.answers_with_and_without(scope, parts, [measure.metric for measure in measures.BESIDE])
    return measures.goes_together(pairs, least_n=workspace().least_n_score)


def quotes(theme: Theme, scope: Scope) -> QuerySet[ReadComment]:
    """Comments of the period that speak of a theme, nearest to its centre first; of each text only one. Masked."""
    allowed = Feedback.objects.visible_to(scope.viewer, Permission.READ_FEEDBACK)
    rows = counting.read_in(scope, scope.period).filter(theme_id__in=counting.catalogue().parts(theme.pk))
    rows = rows.filter(feedback__in=allowed.values("pk"))
    return rows.select_related("feedback__unit").order_by("-similarity", "feedback_id")


def distinct_quotes(theme: Theme, scope: Scope, *, most: int = 5) -> list[ReadComment]:
    """A few of them, each with another text."""
    seen: dict[str, ReadComment] = {}
    for row in quotes(theme, scope)[: 10 * most]:
        seen.setdefault(" ".join(row.feedback.comment_masked.casefold().split()), row)
    return list(seen.values())[:most]


def themes_of(feedback: Feedback) -> list[Theme]:
    """The themes that a comment speaks of and that are shown: one or none today."""
    read = ReadComment.objects.filter(feedback=feedback).first()
    if read is None or read.theme_id is None:
        return []
    themes = counting.catalogue()
    head = themes.head_of.get(read.theme_id)
    return [themes.heads[head]] if head is not None and not themes.heads[head].is_hidden else []


def rising(scope: Scope) -> Rising:
    """Themes and complaint issues that came in more often in the last four weeks than before, beyond chance."""
    themes = counting.catalogue()
    found, everything = _theme_rises(scope, themes)
    issues = [
        RisingIssue(rise=rise, theme=themes.heads[pk])
        for pk, rise in sorted((found or {}).items())
        if rise.is_rising
    ]
    issues += [
        RisingIssue(rise=row, product=row.key[0], issue=row.key[1]) for row in rising_issues(scope) or ()
    ]
    return Rising(
        issues=tuple(sorted(issues, key=lambda one: (-one.rise.low, one.name.casefold()))),
        all_comments=everything if everything is not None and everything.is_rising else None,
        knows_themes=found is not None,
        n_themes=len(found or {}),
    )


def _theme_rises(scope: Scope, themes: Catalogue) -> "tuple[dict[int, Rise[int]] | None, Rise[str] | None]":
    """The rise of each shown theme and of all comments together; None where too few weeks are known."""
    as_of = scope.as_of
    weeks = measures.weeks_known(counting.first_day(scope), as_of)
    if not weeks:
        return None, None
    stretch = Period("weeks", "", as_of - timedelta(days=7 * weeks - 1), as_of)
    read, days = counting.count_by_day(scope, stretch, themes)
    counts = {
        theme.pk: measures.weeks_of(days[theme.pk], as_of=as_of, weeks=weeks)
        for theme in themes.shown
        if theme.pk in days
    }
    found = measures.rises(counts)
    everything = measures.rises({"all": measures.weeks_of(read, as_of=as_of, weeks=weeks)})
    return found, (everything or {}).get("all")


def is_readable(run: ThemeRun | None) -> bool:
    """Whether a run found themes."""
    return run is not None and run.outcome == Outcome.OK


def frequent_words(run: ThemeRun, viewer: Viewer) -> Sequence[tuple[str, int, list[Feedback]]]:
    """Frequent words with quotes, where there are no themes; they stem from all comments, so only for who sees all."""
    if not viewer.sees_everything(Permission.READ_INSIGHTS):
        return []
    visible = Feedback.objects.visible_to(viewer).in_bulk([pk for code in run.codes for pk in code["quotes"]])
    return [
        (code["term"], code["n"], [visible[pk] for pk in code["quotes"] if pk in visible])
        for code in run.codes
    ]
