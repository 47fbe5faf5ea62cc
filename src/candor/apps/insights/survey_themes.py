"""What the comments of one survey speak of, for the page of its results."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from candor.analytics import Estimate
from candor.apps.organization.scope import Scope
from candor.apps.scores.queries import share_of
from candor.apps.scores.registry import THEME_SHARE

from . import counting
from .models import Theme

MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyTheme:
    """A theme and the share of the survey's comments that speak of it."""

    theme: Theme
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyThemes:
    """The themes of a survey's comments in the scope's period, the largest first, and how many comments were read."""

    rows: tuple[SurveyTheme, ...]
    n_read: int


def themes_of_survey(source: str, scope: Scope) -> SurveyThemes:
    """The commonest themes among the comments of a survey, which `source` names."""
    themes = counting.catalogue()
    rows = counting.read_in(scope, scope.period).filter(feedback__source=source).order_by()
    found: Counter[int] = Counter()
    n_read = 0
    for theme_id, n in rows.values_list("theme_id").annotate(n=Count("pk")):
        n_read += n
        if theme_id in themes.head_of:
            found[themes.head_of[theme_id]] += n
    shown = sorted(
        (theme for theme in themes.shown if found[theme.pk]), key=lambda theme: (-found[theme.pk], theme.pk)
    )
    return SurveyThemes(
        rows=tuple(
            SurveyTheme(theme=theme, share=share_of(THEME_SHARE, hits=found[theme.pk], of=n_read, scope=scope)) for theme in shown[:MOST]
        ),
        n_read=n_read,
    )  # fmt: skip
