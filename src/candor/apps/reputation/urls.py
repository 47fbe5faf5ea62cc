from django.urls import path

from .views import connections, places, publishing, replies, reviews

app_name = "reputation"
urlpatterns = [
    path("", reviews.overview, name="overview"),
    path("list/", reviews.reviews, name="list"),
    path("rules/", reviews.rules, name="rules"),
    path("people/<id:pk>/", reviews.person, name="person"),
    path("<id:pk>/panel/", reviews.panel, name="panel"),
    path("<id:pk>/exclude/", reviews.exclude, name="exclude"),
    path("<id:pk>/include/", reviews.include, name="include"),
    path("<id:pk>/reply/", replies.reply, name="reply"),
    path("words/", replies.templates, name="templates"),
    path("words/<id:pk>/drop/", replies.drop_template, name="drop_template"),
    path("connections/", connections.connections, name="connections"),
    path("connections/new/<slug:site>/", connections.new, name="connect"),
    path("connections/<id:pk>/", connections.connection, name="connection"),
    path("connections/<id:pk>/fetch/", connections.fetch, name="fetch"),
    path("connections/<id:pk>/switch/", connections.switch, name="switch_connection"),
    path("connections/<id:pk>/believe/", connections.believe, name="believe"),
    path("asking/", places.places, name="places"),
    path("asking/<id:pk>/close/", places.close, name="close_place"),
    path("public/", publishing.pages, name="public_pages"),
    path("public/make/", publishing.make, name="make_public"),
    path("public/<id:pk>/switch/", publishing.switch, name="switch_public"),
    path("public/replies/", publishing.reply_policy, name="reply_policy"),
    path("mine/", publishing.own, name="own"),
    path("p/<str:token>/", publishing.page, name="public"),
    path("p/<str:token>/widget/", publishing.widget, name="widget"),
]
