"""Pages of the hub: the inbox, one item, its export."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.audit import narrowed_to
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.apps.organization.services import record_audit
from candor.foundation.addresses import record_ids
from candor.foundation.errors import NotFound
from candor.foundation.lists import page_of
from candor.foundation.navigation import came_from
from candor.foundation.panels import panels_for
from candor.intake import csv_lines

from . import queries, services
from .choices import Kind
from .models import Feedback
from .unconfirmed import unconfirmed_among

PAGE = 50
_EXPORTED = (
    "id",
    "received",
    "kind",
    "source",
    "key",
    "channel",
    "unit",
    "product",
    "company",
    "issue",
    "comment",
    "answers",
)


def inbox(request: HttpRequest) -> HttpResponse:
    """Whatever somebody told us and nobody has handled, with filters and search."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    narrowed = queries.InboxFilter.from_query(request.GET)
    page = page_of(queries.inbox(scope, narrowed), request, size=PAGE)
    options = queries.filter_options(scope)
    states = [("handled", _("Handled")), ("all", _("Handled or not"))]
    context = {
        "page": page,
        "narrowed": narrowed,
        "touchpoint": queries.name_of_touchpoint(narrowed.touchpoint),
        "options": options,
        "kinds": Kind.choices,
        "states": states,
    }
    context["may_handle"] = viewer.can(Permission.HANDLE_FEEDBACK)
    context["may_export"] = viewer.can(Permission.EXPORT_DATA)
    return render(request, "feedback/inbox.html", context)


def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item with its answers; what hangs on it comes as panels."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    shown = _feedback(viewer, pk)
    around = queries.neighbours(shown, queries.inbox(scope, queries.InboxFilter.from_query(request.GET)))
    answers = queries.answers_in_words(shown)
    context = {
        "item": shown,
        "answers": answers,
        "panels": panels_for("feedback"),
        "came_from": came_from(request),
        "is_unconfirmed": shown.customer_id is not None and bool(unconfirmed_among([shown.pk])),
        "may_handle": viewer.holds(Permission.HANDLE_FEEDBACK, shown.unit),
        "may_unmask": viewer.holds(Permission.READ_PERSONAL_DATA, shown.unit)
        and queries.is_masked(shown, answers),
    }
    return render(request, "feedback/item.html", context | around)


@require_POST
def unmask(request: HttpRequest, pk: int) -> HttpResponse:
    """The comment and the answers as written, for those who may read personal data; the look is logged."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    shown = _feedback(viewer, pk, Permission.READ_PERSONAL_DATA)
    record_audit(by=viewer.person, action="feedback.unmasked", target=shown)
    context = {"item": shown, "answers": queries.answers_in_words(shown), "is_as_written": True}
    return render(request, "feedback/said.html", context)


@require_POST
def handle(request: HttpRequest) -> HttpResponse:
    """Take the picked items out of the inbox."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    picked = record_ids(request.POST.getlist("picked"))
    rows = Feedback.objects.visible_to(viewer, Permission.HANDLE_FEEDBACK).filter(
        pk__in=picked, handled_at=None
    )
    ids = services.mark_many_handled(feedback=list(rows), by=viewer.person)
    if ids:
        undo = f"{reverse('feedback:unhandle')}?ids={','.join(map(str, ids))}"
        messages.success(
            request, _("%(n)d taken out of the inbox.") % {"n": len(ids)}, extra_tags=f"undo={undo}"
        )
    return redirect(_back(request))


@require_POST
def unhandle(request: HttpRequest) -> HttpResponse:
    """Put items back into the inbox."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    picked = record_ids(request.GET.get("ids", "").split(","))
    rows = Feedback.objects.visible_to(viewer, Permission.HANDLE_FEEDBACK).filter(pk__in=picked)
    for shown in rows:
        services.undo_handled(feedback=shown, by=viewer.person)
    messages.success(request, _("Back in the inbox."))
    return redirect(_back(request))


def export(request: HttpRequest) -> StreamingHttpResponse:
    """Exactly what the inbox shows, as CSV; comments and answers are masked."""
    viewer = require(request, Permission.EXPORT_DATA)
    scope = scope_of(request, viewer)
    rows = queries.inbox(scope, queries.InboxFilter.from_query(request.GET)).filter(
        pk__in=Feedback.objects.visible_to(viewer, Permission.EXPORT_DATA).values("pk")
    )
    record_audit(
        by=viewer.person, action="feedback.exported", query=narrowed_to(request.GET), rows=rows.count()
    )
    response = StreamingHttpResponse(
        csv_lines(
            _export_rows(rows.prefetch_related("answers").iterator(chunk_size=500)),
            header=_EXPORTED,
            has_mark=True,
        ),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="feedback.csv"'
    return response


def _export_rows(rows: Iterator[Feedback]) -> Iterator[list[object]]:
    for row in rows:
        answers = "; ".join(str(answer) for answer in row.answers.all())
        yield [
            row.pk, row.received_at.isoformat(), row.kind, row.source, row.key, row.channel, str(row.unit or ""), row.product,
            row.company, row.issue, row.comment_masked, answers,
        ]  # fmt: skip


def _feedback(viewer: Viewer, pk: int, permission: Permission = Permission.READ_FEEDBACK) -> Feedback:
    found = Feedback.objects.visible_to(viewer, permission).select_related(
        "unit", "customer__unit", "done_by", "touchpoint", "journey"
    )
    shown = found.filter(pk=pk).first()
    if shown is None:
        raise NotFound(_("This feedback does not exist, or it is not yours to see."))
    return shown


def _back(request: HttpRequest) -> str:
    """Where the form was sent from, if that is here."""
    wanted = request.POST.get("next") or request.headers.get("referer", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours else reverse("feedback:inbox")


def touchpoint_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said about a touchpoint in the scope, on the page of the people behind it; the newest that has words."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = scope_of(request, viewer)
    point = Touchpoint.objects.filter(pk=pk).first()
    rows = (
        queries.feedback_in(scope)
        .filter(touchpoint_id=pk)
        .select_related("unit")
        .order_by("-received_at", "-pk")
    )
    told = rows.exclude(comment_masked="")
    return render(
        request,
        "feedback/touchpoint_panel.html",
        {"touchpoint": point, "n": rows.count(), "told": told[:12], "n_told": told.count()},
    )
