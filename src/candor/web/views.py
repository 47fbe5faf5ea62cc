"""The home page, the health check and the error pages."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from candor.apps.organization.access import public, signed_in


def home(request: HttpRequest) -> HttpResponse:
    """What changed, what needs attention, what to do next."""
    signed_in(request)
    return render(request, "web/home.html")


def health(request: HttpRequest) -> JsonResponse:
    """Whether this process answers and reaches its database."""
    public(request)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    public(request)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    public(request)
    return render(request, "403.html", status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    public(request)
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    public(request)
    return render(request, "500.html", status=500)
