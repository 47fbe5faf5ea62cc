from django.urls import path

from .views import reviews

app_name = "reputation"
urlpatterns = [
    path("", reviews.overview, name="overview"),
    path("list/", reviews.reviews, name="list"),
    path("rules/", reviews.rules, name="rules"),
    path("people/<id:pk>/", reviews.person, name="person"),
    path("<id:pk>/panel/", reviews.panel, name="panel"),
    path("<id:pk>/exclude/", reviews.exclude, name="exclude"),
    path("<id:pk>/include/", reviews.include, name="include"),
]
