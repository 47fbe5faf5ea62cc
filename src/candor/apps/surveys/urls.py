"""Addresses of surveys."""

from django.urls import path

from .views import listing

app_name = "surveys"
urlpatterns = [path("", listing.surveys, name="list")]
