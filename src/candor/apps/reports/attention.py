"""What needs attention: what is late, what is rising, what moves away from its target."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.analytics import Rise
from candor.apps.cases import queries as cases
from candor.apps.complaints import queries as complaints
from candor.apps.complaints.measures import rising_issues
from candor.apps.imports.models import ImportBatch
from candor.apps.insights import queries as insights
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.strategy.queries import OFF_TRACK, Standing
from candor.foundation.lists import bounded_words
from candor.foundation.wording import number

from .findings import Finding, address

MOST_RISING = 3


def late_complaints(scope: Scope) -> Iterator[Finding]:
    """Open complaints past their clock."""
    found = complaints.overdue(scope)
    if not found.late:
        return
    claim = ngettext(
        "%(late)s complaint is past its clock.", "%(late)s complaints are past their clock.", found.late
    )
    oldest = f"{found.oldest_on:%-d %b %Y}" if found.oldest_on else ""
    yield Finding(
        kind="attention", claim=claim % {"late": bounded_words(found.late)},
        detail=_("Of %(open)s that are open; the oldest was due on %(oldest)s.") % {"open": bounded_words(found.open), "oldest": oldest},
        url=address(scope, "complaints:list", state="late"), evidence_label=_("Show them"), importance=90, icon="alert-circle",
        question=_("What keeps these complaints open past their clock, and who can decide them this week?"),
    )  # fmt: skip


def late_cases(scope: Scope, *, now: datetime) -> Iterator[Finding]:
    """Cases past their clock."""
    found = cases.load_of(scope, now=now)
    if not found.late:
        return
    claim = ngettext("%(late)s case is past its clock.", "%(late)s cases are past their clock.", found.late)
    yield Finding(
        kind="attention", claim=claim % {"late": number(found.late)},
        detail=_("Of %(open)s that wait.") % {"open": number(found.open)},
        url=address(scope, "cases:list", state="late"), evidence_label=_("Show them"), importance=80, icon="clock",
        question=_("What keeps these cases open past their clock, and who can close them this week?"),
    )  # fmt: skip


def rising(scope: Scope) -> Iterator[Finding]:
    """Themes and issues that come in more often than their own past lets expect, as far as the viewer may read of them."""
    if scope.viewer.can(Permission.READ_INSIGHTS):
        found = insights.rising(scope)
        for place, one in enumerate(found.issues[:MOST_RISING]):
            if one.theme is not None:
                with_all = _("All comments together rose too.") if found.all_comments else ""
                url = address(scope, "insights:theme", one.theme.pk, period="28d")
                yield _rise(
                    one.rise,
                    _("“%(name)s” comes up more often.") % {"name": one.name},
                    one.name,
                    url,
                    place,
                    with_all,
                )
            else:
                yield _rising_issue(scope, one.rise, one.product, one.issue, place)
    elif scope.viewer.can(Permission.READ_FEEDBACK):
        for place, rise in enumerate(rising_issues(scope, most=MOST_RISING) or ()):
            yield _rising_issue(scope, rise, *rise.key, place)


def _rising_issue(scope: Scope, rise: "Rise[Any]", product: str, issue: str, place: int) -> Finding:
    where = (
        _("Complaints about “%(issue)s” (%(product)s) are rising.")
        if product
        else _("Complaints about “%(issue)s” are rising.")
    )
    url = address(scope, "complaints:list", product=product or None, issue=issue, period="28d")
    return _rise(rise, where % {"issue": issue, "product": product}, issue, url, place)


def _rise(rise: "Rise[Any]", claim: str, name: str, url: str, place: int, also: str = "") -> Finding:
    facts = {
        "ratio": number(rise.ratio, 1), "low": number(rise.low, 1), "high": number(rise.high, 1),
        "recent": number(rise.recent), "expected": number(rise.expected, 1), "n": number(rise.n),
    }  # fmt: skip
    detail = _(
        "%(recent)s in four weeks where %(expected)s were to be expected: %(ratio)s times as often (%(low)s to %(high)s, n %(n)s)."
    )
    return Finding(
        kind="attention", claim=claim, detail=f"{detail % facts} {also}".strip(), url=url, evidence_label=_("Read them"),
        importance=70 - place, icon="trending-up", subject=name,
        question=_("Who has read what is said about “%(name)s”, and what does it have in common?") % {"name": name},
    )  # fmt: skip


def outcomes_off_track(scope: Scope, standings: list[Standing]) -> Iterator[Finding]:
    """Outcomes that move away from their target, or whose date is over."""
    for standing in standings:
        if standing.progress not in OFF_TRACK:
            continue
        facts = {
            "title": standing.outcome.title,
            "target": standing.target_text,
            "day": f"{standing.outcome.by_on:%-d %b %Y}",
        }
        away = _("“%(title)s” moves away from its target.")
        over = _("“%(title)s” was not at its target on its date.")
        yield Finding(
            kind="attention", claim=(away if standing.progress == "away" else over) % facts,
            detail=f"{standing.sentence} {_('Target %(target)s by %(day)s.') % facts}",
            url=address(scope, "strategy:outcome", standing.outcome.pk), evidence_label=_("See the outcome"), importance=60,
            icon="target", estimate=standing.now, comparison=standing.change,
            question=_("What have we tried for “%(title)s”, and what shall we try next?") % facts,
        )  # fmt: skip


def stopped_imports(scope: Scope) -> Iterator[Finding]:
    """Imports that stopped before their end, for those who may go on with them."""
    if not scope.viewer.can(Permission.IMPORT_DATA):
        return
    for batch in ImportBatch.objects.filter(state=ImportBatch.State.FAILED).order_by("-pk")[:2]:
        facts = {"file": batch.file_name, "rows": number(batch.rows_added)}
        yield Finding(
            kind="attention", claim=_("The import of %(file)s stopped.") % facts,
            detail=_("%(rows)s rows were kept; it can go on from there.") % facts,
            url=address(scope, "imports:detail", batch.pk), evidence_label=_("See why"), importance=50, icon="alert-triangle",
            question=_("Who can say why this file stopped, and what is missing without it?"),
        )  # fmt: skip
