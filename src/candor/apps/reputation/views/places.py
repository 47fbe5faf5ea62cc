"""Where customers are asked for reviews, and why everybody is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission

from .. import publishing
from ..forms import PlaceForm
from ..models import ReviewPlace
from ..pages import tabs_for

_OWN = {"csrfmiddlewaretoken", "name", "unit", "url"}


def places(request: HttpRequest) -> HttpResponse:
    """The places; POST offers another one. Anything that would pick whom to ask is refused, with the reason."""
    viewer = require(request, Permission.MANAGE_RULES)
    form = PlaceForm(request.POST or None, units=viewer.units(Permission.MANAGE_RULES))
    if request.method == "POST" and form.is_valid():
        only = {key: str(value) for key, value in request.POST.items() if key not in _OWN and value}
        publishing.offer_place(**form.cleaned_data, only=only, by=viewer.person)
        messages.success(request, _("Plans of asking can ask for reviews there now."))
        return redirect("reputation:places")
    rows = ReviewPlace.objects.select_related("unit").order_by("-is_open", "name", "pk")
    context = {"form": form, "places": rows, "why": publishing.WHY_NO_GATING, "tabs": tabs_for(viewer)}
    return render(request, "reputation/places_to_ask.html", context)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for reviews there no longer."""
    viewer = require(request, Permission.MANAGE_RULES)
    publishing.close_place(place=get_object_or_404(ReviewPlace, pk=pk), by=viewer.person)
    return redirect("reputation:places")
