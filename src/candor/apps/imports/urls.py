from django.urls import path

from . import views

app_name = "imports"
urlpatterns = [
    path("", views.imports, name="list"),
    path("new/<slug:kind>/", views.new, name="new"),
    path("<id:pk>/", views.detail, name="detail"),
    path("<id:pk>/columns/", views.mapping, name="mapping"),
    path("<id:pk>/progress/", views.progress, name="progress"),
    path("<id:pk>/bad-rows.csv", views.bad_rows, name="bad_rows"),
    path("<id:pk>/continue/", views.start, name="start"),
    path("<id:pk>/undo/", views.undo, name="undo"),
    path("<id:pk>/discard/", views.discard, name="discard"),
]
