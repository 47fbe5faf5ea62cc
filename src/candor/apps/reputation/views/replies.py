"""Replies: what happens to one on its review's page, and the words to begin with."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.foundation.errors import DomainError, NotFound

from .. import replies
from ..choices import ReplyState
from ..forms import TemplateForm
from ..models import Reply, ReplyTemplate
from ..pages import page_of_review, review_to_handle, tabs_for

_DONE: dict[str, Any] = {
    ReplyState.DRAFT: lazy("Kept as a draft."),
    ReplyState.WAITING: lazy("It waits for a second person now."),
    ReplyState.SENDING: lazy("It is on its way."),
    ReplyState.BY_HAND: lazy(
        "Approved. This site can’t be written to from here: copy the words and put them there."
    ),
    ReplyState.SENT: lazy("Noted as answered."),
}


@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a reply, hand it on, approve it, give it back, try again, or note that it was put there by hand."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    review, by, asked = review_to_handle(viewer, pk), viewer.person, request.POST
    is_looked_at = asked.get("looked_at") == "yes"
    steps: dict[str, Callable[[Reply], Reply]] = {
        "submit": lambda row: replies.submit(reply=row, by=by, is_looked_at=is_looked_at),
        "approve": lambda row: replies.approve(reply=row, by=by, is_looked_at=is_looked_at),
        "give_back": lambda row: replies.give_back(reply=row, why=asked.get("why", ""), by=by),
        "again": lambda row: replies.try_again(reply=row, by=by),
        "posted": lambda row: replies.mark_posted(reply=row, by=by),
    }
    wanted = asked.get("do", "save")
    try:
        row = Reply.objects.filter(review=review).first()
        if wanted in {"save", "submit"} and "text" in asked:
            row = replies.write(review=review, text=asked["text"], by=by)
        if row is None or wanted not in {"save", *steps}:
            raise NotFound(_("There is no reply to this review yet."))
        row = steps[wanted](row) if wanted in steps else row
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(_DONE[ReplyState(row.state)]))
    return redirect(page_of_review(request, pk))


def templates(request: HttpRequest) -> HttpResponse:
    """Words to begin a reply with."""
    viewer = require(request, Permission.MANAGE_RULES)
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        replies.save_template(**form.cleaned_data, by=viewer.person)
        messages.success(request, _("Kept."))
        return redirect("reputation:templates")
    context = {"form": form, "templates": ReplyTemplate.objects.all(), "tabs": tabs_for(viewer)}
    return render(request, "reputation/templates.html", context)


@require_POST
def drop_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Take words to begin with away."""
    viewer = require(request, Permission.MANAGE_RULES)
    replies.drop_template(template=get_object_or_404(ReplyTemplate, pk=pk), by=viewer.person)
    return redirect("reputation:templates")
