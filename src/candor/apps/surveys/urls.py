"""Addresses of surveys."""

from django.urls import path

from .views import attached, carrying, designing, exporting, linking, listing, publishing, trying

app_name = "surveys"
urlpatterns = [
    path("", listing.surveys, name="list"),
    path("new/", listing.new, name="new"),
    path("take-over/", carrying.bring, name="bring"),
    path("take-over/store/", carrying.store, name="store"),
    path("links/<id:pk>/qr.svg", linking.qr, name="qr"),
    path("links/<id:pk>/revoke/", linking.revoke, name="revoke"),
    path("<id:pk>/design/", designing.design, name="design"),
    path("<id:pk>/design/change/", designing.change, name="change"),
    path("<id:pk>/languages/", designing.languages, name="languages"),
    path("<id:pk>/settings/", designing.settings, name="settings"),
    path("<id:pk>/definition.json", designing.definition, name="definition"),
    path("<id:pk>/trial/<slug:of>.svg", trying.trial_code, name="trial_code"),
    path("<id:pk>/publish/", publishing.publish, name="publish"),
    path("<id:pk>/state/", publishing.state, name="state"),
    path("<id:pk>/schedule/", publishing.schedule, name="schedule"),
    path("<id:pk>/exports/", exporting.exports, name="exports"),
    path("of-feedback/<id:pk>/files/", attached.panel, name="files_panel"),
    path("files/<id:pk>/", attached.file, name="file"),
    path("exports/<id:pk>/progress/", exporting.progress, name="export_progress"),
    path("exports/<id:pk>/file/", exporting.file, name="export_file"),
    path("<id:pk>/links/", linking.links, name="links"),
    path("<id:pk>/duplicate/", listing.duplicate, name="duplicate"),
    path("<id:pk>/discard/", listing.discard, name="discard"),
]
