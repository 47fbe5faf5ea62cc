"""What a customer said, noted in ten seconds on a phone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from candor.apps.frontline import services
from candor.apps.frontline.forms import NoteForm
from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission


def note(request: HttpRequest) -> HttpResponse:
    """One field, one choice, one button."""
    viewer = require(request, Permission.SPEAK_UP)
    form = NoteForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "frontline/note.html", {"form": form}, status=422 if request.method == "POST" else 200
        )
    given = form.cleaned_data
    services.note_what_customers_say(text=given["said"], touchpoint=given["touchpoint"], by=viewer.person)
    messages.success(request, _("Noted. Thank you: it counts with what customers tell us themselves."))
    return redirect("frontline:note")
