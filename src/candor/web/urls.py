"""Every address of the product: one prefix an app."""

from django.urls import include, path

from . import views
from .api import api

_APPS = [
    "organization",
    "webhooks",
    "journeys",
    "customers",
    "imports",
    "events",
    "feedback",
    "complaints",
    "surveys",
    "reputation",
    "conversations",
    "asking",
    "scores",
    "insights",
    "cases",
    "frontline",
    "chat",
    "strategy",
    "reports",
]

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("healthz", views.health, name="health"),
    path("accounts/", include("allauth.urls")),
    path("", include("candor.apps.surveys.answer_urls")),
    path("", include("candor.apps.chat.visitor_urls")),
    path("api/v1/", views.api_reference, name="api_reference"),
    path("api/v1/openapi.json", views.openapi, name="openapi"),
    path("api/v1/", api.urls),
    path("v1/", include("candor.apps.events.api_urls")),
    *(path(f"{app}/", include(f"candor.apps.{app}.urls")) for app in _APPS),
]

handler400 = "candor.web.views.bad_request"
handler403 = "candor.web.views.forbidden"
handler404 = "candor.web.views.missing"
handler500 = "candor.web.views.broken"
