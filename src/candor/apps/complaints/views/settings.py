"""What complaints are worked with: rule sets, products and issues, templates of letters, the public form."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.foundation.addresses import record_id
from candor.foundation.errors import InvalidInput, NotFound

from .. import letters, public_form, rule_sets, topics
from ..choices import LetterKind
from ..models import Complaint, LetterTemplate, RuleSet, Topic
from ..settings_forms import (
    PublicFormForm,
    RuleChangeForm,
    RuleSetForm,
    TemplateChangeForm,
    TemplateForm,
    TopicForm,
    fields_of,
)
from ..working_time import holidays_of


def rules(request: HttpRequest) -> HttpResponse:
    """The rule sets, and a form for another one that may start from a template."""
    viewer = require(request, Permission.MANAGE_RULES)
    start = request.GET.get("from", "")
    terms = rule_sets.TEMPLATES.get(start)
    first = {"name": start, **fields_of(terms)} if terms else None
    form = RuleSetForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        made = rule_sets.define_rule_set(
            name=fields["name"], terms=fields["terms"], product=fields["product"], jurisdiction=fields["jurisdiction"],
            severity=fields["severity"], by=viewer.person,
        )  # fmt: skip
        return redirect("complaints:rule_set", made.pk)
    sets = [
        (one, one.versions.order_by("-number").first())
        for one in RuleSet.objects.order_by("-is_active", "name")
    ]
    context = {"sets": sets, "form": form, "templates": list(rule_sets.TEMPLATES), "start": start}
    return render(request, "complaints/rules.html", context, status=422 if form.errors else 200)


def rule_set(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule set with its versions; POST adds one."""
    viewer = require(request, Permission.MANAGE_RULES)
    shown = RuleSet.objects.filter(pk=pk).first()
    if shown is None:
        raise NotFound(_("There is no such rule set."))
    versions = list(shown.versions.select_related("made_by").order_by("-number"))
    form = RuleChangeForm(request.POST or None, initial=fields_of(versions[0].terms))
    if request.method == "POST" and form.is_valid():
        rule_sets.change_rule_set(
            rule_set=shown, terms=form.cleaned_data["terms"], why=form.cleaned_data["why"], by=viewer.person
        )
        messages.success(request, _("A new version; complaints that are here keep theirs."))
        return redirect("complaints:rule_set", pk)
    running = dict(
        Complaint.objects.filter(rules__in=versions, is_open=True)
        .values_list("rules")
        .annotate(n=Count("pk"))
        .order_by()
    )
    days = holidays_of(versions[0].terms.calendar, timezone.localdate().year)
    context = {
        "rule_set": shown, "versions": [(one, running.get(one.pk, 0)) for one in versions], "form": form, "holidays": days
    }  # fmt: skip
    return render(request, "complaints/rule_set.html", context, status=422 if form.errors else 200)


@require_POST
def set_rules_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a rule set for new complaints, or no longer."""
    viewer = require(request, Permission.MANAGE_RULES)
    shown = RuleSet.objects.filter(pk=pk).first()
    if shown is None:
        raise NotFound(_("There is no such rule set."))
    rule_sets.set_rule_set_active(
        rule_set=shown, is_active=request.POST.get("active") == "yes", by=viewer.person
    )
    return redirect("complaints:rules")


def topic_list(request: HttpRequest) -> HttpResponse:
    """Products and issues; POST adds one."""
    viewer = require(request, Permission.MANAGE_RULES)
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        topics.add_topic(
            product=form.cleaned_data["product"], issue=form.cleaned_data["issue"], by=viewer.person
        )
        return redirect("complaints:topics")
    rows = list(Topic.objects.select_related("merged_into"))
    current = [one for one in rows if one.merged_into is None]
    context = {
        "topics": current, "merged": [one for one in rows if one.merged_into is not None], "form": form,
        "targets": [one for one in current if not one.is_archived],
    }  # fmt: skip
    return render(request, "complaints/topics.html", context, status=422 if form.errors else 200)


@require_POST
def take_topics(request: HttpRequest) -> HttpResponse:
    """Put what complaints have on the list."""
    viewer = require(request, Permission.MANAGE_RULES)
    n = topics.take_topics_from_complaints(by=viewer.person)
    messages.success(request, _("%(n)d put on the list.") % {"n": n})
    return redirect("complaints:topics")


@require_POST
def change_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, merge or archive one."""
    viewer = require(request, Permission.MANAGE_RULES)
    topic = Topic.objects.filter(pk=pk, merged_into=None).first()
    if topic is None:
        raise NotFound(_("There is no such product or issue."))
    what = request.POST.get("do", "")
    if what == "rename":
        form = TopicForm(request.POST)
        if not form.is_valid():
            raise InvalidInput(_("Name a product, an issue, or both."))
        moved = topics.rename_topic(topic=topic, **form.cleaned_data, by=viewer.person)
        messages.success(request, _("Renamed, with %(n)d complaints.") % {"n": moved})
    elif what == "merge":
        into = Topic.objects.filter(pk=record_id(request.POST.get("into", "")) or 0).first()
        if into is None:
            raise InvalidInput(_("Choose what to merge it into."))
        moved = topics.merge_topic(topic=topic, into=into, by=viewer.person)
        messages.success(request, _("Merged, with %(n)d complaints.") % {"n": moved})
    else:
        topics.set_topic_archived(topic=topic, is_archived=what == "archive", by=viewer.person)
    return redirect("complaints:topics")


def template_list(request: HttpRequest) -> HttpResponse:
    """Templates of letters; POST adds one."""
    viewer = require(request, Permission.MANAGE_RULES)
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        made = letters.define_template(
            name=fields["name"], kind=LetterKind(fields["kind"]), language=fields["language"], subject=fields["subject"],
            body=fields["body"], by=viewer.person,
        )  # fmt: skip
        return redirect("complaints:template", made.pk)
    context = {
        "templates": LetterTemplate.objects.order_by("-is_active", "kind", "language", "name"),
        "form": form,
        "fields": letters.FIELDS.items(),
    }
    return render(request, "complaints/templates.html", context, status=422 if form.errors else 200)


def template(request: HttpRequest, pk: int) -> HttpResponse:
    """One template with its versions; POST adds one, or stops and starts it."""
    viewer = require(request, Permission.MANAGE_RULES)
    shown = LetterTemplate.objects.filter(pk=pk).first()
    if shown is None:
        raise NotFound(_("There is no such template."))
    if request.method == "POST" and "active" in request.POST:
        letters.set_template_active(
            template=shown, is_active=request.POST["active"] == "yes", by=viewer.person
        )
        return redirect("complaints:templates")
    versions = list(shown.versions.select_related("made_by").order_by("-number"))
    form = TemplateChangeForm(
        request.POST or None, initial={"subject": versions[0].subject, "body": versions[0].body}
    )
    if request.method == "POST" and form.is_valid():
        letters.change_template(template=shown, **form.cleaned_data, by=viewer.person)
        return redirect("complaints:template", pk)
    context = {"template": shown, "versions": versions, "form": form, "fields": letters.FIELDS.items()}
    return render(request, "complaints/template.html", context, status=422 if form.errors else 200)


def form_settings(request: HttpRequest) -> HttpResponse:
    """Whether the public form is open, and what it says."""
    viewer = require(request, Permission.MANAGE_RULES)
    now = public_form.the_form()
    first = {name: getattr(now, name) for name in ("is_open", "welcome", "thanks", "unit")}
    form = PublicFormForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        public_form.change_form(**form.cleaned_data, by=viewer.person)
        messages.success(request, _("The form is as you say."))
        return redirect("complaints:form_settings")
    context = {
        "form": form,
        "now": now,
        "address": request.build_absolute_uri(reverse("complaints:complain")),
    }
    return render(request, "complaints/form_settings.html", context, status=422 if form.errors else 200)
