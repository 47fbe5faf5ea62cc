from django.urls import path

from . import views

app_name = "insights"
urlpatterns = [
    path("", views.themes, name="themes"),
    path("themes.csv", views.export, name="export"),
    path("find/", views.find, name="find"),
    path("rising/", views.rising, name="rising"),
    path("priorities/", views.priorities, name="priorities"),
    path("moments/", views.moments, name="moments"),
    path("moments/searches/<id:pk>/", views.moments_progress, name="moments_progress"),
    path("moments/of-journey/<id:pk>/panel/", views.moments_panel, name="moments_panel"),
    path("moments/<slug:key>/", views.moments, name="moments_of"),
    path("themes/<id:pk>/", views.theme, name="theme"),
    path("themes/<id:pk>/rename/", views.rename, name="rename"),
    path("themes/<id:pk>/merge/", views.merge, name="merge"),
    path("themes/<id:pk>/split-off/", views.split_off, name="split_off"),
    path("themes/<id:pk>/hide/", views.hide, name="hide"),
    path("themes/<id:pk>/show/", views.show, name="show"),
    path("surveys/<id:pk>/", views.survey_panel, name="survey_panel"),
    path("feedback/<id:pk>/", views.feedback_panel, name="feedback_panel"),
]
