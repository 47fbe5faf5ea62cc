from django.urls import path

from . import views

app_name = "events"
urlpatterns = [
    path("", views.sources, name="sources"),
    path("names/", views.names, name="names"),
    path("names/<id:pk>/place/", views.place, name="place"),
    path("names/<id:pk>/undo/", views.undo_place, name="undo_place"),
    path("sources/<slug:name>/", views.source, name="source"),
    path("sources/<slug:name>/misfits/", views.misfits, name="misfits"),
    path("sources/<slug:name>/misfits.csv", views.misfits_file, name="misfits_file"),
    path("sources/<slug:name>/misfits/forget/", views.forget_misfits, name="forget_misfits"),
    path("sources/<slug:name>/again/", views.try_again, name="try_again"),
]
