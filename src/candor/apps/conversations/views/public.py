"""The form “Tell us” in plain HTML, the page that gives the number, and what stands on them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from candor.apps.organization.access import public, require
from candor.apps.organization.choices import Permission
from candor.foundation import strangers
from candor.foundation.errors import InvalidInput

from .. import public_form
from ..forms import PublicFormForm, TellUsForm


def tell_us(request: HttpRequest) -> HttpResponse:
    """The form; what was written stands there again when something is not right."""
    public(request)
    opened = public_form.open_form()
    form = TellUsForm(request.POST or None, consent=opened.consent)
    if request.method == "POST" and form.is_valid():
        try:
            public_form.hold_off(request)
        except InvalidInput as error:
            form.add_error(None, str(error))
        else:
            given = form.cleaned_data
            row = public_form.take_in(text=given["text"], name=given["name"], email=given["email"])
            return redirect("conversations:told", public_form.written(row))
    context = {
        "form": form,
        "opened": opened,
        "stamp": strangers.stamp_of(public_form.FORM, request.POST.get("opened", "")),
        "trap": strangers.TRAP,
    }
    return render(request, "conversations/tell_us.html", context, status=422 if form.errors else 200)


def told(request: HttpRequest, token: str) -> HttpResponse:
    """The number of what was sent."""
    public(request)
    reference = public_form.read(token)
    words = public_form.the_form().thanks or _(
        "We read everything. If you left an e-mail address, we answer you there."
    )
    return render(request, "conversations/told.html", {"reference": reference, "words": words})


def form_settings(request: HttpRequest) -> HttpResponse:
    """Whether the form is open, and what stands on it."""
    viewer = require(request, Permission.MANAGE_RULES)
    now = public_form.the_form()
    names = ("is_open", "welcome", "consent", "thanks", "unit")
    form = PublicFormForm(request.POST or None, initial={name: getattr(now, name) for name in names})
    if request.method == "POST" and form.is_valid():
        public_form.change_form(**form.cleaned_data, by=viewer.person)
        messages.success(request, _("Kept."))
        return redirect("conversations:form")
    context = {
        "form": form,
        "now": now,
        "address": request.build_absolute_uri(reverse("conversations:tell_us")),
    }
    return render(request, "conversations/form_settings.html", context, status=422 if form.errors else 200)
