"""Share: the digest as it would be sent, and exports."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Unit
from candor.apps.organization.scope import Scope, check_may_export, scope_of
from candor.apps.organization.services import record_audit
from candor.foundation.errors import InvalidInput, NotAllowed

from . import exports, services
from .choices import Rhythm
from .digest import Digest, as_html, as_text, digest_of, digest_scope, may_read
from .forms import SubscriptionForm
from .models import DigestSubscription


def digest(request: HttpRequest) -> HttpResponse:
    """The digest of this reader, exactly as it would be sent now."""
    viewer = require(request, Permission.READ_REPORTS)
    scope = _scope(request, viewer)
    held = DigestSubscription.objects.select_related("unit").filter(person=viewer.person).first()
    rhythm = _rhythm(request.GET.get("rhythm", ""), held)
    made = digest_of(_digest_scope(viewer, scope, rhythm), now=timezone.now())
    context = {
        "digest": made,
        "html": as_html(made, for_mail=False),
        "height": _height_of(made),
        "text": as_text(made),
        "rhythm": rhythm,
        "held": held,
        "form": SubscriptionForm(initial={"rhythm": held.rhythm if held else rhythm}),
        "rhythms": [(Rhythm.WEEKLY, _("Weekly")), (Rhythm.MONTHLY, _("Monthly"))],
    }
    return render(request, "reports/digest.html", context)


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Send this reader their digest now."""
    viewer = require(request, Permission.READ_REPORTS)
    scope = _scope(request, viewer)
    rhythm = _rhythm(request.POST.get("rhythm", ""), None)
    unit = _readable(viewer, scope.unit)
    services.send_digest(
        person=viewer.person, unit=unit, rhythm=rhythm, now=timezone.now(), today=scope.today
    )
    messages.success(
        request, _("The digest is on its way to %(address)s.") % {"address": viewer.person.email}
    )
    return redirect(f"{reverse('reports:digest')}?{scope.query}&rhythm={rhythm}")


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Have it sent regularly."""
    viewer = require(request, Permission.READ_REPORTS)
    scope = _scope(request, viewer)
    rhythm = _rhythm(request.POST.get("rhythm", ""), None)
    services.subscribe(
        person=viewer.person, rhythm=rhythm, unit=_readable(viewer, scope.unit), today=scope.today
    )
    messages.success(
        request, _("The digest will come by mail."), extra_tags=f"undo={reverse('reports:unsubscribe')}"
    )
    return redirect(f"{reverse('reports:digest')}?{scope.query}&rhythm={rhythm}")


@require_POST
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """Send it no more."""
    viewer = require(request, Permission.READ_REPORTS)
    services.unsubscribe(person=viewer.person)
    messages.success(request, _("No digest will come by mail any more."))
    return redirect("reports:digest")


def export(request: HttpRequest) -> HttpResponse:
    """What can be taken away."""
    viewer = require(request, Permission.EXPORT_DATA)
    _scope(request, viewer)
    return render(request, "reports/export.html")


def scores_csv(request: HttpRequest) -> HttpResponseBase:
    """Every measure in the scope by unit, product, channel or month, with n, interval and method."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.READ_SCORES)
    scope = _scope(request, viewer)
    check_may_export(scope)
    by = request.GET.get("by", "unit")
    if by not in exports.dimensions():
        raise InvalidInput(
            _("Scores can be exported by %(names)s.") % {"names": ", ".join(exports.dimensions())}
        )
    with transaction.atomic():
        record_audit(
            by=viewer.person, action="scores.exported", by_dimension=by, unit=scope.unit.pk if scope.unit else None,
            since=str(scope.period.since), until=str(scope.period.until),
        )  # fmt: skip
    lines = exports.scores_as_csv(scope, by)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="scores-by-{by}-{scope.period.until}.csv"'
    return response


def _scope(request: HttpRequest, viewer: Viewer) -> Scope:
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    return scope


def _digest_scope(viewer: Viewer, scope: Scope, rhythm: Rhythm) -> Scope:
    return digest_scope(viewer, unit=_readable(viewer, scope.unit), rhythm=rhythm, today=scope.today)


def _readable(viewer: Viewer, unit: Unit | None) -> Unit | None:
    if not may_read(viewer, unit):
        raise NotAllowed(_("Your role includes no digest of this unit."))
    return unit


def _height_of(made: Digest) -> int:
    """About how many pixels the letter needs, so that it need not scroll inside its frame on a wide screen."""
    sentences = sum(max(len(found), 1) for found in made.told.lists)
    return 600 + 76 * sentences + 34 * len(made.key_numbers) + (320 if made.chart else 0)


def _rhythm(asked: str, held: DigestSubscription | None) -> Rhythm:
    if not asked:
        return Rhythm(held.rhythm) if held else Rhythm.WEEKLY
    if asked not in Rhythm.values:
        raise InvalidInput(_("A digest comes weekly or monthly."))
    return Rhythm(asked)
