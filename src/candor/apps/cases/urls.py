from django.urls import path

from . import views

app_name = "cases"
urlpatterns = [
    path("", views.cases, name="list"),
    path("rules/", views.rules, name="rules"),
    path("rules/<int:pk>/active/", views.set_rule_active, name="set_rule_active"),
    path("for-feedback/<int:feedback_pk>/", views.open_for, name="open"),
    path("for-feedback/<int:pk>/panel/", views.feedback_panel, name="feedback_panel"),
    path("for-customer/<int:pk>/panel/", views.customer_panel, name="customer_panel"),
    path("<int:pk>/", views.case, name="case"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
    path("<int:pk>/note/", views.note, name="note"),
    path("<int:pk>/assign/", views.assign, name="assign"),
    path("<int:pk>/wait/", views.wait, name="wait"),
]
