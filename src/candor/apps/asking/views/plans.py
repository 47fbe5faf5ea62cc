"""Plans: the list, one with its log, the form, and its life."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.asking import pairs, queries, sampling, services, trying
from candor.apps.asking.choices import ON_THE_WAY, Reason, Standing, Trigger
from candor.apps.asking.deciding import the_rule
from candor.apps.asking.forms import PlanForm, RuleForm, plan_as_typed, rule_as_typed
from candor.apps.asking.models import Plan
from candor.apps.customers.queries import visible_customers
from candor.apps.events.proposing import hearing_of
from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.surveys.choices import SETTLED_AFTER_DAYS
from candor.apps.surveys.languages import own_name
from candor.foundation.addresses import record_id
from candor.foundation.errors import NotFound
from candor.foundation.lists import page_of

LOG_DAYS = 30
WHO = 50


def plans(request: HttpRequest) -> HttpResponse:
    """Every plan, with whom it asked in the last month and how many answered."""
    require(request, Permission.MANAGE_SURVEYS)
    waiting, trouble = queries.messages_waiting()
    context = {
        "rows": queries.plans_with_counts(today=timezone.localdate()),
        "settled_after": SETTLED_AFTER_DAYS,
        "rule": the_rule(),
        "triggers": Trigger.choices,
        "waiting": waiting,
        "trouble": trouble,
        "dead": queries.dead_addresses(),
    }
    return render(request, "asking/plans.html", context)


def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: who came up, who was asked, why the others were not, and how many answered."""
    require(request, Permission.MANAGE_SURVEYS)
    shown = queries.plan_by_id(pk)
    is_by_hand, today = shown.trigger == Trigger.BY_HAND, timezone.localdate()
    waiting, trouble = queries.messages_waiting(shown)
    context = {
        "plan": shown,
        "total": queries.tally(shown.requests.all()),
        "answered": queries.answered(shown.requests.all(), today=today),
        "log": queries.log_by_day(shown, since=today - timedelta(days=LOG_DAYS)),
        "log_days": LOG_DAYS,
        "today": today,
        "rounds": queries.rounds_of(shown, today=today),
        "settled_after": SETTLED_AFTER_DAYS,
        "pairing": pairs.pairing_of(shown),
        "languages": [(code, own_name(code)) for code in trying.languages_of(shown)],
        "unsure": queries.unsure_messages(shown),
        "waiting": waiting,
        "trouble": trouble,
        "found": services.count_group(plan=shown) if is_by_hand else None,
        "to_ask": sampling.most_of_round(shown, now=timezone.now()) if is_by_hand else None,
        "is_by_hand": is_by_hand,
        "hearing": hearing_of(shown.touchpoint) if shown.touchpoint and shown.touchpoint.stage else None,
    }
    return render(request, "asking/plan.html", context)


def who(request: HttpRequest, pk: int) -> HttpResponse:
    """Which customers came up for a plan: all, or those of whom the same became."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    require(request, Permission.READ_FEEDBACK)
    shown = queries.plan_by_id(pk)
    standing, reason = request.GET.get("standing", ""), request.GET.get("reason", "")
    rows = queries.who_came_up(shown, visible_customers(viewer), standing=standing, reason=reason)
    context = {
        "plan": shown,
        "page": page_of(rows, request, size=WHO),
        "standings": [*Standing.choices, (ON_THE_WAY, _("On the way"))],
        "reasons": Reason.choices,
    }
    return render(request, "asking/who.html", context)


def new(request: HttpRequest, trigger: str) -> HttpResponse:
    """A new plan."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    if trigger not in Trigger.values:
        raise NotFound(_("There is no such beginning of a plan."))
    form = PlanForm(request.POST or None, trigger=Trigger(trigger))
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, Trigger(trigger), None)
    made = services.make_plan(trigger=Trigger(trigger), facts=form.facts, by=viewer.person)
    messages.success(request, _("The plan is written down. It asks nobody before you start it."))
    return redirect("asking:plan", made.pk)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a plan; who came up already stays as written down."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    shown = queries.plan_by_id(pk)
    trigger = Trigger(shown.trigger)
    form = PlanForm(request.POST or None, trigger=trigger, plan=shown, initial=plan_as_typed(shown))
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, trigger, shown)
    services.change_plan(plan=shown, facts=form.facts, by=viewer.person)
    messages.success(request, _("The plan is changed."))
    return redirect("asking:plan", pk)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Let customers come up for it."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    services.start_plan(plan=queries.plan_by_id(pk), now=timezone.now(), by=viewer.person)
    messages.success(request, _("The plan runs."), extra_tags=f"undo={reverse('asking:pause', args=[pk])}")
    return redirect("asking:plan", pk)


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it rest."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    services.pause_plan(plan=queries.plan_by_id(pk), by=viewer.person)
    messages.success(request, _("The plan rests."), extra_tags=f"undo={reverse('asking:start', args=[pk])}")
    return redirect("asking:plan", pk)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it for good."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    services.end_plan(plan=queries.plan_by_id(pk), now=timezone.now(), by=viewer.person)
    messages.success(request, _("The plan has ended. Its log stays."))
    return redirect("asking:plan", pk)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the group of a plan once, as counted and confirmed."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    confirmed = record_id(request.POST.get("confirmed", "")) or 0
    came = services.ask_group(
        plan=queries.plan_by_id(pk), confirmed=confirmed, now=timezone.now(), by=viewer.person
    )
    messages.success(
        request,
        _("%(n)s customers came up. Who of them is asked, the rule decides within minutes.") % {"n": came},
    )
    return redirect("asking:plan", pk)


def rule(request: HttpRequest) -> HttpResponse:
    """The one rule over all channels and types of survey."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    form = RuleForm(request.POST or None, initial=rule_as_typed(the_rule()))
    if request.method == "POST" and form.is_valid():
        services.change_rule(facts=form.facts, by=viewer.person)
        messages.success(request, _("The rule is changed. It holds from now on."))
        return redirect("asking:plans")
    status = 422 if request.method == "POST" else 200
    return render(request, "asking/rule.html", {"form": form}, status=status)


def _form(request: HttpRequest, form: PlanForm, trigger: Trigger, plan: Plan | None) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "trigger": trigger,
        "plan": plan,
        "has_targets": form.has_targets,
    }
    return render(request, "asking/form.html", context, status=status)
