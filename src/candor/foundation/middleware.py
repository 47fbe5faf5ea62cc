"""Turns a DomainError into a page, an HTMX toast or problem details (RFC 9457)."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from .errors import DomainError, InvalidInput, MethodRefused, NotFound, NotSignedIn

MACHINES = "/api/"  # below it everything is read by machines, also what leads nowhere
PROBLEM = "application/problem+json"


class DomainErrorMiddleware:
    """Answers every DomainError raised by a view; leaves all other exceptions to Django. Whatever else goes wrong where machines
    read becomes problem details too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not _is_for_machines(request):
            return response
        return response if response.headers["Content-Type"] == PROBLEM else _plain_problem(response)

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
        content_type=PROBLEM,
        headers=error.headers,
    )


def _plain_problem(response: HttpResponse) -> JsonResponse:
    """What Django itself answered, in the form that machines read."""
    known = {NotFound.http_status: NotFound, MethodRefused.http_status: MethodRefused, 400: InvalidInput}
    error = known.get(response.status_code, DomainError)()
    if allowed := response.headers.get("Allow"):
        error.headers["Allow"] = allowed
    problem = problem_details(error)
    problem.status_code = response.status_code
    return problem


def _is_for_machines(request: HttpRequest) -> bool:
    match = request.resolver_match
    if request.path.startswith(MACHINES):
        return True
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
