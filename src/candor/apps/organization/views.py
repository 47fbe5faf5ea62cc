"""Pages of the organization: people, units, policy, the audit log, and joining by invitation."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from . import keys, queries, services
from .access import public, require
from .audit import action_groups, line_of
from .choices import Permission, Role, UnitKind
from .forms import AcceptForm, ApiKeyForm, InviteForm, PolicyForm, RoleForm, UnitForm
from .invitations import link_of, open_invitation
from .models import ApiKey, Invitation, Person, RoleAssignment

PAGE = 50


def people(request: HttpRequest) -> HttpResponse:
    """Everybody, with their roles, and invitations that wait."""
    require(request, Permission.ADMINISTER)
    text = request.GET.get("q", "").strip()
    page = Paginator(queries.find_people(text), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "organization/people.html",
        {"page": page, "q": text, "invitations": queries.open_invitations()},
    )


def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody."""
    viewer = require(request, Permission.ADMINISTER)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        invitation = services.invite(
            email=fields["email"],
            name=fields["name"],
            role=Role(fields["role"]),
            unit=fields["unit"],
            by=viewer.person,
        )
        return render(
            request, "organization/invited.html", {"invitation": invitation, "link": link_of(invitation)}
        )
    return render(request, "organization/invite.html", {"form": form})


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    viewer = require(request, Permission.ADMINISTER)
    services.revoke_invitation(invitation=get_object_or_404(Invitation, pk=pk), by=viewer.person)
    messages.success(request, "The invitation is taken back; its link no longer works.")
    return redirect("organization:people")


def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Join by the link of an invitation."""
    public(request)
    invitation = open_invitation(token)
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = services.accept_invitation(token=token, password=form.cleaned_data["password"])
        login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return redirect("home")
    return render(request, "organization/accept.html", {"form": form, "invitation": invitation})


def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One member of staff and the roles they hold; POST gives a further one."""
    viewer = require(request, Permission.ADMINISTER)
    shown = get_object_or_404(Person.objects.select_related("unit"), pk=pk)
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.give_role(
            person=shown,
            role=Role(form.cleaned_data["role"]),
            unit=form.cleaned_data["unit"],
            by=viewer.person,
        )
        return redirect("organization:person", pk=pk)
    roles = shown.role_assignments.select_related("unit").order_by("role")
    lines = [line_of(entry) for entry in queries.audit_entries(person_id=pk)[:20]]
    return render(
        request,
        "organization/person.html",
        {"person": shown, "form": form, "roles": roles, "lines": lines},
    )


@require_POST
def take_role(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role."""
    viewer = require(request, Permission.ADMINISTER)
    assignment = get_object_or_404(RoleAssignment, pk=pk)
    services.take_role(assignment=assignment, by=viewer.person)
    return redirect("organization:person", pk=assignment.person_id)


@require_POST
def set_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody sign in, or no longer."""
    viewer = require(request, Permission.ADMINISTER)
    shown = get_object_or_404(Person, pk=pk)
    services.set_active(person=shown, is_active=request.POST.get("active") == "yes", by=viewer.person)
    return redirect("organization:person", pk=pk)


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person a place of their own in the tree."""
    viewer = require(request, Permission.ADMINISTER)
    services.place_person(person=get_object_or_404(Person, pk=pk), by=viewer.person)
    messages.success(request, "They have a place of their own now: give a role for it, or name it in a file.")
    return redirect("organization:person", pk=pk)


def units(request: HttpRequest) -> HttpResponse:
    """The tree; POST adds a unit."""
    viewer = require(request, Permission.ADMINISTER)
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        services.create_unit(
            name=fields["name"],
            kind=UnitKind(fields["kind"]),
            code=fields["code"],
            parent=fields["parent"],
            by=viewer.person,
        )
        return redirect("organization:units")
    return render(request, "organization/units.html", {"form": form, "tree": queries.tree()})


def policy(request: HttpRequest) -> HttpResponse:
    """The company's name and the least n."""
    viewer = require(request, Permission.ADMINISTER)
    place = queries.workspace()
    start = {"name": place.name, "least_n_score": place.least_n_score, "least_n_person": place.least_n_person}
    form = PolicyForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        services.change_policy(**form.cleaned_data, by=viewer.person)
        messages.success(request, "Saved. Pages use it from now on.")
        return redirect("organization:policy")
    return render(request, "organization/policy.html", {"form": form})


def audit(request: HttpRequest) -> HttpResponse:
    """Who did what."""
    require(request, Permission.ADMINISTER)
    action = request.GET.get("action", "").strip()
    by = request.GET.get("by", "").strip()
    entries = queries.audit_entries(action=action, name=by)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": [line_of(entry) for entry in page], "groups": action_groups(), "by": by}
    return render(request, "organization/audit.html", context)


def api_keys(request: HttpRequest) -> HttpResponse:
    """The keys of other systems; POST makes one and shows it, once."""
    viewer = require(request, Permission.ADMINISTER)
    form = ApiKeyForm(request.POST or None)
    made = None
    if request.method == "POST" and form.is_valid():
        made = keys.make_key(**form.cleaned_data, by=viewer.person)
        form = ApiKeyForm()
    context = {"keys": queries.api_keys(), "form": form, "made": made, "address": settings.CANDOR_URL}
    response = render(request, "organization/api_keys.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke_api_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a key useless."""
    viewer = require(request, Permission.ADMINISTER)
    keys.revoke_key(key=get_object_or_404(ApiKey, pk=pk), by=viewer.person)
    messages.success(request, "The key is revoked; nothing can be sent with it any more.")
    return redirect("organization:api_keys")
