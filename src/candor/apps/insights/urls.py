from django.urls import path

from . import views

app_name = "insights"
urlpatterns = [
    path("", views.themes, name="themes"),
    path("themes.csv", views.export, name="export"),
    path("find/", views.find, name="find"),
    path("rising/", views.rising, name="rising"),
    path("priorities/", views.priorities, name="priorities"),
    path("themes/<int:pk>/", views.theme, name="theme"),
    path("themes/<int:pk>/rename/", views.rename, name="rename"),
    path("themes/<int:pk>/merge/", views.merge, name="merge"),
    path("themes/<int:pk>/split-off/", views.split_off, name="split_off"),
    path("themes/<int:pk>/hide/", views.hide, name="hide"),
    path("themes/<int:pk>/show/", views.show, name="show"),
    path("feedback/<int:pk>/", views.feedback_panel, name="feedback_panel"),
]
