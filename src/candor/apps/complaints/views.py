"""Pages of complaints: what is overdue, repeated and rising; the list behind each claim; one complaint's clocks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.foundation.errors import NotFound
from candor.foundation.lists import page_of
from candor.foundation.panels import panels_for

from . import measures, queries, services
from .forms import DecisionForm
from .models import Complaint

PAGE = 50


def overview(request: HttpRequest) -> HttpResponse:
    """Overdue, repeated and rising on one page, each claim with a way to the complaints behind it."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    context = {
        "overdue": queries.overdue(scope),
        "late_companies": queries.late_by(scope, "company"),
        "late_products": queries.late_by(scope, "product"),
        "repeated": queries.repeated(scope),
        "repeated_customers": queries.repeated_by_customer(scope),
        "rising": measures.rising_issues(scope),
        "n": queries.complaints_in(scope).count(),
        "has_any": Complaint.objects.visible_to(viewer).exists(),
        "panels": panels_for("complaints"),
    }
    return render(request, "complaints/overview.html", context)


def complaints(request: HttpRequest) -> HttpResponse:
    """Complaints by clock, company, product and issue."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    narrowed = queries.ComplaintFilter.from_query(request.GET)
    is_by_clock = narrowed.state in {"late", "late_soon"}
    rows = narrowed.apply(scope).order_by(*(("decide_by", "pk") if is_by_clock else ("-received_on", "-pk")))
    page = page_of(rows, request, size=PAGE)
    states = [
        ("late", _("Past its clock")),
        ("late_soon", _("Due within a week")),
        ("open", _("Open")),
        ("late_decided", _("Answered late")),
    ]
    return render(request, "complaints/list.html", {"page": page, "narrowed": narrowed, "states": states})


def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A complaint's clocks and answer, on the page of its feedback."""
    viewer = require(request, Permission.READ_FEEDBACK)
    shown = Complaint.objects.visible_to(viewer).filter(pk=pk).select_related("feedback__unit").first()
    if shown is None:
        return HttpResponse("")
    context = {"complaint": shown, "may_decide": _may_decide(viewer, shown), "form": DecisionForm()}
    return render(request, "complaints/panel.html", context | {"scope": scope_of(request, viewer)})


def customer_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A customer's complaints that wait for a decision, beside their timeline."""
    viewer = require(request, Permission.READ_FEEDBACK)
    context = {"complaints": queries.open_of_customer(pk, viewer), "scope": scope_of(request, viewer)}
    return render(request, "complaints/customer_panel.html", context)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a complaint with its decision, root cause and redress."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    shown = _complaint_to_decide(viewer, pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        today = timezone.localdate()
        services.decide_complaint(complaint=shown, **form.cleaned_data, on=today, by=viewer.person)
        messages.success(request, _("The complaint is decided."))
    else:
        messages.error(request, _("Not decided yet: say what was decided and why it happened."))
    return redirect("feedback:item", pk)


@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the customer was told that we look at it."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    shown = _complaint_to_decide(viewer, pk)
    services.acknowledge_complaint(complaint=shown, on=timezone.localdate(), by=viewer.person)
    messages.success(request, _("Noted that the customer knows."))
    return redirect("feedback:item", pk)


def _complaint_to_decide(viewer: Viewer, pk: int) -> Complaint:
    shown = Complaint.objects.visible_to(viewer).filter(pk=pk).select_related("feedback__unit").first()
    if shown is None or not _may_decide(viewer, shown):
        raise NotFound(_("This complaint does not exist, or it is not yours to decide."))
    return shown


def _may_decide(viewer: Viewer, shown: Complaint) -> bool:
    feedback: Feedback = shown.feedback
    return viewer.holds(Permission.HANDLE_FEEDBACK, feedback.unit)
