from django.urls import path

from . import views

app_name = "complaints"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("list/", views.complaints, name="list"),
    path("<int:pk>/panel/", views.panel, name="panel"),
    path("<int:pk>/decide/", views.decide, name="decide"),
]
