"""The way out, for everybody who has the link: a page with one button, and the button in the mail program itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from candor.apps.asking.stopping import whose
from candor.apps.customers.services import opt_out, take_back_opt_out
from candor.apps.organization.access import public


@csrf_exempt  # mail programs post without a page before it (RFC 8058); the signed link is what allows it
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Say that one doesn't want to be asked, or take it back. Looking changes nothing: scanners follow links."""
    public(request)
    customer = whose(token)
    if request.method == "POST":
        if "again" in request.POST:
            take_back_opt_out(customer=customer)
        else:
            opt_out(customer=customer, at=timezone.now())
        customer.refresh_from_db()
    return render(request, "asking/stop.html", {"is_out": customer.opted_out_at is not None})
