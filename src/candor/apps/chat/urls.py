from django.urls import path

from .views import staff

app_name = "chat"
urlpatterns = [
    path("", staff.channel, name="channel"),
    path("unanswered/", staff.unanswered, name="unanswered"),
    path("articles/", staff.listing, name="articles"),
    path("articles/write/", staff.write, name="write"),
    path("articles/import/", staff.bring, name="bring"),
    path("articles/<id:pk>/", staff.article, name="article"),
    path("articles/<id:pk>/publish/", staff.publish, name="publish"),
    path("articles/<id:pk>/remove/", staff.remove, name="remove"),
    path("settings/", staff.settings, name="settings"),
]
