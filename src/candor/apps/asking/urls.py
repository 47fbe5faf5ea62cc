from django.urls import path

from .views import letters, people, plans, stop

app_name = "asking"
urlpatterns = [
    path("", plans.plans, name="plans"),
    path("rule/", plans.rule, name="rule"),
    path("new/<slug:trigger>/", plans.new, name="new"),
    path("plans/<id:pk>/", plans.plan, name="plan"),
    path("plans/<id:pk>/who/", plans.who, name="who"),
    path("plans/<id:pk>/change/", plans.change, name="change"),
    path("plans/<id:pk>/letter/", letters.letter, name="letter"),
    path("plans/<id:pk>/letter/send/", letters.send, name="send_letter"),
    path("plans/<id:pk>/start/", plans.start, name="start"),
    path("plans/<id:pk>/pause/", plans.pause, name="pause"),
    path("plans/<id:pk>/end/", plans.end, name="end"),
    path("plans/<id:pk>/ask/", plans.ask, name="ask"),
    path("customers/<id:pk>/", people.customer, name="customer"),
    path("customers/<id:pk>/panel/", people.customer_panel, name="customer_panel"),
    path("customers/<id:pk>/wish/", people.wish, name="wish"),
    path("stop/<str:token>/", stop.stop, name="stop"),
]
