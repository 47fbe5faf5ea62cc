from django.urls import path

from . import views

app_name = "journeys"
urlpatterns = [
    path("", views.journeys, name="journeys"),
    path("for-customer/<id:pk>/panel/", views.customer_panel, name="customer_panel"),
    path("<slug:key>/", views.journey, name="journey"),
    path("<slug:key>/reality/", views.reality, name="reality"),
]
