"""Pulses: writing, opening, answering, and the results that may be shown."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.frontline import pages, queries
from candor.apps.frontline.choices import PulseState
from candor.apps.frontline.forms import STATEMENTS, OpenForm, PulseAnswerForm, PulseForm
from candor.apps.frontline.models import Pulse
from candor.apps.frontline.pulses import answer_pulse, close_pulse, draft_pulse, drop_pulse, open_pulse
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotFound


def pulses(request: HttpRequest) -> HttpResponse:
    """Every pulse, and the one that waits for the viewer's answer."""
    viewer = require(request, Permission.SPEAK_UP)
    context = {
        "pulses": queries.pulses(viewer), "waiting": queries.unanswered_pulse(viewer), "moderates": queries.moderates(viewer),
    }  # fmt: skip
    return render(request, "frontline/pulses.html", context)


def write(request: HttpRequest) -> HttpResponse:
    """Write a pulse."""
    viewer = require(request, Permission.MANAGE_FRONTLINE)
    form = PulseForm(request.POST or None, initial={"statements": "\n".join(map(str, STATEMENTS))})
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "frontline/write.html", {"form": form}, status=422 if request.method == "POST" else 200
        )
    made = draft_pulse(**form.cleaned_data, by=viewer.person)
    return redirect("frontline:pulse", made.pk)


def pulse(request: HttpRequest, pk: int) -> HttpResponse:
    """One pulse: the draft, how many have answered, or its results."""
    viewer = require(request, Permission.SPEAK_UP)
    shown = _pulse(viewer, pk)
    seat = queries.seat_in(shown, viewer)
    context = {"pulse": shown, "moderates": queries.moderates(viewer), "form": OpenForm(), "seat": seat}
    return render(
        request, "frontline/pulse.html", context | pages.pulse_page(shown, request.GET.get("at", ""))
    )


@require_POST
def open_(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask everybody."""
    viewer = require(request, Permission.MANAGE_FRONTLINE)
    shown, form = _pulse(viewer, pk), OpenForm(request.POST)
    if not form.is_valid():
        context = {"pulse": shown, "moderates": True, "form": form}
        return render(request, "frontline/pulse.html", context | pages.pulse_page(shown, ""), status=422)
    open_pulse(pulse=shown, **form.cleaned_data, by=viewer.person)
    messages.success(request, _("The pulse is open, and everybody is asked by mail."))
    return redirect("frontline:pulse", pk)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """End it before its last day."""
    viewer = require(request, Permission.MANAGE_FRONTLINE)
    close_pulse(pulse=_pulse(viewer, pk), by=viewer.person)
    return redirect("frontline:pulse", pk)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a draft."""
    viewer = require(request, Permission.MANAGE_FRONTLINE)
    drop_pulse(pulse=_pulse(viewer, pk), by=viewer.person)
    messages.success(request, _("The draft is removed."))
    return redirect("frontline:pulses")


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a pulse."""
    viewer = require(request, Permission.SPEAK_UP)
    shown = _pulse(viewer, pk)
    seat = queries.seat_in(shown, viewer)
    form = PulseAnswerForm(
        request.POST or None, statements=shown.statements, open_question=shown.open_question
    )
    if request.method == "POST" and form.is_valid():
        answer_pulse(pulse=shown, by=viewer.person, **form.answer())
        return render(request, "frontline/answered.html", {"pulse": shown})
    context = {"pulse": shown, "form": form, "seat": seat, "is_open": shown.state == PulseState.OPEN}
    return render(request, "frontline/answer.html", context, status=422 if request.method == "POST" else 200)


def export(request: HttpRequest, pk: int) -> HttpResponse:
    """What the page shows, as CSV; there is nothing else to take away."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.SPEAK_UP)
    shown = _pulse(viewer, pk)
    with transaction.atomic():
        record_audit(by=viewer.person, action="pulse.exported", target=shown)
    response = HttpResponse("".join(pages.as_csv(shown)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pulse-{pk}.csv"'
    return response


def _pulse(viewer: Viewer, pk: int) -> Pulse:
    found = Pulse.objects.filter(pk=pk).first()
    if found is None or (found.state == PulseState.DRAFT and not queries.moderates(viewer)):
        raise NotFound(_("This pulse does not exist, or it is not open yet."))
    return found
