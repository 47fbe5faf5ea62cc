"""The list of conversations, and one of them with everything that is done in it."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.apps.organization.services import record_audit
from candor.foundation.attachments import to_save
from candor.foundation.errors import NotFound
from candor.foundation.lists import page_of
from candor.foundation.panels import panels_for

from .. import queries, sending, services
from ..choices import Channel, State
from ..forms import AssignForm, ReplyForm, TieForm
from ..models import Conversation, Message

PAGE = 50


def conversations(request: HttpRequest) -> HttpResponse:
    """Whom we owe an answer, whoever waits longest first; and the others by tab."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    narrowed = queries.ConversationFilter.from_query(request.GET)
    found = queries.counts(scope, narrowed.channel)
    names = {
        "open": _("Wait for us"),
        "mine": _("Mine"),
        "waiting": _("Wait for the customer"),
        "closed": _("Closed"),
    }
    context = {
        "page": page_of(narrowed.apply(scope), request, size=PAGE),
        "narrowed": narrowed,
        "tabs": [(key, name, found[key]) for key, name in names.items()],
        "channels": Channel.choices,
        "has_any": any(found.values()),
        "may_note": viewer.can(Permission.SPEAK_UP),
    }
    return render(request, "conversations/list.html", context)


def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole exchange, the customer's timeline beside it, and what can be done."""
    viewer = require(request, Permission.READ_FEEDBACK)
    return _page(request, viewer, _shown(viewer, pk))


@require_POST
def unmask(request: HttpRequest, pk: int) -> HttpResponse:
    """The exchange as written, for those who may read personal data; the look is logged."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    shown = _shown(viewer, pk, Permission.READ_PERSONAL_DATA)
    record_audit(by=viewer.person, action="conversation.unmasked", target=shown)
    context = {
        "conversation": shown, "turns": queries.exchange(shown, is_as_written=True),
        "may_handle": viewer.holds(Permission.HANDLE_FEEDBACK, shown.unit), "may_read_personal": True,
    }  # fmt: skip
    return render(request, "conversations/exchange.html", context)


def file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file that came with a mail, for those who may read personal data; always to be saved, and that it was taken is written down."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    found = queries.visible_file(viewer, pk)
    if found is None:
        raise NotFound(_("This file does not exist, or it is not yours to see."))
    record_audit(by=viewer.person, action="conversation.file_taken", target=found.message.conversation)
    return to_save(name=found.name, content_type=found.content_type, content=bytes(found.content))


@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer, and close with the answer if wished."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    shown = _shown(viewer, pk, Permission.HANDLE_FEEDBACK)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, shown, reply_form=form)
    text, key = form.cleaned_data["text"], f"{viewer.person.pk}-{form.cleaned_data['key']}"
    sent = services.reply(conversation=shown, text=text, by=viewer.person, key=key)
    shown.refresh_from_db()
    if "close" in request.POST and shown.state != State.CLOSED:
        services.close(conversation=shown, by=viewer.person)
    return _done(
        request, pk, _("It leaves within a minute.") if sent.delivery else _("Your reply is stored.")
    )


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a reply mailed once more that failed, or may not have arrived."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    visible = Conversation.objects.visible_to(viewer, Permission.HANDLE_FEEDBACK)
    row = Message.objects.filter(pk=pk, conversation__in=visible).first()
    if row is None:
        raise NotFound(_("This reply does not exist, or it is not yours to send."))
    sending.try_again(message=row, by=viewer.person)
    return _done(request, row.conversation_id, _("It is tried once more."))


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to somebody."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    shown = _shown(viewer, pk, Permission.HANDLE_FEEDBACK)
    form = AssignForm(request.POST, people=queries.possible_owners(shown))
    if not form.is_valid():
        return _page(request, viewer, shown, assign_form=form)
    services.assign(conversation=shown, to=form.cleaned_data["to"], by=viewer.person)
    return _done(request, pk, _("Handed over."))


@require_POST
def tie(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whose it is."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    shown = _shown(viewer, pk, Permission.HANDLE_FEEDBACK)
    form = TieForm(request.POST, viewer=viewer, now=shown.customer, units=queries.possible_units(viewer))
    if not form.is_valid():
        return _page(request, viewer, shown, tie_form=form)
    given = form.cleaned_data
    tied = services.tie(conversation=shown, unit=given["unit"], customer=given["customer"], by=viewer.person)
    if not viewer.holds(Permission.READ_FEEDBACK, tied.unit):
        messages.success(request, _("Kept. It belongs to others now, who see it."))
        return redirect("conversations:list")
    return _done(request, pk, _("Kept. What they said counts there from now on."))


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    services.close(conversation=_shown(viewer, pk, Permission.HANDLE_FEEDBACK), by=viewer.person)
    return _done(request, pk, _("Closed. If the customer writes again, it opens again."))


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open it again."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    services.reopen(conversation=_shown(viewer, pk, Permission.HANDLE_FEEDBACK), by=viewer.person)
    return _done(request, pk, _("Open again."))


def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The way to the conversation, on the page of the feedback that holds its words."""
    viewer = require(request, Permission.READ_FEEDBACK)
    facts = queries.panel_facts(viewer, pk)
    return render(request, "conversations/panel.html", facts) if facts else HttpResponse("")


def _page(
    request: HttpRequest, viewer: Viewer, shown: Conversation, *, reply_form: ReplyForm | None = None, assign_form: AssignForm | None = None,
    tie_form: TieForm | None = None,
) -> HttpResponse:  # fmt: skip
    request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    turns = queries.exchange(shown, is_as_written=False)
    may_handle = viewer.holds(Permission.HANDLE_FEEDBACK, shown.unit)
    may_read_personal = viewer.holds(Permission.READ_PERSONAL_DATA, shown.unit)
    people = queries.possible_owners(shown)
    context = {
        "conversation": shown,
        "turns": turns,
        "is_unconfirmed": bool(shown.address) and not shown.is_address_confirmed,
        "may_handle": may_handle,
        "may_read_personal": may_read_personal,
        "may_unmask": may_read_personal and queries.is_masked(turns),
        "reply_form": reply_form or ReplyForm(initial={"key": secrets.token_hex(12)}),
        "assign_form": assign_form or AssignForm(people=people, initial={"to": shown.assigned_to_id}),
        "tie_form": tie_form or _tie_form(viewer, shown),
        "is_tie_open": tie_form is not None or shown.customer is None or shown.unit is None,
        "entries": queries.beside(shown, viewer),
        "panels": panels_for("feedback") if shown.feedback_id else [],
        "own_panel": "conversations:panel",
    }
    is_wrong = any(form is not None for form in (reply_form, assign_form, tie_form))
    return render(request, "conversations/conversation.html", context, status=422 if is_wrong else 200)


def _tie_form(viewer: Viewer, shown: Conversation) -> TieForm:
    told = {"unit": shown.unit_id, "caller": shown.customer_id or ""}
    return TieForm(viewer=viewer, now=shown.customer, units=queries.possible_units(viewer), initial=told)


def _shown(viewer: Viewer, pk: int, permission: Permission = Permission.READ_FEEDBACK) -> Conversation:
    found = queries.conversation_for(viewer, pk, permission)
    if found is None:
        raise NotFound(_("This conversation does not exist, or it is not yours to see."))
    return found


def _done(request: HttpRequest, pk: int, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(reverse("conversations:conversation", args=[pk]))
