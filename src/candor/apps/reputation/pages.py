"""What pages of reviews are made of, and which reviews a viewer may handle."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.foundation.errors import NotFound

from .forms import ExclusionForm
from .models import Review


def panel_context(request: HttpRequest, viewer: Viewer, shown: Review) -> dict[str, Any]:
    """What the panel shows of a review."""
    return {
        "review": shown,
        "versions": list(shown.versions.all()),
        "exclusions": list(shown.exclusions.select_related("made_by", "lifted_by")),
        "may_handle": viewer.holds(Permission.HANDLE_FEEDBACK, shown.feedback.unit),
        "form": ExclusionForm(),
        "scope": scope_of(request, viewer),
    }


def review_to_handle(viewer: Viewer, pk: int) -> Review:
    """A review that the viewer may answer or leave out.

    Raises:
        NotFound: there is none such, or it is not theirs.
    """
    shown = visible_reviews(viewer).filter(pk=pk).first()
    if shown is None or not viewer.holds(Permission.HANDLE_FEEDBACK, shown.feedback.unit):
        raise NotFound(_("This review does not exist, or it is not yours to handle."))
    return shown


def visible_reviews(viewer: Viewer) -> QuerySet[Review]:
    return Review.objects.visible_to(viewer).select_related(
        "feedback__unit", "feedback__done_by", "connection", "reply"
    )
