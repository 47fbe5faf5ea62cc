"""Pages of cases: the list, one case, the rules."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission, Role
from candor.apps.organization.scope import scope_of
from candor.apps.scores.queries import estimate
from candor.apps.scores.registry import MEASURES
from candor.foundation.errors import InvalidInput, NotFound

from . import queries, services
from .choices import RootCause, State, Trigger
from .forms import AssignForm, CloseForm, NoteForm, RuleForm
from .models import Case, Rule

PAGE = 50


def cases(request: HttpRequest) -> HttpResponse:
    """Cases that wait, those past their clock first."""
    viewer = require(request, Permission.READ_CASES)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    now = timezone.now()
    rows = queries.narrowed(
        scope, request.GET.get("state", ""), mine=request.GET.get("owner") == "me", now=now
    )
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "load": queries.load_of(scope, now=now),
        "in_time": estimate(MEASURES["closed_in_time"], scope=scope).estimate,
        "causes": [
            (RootCause(cause).label, n) for cause, n in queries.root_causes(scope, **queries.instants(scope))
        ],
        "states": [
            ("late", _("Past their clock")),
            ("waiting", State.WAITING.label),
            ("closed", State.CLOSED.label),
        ],
        "owners": [("me", _("Me"))],
        "now": now,
    }
    return render(request, "cases/list.html", context)


def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: what happened, what was done, and how to close it."""
    viewer = require(request, Permission.READ_CASES)
    request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    return _page(request, viewer, _case(viewer, pk))


def _page(
    request: HttpRequest, viewer: Viewer, shown: Case, close_form: CloseForm | None = None
) -> HttpResponse:
    may_work = viewer.holds(Permission.WORK_CASES, shown.unit)
    people = queries.possible_owners(viewer, shown)
    context = {
        "case": shown,
        "answers": shown.feedback.answers.exclude(number=None).order_by("pk"),
        "may_work": may_work,
        "notes": shown.notes.select_related("written_by"),
        "close_form": close_form or CloseForm(),
        "note_form": NoteForm(),
        "assign_form": AssignForm(people=people, initial={"owner": shown.owner_id}),
        "is_late": shown.is_late(timezone.now()),
    }
    return render(request, "cases/case.html", context, status=422 if close_form else 200)


@require_POST
def open_for(request: HttpRequest, feedback_pk: int) -> HttpResponse:
    """Open a case by hand for a piece of feedback."""
    viewer = require(request, Permission.WORK_CASES)
    row = (
        Feedback.objects.visible_to(viewer, Permission.WORK_CASES)
        .filter(pk=feedback_pk)
        .select_related("unit")
        .first()
    )
    if row is None:
        raise NotFound(_("This feedback does not exist, or it is not yours to act on."))
    due_at = timezone.now() + timedelta(hours=48)
    opened = services.open_case(
        feedback=row, title=str(row)[:200], owner=viewer.person, due_at=due_at, by=viewer.person
    )
    return redirect("cases:case", opened.pk)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it with a root cause."""
    viewer = require(request, Permission.WORK_CASES)
    shown = _case_to_work(viewer, pk)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, shown, form)
    services.close_case(
        case=shown,
        root_cause=RootCause(form.cleaned_data["root_cause"]),
        resolution=form.cleaned_data["resolution"],
        by=viewer.person,
    )
    undo = reverse("cases:reopen", args=[pk])
    messages.success(request, _("The case is closed."), extra_tags=f"undo={undo}")
    return redirect("cases:case", pk)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a closing back."""
    viewer = require(request, Permission.WORK_CASES)
    services.reopen_case(case=_case_to_work(viewer, pk), by=viewer.person)
    messages.success(request, _("The case is open again."))
    return redirect("cases:case", pk)


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note."""
    viewer = require(request, Permission.WORK_CASES)
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("Write something first."))
    services.add_note(case=_case_to_work(viewer, pk), text=form.cleaned_data["text"], by=viewer.person)
    return redirect("cases:case", pk)


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to somebody."""
    viewer = require(request, Permission.WORK_CASES)
    shown = _case_to_work(viewer, pk)
    form = AssignForm(request.POST, people=queries.possible_owners(viewer, shown))
    if not form.is_valid():
        raise InvalidInput(_("This person can't own the case. Choose somebody from the list."))
    services.assign_case(case=shown, owner=form.cleaned_data["owner"], by=viewer.person)
    return redirect("cases:case", pk)


@require_POST
def wait(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer has the next move, or we have it again."""
    viewer = require(request, Permission.WORK_CASES)
    services.set_waiting(
        case=_case_to_work(viewer, pk), is_waiting=request.POST.get("waiting") == "yes", by=viewer.person
    )
    return redirect("cases:case", pk)


def rules(request: HttpRequest) -> HttpResponse:
    """The rules that open cases; POST adds one."""
    viewer = require(request, Permission.MANAGE_RULES)
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        services.define_rule(
            name=fields["name"], trigger=Trigger(fields["trigger"]), threshold=fields["threshold"], unit=fields["unit"],
            owner_role=Role(fields["owner_role"]), due_hours=fields["due_hours"], by=viewer.person,
        )  # fmt: skip
        return redirect("cases:rules")
    return render(request, "cases/rules.html", {"rules": queries.rules_with_counts(), "form": form})


@require_POST
def set_rule_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Start or stop a rule."""
    viewer = require(request, Permission.MANAGE_RULES)
    rule = Rule.objects.filter(pk=pk).first()
    if rule is None:
        raise NotFound(_("There is no such rule."))
    services.set_rule_active(rule=rule, is_active=request.POST.get("active") == "yes", by=viewer.person)
    return redirect("cases:rules")


def feedback_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cases of a piece of feedback, on its page."""
    viewer = require(request, Permission.READ_FEEDBACK)
    row = Feedback.objects.visible_to(viewer).filter(pk=pk).select_related("unit").first()
    if row is None:
        return HttpResponse("")
    found = Case.objects.visible_to(viewer).filter(feedback=row).select_related("owner")
    may_open = viewer.holds(Permission.WORK_CASES, row.unit)
    return render(
        request,
        "cases/panel.html",
        {"cases": found, "may_open": may_open, "feedback_pk": pk, "now": timezone.now()},
    )


def customer_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A customer's open cases, beside their timeline."""
    viewer = require(request, Permission.READ_FEEDBACK)
    context = {"cases": queries.open_cases_of_customer(pk, viewer), "now": timezone.now()}
    return render(request, "cases/customer_panel.html", context)


def _case(viewer: Viewer, pk: int) -> Case:
    rows = Case.objects.visible_to(viewer).select_related(
        "owner", "unit", "customer__unit", "feedback", "rule"
    )
    shown = rows.filter(pk=pk).first()
    if shown is None:
        raise NotFound(_("This case does not exist, or it is not yours to see."))
    return shown


def _case_to_work(viewer: Viewer, pk: int) -> Case:
    shown = _case(viewer, pk)
    if not viewer.holds(Permission.WORK_CASES, shown.unit):
        raise NotFound(_("This case is not yours to work on."))
    return shown
