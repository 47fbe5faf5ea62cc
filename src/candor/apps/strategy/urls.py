from django.urls import path

from . import views

app_name = "strategy"
urlpatterns = [
    path("", views.outcomes, name="outcomes"),
    path("define/", views.define, name="define"),
    path("<int:pk>/", views.outcome, name="outcome"),
    path("<int:pk>/change/", views.change, name="change"),
    path("<int:pk>/undo-change/", views.undo_change, name="undo_change"),
    path("<int:pk>/drop/", views.drop, name="drop"),
    path("<int:pk>/reached/", views.reached, name="reached"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
]
