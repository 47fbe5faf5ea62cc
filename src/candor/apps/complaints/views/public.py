"""The page at which anybody complains, in plain HTML, and the page that gives the number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from candor.apps.organization.access import public
from candor.foundation import strangers
from candor.foundation.errors import InvalidInput

from .. import public_form, queries
from ..files import read_files
from ..settings_forms import ComplainForm


def complain(request: HttpRequest) -> HttpResponse:
    """The form; what was written stands there again when something is not right."""
    public(request)
    opened = public_form.open_form()
    form = ComplainForm(request.POST or None, request.FILES or None, topics=queries.offered_topics())
    if request.method == "POST" and form.is_valid():
        try:
            public_form.hold_off(request)
            files = read_files(form.cleaned_data["attached"])
        except InvalidInput as error:
            form.add_error(None, str(error))
        else:
            complaint = public_form.take_in(form.cleaned_data, files)
            return redirect("complaints:thanks", public_form.written(complaint))
    context = {
        "form": form,
        "opened": opened,
        "stamp": strangers.stamp_of(public_form.FORM, request.POST.get("opened", "")),
        "trap": strangers.TRAP,
    }
    return render(request, "complaints/complain.html", context, status=422 if form.errors else 200)


def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """The number of what was sent."""
    public(request)
    reference = public_form.read(token)
    context = {
        "reference": reference,
        "words": public_form.the_form().thanks or _("We have it, and we will answer you."),
    }
    return render(request, "complaints/thanks.html", context)
