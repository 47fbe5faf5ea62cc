"""Forms of asking."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.customers.models import Customer, Segment
from candor.apps.customers.requests import request_kinds
from candor.apps.journeys.models import Journey, Touchpoint
from candor.apps.organization.models import Unit
from candor.apps.surveys.languages import name_in_ours
from candor.apps.surveys.models import Survey
from candor.foundation.printed_mail import is_printed

from .choices import DAYS, SURVEY, Channel, Trigger
from .models import Plan, Rule

_BETWEEN = ":"
_NONE = [("", lazy("No other channel"))]
_EMPTY = {
    "touchpoint": lazy("Choose what has to happen"),
    "journey": lazy("Choose a journey"),
    "pair_of": lazy("No plan asks beforehand"),
}
_OF_TRIGGER = {
    Trigger.TOUCHPOINT: (
        "touchpoint",
        "delay_hours",
        "window_hours",
        "share",
        "answers_a_month",
        "reserve",
        "pair_of",
    ),
    Trigger.TRAFFIC: ("journey", "delay_hours", "window_hours", "share", "answers_a_month", "reserve"),
    Trigger.SCHEDULE: ("next_on", "every_days", "spread_days", "window_hours", "share", "answers_a_month"),
    Trigger.BY_HAND: ("spread_days", "window_hours", "answers_a_month"),
}
_ALWAYS = (
    "name",
    "what",
    "segments",
    "units",
    "languages",
    "first",
    "second",
    "third",
    "rank",
    "expires_days",
    "reminders",
    "remind_after_days",
)


_GROUPS = (
    (
        lazy("What is asked, and when"),
        ("name", "what", "touchpoint", "journey", "pair_of", "next_on", "every_days", "spread_days", "delay_hours", "window_hours"),
    ),
    (lazy("Who of those who come up"), ("segments", "units", "languages", "share", "answers_a_month")),
    (lazy("How"), ("first", "second", "third", "reminders", "remind_after_days", "expires_days")),
    (lazy("Beside other plans"), ("rank", "reserve")),
)  # fmt: skip


class PlanForm(forms.Form):
    """A plan; which fields it has depends on what makes customers come up."""

    name = forms.CharField(max_length=120, label=lazy("Name of the plan"))
    what = forms.ChoiceField(label=lazy("What is asked"))
    touchpoint = forms.ModelChoiceField(
        Touchpoint.objects.none(),
        label=lazy("When this happens"),
        help_text=lazy("Touchpoints that the event log knows."),
    )
    journey = forms.ModelChoiceField(Journey.objects.none(), label=lazy("On this journey"))
    next_on = forms.DateField(label=lazy("First round on"), widget=forms.DateInput(attrs={"type": "date"}))
    every_days = forms.IntegerField(
        min_value=7,
        max_value=1_100,
        required=False,
        label=lazy("Days between rounds"),
        help_text=lazy("Empty: one round only."),
    )
    spread_days = forms.IntegerField(
        min_value=1, max_value=366, initial=1, label=lazy("Days over which a round is sent"),
        help_text=lazy("Each customer gets a random day of them."),
    )  # fmt: skip
    delay_hours = forms.FloatField(
        min_value=0, max_value=24 * 60, initial=0, label=lazy("Hours to wait before asking")
    )
    window_hours = forms.FloatField(
        min_value=1, max_value=24 * 90, initial=72, label=lazy("Hours after which it is too late"),
        help_text=lazy("Counted from when the question is due. Who rests or sleeps may wait that long."),
    )  # fmt: skip
    share = forms.FloatField(
        min_value=0.1, max_value=100, initial=100, label=lazy("Percent of those who come up that may be asked"),
        help_text=lazy("Drawn by chance."),
    )  # fmt: skip
    answers_a_month = forms.IntegerField(
        min_value=1, max_value=1_000_000, required=False, label=lazy("Answers wanted a month"),
        help_text=lazy("So many are asked, by chance, as bring about so many answers. Empty: everybody who may be."),
    )  # fmt: skip
    segments = forms.ModelMultipleChoiceField(
        Segment.objects.none(),
        required=False,
        label=lazy("Only these segments"),
        widget=forms.CheckboxSelectMultiple,
    )
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), required=False, label=lazy("Only customers of these units"),
        help_text=lazy("Each with all below it. None chosen: all."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        required=False, label=lazy("Only customers who speak"), widget=forms.CheckboxSelectMultiple,
        help_text=lazy("Each with all its regions. None chosen: all, also those whose language is not known."),
    )  # fmt: skip
    first = forms.ChoiceField(label=lazy("Channel"))
    second = forms.ChoiceField(required=False, label=lazy("Else by"))
    third = forms.ChoiceField(required=False, label=lazy("And else by"))
    rank = forms.IntegerField(
        min_value=1, max_value=9, initial=5, label=lazy("Rank"),
        help_text=lazy("1 goes first. Give a rare question a better rank than a frequent one: whoever waits for it is kept for it."),
    )  # fmt: skip
    reserve = forms.FloatField(
        min_value=0, max_value=90, initial=0, label=lazy("Percent of customers kept free for it"),
        help_text=lazy("From plans of lower rank, other customers each quarter or so; and one of everybody’s last requests within the cap. For what is rare and can’t be foreseen, or has to keep its number every month."),
    )  # fmt: skip
    expires_days = forms.IntegerField(
        min_value=1, max_value=366, initial=30, label=lazy("Days for which the link is good")
    )
    reminders = forms.IntegerField(min_value=0, max_value=3, initial=1, label=lazy("Reminders"))
    remind_after_days = forms.IntegerField(
        min_value=1, max_value=60, initial=5, label=lazy("Days before each reminder")
    )
    pair_of = forms.ModelChoiceField(
        Plan.objects.none(), required=False, label=lazy("Asked beforehand by"),
        help_text=lazy("The plan that asked the same customer in the same episode what they expected."),
    )  # fmt: skip

    def __init__(self, *args: Any, trigger: Trigger, plan: Plan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - {*_ALWAYS, *_OF_TRIGGER[trigger]}:
            del self.fields[name]
        targets = _targets(plan)
        self.fields["what"].choices, self.has_targets = targets, bool(targets)  # type: ignore[attr-defined]
        offered = {
            "segments": Segment.objects.all(),
            "units": Unit.objects.exclude(parent=None),
            "touchpoint": Touchpoint.objects.exclude(activity="").exclude(stage=None),
            "journey": Journey.objects.all(),
            "pair_of": Plan.objects.filter(trigger=Trigger.TOUCHPOINT).exclude(pk=plan.pk if plan else 0),
        }
        for name, rows in offered.items():
            if name in self.fields:
                self.fields[name].queryset = rows  # type: ignore[attr-defined]
        for name, empty in _EMPTY.items():
            if name in self.fields:
                self.fields[name].empty_label = empty  # type: ignore[attr-defined]
        self.fields["languages"].choices = spoken = _languages(plan)  # type: ignore[attr-defined]
        if not spoken:
            self.fields["languages"].widget = forms.MultipleHiddenInput()
        for name in ("segments", "units"):
            if not self.fields[name].queryset.exists():  # type: ignore[attr-defined]
                self.fields[name].widget = forms.MultipleHiddenInput()
        for name, none in {"first": [], "second": _NONE, "third": _NONE}.items():
            self.fields[name].choices = [*none, *_channels()]  # type: ignore[attr-defined]

    @property
    def lacks(self) -> str:
        """The field of what makes customers come up, if there is nothing to choose in it."""
        offered = ((name, self.fields[name]) for name in ("touchpoint", "journey") if name in self.fields)
        return next((name for name, field in offered if not field.queryset.exists()), "")  # type: ignore[attr-defined]

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Its fields as the page shows them, with a heading each."""
        shown = {bound.name: bound for bound in self.visible_fields()}
        found = ((title, [shown[name] for name in names if name in shown]) for title, names in _GROUPS)
        return [(title, bound) for title, bound in found if bound]

    def clean(self) -> dict[str, Any]:
        """Channels once each."""
        fields: dict[str, Any] = super().clean() or {}
        chosen = [fields[name] for name in ("first", "second", "third") if fields.get(name)]
        if len(set(chosen)) != len(chosen):
            self.add_error("second", _("Choose each channel once."))
        return fields

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of a plan, from a valid form."""
        given = dict(self.cleaned_data)
        kind, _sep, target = given.pop("what").partition(_BETWEEN)
        chosen = [given.pop(name) for name in ("first", "second", "third")]
        customers = {
            "segments": [one.pk for one in given.pop("segments")],
            "units": [one.pk for one in given.pop("units")],
            "languages": given.pop("languages"),
        }
        facts = given | {
            "kind": kind,
            "survey": Survey.objects.get(pk=target) if kind == SURVEY else None,
            "target": "" if kind == SURVEY else target,
            "channels": [one for one in chosen if one],
            "customers": customers,
        }
        return facts | {name: facts[name] / 100 for name in ("share", "reserve") if name in facts}


def _channels() -> list[tuple[str, str]]:
    """Every channel, and of which nothing is set up."""
    is_ready = {
        Channel.EMAIL: not is_printed(),
        Channel.SMS: bool(settings.CANDOR_SMS_URL),
        Channel.MESSENGER: bool(settings.CANDOR_MESSENGER_URL and settings.CANDOR_MESSENGER_SYSTEM),
    }
    return [
        (one.value, str(one.label) if is_ready[one] else _("%(channel)s (not set up here)") % {"channel": one.label})
        for one in Channel
    ]  # fmt: skip


def plan_as_typed(plan: Plan) -> dict[str, Any]:
    """A plan as the form shows it."""
    names = (
        "name", "touchpoint", "journey", "next_on", "every_days", "spread_days", "delay_hours", "window_hours", "answers_a_month", "rank",
        "expires_days", "reminders", "remind_after_days", "pair_of",
    )  # fmt: skip
    channels = [*plan.channels, "", "", ""]
    return {name: getattr(plan, name) for name in names} | {
        "what": f"{plan.kind}{_BETWEEN}{plan.survey_id or plan.target}",
        "share": round(plan.share * 100, 4),
        "reserve": round(plan.reserve * 100, 4),
        "segments": plan.customers.get("segments", []),
        "units": plan.customers.get("units", []),
        "languages": plan.customers.get("languages", []),
        "first": channels[0],
        "second": channels[1],
        "third": channels[2],
    }


def _languages(plan: Plan | None) -> list[tuple[str, str]]:
    """The languages that customers speak, and those the plan names already, by their names."""
    given = Customer.objects.exclude(language="").order_by().values_list("language", flat=True).distinct()
    bases = {code.replace("_", "-").partition("-")[0].lower() for code in given}
    known = bases | set(plan.customers.get("languages", []) if plan else [])
    return sorted(((code, name_in_ours(code)) for code in known), key=lambda pair: pair[1])


def _targets(plan: Plan | None) -> list[tuple[str, str]]:
    """Surveys that are open, what other rooms ask for, and what the plan asks already."""
    surveys = Survey.objects.filter(state=Survey.State.OPEN) | Survey.objects.filter(
        pk=(plan.survey_id if plan else None) or 0
    )
    found = [(f"{SURVEY}{_BETWEEN}{one.pk}", str(one)) for one in surveys.distinct().order_by("name")]
    for kind in request_kinds():
        found += ((f"{kind.key}{_BETWEEN}{key}", f"{kind.name}: {name}") for key, name in kind.targets())
    return found


class RuleForm(forms.Form):
    """The one rule."""

    rest_days = forms.IntegerField(
        min_value=0,
        max_value=730,
        label=lazy("Days of rest between any two requests"),
        help_text=lazy("Whatever the channel, the survey or the room that asks."),
    )
    relationship = forms.IntegerField(
        min_value=0, max_value=730, required=False, label=lazy("Days between two surveys of the relationship")
    )
    touchpoint = forms.IntegerField(
        min_value=0, max_value=730, required=False, label=lazy("Days between two surveys of touchpoints")
    )
    expectation = forms.IntegerField(
        min_value=0,
        max_value=730,
        required=False,
        label=lazy("Days between two questions about expectations"),
    )
    most_in_period = forms.IntegerField(
        min_value=1, max_value=365, label=lazy("Requests to a customer in a period, at most")
    )
    period_days = forms.IntegerField(min_value=1, max_value=1_100, label=lazy("Days of that period"))
    needs_consent = forms.BooleanField(required=False, label=lazy("Ask only who has agreed to be asked"))
    quiet_from = forms.TimeField(
        label=lazy("Quiet from"),
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=lazy("In the customer’s time zone; the company’s where theirs is not known."),
    )
    quiet_until = forms.TimeField(label=lazy("Quiet until"), widget=forms.TimeInput(attrs={"type": "time"}))
    days = forms.TypedMultipleChoiceField(
        choices=DAYS, coerce=int, label=lazy("Days on which we write"), widget=forms.CheckboxSelectMultiple
    )

    TYPES = ("relationship", "touchpoint", "expectation")

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of the rule, from a valid form."""
        given = dict(self.cleaned_data)
        by_type = {name: given.pop(name) for name in self.TYPES}
        return given | {
            "rest_days_by_type": {name: days for name, days in by_type.items() if days is not None}
        }


def rule_as_typed(rule: Rule) -> dict[str, Any]:
    """The rule as the form shows it."""
    names = (
        "rest_days",
        "most_in_period",
        "period_days",
        "needs_consent",
        "quiet_from",
        "quiet_until",
        "days",
    )
    typed = {name: getattr(rule, name) for name in names} | {
        name: rule.rest_days_by_type.get(name) for name in RuleForm.TYPES
    }
    return typed | {name: f"{typed[name]:%H:%M}" for name in ("quiet_from", "quiet_until")}
