"""The lanes that scores add to a journey's map: the score at each touchpoint, its line, and how much of it was heard at all."""

from collections.abc import Mapping
from dataclasses import replace

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.analytics import Comparison, Histogram, top_box_share
from candor.apps.feedback.queries import feedback_in
from candor.apps.journeys.lanes import Asked, Cell, Lane, Row, register_lane
from candor.apps.journeys.passing import passes_text
from candor.apps.organization.choices import Permission
from candor.apps.organization.queries import workspace
from candor.foundation.wording import number
from candor.warehouse.queries import Filter

from . import drawings, queries
from .counting import Counted, count
from .measures import Tally
from .registry import MEASURES, Measure, measure_named

ALONG_JOURNEYS = ("csat", "ces", "nps", "trust", "stars")


def register() -> None:
    """Add the lanes to every journey's map."""
    register_lane(Lane(key="feeling", order=25, fill=feeling))
    register_lane(Lane(key="score", order=30, fill=score, compare=compare))
    register_lane(Lane(key="coverage", order=50, fill=coverage))


def score(asked: Asked) -> Row:
    """The score at each touchpoint."""
    measure, offered = _measure(asked), _offered(asked)
    rows = queries.estimates_by(measure, "touchpoint", scope=asked.pick.scope, only=_only(asked))
    found = {row.key: row.estimate for row in rows}
    low, high = drawings.axis(measure, found.values())
    cells = {
        point.pk: Cell(estimate=found[point.key]) if point.key in found else Cell(words=_("No feedback here"))
        for point in asked.touchpoints
    }
    about = _("What was answered about each touchpoint in the period, whoever passed it.")
    if asked.pick.channel:
        about += " " + _("All channels: an answer does not know in which channel the contact was.")
    return Row(
        name=measure.name, kind=measure.unit, unit=measure.unit_words, low=low, high=high, cells=cells, about=about,
        choices=tuple((one.key, one.name) for one in offered), chosen=measure.key,
    )  # fmt: skip


def feeling(asked: Asked) -> Row | None:
    """The same score as a line in its band; None where fewer than two touchpoints have enough answers to join."""
    row = score(asked)
    heard = [cell for cell in row.cells.values() if cell.estimate and cell.estimate.value is not None]
    if len(heard) < 2:
        return None
    about = _(
        "The score from touchpoint to touchpoint, in the band of its 95% intervals; it breaks where too few answered."
    )
    return replace(row, name=_("Feeling along the way"), about=about, is_line=True, choices=())


def coverage(asked: Asked) -> Row | None:
    """The share of passes of which anybody told us anything."""
    if not asked.touchpoints:
        return None
    heard, by_activity = _heard(asked), asked.counts.by_activity
    cells = {}
    for point in asked.touchpoints:
        n, passed = heard.get(point.pk, 0), by_activity.get(point.activity)
        if not n:
            cells[point.pk] = Cell(words=_("No feedback here"))
        elif passed is None or n > passed.cases:
            cells[point.pk] = Cell(words=_heard_text(n))
        else:
            share = top_box_share(favourable=n, n=passed.cases)
            cells[point.pk] = Cell(estimate=share, counted=passes_text(passed.cases))
    about = _(
        "Of the passes, the share with any feedback about this touchpoint in the period, of every kind."
    )
    return Row(name=_("Heard of"), kind="share", cells=cells, about=about)


def compare(now: Asked, before: Asked) -> Mapping[int, Comparison]:
    """The score of one pick against another's, at each touchpoint, on the raw answers."""
    measure, least_n = _measure(now), workspace().least_n_score
    sides = [_counted(asked, measure) for asked in (now, before)]
    found = {}
    for point in now.touchpoints:
        tallies = [
            Tally(measure.on_scale(side.get((measure.metric, point.key), Histogram()))) for side in sides
        ]
        change = measure.formula.compare(tallies[0], tallies[1], least_n=least_n)
        is_few = change.verdict == "too_few"
        found[point.pk] = (
            replace(change, change=None, low=None, high=None, p_value=None) if is_few else change
        )
    return found


def _counted(asked: Asked, measure: Measure) -> Counted:
    scope = asked.pick.scope
    return count([measure], scope=scope, period=scope.period, by=["touchpoint"], only=_only(asked))


def _only(asked: Asked) -> Filter:
    segment = asked.pick.segment
    return Filter(
        touchpoints=tuple(point.key for point in asked.touchpoints),
        segments=(segment.name,) if segment else None,
    )


def _measure(asked: Asked) -> Measure:
    """The one that was asked for, else the one most answered along the journey."""
    return measure_named(asked.measure) if asked.measure else _offered(asked)[0]


def _offered(asked: Asked) -> list[Measure]:
    """Measures with answers along the journey, the most answered first; never empty."""
    measures = [MEASURES[key] for key in ALONG_JOURNEYS]
    scope = asked.pick.scope
    counted = count(measures, scope=scope, period=scope.period, only=_only(asked))
    answers = {measure.key: counted.get((measure.metric,), Histogram()).n for measure in measures}
    answered = [measure for measure in measures if answers[measure.key]]
    return sorted(answered, key=lambda measure: -answers[measure.key]) or measures[:1]


def _heard(asked: Asked) -> dict[int, int]:
    """Passes with feedback by touchpoint: one episode counts once, feedback that names none counts by itself."""
    rows = feedback_in(asked.pick.scope, permission=Permission.READ_SCORES).filter(
        touchpoint__in=[point.pk for point in asked.touchpoints]
    )
    if asked.pick.segment:
        rows = rows.filter(segment=asked.pick.segment.name)
    found = (
        rows.order_by()
        .values("touchpoint_id")
        .annotate(
            episodes=Count("episode", distinct=True, filter=~Q(episode="")),
            alone=Count("pk", filter=Q(episode="")),
        )
    )
    return {row["touchpoint_id"]: row["episodes"] + row["alone"] for row in found}


def _heard_text(n: int) -> str:
    return ngettext("%(n)s told us something", "%(n)s told us something", n) % {"n": number(n)}
