"""Addresses at which visitors chat and read; short, since they stand in pages."""

from django.urls import path

from .views import visitors

app_name = "help"
urlpatterns = [
    path("c/", visitors.start, name="start"),
    path("c/widget.js", visitors.script, name="script"),
    path("c/<str:secret>/", visitors.chat, name="chat"),
    path("c/<str:secret>/news/", visitors.news, name="news"),
    path("help/", visitors.public_articles, name="articles"),
    path("help/<id:pk>/", visitors.public_article, name="article"),
]
