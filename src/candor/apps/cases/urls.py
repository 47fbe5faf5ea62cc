from django.urls import path

from . import views

app_name = "cases"
urlpatterns = [
    path("", views.cases, name="list"),
    path("rules/", views.rules, name="rules"),
    path("rules/<id:pk>/active/", views.set_rule_active, name="set_rule_active"),
    path("for-feedback/<id:feedback_pk>/", views.open_for, name="open"),
    path("for-feedback/<id:pk>/panel/", views.feedback_panel, name="feedback_panel"),
    path("for-customer/<id:pk>/panel/", views.customer_panel, name="customer_panel"),
    path("<id:pk>/", views.case, name="case"),
    path("<id:pk>/close/", views.close, name="close"),
    path("<id:pk>/reopen/", views.reopen, name="reopen"),
    path("<id:pk>/note/", views.note, name="note"),
    path("<id:pk>/assign/", views.assign, name="assign"),
    path("<id:pk>/wait/", views.wait, name="wait"),
]
