"""The register: what is overdue, repeated and rising; everything due; the list behind each claim; a complaint typed in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Unit
from candor.apps.organization.scope import scope_of
from candor.foundation.errors import InvalidInput, NotFound
from candor.foundation.lists import page_of
from candor.foundation.panels import panels_for

from .. import due, faces, opening, overviews, queries
from ..choices import Entry, Outcome, Preference
from ..files import read_files
from ..forms import FromFeedbackForm, NewComplaintForm
from ..households import Who
from ..models import Complaint
from ..services import NewComplaint

PAGE = 50


def overview(request: HttpRequest) -> HttpResponse:
    """Overdue, repeated and rising on one page, each claim with a way to the complaints behind it."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    found = overviews.overview_of(scope)
    if found.is_old:
        overviews.count_soon(scope)
    told = found.counted
    context = {
        "overdue": queries.overdue(scope),
        "late_companies": queries.late_by(scope, "company"),
        "late_products": queries.late_by(scope, "product"),
        "looked_at": queries.LOOKED_AT,
        "found": found,
        "told": told,
        "names_companies": told is not None and any(group.company for group in told.repeated),
        "repeated_customers": queries.with_customers(told.repeated_customers) if told else [],
        "outcomes": [(key, Outcome(key).label, n) for key, n in told.outcomes] if told else [],
        "has_any": Complaint.objects.visible_to(viewer).exists(),
        "panels": panels_for("complaints"),
        "may_enter": viewer.can(Permission.HANDLE_FEEDBACK),
    }
    return render(request, "complaints/overview.html", context)


def due_soon(request: HttpRequest) -> HttpResponse:
    """Everything that is late or about to be, over every clock."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    only = request.GET.get("clock", "")
    owner = viewer.person.pk if request.GET.get("owner") == "me" else None
    found = due.due_page(scope, now=timezone.now(), only=only if only in due.CLOCKS else "", owner_id=owner)
    clocks = [
        (key, name, found.counts.get(key))
        for key, name in due.CLOCKS.items()
        if key in found.counts or key == only
    ]
    context = {"found": found, "clocks": clocks, "owners": [("me", _("Me"))]}
    return render(request, "complaints/due.html", context)


def complaints(request: HttpRequest) -> HttpResponse:
    """The register: complaints by clock, company, product, issue, outcome, severity, owner and words."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    narrowed = queries.ComplaintFilter.from_query(request.GET)
    is_by_clock = narrowed.state in {"late", "late_soon", "paused"}
    rows = narrowed.apply(scope).order_by(*(("decide_by", "pk") if is_by_clock else ("-received_on", "-pk")))
    page = page_of(rows.select_related("complainant").prefetch_related("escalations"), request, size=PAGE)
    now = timezone.now()
    lines = [
        (row, faces.decision_face(row, now=now, today=scope.as_of), _name_in(row, viewer)) for row in page
    ]
    context = {
        "page": page, "lines": lines, "narrowed": narrowed, "states": _states(), "outcomes": Outcome.choices,
        "severities": Complaint.Severity.choices, "owners": [("me", _("Me")), ("nobody", _("Nobody"))],
        "repeats": [("yes", _("Repeats one"))], "may_export": viewer.can(Permission.EXPORT_DATA),
        "may_enter": viewer.can(Permission.HANDLE_FEEDBACK),
    }  # fmt: skip
    return render(request, "complaints/list.html", context)


def _name_in(row: Complaint, viewer: Viewer) -> str:
    """Who complained, for those who may read personal data where it belongs."""
    who = getattr(row, "complainant", None)
    may_read = who is not None and viewer.holds(Permission.READ_PERSONAL_DATA, row.feedback.unit)
    return str(who.name) if who is not None and may_read else ""


def _states() -> list[tuple[str, str]]:
    return [
        ("late", _("Past its clock")),
        ("late_soon", _("Due within a week")),
        ("paused", _("Clock stands still")),
        ("open", _("Open")),
        ("late_decided", _("Answered late")),
    ]


def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A complaint's clocks and answer, on the page of its feedback."""
    viewer = require(request, Permission.READ_FEEDBACK)
    shown = queries.complaint_for(viewer, pk)
    if shown is None:
        return _offer(request, viewer, pk)
    scope = scope_of(request, viewer)
    clocks = faces.faces_of(shown, now=timezone.now(), today=scope.as_of)
    context = {"complaint": shown, "clocks": clocks, "face": clocks[1], "scope": scope}
    return render(request, "complaints/panel.html", context)


def _offer(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """On the page of feedback that is no complaint: the way to make it one."""
    row = Feedback.objects.visible_to(viewer, Permission.HANDLE_FEEDBACK).filter(pk=pk).first()
    if row is None or not viewer.can(Permission.HANDLE_FEEDBACK):
        return HttpResponse("")
    return render(request, "complaints/offer.html", {"pk": pk})


def customer_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A customer's complaints that wait for a decision, beside their timeline."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope, now = scope_of(request, viewer), timezone.now()
    rows = queries.open_of_customer(pk, viewer)
    lines = [(row, faces.decision_face(row, now=now, today=scope.as_of)) for row in rows]
    return render(request, "complaints/customer_panel.html", {"lines": lines, "scope": scope})


def enter(request: HttpRequest) -> HttpResponse:
    """A complaint that came by phone, at a branch or by letter, typed in for the customer."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    units = Unit.objects.filter(pk__in=[unit.pk for unit in viewer.units(Permission.HANDLE_FEEDBACK)])
    form = NewComplaintForm(
        request.POST or None, request.FILES or None, units=units, topics=queries.offered_topics()
    )
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        if fields["unit"] is None and not viewer.sees_everything(Permission.HANDLE_FEEDBACK):
            raise InvalidInput(_("Say which of your units this complaint belongs to."))
        names = ("channel", "received_on", "comment", "product", "issue", "severity", "jurisdiction")
        who = Who(
            **{name: fields[name] for name in ("name", "email", "phone", "address", "postcode")},
            preference=Preference(fields["preference"]),
        )
        opened = opening.open_complaint(
            what=NewComplaint(
                key="", entry=Entry.STAFF, unit_id=fields["unit"].pk if fields["unit"] else None, owner_id=viewer.person.pk, who=who,
                **{name: fields[name] for name in names},
            ),
            files=read_files(fields["attached"]), by=viewer.person,
        )  # fmt: skip
        messages.success(request, _("Its number is %(reference)s.") % {"reference": opened.reference})
        return redirect("complaints:complaint", opened.pk)
    return render(request, "complaints/enter.html", {"form": form}, status=422 if form.errors else 200)


def from_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a complaint of a piece of feedback."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    rows = Feedback.objects.visible_to(viewer, Permission.HANDLE_FEEDBACK).select_related("unit")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("This feedback does not exist, or it is not yours to handle."))
    first = {"product": row.product, "issue": row.issue}
    form = FromFeedbackForm(request.POST or None, topics=queries.offered_topics(), initial=first)
    if request.method == "POST" and form.is_valid():
        what = NewComplaint(
            key=row.key, received_on=timezone.localtime(row.received_at).date(), entry=Entry.FEEDBACK, owner_id=viewer.person.pk,
            **form.cleaned_data,
        )  # fmt: skip
        opened = opening.mark_as_complaint(feedback=row, what=what, by=viewer.person)
        return redirect("complaints:complaint", opened.pk)
    context = {"form": form, "item": row}
    return render(request, "complaints/from_feedback.html", context, status=422 if form.errors else 200)
