"""What to do next: what is due, what waits for a decision, what is not set up yet."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.apps.cases import queries as cases
from candor.apps.complaints import queries as complaints
from candor.apps.complaints.due import longest_late
from candor.apps.imports.models import ImportBatch
from candor.apps.insights.priorities import Ranking
from candor.apps.insights.priorities import priorities as priorities_of
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.strategy.queries import Standing
from candor.foundation.lists import bounded_words
from candor.foundation.wording import count_words, number, range_text, scale_of, value_text

from .findings import Finding, address

MOST_NAMES = 3  # of issues that can't be told apart, in one sentence


def my_cases(scope: Scope, *, now: datetime) -> Iterator[Finding]:
    """Cases that the viewer owns, with the first date."""
    mine = list(cases.narrowed(scope, "", mine=True, now=now).values_list("due_at", flat=True))
    if not mine:
        return
    claim = ngettext("You own %(n)s open case.", "You own %(n)s open cases.", len(mine)) % {
        "n": number(len(mine))
    }
    late = sum(due < now for due in mine)
    facts = {"day": f"{min(mine):%-d %b %Y}", "late": number(late)}
    detail = (
        _("The first was due on %(day)s; %(late)s past their clock.")
        if late
        else _("The first is due on %(day)s.")
    )
    yield Finding(
        kind="next", claim=claim, detail=detail % facts, url=address(scope, "cases:list", owner="me"),
        evidence_label=_("Open them"), importance=90, icon="checklist", subject=_("your cases"),
    )  # fmt: skip


def due_cases(scope: Scope, *, now: datetime) -> Iterator[Finding]:
    """Cases due within a day."""
    found = cases.load_of(scope, now=now)
    if not found.due_soon:
        return
    claim = ngettext("%(n)s case is due within a day.", "%(n)s cases are due within a day.", found.due_soon)
    yield Finding(
        kind="next", claim=claim % {"n": number(found.due_soon)},
        detail=_("Of %(open)s that wait.") % {"open": number(found.open)}, url=address(scope, "cases:list"),
        evidence_label=_("Show the list"), importance=70, icon="clock", subject=_("cases due"),
    )  # fmt: skip


def late_complaint(scope: Scope, *, now: datetime) -> Iterator[Finding]:
    """The complaint that is late the longest, over every clock, by name."""
    found = longest_late(scope, now=now)
    if found is None:
        return
    row, days = found.complaint, found.shown.late_days
    words = ngettext("%(n)s day late", "%(n)s days late", days) if days else _("late since today")
    facts = {
        "do": found.name,
        "name": row.issue or row.product or row.reference,
        "late": words % {"n": number(days)},
    }
    where = ", ".join(filter(None, (row.reference, str(row.feedback.unit or ""))))
    yield Finding(
        kind="next", claim=_("%(do)s: “%(name)s”, %(late)s.") % facts, detail=_("%(where)s. It is late the longest.") % {"where": where},
        url=address(scope, "complaints:complaint", row.pk), evidence_label=_("Open it"), importance=95, icon="message-report",
        subject=_("the complaint late the longest"),
    )  # fmt: skip


def due_complaints(scope: Scope) -> Iterator[Finding]:
    """Complaints whose date comes within a week."""
    found = complaints.overdue(scope)
    if not found.late_soon:
        return
    claim = ngettext(
        "%(n)s complaint must be decided within a week.",
        "%(n)s complaints must be decided within a week.",
        found.late_soon,
    )
    yield Finding(
        kind="next", claim=claim % {"n": bounded_words(found.late_soon)},
        detail=_("Of %(open)s that are open.") % {"open": bounded_words(found.open)},
        url=address(scope, "complaints:list", state="late_soon"), evidence_label=_("Show them"), importance=80,
        icon="message-report", subject=_("complaints due"),
    )  # fmt: skip


def priorities(scope: Scope) -> Iterator[Finding]:
    """Where most is at stake, and whether that is decided."""
    if not scope.viewer.can(Permission.READ_INSIGHTS):
        return
    for place, ranking in enumerate(priorities_of(scope)):
        if ranking.state != "ok" or not ranking.top:
            continue
        yield Finding(
            kind="next", claim=_first_words(ranking), detail=_stake_words(ranking), url=address(scope, "insights:priorities"),
            evidence_label=_("See what is at stake"), importance=50 - place, icon="bulb", subject=ranking.top[0].name,
        )  # fmt: skip


def _first_words(ranking: Ranking) -> str:
    names = _names(ranking)
    facts = {
        "where": _("comments") if ranking.source == "themes" else _("complaints"),
        "n": count_words(len(names)),
        "first": ", ".join(names[:-1]), "last": names[-1],
    }  # fmt: skip
    if len(names) == 1:  # the first tier holds the top issue with a chance of at least 95 %
        return _("In %(where)s, look at %(last)s first.") % facts
    if len(names) > MOST_NAMES:
        return _("In %(where)s, %(n)s issues can’t be told apart: which comes first is not decided.") % facts
    return _("In %(where)s, look at %(first)s and %(last)s: which comes first is not decided.") % facts


def _names(ranking: Ranking) -> list[str]:
    """The first tier by name, with the product where two issues of it share a name."""
    often = Counter(row.name for row in ranking.top)
    return [
        f"“{row.name}” ({row.product})" if often[row.name] > 1 and row.product else f"“{row.name}”"
        for row in ranking.top
    ]


def _stake_words(ranking: Ranking) -> str:
    """What the largest of them puts at stake, with its interval."""
    top = max(ranking.top, key=lambda row: (row.ranked.point, row.name))
    scale = scale_of("count")
    facts = {
        "name": top.name, "stake": value_text(top.at_stake.value, scale), "of": number(ranking.of),
        "range": range_text(top.at_stake.low, top.at_stake.high, scale),
    }  # fmt: skip
    if ranking.by_severity:
        told = _("%(stake)s customers hit hard (%(range)s, n %(of)s).")
    else:
        told = _("It stands in %(stake)s (%(range)s) of %(of)s.")
    if len(ranking.top) > 1:
        told = (
            _("“%(name)s” has the most so far: %(stake)s customers hit hard (%(range)s, n %(of)s).")
            if ranking.by_severity
            else _("“%(name)s” has the most so far: it stands in %(stake)s (%(range)s) of %(of)s.")
        )
    return told % facts


def unmeasurable_outcomes(scope: Scope, standings: list[Standing]) -> Iterator[Finding]:
    """Targets that can't be told from chance by their date, in one sentence."""
    doubtful = [one for one in standings if one.check is not None and not one.check.is_measurable]
    if not doubtful or not scope.viewer.can(Permission.MANAGE_STRATEGY):
        return
    first = doubtful[0]
    if len(doubtful) == 1:
        claim = _("Think again about the target of “%(title)s”.") % {"title": first.outcome.title}
        detail, url = (
            first.check.words if first.check else "",
            address(scope, "strategy:outcome", first.outcome.pk),
        )
    else:
        claim = _("Think again about %(n)s targets.") % {"n": count_words(len(doubtful))}
        detail = _("As answers come in now, reaching them could not be told from chance by their dates.")
        url = address(scope, "strategy:outcomes")
    yield Finding(
        kind="next",
        claim=claim,
        detail=detail,
        url=url,
        evidence_label=_("See the targets"),
        importance=40,
        icon="ruler-measure",
    )


def first_outcome(scope: Scope, standings: list[Standing]) -> Iterator[Finding]:
    """A company that measures but wants nothing by a date."""
    if standings or not scope.viewer.can(Permission.MANAGE_STRATEGY):
        return
    yield Finding(
        kind="next", claim=_("Say what should be different in a year."),
        detail=_("No outcome is set: the scores have nothing to be held against."), url=address(scope, "strategy:outcomes"),
        evidence_label=_("Define an outcome"), importance=10, icon="target", subject=_("outcomes"),
    )  # fmt: skip


def waiting_imports(scope: Scope) -> Iterator[Finding]:
    """Files that wait for a look at their columns, for whoever brought them."""
    if not scope.viewer.can(Permission.IMPORT_DATA):
        return
    drafts = ImportBatch.objects.filter(
        state=ImportBatch.State.DRAFT, created_by=scope.viewer.person
    ).order_by("-pk")
    for batch in drafts[:1]:
        yield Finding(
            kind="next", claim=_("%(file)s waits for a look at its columns.") % {"file": batch.file_name},
            detail=_("Nothing is brought in before that."), url=address(scope, "imports:mapping", batch.pk),
            evidence_label=_("Look at them"), importance=60, icon="table", subject=batch.file_name,
        )  # fmt: skip
