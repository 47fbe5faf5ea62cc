"""Charts of themes and priorities, each titled with what it shows and no more."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.apps.scores.queries import TrendPoint
from candor.foundation import charts
from candor.foundation.wording import count_words

from .priorities import Priority, Ranking
from .queries import ThemeResult

MOST_DRAWN = 12  # issues beyond which a chart leaves the last tier to the table


def change_sentence(result: ThemeResult, before: str) -> str:
    """What happened to a theme, as a sentence."""
    return {
        "higher": _("A larger share of comments than in %(before)s, beyond chance"),
        "lower": _("A smaller share of comments than in %(before)s, beyond chance"),
        "no_clear_change": _("Nothing changed beyond chance since %(before)s"),
        "too_few": _("Too few comments to compare with %(before)s"),
    }[result.comparison.verdict] % {"before": before}


def trend_chart(points: Sequence[TrendPoint], *, name: str, step: str) -> charts.Spec | None:
    """A theme's share of comments through time; None without two steps that have enough comments."""
    known = [
        point.estimate.high
        for point in points
        if point.estimate.status in {"ok", "wide"} and point.estimate.high
    ]
    if len(known) < 2:
        return None
    title = {"day": _("%(name)s by day"), "week": _("%(name)s by week"), "month": _("%(name)s by month")}[
        step
    ]
    return charts.trend(
        [charts.Point(point.stretch.since, point.estimate) for point in points],
        title=title % {"name": name},
        subtitle=_("Share of the comments read that speak of it; gaps have too few comments"),
        kind="share", lo=0.0, hi=min(1.0, 1.1 * max(known)),
    )  # fmt: skip


def ranking_chart(ranking: Ranking) -> charts.Spec:
    """What issues put at stake, in tiers; of a long list those above the last tier."""
    shown = ranking.rows if len(ranking.rows) <= MOST_DRAWN else ranking.few
    rows = [charts.Row(label(row), row.at_stake, tier=tier_name(ranking, row.tier)) for row in shown]
    hi = 1.05 * max(row.ranked.high for row in shown) or 1.0
    return charts.interval_dots(
        rows, title=top_sentence(ranking), kind="count", unit=unit_words(ranking), lo=0.0, hi=hi,
        subtitle=_("What each puts at stake in the period, with its 95% interval"),
    )  # fmt: skip


def label(row: Priority) -> str:
    """An issue's name, told apart from the same issue of other products."""
    return f"{row.name} · {row.product}" if row.product else row.name


def chance_words(row: Priority) -> str:
    """How likely it has the most at stake; never 0% or 100%, which no draw can tell."""
    chance = row.ranked.p_top
    if chance < 0.01:
        return _("under 1%")
    return _("over 99%") if chance > 0.99 else f"{chance:.0%}"


def unit_words(ranking: Ranking) -> str:
    """What is at stake is counted in."""
    if ranking.source == "themes":
        return _("customers hit hard") if ranking.by_severity else _("comments")
    return _("customers hit hard") if ranking.by_severity else _("complaints")


def top_sentence(ranking: Ranking) -> str:
    """One honest sentence about the top of the list."""
    top = ranking.top
    if len(top) == 1:
        facts = {"name": label(top[0]), "chance": chance_words(top[0])}
        return _("“%(name)s” has the most at stake (chance %(chance)s)") % facts
    if len(top) == len(ranking.rows):
        return _("These %(n)s issues can’t be told apart") % {"n": count_words(len(top))}
    return _("One of %(n)s issues has the most at stake; which one is not decided") % {
        "n": count_words(len(top))
    }


def tier_name(ranking: Ranking, tier: int) -> str:
    """The heading of a tier."""
    n = len([row for row in ranking.rows if row.tier == tier])
    if tier == 1:
        return ngettext("The most at stake", "The most at stake is among these", n)
    if tier == 2:
        return ngettext("The next", "The next is among these", n)
    return _("Less at stake")
