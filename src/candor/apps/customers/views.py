"""Pages of customers: search, one customer with a timeline over every channel, and what is held about them: handed out or erased."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotAllowed, NotFound
from candor.foundation.panels import panels_for

from . import personal, queries, services
from .models import Customer
from .timeline import groups, timeline

PAGE = 50


def customers(request: HttpRequest) -> HttpResponse:
    """Customers by number, and for who may read personal data by name, e-mail or an identifier of any system."""
    viewer = require(request, Permission.READ_FEEDBACK)
    text = request.GET.get("q", "").strip()
    page = Paginator(queries.find_customers(viewer, text), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "customers/list.html",
        {
            "may_import": viewer.can(Permission.IMPORT_DATA),
            "page": page,
            "q": text,
            "may_search_names": viewer.can(Permission.READ_PERSONAL_DATA),
        },
    )


def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """One customer: one timeline over every channel, where their journeys stand, and open matters beside."""
    viewer = require(request, Permission.READ_FEEDBACK)
    shown = _customer(viewer, pk)
    if shown.merged_into_id:
        return redirect("customers:customer", shown.merged_into_id)
    group = request.GET.get("show", "")
    page = timeline(shown, viewer, before=request.GET.get("before", ""), group=group)
    if request.headers.get("HX-Target") == "older":
        return render(request, "customers/timeline.html", {"page": page})
    context = {
        "customer": shown,
        "page": page,
        "groups": groups(),
        "is_begun": "before" in request.GET,
        "identifiers": queries.identifiers_of(shown, viewer),
        "merged": queries.merged_into(shown, viewer),
        "strips": panels_for("customer_top"),
        "matters": panels_for("customer"),
        "may_read_personal": viewer.holds(Permission.READ_PERSONAL_DATA, shown.unit),
        "may_answer_for": personal.may_answer_for(viewer),
        "may_merge": viewer.holds(Permission.HANDLE_FEEDBACK, shown.unit),
    }
    return render(request, "customers/customer.html", context)


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that another record is the same person."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    kept = _customer(viewer, pk, Permission.HANDLE_FEEDBACK)
    given = request.POST.get("duplicate", "").strip()
    found = list(queries.find_customers(viewer, given).exclude(pk=kept.pk)[:2]) if given else []
    if len(found) != 1:
        few = _("Nobody else is found by “%(given)s”. Nothing was changed.")
        many = _(
            "Several customers are found by “%(given)s”. Take their number here, an e-mail address or a number of another system."
        )
        messages.error(request, (many if found else few) % {"given": given[:80]})
        return redirect("customers:customer", kept.pk)
    duplicate = _customer(viewer, found[0].pk, Permission.HANDLE_FEEDBACK)
    services.merge_customers(keep=kept, duplicate=duplicate, by=viewer.person)
    undo = reverse("customers:part", args=[duplicate.pk])
    messages.success(request, _("The two are one customer now."), extra_tags=f"undo={undo}")
    return redirect("customers:customer", kept.pk)


@require_POST
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merge."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    duplicate = _customer(viewer, pk, Permission.HANDLE_FEEDBACK)
    kept_id = duplicate.merged_into_id or duplicate.pk
    _customer(viewer, kept_id, Permission.HANDLE_FEEDBACK)
    services.undo_merge(duplicate=duplicate, by=viewer.person)
    messages.success(request, _("They are two customers again."))
    return redirect("customers:customer", kept_id)


def export(request: HttpRequest, pk: int) -> JsonResponse:
    """Everything that is held about one person, as a file; the look is logged."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    _check_may_answer_for(viewer)
    shown = _customer(viewer, pk)
    record_audit(by=viewer.person, action="customer.exported", target=shown)
    response = JsonResponse(
        personal.everything_about(shown), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    response["Content-Disposition"] = f'attachment; filename="customer-{pk}.json"'
    return response


@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase one person everywhere."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    _check_may_answer_for(viewer)
    erased = services.erase_customer(customer=_customer(viewer, pk), by=viewer.person)
    messages.success(
        request,
        _("The customer is erased, with %(n)d pieces of feedback and all that hung on them.")
        % {"n": len(erased.feedback_ids)},
    )
    if erased.kept_files:
        files = ", ".join(erased.kept_files)
        messages.warning(
            request,
            _("These uploads still hold rows of theirs; discard or undo them: %(files)s.") % {"files": files},
        )
    return redirect("customers:list")


def _check_may_answer_for(viewer: Viewer) -> None:
    if not personal.may_answer_for(viewer):
        raise NotAllowed(
            _(
                "To hand out or erase all that is held about a person takes reading and exporting personal data of the whole company."
            )
        )


def _customer(viewer: Viewer, pk: int, permission: Permission = Permission.READ_FEEDBACK) -> Customer:
    shown = queries.visible_customers(viewer, permission).filter(pk=pk).first()
    if shown is None:
        raise NotFound(_("This customer does not exist, or is not yours to see."))
    return shown
