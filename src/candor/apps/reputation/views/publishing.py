"""What everybody sees of our reviews, and who switches it on. Public addresses set no cookie and load nothing from elsewhere."""

from datetime import date, timedelta
from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from candor.apps.organization.access import public, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Unit
from candor.apps.organization.queries import workspace
from candor.foundation import wording
from candor.foundation.addresses import record_id
from candor.foundation.errors import NotFound

from .. import publishing, queries, replies
from ..choices import Reason
from ..models import PublicPage
from ..numbers import numbers

DAYS = 365


@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The star of a place or of a person who agreed, with n, interval, what was left out and how it is counted."""
    public(request)
    return _shown("reputation/public.html", token)


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
def widget(request: HttpRequest, token: str) -> HttpResponse:
    """The same, small, for a frame on any site."""
    public(request)
    return _shown("reputation/widget.html", token)


def _shown(template: str, token: str) -> HttpResponse:
    """Rendered without the request, so that nothing of who looks can be in it."""
    shown = PublicPage.objects.select_related("unit", "person").filter(token=token, is_on=True).first()
    if shown is None:
        raise NotFound(_("There is no such page, or it is switched off."))
    response = HttpResponse(render_to_string(template, _facts(shown, timezone.localdate())))
    response["Cache-Control"] = "public, max-age=600"
    return response


def _facts(shown: PublicPage, today: date) -> dict[str, Any]:
    since = today - timedelta(days=DAYS - 1)
    found = numbers().in_public(shown.unit, shown.person, since, today)
    scale = wording.scale_of("mean", lo=1, hi=5)
    return {
        "page": shown,
        "workspace": workspace(),
        "estimate": found,
        "value": wording.estimate_text(found, scale),
        "range": wording.range_text(found.low, found.high, scale),
        "n": wording.number(found.n),
        "since": since,
        "until": today,
        "left_out": queries.left_out(queries.reviews_behind(shown, since=since, until=today)),
        "reasons": Reason.choices,
        "address": reverse("reputation:public", args=[shown.token]),
    }


def pages(request: HttpRequest) -> HttpResponse:
    """Which public pages there are and whether they are on; how replies are approved."""
    require(request, Permission.ADMINISTER)
    context = {
        "pages": queries.public_pages(),
        "units": queries.units_without_page(),
        "policy": queries.policy(),
        "host": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "reputation/public_pages.html", context)


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make the public page of a unit; it is off until it is switched on."""
    viewer = require(request, Permission.ADMINISTER)
    unit = get_object_or_404(Unit, pk=record_id(request.POST.get("unit", "")) or 0)
    publishing.make_public_page(unit=unit, by=viewer.person)
    return redirect("reputation:public_pages")


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a page to everybody, or no longer."""
    viewer = require(request, Permission.ADMINISTER)
    is_on = request.POST.get("on") == "yes"
    publishing.switch_public_page(page=get_object_or_404(PublicPage, pk=pk), is_on=is_on, by=viewer.person)
    messages.success(
        request, _("Everybody can see it now.") if is_on else _("Nobody outside sees it any more.")
    )
    return redirect("reputation:public_pages")


@require_POST
def reply_policy(request: HttpRequest) -> HttpResponse:
    """Whether a reply needs a second person."""
    viewer = require(request, Permission.ADMINISTER)
    replies.change_policy(
        needs_second_person=request.POST.get("needs_second_person") == "yes", by=viewer.person
    )
    messages.success(request, _("Kept."))
    return redirect("reputation:public_pages")


def own(request: HttpRequest) -> HttpResponse:
    """Whether there may be a public page about me; only I decide."""
    viewer = require(request, Permission.READ_FEEDBACK)
    if request.method == "POST":
        publishing.agree(person=viewer.person, does_agree=request.POST.get("agree") == "yes")
        return redirect("reputation:own")
    mine = PublicPage.objects.filter(person=viewer.person).first()
    return render(request, "reputation/own.html", {"page": mine})
