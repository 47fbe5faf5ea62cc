"""A note of a call, on a phone-size screen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission

from .. import phone
from ..forms import CallForm


def note_call(request: HttpRequest) -> HttpResponse:
    """What was said, by whom, about what."""
    viewer = require(request, Permission.SPEAK_UP)
    form = CallForm(request.POST or None, viewer=viewer)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "conversations/call.html", {"form": form}, status=status)
    given = form.cleaned_data
    phone.note_call(
        text=given["said"], customer=given["customer"], touchpoint=given["touchpoint"], is_settled=given["is_settled"], by=viewer.person
    )  # fmt: skip
    messages.success(request, _("Noted. It stands with what customers tell us."))
    return redirect("conversations:call")
