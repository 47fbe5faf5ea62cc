from django.urls import path

from . import views

app_name = "organization"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<id:pk>/", views.person, name="person"),
    path("people/<id:pk>/active/", views.set_active, name="set_active"),
    path("people/<id:pk>/place/", views.place, name="place"),
    path("roles/<id:pk>/end/", views.take_role, name="take_role"),
    path("invitations/new/", views.invite, name="invite"),
    path("invitations/<id:pk>/revoke/", views.revoke, name="revoke"),
    path("join/<str:token>/", views.accept, name="accept"),
    path("units/", views.units, name="units"),
    path("policy/", views.policy, name="policy"),
    path("keys/", views.api_keys, name="api_keys"),
    path("keys/<id:pk>/revoke/", views.revoke_api_key, name="revoke_api_key"),
    path("audit/", views.audit, name="audit"),
]
