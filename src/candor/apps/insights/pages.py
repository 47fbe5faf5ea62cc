"""What the pages of Understand show."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.scores.drawings import DIMENSION_NAMES, TIER_NAMES, split_chart
from candor.apps.scores.pages import SplitLine
from candor.apps.scores.queries import Dimension, ScoreRow
from candor.apps.scores.registry import THEME_SHARE
from candor.apps.scores.steps import Step, step_for
from candor.foundation.wording import scale_of
from candor.text.masking import CANNOT_FIND

from . import drawings, priorities, queries, tasks
from .forms import MergeForm, RenameForm
from .models import Theme
from .priorities import Priority, Ranking


@dataclass(frozen=True, slots=True)
class PriorityLine:
    """A row of a ranking with its chance in words."""

    row: Priority

    @property
    def chance(self) -> str:
        return drawings.chance_words(self.row)


def may_curate(viewer: Viewer) -> bool:
    """Themes are everybody's: whoever changes them must see the whole organization."""
    return viewer.sees_everything(Permission.CURATE_THEMES)


def themes_page(scope: Scope) -> dict[str, Any]:
    """All themes, or why there are none yet; a run counts comments of all units, so its counts are for who sees them all."""
    run, table = queries.latest_run(), queries.theme_table(scope)
    high = [row.share.high for row in table.rows if row.share.high is not None]
    is_readable = queries.is_readable(run)
    return {
        "run": run,
        "is_readable": is_readable,
        "may_count_run": scope.viewer.sees_everything(Permission.READ_INSIGHTS),
        "is_looking": tasks.is_looking(),
        "has_comments": queries.has_comments(scope.viewer),
        "rows": [row for row in table.rows if row.n],
        "silent": [row for row in table.rows if not row.n],
        "table": table,
        "hi": 1.1 * max(high, default=1.0) or 1.0,
        "codes": [] if run is None or is_readable else queries.frequent_words(run, scope.viewer),
        "cannot_find": CANNOT_FIND,
        "may_curate": may_curate(scope.viewer),
        "may_export": scope.viewer.can(Permission.EXPORT_DATA),
    }


def theme_page(theme: Theme, scope: Scope, *, step: Step | None) -> dict[str, Any]:
    """One theme: its share, run, quotes, what goes together with it, and what people may change."""
    result = queries.theme_result(theme, scope)
    chosen = step or step_for(scope.period)
    context: dict[str, Any] = {
        "theme": theme,
        "result": result,
        "change_sentence": drawings.change_sentence(result, scope.before.label),
        "step": chosen,
        "steps": [("day", _("Days")), ("week", _("Weeks")), ("month", _("Months"))],
        "trend": drawings.trend_chart(
            queries.theme_trend(theme, scope, step=chosen), name=theme.name, step=chosen
        ),
        "hi": min(1.0, 2 * max(result.share.high or 0.0, result.before.high or 0.0)) or 1.0,
        "quotes": queries.distinct_quotes(theme, scope),
        "together": queries.goes_together(theme, scope),
        "cannot_find": CANNOT_FIND,
        "may_curate": may_curate(scope.viewer),
    }
    if context["may_curate"]:
        others = [row.theme for row in queries.theme_table(scope).rows if row.theme.pk != theme.pk]
        others.sort(key=lambda other: (other.name.casefold(), other.pk))
        context["rename_form"] = RenameForm(initial={"name": theme.name})
        context["merge_form"] = MergeForm(others=others) if others else None
        context["parts"] = theme.parts.order_by("proposed_name", "pk")
    return context


def split_part(theme: Theme, asked: Dimension | None, scope: Scope) -> dict[str, Any]:
    """A theme by the groups of a dimension."""
    offered = queries.dimensions_of(scope)
    dimension = asked or (offered[0] if offered else "unit")
    split = queries.theme_split(theme, dimension, scope)
    scale = scale_of("share")
    groups = [
        (TIER_NAMES[tier], [SplitLine(row, scale) for row in rows])
        for tier, rows in split.by_tier
        if tier != "too_few"
    ]
    few = [SplitLine(row, scale) for tier, rows in split.by_tier for row in rows if tier == "too_few"]
    highest = [row.estimate.high for row in split.rows if row.estimate.high is not None]
    return {
        "theme": theme,
        "measure": THEME_SHARE,
        "dimension": dimension,
        "dimension_name": DIMENSION_NAMES[dimension][0],
        "dimensions": [(key, DIMENSION_NAMES[key][0]) for key in offered],
        "tiers": groups,
        "few": few,
        "whole": SplitLine(ScoreRow(key="", label="", estimate=split.whole.estimate), scale),
        "split_chart": split_chart(split) if sum(len(rows) for _name, rows in groups) > 1 else None,
        "split_low": 0.0,
        "split_high": min(1.0, 1.1 * max(highest, default=1.0)) or 1.0,
    }


def priorities_page(scope: Scope) -> dict[str, Any]:
    """Both rankings with their charts."""
    return {"rankings": [_ranking(ranking) for ranking in priorities.priorities(scope)]}


def _ranking(ranking: Ranking) -> dict[str, Any]:
    shown: dict[str, Any] = {"ranking": ranking, "least_cases": priorities.LEAST_CASES}
    is_long = len(ranking.rows) > drawings.MOST_DRAWN
    if ranking.state == "ok":
        shown |= {
            "sentence": drawings.top_sentence(ranking),
            "chart": drawings.ranking_chart(ranking),
            "unit": drawings.unit_words(ranking),
            "hi": 1.05 * max(row.ranked.high for row in ranking.rows) or 1.0,
            "tiers": [
                (drawings.tier_name(ranking, tier), [PriorityLine(row) for row in rows])
                for tier, rows in ranking.tiers
                if not (is_long and tier == priorities.LAST_TIER)
            ],
            "rest": [
                PriorityLine(row) for row in ranking.rows if is_long and row.tier == priorities.LAST_TIER
            ],
        }
    return shown
