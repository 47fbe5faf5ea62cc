"""Addresses at which people answer; short, since they stand in messages and behind QR codes."""

from django.urls import path

from .views import answering, trying

app_name = "answers"
urlpatterns = [
    path("a/<str:secret>/", answering.invitation, name="invitation"),
    path("s/<str:token>/", answering.link, name="link"),
    path("s/<str:token>/embed.js", answering.embed, name="embed"),
    path("t/<str:token>/", trying.trial, name="trial"),
]
