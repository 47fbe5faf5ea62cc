"""What the comments of one survey speak of, for the page of its results and its PDF."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.analytics import Estimate
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.scores.queries import share_of
from candor.apps.scores.registry import THEME_SHARE
from candor.apps.surveys.models import Survey
from candor.foundation.panels import Printed
from candor.foundation.wording import estimate_with_range, number, scale_of

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


def printed_themes(survey: Survey, scope: Scope) -> Printed | None:
    """The themes with their shares for a document, no comment among them; None for whoever may not take them away."""
    may_export = scope.holds_all(Permission.EXPORT_DATA, seen=Permission.READ_INSIGHTS)
    if not (scope.viewer.can(Permission.READ_INSIGHTS) and may_export):
        return None
    found, share = themes_of_survey(survey.key, scope), scale_of("share")
    if not found.rows:
        return Printed(
            _("No theme was found in these comments yet. It takes some hundred comments, and a night.")
        )
    n = found.n_read
    return Printed(
        ngettext("Of one comment that was read.", "Of %(shown)s comments that were read.", n) % {"shown": number(n)},
        (_("Theme"), _("Share and what it could be")),
        tuple((row.theme.name, estimate_with_range(row.share, share)) for row in found.rows),
    )  # fmt: skip
