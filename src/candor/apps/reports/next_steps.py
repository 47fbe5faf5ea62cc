"""What to do next: what is due, what waits for a decision, what is not set up yet."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.apps.cases import queries as cases
from candor.apps.complaints import queries as complaints
from candor.apps.imports.models import ImportBatch
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.strategy.queries import Standing
from candor.foundation.wording import number

from .findings import Finding, address


def my_cases(scope: Scope, *, now: datetime) -> Iterator[Finding]:
    """Cases that the viewer owns, with the first date."""
    mine = list(cases.narrowed(scope, "", mine=True, now=now).values_list("due_at", flat=True))
    if not mine:
        return
    claim = ngettext("You own %(n)s open case.", "You own %(n)s open cases.", len(mine)) % {"n": number(len(mine))}
    late = sum(due < now for due in mine)
    facts = {"day": f"{min(mine):%-d %b %Y}", "late": number(late)}
    detail = _("The first was due on %(day)s; %(late)s past their clock.") if late else _("The first is due on %(day)s.")
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


def due_complaints(scope: Scope) -> Iterator[Finding]:
    """Complaints whose date comes within a week."""
    found = complaints.overdue(scope)
    if not found.late_soon:
        return
    claim = ngettext(
        "%(n)s complaint must be decided within a week.", "%(n)s complaints must be decided within a week.", found.late_soon
    )
    yield Finding(
        kind="next", claim=claim % {"n": number(found.late_soon)},
        detail=_("Of %(open)s that are open.") % {"open": number(found.open)},
        url=address(scope, "complaints:list", state="late_soon"), evidence_label=_("Show them"), importance=80,
        icon="message-report", subject=_("complaints due"),
    )  # fmt: skip


def unmeasurable_outcomes(scope: Scope, standings: list[Standing]) -> Iterator[Finding]:
    """Targets that can't be told from chance by their date."""
    if not scope.viewer.can(Permission.MANAGE_STRATEGY):
        return
    for standing in standings:
        check = standing.check
        if check is None or check.is_measurable:
            continue
        yield Finding(
            kind="next", claim=_("Think again about the target of “%(title)s”.") % {"title": standing.outcome.title},
            detail=check.words, url=address(scope, "strategy:outcome", standing.outcome.pk),
            evidence_label=_("See the outcome"), importance=40, icon="ruler-measure", subject=standing.outcome.title,
        )  # fmt: skip


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
    drafts = ImportBatch.objects.filter(state=ImportBatch.State.DRAFT, created_by=scope.viewer.person).order_by("-pk")
    for batch in drafts[:1]:
        yield Finding(
            kind="next", claim=_("%(file)s waits for a look at its columns.") % {"file": batch.file_name},
            detail=_("Nothing is brought in before that."), url=address(scope, "imports:mapping", batch.pk),
            evidence_label=_("Look at them"), importance=60, icon="table", subject=batch.file_name,
        )  # fmt: skip
