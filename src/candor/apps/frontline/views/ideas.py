"""The board of ideas, one idea, and what can be done with it."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.frontline import queries, services
from candor.apps.frontline.choices import IdeaState
from candor.apps.frontline.forms import (
    AnswerForm,
    CommentForm,
    IdeaForm,
    MergeForm,
    OwnerForm,
    ReasonForm,
)
from candor.apps.frontline.models import Comment, Idea
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.foundation.errors import InvalidInput, NotAllowed, NotFound

VOTES = {"for": True, "against": False, "none": None}


def board(request: HttpRequest) -> HttpResponse:
    """The ideas: those that stand out first, the newest, or those that need votes."""
    viewer = require(request, Permission.SPEAK_UP)
    state, order = request.GET.get("state", ""), request.GET.get("order", "")
    context = {
        "lines": queries.board(viewer, state=state, search=request.GET.get("q", "").strip(), order=order),
        "state": state, "order": order, "moderates": queries.moderates(viewer),
        "waiting": Idea.objects.filter(state=IdeaState.WAITING).count() if queries.moderates(viewer) else 0,
        "states": [*((one, IdeaState(one).label) for one in ("open", "planned", "under_way")), ("ended", _("Ended")), ("mine", _("Mine")),
                   *([("waiting", _("To be looked at"))] if queries.moderates(viewer) else [])],
        "orders": [("", _("What stands out")), ("newest", _("Newest")), ("votes-needed", _("Votes needed"))],
    }  # fmt: skip
    return render(request, "frontline/board.html", context)


def post(request: HttpRequest) -> HttpResponse:
    """Post an idea."""
    viewer = require(request, Permission.SPEAK_UP)
    form = IdeaForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "frontline/post.html", {"form": form}, status=422 if request.method == "POST" else 200
        )
    made, code = services.post_idea(**form.cleaned_data, by=viewer.person)
    if code:
        return render(request, "frontline/posted.html", {"code": code})
    messages.success(request, _("Your idea is on the board."))
    return redirect("frontline:idea", made.pk)


def idea(request: HttpRequest, pk: int) -> HttpResponse:
    """One idea with its votes, comments and steps."""
    viewer = require(request, Permission.SPEAK_UP)
    return _shown(request, viewer, queries.idea_for(viewer, pk))


def follow(request: HttpRequest) -> HttpResponse:
    """Where an anonymous author sees what became of the idea, by its code."""
    require(request, Permission.SPEAK_UP)
    code = request.POST.get("code", "")
    found = Idea.objects.filter(digest=services.digest_of(code)).first() if code else None
    wrong = _("No idea has this code.") if code and found is None else ""
    return render(request, "frontline/follow.html", {"idea": found, "wrong": wrong})


@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Vote for or against, or take the vote back."""
    viewer = require(request, Permission.SPEAK_UP)
    if (given := request.POST.get("vote", "")) not in VOTES:
        raise InvalidInput(_("Vote for, against, or take the vote back."))
    services.vote(idea=queries.idea_for(viewer, pk), is_for=VOTES[given], by=viewer.person)
    return redirect("frontline:idea", pk)


@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something to an idea."""
    viewer = require(request, Permission.SPEAK_UP)
    shown, form = queries.idea_for(viewer, pk), CommentForm(request.POST)
    if not form.is_valid():
        return _shown(request, viewer, shown, comment_form=form)
    services.comment(idea=shown, text=form.cleaned_data["text"], by=viewer.person)
    return redirect("frontline:idea", pk)


@require_POST
def remove_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a comment off the board."""
    viewer = require(request, Permission.SPEAK_UP)
    said = _comment(viewer, pk)
    services.remove_comment(comment=said, by=viewer.person)
    undo = reverse("frontline:restore_comment", args=[pk])
    messages.success(request, _("The comment is taken off."), extra_tags=f"undo={undo}")
    return redirect("frontline:idea", said.idea_id)


@require_POST
def restore_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a comment back."""
    viewer = require(request, Permission.SPEAK_UP)
    said = _comment(viewer, pk)
    services.restore_comment(comment=said, by=viewer.person)
    return redirect("frontline:idea", said.idea_id)


@require_POST
def let_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an anonymous idea on the board."""
    viewer = require(request, Permission.MANAGE_FRONTLINE)
    services.let_in(idea=queries.idea_for(viewer, pk), by=viewer.person)
    messages.success(request, _("The idea is on the board."))
    return redirect("frontline:idea", pk)


@require_POST
def turn_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep an anonymous idea off the board."""
    viewer = require(request, Permission.MANAGE_FRONTLINE)
    shown, form = queries.idea_for(viewer, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _shown(request, viewer, shown, reason_form=form)
    services.turn_away(idea=shown, reason=form.cleaned_data["reason"], by=viewer.person)
    messages.success(request, _("The idea is not put on the board; its author can read why."))
    return redirect("frontline:board")


@require_POST
def name_owner(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who answers, and by when."""
    viewer = require(request, Permission.MANAGE_FRONTLINE)
    shown, form = queries.idea_for(viewer, pk), OwnerForm(request.POST)
    if not form.is_valid():
        return _shown(request, viewer, shown, owner_form=form)
    services.name_owner(idea=shown, **form.cleaned_data, by=viewer.person)
    return redirect("frontline:idea", pk)


@require_POST
def answer_idea(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what becomes of it: its owner, or whoever looks after the board."""
    viewer = require(request, Permission.SPEAK_UP)
    shown = queries.idea_for(viewer, pk)
    if not _may_answer(viewer, shown):
        raise NotAllowed(_("Its owner answers this idea."))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _shown(request, viewer, shown, answer_form=form)
    services.answer_idea(idea=shown, **form.cleaned_data, by=viewer.person)
    messages.success(request, _("The answer is kept, and the author is told."))
    return redirect("frontline:idea", pk)


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it part of an idea that says the same."""
    viewer = require(request, Permission.MANAGE_FRONTLINE)
    shown = queries.idea_for(viewer, pk)
    form = MergeForm(request.POST, idea=shown)
    if not form.is_valid():
        return _shown(request, viewer, shown, merge_form=form)
    into = form.cleaned_data["into"]
    services.merge_ideas(idea=shown, into=into, by=viewer.person)
    messages.success(
        request, _("The two ideas are one."), extra_tags=f"undo={reverse('frontline:part', args=[pk])}"
    )
    return redirect("frontline:idea", into.pk)


@require_POST
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """Part two ideas that were merged."""
    viewer = require(request, Permission.MANAGE_FRONTLINE)
    services.undo_merge(idea=queries.idea_for(viewer, pk), by=viewer.person)
    return redirect("frontline:idea", pk)


def _shown(request: HttpRequest, viewer: Viewer, shown: Idea, **forms: Form) -> HttpResponse:
    line = queries.line_of(viewer, shown)
    context: dict[str, Any] = {
        "idea": shown, "line": line, "moderates": queries.moderates(viewer), "may_answer": _may_answer(viewer, shown),
        "comments": shown.comment_set.filter(removed_at=None).select_related("by"), "steps": shown.steps.select_related("by"),
        "comment_form": CommentForm(), "owner_form": OwnerForm(initial={"owner": shown.owner, "answer_by": shown.answer_by}),
        "answer_form": AnswerForm(initial={"state": shown.state}), "merge_form": MergeForm(idea=shown), "reason_form": ReasonForm(),
    }  # fmt: skip
    return render(request, "frontline/idea.html", context | forms, status=422 if forms else 200)


def _may_answer(viewer: Viewer, shown: Idea) -> bool:
    is_ready = shown.state not in {IdeaState.WAITING, IdeaState.MERGED}
    return is_ready and (shown.owner_id == viewer.person.pk or queries.moderates(viewer))


def _comment(viewer: Viewer, pk: int) -> Comment:
    """A comment of the viewer's own, or any for whoever looks after the board."""
    found = Comment.objects.select_related("idea").filter(pk=pk).first()
    if found is None or not (queries.moderates(viewer) or found.by_id == viewer.person.pk):
        raise NotFound(_("This comment does not exist, or it is not yours to take off."))
    return found
