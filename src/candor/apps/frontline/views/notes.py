"""What a customer said, noted in ten seconds on a phone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.frontline import services
from candor.apps.frontline.forms import LONGEST, NoteForm
from candor.apps.insights.guesses import LEAST_WORDS, guess_theme, offered_themes
from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.foundation.addresses import record_id


def note(request: HttpRequest) -> HttpResponse:
    """One field, a choice or two, one button."""
    viewer = require(request, Permission.SPEAK_UP)
    form = NoteForm(request.POST or None, themes=offered_themes(viewer))
    if request.method != "POST" or not form.is_valid():
        noted = record_id(request.GET.get("noted", "")) if viewer.can(Permission.READ_FEEDBACK) else None
        status = 422 if request.method == "POST" else 200
        return render(request, "frontline/note.html", {"form": form, "noted": noted}, status=status)
    given = form.cleaned_data
    made = services.note_what_customers_say(
        text=given["said"], touchpoint=given["touchpoint"], theme=given["theme"], by=viewer.person
    )
    messages.success(request, _("Noted. Thank you: it counts with what customers tell us themselves."))
    return redirect(f"{reverse('frontline:note')}?noted={made}")


@require_POST
def guess(request: HttpRequest) -> HttpResponse:
    """What the words seem to be about, to be ticked or not."""
    viewer = require(request, Permission.SPEAK_UP)
    text = request.POST.get("said", "")[:LONGEST]
    theme = guess_theme(text, viewer)
    is_unlike = theme is None and len(text.split()) >= LEAST_WORDS and bool(offered_themes(viewer))
    return render(request, "frontline/guess.html", {"theme": theme, "is_unlike": is_unlike})
