from django.urls import path

from . import views

app_name = "webhooks"
urlpatterns = [
    path("", views.endpoints, name="list"),
    path("new/", views.new, name="new"),
    path("<id:pk>/", views.endpoint, name="endpoint"),
    path("<id:pk>/change/", views.change, name="change"),
    path("<id:pk>/replay/", views.replay, name="replay"),
    path("<id:pk>/rotate/", views.rotate, name="rotate"),
    path("<id:pk>/pause/", views.pause, name="pause"),
    path("<id:pk>/resume/", views.resume, name="resume"),
    path("<id:pk>/test/", views.test, name="test"),
    path("<id:pk>/remove/", views.remove, name="remove"),
    path("deliveries/<id:pk>/", views.delivery, name="delivery"),
]
