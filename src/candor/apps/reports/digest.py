"""The digest of one reader: an insight, a careful reading of it, a question, and the three lists."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from mjml import mjml2html

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Unit
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.apps.scores import queries as scores
from candor.apps.scores.drawings import trend_chart
from candor.apps.scores.registry import Measure, measure_named
from candor.apps.scores.steps import window
from candor.foundation import charts
from candor.foundation.periods import parse_period
from candor.foundation.wording import estimate_with_range, scale_of

from .choices import Rhythm
from .findings import Finding
from .queries import Briefing, briefing

CHART_ID = "chart"
CHART_WIDTH = 560  # px of the mail's column


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything a mail says, before it becomes HTML or text."""

    reader: str
    place: str
    period: str
    as_of: date
    insight: str
    detail: str
    url: str
    reading: str
    question: str
    told: Briefing
    key_numbers: tuple[tuple[str, str], ...]
    chart: bytes
    chart_title: str
    home_url: str
    is_simulated: bool

    @property
    def subject(self) -> str:
        text = _("%(place)s: %(insight)s") % {"place": self.place, "insight": self.insight.rstrip(".")}
        return " ".join(text.split())


def may_read(viewer: Viewer, unit: Unit | None) -> bool:
    """Whether the viewer is allowed a digest of this unit, or any."""
    return viewer.can(Permission.READ_REPORTS, unit)


def digest_scope(viewer: Viewer, *, unit: Unit | None, rhythm: Rhythm, today: date) -> Scope:
    """What a digest looks at: the reader's units, or one of them, as of the last day with feedback."""
    as_of = min(today, workspace().last_feedback_on or today)
    return Scope(viewer, unit, parse_period(rhythm.period_key, as_of=as_of), as_of, today)


def digest_of(scope: Scope, *, now: datetime) -> Digest:
    """The digest as it stands at this moment; only what the scope's viewer may see is in it."""
    told = briefing(scope, now=now)
    first = told.changed[0] if told.changed else None
    measure, there = _drawn(told, first, scope)
    title = (
        first.claim.rstrip(".")
        if first
        else _("%(measure)s by month") % {"measure": measure.name}
        if measure
        else ""
    )
    return Digest(
        reader=scope.viewer.person.name,
        place=scores.place_words(scope),
        period=scope.period.label,
        as_of=scope.as_of,
        insight=first.claim if first else told.quiet,
        detail=first.detail if first else "",
        url=settings.CANDOR_URL + first.url if first else "",
        reading=_reading(told, first),
        question=_question(told, first),
        told=told,
        key_numbers=tuple(_key_number(line.result) for line in told.band),
        chart=_picture(measure, there, title) if measure else b"",
        chart_title=title,
        home_url=f"{settings.CANDOR_URL}/?{scope.query}",
        is_simulated=workspace().is_simulated,
    )


def as_html(digest: Digest, *, for_mail: bool) -> str:
    """The mail as HTML; its picture is an attachment of the mail, or inline for a page."""
    source = (
        f"cid:{CHART_ID}" if for_mail else f"data:image/png;base64,{base64.b64encode(digest.chart).decode()}"
    )
    context = {"digest": digest, "picture": source if digest.chart else "", "site": settings.CANDOR_URL}
    html = str(mjml2html(render_to_string("reports/digest.mjml", context)))
    return html if for_mail else html.replace("<head>", '<head><base target="_top">', 1)


def as_text(digest: Digest) -> str:
    """The same mail as plain text."""
    return (
        render_to_string("reports/digest.txt", {"digest": digest, "site": settings.CANDOR_URL}).strip() + "\n"
    )


def _key_number(result: scores.ScoreResult) -> tuple[str, str]:
    return result.measure.name, estimate_with_range(result.estimate, scale_of(result.measure.unit))


def _reading(told: Briefing, first: Finding | None) -> str:
    """A point of view that claims no more than the comparisons tell, and never a cause."""
    if first is None:
        if not told.looked_at:
            return _(
                "The scores have too few answers to be compared; what customers wrote can be read even so."
            )
        return _("Quiet is information too: no change beyond chance can be seen in these answers.")
    why = _("Why, these numbers don’t say. Read what customers wrote before acting on it.")
    return " ".join(filter(None, [_spread(told.all_changed, first), why]))


def _spread(changed: Sequence[Finding], first: Finding) -> str:
    """Where else the first change was seen, among all changes of the same measure beyond chance."""
    same = [found for found in changed if found.subject == first.subject]
    alike = [found.unit_name for found in same if found.unit_name and found.is_good == first.is_good]
    against = [found.unit_name for found in same if found.is_good != first.is_good]
    words = _where(first, alike)
    if against:
        other = _("In %(units)s it went the other way.") % {"units": ", ".join(against)}
        words = f"{words} {other}".strip()
    return words


def _where(first: Finding, alike: Sequence[str]) -> str:
    if first.unit_name:  # the whole stands before its units, so none of it changed beyond chance
        return _("It is so in %(units)s; taken all together, the same score shows no clear change.") % {
            "units": ", ".join(alike)
        }
    if alike:
        return _("By itself it shows in %(units)s.") % {"units": ", ".join(alike)}
    if not first.n_units:
        return ""
    return _(
        "It shows in all answers together, and beyond chance in no unit by itself: spread widely, or too few answers in each to tell."
    )


def _question(told: Briefing, first: Finding | None) -> str:
    """A question that a team can answer this week."""
    if first is not None:
        where = first.unit_name or _("us")
        if first.is_good:
            return _("What would we have to see in the next weeks to believe that this lasts?")
        return _(
            "What did customers of %(where)s meet in these weeks that they did not meet before, and who has asked them?"
        ) % {"where": where}
    asked = [found.question for found in told.attention if found.question]
    if asked:
        return asked[0]
    return _("What do we want to be different by the next digest, and which number would show it?")


def _drawn(told: Briefing, first: Finding | None, scope: Scope) -> tuple[Measure | None, Scope]:
    """What the picture shows: the first change, or the first of the key measures."""
    if first is not None and first.measure_key:
        unit = next(
            (unit for unit in scope.viewer.units(Permission.READ_SCORES) if unit.pk == first.unit_id),
            scope.unit,
        )
        return measure_named(first.measure_key), replace(scope, unit=unit)
    return (told.band[0].result.measure, scope) if told.band else (None, scope)


def _picture(measure: Measure, scope: Scope, title: str) -> bytes:
    points = scores.trend(measure, scope=replace(scope, period=window("month", scope.period)), step="month")
    if sum(point.estimate.value is not None for point in points) < 2:
        return b""
    return charts.render_png(trend_chart(points, measure, title=title), width=CHART_WIDTH)
