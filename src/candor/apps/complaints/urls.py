"""Addresses of complaints."""

from django.urls import path

from .views import complaint, export, letters, public, register, settings

app_name = "complaints"
urlpatterns = [
    path("", register.overview, name="overview"),
    path("list/", register.complaints, name="list"),
    path("due/", register.due_soon, name="due"),
    path("new/", register.enter, name="enter"),
    path("from-feedback/<id:pk>/", register.from_feedback, name="from_feedback"),
    path("for-customer/<id:pk>/panel/", register.customer_panel, name="customer_panel"),
    path("form/", public.complain, name="complain"),
    path("form/sent/<str:token>/", public.thanks, name="thanks"),
    path("export.csv", export.register_csv, name="export"),
    path("rules/", settings.rules, name="rules"),
    path("rules/<id:pk>/", settings.rule_set, name="rule_set"),
    path("rules/<id:pk>/active/", settings.set_rules_active, name="set_rules_active"),
    path("topics/", settings.topic_list, name="topics"),
    path("topics/take/", settings.take_topics, name="take_topics"),
    path("topics/<id:pk>/", settings.change_topic, name="change_topic"),
    path("letter-templates/", settings.template_list, name="templates"),
    path("letter-templates/<id:pk>/", settings.template, name="template"),
    path("form/settings/", settings.form_settings, name="form_settings"),
    path("letters/<id:pk>/", letters.letter, name="letter"),
    path("letters/<id:pk>/file/", letters.letter_file, name="letter_file"),
    path("letters/<id:pk>/posted/", letters.posted, name="posted"),
    path("letters/<id:pk>/again/", letters.again, name="again"),
    path("<id:pk>/letter/", letters.write, name="write"),
    path("escalations/<id:pk>/end/", complaint.end_escalation, name="end_escalation"),
    path("files/<id:pk>/", complaint.attachment, name="attachment"),
    path("<id:pk>/", complaint.complaint, name="complaint"),
    path("<id:pk>/panel/", register.panel, name="panel"),
    path("<id:pk>/acknowledge/", complaint.acknowledge, name="acknowledge"),
    path("<id:pk>/decide/", complaint.decide, name="decide"),
    path("<id:pk>/note/", complaint.note, name="note"),
    path("<id:pk>/hand-over/", complaint.hand_over, name="hand_over"),
    path("<id:pk>/change/", complaint.change, name="change"),
    path("<id:pk>/vulnerability/", complaint.vulnerability, name="vulnerability"),
    path("<id:pk>/pause/", complaint.pause, name="pause"),
    path("<id:pk>/resume/", complaint.resume, name="resume"),
    path("<id:pk>/redress/", complaint.redress, name="redress"),
    path("<id:pk>/household/<id:other_pk>/", complaint.household, name="household"),
    path("<id:pk>/reopen/", complaint.reopen, name="reopen"),
    path("<id:pk>/escalate/", complaint.escalate, name="escalate"),
]
