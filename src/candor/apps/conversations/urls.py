from django.urls import path

from .views import calls, exchange, public

app_name = "conversations"
urlpatterns = [
    path("", exchange.conversations, name="list"),
    path("call/", calls.note_call, name="call"),
    path("form/", public.form_settings, name="form"),
    path("tell-us/", public.tell_us, name="tell_us"),
    path("tell-us/<str:token>/", public.told, name="told"),
    path("<id:pk>/", exchange.conversation, name="conversation"),
    path("<id:pk>/as-written/", exchange.unmask, name="unmask"),
    path("<id:pk>/reply/", exchange.reply, name="reply"),
    path("<id:pk>/assign/", exchange.assign, name="assign"),
    path("<id:pk>/tie/", exchange.tie, name="tie"),
    path("<id:pk>/close/", exchange.close, name="close"),
    path("<id:pk>/reopen/", exchange.reopen, name="reopen"),
    path("replies/<id:pk>/again/", exchange.send_again, name="send_again"),
    path("files/<id:pk>/", exchange.file, name="file"),
    path("<id:pk>/panel/", exchange.panel, name="panel"),
]
