from django.urls import path

from . import views

app_name = "strategy"
urlpatterns = [
    path("", views.outcomes, name="outcomes"),
    path("define/", views.define, name="define"),
    path("<id:pk>/", views.outcome, name="outcome"),
    path("<id:pk>/change/", views.change, name="change"),
    path("<id:pk>/undo-change/", views.undo_change, name="undo_change"),
    path("<id:pk>/drop/", views.drop, name="drop"),
    path("<id:pk>/reached/", views.reached, name="reached"),
    path("<id:pk>/reopen/", views.reopen, name="reopen"),
]
