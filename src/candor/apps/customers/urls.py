from django.urls import path

from . import views

app_name = "customers"
urlpatterns = [
    path("", views.customers, name="list"),
    path("<id:pk>/", views.customer, name="customer"),
    path("<id:pk>/export.json", views.export, name="export"),
    path("<id:pk>/erase/", views.erase, name="erase"),
    path("<id:pk>/merge/", views.merge, name="merge"),
    path("<id:pk>/part/", views.part, name="part"),
]
