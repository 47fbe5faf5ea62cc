"""Addresses of the JSON face; Segment's libraries know all but the last."""

from django.urls import path

from . import api

app_name = "events_api"
urlpatterns = [
    path("track", api.track, name="track"),
    path("identify", api.identify, name="identify"),
    path("page", api.page, name="page"),
    path("screen", api.screen, name="screen"),
    path("group", api.group, name="group"),
    path("alias", api.alias, name="alias"),
    path("batch", api.batch, name="batch"),
    path("events", api.cloud_events, name="cloud_events"),
]
