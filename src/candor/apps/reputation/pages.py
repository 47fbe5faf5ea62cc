"""What pages of reviews are made of, and which reviews a viewer may handle."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.foundation.addresses import record_id
from candor.foundation.errors import NotFound

from . import queries, replies
from .forms import ExclusionForm
from .models import Reply, ReplyTemplate, Review


def tabs_for(viewer: Viewer) -> list[tuple[str, str]]:
    """The pages of reputation as tabs, for who may do more than read."""
    if not viewer.can(Permission.MANAGE_RULES):
        return []
    pairs = (
        (_("Reviews"), "overview"), (_("Connections"), "connections"), (_("Asking for reviews"), "places"),
        (_("Words for replies"), "templates"),
    )  # fmt: skip
    return [(label, reverse(f"reputation:{name}")) for label, name in pairs]


def panel_context(request: HttpRequest, viewer: Viewer, shown: Review) -> dict[str, Any]:
    """What the panel shows of a review."""
    return {
        "review": shown,
        "versions": list(shown.versions.all()),
        "exclusions": list(shown.exclusions.select_related("made_by", "lifted_by")),
        "may_handle": viewer.holds(Permission.HANDLE_FEEDBACK, shown.feedback.unit),
        "form": ExclusionForm(),
        **_reply_context(request, viewer, shown),
        "scope": scope_of(request, viewer),
    }


def _reply_context(request: HttpRequest, viewer: Viewer, shown: Review) -> dict[str, Any]:
    reply: Reply | None = getattr(shown, "reply", None)
    chosen = ReplyTemplate.objects.filter(pk=record_id(request.GET.get("template", "")) or 0).first()
    text = replies.filled(chosen, shown) if chosen else reply.text if reply else ""
    needs_second = queries.policy().needs_second_person
    return {
        "reply": reply,
        "draft": text,
        "longest": replies.longest(shown),
        "templates": list(ReplyTemplate.objects.all()),
        "personal": replies.personal_data_in(text, shown) if text else [],
        "needs_second_person": needs_second,
        "may_approve": reply is not None and not (needs_second and reply.written_by_id == viewer.person.pk),
    }


def page_of_review(request: HttpRequest, pk: int) -> str:
    """Address of a review's page, which remembers from where it was opened."""
    return f"{reverse('feedback:item', args=[pk])}?{request.GET.urlencode()}"


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
