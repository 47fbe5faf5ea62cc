from django.urls import path

from . import views

app_name = "reports"
urlpatterns = [
    path("digest/", views.digest, name="digest"),
    path("digest/send/", views.send, name="send"),
    path("digest/subscribe/", views.subscribe, name="subscribe"),
    path("digest/unsubscribe/", views.unsubscribe, name="unsubscribe"),
    path("export/", views.export, name="export"),
    path("export/scores.csv", views.scores_csv, name="scores_csv"),
]
