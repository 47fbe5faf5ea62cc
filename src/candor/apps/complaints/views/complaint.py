"""One complaint: its page, and everything that is done on it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.feedback.unconfirmed import unconfirmed_among
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.apps.organization.services import record_audit
from candor.foundation.attachments import to_save
from candor.foundation.errors import NotFound
from candor.foundation.panels import panels_for

from .. import escalations, faces, handling, households, queries, services
from ..forms import (
    DecisionForm,
    DetailsForm,
    EscalationEndForm,
    EscalationForm,
    HandOverForm,
    NoteForm,
    PauseForm,
    RedressForm,
    VulnerabilityForm,
    WhyForm,
)
from ..models import Attachment, Complaint, Escalation


def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said, the clocks, what happened, and what can be done next."""
    viewer = require(request, Permission.READ_FEEDBACK)
    return _page(request, viewer, _shown(viewer, pk))


@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the customer was told that we look at it."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    services.acknowledge_complaint(
        complaint=_to_handle(viewer, pk), on=timezone.localdate(), by=viewer.person
    )
    return _done(request, pk, _("Noted that the customer knows."))


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a complaint with its decision, root cause and redress; the letter comes next."""
    viewer = require(request, Permission.DECIDE_COMPLAINTS)
    shown = _to_decide(viewer, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, shown, decision=form)
    services.decide_complaint(complaint=shown, **form.cleaned_data, on=timezone.localdate(), by=viewer.person)
    return _done(request, pk, _("The complaint is decided. Tell the customer next."))


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    return _act(request, viewer, pk, "note", NoteForm(request.POST), handling.add_note)


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to somebody."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    shown = _to_handle(viewer, pk)
    form = HandOverForm(request.POST, people=queries.possible_owners(shown))
    if not form.is_valid():
        return _page(request, viewer, shown, hand_over=form)
    fields = form.cleaned_data
    handling.hand_over(complaint=shown, to=fields["owner"], words=fields["words"], by=viewer.person)
    return _done(request, pk, _("Handed over."))


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """File it under another product, issue or severity."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    form = DetailsForm(
        request.POST, topics=queries.offered_topics(), initial=_details(_to_handle(viewer, pk))
    )
    return _act(request, viewer, pk, "details", form, handling.change_details)


@require_POST
def vulnerability(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what makes the customer more easily harmed."""
    viewer = require(request, Permission.READ_VULNERABILITY)
    shown = _to_handle(viewer, pk)
    if not viewer.holds(Permission.READ_VULNERABILITY, shown.feedback.unit):
        raise NotFound(_("This is not yours to see."))
    return _act(
        request, viewer, pk, "vulnerability", VulnerabilityForm(request.POST), handling.set_vulnerability
    )


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the decision clock stand still while we wait for the customer."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    return _act(request, viewer, pk, "pause", PauseForm(request.POST), handling.pause_clock)


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it run again."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    handling.resume_clock(complaint=_to_handle(viewer, pk), by=viewer.person)
    return _done(request, pk, _("The clock runs again."))


@require_POST
def redress(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the customer gets."""
    viewer = require(request, Permission.DECIDE_COMPLAINTS)
    _to_decide(viewer, pk)
    return _act(request, viewer, pk, "redress", RedressForm(request.POST), handling.add_redress)


@require_POST
def household(request: HttpRequest, pk: int, other_pk: int) -> HttpResponse:
    """Say that an earlier complaint is of another household, or take that back."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    shown, other = _to_handle(viewer, pk), _shown(viewer, other_pk)
    if request.POST.get("do") == "together":
        handling.put_together(complaint=shown, other=other, by=viewer.person)
        return _done(request, pk, _("They are of one household again."))
    handling.tell_apart(complaint=shown, other=other, by=viewer.person)
    return _done(request, pk, _("Noted: they are of different households."))


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back."""
    viewer = require(request, Permission.DECIDE_COMPLAINTS)
    shown = _to_decide(viewer, pk)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, shown, reopen=form)
    handling.reopen_complaint(complaint=shown, why=form.cleaned_data["words"], by=viewer.person)
    return _done(request, pk, _("The complaint is open again."))


@require_POST
def escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the customer goes further."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    return _act(request, viewer, pk, "escalation", EscalationForm(request.POST), escalations.escalate)


@require_POST
def end_escalation(request: HttpRequest, pk: int) -> HttpResponse:
    """Note how an appeal or the ombudsman's step ended."""
    viewer = require(request, Permission.DECIDE_COMPLAINTS)
    found = Escalation.objects.filter(pk=pk).select_related("complaint").first()
    shown = _to_decide(viewer, found.complaint_id if found else 0)
    assert found is not None
    form = EscalationEndForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, shown, escalation_end=form)
    escalations.end_escalation(
        escalation=found, on=timezone.localdate(), by=viewer.person, **form.cleaned_data
    )
    return _done(request, shown.pk, _("Noted how it ended."))


def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that came with a complaint, for those who may read personal data; always to be saved, never opened here."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    found = Attachment.objects.filter(pk=pk).select_related("complaint__feedback__unit").first()
    if found is None or not viewer.holds(Permission.READ_PERSONAL_DATA, found.complaint.feedback.unit):
        raise NotFound(_("This file does not exist, or it is not yours to see."))
    record_audit(by=viewer.person, action="complaint.file_taken", target=found.complaint.feedback)
    return to_save(name=found.name, content_type=found.content_type, content=bytes(found.content))


def _act(
    request: HttpRequest, viewer: Viewer, pk: int, key: str, form: forms.Form, service: Callable[..., Any]
) -> HttpResponse:
    """Hand a form's fields to a service; a form that is not right is shown again."""
    shown = _to_handle(viewer, pk)
    if not form.is_valid():
        return _page(request, viewer, shown, **{key: form})
    service(complaint=shown, by=viewer.person, **form.cleaned_data)
    return _done(request, pk, _("Noted."))


def _done(request: HttpRequest, pk: int, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("complaints:complaint", pk)


def _page(request: HttpRequest, viewer: Viewer, shown: Complaint, **given: forms.Form) -> HttpResponse:
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    now, unit = timezone.now(), shown.feedback.unit
    clocks = faces.faces_of(shown, now=now, today=scope.as_of)
    may_see_person = viewer.holds(Permission.READ_PERSONAL_DATA, unit)
    context: dict[str, Any] = {
        "complaint": shown, "item": shown.feedback, "clocks": clocks, "face": clocks[1], "history": faces.history(shown),
        "repeats": households.repeats_of(shown), "strangers": households.strangers_of(shown, viewer), "redresses": shown.redresses.all(), "letters": shown.letters.select_related("version"),
        "escalations": shown.escalations.all(), "attachments": shown.attachments.defer("content") if may_see_person else [],
        "is_unconfirmed": bool(unconfirmed_among([shown.pk])),
        "pause": shown.pauses.filter(is_ended=False).first(), "may_handle": viewer.holds(Permission.HANDLE_FEEDBACK, unit),
        "may_decide": viewer.holds(Permission.DECIDE_COMPLAINTS, unit), "may_see_person": may_see_person,
        "may_see_vulnerability": viewer.holds(Permission.READ_VULNERABILITY, unit),
        "may_pause": bool(handling.paused_time_left(shown)), "who": getattr(shown, "complainant", None) if may_see_person else None,
    }  # fmt: skip
    shown_forms = _forms(shown) | given
    for key, form in shown_forms.items():  # several forms of one page have fields of the same name
        form.auto_id = f"{key}_%s"
    others = [panel for panel in panels_for("feedback") if panel.url_name != "complaints:panel"]
    context |= {"forms": shown_forms, "given": set(given), "panels": others}
    return render(request, "complaints/complaint.html", context, status=422 if given else 200)


def _forms(shown: Complaint) -> dict[str, forms.Form]:
    today = {"given_on": timezone.localdate()}
    care = {"vulnerability": shown.vulnerability, "note": shown.vulnerability_note}
    return {
        "note": NoteForm(),
        "decision": DecisionForm(),
        "hand_over": HandOverForm(people=queries.possible_owners(shown), initial={"owner": shown.owner_id}),
        "details": DetailsForm(topics=queries.offered_topics(), initial=_details(shown)),
        "vulnerability": VulnerabilityForm(initial=care),
        "pause": PauseForm(),
        "redress": RedressForm(initial=today),
        "reopen": WhyForm(),
        "escalation": EscalationForm(),
        "escalation_end": EscalationEndForm(),
    }


def _details(shown: Complaint) -> dict[str, Any]:
    return {"product": shown.product, "issue": shown.issue, "severity": shown.severity}


def _shown(viewer: Viewer, pk: int) -> Complaint:
    shown = queries.complaint_for(viewer, pk)
    if shown is None:
        raise NotFound(_("This complaint does not exist, or it is not yours to see."))
    return shown


def _to_handle(viewer: Viewer, pk: int) -> Complaint:
    shown = _shown(viewer, pk)
    if not viewer.holds(Permission.HANDLE_FEEDBACK, shown.feedback.unit):
        raise NotFound(_("This complaint is not yours to work on."))
    return shown


def _to_decide(viewer: Viewer, pk: int) -> Complaint:
    shown = _shown(viewer, pk)
    if not viewer.holds(Permission.DECIDE_COMPLAINTS, shown.feedback.unit):
        raise NotFound(_("This complaint is not yours to decide."))
    return shown
