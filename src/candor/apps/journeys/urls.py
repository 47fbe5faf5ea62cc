from django.urls import path

from .views import design, files, maps

app_name = "journeys"
urlpatterns = [
    path("", maps.journeys, name="journeys"),
    path("for-customer/<id:pk>/panel/", maps.customer_panel, name="customer_panel"),
    path("counting/<id:number>/", maps.progress, name="progress"),
    path("<slug:key>/", maps.journey, name="journey"),
    path("<slug:key>/paths/", maps.paths, name="paths"),
    path("<slug:key>/depth/", maps.depth, name="depth"),
    path("<slug:key>/compare/", maps.compare, name="compare"),
    path("<slug:key>/people/", maps.people, name="people"),
    path("<slug:key>/export/<slug:of>.<slug:ending>", files.export, name="export"),
    path("<slug:key>/design/", design.design, name="design"),
    path("<slug:key>/design/change/", design.change, name="change"),
    path("<slug:key>/design/draft/", design.draft, name="draft"),
]
