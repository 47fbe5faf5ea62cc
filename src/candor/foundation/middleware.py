"""Turns a DomainError into a page, an HTMX toast or problem details (RFC 9457)."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from .errors import DomainError, InvalidInput, NotSignedIn


class DomainErrorMiddleware:
    """Answers every DomainError raised by a view; leaves all other exceptions to Django."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DataError):  # a number out of all bounds, a character that no text holds
            error = InvalidInput(
                "Something that was sent can't be stored or looked for. Nothing was changed."
            )
        return answer(request, error) if isinstance(error, DomainError) else None


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error in the form that the sender reads."""
    if _is_for_machines(request) or "application/json" in request.headers.get("accept", ""):
        return problem_details(error)
    if isinstance(error, NotSignedIn):
        return _to_sign_in(request)
    if request.headers.get("HX-Request") == "true":
        return _toast(request, error)
    return render(
        request, "foundation/error.html", {"error": error, "title": error.title}, status=error.http_status
    )


def problem_details(error: DomainError) -> JsonResponse:
    """The error as `application/problem+json`."""
    body = {
        "type": f"about:blank#{error.code}",
        "title": error.title,
        "status": error.http_status,
        "detail": str(error),
        "code": error.code,
    }
    return JsonResponse(
        body | dict(error.members),
        status=error.http_status,
        content_type="application/problem+json",
        headers=error.headers,
    )


def _is_for_machines(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and getattr(match.func, "is_for_machines", False)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    address = f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _toast(request: HttpRequest, error: DomainError) -> HttpResponse:
    response = render(request, "foundation/toast.html", {"error": error}, status=error.http_status)
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    return response
