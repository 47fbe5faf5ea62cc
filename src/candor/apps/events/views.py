"""Pages about events: where they come from, what did not fit, and names that are new."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.organization.services import record_audit
from candor.foundation.errors import InvalidInput, NotAllowed

from . import misfits as misfit_rows
from . import placing, proposing, queries, services
from .forms import PlaceForm, SourceForm, initial_of, stages_by_journey
from .models import EventName

PAGE = 50


def sources(request: HttpRequest) -> HttpResponse:
    """Every source: what came in lately, what waits, what did not fit."""
    viewer = require(request, Permission.IMPORT_DATA)
    found = queries.sources(timezone.localdate())
    may_make_keys = viewer.can(Permission.ADMINISTER)
    return render(request, "events/sources.html", {"sources": found, "may_make_keys": may_make_keys})


def source(request: HttpRequest, name: str) -> HttpResponse:
    """How a source's events are read; POST changes it."""
    viewer = require(request, Permission.IMPORT_DATA)
    found = queries.source_called(name)
    form = SourceForm(request.POST or None, initial=initial_of(found))
    if request.method == "POST" and form.is_valid():
        services.change_source(source=found, **form.cleaned_data, by=viewer.person)
        messages.success(request, _("Saved. Events that come in from now on are read like this."))
        return redirect("events:sources")
    return render(request, "events/source.html", {"source": found, "form": form})


def misfits(request: HttpRequest, name: str) -> HttpResponse:
    """Events of a source that did not fit."""
    viewer = require(request, Permission.IMPORT_DATA)
    found = queries.source_called(name)
    may_read = queries.may_read_events(viewer)
    page = Paginator(queries.misfits_of(found), PAGE).get_page(request.GET.get("page"))
    if may_read and page.object_list:
        record_audit(by=viewer.person, action="misfits.seen", target=found, rows=len(page.object_list))
    return render(request, "events/misfits.html", {"source": found, "page": page, "may_read": may_read})


def misfits_file(request: HttpRequest, name: str) -> HttpResponse | StreamingHttpResponse:
    """The same as a file, with the events as they came."""
    viewer = require(request, Permission.IMPORT_DATA)
    found = queries.source_called(name)
    if not queries.may_read_events(viewer):
        raise NotAllowed(
            _(
                "Events as they were sent hold personal data. Only who may read and export those of the whole company gets them."
            )
        )
    record_audit(by=viewer.person, action="misfits.exported", target=found)
    response = StreamingHttpResponse(misfit_rows.misfits_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="misfits-{found.name}.csv"'
    return response


@require_POST
def forget_misfits(request: HttpRequest, name: str) -> HttpResponse:
    """Drop what did not fit."""
    viewer = require(request, Permission.IMPORT_DATA)
    n = misfit_rows.forget_misfits(source=queries.source_called(name), by=viewer.person)
    messages.success(
        request, ngettext("%(n)s event is forgotten.", "%(n)s events are forgotten.", n) % {"n": n}
    )
    return redirect("events:sources")


@require_POST
def try_again(request: HttpRequest, name: str) -> HttpResponse:
    """Try deliveries once more that made trouble."""
    viewer = require(request, Permission.IMPORT_DATA)
    services.try_again(source=queries.source_called(name), by=viewer.person)
    messages.success(request, _("They are tried once more."))
    return redirect("events:sources")


def names(request: HttpRequest) -> HttpResponse:
    """Names of events that nobody has placed, and what was decided about others."""
    viewer = require(request, Permission.IMPORT_DATA)
    page = Paginator(proposing.new_names(), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "names": proposing.with_touchpoints_alike(page),
        "decided": queries.decided_names()[:PAGE],
        "journeys": stages_by_journey(),
        "may_read": queries.may_read_events(viewer),
        "may_place": viewer.can(Permission.MANAGE_RULES),
    }
    return render(request, "events/names.html", context)


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a name is: a touchpoint of its own, the same as another, or nothing to propose. It changes the design of a journey."""
    viewer = require(request, Permission.MANAGE_RULES)
    name = get_object_or_404(EventName, pk=pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("That stage or touchpoint is not there any more."))
    stage, touchpoint = form.cleaned_data["stage"], form.cleaned_data["touchpoint"]
    if "ignore" in request.POST:
        placing.ignore_name(name=name, by=viewer.person)
    elif touchpoint is not None:
        placing.map_name(name=name, touchpoint=touchpoint, by=viewer.person)
    elif stage is not None:
        called = form.cleaned_data["called"] or name.name[:120]
        placing.accept_name(name=name, stage=stage, called=called, by=viewer.person)
    else:
        raise InvalidInput(_("Choose a stage or a touchpoint first."))
    undo = reverse("events:undo_place", args=[pk])
    messages.success(request, _("“%(name)s” is placed.") % {"name": name.name}, extra_tags=f"undo={undo}")
    return redirect("events:names")


@require_POST
def undo_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back."""
    viewer = require(request, Permission.MANAGE_RULES)
    name = placing.undo_decision(name=get_object_or_404(EventName, pk=pk), by=viewer.person)
    messages.success(request, _("“%(name)s” is proposed again.") % {"name": name.name})
    return redirect("events:names")
