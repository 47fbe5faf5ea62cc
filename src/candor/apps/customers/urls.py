from django.urls import path

from . import views

app_name = "customers"
urlpatterns = [
    path("", views.customers, name="list"),
    path("<int:pk>/", views.customer, name="customer"),
    path("<int:pk>/merge/", views.merge, name="merge"),
    path("<int:pk>/part/", views.part, name="part"),
]
