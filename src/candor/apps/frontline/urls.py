from django.urls import path

from . import views

app_name = "frontline"
urlpatterns = [
    path("", views.board, name="board"),
    path("note/", views.note, name="note"),
    path("note/guess/", views.guess, name="guess"),
    path("post/", views.post, name="post"),
    path("follow/", views.follow, name="follow"),
    path("ideas/<id:pk>/", views.idea, name="idea"),
    path("ideas/<id:pk>/vote/", views.vote, name="vote"),
    path("ideas/<id:pk>/comment/", views.comment, name="comment"),
    path("ideas/<id:pk>/let-in/", views.let_in, name="let_in"),
    path("ideas/<id:pk>/turn-away/", views.turn_away, name="turn_away"),
    path("ideas/<id:pk>/owner/", views.name_owner, name="name_owner"),
    path("ideas/<id:pk>/answer/", views.answer_idea, name="answer_idea"),
    path("ideas/<id:pk>/merge/", views.merge, name="merge"),
    path("ideas/<id:pk>/part/", views.part, name="part"),
    path("comments/<id:pk>/remove/", views.remove_comment, name="remove_comment"),
    path("comments/<id:pk>/restore/", views.restore_comment, name="restore_comment"),
    path("pulses/", views.pulses, name="pulses"),
    path("pulses/write/", views.write, name="write"),
    path("pulses/<id:pk>/", views.pulse, name="pulse"),
    path("pulses/<id:pk>/open/", views.open_, name="open"),
    path("pulses/<id:pk>/close/", views.close, name="close"),
    path("pulses/<id:pk>/drop/", views.drop, name="drop"),
    path("pulses/<id:pk>/answer/", views.answer, name="answer"),
    path("pulses/<id:pk>/export/", views.export, name="export"),
]
