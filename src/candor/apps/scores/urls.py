from django.urls import path

from . import views

app_name = "scores"
urlpatterns = [
    path("", views.scores, name="scores"),
    path("complaints/panel/", views.complaints_panel, name="complaints_panel"),
    path("surveys/<id:pk>/", views.survey, name="survey"),
    path("surveys/<id:pk>/results.pdf", views.survey_pdf, name="survey_pdf"),
    path("surveys/<id:pk>/share/", views.share, name="share"),
    path("shared/<id:pk>/revoke/", views.unshare, name="unshare"),
    path("shared/<str:secret>/", views.shared, name="shared"),
    path("<slug:key>/", views.measure, name="measure"),
    path("<slug:key>/export/", views.export, name="export"),
]
