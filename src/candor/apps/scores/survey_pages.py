"""What the page of one survey's results shows: each question with its charts and words, on the page, for guests and as a PDF."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.foundation import charts
from candor.foundation.panels import Printed, panels_for
from candor.foundation.wording import number, scale_of

from . import drawings, queries, survey_counts
from .pages import SplitLine
from .queries import ScoreRow
from .registry import MEASURES
from .survey_results import QuestionResult, SurveyResult

PLACE = "survey"  # of panels from rooms above
SHOWN_COMMENTS = 10


@dataclass(frozen=True, slots=True)
class Card:
    """A question with what is drawn of it; a drawing is None where there are too few answers for it."""

    found: QuestionResult
    spread: charts.Spec | None
    run: charts.Spec | None
    split: charts.Spec | None
    lines: tuple[tuple[str, tuple[SplitLine, ...]], ...]
    low: float = 0.0
    high: float = 1.0

    @property
    def name(self) -> str:
        """For files of its charts."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.found.key.casefold())[:60]

    @property
    def answered(self) -> str:
        n = self.found.n
        return ngettext("%(n)s answered", "%(n)s answered", n) % {"n": number(n)}


def results_page(result: SurveyResult, scope: Scope) -> dict[str, Any]:
    """Everything on the page but the comments."""
    who = result.who
    return {
        "survey": result.survey,
        "result": result,
        "cards": [card_of(one) for one in result.questions],
        "scope_words": queries.scope_words(scope),
        "partial_words": _partial_words(who.partial),
        "rate_of": _rate_of(who.came_back),
        "rate_blanks": MEASURES["response_rate"].blanks,
        "rate_counted": ngettext("%(n)s who was asked", "%(n)s who were asked", who.asked)
        % {"n": number(who.asked)},
        "dimensions": [(key, drawings.DIMENSION_NAMES[key][0]) for key in result.offered],
        "dimension": result.dimension,
        "dimension_name": drawings.DIMENSION_NAMES[result.dimension][0] if result.dimension else "",
        "version_words": _version_words(result),
        "anonymous_words": _anonymous_words(result),
        "steps": [("day", _("Days")), ("week", _("Weeks")), ("month", _("Months"))],
        "step": result.step,
    }


def _rate_of(came_back: int) -> str:
    """The denominator in words, with what is not in it."""
    of = _("Invitations that arrived, by the day they were sent, once they are %(days)s days old") % {
        "days": MEASURES["response_rate"].waiting_days
    }
    if not came_back:
        return of
    left_out = ngettext("%(n)s more came back", "%(n)s more came back", came_back) % {"n": number(came_back)}
    return f"{of}; {left_out}"


def comments_part(result: SurveyResult, scope: Scope) -> dict[str, Any]:
    """The newest comments, masked, and the panels of rooms above, for whoever may read feedback."""
    if not scope.viewer.can(Permission.READ_FEEDBACK):
        return {}
    rows = survey_counts.comments(result.survey, scope)
    return {"comments": list(rows[:SHOWN_COMMENTS]), "n_comments": rows.count(), "panels": panels_for(PLACE)}


def printed_panels(result: SurveyResult, scope: Scope) -> list[tuple[str, Printed]]:
    """What those panels say in a document, by their titles; no comments."""
    if not (result.questions and scope.viewer.can(Permission.READ_FEEDBACK)):
        return []
    said = [
        (panel.title, panel.printed(result.survey, scope)) for panel in panels_for(PLACE) if panel.printed
    ]
    return [(title, words) for title, words in said if words is not None]


def card_of(found: QuestionResult) -> Card:
    """A question with its drawings."""
    measure = found.measure
    run = split = None
    lines: tuple[tuple[str, tuple[SplitLine, ...]], ...] = ()
    low, high = 0.0, 1.0
    if measure is not None and found.estimate is not None:
        if sum(point.estimate.value is not None for point in found.months) > 1:
            run = drawings.trend_chart(
                found.months, measure, title=_("%(name)s over time") % {"name": measure.name}
            )
        low, high = drawings.axis(measure, [found.estimate])
        if found.split is not None:
            split = drawings.split_chart(found.split)
            scale = scale_of(measure.unit)
            lines = tuple(
                (_(drawings.TIER_NAMES[tier]), tuple(SplitLine(row, scale) for row in rows))
                for tier, rows in found.split.by_tier
            )
    return Card(found, _spread_chart(found), run, split, lines, low, high)


def _spread_chart(found: QuestionResult) -> charts.Spec | None:
    """The share of each answer as a bar with its interval and its name beside it, so that no colour has to be told apart."""
    if not any(share.estimate.value is not None for share in found.spread):
        return None
    rows = [charts.Row(share.label, share.estimate, count=share.count) for share in found.spread]
    title = ngettext("What %(n)s person answered", "What %(n)s people answered", found.n) % {
        "n": number(found.n)
    }
    subtitle = _("Low is good in this question; its score counts turned round.") if found.is_turned else ""
    return charts.bars_with_intervals(rows, title=title, kind="share", lo=0.0, hi=1.0, subtitle=subtitle)


def _version_words(result: SurveyResult) -> str:
    """What can't be told of versions, where somebody might look for it."""
    if result.survey.state == result.survey.State.IMPORTED:
        return _(
            "A file does not say to which version of the survey an answer was given, so that versions can’t be held against each other here."
        )
    if result.dimension == "version":
        return _(
            "The version is known of answers that were given here, for as long as they are kept as they were sent; all others have none."
        )
    return ""


def _anonymous_words(result: SurveyResult) -> str:
    """When answers to an anonymous survey come to stand here, for whoever looks for the one that was just given."""
    if not result.survey.is_anonymous:
        return ""
    return _(
        "The survey is anonymous: its answers come to stand here the day after they were given, and never fewer than five at once."
    )


def _partial_words(n: int) -> str:
    if not n:
        return ""
    words = ngettext(
        "%(n)s of them gave up before the end; what was answered until then counts.",
        "%(n)s of them gave up before the end; what they answered until then counts.", n,
    )  # fmt: skip
    return words % {"n": number(n)}


def whole_row(found: QuestionResult) -> ScoreRow | None:
    """The row for all groups together."""
    return ScoreRow(key="", label=_("All together"), estimate=found.estimate) if found.estimate else None
