from django.urls import path

from . import views

app_name = "scores"
urlpatterns = [
    path("", views.scores, name="scores"),
    path("complaints/panel/", views.complaints_panel, name="complaints_panel"),
    path("surveys/<id:pk>/", views.survey, name="survey"),
    path("<slug:key>/", views.measure, name="measure"),
    path("<slug:key>/export/", views.export, name="export"),
]
