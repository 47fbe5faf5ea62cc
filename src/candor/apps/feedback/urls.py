from django.urls import path

from . import views

app_name = "feedback"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("export.csv", views.export, name="export"),
    path("handle/", views.handle, name="handle"),
    path("unhandle/", views.unhandle, name="unhandle"),
    path("touchpoints/<id:pk>/panel/", views.touchpoint_panel, name="touchpoint_panel"),
    path("<id:pk>/", views.item, name="item"),
    path("<id:pk>/unmask/", views.unmask, name="unmask"),
]
