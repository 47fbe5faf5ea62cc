from django.urls import path

from . import views

app_name = "complaints"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("list/", views.complaints, name="list"),
    path("for-customer/<id:pk>/panel/", views.customer_panel, name="customer_panel"),
    path("<id:pk>/panel/", views.panel, name="panel"),
    path("<id:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<id:pk>/decide/", views.decide, name="decide"),
]
