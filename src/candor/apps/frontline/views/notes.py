"""What a customer said, noted in ten seconds on a phone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.frontline import services
from candor.apps.frontline.forms import LONGEST, NoteForm
from candor.apps.insights.guesses import guess_theme, offered_themes
from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission


def note(request: HttpRequest) -> HttpResponse:
    """One field, a choice or two, one button."""
    viewer = require(request, Permission.SPEAK_UP)
    form = NoteForm(request.POST or None, themes=offered_themes(viewer))
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "frontline/note.html", {"form": form}, status=422 if request.method == "POST" else 200
        )
    given = form.cleaned_data
    services.note_what_customers_say(
        text=given["said"], touchpoint=given["touchpoint"], theme=given["theme"], by=viewer.person
    )
    messages.success(request, _("Noted. Thank you: it counts with what customers tell us themselves."))
    return redirect("frontline:note")


@require_POST
def guess(request: HttpRequest) -> HttpResponse:
    """What the words seem to be about, to be ticked or not."""
    viewer = require(request, Permission.SPEAK_UP)
    text = request.POST.get("said", "")[:LONGEST]
    return render(request, "frontline/guess.html", {"theme": guess_theme(text, viewer)})
